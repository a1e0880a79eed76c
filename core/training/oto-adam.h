/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/**
 * OtoAdam:
 * @lr: learning rate; may change between steps
 * @beta1: decay of the first moment
 * @beta2: decay of the second moment
 * @eps: added to the root of the second moment
 * @weight_decay: times the parameter, added to the gradient
 * @t: steps begun
 * @n: length of the parameter block
 * @m: (n): first moments; a checkpoint saves and restores them
 * @v: (n): second moments
 *
 * The optimiser of one block of parameters.
 */
typedef struct
{
  double  lr;
  double  beta1, beta2;
  double  eps;
  double  weight_decay;
  guint64 t;
  size_t  n;
  float  *m, *v;
} OtoAdam;

gboolean oto_adam_init       (OtoAdam     *self,
                              size_t       n,
                              double       lr,
                              GError     **error);
void     oto_adam_clear      (OtoAdam     *self);
void     oto_adam_begin_step (OtoAdam     *self);
void     oto_adam_step_range (OtoAdam     *self,
                              const float *grads,
                              size_t       begin,
                              size_t       end,
                              float       *params);   /* disjoint ranges may run in parallel */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OtoAdam, oto_adam_clear)

G_END_DECLS
