/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-binarizer.h"
#include "detection/oto-class-map.h"
#include "evaluation/oto-measures.h"
#include "metrics/oto-event-score.h"

OTO_BEGIN_DECLS

/* OtoEvaluation: how well a model does on clips of a data set. Classes are those of the data set;
 * the ones that the model lacks have no score and are left out of every mean. Immutable, safe from
 * any thread. */

typedef struct _OtoEvaluation OtoEvaluation;

/**
 * OtoEvaluationConfig:
 * @aliases: (nullable): names that stand for others, see oto_class_map_load_aliases()
 * @binarizers: (nullable): (K of the model): what makes events; %NULL: what the model's
 *   file says, or else the published settings
 * @criteria: when an event is found
 * @segment_s: length of segments
 * @groups: (nullable) (array zero-terminated=1): groups of measures, beside that of clips; %NULL:
 *   all
 * @n_resamples: resamples of the clips for intervals; 0: none
 * @seed: of these draws
 * @level: share of resamples inside the intervals
 * @n_threads: number of threads; 0: one a core
 *
 * What is measured, and how.
 */
typedef struct
{
  GHashTable          *aliases;
  const OtoBinarizer  *binarizers;
  OtoEventCriteria     criteria;
  double               segment_s;
  const char * const  *groups;
  guint                n_resamples;
  guint64              seed;
  double               level;
  int                  n_threads;
} OtoEvaluationConfig;

/**
 * OtoEvaluationDifference:
 * @group: a group of measures
 * @measure: one of them
 * @value: of the first model less that of the second
 * @difference: how far it would differ on other clips
 */
typedef struct
{
  const char             *group;
  const char             *measure;
  double                  value;
  OtoBootstrapDifference  difference;
} OtoEvaluationDifference;

void                oto_evaluation_config_init    (OtoEvaluationConfig  *self);
char              **oto_evaluation_list_groups    (void) G_GNUC_WARN_UNUSED_RESULT;

OtoEvaluation      *oto_evaluation_new            (OtoModelSnapshot           *model,
                                                   OtoDataset                 *dataset,
                                                   GArray                     *clips,
                                                   const OtoEvaluationConfig  *config,
                                                   OtoProgressFunc             progress,
                                                   gpointer                    user_data,
                                                   GCancellable               *cancellable,
                                                   GError                    **error)
                                                   G_GNUC_WARN_UNUSED_RESULT;
void                oto_evaluation_free           (OtoEvaluation        *self);
guint               oto_evaluation_get_n_clips    (const OtoEvaluation  *self);
const OtoClassMap  *oto_evaluation_get_class_map  (const OtoEvaluation  *self);
guint               oto_evaluation_get_n_groups   (const OtoEvaluation  *self);
const OtoMeasures  *oto_evaluation_get_group      (const OtoEvaluation  *self,
                                                   guint                 i);
double              oto_evaluation_get            (const OtoEvaluation  *self,
                                                   const char           *group,
                                                   const char           *measure);
double              oto_evaluation_get_of_class   (const OtoEvaluation  *self,
                                                   const char           *group,
                                                   const char           *measure,
                                                   guint                 class_index);
const char * const *oto_evaluation_get_notices    (const OtoEvaluation  *self);
GArray             *oto_evaluation_compare        (const OtoEvaluation  *self,
                                                   const OtoEvaluation  *other)
                                                   G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoEvaluation, oto_evaluation_free)

OTO_END_DECLS
