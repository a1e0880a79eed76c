/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-adam.h"

#include "base/oto-arena.h"
#include "base/oto-vector.h"

#include <math.h>

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

/* The constants of one step, in the form that the loop uses. */
typedef struct
{
  float keep1, take1;            /* beta1, 1 - beta1 */
  float keep2, take2;            /* beta2, 1 - beta2 */
  float inv_root;                /* 1 / sqrt (1 - beta2^t) */
  float step;                    /* lr / (1 - beta1^t) */
  float eps;
  float weight_decay;
} StepConstants;

/* Separate accesses, so that the loop is vectorised; no two arrays overlap. */
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
  const StepConstants k = *constants;

#pragma GCC ivdep
  for (size_t i = begin; i < end; i++)
    {
      const float g = grads[i] + k.weight_decay * params[i];

      m[i] = k.keep1 * m[i] + k.take1 * g;
      v[i] = k.keep2 * v[i] + k.take2 * g * g;
      params[i] -= k.step * m[i] / (sqrtf (v[i]) * k.inv_root + k.eps);
    }
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
  const double t = (double) self->t;
  const StepConstants constants = {
    .keep1 = (float) self->beta1,
    .take1 = (float) (1.0 - self->beta1),
    .keep2 = (float) self->beta2,
    .take2 = (float) (1.0 - self->beta2),
    .inv_root = (float) (1.0 / sqrt (1.0 - pow (self->beta2, t))),
    .step = (float) (self->lr / (1.0 - pow (self->beta1, t))),
    .eps = (float) self->eps,
    .weight_decay = (float) self->weight_decay,
  };

  g_return_if_fail (self->t > 0);
  g_return_if_fail (begin <= end && end <= self->n);

  update (&constants, grads, begin, end, self->m, self->v, params);
}
