/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

#define N 200

static void
test_temperature_is_the_minimum (void)
{
  float logits[N], targets[N], draws[N];
  gboolean at_bound;
  double temperature, best;

  oto_test_fill (logits, N, 1);
  oto_test_fill (draws, N, 2);
  for (int i = 0; i < N; i++)
    {
      targets[i] = 0.5f + 0.5f * draws[i] < 1.f / (1.f + expf (-2.f * logits[i]));
      logits[i] *= 8.f;
    }
  temperature = oto_calibration_find_temperature (logits, targets, N, &at_bound);
  best = oto_calibration_get_bce (logits, targets, N, temperature);
  g_assert_false (at_bound);
  g_assert_cmpfloat (temperature, >, 1.5);
  for (double other = 0.05; other <= 20.0; other *= 1.1)
    g_assert_cmpfloat (best, <=, oto_calibration_get_bce (logits, targets, N, other));
}

static void
test_bounds (void)
{
  const float logits[] = { -1.f, 1.f }, right[] = { 0.f, 1.f }, wrong[] = { 1.f, 0.f };
  const float zeros[] = { 0.f, 0.f };
  gboolean at_bound;

  g_assert_cmpfloat_with_epsilon (oto_calibration_find_temperature (logits, right, 2, &at_bound),
                                  0.05, 1e-12);
  g_assert_true (at_bound);
  g_assert_cmpfloat_with_epsilon (oto_calibration_find_temperature (logits, wrong, 2, &at_bound),
                                  20.0, 1e-12);
  g_assert_true (at_bound);
  g_assert_cmpfloat (oto_calibration_find_temperature (zeros, right, 2, &at_bound), ==, 1.0);
  g_assert_false (at_bound);
}

static void
test_bins_are_closed_below (void)
{
  const float probs[] = { 0.5f, 0.f, 1.f, 0.96875f }, targets[] = { 1.f, 0.f, 1.f, 0.f };
  OtoReliability reliability;

  oto_calibration_get_reliability (probs, targets, 4, &reliability);
  g_assert_cmpuint (reliability.bins[0].n, ==, 1);
  g_assert_cmpuint (reliability.bins[5].n, ==, 1);
  g_assert_cmpuint (reliability.bins[9].n, ==, 2);
  g_assert_cmpfloat (reliability.bins[9].positive_share, ==, 0.5);
  g_assert_true (isnan (reliability.bins[1].mean_prob));
  g_assert_cmpfloat (reliability.mce, ==, 0.5);
  g_assert_cmpfloat (reliability.ece, ==, (0.5 + 2.0 * 0.484375) / 4.0);
  oto_calibration_get_reliability (NULL, NULL, 0, &reliability);
  g_assert_true (isnan (reliability.ece) && isnan (reliability.mce) && isnan (reliability.brier));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/calibration/temperature-is-the-minimum",
                   test_temperature_is_the_minimum);
  g_test_add_func ("/metrics/calibration/bounds",
                   test_bounds);
  g_test_add_func ("/metrics/calibration/bins-are-closed-below",
                   test_bins_are_closed_below);
  return g_test_run ();
}
