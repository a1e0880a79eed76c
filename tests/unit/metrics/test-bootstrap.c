/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

static void
test_interval_of_defined_values (void)
{
  const double values[] = { 4.0, NAN, 0.0, 1.0, 3.0, 2.0 }, none[] = { NAN };
  OtoBootstrapInterval interval;

  oto_bootstrap_get_interval (values, 6, 0.5, &interval);
  g_assert_cmpuint (interval.n_undefined, ==, 1);
  g_assert_cmpfloat (interval.low, ==, 1.0);
  g_assert_cmpfloat (interval.high, ==, 3.0);
  g_assert_cmpfloat (interval.mean, ==, 2.0);
  g_assert_cmpfloat_with_epsilon (interval.standard_error, sqrt (2.5), 1e-12);
  oto_bootstrap_get_interval (none, 1, 0.95, &interval);
  g_assert_cmpuint (interval.n_undefined, ==, 1);
  g_assert_true (isnan (interval.low) && isnan (interval.high) && isnan (interval.mean));
}

static void
test_same_model_does_not_differ (void)
{
  const double values[] = { 0.3, 0.5, NAN, 0.1 }, better[] = { 0.4, 0.6, NAN, 0.2 };
  OtoBootstrapDifference difference;

  oto_bootstrap_compare (values, values, 4, 0.95, &difference);
  g_assert_cmpfloat (difference.equal, ==, 1.0);
  g_assert_cmpfloat (difference.two_sided, ==, 1.0);
  oto_bootstrap_compare (values, better, 4, 0.95, &difference);
  g_assert_cmpfloat (difference.below, ==, 1.0);
  g_assert_cmpfloat (difference.two_sided, ==, 0.0);
}

static void
test_draws_whole_clips (void)
{
  const float scores[] = { 0.9f, 0.1f, 0.2f, 0.8f }, targets[] = { 1.f, 0.f, 0.f, 0.f };
  guint32 indices[2 * 50];
  double micro[50], macro[50];
  guint n_undefined = 0;
  OtoRng rng;

  oto_rng_init (&rng, 4);
  oto_bootstrap_draw (&rng, 50, 2, indices);
  oto_bootstrap_get_ap (scores, targets, 2, 2, indices, 50, micro, macro);
  for (int r = 0; r < 50; r++)
    {
      gboolean has_positive = indices[2 * r] == 0 || indices[2 * r + 1] == 0;

      g_assert_cmpuint (indices[2 * r], <, 2);
      g_assert_cmpint (isnan (micro[r]), ==, !has_positive);
      if (has_positive)
        g_assert_cmpfloat (macro[r], ==, 1.0);
      n_undefined += !has_positive;
    }
  g_assert_cmpuint (n_undefined, >, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/bootstrap/interval-of-defined-values",
                   test_interval_of_defined_values);
  g_test_add_func ("/metrics/bootstrap/same-model-does-not-differ",
                   test_same_model_does_not_differ);
  g_test_add_func ("/metrics/bootstrap/draws-whole-clips",
                   test_draws_whole_clips);
  return g_test_run ();
}
