/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-time-scale.h"

#include <math.h>

/* The closest zoom where the length of a frame is not known. */
#define MIN_SPAN_S 0.02

struct _OtoTimeScale
{
  GObject parent_instance;

  double duration_s;
  double hop_s;
  double start_s;
  double end_s;
};

G_DEFINE_FINAL_TYPE (OtoTimeScale, oto_time_scale, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_DURATION_S,
  PROP_START_S,
  PROP_END_S,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
oto_time_scale_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  OtoTimeScale *self = OTO_TIME_SCALE (object);

  switch (prop_id)
    {
    case PROP_DURATION_S:
      g_value_set_double (value, self->duration_s);
      break;
    case PROP_START_S:
      g_value_set_double (value, self->start_s);
      break;
    case PROP_END_S:
      g_value_set_double (value, self->end_s);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
oto_time_scale_class_init (OtoTimeScaleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = oto_time_scale_get_property;

  props[PROP_DURATION_S] =
    g_param_spec_double ("duration-s", NULL, NULL, 0.0, G_MAXDOUBLE, 0.0, flags);
  props[PROP_START_S] =
    g_param_spec_double ("start-s", NULL, NULL, 0.0, G_MAXDOUBLE, 0.0, flags);
  props[PROP_END_S] =
    g_param_spec_double ("end-s", NULL, NULL, 0.0, G_MAXDOUBLE, 0.0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /**
   * OtoTimeScale::changed:
   *
   * The clip or the visible range is another; emitted once a change, after the properties'
   * notifications.
   */
  signals[CHANGED] = g_signal_new ("changed", OTO_TYPE_TIME_SCALE, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oto_time_scale_init (OtoTimeScale *self)
{
}

/**
 * oto_time_scale_new:
 *
 * Returns: (transfer full): a scale without a clip
 */
OtoTimeScale *
oto_time_scale_new (void)
{
  return g_object_new (OTO_TYPE_TIME_SCALE, NULL);
}

/* Brings a range inside the clip, keeping its span where it can, and tells of it. */
static void
apply (OtoTimeScale *self,
       double        duration_s,
       double        start_s,
       double        end_s)
{
  double min_span_s = oto_time_scale_get_min_span_s (self);
  double span_s = CLAMP (end_s - start_s, min_span_s, duration_s);
  gboolean is_new_duration = duration_s != self->duration_s;

  start_s = CLAMP (start_s, 0.0, duration_s - span_s);
  end_s = start_s + span_s;
  /* The sum may round to a hair past the end. */
  end_s = MIN (end_s, duration_s);
  if (!is_new_duration && start_s == self->start_s && end_s == self->end_s)
    return;

  g_object_freeze_notify (G_OBJECT (self));
  self->duration_s = duration_s;
  if (is_new_duration)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DURATION_S]);
  if (start_s != self->start_s)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_START_S]);
  if (end_s != self->end_s)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_END_S]);
  self->start_s = start_s;
  self->end_s = end_s;
  g_object_thaw_notify (G_OBJECT (self));
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * oto_time_scale_set_clip:
 * @self: a scale
 * @duration_s: length of the clip; 0: no clip
 * @hop_s: length of a frame, or 0 where it is not known
 *
 * Takes another clip and shows all of it.
 */
void
oto_time_scale_set_clip (OtoTimeScale *self,
                         double        duration_s,
                         double        hop_s)
{
  g_return_if_fail (OTO_IS_TIME_SCALE (self));
  g_return_if_fail (isfinite (duration_s) && duration_s >= 0.0);
  g_return_if_fail (isfinite (hop_s) && hop_s >= 0.0);

  self->hop_s = hop_s;
  apply (self, duration_s, 0.0, duration_s);
}

double
oto_time_scale_get_duration_s (OtoTimeScale *self)
{
  g_return_val_if_fail (OTO_IS_TIME_SCALE (self), 0.0);

  return self->duration_s;
}

double
oto_time_scale_get_start_s (OtoTimeScale *self)
{
  g_return_val_if_fail (OTO_IS_TIME_SCALE (self), 0.0);

  return self->start_s;
}

double
oto_time_scale_get_end_s (OtoTimeScale *self)
{
  g_return_val_if_fail (OTO_IS_TIME_SCALE (self), 0.0);

  return self->end_s;
}

double
oto_time_scale_get_span_s (OtoTimeScale *self)
{
  g_return_val_if_fail (OTO_IS_TIME_SCALE (self), 0.0);

  return self->end_s - self->start_s;
}

/**
 * oto_time_scale_get_min_span_s:
 * @self: a scale
 *
 * Returns: the shortest range that can be shown, or the whole clip where that is shorter
 */
