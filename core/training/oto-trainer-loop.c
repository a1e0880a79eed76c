/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "base/oto-rng.h"
#include "evaluation/oto-tagger.h"
#include "io/oto-json.h"
#include "metrics/oto-tagging-score.h"
#include "training/oto-trainer-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

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

/* --- snapshots ----------------------------------------------------------------------------- */

/* What a model says about its training. The fold that chose the epoch is also the one it is tested
 * on, as published. */
static char *
describe_training (OtoTrainer           *self,
                   const OtoEpochRecord *record)
{
  const OtoTrainerConfig *config = &self->config;
  g_autofree char *data = g_path_get_basename (config->data_dir);
  g_autoptr (JsonNode) root = json_node_alloc ();
  g_autoptr (JsonObject) object = json_object_new ();

  json_node_init_object (root, object);
  json_object_set_string_member (object, "recipe", "T-000");
  json_object_set_string_member (object, "data", data);
  json_object_set_int_member (object, "held_out_fold", config->fold);
  json_object_set_int_member (object, "training_clips", self->train_clips->len);
  json_object_set_int_member (object, "held_out_clips", self->val_clips->len);
  json_object_set_int_member (object, "batch", config->batch);
  json_object_set_double_member (object, "lr", config->lr);
  json_object_set_int_member (object, "seed", (gint64) config->seed);
  json_object_set_int_member (object, "epoch", MIN (self->state.epoch, config->n_epochs));
  if (record != NULL && isfinite (record->micro_ap))
    {
      json_object_set_string_member (object, "chosen_by", "micro_ap of the held-out fold");
      json_object_set_double_member (object, "micro_ap", record->micro_ap);
      json_object_set_double_member (object, "macro_ap", record->macro_ap);
    }
  if (record != NULL && isfinite (record->auc))
    json_object_set_double_member (object, "auc", record->auc);
  return oto_json_to_text (root, FALSE);
}

static OtoModelSnapshot *
make_snapshot (OtoTrainer            *self,
               const OtoEpochRecord  *record,
               GError               **error)
{
  g_autofree char *training = describe_training (self, record);
  g_autofree char *name = g_path_get_basename (self->config.run_dir);

  return oto_model_snapshot_new (&self->model_config,
                                 oto_dataset_get_class_names (self->dataset), &self->front_end,
                                 &self->scaler, oto_model_get_params (self->model, NULL),
                                 oto_model_get_buffers (self->model, NULL), training, name, error);
}

/* Hands the weights out to who asked for them, at a step boundary. */
static void
serve_snapshot (OtoTrainer *self,
                gboolean    always)
{
  OtoModelSnapshot *snapshot;
  gboolean wanted;

  g_mutex_lock (&self->lock);
  wanted = self->snapshot_wanted || always;
  g_mutex_unlock (&self->lock);
  if (!wanted)
    return;

  snapshot = make_snapshot (self, NULL, NULL);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->snapshot, oto_model_snapshot_unref);
  self->snapshot = snapshot;
  self->snapshot_wanted = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
save_checkpoint (OtoTrainer  *self,
                 GError     **error)
{
  g_autofree char *path = oto_run_log_dup_path (self->config.run_dir, "checkpoint.safetensors");
  g_autoptr (OtoModelSnapshot) snapshot = make_snapshot (self, NULL, error);

  if (snapshot == NULL)
    return FALSE;
  self->state.adam_t = self->adam.t;
  self->saved_us = g_get_monotonic_time ();
  return oto_checkpoint_save (path, snapshot, &self->adam, &self->state, self->step_losses, error);
}

/* --- steps --------------------------------------------------------------------------------- */

/* The generators of an epoch's order and of a step's windows follow from the seed alone. */
static void
init_rng (OtoTrainer *self,
          guint64     stream,
          OtoRng     *ret_rng)
{
  OtoRng seeds;

  oto_rng_init (&seeds, self->config.seed);
  oto_rng_init (ret_rng, oto_rng_next (&seeds) + stream);
}

