/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-binarizer.h"
#include "geometry/oto-selection.h"
#include "geometry/oto-time-scale.h"
#include "paint/oto-theme.h"
#include "state/oto-class-locks.h"

G_BEGIN_DECLS

#define OTO_TYPE_VIEW_STATE (oto_view_state_get_type ())
G_DECLARE_FINAL_TYPE (OtoViewState, oto_view_state, OTO, VIEW_STATE, GObject)

/**
 * OtoViewState:
 *
 * How a page looks at a clip: which part of the time axis is visible, where the cursor and the
 * playhead are, which class is in focus, the thresholds, the colours of classes. Views that share
 * one are linked. Without widgets; for the main thread.
 *
 * Properties to bind to: "scale" (read-only), "playhead-s", "focus-class", "threshold",
 * "clip-threshold", "is-looping".
 *
 * Signals: "cursor-changed": the cursor is elsewhere; told once a move. "seek" (time_s): somebody
 * put the playhead where he wants to hear from; whoever plays goes there. "selection-changed";
 * "mel-changed": another part of the mel axis is visible;
 * "view-changed": that, or another part of the time axis.
 */

/* In focus: what all classes leave over. */
#define OTO_VIEW_BACKGROUND (-1)

/* Read at the cursor: no class in particular. */
#define OTO_VIEW_ANY_CLASS  (-1)

OtoViewState   *oto_view_state_new                (void) G_GNUC_WARN_UNUSED_RESULT;

OtoTimeScale   *oto_view_state_get_scale          (OtoViewState *self);
OtoClassColors *oto_view_state_get_colors         (OtoViewState *self);
OtoClassLocks  *oto_view_state_get_locks          (OtoViewState *self);
gboolean        oto_view_state_has_clip           (OtoViewState *self);
void            oto_view_state_set_clip           (OtoViewState *self,
                                                   double        duration_s,
                                                   double        hop_s);

void            oto_view_state_set_begin_s        (OtoViewState *self,
                                                   double        begin_s);
void            oto_view_state_fit                (OtoViewState *self);

/* The cursor. */
double          oto_view_state_get_time_s         (OtoViewState *self);
double          oto_view_state_get_height         (OtoViewState *self);
int             oto_view_state_get_read_class     (OtoViewState *self);
void            oto_view_state_point              (OtoViewState *self,
                                                   double        time_s,
                                                   double        height,
                                                   int           read_class);
void            oto_view_state_move_to            (OtoViewState *self,
                                                   double        time_s);
void            oto_view_state_move_by            (OtoViewState *self,
                                                   double        by_s);
void            oto_view_state_move_frames        (OtoViewState *self,
                                                   int           n_frames);
void            oto_view_state_move_screens       (OtoViewState *self,
                                                   int           n_screens);
void            oto_view_state_move_bins          (OtoViewState *self,
                                                   int           n_bins,
                                                   int           n_mels);
void            oto_view_state_zoom               (OtoViewState *self,
                                                   double        factor);

/* What is selected. */
gboolean        oto_view_state_get_selection      (OtoViewState *self,
                                                   OtoSelection *ret_selection);
void            oto_view_state_set_selection      (OtoViewState *self,
                                                   const OtoSelection *selection);
double          oto_view_state_snap_s             (OtoViewState *self,
                                                   double        time_s);
void            oto_view_state_select_edge        (OtoViewState *self,
                                                   gboolean      is_end);
void            oto_view_state_select_all         (OtoViewState *self);
void            oto_view_state_extend_frames      (OtoViewState *self,
                                                   int           n_frames);
void            oto_view_state_zoom_to_selection  (OtoViewState *self);

/* What of the mel axis is visible. */
gboolean        oto_view_state_get_mel_range      (OtoViewState *self,
                                                   double       *ret_low,
                                                   double       *ret_high);
void            oto_view_state_set_mel_range      (OtoViewState *self,
                                                   double        low,
                                                   double        high);
void            oto_view_state_zoom_mel           (OtoViewState *self,
                                                   double        about,
                                                   double        factor);
void            oto_view_state_pan_mel            (OtoViewState *self,
                                                   double        by);

/* The playhead. */
double          oto_view_state_get_playhead_s     (OtoViewState *self);
void            oto_view_state_set_playhead_s     (OtoViewState *self,
                                                   double        time_s);
void            oto_view_state_play_on            (OtoViewState *self,
                                                   double        time_s);
void            oto_view_state_seek               (OtoViewState *self,
                                                   double        time_s);

int             oto_view_state_get_focus_class    (OtoViewState *self);
void            oto_view_state_set_focus_class    (OtoViewState *self,
                                                   int           class_index);
double          oto_view_state_get_threshold      (OtoViewState *self);
void            oto_view_state_set_threshold      (OtoViewState *self,
                                                   double        threshold);
double          oto_view_state_get_clip_threshold (OtoViewState *self);
void            oto_view_state_set_clip_threshold (OtoViewState *self,
                                                   double        threshold);
OtoBinarizer   *oto_view_state_dup_binarizers     (OtoViewState     *self,
                                                   OtoModelSnapshot *model)
                                                   G_GNUC_WARN_UNUSED_RESULT;
gboolean        oto_view_state_is_looping         (OtoViewState *self);
void            oto_view_state_set_looping        (OtoViewState *self,
                                                   gboolean      is_looping);

G_END_DECLS