double
oto_time_scale_get_min_span_s (OtoTimeScale *self)
{
  double min_span_s;

  g_return_val_if_fail (OTO_IS_TIME_SCALE (self), 0.0);

  min_span_s = self->hop_s > 0.0 ? OTO_TIME_SCALE_MIN_FRAMES * self->hop_s : MIN_SPAN_S;
  return MIN (min_span_s, self->duration_s);
}

/**
 * oto_time_scale_is_fit:
 * @self: a scale
 *
 * Returns: whether all of the clip is visible
 */
gboolean
oto_time_scale_is_fit (OtoTimeScale *self)
{
  g_return_val_if_fail (OTO_IS_TIME_SCALE (self), FALSE);

  return self->start_s <= 0.0 && self->end_s >= self->duration_s;
}

/**
 * oto_time_scale_set_range:
 * @self: a scale
 * @start_s: left end
 * @end_s: right end; a shorter span than the least is made longer, to the right
 *
 * Shows a range, moved and cut as the clip demands. Values that are not finite are ignored.
 */
void
oto_time_scale_set_range (OtoTimeScale *self,
                          double        start_s,
                          double        end_s)
{
  g_return_if_fail (OTO_IS_TIME_SCALE (self));

  if (isfinite (start_s) && isfinite (end_s))
    apply (self, self->duration_s, start_s, end_s);
}

/**
 * oto_time_scale_zoom_at:
 * @self: a scale
 * @about_s: the time that keeps its place on screen, as far as the clip's ends allow
 * @factor: above 1 shows less, below 1 more
 */
void
oto_time_scale_zoom_at (OtoTimeScale *self,
                        double        about_s,
                        double        factor)
{
  double span_s, new_span_s, start_s;

  g_return_if_fail (OTO_IS_TIME_SCALE (self));

  span_s = self->end_s - self->start_s;
  if (!isfinite (about_s) || !isfinite (factor) || factor <= 0.0 || span_s <= 0.0)
    return;

  new_span_s = CLAMP (span_s / factor, oto_time_scale_get_min_span_s (self), self->duration_s);
  start_s = about_s - (about_s - self->start_s) * (new_span_s / span_s);
  apply (self, self->duration_s, start_s, start_s + new_span_s);
}

/**
 * oto_time_scale_pan:
 * @self: a scale
 * @by_s: seconds to move by; the ends of the clip stop it
 */
void
oto_time_scale_pan (OtoTimeScale *self,
                    double        by_s)
{
  g_return_if_fail (OTO_IS_TIME_SCALE (self));

  oto_time_scale_set_range (self, self->start_s + by_s, self->end_s + by_s);
}

/**
 * oto_time_scale_fit:
 * @self: a scale
 *
 * Shows all of the clip.
 */
void
oto_time_scale_fit (OtoTimeScale *self)
{
  g_return_if_fail (OTO_IS_TIME_SCALE (self));

  apply (self, self->duration_s, 0.0, self->duration_s);
}

/**
 * oto_time_scale_reveal:
 * @self: a scale
 * @time_s: a time of the clip
 *
 * Pans so that a time outside the visible range comes in at a tenth from the edge it left by.
 */
void
oto_time_scale_reveal (OtoTimeScale *self,
                       double        time_s)
{
  double margin_s;

  g_return_if_fail (OTO_IS_TIME_SCALE (self));

  margin_s = (self->end_s - self->start_s) / 10.0;
  if (time_s < self->start_s)
    oto_time_scale_pan (self, time_s - margin_s - self->start_s);
  else if (time_s > self->end_s)
    oto_time_scale_pan (self, time_s + margin_s - self->end_s);
}

/**
 * oto_time_scale_x_from_s:
 * @self: a scale
 * @time_s: a time, visible or not
 * @width_px: width of the plot
 *
 * Returns: its place from the plot's left edge; 0 without a clip
 */
double
oto_time_scale_x_from_s (OtoTimeScale *self,
                         double        time_s,
                         double        width_px)
{
  g_return_val_if_fail (OTO_IS_TIME_SCALE (self), 0.0);

  if (self->end_s <= self->start_s)
    return 0.0;
  return (time_s - self->start_s) / (self->end_s - self->start_s) * width_px;
}

/**
 * oto_time_scale_s_from_x:
 * @self: a scale
 * @x_px: a place from the plot's left edge
 * @width_px: width of the plot
 *
 * Returns: the time there, inside the clip
 */
double
oto_time_scale_s_from_x (OtoTimeScale *self,
                         double        x_px,
                         double        width_px)
{
  double time_s;

  g_return_val_if_fail (OTO_IS_TIME_SCALE (self), 0.0);

  if (!(width_px > 0.0))
    return self->start_s;
  time_s = self->start_s + x_px / width_px * (self->end_s - self->start_s);
  return CLAMP (time_s, 0.0, self->duration_s);
}
