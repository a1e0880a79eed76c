/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "base/oto-rng.h"
#include "evaluation/oto-tagger.h"
#include "metrics/oto-tagging-score.h"
#include "training/oto-trainer-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A run that is killed loses at most this, besides its current step. */
#define SAVE_INTERVAL_US (300 * G_TIME_SPAN_SECOND)

/* How soon a pause notices a stop, which only sets a flag. */
#define PAUSE_POLL_US    (100 * G_TIME_SPAN_MILLISECOND)

/* Weight of the newest step in the smoothed time of a step. */
#define STEP_SMOOTHING   0.2

static gboolean
fail_ended (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("The run was stopped."));
  return FALSE;
}

/* --- steps --------------------------------------------------------------------------------- */

/* The generator of a step's windows follows from the seed alone. */
static void
init_rng (OtoTrainer *self,
          OtoRng     *ret_rng)
{
  OtoRng seeds;

  oto_rng_init (&seeds, self->config.seed);
  oto_rng_init (ret_rng, oto_rng_next (&seeds) + ((guint64) self->state.epoch << 32) + 1
                         + self->state.step);
}

static int
count_batch (OtoTrainer *self,
             int         step)
{
  return (int) MIN ((guint) self->config.batch, self->n_items - (guint) step * self->config.batch);
}

/* This step's mixtures; those of the next one are begun. */
static gboolean
take_mixtures (OtoTrainer  *self,
               int          n,
               GError     **error)
{
  int epoch = self->state.epoch, step = self->state.step;

  if (!oto_remixer_take (self->remixer, epoch, step, n, &self->scaler, self->x, self->y, error))
    return FALSE;
  step++;
  if (step == self->n_steps)
    {
      epoch++;
      step = 0;
    }
  oto_remixer_request (self->remixer, epoch, step, count_batch (self, step));
  return TRUE;
}

static gboolean
read_clips (OtoTrainer  *self,
            int          n,
            OtoRng      *rng,
            GError     **error)
{
  const OtoModelConfig *config = &self->model_config;
  const guint begin = (guint) self->state.step * self->config.batch;

  for (int i = 0; i < n; i++)
    {
      const guint item = self->order[begin + i];

      if (!oto_batcher_fill (self->train, item, oto_batcher_draw_window (self->train, item, rng),
                             &self->scaler,
                             self->x + (size_t) i * config->n_frames * config->n_mels, error))
        return FALSE;
      oto_batcher_fill_targets (self->train, item, self->y + (size_t) i * config->n_classes);
    }
  return TRUE;
}

static gboolean
fill_batch (OtoTrainer  *self,
            int         *ret_n,
            GError     **error)
{
  const OtoModelConfig *config = &self->model_config;
  const int n = count_batch (self, self->state.step);
  OtoRng rng;

  init_rng (self, &rng);
  if (!(self->remixer != NULL ? take_mixtures (self, n, error)
                              : read_clips (self, n, &rng, error)))
    return FALSE;
  oto_augment_apply (&self->augment, &rng, n, config->n_frames, config->n_mels, config->n_classes,
                     self->x, self->y, self->scratch);
  *ret_n = n;
  return TRUE;
}

static gboolean
are_finite (const float *values,
            size_t       len)
{
  for (size_t i = 0; i < len; i++)
    if (!isfinite (values[i]))
      return FALSE;
  return TRUE;
}

static gboolean
fail_diverged (OtoTrainer  *self,
               GError     **error)
{
  g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_DIVERGED,
               _("Training diverged: the loss is no longer a number at epoch %d, step %d. The last "
                 "good model is kept. Try a smaller learning rate than %g."),
               self->state.epoch, self->state.step + 1, self->state.schedule.lr);
  return FALSE;
}

static void
publish_step (OtoTrainer         *self,
              const OtoModelLoss *loss,
              int                 n_clips,
              double              seconds)
{
  OtoTrainerProgress *progress = &self->progress;
  const double n_left = (double) self->n_updates - (double) self->state.n_updates;
  const int n_epochs_left = self->n_epochs - self->state.epoch;

  self->n_session_steps++;
  self->step_s = self->n_session_steps == 1
                 ? seconds : self->step_s + STEP_SMOOTHING * (seconds - self->step_s);
  g_mutex_lock (&self->lock);
  g_array_append_val (self->step_losses, loss->total);
  progress->epoch = self->state.epoch;
  progress->step = self->state.step;
  progress->n_steps = oto_trainer_get_n_steps (self, self->state.epoch);
  progress->loss = loss->total;
  memcpy (progress->terms, loss->terms, sizeof progress->terms);
  progress->clips_per_s = n_clips / MAX (self->step_s, 1e-9);
  progress->elapsed_s = oto_trainer_get_seconds_since (self->begin_us);
  progress->left_s = MAX (n_left, 0.0) * self->step_s + (n_epochs_left + 1) * self->val_s;
  g_mutex_unlock (&self->lock);
}

