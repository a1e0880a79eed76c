/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "nn/oto-class-weight.h"

OTO_BEGIN_DECLS

/* Recipes: how published systems were trained, as values that a row of the table of systems points
 * to. Nothing here trains; core/training reads them. Epochs and updates count from 1. */

/**
 * OtoOptimizerKind:
 * @OTO_OPTIMIZER_ADAM: Adam as PyTorch has it: eps is added to the corrected root
 * @OTO_OPTIMIZER_ADAM_KERAS: as Keras has it: eps is added to the raw root
 * @OTO_OPTIMIZER_SGD: gradient descent with momentum
 */
typedef enum
{
  OTO_OPTIMIZER_ADAM,
  OTO_OPTIMIZER_ADAM_KERAS,
  OTO_OPTIMIZER_SGD,
} OtoOptimizerKind;

/**
 * OtoOptimizerConfig:
 * @kind: which
 * @lr: learning rate to begin with
 * @weight_decay: times the parameter, added to the gradient of every parameter
 * @beta1: Adam: decay of the first moment
 * @beta2: Adam: decay of the second moment
 * @eps: Adam: added to the root of the second moment
 * @has_amsgrad: Adam: divide by the largest second moment so far
 * @momentum: SGD: decay of the sum of gradients
 * @restarts: forget all moments at the beginning of an epoch
 *
 * An optimiser and its constants.
 */
typedef struct
{
  OtoOptimizerKind kind;
  double           lr;
  double           weight_decay;
  double           beta1, beta2;
  double           eps;
  gboolean         has_amsgrad;
  double           momentum;
  gboolean         restarts;
} OtoOptimizerConfig;

/**
 * OtoWatch:
 * @OTO_WATCH_MICRO_AP: average precision of all decisions, more is better
 * @OTO_WATCH_MACRO_AP: mean of the classes' average precisions, more is better
 * @OTO_WATCH_LOSS: less is better
 *
 * What of the validation is looked at.
 */
typedef enum
{
  OTO_WATCH_MICRO_AP,
  OTO_WATCH_MACRO_AP,
  OTO_WATCH_LOSS,
} OtoWatch;

/**
 * OtoScheduleKind:
 * @OTO_SCHEDULE_CONSTANT: the rate stays
 * @OTO_SCHEDULE_UPDATES: times the factor after every so many updates
 * @OTO_SCHEDULE_EPOCHS: times the factor in epochs @every, 2 @every, …
 * @OTO_SCHEDULE_PLATEAU: times the factor after too many epochs without a better value
 *
 * When the learning rate falls.
 */
typedef enum
{
  OTO_SCHEDULE_CONSTANT,
  OTO_SCHEDULE_UPDATES,
  OTO_SCHEDULE_EPOCHS,
  OTO_SCHEDULE_PLATEAU,
} OtoScheduleKind;

/**
 * OtoScheduleConfig:
 * @kind: which
 * @factor: what the rate is multiplied by
 * @every: updates or epochs between
 * @watch: plateau: what should become better
 * @patience: plateau: epochs in a row without a better value that are allowed
 * @cooldown: plateau: epochs after a fall that do not count
 * @threshold: plateau: better is better by more than this share of the best value
 * @min_lr: plateau: the rate does not fall below
 *
 * A schedule of the learning rate and its constants.
 */
typedef struct
{
  OtoScheduleKind kind;
  double          factor;
  int             every;
  OtoWatch        watch;
  int             patience;
  int             cooldown;
  double          threshold;
  double          min_lr;
} OtoScheduleConfig;

/**
 * OtoSampling:
 * @OTO_SAMPLING_SHUFFLE: every clip once an epoch, in random order
 * @OTO_SAMPLING_BALANCED: classes in turn, each time a clip that has the class
 * @OTO_SAMPLING_QUOTA: classes by a quota from one to five, the more clips the more often
 *
 * Which clips make an epoch: core/datasets/oto-sampler.h.
 */
typedef enum
{
  OTO_SAMPLING_SHUFFLE,
  OTO_SAMPLING_BALANCED,
  OTO_SAMPLING_QUOTA,
} OtoSampling;

/**
 * OtoBatchUnit:
 * @OTO_BATCH_CLIPS: clips
 * @OTO_BATCH_FRAMES: frames of any clips, each with its context
 *
 * What a batch counts.
 */
typedef enum
{
  OTO_BATCH_CLIPS,
  OTO_BATCH_FRAMES,
} OtoBatchUnit;

/**
 * OtoKeep:
 * @OTO_KEEP_LAST: the weights after the last update
 * @OTO_KEEP_BEST: those of the epoch with the best value of what is watched
 * @OTO_KEEP_MEAN: those of several epochs, whose probabilities are averaged
 *
 * Which weights a run leaves.
 */
typedef enum
{
  OTO_KEEP_LAST,
  OTO_KEEP_BEST,
  OTO_KEEP_MEAN,
} OtoKeep;

/**
 * OtoRecipe:
 * @name: what a row of the table of systems points to
 * @title: one line for people
 * @source: paper or program
 * @optimizer: the optimiser
 * @schedule: of its rate
 * @sampling: which clips make an epoch
 * @batch: what an update sees
 * @batch_unit: what that counts
 * @drops_last: leave out an incomplete batch at the end of an epoch
 * @n_epochs: length in epochs; 0: in updates
 * @n_updates: length in updates; 0: in epochs
 * @n_epoch_updates: updates of an epoch, after which there is a validation; 0: as many as the clips
 *   make
 * @keep: which weights are kept
 * @keep_watch: %OTO_KEEP_BEST: the best of what
 * @keep_first: %OTO_KEEP_MEAN: first epoch
 * @keep_last: %OTO_KEEP_MEAN: last epoch
 * @class_weight: weights of classes in the loss
 * @class_weight_beta: their exponent
 * @seed: of the order of clips
 *
 * A recipe. Weights of auxiliary losses are the system's, not the recipe's.
 */
typedef struct
{
  const char         *name;
  const char         *title;
  const char         *source;
  OtoOptimizerConfig  optimizer;
  OtoScheduleConfig   schedule;
  OtoSampling         sampling;
  int                 batch;
  OtoBatchUnit        batch_unit;
  gboolean            drops_last;
  int                 n_epochs;
  int                 n_updates;
  int                 n_epoch_updates;
  OtoKeep             keep;
  OtoWatch            keep_watch;
  int                 keep_first, keep_last;
  OtoClassWeightForm  class_weight;
  double              class_weight_beta;
  guint64             seed;
} OtoRecipe;

const OtoRecipe *oto_recipe_get                 (guint            i);      /* (nullable) */
const OtoRecipe *oto_recipe_find                (const char      *name);   /* (nullable) */
char            *oto_recipe_dup_names           (void);
gint64           oto_recipe_get_n_epoch_updates (const OtoRecipe *recipe,
                                                 gint64           n_items);
gint64           oto_recipe_get_n_updates       (const OtoRecipe *recipe,
                                                 gint64           n_items);

OTO_END_DECLS
