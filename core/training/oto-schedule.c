/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-schedule.h"

#include <math.h>

/* A smaller fall of the rate is not made (eps of PyTorch's class). */
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
 * oto_schedule_begin_update:
 * @self: a schedule
 * @config: its kind and constants
 * @start_lr: the rate of the first update
 * @epoch: the epoch, from 1
 * @update: the update, from 1, over all epochs
 *
 * Sets the rate of an update, where it follows from the numbers of epoch and update; a constant
 * rate and a plateau's stay.
 *
 * |[
 * updates: start_lr factor^floor ((update - 1) / every)
 * epochs:  start_lr factor^floor (epoch / every)
 * ]|
 *
 * Epochs are counted as the released M&mnet trainer counts them: with 30 the rate falls in the
 * 30th, not after it.
 */
void
oto_schedule_begin_update (OtoSchedule             *self,
                           const OtoScheduleConfig *config,
                           double                   start_lr,
                           guint                    epoch,
                           guint64                  update)
{
  g_return_if_fail (epoch >= 1);
  g_return_if_fail (update >= 1);

  switch (config->kind)
    {
    case OTO_SCHEDULE_UPDATES:
      self->lr = start_lr * pow (config->factor, (double) ((update - 1) / config->every));
      break;
    case OTO_SCHEDULE_EPOCHS:
      self->lr = start_lr * pow (config->factor, epoch / config->every);
      break;
    case OTO_SCHEDULE_CONSTANT:
    case OTO_SCHEDULE_PLATEAU:
      break;
    }
}

static gboolean
is_better (const OtoSchedule       *self,
           const OtoScheduleConfig *config,
           double                   value)
{
  if (config->watch != OTO_WATCH_LOSS)
    return value > self->best * (1.0 + config->threshold);
  return value < (isinf (self->best) ? INFINITY : self->best * (1.0 - config->threshold));
}

/**
 * oto_schedule_end_epoch:
 * @self: a schedule
 * @config: its kind and constants
 * @value: what the epoch reached of what is watched; NaN is never better
 *
 * Ends an epoch. A value is better when it goes beyond the best by more than the threshold's share
 * of it; after more epochs in a row without a better one than patience allows, the rate falls.
 *
 * Returns: whether the rate was reduced
 */
gboolean
oto_schedule_end_epoch (OtoSchedule             *self,
                        const OtoScheduleConfig *config,
                        double                   value)
{
  double lr;

  if (config->kind != OTO_SCHEDULE_PLATEAU)
    return FALSE;

  if (is_better (self, config, value))
    {
      self->best = value;
      self->n_bad = 0;
    }
  else
    self->n_bad++;
  if (self->n_cooling > 0)
    {
      self->n_cooling--;
      self->n_bad = 0;
    }
  if (self->n_bad <= config->patience)
    return FALSE;

  self->n_bad = 0;
  self->n_cooling = config->cooldown;
  lr = MAX (self->lr * config->factor, config->min_lr);
  if (self->lr - lr <= MIN_CHANGE)
    return FALSE;
  self->lr = lr;
  return TRUE;
}

/**
 * oto_schedule_step:
 * @self: a schedule
 * @value: what the epoch reached, more is better; NaN is never better
 *
 * oto_schedule_end_epoch() with the schedule of recipe T-000, for runs that have no recipe.
 *
 * Returns: whether the rate was reduced
 */
gboolean
oto_schedule_step (OtoSchedule *self,
                   double       value)
{
  return oto_schedule_end_epoch (self, &oto_recipe_find ("T-000")->schedule, value);
}
