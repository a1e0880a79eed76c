/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "detection/oto-binarizer.h"

#include "detection/oto-median-filter.h"
#include "detection/oto-score-box.h"

#include <math.h>

const OtoBinarizer oto_binarizer_default = {
  .high = 0.2,
  .low = 0.1,
  .gap_frames = 10,
  .min_frames = 10,
  .clip_threshold = 0.1,
  .box_merge_abs = NAN,
  .box_merge_rel = NAN,
};

/* What a frame's score says; both are false for NaN. */
enum
{
  ABOVE_HIGH = 1 << 0,
  AT_LEAST_LOW = 1 << 1,
};

/* Closed runs of frames above the high threshold. */
static GArray *
find_runs (const guint8 *flags,
           gint64        n_frames)
{
  GArray *runs = g_array_new (FALSE, FALSE, sizeof (OtoFrameRange));

  for (gint64 t = 0; t < n_frames; t++)
    if (flags[t] & ABOVE_HIGH)
      {
        OtoFrameRange run = { t, t };

        while (run.end + 1 < n_frames && (flags[run.end + 1] & ABOVE_HIGH))
          run.end++;
        t = run.end;
        g_array_append_val (runs, run);
      }
  return runs;
}

/* Grows runs in both directions; they become half-open, and may touch or cover each other. */
static void
grow_runs (GArray       *runs,
           const guint8 *flags,
           gint64        n_frames)
{
  for (guint i = 0; i < runs->len; i++)
    {
      OtoFrameRange *run = &g_array_index (runs, OtoFrameRange, i);

      while (run->begin >= 0 && (flags[run->begin] & AT_LEAST_LOW))
        run->begin--;
      run->begin++;
      while (run->end < n_frames && (flags[run->end] & AT_LEAST_LOW))
        run->end++;
    }
}

static void
join_runs (GArray *runs,
           gint64  gap_frames)
{
  guint n = 0;

  for (guint i = 0; i < runs->len; i++)
    {
      OtoFrameRange run = g_array_index (runs, OtoFrameRange, i);
      OtoFrameRange *last = n > 0 ? &g_array_index (runs, OtoFrameRange, n - 1) : NULL;

      if (last != NULL && run.begin - last->end <= gap_frames)
        last->end = run.end;
      else
        g_array_index (runs, OtoFrameRange, n++) = run;
    }
  g_array_set_size (runs, n);
}

static void
drop_short_runs (GArray *runs,
                 gint64  min_frames)
{
  guint n = 0;

  for (guint i = 0; i < runs->len; i++)
    {
      OtoFrameRange run = g_array_index (runs, OtoFrameRange, i);

      if (run.end - run.begin > min_frames)
        g_array_index (runs, OtoFrameRange, n++) = run;
    }
  g_array_set_size (runs, n);
}

static GArray *
find_by_thresholds (const OtoBinarizer *self,
                    const double       *scores,
                    gint64              n_frames)
{
  g_autofree guint8 *flags = g_malloc (n_frames + 1);
  GArray *runs;

  for (gint64 t = 0; t < n_frames; t++)
    flags[t] = (scores[t] > self->high ? ABOVE_HIGH : 0)
               | (scores[t] >= self->low ? AT_LEAST_LOW : 0);
  runs = find_runs (flags, n_frames);
  if (!isnan (self->low))
    {
      grow_runs (runs, flags, n_frames);
      join_runs (runs, 1);
    }
  return runs;
}

/* Boxes of frames; their edges are whole frames where half the filter is. */
static GArray *
find_by_boxes (const OtoBinarizer *self,
               const double       *scores,
               gint64              n_frames)
{
  const OtoScoreBoxConfig config = { self->box_frames, self->box_merge_abs, self->box_merge_rel };
  g_autoptr (GArray) boxes = oto_score_box_find (&config, scores, n_frames, 1.0,
                                                 (double) n_frames);
  GArray *runs = g_array_new (FALSE, FALSE, sizeof (OtoFrameRange));

  for (guint i = 0; i < boxes->len; i++)
    {
      const OtoScoreBox *box = &g_array_index (boxes, OtoScoreBox, i);
      OtoFrameRange run = { llround (box->onset_s), llround (box->offset_s) };

      if (box->confidence > self->high)
        g_array_append_val (runs, run);
    }
  return runs;
}

/* What is not a number is below every other score, and 0 in a mean. */
static double *
dup_scores (const OtoBinarizer *self,
            const double       *scores,
            gint64              n_frames)
{
  const double none = self->box_frames > 0 ? 0.0 : -INFINITY;
  g_autofree double *numbers = g_new (double, n_frames + 1);
  double *filtered;

  for (gint64 t = 0; t < n_frames; t++)
    numbers[t] = isnan (scores[t]) ? none : scores[t];
  if (self->median_frames <= 1)
    return g_steal_pointer (&numbers);
  filtered = g_new (double, n_frames + 1);
  oto_median_filter_apply (numbers, n_frames, self->median_frames, filtered);
  return filtered;
}

/* GCC 12 leaves a cast to float and back out where it makes vectors of two of them. */
static double
round_to_float (double value)
{
  volatile float rounded = (float) value;

  return rounded;
}

/**
 * oto_binarizer_find_ranges:
 * @self: thresholds; they are rounded to float, so that a score of 0.2f is not above 0.2
 * @scores: (array length=n_frames): frame scores of one class, (T)
 * @n_frames: T, at least 0
 *
 * Finds events: runs above the high threshold, grown down to the low one, or boxes; joined, short
 * ones dropped.
 *
 * Returns: (transfer full) (element-type OtoFrameRange): the ranges in order
 */
GArray *
oto_binarizer_find_ranges (const OtoBinarizer *self,
                           const float        *scores,
                           gint64              n_frames)
{
  OtoBinarizer rounded = *self;
  g_autofree double *values = NULL;

  g_return_val_if_fail (n_frames >= 0, NULL);

  rounded.high = round_to_float (self->high);
  rounded.low = round_to_float (self->low);
  values = g_new (double, n_frames + 1);
  for (gint64 t = 0; t < n_frames; t++)
    values[t] = scores[t];
  return oto_binarizer_find_ranges_double (&rounded, values, n_frames);
}

/**
 * oto_binarizer_find_ranges_double:
 * @self: thresholds
 * @scores: (array length=n_frames): frame scores of one class, (T)
 * @n_frames: T, at least 0
 *
 * As oto_binarizer_find_ranges(), in double precision throughout.
 *
 * Returns: (transfer full) (element-type OtoFrameRange): the ranges in order
 */
GArray *
oto_binarizer_find_ranges_double (const OtoBinarizer *self,
                                  const double       *scores,
                                  gint64              n_frames)
{
  g_autofree double *values = NULL;
  GArray *runs;

  g_return_val_if_fail (n_frames >= 0, NULL);

  values = dup_scores (self, scores, n_frames);
  runs = self->box_frames > 0 ? find_by_boxes (self, values, n_frames)
                              : find_by_thresholds (self, values, n_frames);
  join_runs (runs, self->gap_frames);
  drop_short_runs (runs, self->min_frames);
  return runs;
}
