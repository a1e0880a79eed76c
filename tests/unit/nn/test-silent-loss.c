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
  masks[M + 5] = 0.f;
}

static void
test_matches_naive (void)
{
  float masks[K * M];
  double expected = 0.0;

  fill_masks (masks);
  for (int i = 0; i < 2; i++)
    for (int m = 0; m < M; m++)
      expected += fabs ((double) masks[silent[i] * M + m]) / M / 3.0;
  g_assert_cmpfloat_with_epsilon (oto_silent_loss_forward (masks, M, silent, 2, 3.0), expected,
                                  1e-12);
  g_assert_cmpfloat (oto_silent_loss_forward (masks, M, silent, 0, 3.0), ==, 0.0);
}

static void
test_gradient (void)
{
  const double step = 0.2 / M / 3.0;
  float masks[K * M], d_masks[K * M];

  fill_masks (masks);
  for (int i = 0; i < K * M; i++)
    d_masks[i] = 1.f;
  oto_silent_loss_backward (masks, M, silent, 2, 3.0, 0.2, d_masks);
  for (int i = 0; i < K * M; i++)
    {
      const int is_silent = i / M == 1 || i / M == 3;
      const int sign = (masks[i] > 0.f) - (masks[i] < 0.f);

      g_assert_cmpfloat_with_epsilon (d_masks[i], 1.0 + is_silent * sign * step, 1e-7);
    }
  g_assert_cmpfloat (d_masks[M + 5], ==, 1.f);
}

static void
test_keeps_nan (void)
{
  float masks[K * M];

  fill_masks (masks);
  masks[3 * M + 36] = NAN;
  g_assert_true (isnan (oto_silent_loss_forward (masks, M, silent, 2, 1.0)));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/silent-loss/matches-naive", test_matches_naive);
  g_test_add_func ("/nn/silent-loss/gradient", test_gradient);
  g_test_add_func ("/nn/silent-loss/keeps-nan", test_keeps_nan);
  return g_test_run ();
}
