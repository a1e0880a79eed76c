/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-psds.h"

#include <math.h>
#include <string.h>

const OtoPsdsConfig oto_psds_scenario_1 = {
  .criteria = { .detected_share = 0.7, .found_share = 0.7, .crossed_share = NAN },
  .cross_weight = 0.0,
  .spread_weight = 1.0,
  .max_rate = 100.0,
};
const OtoPsdsConfig oto_psds_scenario_2 = {
  .criteria = { .detected_share = 0.1, .found_share = 0.1, .crossed_share = 0.3 },
  .cross_weight = 0.5,
  .spread_weight = 1.0,
  .max_rate = 100.0,
};

/* What is counted of a class; behind these, its cross triggers of each class. */
enum
{
  FOUND,
  FALSE_ALARMS,
  CROSS,
};

/* By how much a count changes when the threshold falls below a score. */
typedef struct
{
  double  score;
  guint32 counter;
  gint32  change;
} Change;

struct _OtoPsds
{
  OtoPsdsConfig config;
  guint         n_classes;
  double        hours;
  guint64      *n_refs;          /* (K) */
  double       *ref_hours;       /* (K) */
  GArray      **changes;         /* (K): of Change */
  gboolean      is_sorted;
};

/* One class of one clip while the threshold falls. Runs of active frames know their other end. */
typedef struct
{
  const OtoPsds *psds;
  GArray       **refs;           /* (K): merged events of the clip */
  guint          class_index;
  double         duration_s;
  double         hop_s;
  size_t         n_frames;
  gboolean      *is_active;      /* (T) */
  size_t        *other_ends;     /* (T): of the run that begins or ends in a frame */
  double        *covered_s;      /* by right detections, of each event of the class */
  gint32        *counts;         /* (2 + K): now */
  gint32        *told;           /* (2 + K): of which changes are written down */
} Sweep;

/**
 * oto_psds_new:
 * @config: a scenario
 * @n_classes: K
 *
 * Returns: (transfer full): a score of no clip
 */
OtoPsds *
oto_psds_new (const OtoPsdsConfig *config,
              guint                n_classes)
{
  OtoPsds *self = g_new0 (OtoPsds, 1);

  self->config = *config;
  self->n_classes = n_classes;
  self->n_refs = g_new0 (guint64, n_classes);
  self->ref_hours = g_new0 (double, n_classes);
  self->changes = g_new (GArray *, n_classes);
  for (guint k = 0; k < n_classes; k++)
    self->changes[k] = g_array_new (FALSE, FALSE, sizeof (Change));
  return self;
}

/**
 * oto_psds_free:
 * @self: (nullable): a score
 */
void
oto_psds_free (OtoPsds *self)
{
  if (self == NULL)
    return;
  for (guint k = 0; k < self->n_classes; k++)
    g_array_unref (self->changes[k]);
  g_free (self->changes);
  g_free (self->n_refs);
  g_free (self->ref_hours);
  g_free (self);
}

static double
sum_overlap_s (GArray            *refs,
               const OtoInterval *run)
{
  double sum_s = 0.0;

  for (guint i = 0; i < refs->len; i++)
    sum_s += oto_interval_get_overlap_s (&g_array_index (refs, OtoInterval, i), run);
  return sum_s;
}

/* Events that a right detection covers may become found, or lost when it goes. */
static void
cover (Sweep             *sweep,
       const OtoInterval *run,
       int                sign)
{
  GArray *refs = sweep->refs[sweep->class_index];
  const double share = sweep->psds->config.criteria.found_share;

  for (guint i = 0; i < refs->len; i++)
    {
      const OtoInterval *event = &g_array_index (refs, OtoInterval, i);
      const double length_s = event->offset_s - event->onset_s;
      const double overlap_s = oto_interval_get_overlap_s (event, run);

      if (overlap_s <= 0.0)
        continue;
      sweep->counts[FOUND] -= oto_intersection_holds (sweep->covered_s[i], share, length_s);
      sweep->covered_s[i] += sign * overlap_s;
      sweep->counts[FOUND] += oto_intersection_holds (sweep->covered_s[i], share, length_s);
    }
}

