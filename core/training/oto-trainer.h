/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "models/oto-model.h"
#include "training/oto-trainer-config.h"

OTO_BEGIN_DECLS

#define OTO_TYPE_TRAINER (oto_trainer_get_type ())
G_DECLARE_FINAL_TYPE (OtoTrainer, oto_trainer, OTO, TRAINER, GObject)

/* OtoTrainer: one training run, as a recipe says, in a run folder:
 *
 *   config.json              the settings
 *   metrics.csv              a row an epoch, flushed
 *   checkpoint.safetensors   weights, optimiser, place in the run; the order of clips follows
 *                            from seed, epoch and step
 *   best.safetensors         the model that the recipe keeps: that of the best epoch on the
 *                            held-out fold, or the last one
 *   pinned/NNNN.safetensors  models of the epochs whose probabilities the recipe averages;
 *                            best.safetensors is the last of them
 *   log.txt                  what happened when
 *
 * An epoch is a pass over the training folds, or as many updates as the recipe gives it; a run that
 * is given a length in updates may end within one.
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
 * @terms: means of its terms, without weights; oto_trainer_get_term_name()
 * @val_loss: binary cross-entropy of the clip probabilities on the held-out fold
 * @micro_ap: average precision of all clip and class pairs of the held-out fold
 * @macro_ap: mean average precision of the classes that occur in it
 * @auc: mean area under the ROC curve of the classes that occur and are absent somewhere in it
 * @lr: learning rate at the end of the epoch
 * @seconds: training and validation
 * @clips_per_s: training alone
 *
 * One row of metrics.csv. Undefined values are NaN. Where the recipe averages probabilities, the
 * epochs that count have the values of the mean so far.
 */
typedef struct
{
  int    epoch;
  double loss, terms[OTO_MODEL_MAX_TERMS];
  double val_loss, micro_ap, macro_ap, auc;
  double lr, seconds, clips_per_s;
} OtoEpochRecord;

/**
 * OtoTrainerProgress:
 * @state: what it is doing
 * @epoch: the one running, from 1
 * @n_epochs: how many there will be
 * @step: steps done in the epoch
 * @n_steps: steps of this epoch
 * @loss: total of the last step; NaN before
 * @terms: of the last step
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
  double          loss, terms[OTO_MODEL_MAX_TERMS];
  double          clips_per_s;
  double          elapsed_s, left_s;
  double          prepare_fraction;
} OtoTrainerProgress;

OtoTrainer             *oto_trainer_new                 (const OtoTrainerConfig  *config,
                                                         GError                 **error)
                                                         G_GNUC_WARN_UNUSED_RESULT;
OtoTrainer             *oto_trainer_new_resumed         (const char              *run_dir,
                                                         int                      n_epochs,
                                                         int                      n_threads,
                                                         gboolean                 background,
                                                         gint64                   memory_cap_bytes,
                                                         GError                 **error)
                                                         G_GNUC_WARN_UNUSED_RESULT;
gboolean                oto_trainer_set_engine          (OtoTrainer              *self,
                                                         OtoEngine               *engine,
                                                         GError                 **error);
gboolean                oto_trainer_run                 (OtoTrainer              *self,
                                                         GError                 **error);
void                    oto_trainer_start               (OtoTrainer              *self);
void                    oto_trainer_stop                (OtoTrainer              *self);
void                    oto_trainer_cancel              (OtoTrainer              *self);
void                    oto_trainer_set_paused          (OtoTrainer              *self,
                                                         gboolean                 paused);
const OtoTrainerConfig *oto_trainer_get_config          (OtoTrainer              *self);
guint                   oto_trainer_get_n_terms         (OtoTrainer              *self);
const char             *oto_trainer_get_term_name       (OtoTrainer              *self,
                                                         guint                    i);
void                    oto_trainer_get_progress        (OtoTrainer              *self,
                                                         OtoTrainerProgress      *ret_progress);
GArray                 *oto_trainer_dup_records         (OtoTrainer              *self)
                                                         G_GNUC_WARN_UNUSED_RESULT;
GArray                 *oto_trainer_dup_step_losses     (OtoTrainer              *self)
                                                         G_GNUC_WARN_UNUSED_RESULT;

/* oto-trainer-snapshot.c */
void                    oto_trainer_ref_snapshot_async  (OtoTrainer              *self,
                                                         GCancellable            *cancellable,
                                                         GAsyncReadyCallback      callback,
                                                         gpointer                 user_data);
OtoModelSnapshot       *oto_trainer_ref_snapshot_finish (OtoTrainer              *self,
                                                         GAsyncResult            *result,
                                                         GError                 **error)
                                                         G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
