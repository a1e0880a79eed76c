/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/**
 * OtoSchedule:
 * @lr: learning rate
 * @best: best value so far; minus infinity at first
 * @n_bad: epochs since without a better one
 *
 * The schedule of recipe T-000, with the semantics of PyTorch's ReduceLROnPlateau in “max” mode: a
 * value is better when it exceeds the best by a ten-thousandth of it; after more than three epochs
 * in a row without a better one the rate is divided by ten.
 */
typedef struct
{
  double lr;
  double best;
  int    n_bad;
} OtoSchedule;

#define OTO_SCHEDULE_FACTOR    0.1
#define OTO_SCHEDULE_PATIENCE  3
#define OTO_SCHEDULE_THRESHOLD 1e-4

void     oto_schedule_init (OtoSchedule *self,
                            double       lr);
gboolean oto_schedule_step (OtoSchedule *self,
                            double       value);

G_END_DECLS
