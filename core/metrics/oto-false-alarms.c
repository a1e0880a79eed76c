/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-false-alarms.h"

#include <math.h>

static gboolean
meets_event (const OtoInterval *refs,
             guint              n_refs,
             const OtoInterval *est)
{
  for (guint i = 0; i < n_refs; i++)
    if (refs[i].class_index == est->class_index
        && oto_interval_get_overlap_s (&refs[i], est) > 0.0)
      return TRUE;
  return FALSE;
}

/**
 * oto_false_alarms_add_clip:
 * @self: (inout): counts
 * @duration_s: of the clip
 * @refs: (array length=n_refs): its reference
 * @n_refs: how many
 * @ests: (array length=n_ests): its detections
 * @n_ests: how many
 *
 * Adds one clip.
 */
void
oto_false_alarms_add_clip (OtoFalseAlarms    *self,
                           double             duration_s,
                           const OtoInterval *refs,
                           guint              n_refs,
                           const OtoInterval *ests,
                           guint              n_ests)
{
  self->hours += duration_s / 3600.0;
  for (guint i = 0; i < n_ests; i++)
    self->n_without_overlap += !meets_event (refs, n_refs, &ests[i]);
  if (n_refs == 0)
    {
      self->n_free_clips++;
      self->free_hours += duration_s / 3600.0;
      self->n_free_detections += n_ests;
    }
}

/**
 * oto_false_alarms_get_per_hour:
 * @self: counts
 * @in_free_clips: detections in clips without any event, over their hours; otherwise those without
 *   overlap in all clips, over all hours
 *
 * Returns: false alarms an hour, all classes together; NaN without such clips
 */
double
oto_false_alarms_get_per_hour (const OtoFalseAlarms *self,
                               gboolean              in_free_clips)
{
  const double hours = in_free_clips ? self->free_hours : self->hours;
  const guint64 n = in_free_clips ? self->n_free_detections : self->n_without_overlap;

  return hours > 0.0 ? (double) n / hours : NAN;
}
