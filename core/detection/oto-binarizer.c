/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "detection/oto-binarizer.h"

#include <math.h>

const OtoBinarizer oto_binarizer_default = {
  .high = 0.2,
  .low = 0.1,
  .gap_frames = 10,
  .min_frames = 10,
  .clip_threshold = 0.1,
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
find_ranges (const OtoBinarizer *self,
             const guint8       *flags,
             gint64              n_frames)
{
  GArray *runs = find_runs (flags, n_frames);

  if (!isnan (self->low))
    {
      grow_runs (runs, flags, n_frames);
      join_runs (runs, 1);
    }
  join_runs (runs, self->gap_frames);
  drop_short_runs (runs, self->min_frames);
  return runs;
}

/**
 * oto_binarizer_find_ranges:
 * @self: thresholds; they are rounded to float, so that a score of 0.2f is not above 0.2
 * @scores: (array length=n_frames): frame scores of one class, (T)
 * @n_frames: T, at least 0
 *
 * Finds events: runs above the high threshold, grown down to the low one, joined, short ones
 * dropped.
 *
 * Returns: (transfer full) (element-type OtoFrameRange): the ranges in order
 */
GArray *
oto_binarizer_find_ranges (const OtoBinarizer *self,
                           const float        *scores,
                           gint64              n_frames)
{
  g_autofree guint8 *flags = NULL;
  const float high = self->high;
  const float low = self->low;

  g_return_val_if_fail (n_frames >= 0, NULL);

  flags = g_malloc (n_frames + 1);
  for (gint64 t = 0; t < n_frames; t++)
    flags[t] = (scores[t] > high ? ABOVE_HIGH : 0) | (scores[t] >= low ? AT_LEAST_LOW : 0);
  return find_ranges (self, flags, n_frames);
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
  g_autofree guint8 *flags = NULL;

  g_return_val_if_fail (n_frames >= 0, NULL);

  flags = g_malloc (n_frames + 1);
  for (gint64 t = 0; t < n_frames; t++)
    flags[t] = (scores[t] > self->high ? ABOVE_HIGH : 0)
               | (scores[t] >= self->low ? AT_LEAST_LOW : 0);
  return find_ranges (self, flags, n_frames);
}
