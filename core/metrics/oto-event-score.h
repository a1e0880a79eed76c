/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "metrics/oto-detection-score.h"
#include "metrics/oto-interval.h"

OTO_BEGIN_DECLS

/* Event-based scores: an event is found when one of its class begins and ends near enough. */

/**
 * OtoEventMatching:
 * @OTO_EVENT_MATCHING_OPTIMAL: as many pairs as can be, as sed_eval since 0.2
 * @OTO_EVENT_MATCHING_GREEDY: each event of the reference takes the first that is left, as before
 */
typedef enum
{
  OTO_EVENT_MATCHING_OPTIMAL,
  OTO_EVENT_MATCHING_GREEDY,
} OtoEventMatching;

/**
 * OtoEventCriteria:
 * @onset_collar_s: onsets are at most so far apart
 * @offset_collar_s: offsets, too; NaN: they are not compared
 * @offset_share: or at most so large a share of the reference event's length
 * @matching: who is paired with whom
 */
typedef struct
{
  double           onset_collar_s;
  double           offset_collar_s;
  double           offset_share;
  OtoEventMatching matching;
} OtoEventCriteria;

/* The published ones: 0.2 s, the larger of 0.2 s and half the length, optimal. */
extern const OtoEventCriteria oto_event_criteria_default;

void oto_event_score_add_clip (OtoDetectionScore      *score,
                               const OtoEventCriteria *criteria,
                               const OtoInterval      *refs,
                               guint                   n_refs,
                               const OtoInterval      *ests,
                               guint                   n_ests);

OTO_END_DECLS
