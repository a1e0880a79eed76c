/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "features/oto-window-plan.h"

/* Half a window, rounded up: 156 of 311 frames. */
static gint64
get_step (const OtoWindowPlan *self)
{
  return (self->n_window_frames + 1) / 2;
}

/* Where the last window begins. */
static gint64
get_last_frame (const OtoWindowPlan *self)
{
  return MAX (0, self->n_frames - self->n_window_frames);
}

/**
 * oto_window_plan_init:
 * @self: (out caller-allocates): a plan
 * @n_frames: T, the clip's own frames
 * @n_window_frames: those of a window
 *
 * Plans the windows of a clip.
 */
void
oto_window_plan_init (OtoWindowPlan *self,
                      gint64         n_frames,
                      int            n_window_frames)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (n_frames >= 0 && n_window_frames > 0);

  *self = (OtoWindowPlan) { .n_frames = n_frames, .n_window_frames = n_window_frames };
  self->n_windows = (guint) ((get_last_frame (self) + get_step (self) - 1) / get_step (self)) + 1;
}

/**
 * oto_window_plan_get_n_padded_frames:
 * @self: a plan
 *
 * Returns: frames that the windows cover: T, or a window's where that is more
 */
gint64
oto_window_plan_get_n_padded_frames (const OtoWindowPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return MAX (self->n_frames, self->n_window_frames);
}

/**
 * oto_window_plan_get_first_frame:
 * @self: a plan
 * @window: a window
 *
 * Returns: the window's first frame
 */
gint64
oto_window_plan_get_first_frame (const OtoWindowPlan *self,
                                 guint                window)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (window < self->n_windows, 0);

  return MIN (window * get_step (self), get_last_frame (self));
}

/**
 * oto_window_plan_get_seam:
 * @self: a plan
 * @window: a window, or one past the last
 *
 * Returns: the frame from which on a result that cannot be cross-faded is the window's: the middle
 *   of its overlap with the one before; 0 for the first, T past the last
 */
gint64
oto_window_plan_get_seam (const OtoWindowPlan *self,
                          guint                window)
{
  gint64 previous_end;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (window <= self->n_windows, 0);

  if (window == 0)
    return 0;
  if (window == self->n_windows)
    return self->n_frames;
  previous_end = oto_window_plan_get_first_frame (self, window - 1) + self->n_window_frames;
  return (oto_window_plan_get_first_frame (self, window) + previous_end) / 2;
}

/* A window's weight before it is divided by the sum over windows: a tent, so that where two windows
 * overlap one falls as the other rises. */
static gint64
get_tent (const OtoWindowPlan *self,
          guint                window,
          gint64               frame)
{
  gint64 begin = oto_window_plan_get_first_frame (self, window);
  gint64 end = begin + self->n_window_frames;

  return frame < begin || frame >= end ? 0 : MIN (frame - begin + 1, end - frame);
}

/**
 * oto_window_plan_get_fade:
 * @self: a plan
 * @window: a window
 * @frame: a frame of the clip
 *
 * Returns: the window's weight in a cross-faded result, in [0, 1]; the weights of all windows add
 *   up to one
 */
float
oto_window_plan_get_fade (const OtoWindowPlan *self,
                          guint                window,
                          gint64               frame)
{
  gint64 own = get_tent (self, window, frame);
  gint64 sum = own;

  /* The last window is shifted back, so that three may overlap, but no more. */
  for (guint w = window; w-- > 0 && window - w <= 2; )
    sum += get_tent (self, w, frame);
  for (guint w = window + 1; w < self->n_windows && w - window <= 2; w++)
    sum += get_tent (self, w, frame);
  return own > 0 ? (float) own / (float) sum : 0.f;
}
