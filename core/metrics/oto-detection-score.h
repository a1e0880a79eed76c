/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/**
 * OtoDetectionCounts:
 * @n_ref: events, or active segments, of the reference
 * @n_sys: the same of the estimate
 * @n_hits: those of the estimate that are right
 * @n_subs: substitutions: right in time, of another class
 * @n_dels: deletions: missed, without those substituted
 * @n_ins: insertions: false alarms, without those that substitute
 *
 * What error rates are made of. Counts of a single class know no substitutions.
 */
typedef struct
{
  guint64 n_ref;
  guint64 n_sys;
  guint64 n_hits;
  guint64 n_subs;
  guint64 n_dels;
  guint64 n_ins;
} OtoDetectionCounts;

/**
 * OtoDetectionRates:
 * @f: F-score; NaN when @precision or @recall is
 * @precision: NaN when nothing was estimated
 * @recall: NaN without reference
 * @error_rate: sum of the following three
 * @substitution_rate: substitutions per event of the reference
 * @deletion_rate: deletions per event of the reference
 * @insertion_rate: insertions per event of the reference
 *
 * Rates are per n_ref + 2^-52, as sed_eval has it: n insertions without reference come to n 2^52,
 * a number that means nothing; whoever shows rates asks for n_ref first.
 */
typedef struct
{
  double f;
  double precision;
  double recall;
  double error_rate;
  double substitution_rate;
  double deletion_rate;
  double insertion_rate;
} OtoDetectionRates;

/**
 * OtoDetectionScore:
 * @n_classes: K
 * @overall: counts over all classes
 * @classes: (array length=n_classes): counts of each class
 * @n_segments: segments that were compared; 0 for events
 *
 * Counts summed over clips, by oto_event_score_add_clip() or oto_segment_score_add_clip().
 */
typedef struct
{
  guint               n_classes;
  OtoDetectionCounts  overall;
  OtoDetectionCounts *classes;
  guint64             n_segments;
} OtoDetectionScore;

void oto_detection_counts_get_rates    (const OtoDetectionCounts *self,
                                        OtoDetectionRates        *ret_rates);
void oto_detection_score_init          (OtoDetectionScore        *self,
                                        guint                     n_classes);
void oto_detection_score_clear         (OtoDetectionScore        *self);
void oto_detection_score_get_class_mean (const OtoDetectionScore *self,
                                        gboolean                  in_reference_only,
                                        OtoDetectionRates        *ret_rates);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OtoDetectionScore, oto_detection_score_clear)

OTO_END_DECLS
