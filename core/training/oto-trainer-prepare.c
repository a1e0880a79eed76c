/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "detection/oto-class-map.h"
#include "detection/oto-event-list.h"
#include "training/oto-trainer-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

typedef struct
{
  OtoTrainer *trainer;
  double      begin, share;      /* of the whole preparation */
} Stage;

static void
prepare_cb (double   fraction,
            gpointer user_data)
{
  Stage *stage = user_data;
  OtoTrainer *self = stage->trainer;

  if (oto_trainer_is_ending (self))
    g_cancellable_cancel (self->cancellable);
  g_mutex_lock (&self->lock);
  self->progress.prepare_fraction = stage->begin + stage->share * fraction;
  self->progress.elapsed_s = oto_trainer_get_seconds_since (self->begin_us);
  g_mutex_unlock (&self->lock);
}

/* Features take what the run leaves of its memory; clips beyond that are read again when needed. */
static OtoBatcher *
load_clips (OtoTrainer  *self,
            GArray      *clips,
            double       begin,
            GError     **error)
{
  const double n_all = self->train_clips->len + self->val_clips->len;
  const gint64 budget_bytes = (gint64) MIN (self->left_bytes, OTO_BATCHER_BUDGET_BYTES);
  Stage stage = { self, begin, clips->len / n_all };
  OtoBatcher *batcher;

  batcher = oto_batcher_new (self->dataset, clips, &self->front_end, self->model_config.n_frames,
                             budget_bytes, self->config.n_threads, self->config.background,
                             prepare_cb, &stage, self->cancellable, error);
  if (batcher == NULL)
    return NULL;
  self->left_bytes -= oto_batcher_get_n_bytes (batcher);
  oto_trainer_add_notices_of (self, batcher);
  return batcher;
}

/* The sounds of the training clips, which are mixed anew in every epoch. */
static gboolean
load_remixer (OtoTrainer  *self,
              double       share,
              GError     **error)
{
  Stage stage = { self, 0.0, share };
  const OtoRemixerConfig config = {
    .augment = &self->augment,
    .front_end = &self->front_end,
    .n_window_frames = self->model_config.n_frames,
    .n_max_clips = self->config.batch,
    .seed = self->config.seed,
    .budget_bytes = (gint64) MIN (self->left_bytes, G_MAXINT64),
    .n_threads = self->config.n_threads,
    .background = self->config.background,
  };

  self->remixer = oto_remixer_new (self->dataset, self->train_clips, &config, prepare_cb, &stage,
                                   self->cancellable, error);
  if (self->remixer == NULL)
    return FALSE;
  self->left_bytes -= oto_remixer_get_n_bytes (self->remixer);
  return TRUE;
}

/* Names and folds of the training clips, in their order: a resumed run must find them unchanged. */
static guint32
get_data_key (OtoTrainer *self)
{
  guint32 key = 5381;

  for (guint i = 0; i < self->train_clips->len; i++)
    key = key * 33 + g_str_hash (oto_dataset_get_filename (self->dataset,
                                                           g_array_index (self->train_clips,
                                                                          guint32, i)));
  return key;
}

static guint32
add_bytes (guint32       key,
           gconstpointer bytes,
           size_t        n_bytes)
{
  const guchar *byte = bytes;

  for (size_t i = 0; i < n_bytes; i++)
    key = key * 33 + byte[i];
  return key;
}

/* Classes of all clips and, where there are some, times of all events: likewise. */
static guint32
get_label_key (OtoTrainer *self)
{
  const guint n_classes = oto_dataset_get_n_classes (self->dataset);
  OtoEventList *events = oto_dataset_get_events (self->dataset);
  guint32 key = 5381;

  for (guint i = 0; i < oto_dataset_get_n_clips (self->dataset); i++)
    for (guint k = 0; k < n_classes; k++)
      key = key * 33 + (oto_dataset_has_label (self->dataset, i, k) ? 1 : 0);
  for (guint i = 0; events != NULL && i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);

      key = add_bytes (key, &event->onset_s, sizeof event->onset_s);
      key = add_bytes (key, &event->offset_s, sizeof event->offset_s);
    }
  return MAX (key, 1);
}

static gboolean
alloc_batches (OtoTrainer  *self,
               GError     **error)
{
  const OtoModelConfig *config = &self->model_config;
  const size_t n_classes = config->n_classes, n_val = self->val_clips->len;
  const size_t n_batch = self->config.batch;

  self->order = g_try_new (guint32, self->n_items);
  if (self->order == NULL)
    {
      g_set_error_literal (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY,
                           _("There is not enough memory for the order of the clips."));
      return FALSE;
    }
  self->x = oto_try_alloc (n_batch * config->n_frames * config->n_mels, sizeof (float), error);
  self->y = self->x != NULL ? oto_try_alloc (n_batch * n_classes, sizeof (float), error) : NULL;
  if (self->y != NULL)
    self->scratch = oto_try_alloc ((size_t) config->n_frames * config->n_mels + n_classes,
                                   sizeof (float), error);
  if (self->scratch != NULL)
    self->val_prob = oto_try_alloc (n_val * n_classes, sizeof (float), error);
  if (self->val_prob != NULL)
    self->val_targets = oto_try_alloc (n_val * n_classes, sizeof (float), error);
  if (self->val_targets == NULL)
    return FALSE;
  for (guint i = 0; i < n_val; i++)
    oto_batcher_fill_targets (self->val, i, self->val_targets + i * n_classes);
  return self->recipe.keep != OTO_KEEP_MEAN
         || oto_prob_mean_init (&self->prob_mean, n_val * n_classes, error);
}

