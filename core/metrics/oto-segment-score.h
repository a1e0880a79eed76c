/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "metrics/oto-detection-score.h"
#include "metrics/oto-interval.h"

OTO_BEGIN_DECLS

/* Segment-based scores: which classes are active in each segment of a clip. */

void   oto_segment_score_add_clip (OtoDetectionScore *score,
                                   double             segment_s,
                                   double             length_s,
                                   const OtoInterval *refs,
                                   guint              n_refs,
                                   const OtoInterval *ests,
                                   guint              n_ests);
double oto_segment_score_find_length_s (const OtoInterval *refs,
                                        guint              n_refs,
                                        const OtoInterval *ests,
                                        guint              n_ests);

OTO_END_DECLS