static void
shuffle (OtoTrainer *self)
{
  OtoRng rng;

  for (guint32 i = 0; i < self->train_clips->len; i++)
    self->order[i] = i;
  init_rng (self, (guint64) self->state.epoch << 32, &rng);
  oto_rng_shuffle (&rng, self->order, self->train_clips->len);
}

static gboolean
fill_batch (OtoTrainer  *self,
            int         *ret_n,
            GError     **error)
{
  const OtoModelConfig *config = &self->model_config;
  const guint begin = (guint) self->state.step * self->config.batch;
  const guint end = MIN (begin + self->config.batch, self->train_clips->len);
  OtoRng rng;

  init_rng (self, ((guint64) self->state.epoch << 32) + 1 + self->state.step, &rng);
  for (guint i = begin; i < end; i++)
    {
      const guint item = self->order[i];
      const size_t n = i - begin;

      if (!oto_batcher_fill (self->train, item, oto_batcher_draw_window (self->train, item, &rng),
                             &self->scaler, self->x + n * config->n_frames * config->n_mels, error))
        return FALSE;
      oto_batcher_fill_targets (self->train, item, self->y + n * config->n_classes);
    }
  *ret_n = (int) (end - begin);
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
publish_step (OtoTrainer *self,
              double      loss,
              int         n_clips,
              double      seconds)
{
  OtoTrainerProgress *progress = &self->progress;
  const int n_epochs_left = self->config.n_epochs - self->state.epoch;
  double n_steps_left = (double) n_epochs_left * self->n_steps + self->n_steps - self->state.step;

  self->n_session_steps++;
  self->step_s = self->n_session_steps == 1
                 ? seconds : self->step_s + STEP_SMOOTHING * (seconds - self->step_s);
  g_mutex_lock (&self->lock);
  g_array_append_val (self->step_losses, loss);
  progress->epoch = self->state.epoch;
  progress->step = self->state.step;
  progress->loss = loss;
  progress->clips_per_s = n_clips / MAX (self->step_s, 1e-9);
  progress->elapsed_s = oto_trainer_get_seconds_since (self->begin_us);
  progress->left_s = n_steps_left * self->step_s + (n_epochs_left + 1) * self->val_s;
  g_mutex_unlock (&self->lock);
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
  if (!oto_model_train_step (self->model, self->x, self->y, n, &loss))
    return fail_ended (error);
  params = oto_model_get_params (self->model, &n_params);
  grads = oto_model_get_grads (self->model);
  if (!isfinite (loss.total) || !are_finite (grads, n_params))
    return fail_diverged (self, error);

  self->adam.lr = state->schedule.lr;
  oto_adam_begin_step (&self->adam);
  oto_adam_step_range (&self->adam, grads, 0, n_params, params);
  oto_model_weights_changed (self->model);

  seconds = oto_trainer_get_seconds_since (begin_us);
  state->step++;
  state->loss_sum += loss.total * n;
  state->bce_sum += loss.terms[0] * n;
  state->mse_sum += loss.terms[1] * n;
  state->train_s += seconds;
  publish_step (self, loss.total, n, seconds);
  return TRUE;
}

/* Between steps: hands out snapshots, waits while paused. */
static void
rest (OtoTrainer *self)
{
  serve_snapshot (self, FALSE);
  while (g_atomic_int_get (&self->pause_flag) && !oto_trainer_is_ending (self))
    {
      g_mutex_lock (&self->lock);
      if (!self->snapshot_wanted)
        g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + PAUSE_POLL_US);
      g_mutex_unlock (&self->lock);
      serve_snapshot (self, FALSE);
    }
}

static gboolean
validate_cb (double   fraction,
             gpointer user_data)
{
  rest (user_data);
  return !oto_trainer_is_ending (user_data);
}