/* A run of frames comes (+1) or goes (-1). */
static void
count_run (Sweep  *sweep,
           size_t  first,
           size_t  last,
           int     sign)
{
  const OtoIntersectionCriteria *criteria = &sweep->psds->config.criteria;
  const OtoInterval run = {
    (double) first * sweep->hop_s, fmin ((double) (last + 1) * sweep->hop_s, sweep->duration_s),
    (int) sweep->class_index,
  };
  const double length_s = run.offset_s - run.onset_s;

  if (oto_intersection_holds (sum_overlap_s (sweep->refs[sweep->class_index], &run),
                              criteria->detected_share, length_s))
    {
      cover (sweep, &run, sign);
      return;
    }
  sweep->counts[FALSE_ALARMS] += sign;
  for (guint k = 0; k < sweep->psds->n_classes && !isnan (criteria->crossed_share); k++)
    if (k != sweep->class_index && sweep->refs[k]->len > 0
        && oto_intersection_holds (sum_overlap_s (sweep->refs[k], &run), criteria->crossed_share,
                                   length_s))
      sweep->counts[CROSS + k] += sign;
}

/* The frame joins the runs beside it. */
static void
activate (Sweep  *sweep,
          size_t  t)
{
  size_t first = t, last = t;

  if (t > 0 && sweep->is_active[t - 1])
    {
      first = sweep->other_ends[t - 1];
      count_run (sweep, first, t - 1, -1);
    }
  if (t + 1 < sweep->n_frames && sweep->is_active[t + 1])
    {
      last = sweep->other_ends[t + 1];
      count_run (sweep, t + 1, last, -1);
    }
  sweep->is_active[t] = TRUE;
  sweep->other_ends[first] = last;
  sweep->other_ends[last] = first;
  count_run (sweep, first, last, 1);
}

static void
write_changes (Sweep  *sweep,
               double  score)
{
  for (guint32 i = 0; i < CROSS + sweep->psds->n_classes; i++)
    if (sweep->counts[i] != sweep->told[i])
      {
        Change change = { score, i, sweep->counts[i] - sweep->told[i] };

        g_array_append_val (sweep->psds->changes[sweep->class_index], change);
        sweep->told[i] = sweep->counts[i];
      }
}

static int
compare_scores (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  const double *scores = user_data;
  double x = scores[*(const size_t *) a], y = scores[*(const size_t *) b];

  return (x < y) - (x > y);
}

static void
run_sweep (Sweep        *sweep,
           const double *scores)
{
  g_autofree size_t *order = g_new (size_t, sweep->n_frames + 1);
  size_t n = 0;

  for (size_t t = 0; t < sweep->n_frames; t++)
    if (!isnan (scores[t]))
      order[n++] = t;
  g_qsort_with_data (order, (int) n, sizeof (size_t), compare_scores, (gpointer) scores);
  for (size_t i = 0; i < n; i++)
    {
      activate (sweep, order[i]);
      if (i + 1 == n || scores[order[i + 1]] != scores[order[i]])
        write_changes (sweep, scores[order[i]]);
    }
}

static void
add_class (OtoPsds      *self,
           Sweep        *sweep,
           guint         class_index,
           const double *scores)
{
  GArray *refs = sweep->refs[class_index];
  g_autofree double *covered_s = g_new0 (double, refs->len + 1);

  for (guint i = 0; i < refs->len; i++)
    {
      const OtoInterval *event = &g_array_index (refs, OtoInterval, i);

      self->n_refs[class_index]++;
      self->ref_hours[class_index] += (event->offset_s - event->onset_s) / 3600.0;
    }
  sweep->class_index = class_index;
  sweep->covered_s = covered_s;
  memset (sweep->is_active, 0, sweep->n_frames * sizeof (gboolean));
  memset (sweep->counts, 0, (CROSS + self->n_classes) * sizeof (gint32));
  memset (sweep->told, 0, (CROSS + self->n_classes) * sizeof (gint32));
  run_sweep (sweep, scores);
}

