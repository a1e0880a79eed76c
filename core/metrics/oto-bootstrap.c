/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-bootstrap.h"

#include "base/oto-rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Differences no larger are none: rounding makes them. */
#define NO_DIFFERENCE 1e-12

/**
 * oto_bootstrap_draw:
 * @rng: a generator
 * @n_resamples: R
 * @n_clips: N, at least 1
 * @ret_indices: (out caller-allocates): (R, N): which clips each resample takes
 */
void
oto_bootstrap_draw (OtoRng  *rng,
                    guint    n_resamples,
                    guint    n_clips,
                    guint32 *ret_indices)
{
  for (size_t i = 0; i < (size_t) n_resamples * n_clips; i++)
    ret_indices[i] = (guint32) oto_rng_below (rng, n_clips);
}

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Linear between order statistics. */
static double
get_quantile (const double *sorted,
              guint         n,
              double        q)
{
  const double place = (n - 1) * q;
  const guint below = (guint) floor (place);

  if (below + 1 >= n)
    return sorted[n - 1];
  return sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
}

/**
 * oto_bootstrap_get_interval:
 * @values: (array length=n): a measure of each resample; NaN: undefined
 * @n: how many
 * @level: share of resamples inside, as 0.95
 * @ret_interval: (out caller-allocates): percentiles of the defined ones
 */
void
oto_bootstrap_get_interval (const double         *values,
                            guint                 n,
                            double                level,
                            OtoBootstrapInterval *ret_interval)
{
  g_autofree double *sorted = g_new (double, n + 1);
  OtoBootstrapInterval self = { NAN, NAN, NAN, NAN, 0 };
  double sum = 0.0, squares = 0.0;
  guint n_defined = 0;

  for (guint i = 0; i < n; i++)
    if (!isnan (values[i]))
      {
        sorted[n_defined++] = values[i];
        sum += values[i];
      }
  self.n_undefined = n - n_defined;
  if (n_defined > 0)
    {
      qsort (sorted, n_defined, sizeof (double), compare);
      self.mean = sum / n_defined;
      self.low = get_quantile (sorted, n_defined, (1.0 - level) / 2.0);
      self.high = get_quantile (sorted, n_defined, 1.0 - (1.0 - level) / 2.0);
      for (guint i = 0; i < n_defined; i++)
        squares += (sorted[i] - self.mean) * (sorted[i] - self.mean);
      self.standard_error = n_defined > 1 ? sqrt (squares / (n_defined - 1)) : NAN;
    }
  *ret_interval = self;
}

/**
 * oto_bootstrap_compare:
 * @values_a: (array length=n): a measure of one model
 * @values_b: (array length=n): that of another on the same resamples
 * @n: how many
 * @level: share of resamples inside the interval
 * @ret_difference: (out caller-allocates): of a - b
 */
void
oto_bootstrap_compare (const double           *values_a,
                       const double           *values_b,
                       guint                   n,
                       double                  level,
                       OtoBootstrapDifference *ret_difference)
{
  g_autofree double *differences = g_new (double, n + 1);
  guint n_below = 0, n_equal = 0, n_defined;
  double at_most, at_least;

  for (guint i = 0; i < n; i++)
    {
      differences[i] = values_a[i] - values_b[i];
      n_equal += fabs (differences[i]) <= NO_DIFFERENCE;
      n_below += differences[i] < -NO_DIFFERENCE;
    }
  oto_bootstrap_get_interval (differences, n, level, &ret_difference->interval);
  n_defined = n - ret_difference->interval.n_undefined;
  ret_difference->below = n_defined > 0 ? (double) n_below / n_defined : NAN;
  ret_difference->equal = n_defined > 0 ? (double) n_equal / n_defined : NAN;
  at_most = ret_difference->below + ret_difference->equal;
  at_least = 1.0 - ret_difference->below;
  ret_difference->two_sided = n_defined > 0 ? fmin (1.0, 2.0 * fmin (at_most, at_least)) : NAN;
}

/* Cells from high to low, ranked once for all resamples. */
typedef struct
{
  const float *scores;
  const float *targets;
  guint32     *cells;
  size_t       n;
} Ranking;

