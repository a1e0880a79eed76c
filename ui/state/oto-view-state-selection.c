/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-view-state-private.h"

#include <math.h>

#define MIN_MEL_SPAN 0.0625      /* of the axis: four bins of 64 */

enum { SELECTION_CHANGED, MEL_CHANGED, VIEW_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

void
oto_view_state_install_selection (OtoViewStateClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", type, G_SIGNAL_RUN_LAST,
                                             0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[VIEW_CHANGED] = g_signal_new ("view-changed", type, G_SIGNAL_RUN_LAST,
                                        0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[MEL_CHANGED] = g_signal_new ("mel-changed", type, G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

void
oto_view_state_tell_view (OtoViewState *self)
{
  g_signal_emit (self, signals[VIEW_CHANGED], 0);
}

/* --- what is selected --- */

/**
 * oto_view_state_get_selection:
 * @self: a state
 * @ret_selection: (out caller-allocates) (nullable): what is selected
 *
 * Returns: %FALSE while nothing is
 */
gboolean
oto_view_state_get_selection (OtoViewState *self,
                              OtoSelection *ret_selection)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), FALSE);

  if (self->has_selection && ret_selection != NULL)
    *ret_selection = self->selection;

  return self->has_selection;
}

/**
 * oto_view_state_set_selection:
 * @self: a state
 * @selection: (nullable): what is selected, cut to the clip; one without extent is none
 */
void
oto_view_state_set_selection (OtoViewState       *self,
                              const OtoSelection *selection)
{
  OtoSelection cut = { 0.0, 0.0, 0.0, 0.0 };
  gboolean has_selection;

  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  if (selection != NULL && isfinite (selection->start_s) && isfinite (selection->end_s)
      && isfinite (selection->low) && isfinite (selection->high))
    {
      cut = *selection;
      oto_selection_normalize (&cut, oto_time_scale_get_duration_s (self->scale));
    }

  has_selection = cut.end_s > cut.start_s && cut.high > cut.low;
  if (has_selection == self->has_selection
      && (!has_selection || oto_selection_is_equal (&cut, &self->selection)))
    return;

  self->has_selection = has_selection;
  self->selection = cut;
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/**
 * oto_view_state_snap_s:
 * @self: a state
 * @time_s: a time
 *
 * Returns: the edge of a frame that is nearest; @time_s where frames are not known
 */
double
oto_view_state_snap_s (OtoViewState *self,
                       double        time_s)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), time_s);

  if (!(self->hop_s > 0.0))
    return time_s;

  time_s = self->begin_s + round ((time_s - self->begin_s) / self->hop_s) * self->hop_s;

  return CLAMP (time_s, 0.0, oto_time_scale_get_duration_s (self->scale));
}

static double
get_cursor_s (OtoViewState *self)
{
  return isnan (self->time_s) ? self->playhead_s : self->time_s;
}

/**
 * oto_view_state_select_edge:
 * @self: a state
 * @is_end: its end, not its start
 *
 * Puts an edge of the selection at the cursor; where nothing is selected, or the other edge is on
 * the wrong side, the other edge is the clip's.
 */
void
oto_view_state_select_edge (OtoViewState *self,
                            gboolean      is_end)
{
  const double time_s = get_cursor_s (self);
  OtoSelection selection = { 0.0, oto_time_scale_get_duration_s (self->scale), 0.0, 1.0 };

  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  oto_view_state_get_selection (self, &selection);
  if (is_end)
    {
      selection.end_s = time_s;
      if (selection.start_s >= time_s)
        selection.start_s = 0.0;
    }
  else
    {
      selection.start_s = time_s;
      if (selection.end_s <= time_s)
        selection.end_s = oto_time_scale_get_duration_s (self->scale);
    }
  oto_view_state_set_selection (self, &selection);
}

/**
 * oto_view_state_select_all:
 * @self: a state
 */
void
oto_view_state_select_all (OtoViewState *self)
{
  const OtoSelection all = { 0.0, oto_time_scale_get_duration_s (self->scale), 0.0, 1.0 };

  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  oto_view_state_set_selection (self, &all);
}

