/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "detection/oto-binarizer.h"
#include "models/oto-systems.h"

G_BEGIN_DECLS

#define OTO_TYPE_ANALYSIS (oto_analysis_get_type ())
G_DECLARE_FINAL_TYPE (OtoAnalysis, oto_analysis, OTO, ANALYSIS, GObject)

/* OtoAnalysis: what one model hears in one clip. Immutable; every panel, figure and export reads from it, from any
 * thread. T counts the clip's own frames (at least one; a short clip's padding is cut off, see n_valid). */

OtoClip            *oto_analysis_get_clip        (OtoAnalysis *self);
OtoModelSnapshot   *oto_analysis_get_model       (OtoAnalysis *self);
gint64              oto_analysis_get_n_frames    (OtoAnalysis *self);     /* T */
int                 oto_analysis_get_n_mels      (OtoAnalysis *self);     /* F */
int                 oto_analysis_get_n_classes   (OtoAnalysis *self);     /* K */
double              oto_analysis_get_hop_s       (OtoAnalysis *self);     /* seconds between frames; frame t covers [t, t + 1) hops on every time axis */
double              oto_analysis_get_duration_s  (OtoAnalysis *self);
gboolean            oto_analysis_has_map         (OtoAnalysis *self, OtoMap map);
gboolean            oto_analysis_is_silent       (OtoAnalysis *self);     /* peak below -90 dBFS */

const float        *oto_analysis_get_logmel      (OtoAnalysis *self);     /* (T, F) natural log */
const float        *oto_analysis_get_recon       (OtoAnalysis *self);     /* (nullable) (T, F) natural log, de-standardised */
const float        *oto_analysis_get_step1       (OtoAnalysis *self);     /* (K, T) */
const float        *oto_analysis_get_time_att    (OtoAnalysis *self);     /* (K, T): each window's weights; seams where windows meet */
const float        *oto_analysis_get_clip_prob   (OtoAnalysis *self);     /* (K): maximum over windows */
const int          *oto_analysis_get_ranking     (OtoAnalysis *self);     /* (K) classes by falling probability, ties by index */

guint               oto_analysis_get_n_windows   (OtoAnalysis *self);
gint64              oto_analysis_get_window_frame(OtoAnalysis *self, guint window);                 /* its first frame */
const float        *oto_analysis_get_window_prob (OtoAnalysis *self, guint window);                 /* (K) */
gint64              oto_analysis_get_seam        (OtoAnalysis *self, guint window);                 /* frame from which @window's attention is shown */

/* A large map of one class, frames [first_frame, first_frame + n_frames): FREQ_ATT or MASK, (n_frames, F). Windows are computed again on request and kept in a
 * bounded cache. MASK is after the division by the sum over classes where that exceeds one. */
gboolean            oto_analysis_read_map        (OtoAnalysis *self, OtoMap map, int class_index, gint64 first_frame, gint64 n_frames, float *ret_values, GCancellable *cancellable, GError **error);

OtoEventList       *oto_analysis_find_events     (OtoAnalysis *self, const OtoBinarizer *binarizer) G_GNUC_WARN_UNUSED_RESULT;
int                 oto_analysis_find_class      (OtoAnalysis *self, const char *name);             /* -1; also without underscores, any case */
gboolean            oto_analysis_save            (OtoAnalysis *self, const char *path, GError **error);   /* safetensors */

G_END_DECLS
