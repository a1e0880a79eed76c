/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "detection/oto-score-box.h"

#include <math.h>
#include <stdlib.h>

/* Times nearer than this are one. */
#define SAME_S 1e-7
/* Added to scores before their ratio is taken, as published. */
#define RATIO_FLOOR 1e-3

/* A piecewise constant score: frame k lasts from edges[k] to edges[k + 1]; it is 0 outside. */
typedef struct
{
  const double *scores;          /* (T) */
  double       *edges;           /* (T + 1) */
  double       *sums;            /* (T + 1): integral up to each edge */
  size_t        n_frames;
} Curve;

/* A gap or a box, cut out of the curve. */
typedef struct
{
  double begin_s;
  double end_s;
  double min;
  double max;
} Segment;

/* The last frame ends with the clip; frames that would begin behind its end are left out. */
static void
curve_init (Curve        *self,
            const double *scores,
            size_t        n_frames,
            double        hop_s,
            double        duration_s)
{
  while (n_frames > 0 && (double) (n_frames - 1) * hop_s >= duration_s)
    n_frames--;
  *self = (Curve) {
    .scores = scores,
    .edges = g_new (double, n_frames + 1),
    .sums = g_new (double, n_frames + 1),
    .n_frames = n_frames,
  };
  self->edges[0] = self->sums[0] = 0.0;
  for (size_t k = 0; k < n_frames; k++)
    {
      self->edges[k + 1] = k + 1 < n_frames ? (double) (k + 1) * hop_s : duration_s;
      self->sums[k + 1] = self->sums[k] + scores[k] * (self->edges[k + 1] - self->edges[k]);
    }
}

static void
curve_clear (Curve *self)
{
  g_free (self->edges);
  g_free (self->sums);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Curve, curve_clear)

/* The last frame that begins at or before @time_s, which is inside the clip. */
static size_t
curve_find_frame (const Curve *self,
                  double       time_s)
{
  size_t low = 0, high = self->n_frames - 1;

  while (low < high)
    {
      size_t middle = high - (high - low) / 2;

      if (self->edges[middle] <= time_s)
        low = middle;
      else
        high = middle - 1;
    }
  return low;
}

static double
curve_integrate (const Curve *self,
                 double       time_s)
{
  size_t k;

  if (time_s <= 0.0)
    return 0.0;
  if (time_s >= self->edges[self->n_frames])
    return self->sums[self->n_frames];
  k = curve_find_frame (self, time_s);
  return self->sums[k] + self->scores[k] * (time_s - self->edges[k]);
}

static double
curve_get_mean (const Curve *self,
                double       begin_s,
                double       end_s)
{
  if (!(end_s > begin_s))
    return 0.0;
  return (curve_integrate (self, end_s) - curve_integrate (self, begin_s)) / (end_s - begin_s);
}

/* How much higher the score is behind than before. Divided last: sums of whole frames are often
 * exact, and then plateaus are. */
static double
curve_filter (const Curve *self,
              double       time_s,
              double       half_s)
{
  double middle = curve_integrate (self, time_s);

  return ((curve_integrate (self, time_s + half_s) - middle)
          - (middle - curve_integrate (self, time_s - half_s))) / half_s;
}

