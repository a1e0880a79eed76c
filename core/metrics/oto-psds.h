/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "metrics/oto-intersection.h"

OTO_BEGIN_DECLS

/* OtoPsds: the polyphonic sound detection score of frame scores, over all thresholds at once: the
 * area under the curve of found events against false alarms an hour (Bilen et al. 2020; exact
 * thresholds as Ebbers, Serizel, Haeb-Umbach 2022). */

typedef struct _OtoPsds OtoPsds;

/**
 * OtoPsdsConfig:
 * @criteria: when detections count
 * @cross_weight: weight of cross triggers among false alarms (alpha_ct)
 * @spread_weight: how much of the classes' standard deviation is taken off their mean (alpha_st)
 * @max_rate: effective false alarms an hour up to which the area is taken (e_max)
 */
typedef struct
{
  OtoIntersectionCriteria criteria;
  double                  cross_weight;
  double                  spread_weight;
  double                  max_rate;
} OtoPsdsConfig;

/* The scenarios of DCASE: 1 wants exact times, 2 that classes are not confused. */
extern const OtoPsdsConfig oto_psds_scenario_1;
extern const OtoPsdsConfig oto_psds_scenario_2;

/**
 * OtoPsdsPoint:
 * @rate: effective false alarms an hour
 * @found: share of events found, from here to the next point
 */
typedef struct
{
  double rate;
  double found;
} OtoPsdsPoint;

/**
 * OtoPsdsResult:
 * @psds: the score, in [0, 1]; NaN when no class has a reference
 * @curve: (element-type OtoPsdsPoint): what it is the area of
 * @n_classes: K
 * @class_psds: (array length=n_classes): area of each class's own curve; NaN without reference
 * @class_curves: (array length=n_classes): these curves; without reference empty
 */
typedef struct
{
  double   psds;
  GArray  *curve;
  guint    n_classes;
  double  *class_psds;
  GArray **class_curves;
} OtoPsdsResult;

OtoPsds *oto_psds_new          (const OtoPsdsConfig   *config,
                                guint                  n_classes) G_GNUC_WARN_UNUSED_RESULT;
void     oto_psds_free         (OtoPsds               *self);
void     oto_psds_add_clip     (OtoPsds               *self,
                                double                 duration_s,
                                const OtoInterval     *refs,
                                guint                  n_refs,
                                const double          *scores,
                                size_t                 n_frames,
                                double                 hop_s);
void     oto_psds_compute      (OtoPsds               *self,
                                const double          *thresholds,
                                guint                  n_thresholds,
                                OtoPsdsResult         *ret_result);
void     oto_psds_get_counts   (OtoPsds               *self,
                                guint                  class_index,
                                double                 threshold,
                                OtoIntersectionCounts *ret_counts,
                                guint64               *ret_cross_counts);
void     oto_psds_result_clear (OtoPsdsResult         *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoPsds, oto_psds_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OtoPsdsResult, oto_psds_result_clear)

OTO_END_DECLS
