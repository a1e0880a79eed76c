/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-view-state-private.h"

#include "otoscope.h"

#include <math.h>

enum
{
  PROP_0,
  PROP_SCALE,
  PROP_PLAYHEAD_S,
  PROP_FOCUS_CLASS,
  PROP_THRESHOLD,
  PROP_CLIP_THRESHOLD,
  PROP_IS_LOOPING,
  N_PROPS
};

enum { CURSOR_CHANGED, SEEK, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoViewState, oto_view_state, G_TYPE_OBJECT)

static void
oto_view_state_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  OtoViewState *self = OTO_VIEW_STATE (object);

  switch (prop_id)
    {
    case PROP_SCALE:
      g_value_set_object (value, self->scale);
      break;
    case PROP_PLAYHEAD_S:
      g_value_set_double (value, self->playhead_s);
      break;
    case PROP_FOCUS_CLASS:
      g_value_set_int (value, self->focus_class);
      break;
    case PROP_THRESHOLD:
      g_value_set_double (value, self->threshold);
      break;
    case PROP_CLIP_THRESHOLD:
      g_value_set_double (value, self->clip_threshold);
      break;
    case PROP_IS_LOOPING:
      g_value_set_boolean (value, self->is_looping);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
oto_view_state_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  OtoViewState *self = OTO_VIEW_STATE (object);

  switch (prop_id)
    {
    case PROP_PLAYHEAD_S:
      oto_view_state_set_playhead_s (self, g_value_get_double (value));
      break;
    case PROP_FOCUS_CLASS:
      oto_view_state_set_focus_class (self, g_value_get_int (value));
      break;
    case PROP_THRESHOLD:
      oto_view_state_set_threshold (self, g_value_get_double (value));
      break;
    case PROP_CLIP_THRESHOLD:
      oto_view_state_set_clip_threshold (self, g_value_get_double (value));
      break;
    case PROP_IS_LOOPING:
      oto_view_state_set_looping (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
oto_view_state_finalize (GObject *object)
{
  OtoViewState *self = OTO_VIEW_STATE (object);

  g_clear_object (&self->scale);
  g_clear_object (&self->locks);
  g_clear_pointer (&self->colors, oto_class_colors_unref);

  G_OBJECT_CLASS (oto_view_state_parent_class)->finalize (object);
}

static void
oto_view_state_class_init (OtoViewStateClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = oto_view_state_get_property;
  object_class->set_property = oto_view_state_set_property;
  object_class->finalize = oto_view_state_finalize;

  properties[PROP_SCALE] =
    g_param_spec_object ("scale", NULL, NULL, OTO_TYPE_TIME_SCALE,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_PLAYHEAD_S] =
    g_param_spec_double ("playhead-s", NULL, NULL, 0.0, G_MAXDOUBLE, 0.0, flags);
  properties[PROP_FOCUS_CLASS] =
    g_param_spec_int ("focus-class", NULL, NULL, OTO_VIEW_BACKGROUND, G_MAXINT,
                      OTO_VIEW_BACKGROUND, flags);
  properties[PROP_THRESHOLD] =
    g_param_spec_double ("threshold", NULL, NULL, 0.0, 1.0, oto_binarizer_default.high, flags);
  properties[PROP_CLIP_THRESHOLD] =
    g_param_spec_double ("clip-threshold", NULL, NULL, 0.0, 1.0,
                         oto_binarizer_default.clip_threshold, flags);
  properties[PROP_IS_LOOPING] =
    g_param_spec_boolean ("is-looping", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CURSOR_CHANGED] = g_signal_new ("cursor-changed", G_TYPE_FROM_CLASS (klass),
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SEEK] = g_signal_new ("seek", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
  oto_view_state_install_selection (klass);
}

static void
oto_view_state_init (OtoViewState *self)
{
  self->scale = oto_time_scale_new ();
  self->colors = oto_class_colors_new ();
  self->locks = oto_class_locks_new ();
  self->time_s = NAN;
  self->height = NAN;
  self->read_class = OTO_VIEW_ANY_CLASS;
  self->focus_class = OTO_VIEW_BACKGROUND;
  self->threshold = oto_binarizer_default.high;
  self->clip_threshold = oto_binarizer_default.clip_threshold;
  self->mel_high = 1.0;
  g_signal_connect_object (self->scale, "changed", G_CALLBACK (oto_view_state_tell_view), self,
                           G_CONNECT_SWAPPED);
}

/**
 * oto_view_state_new:
 *
 * Returns: (transfer full): a state without a clip: the cursor is nowhere, the playhead at the
 * start, Background in focus, and thresholds are the published ones
 */
OtoViewState *
oto_view_state_new (void)
{
  return g_object_new (OTO_TYPE_VIEW_STATE, NULL);
}

/**
 * oto_view_state_get_scale:
 * @self: a state
 *
 * Returns: (transfer none): the time axis
 */
OtoTimeScale *
oto_view_state_get_scale (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), NULL);

  return self->scale;
}

/**
 * oto_view_state_get_colors:
 * @self: a state
 *
 * Returns: (transfer none): which class has which colour
 */
OtoClassColors *
oto_view_state_get_colors (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), NULL);

  return self->colors;
}