static int
compare_times (gconstpointer a,
               gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Where the filter's output bends: frame edges, also half a filter away. */
static GArray *
find_breakpoints (const Curve *curve,
                  double       half_s)
{
  const double duration_s = curve->edges[curve->n_frames];
  GArray *times = g_array_new (FALSE, FALSE, sizeof (double));
  guint n = 0;

  for (size_t k = 0; k <= curve->n_frames; k++)
    for (int side = -1; side <= 1; side++)
      {
        double time_s = curve->edges[k] + side * half_s;

        if (time_s >= 0.0 && time_s <= duration_s)
          g_array_append_val (times, time_s);
      }
  g_array_sort (times, compare_times);
  for (guint i = 0; i < times->len; i++)
    if (n == 0 || g_array_index (times, double, i) - g_array_index (times, double, n - 1) >= SAME_S)
      g_array_index (times, double, n++) = g_array_index (times, double, i);
  g_array_set_size (times, n);
  return times;
}

/* A box begins at a peak of the filter's output and ends in the valley behind it; of a plateau the
 * first point begins one, the last one ends it. */
static GArray *
find_bounds (const Curve *curve,
             double       half_s)
{
  g_autoptr (GArray) times = find_breakpoints (curve, half_s);
  GArray *bounds = g_array_new (FALSE, FALSE, sizeof (double));
  const double zero = 0.0, duration_s = curve->edges[curve->n_frames];
  double before = 0.0, last = curve_filter (curve, 0.0, half_s);
  gboolean is_open = FALSE;

  g_array_append_val (bounds, zero);
  for (guint n = 1; n < times->len; n++)
    {
      double next = curve_filter (curve, g_array_index (times, double, n), half_s);
      gboolean begins = !is_open && next <= last && (n == 1 || last > before);
      gboolean ends = is_open && next > last && last <= before;

      if (begins || ends)
        {
          g_array_append_val (bounds, g_array_index (times, double, n - 1));
          is_open = begins;
        }
      before = last;
      last = next;
    }
  if (is_open)
    g_array_append_val (bounds, duration_s);
  g_array_append_val (bounds, duration_s);
  return bounds;
}

/* Frames of which no more than a rounding error lies inside do not count. */
static Segment
measure (const Curve *curve,
         double       begin_s,
         double       end_s)
{
  Segment segment = { begin_s, end_s, INFINITY, -INFINITY };

  for (size_t k = curve_find_frame (curve, begin_s); k < curve->n_frames; k++)
    {
      if (curve->edges[k] >= end_s)
        break;
      if (fmin (curve->edges[k + 1], end_s) - fmax (curve->edges[k], begin_s) < SAME_S)
        continue;
      segment.min = fmin (segment.min, curve->scores[k]);
      segment.max = fmax (segment.max, curve->scores[k]);
    }
  if (segment.min > segment.max)
    segment.min = segment.max = 0.0;
  return segment;
}

static gboolean
is_within (const OtoScoreBoxConfig *config,
           const Segment           *box,
           const Segment           *gap)
{
  double high = box->max + RATIO_FLOOR, low = gap->min + RATIO_FLOOR;

  return (isnan (config->merge_abs) || high - low < config->merge_abs)
         && (isnan (config->merge_rel) || high / low < config->merge_rel);
}

/* All gaps are judged by what stood beside them before any was closed. */
static GArray *
join_boxes (const OtoScoreBoxConfig *config,
            const Curve             *curve,
            GArray                  *bounds)
{
  const double *times = (const double *) bounds->data;
  GArray *boxes = g_array_new (FALSE, FALSE, sizeof (OtoScoreBox));
  const gboolean joins = !isnan (config->merge_abs) || !isnan (config->merge_rel);
  Segment last = { 0 };

  for (guint i = 1; i + 2 < bounds->len; i += 2)
    {
      Segment box = measure (curve, times[i], times[i + 1]);
      OtoScoreBox new_box = { times[i], times[i + 1], 0.0 };

      if (i > 1 && joins)
        {
          Segment gap = measure (curve, times[i - 1], times[i]);

          if (is_within (config, &last, &gap) && is_within (config, &box, &gap))
            {
              g_array_index (boxes, OtoScoreBox, boxes->len - 1).offset_s = times[i + 1];
              last = box;
              continue;
            }
        }
      g_array_append_val (boxes, new_box);
      last = box;
    }
  for (guint i = 0; i < boxes->len; i++)
    {
      OtoScoreBox *box = &g_array_index (boxes, OtoScoreBox, i);

      box->confidence = curve_get_mean (curve, box->onset_s, box->offset_s);
    }
  return boxes;
}

/**
 * oto_score_box_find:
 * @config: how boxes are cut and joined
 * @scores: (array length=n_frames): (T), frame scores of one class, finite; frame k lasts from
 *   k @hop_s to (k + 1) @hop_s
 * @n_frames: T
 * @hop_s: distance between frames, positive
 * @duration_s: end of the clip and of its last frame
 *
 * Cuts a score into boxes and gaps where a step filter's output has its peaks and valleys, and
 * joins boxes with shallow gaps between them. A flat score is one box; silence is one of
 * confidence 0. (Ebbers et al., arXiv:2406.04212, with the conventions of the released program.)
 *
 * Returns: (transfer full) (element-type OtoScoreBox): the boxes by onset
 */
GArray *
oto_score_box_find (const OtoScoreBoxConfig *config,
                    const double            *scores,
                    size_t                   n_frames,
                    double                   hop_s,
                    double                   duration_s)
{
  g_auto (Curve) curve = { 0 };
  g_autoptr (GArray) bounds = NULL;

  g_return_val_if_fail (config != NULL && config->filter_len_s > 0.0, NULL);
  g_return_val_if_fail (hop_s > 0.0, NULL);

  curve_init (&curve, scores, n_frames, hop_s, duration_s);
  if (curve.n_frames == 0)
    return g_array_new (FALSE, FALSE, sizeof (OtoScoreBox));
  bounds = find_bounds (&curve, config->filter_len_s / 2.0);
  return join_boxes (config, &curve, bounds);
}