/* What is not a number ranks below everything. */
static float
get_score (const float *scores,
           guint32      cell)
{
  return isnan (scores[cell]) ? -INFINITY : scores[cell];
}

static int
compare_cells (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  const float x = get_score (user_data, *(const guint32 *) a);
  const float y = get_score (user_data, *(const guint32 *) b);

  return (x < y) - (x > y);
}

/* @n cells from @first on, @stride apart. */
static void
ranking_init (Ranking     *self,
              const float *scores,
              const float *targets,
              size_t       first,
              size_t       n,
              size_t       stride)
{
  *self = (Ranking) { scores, targets, g_new (guint32, n + 1), n };
  for (size_t i = 0; i < n; i++)
    self->cells[i] = (guint32) (first + i * stride);
  g_qsort_with_data (self->cells, (int) n, sizeof (guint32), compare_cells, (gpointer) scores);
}

/* Average precision where a cell's clip counts as often as it was drawn; NaN without positives. */
static double
ranking_get_ap (const Ranking *self,
                guint          n_classes,
                const guint32 *n_drawn)
{
  double hits = 0.0, found = 0.0, sum = 0.0;

  for (size_t i = 0; i < self->n; )
    {
      const float score = get_score (self->scores, self->cells[i]);
      double step = 0.0;

      for (; i < self->n && get_score (self->scores, self->cells[i]) == score; i++)
        {
          const double weight = n_drawn[self->cells[i] / n_classes];

          found += weight;
          step += self->targets[self->cells[i]] > 0.5f ? weight : 0.0;
        }
      hits += step;
      if (step > 0.0)
        sum += step * hits / found;
    }
  return hits > 0.0 ? sum / hits : NAN;
}

static double
get_mean_ap (const Ranking *classes,
             guint          n_classes,
             const guint32 *n_drawn)
{
  double sum = 0.0;
  guint n = 0;

  for (guint k = 0; k < n_classes; k++)
    {
      const double ap = ranking_get_ap (&classes[k], n_classes, n_drawn);

      sum += isnan (ap) ? 0.0 : ap;
      n += !isnan (ap);
    }
  return n > 0 ? sum / n : NAN;
}

/**
 * oto_bootstrap_get_ap:
 * @scores: (N, K)
 * @targets: (N, K), 0 or 1
 * @n_clips: N
 * @n_classes: K
 * @indices: (R, N): see oto_bootstrap_draw()
 * @n_resamples: R
 * @ret_micro: (out caller-allocates): (R), micro average precision; NaN without any positive
 * @ret_macro: (out caller-allocates): (R), mean average precision of the classes that have a
 *   positive in the resample; NaN without any
 */
void
oto_bootstrap_get_ap (const float   *scores,
                      const float   *targets,
                      guint          n_clips,
                      guint          n_classes,
                      const guint32 *indices,
                      guint          n_resamples,
                      double        *ret_micro,
                      double        *ret_macro)
{
  const size_t n_cells = (size_t) n_clips * n_classes;
  g_autofree Ranking *classes = g_new (Ranking, n_classes + 1);
  g_autofree guint32 *n_drawn = g_new (guint32, n_clips + 1);
  Ranking all;

  g_return_if_fail (n_cells < G_MAXINT);

  ranking_init (&all, scores, targets, 0, n_cells, 1);
  for (guint k = 0; k < n_classes; k++)
    ranking_init (&classes[k], scores, targets, k, n_clips, n_classes);
  for (guint r = 0; r < n_resamples; r++)
    {
      memset (n_drawn, 0, n_clips * sizeof (guint32));
      for (guint n = 0; n < n_clips; n++)
        n_drawn[indices[(size_t) r * n_clips + n]]++;
      ret_micro[r] = ranking_get_ap (&all, n_classes, n_drawn);
      ret_macro[r] = get_mean_ap (classes, n_classes, n_drawn);
    }
  for (guint k = 0; k < n_classes; k++)
    g_free (classes[k].cells);
  g_free (all.cells);
}