/* Weights of the classes by how often the training clips have them. */
static void
set_class_weights (OtoTrainer *self)
{
  const guint n_classes = (guint) self->model_config.n_classes;
  g_autofree guint *counts = g_new0 (guint, n_classes);

  if (self->recipe.class_weight == OTO_CLASS_WEIGHT_NONE)
    return;
  for (guint i = 0; i < self->train_clips->len; i++)
    for (guint k = 0; k < n_classes; k++)
      counts[k] += oto_dataset_has_label (self->dataset,
                                          g_array_index (self->train_clips, guint32, i), k);
  self->class_weights = g_new (float, n_classes);
  oto_class_weight_compute (self->recipe.class_weight, self->recipe.class_weight_beta, counts,
                            n_classes, self->train_clips->len, self->class_weights);
  oto_model_set_class_weights (self->model, self->class_weights);
}

static gboolean
fail_changed (OtoTrainer  *self,
              const char  *what,
              GError     **error)
{
  g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_RUN,
               _("The run in “%s” cannot go on: %s. Start a new run."), self->config.run_dir, what);
  return FALSE;
}

/* A run that was to end before the epochs that are averaged, and now goes on, forgets its last. */
static void
check_averaged (OtoTrainer *self)
{
  int first, last;

  if (self->recipe.keep != OTO_KEEP_MEAN)
    return;
  oto_trainer_get_averaged (self, &first, &last);
  if (self->prob_mean.n_added != (guint) CLAMP (self->state.epoch - first, 0, last - first + 1))
    {
      memset (self->prob_mean.sum, 0, self->prob_mean.n * sizeof *self->prob_mean.sum);
      self->prob_mean.n_added = 0;
    }
}

/* Goes on from the checkpoint. A run that ended before its first one begins anew. */
static gboolean
restore (OtoTrainer  *self,
         GError     **error)
{
  g_autofree char *path = oto_run_log_dup_path (self->config.run_dir, "checkpoint.safetensors");
  g_autoptr (OtoModelSnapshot) snapshot = NULL;
  OtoTrainingState state;
  OtoCheckpoint checkpoint = {
    .model = &self->model_config,
    .recipe = self->config.recipe,
    .term_names = (const char * const *) self->term_names,
    .state = &state,
    .optimizer = &self->optimizer,
    .prob_mean = self->recipe.keep == OTO_KEEP_MEAN ? &self->prob_mean : NULL,
    .step_losses = self->step_losses,
    .records = self->history,
  };
  const float *params, *buffers;
  size_t params_len, buffers_len;

  if (!oto_checkpoint_load (&checkpoint, path, error))
    return FALSE;
  snapshot = checkpoint.snapshot;
  if (!g_strv_equal (oto_model_snapshot_get_class_names (snapshot),
                     oto_dataset_get_class_names (self->dataset))
      || state.data_key != get_data_key (self))
    return fail_changed (self, _("the clips or classes of its data set have changed"), error);
  if (state.label_key != 0 && state.label_key != get_label_key (self))
    return fail_changed (self, _("the labels of its data set have changed"), error);
  if (state.step > oto_trainer_get_n_steps (self, state.epoch))
    return fail_changed (self, _("its batch has changed"), error);

  params = oto_model_snapshot_get_params (snapshot, &params_len);
  buffers = oto_model_snapshot_get_buffers (snapshot, &buffers_len);
  memcpy (oto_model_get_params (self->model, NULL), params, params_len * sizeof (float));
  memcpy (oto_model_get_buffers (self->model, NULL), buffers, buffers_len * sizeof (float));
  oto_model_weights_changed (self->model);
  self->scaler = *oto_model_snapshot_get_scaler (snapshot);
  self->state = state;
  self->state.label_key = get_label_key (self);
  check_averaged (self);
  return TRUE;
}

/* What was noticed before there was a log. */
static void
log_notices (OtoTrainer *self)
{
  for (guint i = 0; i < self->notices->len; i++)
    oto_run_log_print (self->log, "%s", (const char *) g_ptr_array_index (self->notices, i));
}

