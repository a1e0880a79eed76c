/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-class-map.h"
#include "metrics/oto-tagging-score.h"

OTO_BEGIN_DECLS

/* OtoEvaluation: how well a model tags clips of a data set. Classes are those of the data set; the
 * ones that the model lacks have no score and are left out of every mean. Immutable, safe from any
 * thread. */

typedef struct _OtoEvaluation OtoEvaluation;

typedef enum
{
  OTO_EVALUATION_FEATURES,       /* clips are read */
  OTO_EVALUATION_SCORING,        /* the network runs */
} OtoEvaluationStage;

/**
 * OtoEvaluationFunc:
 * @stage: what is being done
 * @fraction: how much of it is done, in [0, 1]
 * @user_data: what the caller gave
 *
 * Called on the worker's own threads.
 */
typedef void (*OtoEvaluationFunc) (OtoEvaluationStage stage,
                                   double             fraction,
                                   gpointer           user_data);

OtoEvaluation         *oto_evaluation_new           (OtoModelSnapshot    *model,
                                                     OtoDataset          *dataset,
                                                     GArray              *clips,
                                                     GHashTable          *aliases,
                                                     int                  n_threads,
                                                     OtoEvaluationFunc    progress,
                                                     gpointer             user_data,
                                                     GCancellable        *cancellable,
                                                     GError             **error)
                                                     G_GNUC_WARN_UNUSED_RESULT;
void                   oto_evaluation_free          (OtoEvaluation       *self);
const OtoTaggingScore *oto_evaluation_get_score     (const OtoEvaluation *self);
guint                  oto_evaluation_get_n_clips   (const OtoEvaluation *self);
const OtoClassMap     *oto_evaluation_get_class_map (const OtoEvaluation *self);
double                 oto_evaluation_get_class_ap  (const OtoEvaluation *self,
                                                     guint                class_index);
const char * const    *oto_evaluation_get_notices   (const OtoEvaluation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoEvaluation, oto_evaluation_free)

OTO_END_DECLS
