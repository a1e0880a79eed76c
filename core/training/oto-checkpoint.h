/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-model-snapshot.h"
#include "training/oto-adam.h"
#include "training/oto-schedule.h"

G_BEGIN_DECLS

/**
 * OtoTrainingState:
 * @epoch: the one running, from 1; one past the last when done
 * @step: steps of it done; all of them: its validation is next
 * @data_key: fingerprint of the training clips
 * @adam_t: steps of the optimiser
 * @schedule: of the learning rate
 * @best_micro_ap: of the epoch that best.safetensors holds; NaN: none yet
 * @loss_sum: over the clips of the epoch so far
 * @bce_sum: the same
 * @mse_sum: the same
 * @train_s: seconds spent in the epoch's steps so far
 *
 * Where a run is. The order of clips is a function of seed, epoch and step, so that this is also
 * the random state.
 */
typedef struct
{
  int         epoch;
  int         step;
  guint32     data_key;
  guint64     adam_t;
  OtoSchedule schedule;
  double      best_micro_ap;
  double      loss_sum, bce_sum, mse_sum;
  double      train_s;
} OtoTrainingState;

gboolean oto_checkpoint_save (const char              *path,
                              OtoModelSnapshot        *snapshot,
                              const OtoAdam           *adam,
                              const OtoTrainingState  *state,
                              GArray                  *step_losses,
                              GError                 **error);
gboolean oto_checkpoint_load (const char              *path,
                              OtoModelSnapshot       **ret_snapshot,
                              OtoAdam                 *ret_adam,
                              OtoTrainingState        *ret_state,
                              GArray                  *ret_step_losses,
                              GError                 **error);

G_END_DECLS
