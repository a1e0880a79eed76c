/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-measure-group.h"

/* In the order of output. */
static const OtoMeasureGroup *const groups[] = {
  &oto_measure_clips,
  &oto_measure_frames,
  &oto_measure_bins,
  &oto_measure_events,
  &oto_measure_segments,
  &oto_measure_psds,
  &oto_measure_localisation,
  &oto_measure_false_alarms,
  &oto_measure_calibration,
  &oto_measure_separation,
};

const OtoMeasureGroup *
oto_measure_group_get (guint i)
{
  return i < G_N_ELEMENTS (groups) ? groups[i] : NULL;
}
