/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-trainer-private.h"

#include "base/oto-error.h"
#include "io/oto-json.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* --- models -------------------------------------------------------------------------------- */

static const char *
get_watch_name (OtoWatch watch)
{
  switch (watch)
    {
    case OTO_WATCH_MICRO_AP:
      return "micro_ap";
    case OTO_WATCH_MACRO_AP:
      return "macro_ap";
    case OTO_WATCH_LOSS:
      return "loss";
    }
  g_assert_not_reached ();
}

/* The fold that chose the epoch is also the one it is tested on, as published. */
static void
describe_keeping (OtoTrainer           *self,
                  const OtoEpochRecord *record,
                  JsonObject           *object)
{
  g_autofree char *text = NULL;
  int first, last;

  switch (self->recipe.keep)
    {
    case OTO_KEEP_BEST:
      text = g_strdup_printf ("%s of the held-out fold", get_watch_name (self->recipe.keep_watch));
      json_object_set_string_member (object, "chosen_by", text);
      break;
    case OTO_KEEP_LAST:
      json_object_set_string_member (object, "chosen_by", "none: the last weights");
      break;
    case OTO_KEEP_MEAN:
      oto_trainer_get_averaged (self, &first, &last);
      if (oto_trainer_averages (self, record->epoch))
        text = g_strdup_printf ("none: scores are of the mean of the probabilities of epochs %d to "
                                "%d, weights of the last of them", first, record->epoch);
      else
        text = g_strdup_printf ("none: probabilities are averaged from epoch %d on", first);
      json_object_set_string_member (object, "chosen_by", text);
      break;
    }
}

static void
add_score (JsonObject *object,
           const char *name,
           double      value)
{
  if (isfinite (value))
    json_object_set_double_member (object, name, value);
}

static void
add_class_weights (OtoTrainer *self,
                   JsonObject *object)
{
  g_autoptr (JsonArray) array = json_array_new ();

  if (self->class_weights == NULL)
    return;
  for (int k = 0; k < self->model_config.n_classes; k++)
    json_array_add_double_element (array, self->class_weights[k]);
  json_object_set_array_member (object, "class_weights", g_steal_pointer (&array));
}

/* What a model says about its training. */
static char *
describe_training (OtoTrainer           *self,
                   const OtoEpochRecord *record)
{
  const OtoTrainerConfig *config = &self->config;
  g_autofree char *data = g_path_get_basename (config->data_dir);
  g_autoptr (JsonNode) root = json_node_alloc ();
  g_autoptr (JsonObject) object = json_object_new ();

  json_node_init_object (root, object);
  json_object_set_string_member (object, "recipe", config->recipe);
  json_object_set_string_member (object, "data", data);
  json_object_set_int_member (object, "held_out_fold", config->fold);
  json_object_set_int_member (object, "training_clips", self->train_clips->len);
  json_object_set_int_member (object, "held_out_clips", self->val_clips->len);
  json_object_set_int_member (object, "batch", config->batch);
  json_object_set_double_member (object, "lr", config->lr);
  json_object_set_int_member (object, "seed", (gint64) config->seed);
  json_object_set_int_member (object, "epoch", MIN (self->state.epoch, self->n_epochs));
  json_object_set_int_member (object, "updates", (gint64) self->state.n_updates);
  add_class_weights (self, object);
  if (record != NULL)
    {
      describe_keeping (self, record, object);
      add_score (object, "micro_ap", record->micro_ap);
      add_score (object, "macro_ap", record->macro_ap);
      add_score (object, "auc", record->auc);
    }
  return oto_json_to_text (root, FALSE);
}