/**
 * oto_view_state_extend_frames:
 * @self: a state
 * @n_frames: so many; above 0: later
 *
 * Moves the cursor, and the edge of the selection that is there with it; selects from where the
 * cursor was where there is no such edge.
 */
void
oto_view_state_extend_frames (OtoViewState *self,
                              int           n_frames)
{
  const double from_s = get_cursor_s (self);
  OtoSelection selection;

  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  oto_view_state_move_frames (self, n_frames);
  if (!oto_view_state_get_selection (self, &selection)
      || (selection.start_s != from_s && selection.end_s != from_s))
    selection = (OtoSelection) { from_s, self->time_s, 0.0, 1.0 };
  else if (selection.start_s == from_s)
    selection.start_s = self->time_s;
  else
    selection.end_s = self->time_s;
  oto_view_state_set_selection (self, &selection);
}

/**
 * oto_view_state_zoom_to_selection:
 * @self: a state
 *
 * Shows the selection and nothing else: its time, and of a box its frequencies.
 */
void
oto_view_state_zoom_to_selection (OtoViewState *self)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  if (!self->has_selection)
    return;

  oto_time_scale_set_range (self->scale, self->selection.start_s, self->selection.end_s);
  if (oto_selection_is_box (&self->selection))
    oto_view_state_set_mel_range (self, self->selection.low, self->selection.high);
}

/* --- what of the mel axis is visible --- */

/**
 * oto_view_state_get_mel_range:
 * @self: a state
 * @ret_low: (out) (nullable): lowest visible place of the mel axis, from 0
 * @ret_high: (out) (nullable): highest, to 1
 *
 * Returns: whether some of it is out of sight
 */
gboolean
oto_view_state_get_mel_range (OtoViewState *self,
                              double       *ret_low,
                              double       *ret_high)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), FALSE);

  if (ret_low != NULL)
    *ret_low = self->mel_low;
  if (ret_high != NULL)
    *ret_high = self->mel_high;

  return self->mel_low > 0.0 || self->mel_high < 1.0;
}

/**
 * oto_view_state_set_mel_range:
 * @self: a state
 * @low: lowest visible place of the mel axis
 * @high: highest
 *
 * What is too little to be seen is widened, what lies outside the axis moved into it.
 */
void
oto_view_state_set_mel_range (OtoViewState *self,
                              double        low,
                              double        high)
{
  double span, middle;

  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  if (!isfinite (low) || !isfinite (high))
    return;

  span = CLAMP (high - low, MIN_MEL_SPAN, 1.0);
  middle = CLAMP ((low + high) / 2.0, span / 2.0, 1.0 - span / 2.0);
  low = MAX (middle - span / 2.0, 0.0);
  high = MIN (middle + span / 2.0, 1.0);
  if (low == self->mel_low && high == self->mel_high)
    return;

  self->mel_low = low;
  self->mel_high = high;
  g_signal_emit (self, signals[MEL_CHANGED], 0);
  oto_view_state_tell_view (self);
}

/**
 * oto_view_state_zoom_mel:
 * @self: a state
 * @about: place of the mel axis that keeps its place on the screen; NaN: the middle
 * @factor: above 1: closer
 */
void
oto_view_state_zoom_mel (OtoViewState *self,
                         double        about,
                         double        factor)
{
  double span, share;

  g_return_if_fail (OTO_IS_VIEW_STATE (self));
  g_return_if_fail (factor > 0.0);

  if (isnan (about) || about < self->mel_low || about > self->mel_high)
    about = (self->mel_low + self->mel_high) / 2.0;
  share = (about - self->mel_low) / (self->mel_high - self->mel_low);
  span = CLAMP ((self->mel_high - self->mel_low) / factor, MIN_MEL_SPAN, 1.0);
  oto_view_state_set_mel_range (self, about - share * span, about + (1.0 - share) * span);
}

/**
 * oto_view_state_pan_mel:
 * @self: a state
 * @by: how far, in shares of what is visible; above 0: higher
 */
void
oto_view_state_pan_mel (OtoViewState *self,
                        double        by)
{
  double span;

  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  span = self->mel_high - self->mel_low;
  by = CLAMP (by * span, -self->mel_low, 1.0 - self->mel_high);
  oto_view_state_set_mel_range (self, self->mel_low + by, self->mel_high + by);
}
