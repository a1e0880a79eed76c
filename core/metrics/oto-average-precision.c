/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-average-precision.h"

#include "metrics/oto-ranking.h"

/**
 * oto_average_precision:
 * @scores: n scores, @stride apart
 * @targets: n targets, @stride apart, 0 or 1
 * @n: how many
 * @stride: distance between neighbours, in floats
 *
 * Area under the precision-recall steps, without interpolation; scores that are equal share one
 * step.
 *
 * Returns: a value in [0, 1]; 0 without positives
 */
double
oto_average_precision (const float *scores,
                       const float *targets,
                       size_t       n,
                       size_t       stride)
{
  g_autofree OtoRanked *ranked = oto_ranking_new (scores, targets, n, stride);
  size_t n_positives = 0, n_hits = 0;
  double sum = 0.0;

  for (size_t i = 0; i < n; i++)
    n_positives += ranked[i].positive;
  if (n_positives == 0)
    return 0.0;

  for (size_t begin = 0, end; begin < n; begin = end)
    {
      size_t n_hits_before = n_hits;

      for (end = begin; end < n && ranked[end].score == ranked[begin].score; end++)
        n_hits += ranked[end].positive;
      sum += (double) (n_hits - n_hits_before) * (double) n_hits / (double) end;
    }
  return sum / (double) n_positives;
}

/**
 * oto_average_precision_micro:
 * @scores: (N, K)
 * @targets: (N, K), 0 or 1
 * @n_clips: N
 * @n_classes: K
 *
 * Average precision over all clip and class pairs pooled into one ranking.
 *
 * Returns: a value in [0, 1]
 */
double
oto_average_precision_micro (const float *scores,
                             const float *targets,
                             size_t       n_clips,
                             size_t       n_classes)
{
  return oto_average_precision (scores, targets, n_clips * n_classes, 1);
}

/**
 * oto_average_precision_macro:
 * @scores: (N, K)
 * @targets: (N, K), 0 or 1
 * @n_clips: N
 * @n_classes: K
 * @ret_per_class: (out caller-allocates) (optional): (K)
 *
 * Unweighted mean of the classes' average precisions; a class without positives enters with 0.
 *
 * Returns: a value in [0, 1]
 */
double
oto_average_precision_macro (const float *scores,
                             const float *targets,
                             size_t       n_clips,
                             size_t       n_classes,
                             double      *ret_per_class)
{
  double sum = 0.0;

  for (size_t k = 0; k < n_classes; k++)
    {
      double value = oto_average_precision (scores + k, targets + k, n_clips, n_classes);

      if (ret_per_class != NULL)
        ret_per_class[k] = value;
      sum += value;
    }
  return n_classes > 0 ? sum / (double) n_classes : 0.0;
}
