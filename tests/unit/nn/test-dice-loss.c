/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-dice-loss.h"
#include "oto-test.h"

#include <math.h>

#define K 5
#define M 37            /* odd, and not a multiple of a vector */

static const int three[] = { 0, 2, 3 };

static void
fill_masks (float *masks)
{
  oto_test_fill (masks, K * M, 71);
  for (int i = 0; i < K * M; i++)
    masks[i] = 0.5f + 0.5f * masks[i];
}

/* The clip's loss with the value at @at raised by @h; at -1 as it is. */
static double
compute_loss (const float *masks,
              const int   *selected,
              int          n_selected,
              gboolean     is_mean,
              int          at,
              double       h)
{
  double loss = 0.0;
  int n_pairs = 0;

  for (int i = 0; i < n_selected; i++)
    for (int j = 0; j < i; j++, n_pairs++)
      {
        double product = 0.0, sum = 0.0;

        for (int m = 0; m < M; m++)
          {
            const int pos_a = m * K + selected[i], pos_b = m * K + selected[j];
            const double a = masks[pos_a] + (pos_a == at ? h : 0.0);
            const double b = masks[pos_b] + (pos_b == at ? h : 0.0);

            product += a * b;
            sum += a + b;
          }
        loss += 2.0 * product / (sum + OTO_DICE_LOSS_EPS);
      }
  return is_mean && n_pairs > 0 ? loss / n_pairs : loss;
}

static void
check_form (OtoDiceForm form)
{
  const double h = 1e-4, weight = 0.2, n_total = 3.0;
  float masks[K * M], d_masks[K * M];
  double loss, scratch[9];

  g_assert_cmpuint (oto_dice_loss_get_n_scratch (3), ==, G_N_ELEMENTS (scratch));
  fill_masks (masks);
  loss = compute_loss (masks, three, 3, form == OTO_DICE_MEAN, -1, 0.0) / n_total;
  g_assert_cmpfloat_with_epsilon (
    oto_dice_loss_compute (form, masks, M, K, three, 3, n_total, weight, NULL, scratch), loss,
    1e-12);

  for (int i = 0; i < K * M; i++)
    d_masks[i] = 1.f;
  g_assert_cmpfloat_with_epsilon (
    oto_dice_loss_compute (form, masks, M, K, three, 3, n_total, weight, d_masks, scratch), loss,
    1e-12);
  for (int i = 0; i < K * M; i++)
    {
      const double rise = compute_loss (masks, three, 3, form == OTO_DICE_MEAN, i, h)
                          - compute_loss (masks, three, 3, form == OTO_DICE_MEAN, i, -h);

      g_assert_cmpfloat_with_epsilon (d_masks[i], 1.0 + weight / n_total * rise / (2.0 * h), 3e-7);
      if (i % K == 1 || i % K == 4)
        g_assert_cmpfloat (d_masks[i], ==, 1.f);
    }
}

static void
test_sum (void)
{
  check_form (OTO_DICE_SUM);
}

static void
test_mean (void)
{
  check_form (OTO_DICE_MEAN);
}

/* Of equal masks of zeros and ones all overlaps, of masks apart nothing. */
static void
test_limits (void)
{
  const int pair[] = { 0, 1 };
  float masks[M * 2];
  double scratch[6];

  for (int m = 0; m < M; m++)
    masks[2 * m] = masks[2 * m + 1] = m % 3 == 0;
  g_assert_cmpfloat_with_epsilon (
    oto_dice_loss_compute (OTO_DICE_SUM, masks, M, 2, pair, 2, 1.0, 1.0, NULL, scratch), 1.0,
    1e-8);
  for (int m = 0; m < M; m++)
    masks[2 * m + 1] = 1.f - masks[2 * m];
  g_assert_cmpfloat (
    oto_dice_loss_compute (OTO_DICE_SUM, masks, M, 2, pair, 2, 1.0, 1.0, NULL, scratch), ==, 0.0);
}

static void
test_empty_masks_are_finite (void)
{
  const int pair[] = { 0, 1 };
  float masks[2 * M] = { 0.f }, d_masks[2 * M] = { 0.f };
  double scratch[6];

  g_assert_cmpfloat (
    oto_dice_loss_compute (OTO_DICE_MEAN, masks, M, 2, pair, 2, 1.0, 1.0, d_masks, scratch), ==,
    0.0);
  for (int i = 0; i < 2 * M; i++)
    g_assert_cmpfloat (d_masks[i], ==, 0.f);
}

static void
test_without_pair_is_0 (void)
{
  float masks[K * M], d_masks[K * M] = { 0.f };
  const float zeros[K * M] = { 0.f };
  double scratch[3];

  fill_masks (masks);
  for (int n = 0; n < 2; n++)
    for (int form = OTO_DICE_SUM; form <= OTO_DICE_MEAN; form++)
      g_assert_cmpfloat (
        oto_dice_loss_compute (form, masks, M, K, three, n, 1.0, 1.0, d_masks, scratch), ==, 0.0);
  g_assert_cmpmem (d_masks, sizeof d_masks, zeros, sizeof zeros);
}

static void
test_keeps_nan (void)
{
  float masks[K * M];
  double scratch[9];

  fill_masks (masks);
  masks[33 * K + 2] = NAN;
  g_assert_true (isnan (oto_dice_loss_compute (OTO_DICE_SUM, masks, M, K, three, 3, 1.0, 1.0, NULL,
                                               scratch)));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/dice-loss/sum", test_sum);
  g_test_add_func ("/nn/dice-loss/mean", test_mean);
  g_test_add_func ("/nn/dice-loss/limits", test_limits);
  g_test_add_func ("/nn/dice-loss/empty-masks-are-finite", test_empty_masks_are_finite);
  g_test_add_func ("/nn/dice-loss/without-pair-is-0", test_without_pair_is_0);
  g_test_add_func ("/nn/dice-loss/keeps-nan", test_keeps_nan);
  return g_test_run ();
}
