/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "metrics/oto-auc.h"
#include "metrics/oto-average-precision.h"
#include "metrics/oto-score-histogram.h"

#include <math.h>

#define N 5000

/* Scores that need no rounding rank as they do one by one; others nearly so. */
static void
check (float    step,
       double   limit,
       gboolean is_small)
{
  g_autoptr (OtoScoreHistogram) histogram = oto_score_histogram_new (2);
  g_autofree float *scores = g_new (float, N);
  g_autofree float *targets = g_new (float, N);
  OtoRng rng;

  oto_rng_init (&rng, 3);
  for (int i = 0; i < N; i++)
    {
      double score = oto_rng_uniform (&rng);

      targets[i] = oto_rng_uniform (&rng) < 0.3 * score;
      score = is_small ? score * 1e-15 : score;
      scores[i] = step > 0.f ? (float) (floor (score / step) * step) : (float) score;
    }
  oto_score_histogram_add (histogram, 1, scores, targets, 1000);
  oto_score_histogram_add (histogram, 1, scores + 1000, targets + 1000, N - 1000);
  g_assert_cmpfloat_with_epsilon (oto_score_histogram_get_auc (histogram, 1),
                                  oto_auc (scores, targets, N, 1), limit);
  g_assert_cmpfloat_with_epsilon (oto_score_histogram_get_ap (histogram, 1),
                                  oto_average_precision (scores, targets, N, 1), limit);
  g_assert_true (isnan (oto_score_histogram_get_ap (histogram, 0)));
  g_assert_true (isnan (oto_score_histogram_get_auc (histogram, 0)));
}

static void
test_ranks (void)
{
  check (1.f / 512.f, 1e-12, FALSE);
  check (0.f, 2e-3, FALSE);
  check (0.f, 2e-3, TRUE);
}

/* Limits have places; what is no number is nothing. */
static void
test_limits (void)
{
  static const float scores[] = { 1.f, 0.f, NAN, 1e-38f, 2.f, -1.f };
  static const float targets[] = { 1.f, 0.f, 0.f, 0.f, 1.f, 0.f };
  g_autoptr (OtoScoreHistogram) histogram = oto_score_histogram_new (1);

  oto_score_histogram_add (histogram, 0, scores, targets, G_N_ELEMENTS (scores));
  g_assert_cmpfloat (oto_score_histogram_get_auc (histogram, 0), ==, 1.0);
  g_assert_cmpfloat (oto_score_histogram_get_ap (histogram, 0), ==, 1.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/score-histogram/ranks-as-one-by-one", test_ranks);
  g_test_add_func ("/metrics/score-histogram/limits", test_limits);
  return g_test_run ();
}
