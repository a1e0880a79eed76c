/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

#define N 60

static void
fill (float   *scores,
      float   *targets,
      guint64  seed)
{
  oto_test_fill (scores, N, seed);
  oto_test_fill (targets, N, seed + 1);
  for (int i = 0; i < N; i++)
    {
      scores[i] = roundf (scores[i] * 8.f) / 8.f;
      targets[i] = targets[i] > 0.2f;
    }
}

static void
test_threshold_is_strict (void)
{
  const float scores[] = { 0.1f, 0.2f, NAN, 0.3f }, targets[] = { 1.f, 1.f, 1.f, 0.f };
  OtoF1 f1;

  oto_f1_compute (scores, targets, 4, 1, 0.1, &f1);
  g_assert_cmpuint (f1.n_hits, ==, 1);
  g_assert_cmpuint (f1.n_false, ==, 1);
  g_assert_cmpuint (f1.n_missed, ==, 2);
  g_assert_cmpfloat (f1.precision, ==, 0.5);
  g_assert_cmpfloat_with_epsilon (f1.recall, 1.0 / 3.0, 1e-15);
  g_assert_cmpfloat_with_epsilon (f1.f1, 0.4, 1e-15);
}

static void
test_undefined_is_zero (void)
{
  const float score = 0.1f, target = 0.f;
  OtoF1 f1, mean;

  oto_f1_compute (&score, &target, 1, 1, 0.5, &f1);
  g_assert_cmpfloat (f1.precision, ==, 0.0);
  g_assert_cmpfloat (f1.recall, ==, 0.0);
  g_assert_cmpfloat (f1.f1, ==, 0.0);
  oto_f1_mean (NULL, 0, &mean);
  g_assert_true (isnan (mean.f1));
  g_assert_true (isnan (oto_f1_find_threshold (&score, &target, 1, 1, NULL)));
}

static void
test_finds_best_threshold (void)
{
  float scores[N], targets[N];

  for (guint64 seed = 0; seed < 40; seed += 2)
    {
      double best, threshold, most = 0.0;
      OtoF1 f1;

      fill (scores, targets, seed);
      threshold = oto_f1_find_threshold (scores, targets, N, 1, &best);
      oto_f1_compute (scores, targets, N, 1, threshold, &f1);
      g_assert_cmpfloat (f1.f1, ==, best);
      for (int i = -20; i <= 20; i++)
        {
          oto_f1_compute (scores, targets, N, 1, i / 16.0, &f1);
          most = fmax (most, f1.f1);
        }
      g_assert_cmpfloat (best, ==, most);
    }
}

static void
test_thresholds_of_equal_and_neighbouring_scores (void)
{
  const float same[] = { 0.5f, 0.5f }, near[] = { 1.f, nextafterf (1.f, 0.f) };
  const float targets[] = { 1.f, 0.f };
  double f1;

  g_assert_cmpfloat (oto_f1_find_threshold (same, targets, 2, 1, &f1), <, 0.5);
  g_assert_cmpfloat_with_epsilon (f1, 2.0 / 3.0, 1e-15);
  g_assert_cmpfloat (oto_f1_find_threshold (near, targets, 2, 1, &f1), ==, near[1]);
  g_assert_cmpfloat (f1, ==, 1.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/f1/threshold-is-strict", test_threshold_is_strict);
  g_test_add_func ("/metrics/f1/undefined-is-zero", test_undefined_is_zero);
  g_test_add_func ("/metrics/f1/finds-best-threshold", test_finds_best_threshold);
  g_test_add_func ("/metrics/f1/thresholds-of-equal-and-neighbouring-scores",
                   test_thresholds_of_equal_and_neighbouring_scores);
  return g_test_run ();
}
