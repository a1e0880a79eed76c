/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-silent-loss.h"

#include "base/oto-vector.h"

static OTO_VECTORISED (double, sum_magnitudes,
                       (const float *a,
                        size_t       n),
                       (a, n))
{
  double partial[OTO_VECTOR_LEN] = { 0.0 };
  double sum = 0.0;
  size_t i = 0;

  for (; i + OTO_VECTOR_LEN <= n; i += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      partial[l] += fabsf (a[i + l]);
  for (; i < n; i++)
    sum += fabsf (a[i]);
  for (int l = 0; l < OTO_VECTOR_LEN; l++)
    sum += partial[l];
  return sum;
}

/* d_a += step sign (a), where the sign of 0 is 0. */
static OTO_VECTORISED (void, add_signs,
                       (const float *a,
                        size_t       n,
                        float        step,
                        float       *d_a),
                       (a, n, step, d_a))
{
#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    d_a[i] += (a[i] > 0.f ? step : 0.f) - (a[i] < 0.f ? step : 0.f);
}

/**
 * oto_silent_loss_forward:
 * @masks: (array): (K, M): a clip's masks
 * @row_len: bins of a mask (M), frames times mel bins
 * @silent: (array length=n_silent): classes that do not sound
 * @n_silent: how many
 * @n_total: clips in the whole mean
 *
 * |[
 * sum_silent mean_m |A| / n_total
 * ]|
 *
 * Source: A multi-task learning method for weakly supervised sound event detection, silent loss.
 *
 * Returns: this clip's share of the mean over clips
 */
double
oto_silent_loss_forward (const float *masks,
                         size_t       row_len,
                         const int   *silent,
                         int          n_silent,
                         double       n_total)
{
  double sum = 0.0;

  g_return_val_if_fail (row_len > 0, NAN);
  g_return_val_if_fail (n_total > 0.0, NAN);

  for (int i = 0; i < n_silent; i++)
    sum += sum_magnitudes (masks + silent[i] * row_len, row_len);
  return sum / (double) row_len / n_total;
}

/**
 * oto_silent_loss_backward:
 * @masks: (array): (K, M): as in the forward pass
 * @row_len: as in the forward pass
 * @silent: (array length=n_silent): as in the forward pass
 * @n_silent: as in the forward pass
 * @n_total: as in the forward pass
 * @weight: of this loss in the total
 * @d_masks: (array): (K, M): added to
 *
 * The gradient of @weight times oto_silent_loss_forward(); where a mask is 0 it is 0.
 */
void
oto_silent_loss_backward (const float *masks,
                          size_t       row_len,
                          const int   *silent,
                          int          n_silent,
                          double       n_total,
                          double       weight,
                          float       *d_masks)
{
  g_return_if_fail (row_len > 0);
  g_return_if_fail (n_total > 0.0);

  for (int i = 0; i < n_silent; i++)
    add_signs (masks + silent[i] * row_len, row_len,
               (float) (weight / (double) row_len / n_total), d_masks + silent[i] * row_len);
}