/**
 * oto_psds_add_clip:
 * @self: a score
 * @duration_s: of the clip; frames are cut there
 * @refs: (array length=n_refs): its reference; events of one class that overlap or touch are one
 * @n_refs: how many
 * @scores: (K, T); frame t lasts from t @hop_s to (t + 1) @hop_s; one that is NaN is never active
 * @n_frames: T
 * @hop_s: distance between frames
 *
 * Adds one clip. The threshold falls through its scores one by one; what a new active frame changes
 * is written down, so that a clip costs about as much as its frames.
 */
void
oto_psds_add_clip (OtoPsds           *self,
                   double             duration_s,
                   const OtoInterval *refs,
                   guint              n_refs,
                   const double      *scores,
                   size_t             n_frames,
                   double             hop_s)
{
  const size_t row_len = n_frames;
  g_autofree GArray **merged = NULL;
  g_autofree gboolean *is_active = NULL;
  g_autofree size_t *other_ends = NULL;
  g_autofree gint32 *counts = NULL;
  Sweep sweep;

  g_return_if_fail (self != NULL);
  g_return_if_fail (hop_s > 0.0 && n_frames < G_MAXINT);

  while (n_frames > 0 && (double) (n_frames - 1) * hop_s >= duration_s)
    n_frames--;
  merged = g_new (GArray *, self->n_classes + 1);
  is_active = g_new (gboolean, n_frames + 1);
  other_ends = g_new (size_t, n_frames + 1);
  counts = g_new (gint32, 2 * (CROSS + self->n_classes));
  for (guint k = 0; k < self->n_classes; k++)
    merged[k] = oto_intervals_merge (refs, n_refs, (int) k);
  sweep = (Sweep) {
    .psds = self, .refs = merged, .duration_s = duration_s, .hop_s = hop_s, .n_frames = n_frames,
    .is_active = is_active, .other_ends = other_ends, .counts = counts,
    .told = counts + CROSS + self->n_classes,
  };
  for (guint k = 0; k < self->n_classes; k++)
    add_class (self, &sweep, k, scores + k * row_len);
  for (guint k = 0; k < self->n_classes; k++)
    g_array_unref (merged[k]);
  self->hours += duration_s / 3600.0;
  self->is_sorted = FALSE;
}

static int
compare_changes (gconstpointer a,
                 gconstpointer b)
{
  double x = ((const Change *) a)->score, y = ((const Change *) b)->score;

  return (x < y) - (x > y);
}

static void
sort_changes (OtoPsds *self)
{
  for (guint k = 0; k < self->n_classes && !self->is_sorted; k++)
    g_array_sort (self->changes[k], compare_changes);
  self->is_sorted = TRUE;
}

/* Effective false alarms an hour: wrong detections and, weighted, the mean of cross triggers an
 * hour of each other class. */
static OtoPsdsPoint
make_point (const OtoPsds *self,
            guint          class_index,
            const gint64  *counts)
{
  double sum = 0.0;
  guint n = 0;

  for (guint k = 0; k < self->n_classes && self->config.cross_weight != 0.0; k++)
    if (k != class_index && self->n_refs[k] > 0)
      {
        sum += (double) counts[CROSS + k] / self->ref_hours[k];
        n++;
      }
  return (OtoPsdsPoint) {
    (double) counts[FALSE_ALARMS] / self->hours
      + (n > 0 ? self->config.cross_weight * sum / n : 0.0),
    (double) counts[FOUND] / (double) self->n_refs[class_index],
  };
}

/* Lower rates first, of equal ones the best. */
static int
compare_points (gconstpointer a,
                gconstpointer b)
{
  const OtoPsdsPoint *x = a, *y = b;

  if (x->rate != y->rate)
    return x->rate < y->rate ? -1 : 1;
  return (x->found < y->found) - (x->found > y->found);
}

