/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-tuning.h"
#include "metrics/oto-event-score.h"

OTO_BEGIN_DECLS

/* Tuning: what makes a model's events, and how its probabilities become shares, found on validation
 * data for a stated goal. */

/**
 * OtoTunerGoal:
 * @OTO_TUNER_EVENT_F1: F1 of events, by their edges
 * @OTO_TUNER_SEGMENT_F1: F1 of segments
 * @OTO_TUNER_PSDS: score and median by PSDS 1, thresholds by the F1 of its intersections
 */
typedef enum
{
  OTO_TUNER_EVENT_F1,
  OTO_TUNER_SEGMENT_F1,
  OTO_TUNER_PSDS,
} OtoTunerGoal;

typedef enum
{
  OTO_TUNER_SCORING,             /* the network runs */
  OTO_TUNER_SEARCHING,           /* settings are tried */
} OtoTunerStage;

/**
 * OtoTunerFunc:
 * @stage: what is being done
 * @fraction: how much of it is done, in [0, 1]
 * @user_data: what the caller gave
 *
 * Called on the worker's own thread.
 */
typedef void (*OtoTunerFunc) (OtoTunerStage stage,
                              double        fraction,
                              gpointer      user_data);

/**
 * OtoTunerConfig:
 * @goal: what is to be best
 * @criteria: when an event is found
 * @segment_s: length of segments
 * @aliases: (nullable): names that stand for others, see oto_class_map_load_aliases()
 * @n_threads: number of threads; 0: one a core
 */
typedef struct
{
  OtoTunerGoal      goal;
  OtoEventCriteria  criteria;
  double            segment_s;
  GHashTable       *aliases;
  int               n_threads;
} OtoTunerConfig;

/**
 * OtoTunerResult:
 * @n_clips: clips that it was found on
 * @n_classes: classes that data set and model share
 * @published: the goal with the published settings, over all clips and classes
 * @tuned: with those that were found
 * @cross_validated: with those found on three quarters of the clips, on the fourth, of all four
 * @prior: events of all classes that each class's own are joined by; INFINITY: all are found alike
 * @temperature_at_bound: whether no temperature was best, so that there is none
 * @ece: expected calibration error before
 * @calibrated_ece: and after
 */
typedef struct
{
  guint    n_clips;
  guint    n_classes;
  double   published;
  double   tuned;
  double   cross_validated;
  double   prior;
  gboolean temperature_at_bound;
  double   ece;
  double   calibrated_ece;
} OtoTunerResult;

const char *oto_tuner_goal_get_name (OtoTunerGoal           goal);
gboolean    oto_tuner_goal_find     (const char            *name,
                                     OtoTunerGoal          *ret_goal);
void        oto_tuner_config_init   (OtoTunerConfig        *self);
OtoTuning  *oto_tuner_run           (OtoModelSnapshot      *model,
                                     OtoDataset            *dataset,
                                     GArray                *clips,
                                     const OtoTunerConfig  *config,
                                     OtoTunerFunc           progress,
                                     gpointer               user_data,
                                     GCancellable          *cancellable,
                                     OtoTunerResult        *ret_result,
                                     GError               **error) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
