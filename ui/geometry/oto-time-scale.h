/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define OTO_TYPE_TIME_SCALE (oto_time_scale_get_type ())
G_DECLARE_FINAL_TYPE (OtoTimeScale, oto_time_scale, OTO, TIME_SCALE, GObject)

/**
 * OtoTimeScale:
 *
 * The one time axis that the panels of a page share: how long the clip is and which part of it is
 * visible. The visible range always lies inside the clip and never shrinks below a few frames.
 * Every change is told once, by #OtoTimeScale::changed. For the main thread.
 *
 * A frame t is drawn from t to t + 1 hops; positions in pixels are measured from the left edge of
 * the plot.
 */

/* A clip of at least this many frames can be zoomed in until so many are left. */
#define OTO_TIME_SCALE_MIN_FRAMES 8

OtoTimeScale *oto_time_scale_new            (void) G_GNUC_WARN_UNUSED_RESULT;

/* A new clip; shows all of it. A duration of 0 is no clip. @hop_s: one frame, or 0 where not
 * known. */
void          oto_time_scale_set_clip       (OtoTimeScale *self,
                                             double        duration_s,
                                             double        hop_s);

double        oto_time_scale_get_duration_s (OtoTimeScale *self);
double        oto_time_scale_get_start_s    (OtoTimeScale *self);
double        oto_time_scale_get_end_s      (OtoTimeScale *self);
double        oto_time_scale_get_span_s     (OtoTimeScale *self);
double        oto_time_scale_get_min_span_s (OtoTimeScale *self);
gboolean      oto_time_scale_is_fit         (OtoTimeScale *self);

void          oto_time_scale_set_range      (OtoTimeScale *self,
                                             double        start_s,
                                             double        end_s);
void          oto_time_scale_zoom_at        (OtoTimeScale *self,
                                             double        about_s,   /* keeps its place */
                                             double        factor);   /* above 1: closer */
void          oto_time_scale_pan            (OtoTimeScale *self,
                                             double        by_s);     /* above 0: later */
void          oto_time_scale_fit            (OtoTimeScale *self);
void          oto_time_scale_reveal         (OtoTimeScale *self,
                                             double        time_s);

double        oto_time_scale_x_from_s       (OtoTimeScale *self,
                                             double        time_s,
                                             double        width_px);
double        oto_time_scale_s_from_x       (OtoTimeScale *self,      /* inside the clip */
                                             double        x_px,
                                             double        width_px);

G_END_DECLS
