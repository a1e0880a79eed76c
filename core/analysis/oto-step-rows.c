/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-step-rows.h"

#include "base/oto-arena.h"

#include <math.h>
#include <string.h>

/* A value, and the frame of its window where it ends. */
typedef struct
{
  gint32 end;
  float  value;
} Run;

struct _OtoStepRows
{
  OtoWindowPlan plan;
  int           n_classes;
  Run         **runs;            /* (windows): of all classes in turn; NULL: not there */
  guint32     **begins;          /* (windows), (K + 1): where those of a class begin */
};

/**
 * oto_step_rows_new:
 * @plan: how windows cover the clip
 * @n_classes: K
 *
 * Returns: (transfer full): rows of no window
 */
OtoStepRows *
oto_step_rows_new (const OtoWindowPlan *plan,
                   int                  n_classes)
{
  OtoStepRows *self = g_new0 (OtoStepRows, 1);

  self->plan = *plan;
  self->n_classes = n_classes;
  self->runs = g_new0 (Run *, plan->n_windows);
  self->begins = g_new0 (guint32 *, plan->n_windows);
  return self;
}

/**
 * oto_step_rows_free:
 * @self: (nullable): rows
 */
void
oto_step_rows_free (OtoStepRows *self)
{
  if (self == NULL)
    return;
  for (guint w = 0; w < self->plan.n_windows; w++)
    {
      oto_free (self->runs[w]);
      g_free (self->begins[w]);
    }
  g_free (self->runs);
  g_free (self->begins);
  g_free (self);
}

/* Where the run that begins at @t ends; equal to the bit, so that NaN is too. */
static int
find_end (const float *row,
          int          t,
          int          n_frames)
{
  int end = t + 1;

  while (end < n_frames && memcmp (&row[end], &row[t], sizeof *row) == 0)
    end++;
  return end;
}

/**
 * oto_step_rows_add_window:
 * @self: rows
 * @window: which, once
 * @values: (K, window T): frame scores of the window, each step's value over its frames
 * @error: return location
 *
 * Returns: %FALSE when memory is short
 */
gboolean
oto_step_rows_add_window (OtoStepRows  *self,
                          guint         window,
                          const float  *values,
                          GError      **error)
{
  const int n_frames = self->plan.n_window_frames;
  g_autofree guint32 *begins = g_new (guint32, self->n_classes + 1);
  guint32 n = 0;

  g_assert (window < self->plan.n_windows && self->runs[window] == NULL);
  for (int k = 0; k < self->n_classes; k++)
    {
      const float *row = values + (size_t) k * n_frames;

      begins[k] = n;
      for (int t = 0; t < n_frames; t = find_end (row, t, n_frames))
        n++;
    }
  begins[self->n_classes] = n;
  self->runs[window] = oto_try_alloc (n, sizeof (Run), error);
  if (self->runs[window] == NULL)
    return FALSE;
  n = 0;
  for (int k = 0; k < self->n_classes; k++)
    {
      const float *row = values + (size_t) k * n_frames;

      for (int t = 0, end; t < n_frames; t = end)
        {
          end = find_end (row, t, n_frames);
          self->runs[window][n++] = (Run) { end, row[t] };
        }
    }
  self->begins[window] = g_steal_pointer (&begins);
  return TRUE;
}

/**
 * oto_step_rows_fill:
 * @self: rows
 * @class_index: a class
 * @ret_row: (out caller-allocates): (T), windows cross-faded
 *
 * Computes the frame scores of a class; NaN where a window is not there.
 */
void
oto_step_rows_fill (const OtoStepRows *self,
                    int                class_index,
                    float             *ret_row)
{
  const gint64 n_frames = self->plan.n_frames;

  memset (ret_row, 0, n_frames * sizeof (float));
  for (guint w = 0; w < self->plan.n_windows; w++)
    {
      const gint64 begin = oto_window_plan_get_first_frame (&self->plan, w);
      const gint64 n = MIN (self->plan.n_window_frames, n_frames - begin);
      const Run *run = self->runs[w] != NULL ? self->runs[w] + self->begins[w][class_index] : NULL;

      for (gint64 t = 0; t < n; t++)
        {
          if (run != NULL && t >= run->end)
            run++;
          ret_row[begin + t] += run != NULL
            ? oto_window_plan_get_fade (&self->plan, w, begin + t) * run->value
            : NAN;
        }
    }
}
