/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-f1.h"

#include "metrics/oto-ranking.h"

#include <math.h>

/**
 * oto_f1_compute:
 * @scores: n scores, @stride apart; NaN is above no threshold
 * @targets: n targets, @stride apart, 0 or 1
 * @n: how many
 * @stride: distance between neighbours, in floats
 * @threshold: a score above it is a prediction; it is rounded to float, so that a score of 0.1f is
 *   not above 0.1
 * @ret_f1: (out caller-allocates): counts and what they come to
 */
void
oto_f1_compute (const float *scores,
                const float *targets,
                size_t       n,
                size_t       stride,
                double       threshold,
                OtoF1       *ret_f1)
{
  const float limit = (float) threshold;
  guint64 n_hits = 0, n_false = 0, n_missed = 0;

  for (size_t i = 0; i < n; i++)
    {
      const gboolean predicted = scores[i * stride] > limit;
      const gboolean positive = targets[i * stride] > 0.5f;

      n_hits += predicted && positive;
      n_false += predicted && !positive;
      n_missed += !predicted && positive;
    }
  oto_f1_set_counts (ret_f1, n_hits, n_false, n_missed);
}

static double
divide (double a,
        double b)
{
  return b > 0.0 ? a / b : 0.0;
}

/**
 * oto_f1_set_counts:
 * @self: (out caller-allocates): set
 * @n_hits: right predictions
 * @n_false: wrong ones
 * @n_missed: positives that were not predicted
 */
void
oto_f1_set_counts (OtoF1   *self,
                   guint64  n_hits,
                   guint64  n_false,
                   guint64  n_missed)
{
  const double hits = (double) n_hits;

  *self = (OtoF1) {
    .n_hits = n_hits,
    .n_false = n_false,
    .n_missed = n_missed,
    .precision = divide (hits, hits + (double) n_false),
    .recall = divide (hits, hits + (double) n_missed),
    .f1 = divide (2.0 * hits, 2.0 * hits + (double) n_false + (double) n_missed),
  };
}

/**
 * oto_f1_sum:
 * @classes: (array length=n_classes): results of classes
 * @n_classes: K
 * @ret_micro: (out caller-allocates): the result of their counts together
 */
void
oto_f1_sum (const OtoF1 *classes,
            size_t       n_classes,
            OtoF1       *ret_micro)
{
  OtoF1 sum = { 0 };

  for (size_t k = 0; k < n_classes; k++)
    {
      sum.n_hits += classes[k].n_hits;
      sum.n_false += classes[k].n_false;
      sum.n_missed += classes[k].n_missed;
    }
  oto_f1_set_counts (ret_micro, sum.n_hits, sum.n_false, sum.n_missed);
}

/**
 * oto_f1_mean:
 * @classes: (array length=n_classes): results of classes
 * @n_classes: K
 * @ret_macro: (out caller-allocates): the unweighted mean of their values, NaN without classes; its
 *   counts are the sums
 */
void
oto_f1_mean (const OtoF1 *classes,
             size_t       n_classes,
             OtoF1       *ret_macro)
{
  double precision = 0.0, recall = 0.0, f1 = 0.0;

  oto_f1_sum (classes, n_classes, ret_macro);
  for (size_t k = 0; k < n_classes; k++)
    {
      precision += classes[k].precision;
      recall += classes[k].recall;
      f1 += classes[k].f1;
    }
  ret_macro->precision = n_classes > 0 ? precision / (double) n_classes : NAN;
  ret_macro->recall = n_classes > 0 ? recall / (double) n_classes : NAN;
  ret_macro->f1 = n_classes > 0 ? f1 / (double) n_classes : NAN;
}

/* A float between the two, @below if there is none. */
static double
get_middle (float above,
            float below)
{
  float middle = isfinite (below) ? 0.5f * above + 0.5f * below : nextafterf (above, -INFINITY);

  return middle < above && middle >= below ? middle : below;
}

/**
 * oto_f1_find_threshold:
 * @scores: n scores of validation data, @stride apart
 * @targets: n targets, @stride apart, 0 or 1
 * @n: how many
 * @stride: distance between neighbours, in floats
 * @ret_f1: (out) (optional): the F1 that it has there
 *
 * Finds the threshold of highest F1, half way between the scores that it parts; of several the
 * highest.
 *
 * Returns: the threshold; NaN without positives
 */
double
oto_f1_find_threshold (const float *scores,
                       const float *targets,
                       size_t       n,
                       size_t       stride,
                       double      *ret_f1)
{
  g_autofree OtoRanked *ranked = oto_ranking_new (scores, targets, n, stride);
  double threshold = NAN, best = -1.0;
  size_t n_positives = 0, n_hits = 0;

  for (size_t i = 0; i < n; i++)
    n_positives += ranked[i].positive;
  for (size_t i = 0; i < n && n_positives > 0; i++)
    {
      double f1;

      n_hits += ranked[i].positive;
      if (i + 1 < n && ranked[i + 1].score == ranked[i].score)
        continue;
      f1 = 2.0 * (double) n_hits / (double) (i + 1 + n_positives);
      if (f1 > best)
        {
          best = f1;
          threshold = get_middle (ranked[i].score, i + 1 < n ? ranked[i + 1].score : -INFINITY);
        }
    }
  if (ret_f1 != NULL)
    *ret_f1 = n_positives > 0 ? best : NAN;
  return threshold;
}
