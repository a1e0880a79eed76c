/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-dice-loss.h"

#include <math.h>

/* Only the selected columns of the rows are touched: few, and too far apart for vectors. */

/* sums[i] = sum_m A_i for the selected classes i. */
static void
sum_masks (const float *masks,
           size_t       n_rows,
           int          n_classes,
           const int   *selected,
           int          n_selected,
           double      *ret_sums)
{
  for (int i = 0; i < n_selected; i++)
    ret_sums[i] = 0.0;
  for (size_t m = 0; m < n_rows; m++, masks += n_classes)
    for (int i = 0; i < n_selected; i++)
      ret_sums[i] += masks[selected[i]];
}

/* products[j] = sum_m A A_j for the class @first and those selected. */
static void
sum_products (const float *masks,
              size_t       n_rows,
              int          n_classes,
              int          first,
              const int   *selected,
              int          n_selected,
              double      *ret_products)
{
  for (int j = 0; j < n_selected; j++)
    ret_products[j] = 0.0;
  for (size_t m = 0; m < n_rows; m++, masks += n_classes)
    {
      const double value = masks[first];

      for (int j = 0; j < n_selected; j++)
        ret_products[j] += value * masks[selected[j]];
    }
}

/* d A += slope_j A_j + shift_j, d A_j += slope_j A + shift_j for the class @first and those
 * selected; slopes (2, n_selected): slope_j, then shift_j. */
static void
add_pairs (const float  *masks,
           size_t        n_rows,
           int           n_classes,
           int           first,
           const int    *selected,
           int           n_selected,
           const double *slopes,
           float        *d_masks)
{
  const double *shifts = slopes + n_selected;

  for (size_t m = 0; m < n_rows; m++, masks += n_classes, d_masks += n_classes)
    {
      const double value = masks[first];
      double d_value = d_masks[first];

      for (int j = 0; j < n_selected; j++)
        {
          d_value += slopes[j] * masks[selected[j]] + shifts[j];
          d_masks[selected[j]] += (float) (slopes[j] * value + shifts[j]);
        }
      d_masks[first] = (float) d_value;
    }
}

/* What the loss of a clip is divided by. */
static double
get_divisor (OtoDiceForm form,
             int         n_selected,
             double      n_total)
{
  return form == OTO_DICE_MEAN ? n_total * n_selected * (n_selected - 1) / 2.0 : n_total;
}

/**
 * oto_dice_loss_get_n_scratch:
 * @n_selected: selected classes of a clip
 *
 * Returns: numbers of scratch that oto_dice_loss_compute() needs
 */
size_t
oto_dice_loss_get_n_scratch (int n_selected)
{
  return 3 * (size_t) n_selected;
}

/**
 * oto_dice_loss_compute:
 * @form: sum or mean over pairs
 * @masks: (array): (M, K): a clip's masks, in [0, 1]
 * @n_rows: bins of a mask (M), frames times mel bins
 * @n_classes: K
 * @selected: (array length=n_selected): classes that sound
 * @n_selected: how many; without a pair the loss is 0
 * @n_total: clips in the whole mean
 * @weight: of this loss in the total; scales the gradient alone
 * @d_masks: (array) (nullable): (M, K): the gradient is added to it, to both masks of a pair. The
 *   selection is a constant
 * @scratch: (array): oto_dice_loss_get_n_scratch() numbers
 *
 * Soft Dice coefficients of all unordered pairs of selected classes:
 *
 * |[
 * sum_i<j 2 sum_m A_i A_j / (sum_m A_i + sum_m A_j + 1e-8) / n_total
 * ]|
 *
 * Source: A multi-task learning method for weakly supervised sound event detection, segment loss.
 * The sum is over unordered pairs, as its count of K (K - 1) / 2 says.
 *
 * Returns: this clip's share of the mean over clips
 */
double
oto_dice_loss_compute (OtoDiceForm  form,
                       const float *masks,
                       size_t       n_rows,
                       int          n_classes,
                       const int   *selected,
                       int          n_selected,
                       double       n_total,
                       double       weight,
                       float       *d_masks,
                       double      *scratch)
{
  double *products = scratch + n_selected;
  double divisor, loss = 0.0;

  g_return_val_if_fail (n_total > 0.0, NAN);

  if (n_selected < 2)
    return 0.0;

  divisor = get_divisor (form, n_selected, n_total);
  sum_masks (masks, n_rows, n_classes, selected, n_selected, scratch);
  for (int i = 0; i + 1 < n_selected; i++)
    {
      const int n_others = n_selected - i - 1;

      sum_products (masks, n_rows, n_classes, selected[i], selected + i + 1, n_others, products);
      for (int j = 0; j < n_others; j++)
        {
          const double both = scratch[i] + scratch[i + 1 + j] + OTO_DICE_LOSS_EPS;
          const double slope = 2.0 / both / divisor;

          loss += slope * products[j];
          products[n_others + j] = -weight * slope * products[j] / both;
          products[j] = weight * slope;
        }
      if (d_masks != NULL)
        add_pairs (masks, n_rows, n_classes, selected[i], selected + i + 1, n_others, products,
                   d_masks);
    }
  return loss;
}
