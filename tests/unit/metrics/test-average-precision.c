/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

/* The definition: for every distinct score as a threshold, precision times the gain in recall. */
static double
sum_steps (const float *scores,
           const float *targets,
           size_t       n)
{
  double sum = 0.0, n_positives = 0.0;

  for (size_t i = 0; i < n; i++)
    n_positives += targets[i];

  for (size_t i = 0; i < n; i++)
    {
      double n_above = 0.0, n_hits = 0.0, n_tied_hits = 0.0;
      gboolean first = TRUE;

      for (size_t j = 0; j < n; j++)
        {
          n_above += scores[j] >= scores[i];
          n_hits += scores[j] >= scores[i] && targets[j] == 1.f;
          n_tied_hits += scores[j] == scores[i] && targets[j] == 1.f;
          if (j < i && scores[j] == scores[i])
            first = FALSE;
        }
      if (first)
        sum += n_tied_hits / n_positives * (n_hits / n_above);
    }
  return sum;
}

static void
test_sums_steps (void)
{
  float scores[89], targets[89];

  oto_test_fill (scores, 89, 5);
  oto_test_fill (targets, 89, 6);
  for (int i = 0; i < 89; i++)
    {
      scores[i] = roundf (scores[i] * 8.f);
      targets[i] = targets[i] > 0.5f;
    }
  g_assert_cmpfloat_with_epsilon (oto_average_precision (scores, targets, 89, 1),
                                  sum_steps (scores, targets, 89), 1e-12);
}

static void
test_without_positives_is_zero (void)
{
  const float scores[2] = { 0.5f, 0.6f }, targets[2] = { 0.f, 0.f };

  g_assert_cmpfloat (oto_average_precision (scores, targets, 2, 1), ==, 0.0);
  g_assert_cmpfloat (oto_average_precision (NULL, NULL, 0, 1), ==, 0.0);
}

static void
test_nan_ranks_last (void)
{
  const float scores[3] = { NAN, 0.1f, NAN }, targets[3] = { 1.f, 1.f, 0.f };

  g_assert_cmpfloat_with_epsilon (oto_average_precision (scores, targets, 3, 1),
                                  0.5 * 1.0 + 0.5 * 2.0 / 3.0, 1e-12);
}

static void
test_micro_pools_classes (void)
{
  const float scores[4] = { 0.9f, 0.8f, 0.7f, 0.6f }, targets[4] = { 1.f, 0.f, 0.f, 1.f };
  double per_class[2];

  g_assert_cmpfloat (oto_average_precision_micro (scores, targets, 2, 2), ==, 0.75);
  g_assert_cmpfloat (oto_average_precision_macro (scores, targets, 2, 2, per_class), ==, 0.75);
  g_assert_cmpfloat (per_class[0], ==, 1.0);
  g_assert_cmpfloat (per_class[1], ==, 0.5);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/average-precision/sums-steps", test_sums_steps);
  g_test_add_func ("/metrics/average-precision/without-positives-is-zero",
                   test_without_positives_is_zero);
  g_test_add_func ("/metrics/average-precision/nan-ranks-last", test_nan_ranks_last);
  g_test_add_func ("/metrics/average-precision/micro-pools-classes", test_micro_pools_classes);
  return g_test_run ();
}
