/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-class-map.h"
#include "labels/oto-label-file.h"
#include "metrics/oto-event-score.h"
#include "metrics/oto-intersection.h"

OTO_BEGIN_DECLS

/**
 * OtoLabelScoreConfig:
 * @criteria: when an event is found; matching is done in both ways
 * @segment_s: length of segments
 * @aliases: (nullable): names that stand for others, see oto_class_map_load_aliases()
 * @counts_all_clips: whether clips that the reference does not name are taken as clips without
 *   events; else they are left out
 * @duration_s: length of every clip; NaN: unknown
 * @clips_dir: (nullable): folder of the clips, whose lengths are read
 *
 * How labels are compared.
 */
typedef struct
{
  OtoEventCriteria  criteria;
  double            segment_s;
  GHashTable       *aliases;
  gboolean          counts_all_clips;
  double            duration_s;
  const char       *clips_dir;
} OtoLabelScoreConfig;

/**
 * OtoLabelScore:
 * @n_clips: clips that were compared
 * @n_classes: K: those of the reference, then those of the estimate alone
 * @n_ref_classes: how many are of the reference
 * @class_names: (array zero-terminated=1): their names
 * @est_names: (array length=n_classes): what the estimate calls them; (nullable) elements
 * @events: by collars, optimal matching
 * @greedy_events: the same, greedy matching
 * @segments: by segments
 * @intersections: (array length=n_classes): without collars, 0.5 and 0.5
 * @psds: PSDS 1 and 2; NaN: undefined
 * @psds_lack: (nullable): why they are, as a sentence
 * @n_untimed: labels of both sides that have no times, left out
 * @clips_not_in_reference: (element-type utf8): of the estimate
 * @clips_not_in_estimate: (element-type utf8): of the reference, with events
 * @class_map: classes of the reference, then of the estimate
 *
 * How near a file of labels comes to another.
 */
typedef struct
{
  guint                  n_clips;
  guint                  n_classes;
  guint                  n_ref_classes;
  char                 **class_names;
  char                 **est_names;
  OtoDetectionScore      events;
  OtoDetectionScore      greedy_events;
  OtoDetectionScore      segments;
  OtoIntersectionCounts *intersections;
  double                 psds[2];
  char                  *psds_lack;
  guint                  n_untimed;
  GPtrArray             *clips_not_in_reference;
  GPtrArray             *clips_not_in_estimate;
  OtoClassMap           *class_map;
} OtoLabelScore;

void           oto_label_score_config_init (OtoLabelScoreConfig       *self);
OtoLabelScore *oto_label_score_new         (const OtoLabelFile        *reference,
                                            const OtoLabelFile        *estimate,
                                            const OtoLabelScoreConfig *config,
                                            GError                   **error)
                                            G_GNUC_WARN_UNUSED_RESULT;
void           oto_label_score_free        (OtoLabelScore             *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoLabelScore, oto_label_score_free)

OTO_END_DECLS
