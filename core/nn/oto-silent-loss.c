/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-silent-loss.h"

#include "base/oto-vector.h"
#include "nn/oto-columns-private.h"

/* sum_m,k |masks[m,k]| over the classes whose flag is not 0
 *
 * masks     (M, K)  read
 * is_silent (K)     read
 */
static OTO_VECTORISED (double, sum_magnitudes,
                       (const float *masks,
                        size_t       n_rows,
                        int          n_classes,
                        const float *is_silent),
                       (masks, n_rows, n_classes, is_silent))
{
  double total = 0.0;

  for (int begin = 0; begin < n_classes; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_classes, begin);
      const float *row = masks + begin;
      double sum[OTO_COLUMNS_LEN];

      oto_columns_fill (sum, width, 0.0);
      for (size_t m = 0; m < n_rows; m++, row += n_classes)
#pragma GCC ivdep
        for (int k = 0; k < width; k++)
          sum[k] += fabsf (row[k]);
      for (int k = 0; k < width; k++)
        total += is_silent[begin + k] > 0.f ? sum[k] : 0.0;
    }
  return total;
}

/* d_masks[m,k] = step is_silent[k] sign (masks[m,k]), where the sign of 0 is 0.
 *
 * masks      (M, K)  read
 * is_silent  (K)     read, 0 or 1
 * d_masks    (M, K)  written or added to
 */
static OTO_VECTORISED (void, spread_signs,
                       (const float *masks,
                        size_t       n_rows,
                        int          n_classes,
                        const float *is_silent,
                        float        step,
                        int          is_added,
                        float       *d_masks),
                       (masks, n_rows, n_classes, is_silent, step, is_added, d_masks))
{
  for (size_t m = 0; m < n_rows; m++, masks += n_classes, d_masks += n_classes)
#pragma GCC ivdep
    for (int k = 0; k < n_classes; k++)
      {
        const float sign = (masks[k] > 0.f ? step : 0.f) - (masks[k] < 0.f ? step : 0.f);

        d_masks[k] = oto_columns_add (is_added, d_masks, k, is_silent[k] * sign);
      }
}

/**
 * oto_silent_loss_compute:
 * @masks: (array): (M, K): a clip's masks
 * @n_rows: bins of a mask (M), frames times mel bins
 * @n_classes: K
 * @silent: (array length=n_silent): classes that do not sound
 * @n_silent: how many
 * @n_total: clips in the whole mean
 * @weight: of this loss in the total; scales the gradient alone
 * @is_added: whether the gradient is added to @d_masks, and not written
 * @d_masks: (array) (nullable): (M, K): the gradient; where a mask is 0 it is 0
 * @scratch: (array): K floats
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
oto_silent_loss_compute (const float *masks,
                         size_t       n_rows,
                         int          n_classes,
                         const int   *silent,
                         int          n_silent,
                         double       n_total,
                         double       weight,
                         gboolean     is_added,
                         float       *d_masks,
                         float       *scratch)
{
  g_return_val_if_fail (n_rows > 0, NAN);
  g_return_val_if_fail (n_total > 0.0, NAN);

  memset (scratch, 0, n_classes * sizeof *scratch);
  for (int i = 0; i < n_silent; i++)
    scratch[silent[i]] = 1.f;
  if (d_masks != NULL)
    spread_signs (masks, n_rows, n_classes, scratch,
                  (float) (weight / (double) n_rows / n_total), is_added, d_masks);
  return sum_magnitudes (masks, n_rows, n_classes, scratch) / (double) n_rows / n_total;
}
