/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-binarizer.h"
#include "geometry/oto-time-scale.h"
#include "paint/oto-theme.h"

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
 * put the playhead where he wants to hear from; whoever plays goes there.
 */

/* In focus: what all classes leave over. */
#define OTO_VIEW_BACKGROUND (-1)

/* Read at the cursor: no class in particular. */
#define OTO_VIEW_ANY_CLASS  (-1)

OtoViewState   *oto_view_state_new                (void) G_GNUC_WARN_UNUSED_RESULT;

OtoTimeScale   *oto_view_state_get_scale          (OtoViewState *self);
OtoClassColors *oto_view_state_get_colors         (OtoViewState *self);
gboolean        oto_view_state_has_clip           (OtoViewState *self);
void            oto_view_state_set_clip           (OtoViewState *self,
                                                   double        duration_s,
                                                   double        hop_s);

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
