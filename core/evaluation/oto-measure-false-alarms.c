/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-measure-group.h"
#include "metrics/oto-false-alarms.h"

/* How often events are found where there are none. */

enum
{
  PER_HOUR,
  WITHOUT_OVERLAP_PER_HOUR,
  N_FREE_CLIPS,
  N_FREE_DETECTIONS,
  N_WITHOUT_OVERLAP,
};

static const OtoMeasureInfo rows[] = {
  [PER_HOUR] = { "per_hour", OTO_MEASURE_RATIO },
  [WITHOUT_OVERLAP_PER_HOUR] = { "without_overlap_per_hour", OTO_MEASURE_RATIO },
  [N_FREE_CLIPS] = { "n_free_clips", OTO_MEASURE_COUNT },
  [N_FREE_DETECTIONS] = { "n_free_detections", OTO_MEASURE_COUNT },
  [N_WITHOUT_OVERLAP] = { "n_without_overlap", OTO_MEASURE_COUNT },
};

static void
add_estimates (OtoMeasures          *measures,
               const OtoMeasureClip *clip,
               int                   class_index,
               const OtoInterval    *ests,
               guint                 n_ests)
{
  /* Stands for what the model cannot know: the clip is not free of events. */
  const OtoInterval other = { 0.0, 0.0, -1 };
  const gboolean is_other = clip->has_other_events && clip->n_refs == 0;
  OtoFalseAlarms alarms = { 0 };

  oto_false_alarms_add_clip (&alarms, clip->duration_s, is_other ? &other : clip->refs,
                             is_other ? 1 : clip->n_refs, ests, n_ests);
  oto_measures_add (measures, PER_HOUR, clip->index, class_index,
                    (double) alarms.n_free_detections, alarms.free_hours);
  oto_measures_add (measures, WITHOUT_OVERLAP_PER_HOUR, clip->index, class_index,
                    (double) alarms.n_without_overlap, alarms.hours);
  oto_measures_add (measures, N_FREE_CLIPS, clip->index, class_index, alarms.n_free_clips, 0.0);
  oto_measures_add (measures, N_FREE_DETECTIONS, clip->index, class_index,
                    (double) alarms.n_free_detections, 0.0);
  oto_measures_add (measures, N_WITHOUT_OVERLAP, clip->index, class_index,
                    (double) alarms.n_without_overlap, 0.0);
}

static gboolean
add_clip (gpointer                  state,
          const OtoMeasureContext  *context,
          const OtoMeasureClip     *clip,
          OtoMeasures              *measures,
          GCancellable             *cancellable,
          GError                  **error)
{
  guint i = 0;

  add_estimates (measures, clip, OTO_MEASURE_ALL, clip->ests, clip->n_ests);
  for (guint k = 0; k < context->n_classes; k++)
    {
      const guint first = i;

      while (i < clip->n_ests && clip->ests[i].class_index == (int) k)
        i++;
      add_estimates (measures, clip, (int) k, clip->ests + first, i - first);
    }
  return TRUE;
}

const OtoMeasureGroup oto_measure_false_alarms = {
  .name = "false_alarms",
  OTO_MEASURE_ROWS (rows),
  .maps = OTO_MAP_STEP1,
  .needs = OTO_MEASURE_NEEDS_TIMES,
  .add_clip = add_clip,
};
