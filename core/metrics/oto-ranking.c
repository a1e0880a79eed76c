/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-ranking.h"

#include <math.h>
#include <stdlib.h>

static int
compare_falling (gconstpointer a,
                 gconstpointer b)
{
  float x = ((const OtoRanked *) a)->score;
  float y = ((const OtoRanked *) b)->score;

  return (x < y) - (x > y);
}

/**
 * oto_ranking_new:
 * @scores: n values, @stride apart; NaN ranks below everything
 * @targets: n values, @stride apart; positive above one half
 * @n: how many
 * @stride: distance between neighbours, in floats
 *
 * Sorts scores in falling order.
 *
 * Returns: (array length=n) (transfer full): freed with g_free()
 */
OtoRanked *
oto_ranking_new (const float *scores,
                 const float *targets,
                 size_t       n,
                 size_t       stride)
{
  OtoRanked *ranked = g_new (OtoRanked, n);

  for (size_t i = 0; i < n; i++)
    {
      float score = scores[i * stride];

      ranked[i].score = isnan (score) ? -INFINITY : score;
      ranked[i].positive = targets[i * stride] > 0.5f;
    }
  if (n > 1)
    qsort (ranked, n, sizeof *ranked, compare_falling);
  return ranked;
}
