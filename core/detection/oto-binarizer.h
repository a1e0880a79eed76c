/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/**
 * OtoEventScore:
 * @OTO_EVENT_SCORE_PUBLISHED: the frame score, the first step's output
 * @OTO_EVENT_SCORE_ATTENTION: frame score x min (1, time attention x T) x probability of the window
 *
 * What of a network makes events. Attention that is even, or larger, takes nothing off a frame.
 */
typedef enum
{
  OTO_EVENT_SCORE_PUBLISHED,
  OTO_EVENT_SCORE_ATTENTION,
} OtoEventScore;

/**
 * OtoBinarizer:
 * @high: an event has a frame above this
 * @low: and grows while at or above this; NaN: it does not grow
 * @gap_frames: events at most this far apart are joined
 * @min_frames: events this short or shorter are dropped
 * @clip_threshold: classes whose clip probability is at most this have no events
 * @median_frames: length of a median filter that scores pass first; 0 or 1: none
 * @box_frames: length of the step filter that cuts scores into boxes (#OtoScoreBox), best an even
 *   number; 0: thresholds alone make events. Boxes are events where their mean score is above
 *   @high; @low does not matter to them.
 * @box_merge_abs: see #OtoScoreBoxConfig; NaN: off
 * @box_merge_rel: the same
 * @is_centred: times are those at which frames stand on a time axis, by the centres of their
 *   windows (oto_logmel_config_get_frame_begin_s()), as panels show them; else index x hop, as
 *   published
 * @score: what the frame scores are
 *
 * How frame scores become events: systems.md PP-003 and 7.6.
 */
typedef struct
{
  double        high;
  double        low;
  int           gap_frames;
  int           min_frames;
  double        clip_threshold;
  int           median_frames;
  int           box_frames;
  double        box_merge_abs;
  double        box_merge_rel;
  gboolean      is_centred;
  OtoEventScore score;
} OtoBinarizer;

/**
 * OtoFrameRange:
 * @begin: first frame
 * @end: one past the last frame when @low is on or boxes are, the last frame itself otherwise
 */
typedef struct
{
  gint64 begin;
  gint64 end;
} OtoFrameRange;

/* The published settings: 0.2, 0.1, 10, 10 and 0.1; neither median nor boxes. */
extern const OtoBinarizer oto_binarizer_default;

GArray *oto_binarizer_find_ranges        (const OtoBinarizer *self,
                                          const float        *scores,
                                          gint64              n_frames) G_GNUC_WARN_UNUSED_RESULT;
GArray *oto_binarizer_find_ranges_double (const OtoBinarizer *self,
                                          const double       *scores,
                                          gint64              n_frames) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
