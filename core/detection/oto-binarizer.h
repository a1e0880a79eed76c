/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Frame scores to intervals, systems.md PP-003 and 7.6. */
typedef struct
{
  double high;                   /* an event has a frame above this … */
  double low;                    /* … and grows while at or above this; NaN: off */
  int    gap_frames;             /* events at most this far apart are joined */
  int    min_frames;             /* events this short or shorter are dropped */
  double clip_threshold;         /* classes whose clip probability is at most this have no events */
} OtoBinarizer;

typedef struct { gint64 begin, end; } OtoFrameRange;    /* half-open when low is on, closed when off (postprocess golden) */

extern const OtoBinarizer oto_binarizer_default;        /* 0.2, 0.1, 10, 10, 0.1 */

GArray *oto_binarizer_find_ranges (const OtoBinarizer *self, const float *scores, gint64 n_frames) G_GNUC_WARN_UNUSED_RESULT; /* of OtoFrameRange */

G_END_DECLS