/* Falling thresholds, which @thresholds are not. */
static int
compare_thresholds (gconstpointer a,
                    gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x < y) - (x > y);
}

/* An operating point for each distinct score, or for each threshold. */
static GArray *
list_points (const OtoPsds *self,
             guint          class_index,
             const double  *thresholds,
             guint          n_thresholds)
{
  const Change *changes = (const Change *) self->changes[class_index]->data;
  const guint n = self->changes[class_index]->len;
  g_autofree gint64 *counts = g_new0 (gint64, CROSS + self->n_classes);
  GArray *points = g_array_new (FALSE, FALSE, sizeof (OtoPsdsPoint));
  guint i = 0;

  for (guint j = 0; thresholds == NULL ? i < n : j < n_thresholds; j++)
    {
      const double score = i < n ? changes[i].score : NAN;
      OtoPsdsPoint point;

      while (i < n && (thresholds == NULL ? changes[i].score == score
                                          : changes[i].score > thresholds[j]))
        {
          counts[changes[i].counter] += changes[i].change;
          i++;
        }
      point = make_point (self, class_index, counts);
      g_array_append_val (points, point);
    }
  g_array_sort (points, compare_points);
  return points;
}

/* The steps up of a class: from (0, 0), rising, not beyond the largest rate. */
static GArray *
make_curve (const OtoPsds *self,
            GArray        *points)
{
  GArray *curve = g_array_new (FALSE, FALSE, sizeof (OtoPsdsPoint));
  OtoPsdsPoint last = { 0.0, 0.0 };

  g_array_append_val (curve, last);
  for (guint i = 0; i < points->len; i++)
    {
      OtoPsdsPoint point = g_array_index (points, OtoPsdsPoint, i);

      if (point.rate > self->config.max_rate || point.found <= last.found)
        continue;
      if (point.rate == last.rate)
        g_array_set_size (curve, curve->len - 1);
      g_array_append_val (curve, point);
      last = point;
    }
  return curve;
}

static double
get_area (const OtoPsds *self,
          GArray        *curve)
{
  const OtoPsdsPoint *points = (const OtoPsdsPoint *) curve->data;
  double area = 0.0;

  for (guint i = 0; i < curve->len; i++)
    area += points[i].found
            * ((i + 1 < curve->len ? points[i + 1].rate : self->config.max_rate) - points[i].rate);
  return area / self->config.max_rate;
}

/* What mean and spread of the classes come to, each at its place of its curve. */
static double
combine (const OtoPsds *self,
         GArray       **curves,
         const guint   *places)
{
  double sum = 0.0, squares = 0.0, mean;
  guint n = 0;

  for (guint k = 0; k < self->n_classes; k++)
    if (self->n_refs[k] > 0)
      {
        sum += g_array_index (curves[k], OtoPsdsPoint, places[k]).found;
        n++;
      }
  mean = sum / n;
  for (guint k = 0; k < self->n_classes; k++)
    if (self->n_refs[k] > 0)
      {
        double d = g_array_index (curves[k], OtoPsdsPoint, places[k]).found - mean;

        squares += d * d;
      }
  return fmax (mean - self->config.spread_weight * sqrt (squares / n), 0.0);
}

/* On the rates of all classes' curves. */
static GArray *
combine_curves (const OtoPsds *self,
                GArray       **curves)
{
  g_autofree guint *places = g_new0 (guint, self->n_classes);
  GArray *curve = g_array_new (FALSE, FALSE, sizeof (OtoPsdsPoint));
  double rate = 0.0;

  while (isfinite (rate))
    {
      OtoPsdsPoint point = { rate, 0.0 };
      double next = INFINITY;

      for (guint k = 0; k < self->n_classes; k++)
        {
          while (places[k] + 1 < curves[k]->len
                 && g_array_index (curves[k], OtoPsdsPoint, places[k] + 1).rate <= rate)
            places[k]++;
          if (places[k] + 1 < curves[k]->len)
            next = fmin (next, g_array_index (curves[k], OtoPsdsPoint, places[k] + 1).rate);
        }
      point.found = combine (self, curves, places);
      g_array_append_val (curve, point);
      rate = next;
    }
  return curve;
}