/**
 * oto_view_state_get_locks:
 * @self: a state
 *
 * Returns: (transfer none): classes that keep their panel
 */
OtoClassLocks *
oto_view_state_get_locks (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), NULL);

  return self->locks;
}

/**
 * oto_view_state_has_clip:
 * @self: a state
 *
 * Returns: whether there is a time axis to look at
 */
gboolean
oto_view_state_has_clip (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), FALSE);

  return oto_time_scale_get_duration_s (self->scale) > 0.0;
}

/**
 * oto_view_state_set_clip:
 * @self: a state
 * @duration_s: length of the clip; 0: no clip
 * @hop_s: length of a frame, by which the cursor steps; 0 without a clip
 *
 * Takes another clip and shows all of it; the same clip under another model keeps its view. Without
 * a clip cursor and playhead go back to where they began, and nothing is selected.
 */
void
oto_view_state_set_clip (OtoViewState *self,
                         double        duration_s,
                         double        hop_s)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  self->hop_s = hop_s;
  if (duration_s <= 0.0)
    {
      oto_view_state_point (self, NAN, NAN, OTO_VIEW_ANY_CLASS);
      oto_view_state_set_playhead_s (self, 0.0);
      oto_view_state_set_selection (self, NULL);
      oto_view_state_set_mel_range (self, 0.0, 1.0);
    }
  if (oto_time_scale_get_duration_s (self->scale) != duration_s
      || oto_time_scale_is_fit (self->scale))
    oto_time_scale_set_clip (self->scale, duration_s, hop_s);
}

/**
 * oto_view_state_set_begin_s:
 * @self: a state
 * @begin_s: where the first frame is drawn from, to whose edges selections snap
 */
void
oto_view_state_set_begin_s (OtoViewState *self,
                            double        begin_s)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  self->begin_s = begin_s;
}

/**
 * oto_view_state_fit:
 * @self: a state
 *
 * Shows the whole clip, and all of the mel axis.
 */
void
oto_view_state_fit (OtoViewState *self)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  oto_time_scale_fit (self->scale);
  oto_view_state_set_mel_range (self, 0.0, 1.0);
}

/* --- the cursor --- */

/**
 * oto_view_state_get_time_s:
 * @self: a state
 *
 * Returns: where the cursor is, or NaN where it is nowhere
 */
double
oto_view_state_get_time_s (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), NAN);

  return self->time_s;
}

/**
 * oto_view_state_get_height:
 * @self: a state
 *
 * Returns: the cursor's fraction of the mel axis, from the lowest frequency up, or NaN
 */
double
oto_view_state_get_height (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), NAN);

  return self->height;
}

/**
 * oto_view_state_get_read_class:
 * @self: a state
 *
 * Returns: the class whose panel or row the cursor was last put in, or %OTO_VIEW_ANY_CLASS
 */
int
oto_view_state_get_read_class (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), OTO_VIEW_ANY_CLASS);

  return self->read_class;
}

static gboolean
is_same (double a,
         double b)
{
  return a == b || (isnan (a) && isnan (b));
}

/**
 * oto_view_state_point:
 * @self: a state
 * @time_s: where, or NaN
 * @height: fraction of the mel axis from below; NaN where there is none
 * @read_class: the class whose panel or row it is, or %OTO_VIEW_ANY_CLASS
 *
 * Puts the cursor somewhere. What is pointed at decides all of it: over a row of classes there is
 * no frequency.
 */
void
oto_view_state_point (OtoViewState *self,
                      double        time_s,
                      double        height,
                      int           read_class)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  if (is_same (self->time_s, time_s) && is_same (self->height, height)
      && self->read_class == read_class)
    return;

  self->time_s = time_s;
  self->height = height;
  self->read_class = read_class;
  g_signal_emit (self, signals[CURSOR_CHANGED], 0);
}

