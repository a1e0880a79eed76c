/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "metrics/oto-interval.h"

OTO_BEGIN_DECLS

/**
 * OtoFalseAlarms:
 * @hours: of all clips
 * @n_without_overlap: detections, in any clip, that share no more than a point with an event of
 *   their class
 * @n_free_clips: clips without any event
 * @free_hours: their length
 * @n_free_detections: detections in them, of all classes
 *
 * How often a detector is wrong; filled with 0, then by oto_false_alarms_add_clip().
 */
typedef struct
{
  double  hours;
  guint64 n_without_overlap;
  guint   n_free_clips;
  double  free_hours;
  guint64 n_free_detections;
} OtoFalseAlarms;

void   oto_false_alarms_add_clip     (OtoFalseAlarms       *self,
                                      double                duration_s,
                                      const OtoInterval    *refs,
                                      guint                 n_refs,
                                      const OtoInterval    *ests,
                                      guint                 n_ests);
double oto_false_alarms_get_per_hour (const OtoFalseAlarms *self,
                                      gboolean              in_free_clips);

OTO_END_DECLS
