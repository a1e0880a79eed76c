/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-schedule.h"

#include <math.h>

/* A smaller change of the rate is not made (eps of PyTorch's class). */
#define MIN_CHANGE 1e-8

/**
 * oto_schedule_init:
 * @self: (out caller-allocates): a schedule
 * @lr: the rate to begin with
 */
void
oto_schedule_init (OtoSchedule *self,
                   double       lr)
{
  *self = (OtoSchedule) { .lr = lr, .best = -INFINITY };
}

/**
 * oto_schedule_step:
 * @self: a schedule
 * @value: what the epoch reached, more is better; NaN is never better
 *
 * Ends an epoch.
 *
 * Returns: whether the rate was reduced
 */
gboolean
oto_schedule_step (OtoSchedule *self,
                   double       value)
{
  double lr;

  if (value > self->best * (1.0 + OTO_SCHEDULE_THRESHOLD))
    {
      self->best = value;
      self->n_bad = 0;
    }
  else
    self->n_bad++;
  if (self->n_bad <= OTO_SCHEDULE_PATIENCE)
    return FALSE;

  self->n_bad = 0;
  lr = self->lr * OTO_SCHEDULE_FACTOR;
  if (self->lr - lr <= MIN_CHANGE)
    return FALSE;
  self->lr = lr;
  return TRUE;
}
