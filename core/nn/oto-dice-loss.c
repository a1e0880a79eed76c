/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-dice-loss.h"

#include "base/oto-vector.h"

/* sum a; with b: sum a b. */
static OTO_VECTORISED (double, sum_products,
                       (const float *a,
                        const float *b,
                        size_t       n),
                       (a, b, n))
{
  double partial[OTO_VECTOR_LEN] = { 0.0 };
  double sum = 0.0;
  size_t i = 0;

  for (; i + OTO_VECTOR_LEN <= n; i += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      partial[l] += (double) a[i + l] * b[i + l];
  for (; i < n; i++)
    sum += (double) a[i] * b[i];
  for (int l = 0; l < OTO_VECTOR_LEN; l++)
    sum += partial[l];
  return sum;
}

static OTO_VECTORISED (double, sum_values,
                       (const float *a,
                        size_t       n),
                       (a, n))
{
  double partial[OTO_VECTOR_LEN] = { 0.0 };
  double sum = 0.0;
  size_t i = 0;

  for (; i + OTO_VECTOR_LEN <= n; i += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      partial[l] += a[i + l];
  for (; i < n; i++)
    sum += a[i];
  for (int l = 0; l < OTO_VECTOR_LEN; l++)
    sum += partial[l];
  return sum;
}

/* d_a += slope b + shift, d_b += slope a + shift; the four are different planes. */
static OTO_VECTORISED (void, add_pair,
                       (const float *a,
                        const float *b,
                        size_t       n,
                        float        slope,
                        float        shift,
                        float       *d_a,
                        float       *d_b),
                       (a, b, n, slope, shift, d_a, d_b))
{
#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    {
      d_a[i] += slope * b[i] + shift;
      d_b[i] += slope * a[i] + shift;
    }
}

static size_t
get_n_pairs (int n_selected)
{
  return n_selected > 1 ? (size_t) n_selected * (size_t) (n_selected - 1) / 2 : 0;
}

/* What the loss of a clip is divided by. */
static double
get_divisor (OtoDiceForm form,
             int         n_selected,
             double      n_total)
{
  return form == OTO_DICE_MEAN ? n_total * (double) get_n_pairs (n_selected) : n_total;
}

/**
 * oto_dice_loss_get_n_sums:
 * @n_selected: selected classes of a clip
 *
 * Returns: how many numbers oto_dice_loss_forward() leaves for the backward pass
 */
size_t
oto_dice_loss_get_n_sums (int n_selected)
{
  return (size_t) n_selected + get_n_pairs (n_selected);
}

/**
 * oto_dice_loss_forward:
 * @form: sum or mean over pairs
 * @masks: (array): (K, M): a clip's masks, in [0, 1]
 * @row_len: bins of a mask (M), frames times mel bins
 * @selected: (array length=n_selected): classes that sound
 * @n_selected: how many; without a pair the loss is 0
 * @n_total: clips in the whole mean
 * @ret_sums: (out caller-allocates): oto_dice_loss_get_n_sums(): sums of the selected masks, then
 *   of the products of each pair
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
oto_dice_loss_forward (OtoDiceForm  form,
                       const float *masks,
                       size_t       row_len,
                       const int   *selected,
                       int          n_selected,
                       double       n_total,
                       double      *ret_sums)
{
  double *product = ret_sums + n_selected;
  double loss = 0.0;

  g_return_val_if_fail (n_total > 0.0, NAN);

  for (int i = 0; i < n_selected; i++)
    ret_sums[i] = sum_values (masks + selected[i] * row_len, row_len);
  for (int i = 0; i < n_selected; i++)
    for (int j = i + 1; j < n_selected; j++, product++)
      {
        *product = sum_products (masks + selected[i] * row_len, masks + selected[j] * row_len,
                                 row_len);
        loss += 2.0 * *product / (ret_sums[i] + ret_sums[j] + OTO_DICE_LOSS_EPS);
      }
  return n_selected > 1 ? loss / get_divisor (form, n_selected, n_total) : 0.0;
}

/**
 * oto_dice_loss_backward:
 * @form: as in the forward pass
 * @masks: (array): (K, M): as in the forward pass
 * @row_len: as in the forward pass
 * @selected: (array length=n_selected): as in the forward pass
 * @n_selected: as in the forward pass
 * @n_total: as in the forward pass
 * @weight: of this loss in the total
 * @sums: (array): from the forward pass
 * @d_masks: (array): (K, M): added to
 *
 * The gradient of @weight times oto_dice_loss_forward(), to both masks of a pair. The selection is
 * a constant.
 */
void
oto_dice_loss_backward (OtoDiceForm   form,
                        const float  *masks,
                        size_t        row_len,
                        const int    *selected,
                        int           n_selected,
                        double        n_total,
                        double        weight,
                        const double *sums,
                        float        *d_masks)
{
  const double factor = 2.0 * weight / get_divisor (form, MAX (n_selected, 2), n_total);
  const double *product = sums + n_selected;

  g_return_if_fail (n_total > 0.0);

  for (int i = 0; i < n_selected; i++)
    for (int j = i + 1; j < n_selected; j++, product++)
      {
        const double both = sums[i] + sums[j] + OTO_DICE_LOSS_EPS;
        const size_t a = selected[i] * row_len, b = selected[j] * row_len;

        add_pair (masks + a, masks + b, row_len, (float) (factor / both),
                  (float) (-factor * *product / both / both), d_masks + a, d_masks + b);
      }
}