/**
 * oto_view_state_move_to:
 * @self: a state
 * @time_s: where to, cut at the ends of the clip
 *
 * Moves the cursor along the time axis, and the view after it.
 */
void
oto_view_state_move_to (OtoViewState *self,
                        double        time_s)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  if (!oto_view_state_has_clip (self) || isnan (time_s))
    return;

  time_s = CLAMP (time_s, 0.0, oto_time_scale_get_duration_s (self->scale));
  oto_view_state_point (self, time_s, self->height, self->read_class);
  oto_time_scale_reveal (self->scale, time_s);
}

/* Where the cursor is, or would come in. */
static double
get_begin_s (OtoViewState *self)
{
  return isnan (self->time_s) ? oto_time_scale_get_start_s (self->scale) : self->time_s;
}

/**
 * oto_view_state_move_by:
 * @self: a state
 * @by_s: seconds; above 0: later
 */
void
oto_view_state_move_by (OtoViewState *self,
                        double        by_s)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  oto_view_state_move_to (self, get_begin_s (self) + by_s);
}

/**
 * oto_view_state_move_frames:
 * @self: a state
 * @n_frames: so many; above 0: later
 */
void
oto_view_state_move_frames (OtoViewState *self,
                            int           n_frames)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  oto_view_state_move_by (self, n_frames * self->hop_s);
}

/**
 * oto_view_state_move_screens:
 * @self: a state
 * @n_screens: so many; above 0: later
 *
 * Moves the view, and the cursor with it.
 */
void
oto_view_state_move_screens (OtoViewState *self,
                             int           n_screens)
{
  double by_s;

  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  by_s = n_screens * oto_time_scale_get_span_s (self->scale);
  oto_time_scale_pan (self->scale, by_s);
  oto_view_state_move_by (self, by_s);
}

/**
 * oto_view_state_move_bins:
 * @self: a state
 * @n_bins: so many; above 0: higher
 * @n_mels: how many there are
 *
 * Moves the cursor along the mel axis; one that is on none of its bins comes in at the lowest.
 */
void
oto_view_state_move_bins (OtoViewState *self,
                          int           n_bins,
                          int           n_mels)
{
  int row;

  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  if (!oto_view_state_has_clip (self) || n_mels <= 0)
    return;

  row = isnan (self->height) ? 0 : (int) floor (self->height * n_mels) + n_bins;
  row = CLAMP (row, 0, n_mels - 1);
  oto_view_state_point (self, get_begin_s (self), (row + 0.5) / n_mels,
                        self->read_class);
}

/**
 * oto_view_state_zoom:
 * @self: a state
 * @factor: above 1: closer
 *
 * Zooms about the cursor; about the middle where the cursor is out of sight.
 */
void
oto_view_state_zoom (OtoViewState *self,
                     double        factor)
{
  double start_s, end_s, about_s;

  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  start_s = oto_time_scale_get_start_s (self->scale);
  end_s = oto_time_scale_get_end_s (self->scale);
  about_s = self->time_s >= start_s && self->time_s <= end_s ? self->time_s
                                                             : (start_s + end_s) / 2.0;
  oto_time_scale_zoom_at (self->scale, about_s, factor);
}

/* --- the playhead --- */

/**
 * oto_view_state_get_playhead_s:
 * @self: a state
 *
 * Returns: what is heard now, or would be first
 */
double
oto_view_state_get_playhead_s (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), 0.0);

  return self->playhead_s;
}

/**
 * oto_view_state_set_playhead_s:
 * @self: a state
 * @time_s: what is heard
 */
void
oto_view_state_set_playhead_s (OtoViewState *self,
                               double        time_s)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  if (self->playhead_s == time_s)
    return;

  self->playhead_s = time_s;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAYHEAD_S]);
}

/**
 * oto_view_state_play_on:
 * @self: a state
 * @time_s: what is heard, a moment after what was heard last
 *
 * Moves the playhead as it plays. One that leaves the view on its right turns the page; one that
 * was out of it does not.
 */
void
oto_view_state_play_on (OtoViewState *self,
                        double        time_s)
{
  double start_s, end_s, before_s;

  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  start_s = oto_time_scale_get_start_s (self->scale);
  end_s = oto_time_scale_get_end_s (self->scale);
  before_s = self->playhead_s;
  oto_view_state_set_playhead_s (self, time_s);
  if (before_s >= start_s && before_s < end_s && time_s >= end_s)
    oto_time_scale_pan (self->scale, end_s - start_s);
}

