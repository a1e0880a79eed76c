/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/**
 * OtoAdamForm:
 * @OTO_ADAM_TORCH: eps is added to the corrected root: sqrt (v) / sqrt (1 - beta2^t) + eps
 * @OTO_ADAM_KERAS: eps is added to the raw root: sqrt (v) + eps, so that it weighs more at first
 *
 * Two readings of the same algorithm.
 */
typedef enum
{
  OTO_ADAM_TORCH,
  OTO_ADAM_KERAS,
} OtoAdamForm;

/**
 * OtoAdam:
 * @form: PyTorch's or Keras' reading
 * @lr: learning rate; may change between steps
 * @beta1: decay of the first moment
 * @beta2: decay of the second moment
 * @eps: added to the root of the second moment
 * @weight_decay: times the parameter, added to the gradient
 * @t: steps begun
 * @n: length of the parameter block
 * @m: (n): first moments; a checkpoint saves and restores them
 * @v: (n): second moments
 * @v_max: (n) (nullable): largest second moments so far, of amsgrad; %NULL: not used
 *
 * The optimiser of one block of parameters.
 */
typedef struct
{
  OtoAdamForm  form;
  double       lr;
  double       beta1, beta2;
  double       eps;
  double       weight_decay;
  guint64      t;
  size_t       n;
  float       *m, *v, *v_max;
} OtoAdam;

gboolean oto_adam_init        (OtoAdam     *self,
                               size_t       n,
                               double       lr,
                               GError     **error);
gboolean oto_adam_add_amsgrad (OtoAdam     *self,
                               GError     **error);
void     oto_adam_clear       (OtoAdam     *self);
void     oto_adam_begin_step  (OtoAdam     *self);
void     oto_adam_step_range  (OtoAdam     *self,
                               const float *grads,
                               size_t       begin,
                               size_t       end,
                               float       *params);   /* disjoint ranges may run in parallel */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OtoAdam, oto_adam_clear)

G_END_DECLS
