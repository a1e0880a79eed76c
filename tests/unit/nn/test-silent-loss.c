/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-silent-loss.h"
#include "oto-test.h"

#include <math.h>

#define K 4
#define M 37            /* odd, and not a multiple of a vector */

static const int silent[] = { 1, 3 };

/* Values of both signs, and one that is 0. */
static void
fill_masks (float *masks)
{
  oto_test_fill (masks, K * M, 72);
  masks[5 * K + 1] = 0.f;
}

static void
test_matches_naive (void)
{
  float masks[K * M], scratch[K];
  double expected = 0.0;

  fill_masks (masks);
  for (int i = 0; i < 2; i++)
    for (int m = 0; m < M; m++)
      expected += fabs ((double) masks[m * K + silent[i]]) / M / 3.0;
  g_assert_cmpfloat_with_epsilon (
    oto_silent_loss_compute (masks, M, K, silent, 2, 3.0, 0.2, FALSE, NULL, scratch), expected,
    1e-12);
  g_assert_cmpfloat (
    oto_silent_loss_compute (masks, M, K, silent, 0, 3.0, 0.2, FALSE, NULL, scratch), ==, 0.0);
}

/* Added to what is there, or in its place. */
static void
check_gradient (gboolean is_added)
{
  const double step = 0.2 / M / 3.0, old = is_added ? 1.0 : 0.0;
  float masks[K * M], d_masks[K * M], scratch[K];

  fill_masks (masks);
  for (int i = 0; i < K * M; i++)
    d_masks[i] = 1.f;
  oto_silent_loss_compute (masks, M, K, silent, 2, 3.0, 0.2, is_added, d_masks, scratch);
  for (int i = 0; i < K * M; i++)
    {
      const int is_silent = i % K == 1 || i % K == 3;
      const int sign = (masks[i] > 0.f) - (masks[i] < 0.f);

      g_assert_cmpfloat_with_epsilon (d_masks[i], old + is_silent * sign * step, 1e-7);
    }
  g_assert_cmpfloat (d_masks[5 * K + 1], ==, old);
}

static void
test_gradient (void)
{
  check_gradient (FALSE);
  check_gradient (TRUE);
}

/* More classes than a piece of columns has. */
static void
test_many_classes (void)
{
  const int n_classes = 131, few[] = { 0, 63, 64, 130 };
  g_autofree float *masks = g_new (float, 3 * n_classes), *scratch = g_new (float, n_classes);

  for (int i = 0; i < 3 * n_classes; i++)
    masks[i] = (float) (i % n_classes);
  g_assert_cmpfloat_with_epsilon (
    oto_silent_loss_compute (masks, 3, n_classes, few, 4, 1.0, 1.0, FALSE, NULL, scratch), 257.0,
    1e-9);
}

static void
test_keeps_nan (void)
{
  float masks[K * M], scratch[K];

  fill_masks (masks);
  masks[36 * K + 3] = NAN;
  g_assert_true (isnan (oto_silent_loss_compute (masks, M, K, silent, 2, 1.0, 1.0, FALSE, NULL,
                                                 scratch)));
  /* A class that sounds may be anything. */
  masks[36 * K + 3] = 1.f;
  masks[36 * K + 2] = NAN;
  g_assert_false (isnan (oto_silent_loss_compute (masks, M, K, silent, 2, 1.0, 1.0, FALSE, NULL,
                                                  scratch)));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/silent-loss/matches-naive", test_matches_naive);
  g_test_add_func ("/nn/silent-loss/gradient", test_gradient);
  g_test_add_func ("/nn/silent-loss/many-classes", test_many_classes);
  g_test_add_func ("/nn/silent-loss/keeps-nan", test_keeps_nan);
  return g_test_run ();
}