/**
 * oto_psds_compute:
 * @self: a score
 * @thresholds: (array length=n_thresholds) (nullable): a frame is active above one, strictly;
 *   %NULL: every score is one, and frames that have it are active
 * @n_thresholds: how many
 * @ret_result: (out caller-allocates): cleared with oto_psds_result_clear()
 *
 * Computes the score over the classes that have a reference.
 */
void
oto_psds_compute (OtoPsds       *self,
                  const double  *thresholds,
                  guint          n_thresholds,
                  OtoPsdsResult *ret_result)
{
  g_autoptr (GArray) falling = NULL;
  gboolean occurs = FALSE;

  g_return_if_fail (self != NULL);

  sort_changes (self);
  if (thresholds != NULL)
    {
      falling = g_array_new (FALSE, FALSE, sizeof (double));
      g_array_append_vals (falling, thresholds, n_thresholds);
      g_array_sort (falling, compare_thresholds);
    }
  *ret_result = (OtoPsdsResult) {
    .psds = NAN,
    .n_classes = self->n_classes,
    .class_psds = g_new (double, self->n_classes),
    .class_curves = g_new (GArray *, self->n_classes),
  };
  for (guint k = 0; k < self->n_classes; k++)
    {
      ret_result->class_psds[k] = NAN;
      if (self->n_refs[k] == 0)
        {
          ret_result->class_curves[k] = g_array_new (FALSE, FALSE, sizeof (OtoPsdsPoint));
          continue;
        }
      g_autoptr (GArray) points =
        list_points (self, k, falling != NULL ? (const double *) falling->data : NULL,
                     n_thresholds);

      ret_result->class_curves[k] = make_curve (self, points);
      ret_result->class_psds[k] = get_area (self, ret_result->class_curves[k]);
      occurs = TRUE;
    }
  ret_result->curve = occurs ? combine_curves (self, ret_result->class_curves)
                             : g_array_new (FALSE, FALSE, sizeof (OtoPsdsPoint));
  if (occurs)
    ret_result->psds = get_area (self, ret_result->curve);
}

/**
 * oto_psds_get_counts:
 * @self: a score
 * @class_index: below K
 * @threshold: a frame is active above it
 * @ret_counts: (out caller-allocates): what is found there
 * @ret_cross_counts: (out caller-allocates) (optional): (K): cross triggers of each class
 */
void
oto_psds_get_counts (OtoPsds               *self,
                     guint                  class_index,
                     double                 threshold,
                     OtoIntersectionCounts *ret_counts,
                     guint64               *ret_cross_counts)
{
  g_autofree gint64 *counts = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (class_index < self->n_classes);

  counts = g_new0 (gint64, CROSS + self->n_classes);
  for (guint i = 0; i < self->changes[class_index]->len; i++)
    {
      const Change *change = &g_array_index (self->changes[class_index], Change, i);

      if (change->score > threshold)
        counts[change->counter] += change->change;
    }
  *ret_counts = (OtoIntersectionCounts) {
    self->n_refs[class_index], counts[FOUND], counts[FALSE_ALARMS],
  };
  for (guint k = 0; k < self->n_classes && ret_cross_counts != NULL; k++)
    ret_cross_counts[k] = counts[CROSS + k];
}

/**
 * oto_psds_result_clear:
 * @self: a result
 *
 * Frees its memory.
 */
void
oto_psds_result_clear (OtoPsdsResult *self)
{
  g_clear_pointer (&self->curve, g_array_unref);
  for (guint k = 0; k < self->n_classes && self->class_curves != NULL; k++)
    g_array_unref (self->class_curves[k]);
  g_clear_pointer (&self->class_curves, g_free);
  g_clear_pointer (&self->class_psds, g_free);
}
