/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "models/oto-model.h"
#include "training/oto-trainer-config.h"

OTO_BEGIN_DECLS

#define OTO_TYPE_TRAINER (oto_trainer_get_type ())
G_DECLARE_FINAL_TYPE (OtoTrainer, oto_trainer, OTO, TRAINER, GObject)

/* OtoTrainer: one training run, recipe T-000 of systems.md, in a run folder:
 *
 *   config.json              the settings
 *   metrics.csv              a row an epoch, flushed
 *   checkpoint.safetensors   weights, optimiser, place in the run; the order of clips follows
 *                            from seed, epoch and step
 *   best.safetensors         the model with the best micro average precision on the held-out fold
 *   log.txt                  what happened when
 */

typedef enum
{
  OTO_TRAINER_IDLE,
  OTO_TRAINER_PREPARING,
  OTO_TRAINER_RUNNING,
  OTO_TRAINER_STOPPED,
  OTO_TRAINER_DONE,
  OTO_TRAINER_FAILED,
} OtoTrainerState;

/**
 * OtoEpochRecord:
 * @epoch: from 1
 * @loss: mean of the total over the training clips
 * @bce: mean of the tagging loss
 * @mse: mean of the reconstruction loss; 0 without
 * @val_bce: tagging loss on the held-out fold
 * @micro_ap: average precision of all clip and class pairs of the held-out fold
 * @macro_ap: mean average precision of the classes that occur in it
 * @auc: mean area under the ROC curve of the classes that occur and are absent somewhere in it
 * @lr: learning rate of the epoch
 * @seconds: training and validation
 * @clips_per_s: training alone
 *
 * One row of metrics.csv. Undefined values are NaN.
 */
typedef struct
{
  int    epoch;
  double loss, bce, mse;
  double val_bce, micro_ap, macro_ap, auc;
  double lr, seconds, clips_per_s;
} OtoEpochRecord;

/**
 * OtoTrainerProgress:
 * @state: what it is doing
 * @epoch: the one running, from 1
 * @n_epochs: how many there will be
 * @step: steps done in the epoch
 * @n_steps: steps of an epoch
 * @loss: total of the last step; NaN before
 * @clips_per_s: of the last steps
 * @elapsed_s: since it was started or resumed
 * @left_s: NaN until known
 * @prepare_fraction: features ready while preparing
 */
typedef struct
{
  OtoTrainerState state;
  int             epoch, n_epochs;
  int             step, n_steps;
  double          loss;
  double          clips_per_s;
  double          elapsed_s, left_s;
  double          prepare_fraction;
} OtoTrainerProgress;

OtoTrainer             *oto_trainer_new             (const OtoTrainerConfig  *config,
                                                     GError                 **error)
                                                     G_GNUC_WARN_UNUSED_RESULT;
OtoTrainer             *oto_trainer_new_resumed     (const char              *run_dir,
                                                     int                      n_epochs,
                                                     int                      n_threads,
                                                     gboolean                 background,
                                                     gint64                   memory_cap_bytes,
                                                     GError                 **error)
                                                     G_GNUC_WARN_UNUSED_RESULT;
gboolean                oto_trainer_run             (OtoTrainer              *self,
                                                     GError                 **error);
void                    oto_trainer_start           (OtoTrainer              *self);
void                    oto_trainer_stop            (OtoTrainer              *self);
void                    oto_trainer_cancel          (OtoTrainer              *self);
void                    oto_trainer_set_paused      (OtoTrainer              *self,
                                                     gboolean                 paused);
void                    oto_trainer_get_progress    (OtoTrainer              *self,
                                                     OtoTrainerProgress      *ret_progress);
GArray                 *oto_trainer_dup_records     (OtoTrainer              *self)
                                                     G_GNUC_WARN_UNUSED_RESULT;
GArray                 *oto_trainer_dup_step_losses (OtoTrainer              *self)
                                                     G_GNUC_WARN_UNUSED_RESULT;
const OtoTrainerConfig *oto_trainer_get_config      (OtoTrainer              *self);
OtoModelSnapshot       *oto_trainer_ref_snapshot    (OtoTrainer              *self)
                                                     G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
