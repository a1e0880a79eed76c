/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"
#include "models/oto-recipe.h"

OTO_BEGIN_DECLS

/**
 * OtoSchedule:
 * @lr: learning rate
 * @best: best value so far; minus infinity at first, whatever is better
 * @n_bad: epochs since without a better one
 * @n_cooling: epochs that the last fall still has left
 *
 * Where a schedule of OtoScheduleConfig is; a checkpoint saves and restores it. Plateaus have the
 * semantics of PyTorch's ReduceLROnPlateau.
 */
typedef struct
{
  double lr;
  double best;
  int    n_bad;
  int    n_cooling;
} OtoSchedule;

void     oto_schedule_init         (OtoSchedule             *self,
                                    double                   lr);
void     oto_schedule_begin_update (OtoSchedule             *self,
                                    const OtoScheduleConfig *config,
                                    double                   start_lr,
                                    guint                    epoch,
                                    guint64                  update);
gboolean oto_schedule_end_epoch    (OtoSchedule             *self,
                                    const OtoScheduleConfig *config,
                                    double                   value);
gboolean oto_schedule_step         (OtoSchedule             *self,
                                    double                   value);

OTO_END_DECLS
