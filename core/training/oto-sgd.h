/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/**
 * OtoSgd:
 * @lr: learning rate; may change between steps
 * @momentum: decay of the sum of gradients
 * @weight_decay: times the parameter, added to the gradient
 * @n: length of the parameter block
 * @velocity: (n): decaying sum of gradients; a checkpoint saves and restores it
 *
 * Gradient descent with momentum on one block of parameters.
 */
typedef struct
{
  double  lr;
  double  momentum;
  double  weight_decay;
  size_t  n;
  float  *velocity;
} OtoSgd;

gboolean oto_sgd_init       (OtoSgd      *self,
                             size_t       n,
                             double       lr,
                             double       momentum,
                             GError     **error);
void     oto_sgd_clear      (OtoSgd      *self);
void     oto_sgd_step_range (OtoSgd      *self,
                             const float *grads,
                             size_t       begin,
                             size_t       end,
                             float       *params);   /* disjoint ranges may run in parallel */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OtoSgd, oto_sgd_clear)

G_END_DECLS
