/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

/* The definition: every pair of a positive and a negative, one half for a tie. */
static double
count_pairs (const float *scores,
             const float *targets,
             size_t       n)
{
  double won = 0.0, n_pairs = 0.0;

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      if (targets[i] == 1.f && targets[j] == 0.f)
        {
          n_pairs += 1.0;
          won += scores[i] > scores[j] ? 1.0 : scores[i] == scores[j] ? 0.5 : 0.0;
        }
  return won / n_pairs;
}

static void
test_counts_pairs (void)
{
  float scores[97], targets[97];

  oto_test_fill (scores, 97, 3);
  oto_test_fill (targets, 97, 4);
  for (int i = 0; i < 97; i++)
    {
      scores[i] = roundf (scores[i] * 6.f);
      targets[i] = targets[i] > 0.4f;
    }
  g_assert_cmpfloat_with_epsilon (oto_auc (scores, targets, 97, 1),
                                  count_pairs (scores, targets, 97), 1e-12);
}

static void
test_one_sided_is_undefined (void)
{
  const float scores[3] = { 0.1f, 0.2f, 0.3f };
  const float none[3] = { 0.f, 0.f, 0.f }, all[3] = { 1.f, 1.f, 1.f };
  double per_class[1];

  g_assert_true (isnan (oto_auc (scores, none, 3, 1)));
  g_assert_true (isnan (oto_auc (scores, all, 3, 1)));
  g_assert_true (isnan (oto_auc_macro (scores, none, 3, 1, per_class)));
  g_assert_true (isnan (per_class[0]));
  g_assert_true (isnan (oto_auc (NULL, NULL, 0, 1)));
}

static void
test_stride_picks_a_column (void)
{
  const float scores[6] = { 0.9f, 0.f, 0.1f, 1.f, 0.8f, 2.f };
  const float targets[6] = { 1.f, 0.f, 0.f, 1.f, 1.f, 0.f };
  double per_class[2];

  g_assert_cmpfloat (oto_auc (scores, targets, 3, 2), ==, 1.0);
  g_assert_cmpfloat (oto_auc (scores + 1, targets + 1, 3, 2), ==, 0.5);
  g_assert_cmpfloat (oto_auc_macro (scores, targets, 3, 2, per_class), ==, 0.75);
  g_assert_cmpfloat (per_class[0], ==, 1.0);
  g_assert_cmpfloat (per_class[1], ==, 0.5);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/auc/counts-pairs", test_counts_pairs);
  g_test_add_func ("/metrics/auc/one-sided-is-undefined", test_one_sided_is_undefined);
  g_test_add_func ("/metrics/auc/stride-picks-a-column", test_stride_picks_a_column);
  return g_test_run ();
}
