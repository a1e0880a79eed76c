/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-adam.h"

#include "base/oto-arena.h"
#include "base/oto-vector.h"

#include <math.h>

#define REAL      float
#define REAL_SQRT sqrtf
#include "training/oto-adam.inc"

/**
 * oto_adam_init:
 * @self: (out caller-allocates): the optimiser; oto_adam_clear()
 * @n: length of the parameter block
 * @lr: learning rate
 * @error: return location
 *
 * Sets up the optimiser with the usual constants (0.9, 0.999, 1e-8, no weight decay) and moments
 * of 0.
 *
 * Returns: FALSE, with @self cleared, when there is not enough memory
 */
gboolean
oto_adam_init (OtoAdam  *self,
               size_t    n,
               double    lr,
               GError  **error)
{
  *self = (OtoAdam) { .lr = lr, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .n = n };
  self->m = oto_try_alloc (n, sizeof *self->m, error);
  if (self->m == NULL)
    return FALSE;

  self->v = oto_try_alloc (n, sizeof *self->v, error);
  if (self->v == NULL)
    {
      oto_adam_clear (self);
      return FALSE;
    }
  return TRUE;
}

/**
 * oto_adam_add_amsgrad:
 * @self: an optimiser before its first step
 * @error: return location
 *
 * Makes steps divide by the largest second moment so far. Source: Reddi et al., On the Convergence
 * of Adam and Beyond, with PyTorch's correction of the maximum.
 *
 * Returns: FALSE, with @self as it was, when there is not enough memory
 */
gboolean
oto_adam_add_amsgrad (OtoAdam  *self,
                      GError  **error)
{
  g_return_val_if_fail (self->t == 0 && self->v_max == NULL, FALSE);

  self->v_max = oto_try_alloc (self->n, sizeof *self->v_max, error);
  return self->v_max != NULL;
}

/**
 * oto_adam_clear:
 * @self: an optimiser that was set up, or zeros
 *
 * Frees the moments.
 */
void
oto_adam_clear (OtoAdam *self)
{
  g_clear_pointer (&self->m, oto_free);
  g_clear_pointer (&self->v, oto_free);
  g_clear_pointer (&self->v_max, oto_free);
  self->n = 0;
}

/**
 * oto_adam_begin_step:
 * @self: an optimiser
 *
 * Begins a step: the ranges of oto_adam_step_range() that follow belong to it.
 */
void
oto_adam_begin_step (OtoAdam *self)
{
  self->t++;
}

static OTO_VECTORISED (void, update,
                       (const StepConstants *constants,
                        const float         *grads,
                        size_t               begin,
                        size_t               end,
                        float               *m,
                        float               *v,
                        float               *params),
                       (constants, grads, begin, end, m, v, params))
{
  update_range (constants, grads, begin, end, m, v, params);
}

static OTO_VECTORISED (void, update_by_max,
                       (const StepConstants *constants,
                        const float         *grads,
                        size_t               begin,
                        size_t               end,
                        float               *m,
                        float               *v,
                        float               *v_max,
                        float               *params),
                       (constants, grads, begin, end, m, v, v_max, params))
{
  update_range_by_max (constants, grads, begin, end, m, v, v_max, params);
}

/**
 * oto_adam_step_range:
 * @self: an optimiser whose step has begun
 * @grads: (n): read
 * @begin: first parameter
 * @end: past the last
 * @params: (n): parameters [begin, end) are changed
 *
 * One step of Adam on a range of the block:
 *
 * |[
 * g = grad + weight_decay p     m = beta1 m + (1 - beta1) g     v = beta2 v + (1 - beta2) g^2
 * p -= lr / (1 - beta1^t) m / (sqrt (v) / sqrt (1 - beta2^t) + eps)
 *
 * Keras:   p -= lr sqrt (1 - beta2^t) / (1 - beta1^t) m / (sqrt (v) + eps)
 * amsgrad: v_max = max (v_max, v) in the place of v
 * ]|
 *
 * Disjoint ranges may run in parallel; the result does not depend on the division. A parameter
 * whose gradient was always 0 stays bit for bit as it is. Source: Kingma and Ba, arXiv:1412.6980,
 * algorithm 1.
 */
void
oto_adam_step_range (OtoAdam     *self,
                     const float *grads,
                     size_t       begin,
                     size_t       end,
                     float       *params)
{
  StepConstants constants;

  g_return_if_fail (self->t > 0);
  g_return_if_fail (begin <= end && end <= self->n);

  set_constants (self, &constants);
  if (self->v_max != NULL)
    update_by_max (&constants, grads, begin, end, self->m, self->v, self->v_max, params);
  else
    update (&constants, grads, begin, end, self->m, self->v, params);
}
