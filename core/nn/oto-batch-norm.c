/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-batch-norm.h"

#include <math.h>

/**
 * oto_batch_norm_merge_stats:
 * @stats: (inout): written as the statistics of both
 * @other: statistics of other rows of the same layer, as another thread had them
 * @n_channels: C
 *
 * Joins two sets of statistics (Chan, Golub and LeVeque's pairwise update). The order of merging
 * fixes the rounding.
 */
void
oto_batch_norm_merge_stats (OtoBatchStats       *stats,
                            const OtoBatchStats *other,
                            int                  n_channels)
{
  const double n = stats->n + other->n;

  g_return_if_fail (n_channels > 0);

  if (other->n == 0.0)
    return;

  for (int c = 0; c < n_channels; c++)
    {
      const double delta = other->mean[c] - stats->mean[c];

      stats->mean[c] += delta * other->n / n;
      stats->m2[c] += other->m2[c] + delta * delta * stats->n * other->n / n;
    }
  stats->n = n;
}

/**
 * oto_batch_norm_make_affine:
 * @mean: (array length=n_channels): of the batch, or running
 * @var: (array length=n_channels): biased variance of the batch, or running
 * @gamma: (array length=n_channels): the layer's weight
 * @beta: (array length=n_channels): the layer's bias
 * @n_channels: C
 * @eps: added to the variance: OTO_BATCH_NORM_EPS, or what the network was published with
 * @ret_scale: (out caller-allocates): (C)
 * @ret_shift: (out caller-allocates): (C)
 *
 * Folds the normalisation into y = scale x + shift: scale = gamma / sqrt (var + eps), shift = beta
 * - mean scale.
 */
void
oto_batch_norm_make_affine (const double *mean,
                            const double *var,
                            const float  *gamma,
                            const float  *beta,
                            int           n_channels,
                            double        eps,
                            float        *ret_scale,
                            float        *ret_shift)
{
  g_return_if_fail (n_channels > 0);

  for (int c = 0; c < n_channels; c++)
    {
      const double scale = gamma[c] / sqrt (var[c] + eps);

      ret_scale[c] = (float) scale;
      ret_shift[c] = (float) (beta[c] - mean[c] * scale);
    }
}

/**
 * oto_batch_norm_update_running:
 * @stats: of the whole batch
 * @n_channels: C
 * @momentum: share of the batch in the new statistics: OTO_BATCH_NORM_MOMENTUM, or another
 * @running_mean: (inout): (C)
 * @running_var: (inout): (C)
 *
 * Moves the running statistics by @momentum towards those of the batch; the variance is the
 * unbiased one. A single value a channel, of a layer over clips in a batch of one, says nothing of
 * a variance: nothing moves then.
 */
void
oto_batch_norm_update_running (const OtoBatchStats *stats,
                               int                  n_channels,
                               double               momentum,
                               float               *running_mean,
                               float               *running_var)
{
  g_return_if_fail (n_channels > 0);

  if (stats->n < 2.0)
    return;
  for (int c = 0; c < n_channels; c++)
    {
      const double var = stats->m2[c] / (stats->n - 1.0);
      const double mean_step = momentum * (stats->mean[c] - running_mean[c]);
      const double var_step = momentum * (var - running_var[c]);

      running_mean[c] = (float) (running_mean[c] + mean_step);
      running_var[c] = (float) (running_var[c] + var_step);
    }
}
