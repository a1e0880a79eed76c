/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-sgd.h"

#include "base/oto-arena.h"
#include "base/oto-vector.h"

#define REAL float
#include "training/oto-sgd.inc"

/**
 * oto_sgd_init:
 * @self: (out caller-allocates): the optimiser; oto_sgd_clear()
 * @n: length of the parameter block
 * @lr: learning rate
 * @momentum: decay of the sum of gradients; 0: none
 * @error: return location
 *
 * Sets up the optimiser without weight decay and with a sum of 0.
 *
 * Returns: FALSE, with @self cleared, when there is not enough memory
 */
gboolean
oto_sgd_init (OtoSgd  *self,
              size_t   n,
              double   lr,
              double   momentum,
              GError **error)
{
  *self = (OtoSgd) { .lr = lr, .momentum = momentum, .n = n };
  self->velocity = oto_try_alloc (n, sizeof *self->velocity, error);
  if (self->velocity == NULL)
    {
      oto_sgd_clear (self);
      return FALSE;
    }
  return TRUE;
}

/**
 * oto_sgd_clear:
 * @self: an optimiser that was set up, or zeros
 *
 * Frees the sum of gradients.
 */
void
oto_sgd_clear (OtoSgd *self)
{
  g_clear_pointer (&self->velocity, oto_free);
  self->n = 0;
}

static OTO_VECTORISED (void, descend,
                       (const OtoSgd *self,
                        const float  *grads,
                        size_t        begin,
                        size_t        end,
                        float        *velocity,
                        float        *params),
                       (self, grads, begin, end, velocity, params))
{
  descend_range (self, grads, begin, end, velocity, params);
}

/**
 * oto_sgd_step_range:
 * @self: an optimiser
 * @grads: (n): read
 * @begin: first parameter
 * @end: past the last
 * @params: (n): parameters [begin, end) are changed
 *
 * One step on a range of the block:
 *
 * |[
 * g = grad + weight_decay p     velocity = momentum velocity + g     p -= lr velocity
 * ]|
 *
 * A change of the rate so acts on the whole sum at once, as in PyTorch. Disjoint ranges may run in
 * parallel; the result does not depend on the division.
 */
void
oto_sgd_step_range (OtoSgd      *self,
                    const float *grads,
                    size_t       begin,
                    size_t       end,
                    float       *params)
{
  g_return_if_fail (begin <= end && end <= self->n);

  descend (self, grads, begin, end, self->velocity, params);
}
