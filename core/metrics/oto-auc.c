/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-auc.h"

#include "metrics/oto-ranking.h"

#include <math.h>

/**
 * oto_auc:
 * @scores: n scores, @stride apart
 * @targets: n targets, @stride apart, 0 or 1
 * @n: how many
 * @stride: distance between neighbours, in floats
 *
 * The share of (positive, negative) pairs in which the positive has the higher score.
 *
 * Returns: a value in [0, 1]; NaN when there are no positives or no negatives
 */
double
oto_auc (const float *scores,
         const float *targets,
         size_t       n,
         size_t       stride)
{
  g_autofree OtoRanked *ranked = oto_ranking_new (scores, targets, n, stride);
  double n_hits = 0.0, n_misses = 0.0, n_pairs = 0.0;

  for (size_t begin = 0, end; begin < n; begin = end)
    {
      double n_tied_hits = 0.0, n_tied_misses = 0.0;

      for (end = begin; end < n && ranked[end].score == ranked[begin].score; end++)
        {
          if (ranked[end].positive)
            n_tied_hits++;
          else
            n_tied_misses++;
        }
      /* Every negative of this step is below all positives met before it. */
      n_pairs += n_tied_misses * (n_hits + 0.5 * n_tied_hits);
      n_hits += n_tied_hits;
      n_misses += n_tied_misses;
    }

  if (n_hits == 0.0 || n_misses == 0.0)
    return NAN;
  return n_pairs / (n_hits * n_misses);
}

/**
 * oto_auc_macro:
 * @scores: (N, K)
 * @targets: (N, K), 0 or 1
 * @n_clips: N
 * @n_classes: K
 * @ret_per_class: (out caller-allocates) (optional): (K)
 *
 * Unweighted mean of the classes' areas.
 *
 * Returns: a value in [0, 1]; NaN when any class is undefined
 */
double
oto_auc_macro (const float *scores,
               const float *targets,
               size_t       n_clips,
               size_t       n_classes,
               double      *ret_per_class)
{
  double sum = 0.0;

  for (size_t k = 0; k < n_classes; k++)
    {
      double value = oto_auc (scores + k, targets + k, n_clips, n_classes);

      if (ret_per_class != NULL)
        ret_per_class[k] = value;
      sum += value;
    }
  return n_classes > 0 ? sum / (double) n_classes : NAN;
}