static void
take_optimizer_step (OtoTrainer  *self,
                     const float *grads,
                     size_t       n_params,
                     float       *params)
{
  OtoTrainingState *state = &self->state;

  oto_schedule_begin_update (&state->schedule, &self->recipe.schedule, self->recipe.optimizer.lr,
                             state->epoch, state->n_updates + 1);
  self->optimizer.lr = state->schedule.lr;
  oto_optimizer_begin_step (&self->optimizer);
  oto_optimizer_step_range (&self->optimizer, grads, 0, n_params, params);
  oto_model_weights_changed (self->model);
}

static gboolean
run_step (OtoTrainer  *self,
          GError     **error)
{
  const gint64 begin_us = g_get_monotonic_time ();
  OtoTrainingState *state = &self->state;
  OtoModelLoss loss;
  const float *grads;
  float *params;
  double seconds;
  size_t n_params;
  int n;

  if (!fill_batch (self, &n, error))
    return FALSE;
  oto_model_set_step (self->model, self->config.seed, state->n_updates);
  if (!oto_model_train_step (self->model, self->x, self->y, n, &loss))
    return fail_ended (error);
  params = oto_model_get_params (self->model, &n_params);
  grads = oto_model_get_grads (self->model);
  if (!isfinite (loss.total) || !are_finite (grads, n_params))
    return fail_diverged (self, error);
  take_optimizer_step (self, grads, n_params, params);

  seconds = oto_trainer_get_seconds_since (begin_us);
  state->step++;
  state->n_updates++;
  state->n_clips += n;
  state->loss_sum += loss.total * n;
  for (guint i = 0; i < loss.n_terms; i++)
    state->term_sums[i] += loss.terms[i] * n;
  state->train_s += seconds;
  publish_step (self, &loss, n, seconds);
  return TRUE;
}

/* Between steps: hands out snapshots, waits while paused. */
static void
rest (OtoTrainer *self)
{
  oto_trainer_serve_snapshots (self, FALSE);
  while (g_atomic_int_get (&self->pause_flag) && !oto_trainer_is_ending (self))
    {
      g_mutex_lock (&self->lock);
      if (!oto_trainer_is_awaited (self))
        g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + PAUSE_POLL_US);
      g_mutex_unlock (&self->lock);
      oto_trainer_serve_snapshots (self, FALSE);
    }
}

static gboolean
validate_cb (double   fraction,
             gpointer user_data)
{
  rest (user_data);
  return !oto_trainer_is_ending (user_data);
}

/* Scores the held-out fold: this epoch's model or, where epochs are averaged, the mean so far. */
static gboolean
validate (OtoTrainer      *self,
          OtoTaggingScore *ret_score,
          double          *ret_loss,
          GError         **error)
{
  const size_t n_val = self->val_clips->len, n_classes = self->model_config.n_classes;
  const gint64 begin_us = g_get_monotonic_time ();

  if (!oto_tagger_run (self->model, self->val, &self->scaler, self->config.batch, validate_cb, self,
                       self->val_prob, error))
    return FALSE;
  self->val_s = oto_trainer_get_seconds_since (begin_us);
  if (!are_finite (self->val_prob, n_val * n_classes))
    return fail_diverged (self, error);
  if (oto_trainer_averages (self, self->state.epoch))
    {
      oto_prob_mean_add (&self->prob_mean, self->val_prob);
      oto_prob_mean_fill (&self->prob_mean, self->val_prob);
    }
  oto_tagging_score_compute (self->val_prob, self->val_targets, n_val, n_classes, ret_score, NULL);
  *ret_loss = oto_tagger_get_bce (self->val_prob, self->val_targets, n_val * n_classes);
  return TRUE;
}

static void
fill_record (OtoTrainer            *self,
             const OtoTaggingScore *score,
             double                 val_loss,
             OtoEpochRecord        *ret_record)
{
  const OtoTrainingState *state = &self->state;
  const double n_clips = MAX (state->n_clips, 1.0);

  *ret_record = (OtoEpochRecord) {
    .epoch = state->epoch,
    .loss = state->loss_sum / n_clips,
    .val_loss = val_loss,
    .micro_ap = score->micro_ap,
    .macro_ap = score->macro_ap,
    .auc = score->auc,
    .lr = state->schedule.lr,
    .seconds = state->train_s + self->val_s,
    .clips_per_s = n_clips / MAX (state->train_s, 1e-9),
  };
  for (guint i = 0; i < OTO_MODEL_MAX_TERMS; i++)
    ret_record->terms[i] = state->term_sums[i] / n_clips;
}

static void
log_epoch (OtoTrainer           *self,
           const OtoEpochRecord *record,
           gboolean              is_best)
{
  int first, last;

  oto_run_log_print (self->log, "epoch %d: loss %.5f, micro AP %.4f, macro AP %.4f, AUC %.4f%s",
                     record->epoch, record->loss, record->micro_ap, record->macro_ap, record->auc,
                     is_best ? ", the best so far" : "");
  if (!oto_trainer_averages (self, record->epoch))
    return;
  oto_trainer_get_averaged (self, &first, &last);
  oto_run_log_print (self->log, "these are of the mean of the probabilities of epochs %d to %d; "
                     "pinned/%04d.safetensors and best.safetensors are of epoch %d", first,
                     record->epoch, record->epoch, record->epoch);
}

