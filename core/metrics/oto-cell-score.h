/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "metrics/oto-f1.h"
#include "metrics/oto-interval.h"

OTO_BEGIN_DECLS

/* OtoCellScore: how well scores tell the active cells of clips: their frames, against strong
 * labels, or their time-frequency bins, against ideal binary masks (systems.md 7.5, tables IV, V,
 * VIII and IX of 003). Cells of all clips are pooled, class by class. */

typedef struct _OtoCellScore OtoCellScore;

/**
 * OtoCellScores:
 * @f1: at a threshold
 * @auc: area under the ROC curve; NaN without positives or without negatives
 * @ap: average precision; NaN without positives
 */
typedef struct
{
  OtoF1  f1;
  double auc;
  double ap;
} OtoCellScores;

OtoCellScore *oto_cell_score_new       (guint               n_classes) G_GNUC_WARN_UNUSED_RESULT;
void          oto_cell_score_free      (OtoCellScore       *self);
void          oto_cell_score_add       (OtoCellScore       *self,
                                        guint               class_index,
                                        const float        *scores,
                                        const float        *targets,
                                        size_t              n_cells);
void          oto_cell_score_get_class (const OtoCellScore *self,
                                        guint               class_index,
                                        double              threshold,
                                        OtoCellScores      *ret_scores);
guint         oto_cell_score_get_mean  (const OtoCellScore *self,
                                        double              threshold,
                                        OtoCellScores      *ret_scores);
void          oto_cell_score_fill_frames (const OtoInterval *intervals,
                                        guint               n_intervals,
                                        int                 class_index,
                                        double              frames_per_s,
                                        size_t              n_frames,
                                        float              *ret_targets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoCellScore, oto_cell_score_free)

OTO_END_DECLS