/* The model as it is, with what an epoch's record says about it. */
OtoModelSnapshot *
oto_trainer_make_snapshot (OtoTrainer            *self,
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

gboolean
oto_trainer_save_checkpoint (OtoTrainer  *self,
                             GError     **error)
{
  g_autofree char *path = oto_run_log_dup_path (self->config.run_dir, "checkpoint.safetensors");
  g_autoptr (OtoModelSnapshot) snapshot = oto_trainer_make_snapshot (self, NULL, error);
  const OtoCheckpoint checkpoint = {
    .snapshot = snapshot,
    .recipe = self->config.recipe,
    .term_names = (const char * const *) self->term_names,
    .state = &self->state,
    .optimizer = &self->optimizer,
    .prob_mean = self->recipe.keep == OTO_KEEP_MEAN ? &self->prob_mean : NULL,
    .step_losses = self->step_losses,
    .records = self->history,
  };

  if (snapshot == NULL)
    return FALSE;
  self->saved_us = g_get_monotonic_time ();
  return oto_checkpoint_save (&checkpoint, path, error);
}

/* --- for whoever asks ---------------------------------------------------------------------- */

/* On its way to the main context of who asked. */
typedef struct
{
  GTask            *task;
  OtoModelSnapshot *snapshot;
  GError           *error;
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_object_unref (answer->task);
  g_clear_pointer (&answer->snapshot, oto_model_snapshot_unref);
  g_clear_error (&answer->error);
  g_free (answer);
}

static void
return_snapshot (GTask            *task,
                 OtoModelSnapshot *snapshot,
                 const GError     *error)
{
  if (snapshot != NULL)
    g_task_return_pointer (task, oto_model_snapshot_ref (snapshot),
                           (GDestroyNotify) oto_model_snapshot_unref);
  else if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_new_error (task, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_RUN,
                             _("There is no model yet: training has not begun."));
}

static gboolean
answer_cb (gpointer user_data)
{
  Answer *answer = user_data;

  return_snapshot (answer->task, answer->snapshot, answer->error);
  return G_SOURCE_REMOVE;
}

/* The task, and with it perhaps the last reference to the trainer, is dropped where it came from:
 * the training thread must not be the one that ends a trainer. */
static void
answer (GTask            *task,
        OtoModelSnapshot *snapshot,
        const GError     *error)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Answer *data = g_new0 (Answer, 1);

  data->task = task;
  data->snapshot = snapshot != NULL ? oto_model_snapshot_ref (snapshot) : NULL;
  data->error = error != NULL ? g_error_copy (error) : NULL;
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, answer_cb, data, answer_free);
  g_source_attach (source, g_task_get_context (task));
}

static GPtrArray *
take_waiting (OtoTrainer *self)
{
  GPtrArray *waiting = self->waiting;

  self->waiting = g_ptr_array_new ();
  return waiting;
}

/* Whether somebody waits for a snapshot; the lock is held. */
gboolean
oto_trainer_is_awaited (OtoTrainer *self)
{
  return self->waiting->len > 0;
}

/* Hands the weights out to who asked for them, at a step boundary. */
void
oto_trainer_serve_snapshots (OtoTrainer *self,
                             gboolean    always)
{
  g_autoptr (GPtrArray) waiting = NULL;
  g_autoptr (OtoModelSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->lock);
  waiting = take_waiting (self);
  g_mutex_unlock (&self->lock);
  if (waiting->len == 0 && !always)
    return;

  snapshot = oto_trainer_make_snapshot (self, NULL, &error);
  for (guint i = 0; i < waiting->len; i++)
    answer (g_ptr_array_index (waiting, i), snapshot, error);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->snapshot, oto_model_snapshot_unref);
  self->snapshot = g_steal_pointer (&snapshot);
  g_mutex_unlock (&self->lock);
}

/* The run has ended: those who still wait get the last one. The lock is held. */
void
oto_trainer_end_snapshots (OtoTrainer *self)
{
  g_autoptr (GPtrArray) waiting = take_waiting (self);

  for (guint i = 0; i < waiting->len; i++)
    answer (g_ptr_array_index (waiting, i), self->snapshot, NULL);
}

/**
 * oto_trainer_ref_snapshot_async:
 * @self: a trainer
 * @cancellable: (nullable): ends the wait
 * @callback: called in the caller's thread-default main context
 * @user_data: for @callback
 *
 * Asks for the model as it will be at the next step boundary, also while the run is paused; after
 * the run, as it was at the end. May be called from any thread and from a handler of
 * #OtoTrainer::epoch.
 */
void
oto_trainer_ref_snapshot_async (OtoTrainer          *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_autoptr (OtoModelSnapshot) snapshot = NULL;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OTO_IS_TRAINER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, oto_trainer_ref_snapshot_async);
  g_mutex_lock (&self->lock);
  if (self->progress.state == OTO_TRAINER_RUNNING && !self->finished)
    {
      g_ptr_array_add (self->waiting, g_steal_pointer (&task));
      g_cond_broadcast (&self->changed);
    }
  else if (self->snapshot != NULL)
    snapshot = oto_model_snapshot_ref (self->snapshot);
  g_mutex_unlock (&self->lock);
  if (task != NULL)
    return_snapshot (task, snapshot, NULL);
}

/**
 * oto_trainer_ref_snapshot_finish:
 * @self: a trainer
 * @result: what the callback got
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the model; %NULL with an error before training has begun, after a run
 *   that was cancelled without having handed one out, and when memory is short
 */
OtoModelSnapshot *
oto_trainer_ref_snapshot_finish (OtoTrainer    *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, oto_trainer_ref_snapshot_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