static void
begin_next_epoch (OtoTrainer *self)
{
  OtoTrainingState *state = &self->state;

  state->epoch++;
  state->step = 0;
  state->n_clips = state->loss_sum = state->train_s = 0.0;
  memset (state->term_sums, 0, sizeof state->term_sums);
}

/* The record's place in the folder: the model if it is to be kept, the row, then the checkpoint
 * that vouches for both. */
static gboolean
end_epoch (OtoTrainer            *self,
           const OtoEpochRecord  *record,
           GError               **error)
{
  OtoTrainingState *state = &self->state;
  const OtoScheduleConfig *schedule = &self->recipe.schedule;
  gboolean is_best, is_last;

  if (!oto_trainer_keep (self, record, &is_best, error)
      || !oto_run_log_add_epoch (self->log, record, error))
    return FALSE;
  log_epoch (self, record, is_best);
  if (oto_schedule_end_epoch (&state->schedule, schedule,
                              oto_trainer_get_watched (record, schedule->watch)))
    oto_run_log_print (self->log, "learning rate reduced to %g", state->schedule.lr);
  if (self->remixer != NULL)
    oto_run_log_print (self->log, "waited %.2f s for mixtures so far",
                       (double) oto_remixer_get_wait_us (self->remixer) / G_USEC_PER_SEC);

  g_array_append_val (self->history, *record);
  begin_next_epoch (self);
  if (!oto_trainer_save_checkpoint (self, error))
    return FALSE;
  is_last = state->epoch > self->n_epochs;
  g_mutex_lock (&self->lock);
  self->progress.epoch = MIN (state->epoch, self->n_epochs);
  self->progress.n_steps = oto_trainer_get_n_steps (self, self->progress.epoch);
  self->progress.step = is_last ? self->progress.n_steps : 0;
  g_mutex_unlock (&self->lock);
  oto_trainer_epoch_ended (self, record);
  return TRUE;
}

static gboolean
run_epoch (OtoTrainer  *self,
           GError     **error)
{
  const int n_steps = oto_trainer_get_n_steps (self, self->state.epoch);
  OtoTaggingScore score;
  OtoEpochRecord record;
  double val_loss;

  oto_sampler_fill_epoch (self->sampler, (guint) self->state.epoch, self->n_items, self->order);
  if (self->state.step == 0)
    oto_optimizer_begin_epoch (&self->optimizer);
  while (self->state.step < n_steps)
    {
      rest (self);
      if (oto_trainer_is_ending (self))
        return fail_ended (error);
      if (!run_step (self, error))
        return FALSE;
      if (g_get_monotonic_time () - self->saved_us > SAVE_INTERVAL_US
          && !oto_trainer_save_checkpoint (self, error))
        return FALSE;
    }
  if (!validate (self, &score, &val_loss, error))
    return FALSE;
  fill_record (self, &score, val_loss, &record);
  if (self->train != NULL)
    oto_trainer_add_notices_of (self, self->train);
  oto_trainer_add_notices_of (self, self->val);
  return end_epoch (self, &record, error);
}

/**
 * oto_trainer_loop: (skip)
 * @self: a trainer
 * @error: return location for a #GError
 *
 * The whole run. Stopped, it saves where it is.
 *
 * Returns: %FALSE when it failed, and with %G_IO_ERROR_CANCELLED when it was stopped
 */
gboolean
oto_trainer_loop (OtoTrainer  *self,
                  GError     **error)
{
  self->begin_us = self->saved_us = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);
  self->progress.state = OTO_TRAINER_PREPARING;
  g_mutex_unlock (&self->lock);
  if (!oto_trainer_prepare (self, error))
    return FALSE;

  g_mutex_lock (&self->lock);
  self->progress.state = OTO_TRAINER_RUNNING;
  self->progress.prepare_fraction = 1.0;
  self->progress.epoch = MIN (self->state.epoch, self->n_epochs);
  self->progress.step = self->state.step;
  g_mutex_unlock (&self->lock);
  while (self->state.epoch <= self->n_epochs)
    {
      g_autoptr (GError) local_error = NULL;

      if (run_epoch (self, &local_error))
        continue;
      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
          && !g_atomic_int_get (&self->cancel_flag))
        {
          if (!oto_trainer_save_checkpoint (self, error))
            return FALSE;
          oto_trainer_serve_snapshots (self, TRUE);
          oto_run_log_print (self->log, "stopped at epoch %d, step %d", self->state.epoch,
                             self->state.step);
        }
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  oto_trainer_serve_snapshots (self, TRUE);
  oto_run_log_print (self->log, "done");
  return TRUE;
}
