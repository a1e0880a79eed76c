/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-prob-mean.h"

#include "base/oto-arena.h"

/**
 * oto_prob_mean_init:
 * @self: (out caller-allocates): a mean; oto_prob_mean_clear()
 * @n: values, such as clips times classes
 * @error: return location
 *
 * Returns: FALSE when there is not enough memory
 */
gboolean
oto_prob_mean_init (OtoProbMean  *self,
                    size_t        n,
                    GError      **error)
{
  *self = (OtoProbMean) { .n = n };
  self->sum = oto_try_alloc (n, sizeof *self->sum, error);
  return self->sum != NULL;
}

/**
 * oto_prob_mean_clear:
 * @self: a mean that was set up, or zeros
 */
void
oto_prob_mean_clear (OtoProbMean *self)
{
  g_clear_pointer (&self->sum, oto_free);
  self->n = 0;
  self->n_added = 0;
}

/**
 * oto_prob_mean_add:
 * @self: a mean
 * @prob: (array): (n): what a checkpoint gives
 */
void
oto_prob_mean_add (OtoProbMean *self,
                   const float *prob)
{
  for (size_t i = 0; i < self->n; i++)
    self->sum[i] += prob[i];
  self->n_added++;
}

/**
 * oto_prob_mean_fill:
 * @self: a mean of at least one checkpoint
 * @ret_prob: (out caller-allocates): (n): the mean
 */
void
oto_prob_mean_fill (const OtoProbMean *self,
                    float             *ret_prob)
{
  g_return_if_fail (self->n_added > 0);

  for (size_t i = 0; i < self->n; i++)
    ret_prob[i] = (float) (self->sum[i] / self->n_added);
}
