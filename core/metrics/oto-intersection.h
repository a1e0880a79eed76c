/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "metrics/oto-f1.h"
#include "metrics/oto-interval.h"

OTO_BEGIN_DECLS

/**
 * OtoIntersectionCriteria:
 * @detected_share: a detection is right when at least so much of it is reference (DTC)
 * @found_share: an event is found when right detections cover at least so much of it (GTC)
 * @crossed_share: a wrong detection is also a cross trigger of other classes that cover at least so
 *   much of it (CTTC); NaN: cross triggers are not counted
 *
 * When detections count, by how far they and the reference intersect instead of by collars (Bilen
 * et al.: A framework for the robust evaluation of sound event detection, 2020). All three hold on
 * the limit; lengths are compared in whole microseconds.
 */
typedef struct
{
  double detected_share;
  double found_share;
  double crossed_share;
} OtoIntersectionCriteria;

/* 0.5 and 0.5, without cross triggers: the collar-free F1. */
extern const OtoIntersectionCriteria oto_intersection_criteria_f1;

/**
 * OtoIntersectionCounts:
 * @n_ref: events of the reference
 * @n_found: those found
 * @n_false: detections that are not right
 *
 * Counts of one class. @n_found counts events, @n_false detections.
 */
typedef struct
{
  guint64 n_ref;
  guint64 n_found;
  guint64 n_false;
} OtoIntersectionCounts;

gboolean oto_intersection_holds     (double                         overlap_s,
                                     double                         share,
                                     double                         length_s);
void     oto_intersection_add_clip  (const OtoIntersectionCriteria *criteria,
                                     guint                          n_classes,
                                     const OtoInterval             *refs,
                                     guint                          n_refs,
                                     const OtoInterval             *ests,
                                     guint                          n_ests,
                                     OtoIntersectionCounts         *counts,
                                     guint64                       *cross_counts);
double   oto_intersection_get_f1    (const OtoIntersectionCounts   *self);
double   oto_intersection_get_macro_f1 (const OtoIntersectionCounts *classes,
                                     guint                          n_classes,
                                     OtoIntersectionCounts         *ret_sum);

OTO_END_DECLS
