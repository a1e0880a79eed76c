/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-model-snapshot.h"
#include "training/oto-optimizer.h"
#include "training/oto-prob-mean.h"
#include "training/oto-schedule.h"

G_BEGIN_DECLS

/**
 * OtoTrainingState:
 * @epoch: the one running, from 1; one past the last when done
 * @step: steps of it done; all of them: its validation is next
 * @n_updates: steps of all epochs done
 * @data_key: fingerprint of the training clips
 * @label_key: fingerprint of the labels of all clips; 0: of a version that had none
 * @schedule: of the learning rate
 * @best: watched value of the epoch that best.safetensors holds; NaN: none yet
 * @n_clips: clips of the epoch so far
 * @loss_sum: over them
 * @term_sums: the same of each term of the loss
 * @train_s: seconds spent in the epoch's steps so far
 *
 * Where a run is. The order of clips, the windows and the dropout are functions of seed, epoch and
 * step, so that this is also the random state.
 */
typedef struct
{
  int         epoch;
  int         step;
  guint64     n_updates;
  guint32     data_key;
  guint32     label_key;
  OtoSchedule schedule;
  double      best;
  double      n_clips;
  double      loss_sum;
  double      term_sums[OTO_MODEL_MAX_TERMS];
  double      train_s;
} OtoTrainingState;

/**
 * OtoCheckpoint:
 * @snapshot: the model; loaded: a new one
 * @model: (nullable): the network that a loaded one must be of
 * @recipe: name of the recipe
 * @term_names: (array zero-terminated=1): of the terms of its loss
 * @state: where the run is
 * @optimizer: its optimiser, to be loaded into one of the same kind and length
 * @prob_mean: (nullable): probabilities that are averaged over epochs, likewise
 * @step_losses: (element-type double): of all steps so far
 * @records: (element-type OtoEpochRecord): of all epochs done; loaded: without times, and from a
 *   file of a version that kept none: empty
 *
 * What a checkpoint holds, in structures of the caller.
 */
typedef struct
{
  OtoModelSnapshot      *snapshot;
  const OtoModelConfig  *model;
  const char            *recipe;
  const char * const    *term_names;
  OtoTrainingState      *state;
  OtoOptimizer          *optimizer;
  OtoProbMean           *prob_mean;
  GArray                *step_losses;
  GArray                *records;
} OtoCheckpoint;

gboolean oto_checkpoint_save (const OtoCheckpoint  *self,
                              const char           *path,
                              GError              **error);
gboolean oto_checkpoint_load (OtoCheckpoint        *self,
                              const char           *path,
                              GError              **error);

G_END_DECLS
