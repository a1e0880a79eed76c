/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "detection/oto-binarizer.h"
#include "models/oto-systems.h"
#include "separation/oto-mask.h"

OTO_BEGIN_DECLS

/**
 * OtoEventTimes:
 * @onset_s: start in seconds
 * @offset_s: end in seconds
 *
 * When a class is heard.
 */
typedef struct
{
  double onset_s;
  double offset_s;
} OtoEventTimes;

#define OTO_TYPE_ANALYSIS (oto_analysis_get_type ())
G_DECLARE_FINAL_TYPE (OtoAnalysis, oto_analysis, OTO, ANALYSIS, GObject)

/* OtoAnalysis: what one model hears in one clip. Immutable; every panel, figure and export reads
 * from it, from any thread. T counts the clip's own frames, at least one; a short clip's padding
 * is in no result. Frame t covers [t, t + 1) hops on every time axis.
 *
 * A long clip was seen through windows that overlap. Frame outputs and masks are cross-faded;
 * attention is each window's own, shown from its seam on. #OtoMapInfo tells which is which.
 *
 * An analysis of a range of a clip has the windows of the whole clip that touch it: its frames are
 * numbered as those of the clip and have the same values; all others are NaN. Its probabilities are
 * the largest of its windows, and 0 dB is its own maximum. */

OtoClip          *oto_analysis_get_clip         (OtoAnalysis        *self);
OtoModelSnapshot *oto_analysis_get_model        (OtoAnalysis        *self);
gint64            oto_analysis_get_n_frames     (OtoAnalysis        *self);
int               oto_analysis_get_n_mels       (OtoAnalysis        *self);
int               oto_analysis_get_n_classes    (OtoAnalysis        *self);
double            oto_analysis_get_hop_s        (OtoAnalysis        *self);
double            oto_analysis_get_frame_begin_s (OtoAnalysis       *self,
                                                 gint64              frame);
gint64            oto_analysis_get_frame_at     (OtoAnalysis        *self,
                                                 double              time_s);
double            oto_analysis_get_duration_s   (OtoAnalysis        *self);
gboolean          oto_analysis_has_map          (OtoAnalysis        *self,
                                                 OtoMap              map);
gboolean          oto_analysis_check_map        (OtoAnalysis        *self,
                                                 OtoMap              map,
                                                 GError            **error);
gint64            oto_analysis_get_known_frames (OtoAnalysis        *self,
                                                 gint64             *ret_n_frames);
gboolean          oto_analysis_is_silent        (OtoAnalysis        *self);

const float      *oto_analysis_get_logmel       (OtoAnalysis        *self);
const float      *oto_analysis_get_recon        (OtoAnalysis        *self);
const float      *oto_analysis_get_step1        (OtoAnalysis        *self);
const float      *oto_analysis_get_time_att     (OtoAnalysis        *self);
const float      *oto_analysis_get_mel_weights  (OtoAnalysis        *self);
const float      *oto_analysis_get_clip_prob    (OtoAnalysis        *self);
const int        *oto_analysis_get_ranking      (OtoAnalysis        *self);

guint             oto_analysis_get_n_windows    (OtoAnalysis        *self);
gint64            oto_analysis_get_window_frame (OtoAnalysis        *self,
                                                 guint               window);
const float      *oto_analysis_get_window_prob  (OtoAnalysis        *self,
                                                 guint               window);
gint64            oto_analysis_get_seam         (OtoAnalysis        *self,
                                                 guint               window);

gboolean          oto_analysis_read_map         (OtoAnalysis        *self,
                                                 OtoMap              map,
                                                 int                 class_index,
                                                 gint64              first_frame,
                                                 gint64              n_frames,
                                                 float              *ret_values,
                                                 GCancellable       *cancellable,
                                                 GError            **error);

guint             oto_analysis_get_mask_maps    (OtoMaskKind         kind);
gboolean          oto_analysis_has_mask         (OtoAnalysis        *self,
                                                 OtoMaskKind         kind);
gboolean          oto_analysis_check_mask       (OtoAnalysis        *self,
                                                 OtoMaskKind         kind,
                                                 GError            **error);
gboolean          oto_analysis_read_mask        (OtoAnalysis        *self,
                                                 OtoMaskKind         kind,
                                                 int                 class_index,
                                                 gint64              first_frame,
                                                 gint64              n_frames,
                                                 float              *ret_values,
                                                 GCancellable       *cancellable,
                                                 GError            **error);

gboolean          oto_analysis_has_event_score  (OtoAnalysis        *self,
                                                 OtoEventScore       score);
void              oto_analysis_fill_event_score (OtoAnalysis        *self,
                                                 int                 class_index,
                                                 OtoEventScore       score,
                                                 float              *ret_scores);
GArray           *oto_analysis_find_times       (OtoAnalysis        *self,
                                                 int                 class_index,
                                                 const OtoBinarizer *binarizer)
                                                 G_GNUC_WARN_UNUSED_RESULT;

double            oto_analysis_get_contribution_top (OtoAnalysis    *self,
                                                 int                 class_index);
gboolean          oto_analysis_read_claim       (OtoAnalysis        *self,
                                                 gint64              frame,
                                                 int                 mel,
                                                 float              *ret_shares,
                                                 float              *ret_background,
                                                 GCancellable       *cancellable,
                                                 GError            **error);

OtoEventList     *oto_analysis_find_events      (OtoAnalysis        *self,
                                                 const OtoBinarizer *binarizer)
                                                 G_GNUC_WARN_UNUSED_RESULT;
OtoEventList     *oto_analysis_find_class_events (OtoAnalysis       *self,
                                                 const OtoBinarizer *binarizers)
                                                 G_GNUC_WARN_UNUSED_RESULT;
int               oto_analysis_find_class       (OtoAnalysis        *self,
                                                 const char         *name);
int               oto_analysis_find_model_class (OtoModelSnapshot   *model,
                                                 const char         *name);
gboolean          oto_analysis_save             (OtoAnalysis        *self,
                                                 const char         *path,
                                                 GError            **error);

OTO_END_DECLS
