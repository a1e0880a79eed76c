/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoScoreHistogram: how scores in [0, 1] rank very many cells, in memory that does not grow with
 * them: 0.5 MB a class. Scores are rounded down to 9 bits behind the first (0.2 %); those below
 * 2^-64 are one. */

typedef struct _OtoScoreHistogram OtoScoreHistogram;

OtoScoreHistogram *oto_score_histogram_new     (guint                    n_classes)
                                                G_GNUC_WARN_UNUSED_RESULT;
void               oto_score_histogram_free    (OtoScoreHistogram       *self);
void               oto_score_histogram_add     (OtoScoreHistogram       *self,
                                                guint                    class_index,
                                                const float             *scores,
                                                const float             *targets,
                                                size_t                   n_cells);
double             oto_score_histogram_get_ap  (const OtoScoreHistogram *self,
                                                guint                    class_index);
double             oto_score_histogram_get_auc (const OtoScoreHistogram *self,
                                                guint                    class_index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoScoreHistogram, oto_score_histogram_free)

OTO_END_DECLS