/* Scores the held-out fold. */
static gboolean
validate (OtoTrainer      *self,
          OtoEpochRecord  *ret_record,
          GError         **error)
{
  const OtoTrainingState *state = &self->state;
  const size_t n_val = self->val_clips->len, n_classes = self->model_config.n_classes;
  const double n_train = self->train_clips->len;
  const gint64 begin_us = g_get_monotonic_time ();
  OtoTaggingScore score;

  if (!oto_tagger_run (self->model, self->val, &self->scaler, self->config.batch, validate_cb, self,
                       self->val_prob, error))
    return FALSE;
  self->val_s = oto_trainer_get_seconds_since (begin_us);
  if (!are_finite (self->val_prob, n_val * n_classes))
    return fail_diverged (self, error);
  oto_tagging_score_compute (self->val_prob, self->val_targets, n_val, n_classes, &score, NULL);
  *ret_record = (OtoEpochRecord) {
    .epoch = state->epoch,
    .loss = state->loss_sum / n_train,
    .bce = state->bce_sum / n_train,
    .mse = state->mse_sum / n_train,
    .val_bce = oto_tagger_get_bce (self->val_prob, self->val_targets, n_val * n_classes),
    .micro_ap = score.micro_ap,
    .macro_ap = score.macro_ap,
    .auc = score.auc,
    .lr = state->schedule.lr,
    .seconds = state->train_s + self->val_s,
    .clips_per_s = n_train / MAX (state->train_s, 1e-9),
  };
  return TRUE;
}

/* The record's place in the folder: the model if it is the best, the row, then the checkpoint that
 * vouches for both. */
static gboolean
end_epoch (OtoTrainer            *self,
           const OtoEpochRecord  *record,
           GError               **error)
{
  OtoTrainingState *state = &self->state;
  const gboolean is_best = isnan (state->best_micro_ap) || record->micro_ap > state->best_micro_ap;

  if (is_best)
    {
      g_autofree char *path = oto_run_log_dup_path (self->config.run_dir, "best.safetensors");
      g_autoptr (OtoModelSnapshot) snapshot = make_snapshot (self, record, error);

      if (snapshot == NULL || !oto_model_snapshot_save (snapshot, path, FALSE, error))
        return FALSE;
      state->best_micro_ap = record->micro_ap;
    }
  if (!oto_run_log_add_epoch (self->log, record, error))
    return FALSE;
  oto_run_log_print (self->log, "epoch %d: loss %.5f, micro AP %.4f, macro AP %.4f, AUC %.4f%s",
                     record->epoch, record->loss, record->micro_ap, record->macro_ap, record->auc,
                     is_best ? ", the best so far" : "");
  if (oto_schedule_step (&state->schedule, record->micro_ap))
    oto_run_log_print (self->log, "learning rate reduced to %g", state->schedule.lr);

  state->epoch++;
  state->step = 0;
  state->loss_sum = state->bce_sum = state->mse_sum = state->train_s = 0.0;
  if (!save_checkpoint (self, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  self->progress.epoch = MIN (state->epoch, self->config.n_epochs);
  self->progress.step = state->epoch > self->config.n_epochs ? self->n_steps : 0;
  g_mutex_unlock (&self->lock);
  oto_trainer_epoch_ended (self, record);
  return TRUE;
}

static gboolean
run_epoch (OtoTrainer  *self,
           GError     **error)
{
  OtoEpochRecord record;

  shuffle (self);
  while (self->state.step < self->n_steps)
    {
      rest (self);
      if (oto_trainer_is_ending (self))
        return fail_ended (error);
      if (!run_step (self, error))
        return FALSE;
      if (g_get_monotonic_time () - self->saved_us > SAVE_INTERVAL_US
          && !save_checkpoint (self, error))
        return FALSE;
    }
  return validate (self, &record, error) && end_epoch (self, &record, error);
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
  self->progress.epoch = MIN (self->state.epoch, self->config.n_epochs);
  self->progress.step = self->state.step;
  g_mutex_unlock (&self->lock);
  while (self->state.epoch <= self->config.n_epochs)
    {
      g_autoptr (GError) local_error = NULL;

      if (run_epoch (self, &local_error))
        continue;
      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
          && !g_atomic_int_get (&self->cancel_flag))
        {
          if (!save_checkpoint (self, error))
            return FALSE;
          serve_snapshot (self, TRUE);
          oto_run_log_print (self->log, "stopped at epoch %d, step %d", self->state.epoch,
                             self->state.step);
        }
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  serve_snapshot (self, TRUE);
  oto_run_log_print (self->log, "done");
  return TRUE;
}