static gboolean
reopen_log (OtoTrainer  *self,
            GError     **error)
{
  g_autofree char *notice = NULL;

  self->log = oto_run_log_reopen (self->config.run_dir, (const char * const *) self->term_names,
                                  (guint) self->state.epoch - 1, self->history, &notice, error);
  if (self->log == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  g_array_append_vals (self->records, self->history->data, self->history->len);
  self->n_emitted = self->records->len;
  g_mutex_unlock (&self->lock);
  oto_run_log_print (self->log, "resumed at epoch %d, step %d", self->state.epoch,
                     self->state.step);
  log_notices (self);
  if (notice != NULL)
    oto_trainer_add_notice (self, notice);
  return TRUE;
}

/* Classes that differ in spelling alone are probably one. */
static void
notice_alike (OtoTrainer *self)
{
  g_auto (GStrv) alike = oto_class_map_list_alike (oto_dataset_get_class_names (self->dataset));

  for (guint i = 0; alike[i] != NULL; i++)
    {
      g_autofree char *text =
        g_strdup_printf (_("The data set has classes that differ in case, spaces, underscores or "
                           "hyphens alone: %s. They count as different ones; if they are not, give "
                           "them one name in labels.tsv."), alike[i]);

      oto_trainer_add_notice (self, text);
    }
}

static gboolean
create_log (OtoTrainer  *self,
            GError     **error)
{
  const OtoTrainerConfig *config = &self->config;

  self->log = oto_run_log_create (config, (const char * const *) self->term_names, error);
  if (self->log == NULL)
    return FALSE;
  oto_run_log_print (self->log, "started: %s, recipe %s, front end %s, %u training clips, %u "
                     "held out in fold %d, %d classes, %u clips without events", config->system,
                     config->recipe, config->front_end, self->train_clips->len,
                     self->val_clips->len, config->fold, self->model_config.n_classes,
                     oto_dataset_get_n_unlabelled (self->dataset));
  if (config->init != NULL)
    oto_run_log_print (self->log, "begun with %u tensors of %s", self->n_taken, config->init);
  if (oto_dataset_get_note (self->dataset) != NULL)
    oto_run_log_print (self->log, "%s", oto_dataset_get_note (self->dataset));
  log_notices (self);
  notice_alike (self);
  return TRUE;
}

/* Random weights and the clips' own features, or both from a model. */
static gboolean
begin (OtoTrainer  *self,
       GError     **error)
{
  if (self->config.init != NULL)
    return oto_trainer_begin_with_model (self, error);
  return self->remixer != NULL ? oto_remixer_fit_scaler (self->remixer, &self->scaler, error)
                               : oto_batcher_fit_scaler (self->train, &self->scaler, error);
}

static gboolean
open_run (OtoTrainer  *self,
          GError     **error)
{
  const OtoTrainerConfig *config = &self->config;
  g_autofree char *path = oto_run_log_dup_path (config->run_dir, "checkpoint.safetensors");

  self->state = (OtoTrainingState) { .epoch = 1, .best = NAN, .data_key = get_data_key (self),
                                     .label_key = get_label_key (self) };
  oto_schedule_init (&self->state.schedule, self->recipe.optimizer.lr);
  if (self->resumes && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      if (!restore (self, error))
        return FALSE;
    }
  else if (!begin (self, error))
    return FALSE;

  return self->resumes ? reopen_log (self, error) : create_log (self, error);
}

/**
 * oto_trainer_prepare:
 * @self: a trainer
 * @error: return location for a #GError
 *
 * Computes the features of both kinds of clips, makes the network and its optimiser, and begins the
 * run's folder, or goes on from its checkpoint.
 *
 * Returns: %FALSE when it failed, and with %G_IO_ERROR_CANCELLED when it was stopped
 */
gboolean
oto_trainer_prepare (OtoTrainer  *self,
                     GError     **error)
{
  const OtoTrainerConfig *config = &self->config;
  const double train_share = (double) self->train_clips->len
                             / (self->train_clips->len + self->val_clips->len);
  size_t n_params;

  /* Before the features are computed, which may take long; those who resume have it already. */
  if (self->lock_of_run == NULL)
    self->lock_of_run = oto_run_lock_new (config->run_dir, error);
  if (self->lock_of_run == NULL
      || (!self->resumes && !oto_run_log_check_free (config->run_dir, error)))
    return FALSE;
  if (self->engine == NULL)
    self->engine = oto_engine_new (config->n_threads, config->background);
  if (config->remix)
    {
      if (!load_remixer (self, train_share, error))
        return FALSE;
    }
  else if ((self->train = load_clips (self, self->train_clips, 0.0, error)) == NULL)
    return FALSE;
  self->val = load_clips (self, self->val_clips, train_share, error);
  if (self->val == NULL)
    return FALSE;

  self->model = oto_model_new (&self->model_config, config->seed, self->engine,
                               OTO_PRIORITY_TRAINING, error);
  if (self->model == NULL
      || !oto_model_reserve (self->model, config->batch, OTO_MODEL_TRAIN, error))
    return FALSE;
  oto_model_set_cancellable (self->model, self->cancellable);
  oto_model_get_params (self->model, &n_params);
  set_class_weights (self);
  self->sampler = oto_sampler_new_for_dataset (self->recipe.sampling, self->dataset,
                                               self->train_clips, config->seed, error);
  return self->sampler != NULL
         && oto_optimizer_init (&self->optimizer, &self->recipe.optimizer, n_params, error)
         && alloc_batches (self, error)
         && open_run (self, error);
}