/**
 * oto_view_state_seek:
 * @self: a state
 * @time_s: where to hear from, cut at the ends of the clip
 *
 * Puts the playhead there, and tells whoever plays.
 */
void
oto_view_state_seek (OtoViewState *self,
                     double        time_s)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  if (isnan (time_s))
    return;

  time_s = CLAMP (time_s, 0.0, oto_time_scale_get_duration_s (self->scale));
  g_signal_emit (self, signals[SEEK], 0, time_s);
  oto_view_state_set_playhead_s (self, time_s);
}

/* --- what is in focus, and what counts --- */

/**
 * oto_view_state_get_focus_class:
 * @self: a state
 *
 * Returns: the class in focus, or %OTO_VIEW_BACKGROUND
 */
int
oto_view_state_get_focus_class (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), OTO_VIEW_BACKGROUND);

  return self->focus_class;
}

/**
 * oto_view_state_set_focus_class:
 * @self: a state
 * @class_index: of the model, or %OTO_VIEW_BACKGROUND
 */
void
oto_view_state_set_focus_class (OtoViewState *self,
                                int           class_index)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));
  g_return_if_fail (class_index >= OTO_VIEW_BACKGROUND);

  if (self->focus_class == class_index)
    return;

  self->focus_class = class_index;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOCUS_CLASS]);
}

static void
set_threshold (OtoViewState *self,
               double       *member,
               double        threshold,
               int           prop_id)
{
  threshold = CLAMP (threshold, 0.0, 1.0);
  if (isnan (threshold) || *member == threshold)
    return;

  *member = threshold;
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

/**
 * oto_view_state_get_threshold:
 * @self: a state
 *
 * Returns: what frame scores must be above for an event
 */
double
oto_view_state_get_threshold (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), 0.0);

  return self->threshold;
}

/**
 * oto_view_state_set_threshold:
 * @self: a state
 * @threshold: what frame scores must be above for an event, cut to [0, 1]
 */
void
oto_view_state_set_threshold (OtoViewState *self,
                              double        threshold)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  set_threshold (self, &self->threshold, threshold, PROP_THRESHOLD);
}

/**
 * oto_view_state_get_clip_threshold:
 * @self: a state
 *
 * Returns: what a class's clip probability must be above for it to have events at all
 */
double
oto_view_state_get_clip_threshold (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), 0.0);

  return self->clip_threshold;
}

/**
 * oto_view_state_set_clip_threshold:
 * @self: a state
 * @threshold: what a class's clip probability must be above, cut to [0, 1]
 */
void
oto_view_state_set_clip_threshold (OtoViewState *self,
                                   double        threshold)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  set_threshold (self, &self->clip_threshold, threshold, PROP_CLIP_THRESHOLD);
}

/**
 * oto_view_state_dup_binarizers:
 * @self: a view state
 * @model: a model
 *
 * Returns: (transfer full) (array): (K): what makes events of each class in the window: what the
 *   model's file says, or else the published settings; a threshold that was moved is that of all
 *   classes
 */
OtoBinarizer *
oto_view_state_dup_binarizers (OtoViewState     *self,
                               OtoModelSnapshot *model)
{
  const int n_classes = oto_model_snapshot_get_config (model)->n_classes;
  OtoBinarizer *binarizers;

  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), NULL);

  binarizers = oto_model_snapshot_dup_binarizers (model);
  for (int k = 0; k < n_classes; k++)
    {
      OtoBinarizer *binarizer = &binarizers[k];

      binarizer->is_centred = TRUE;
      if (self->clip_threshold != oto_binarizer_default.clip_threshold)
        binarizer->clip_threshold = self->clip_threshold;
      if (self->threshold == oto_binarizer_default.high)
        continue;
      binarizer->high = self->threshold;
      if (!isnan (binarizer->low))
        binarizer->low = MIN (binarizer->low, binarizer->high);
    }
  return binarizers;
}

/**
 * oto_view_state_is_looping:
 * @self: a state
 *
 * Returns: whether what is visible plays again and again
 */
gboolean
oto_view_state_is_looping (OtoViewState *self)
{
  g_return_val_if_fail (OTO_IS_VIEW_STATE (self), FALSE);

  return self->is_looping;
}

/**
 * oto_view_state_set_looping:
 * @self: a state
 * @is_looping: whether what is visible plays again and again
 */
void
oto_view_state_set_looping (OtoViewState *self,
                            gboolean      is_looping)
{
  g_return_if_fail (OTO_IS_VIEW_STATE (self));

  if (self->is_looping == is_looping)
    return;

  self->is_looping = is_looping;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_LOOPING]);
}
