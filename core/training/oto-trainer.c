/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-trainer.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "base/oto-workers.h"
#include "models/oto-network.h"
#include "training/oto-trainer-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

enum
{
  SIGNAL_EPOCH,
  SIGNAL_FINISHED,
  SIGNAL_NOTICE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoTrainer, oto_trainer, G_TYPE_OBJECT)

/* A trainer that is thrown away ends its run at the next layer; the last checkpoint stays. */
static void
oto_trainer_dispose (GObject *object)
{
  OtoTrainer *self = OTO_TRAINER (object);

  oto_trainer_cancel (self);
  g_clear_pointer (&self->thread, g_thread_join);
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  G_OBJECT_CLASS (oto_trainer_parent_class)->dispose (object);
}

static void
oto_trainer_finalize (GObject *object)
{
  OtoTrainer *self = OTO_TRAINER (object);

  g_clear_pointer (&self->remixer, oto_remixer_free);
  g_clear_pointer (&self->train, oto_batcher_free);
  g_clear_pointer (&self->val, oto_batcher_free);
  g_clear_pointer (&self->train_clips, g_array_unref);
  g_clear_pointer (&self->val_clips, g_array_unref);
  g_clear_pointer (&self->model, oto_model_free);
  g_clear_pointer (&self->engine, oto_engine_unref);
  g_clear_pointer (&self->log, oto_run_log_free);
  g_clear_pointer (&self->lock_of_run, oto_run_lock_free);
  g_clear_pointer (&self->snapshot, oto_model_snapshot_unref);
  oto_optimizer_clear (&self->optimizer);
  oto_prob_mean_clear (&self->prob_mean);
  g_clear_pointer (&self->sampler, oto_sampler_free);
  g_ptr_array_unref (self->waiting);
  g_strfreev (self->term_names);
  g_free (self->class_weights);
  g_free (self->order);
  oto_free (self->x);
  oto_free (self->y);
  oto_free (self->scratch);
  oto_free (self->val_prob);
  oto_free (self->val_targets);
  g_clear_object (&self->dataset);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_array_unref (self->history);
  g_array_unref (self->records);
  g_ptr_array_unref (self->notices);
  g_array_unref (self->step_losses);
  oto_trainer_config_clear (&self->config);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (oto_trainer_parent_class)->finalize (object);
}

static void
oto_trainer_class_init (OtoTrainerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = oto_trainer_dispose;
  object_class->finalize = oto_trainer_finalize;

  /**
   * OtoTrainer::epoch:
   * @self: a trainer
   * @epoch: the one that ended, from 1
   *
   * An epoch has ended and its record is there. Emitted in the main context that called
   * oto_trainer_start(), or in the thread that called oto_trainer_run().
   */
  signals[SIGNAL_EPOCH] = g_signal_new ("epoch", OTO_TYPE_TRAINER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_INT);

  /**
   * OtoTrainer::finished:
   * @self: a trainer
   * @error: (nullable): why it failed; %NULL when it is done or was stopped
   *
   * The run that oto_trainer_start() began has ended. Emitted in the main context that called it.
   */
  signals[SIGNAL_FINISHED] = g_signal_new ("finished", OTO_TYPE_TRAINER, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * OtoTrainer::notice:
   * @self: a trainer
   * @text: whole sentences
   *
   * Something about the data or the run folder that its owner should know, and that does not stop
   * the run; it stands in log.txt, too. Emitted where #OtoTrainer::epoch is.
   */
  signals[SIGNAL_NOTICE] = g_signal_new ("notice", OTO_TYPE_TRAINER, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
oto_trainer_init (OtoTrainer *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->cancellable = g_cancellable_new ();
  self->history = g_array_new (FALSE, FALSE, sizeof (OtoEpochRecord));
  self->records = g_array_new (FALSE, FALSE, sizeof (OtoEpochRecord));
  self->notices = g_ptr_array_new_with_free_func (g_free);
  self->step_losses = g_array_new (FALSE, FALSE, sizeof (double));
  self->waiting = g_ptr_array_new ();
  self->progress.loss = NAN;
  self->progress.left_s = NAN;
}

/* Epochs, steps and clips: an epoch is a pass over the clips, but where the recipe gives it a
 * length or draws clips by their labels. */
static void
plan_length (OtoTrainer *self)
{
  const OtoRecipe *recipe = &self->recipe;
  const guint n_clips = self->train_clips->len, n_batch = (guint) recipe->batch;
  gint64 n_steps = oto_recipe_get_n_epoch_updates (recipe, n_clips);

  if (recipe->sampling == OTO_SAMPLING_SHUFFLE)
    n_steps = MIN (n_steps, (gint64) (n_clips + n_batch - 1) / n_batch);
  self->n_steps = (int) n_steps;
  self->n_items = (guint) n_steps * n_batch;
  if (recipe->sampling == OTO_SAMPLING_SHUFFLE || recipe->n_epoch_updates == 0)
    self->n_items = MIN (self->n_items, n_clips);
  self->n_updates = recipe->n_updates > 0 ? recipe->n_updates : n_steps * recipe->n_epochs;
  self->n_epochs = (int) ((self->n_updates + n_steps - 1) / n_steps);

  self->progress.n_epochs = self->n_epochs;
  self->progress.n_steps = oto_trainer_get_n_steps (self, 1);
  self->progress.epoch = 1;
}

/* The terms are known before there is a network with weights. */
static void
take_term_names (OtoTrainer *self)
{
  g_autoptr (OtoNetwork) network = oto_network_new (&self->model_config);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < network->n_terms; i++)
    g_strv_builder_add (names, network->terms[i].name);
  self->term_names = g_strv_builder_end (names);
}

/* How much depends on the number of threads, too. */
static gboolean
check_memory (OtoTrainer  *self,
              GError     **error)
{
  if (oto_trainer_config_check_memory (&self->config, &self->model_config, self->train_clips->len,
                                       self->val_clips->len, &self->left_bytes, error))
    return TRUE;
  if (self->resumes)
    g_prefix_error (error, _("“%s” goes on with its own batches and width. "),
                    self->config.run_dir);
  return FALSE;
}

/* What can be wrong without looking at any audio is found at once. */
static gboolean
check_settings (OtoTrainer  *self,
                GError     **error)
{
  OtoTrainerConfig *config = &self->config;

  if (!oto_trainer_config_validate (config, error)
      || !oto_trainer_config_resolve (config, error)
      || !oto_trainer_config_make_recipe (config, &self->recipe, error)
      || !oto_trainer_config_make_augment (config, &self->augment, error))
    return FALSE;
  self->dataset = config->remix ? oto_dataset_load_mixtures (config->data_dir, error)
                                : oto_dataset_load (config->data_dir, error);
  if (self->dataset == NULL)
    return FALSE;
  self->val_clips = oto_dataset_list_clips (self->dataset, config->fold, TRUE, error);
  if (self->val_clips == NULL)
    return FALSE;
  self->train_clips = oto_dataset_list_clips (self->dataset, config->fold, FALSE, error);
  if (self->train_clips == NULL)
    return FALSE;

  self->front_end = oto_trainer_config_get_front_end (config, NULL)->config;
  if (!oto_trainer_config_make_model (config, oto_dataset_get_n_classes (self->dataset),
                                      &self->model_config, error)
      || !check_memory (self, error))
    return FALSE;
  take_term_names (self);
  plan_length (self);
  return TRUE;
}

/**
 * oto_trainer_new:
 * @config: the settings
 * @error: return location for a #GError
 *
 * Prepares a new run; nothing is written before it is run or started. Settings that are left to
 * recipe and system are filled in: oto_trainer_get_config().
 *
 * Returns: (transfer full): the trainer, or %NULL when the settings, the data set or the run
 *   folder cannot be used, or with %OTO_BASE_ERROR_MEMORY when the run needs more memory than it
 *   may have
 */
OtoTrainer *
oto_trainer_new (const OtoTrainerConfig  *config,
                 GError                 **error)
{
  g_autoptr (OtoTrainer) self = NULL;

  g_return_val_if_fail (config != NULL, NULL);

  self = g_object_new (OTO_TYPE_TRAINER, NULL);
  oto_trainer_config_copy (config, &self->config);
  if (self->config.data_dir != NULL)
    {
      g_free (self->config.data_dir);
      self->config.data_dir = g_canonicalize_filename (config->data_dir, NULL);
    }
  if (!check_settings (self, error) || !oto_run_log_check_free (self->config.run_dir, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* Writes the new number of epochs beside the settings of the run, whatever this time's are. */
static gboolean
save_epochs (const char  *config_path,
             int          n_epochs,
             GError     **error)
{
  g_auto (OtoTrainerConfig) config = { 0 };

  oto_trainer_config_init (&config);
  if (!oto_trainer_config_load (&config, config_path, error))
    return FALSE;
  config.n_epochs = n_epochs;
  config.n_updates = 0;
  return oto_trainer_config_save (&config, config_path, error);
}

/**
 * oto_trainer_new_resumed:
 * @run_dir: the folder of a run that was stopped, or of one that should go on after its end
 * @n_epochs: how many it shall have in all, which goes into its config.json; 0: as many as it had
 * @n_threads: 0: as the run had
 * @background: at reduced priority
 * @memory_cap_bytes: memory that it may take; 0: as the run had
 * @error: return location for a #GError
 *
 * Prepares to go on with a run. With as many threads as before it gives the numbers that it would
 * have given unbroken. From now on no other trainer may write into its folder, until the run has
 * ended or the trainer is freed.
 *
 * Returns: (transfer full): the trainer, or %NULL when there is no such run, another one trains it,
 *   its data set has gone, or it needs more memory
 */
OtoTrainer *
oto_trainer_new_resumed (const char  *run_dir,
                         int          n_epochs,
                         int          n_threads,
                         gboolean     background,
                         gint64       memory_cap_bytes,
                         GError     **error)
{
  g_autoptr (OtoTrainer) self = NULL;
  g_autofree char *config_path = NULL;
  gboolean is_extended;

  g_return_val_if_fail (run_dir != NULL, NULL);

  self = g_object_new (OTO_TYPE_TRAINER, NULL);
  self->resumes = TRUE;
  oto_trainer_config_init (&self->config);
  self->config.run_dir = g_strdup (run_dir);
  config_path = oto_run_log_dup_path (run_dir, "config.json");
  if (!g_file_test (config_path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_RUN,
                   _("“%s” holds no run: there is no config.json in it. Choose the folder of a "
                     "run."), run_dir);
      return NULL;
    }
  self->lock_of_run = oto_run_lock_new (run_dir, error);
  if (self->lock_of_run == NULL || !oto_trainer_config_load (&self->config, config_path, error))
    return NULL;
  is_extended = n_epochs > 0 && n_epochs != self->config.n_epochs;
  if (n_threads > 0)
    self->config.n_threads = n_threads;
  if (memory_cap_bytes > 0)
    self->config.memory_cap_bytes = memory_cap_bytes;
  self->config.background = background;
  if (is_extended)
    {
      self->config.n_epochs = n_epochs;
      self->config.n_updates = 0;
    }
  if (!check_settings (self, error))
    return NULL;

  /* A run that is refused stays as it was. */
  if (is_extended && !save_epochs (config_path, n_epochs, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * oto_trainer_set_engine:
 * @self: a trainer that has not been run or started
 * @engine: what else computes with
 * @error: return location for a #GError
 *
 * Lets the network run on threads that it shares, rather than on its own; theirs is the number of
 * threads of the run then.
 *
 * Returns: %FALSE with %OTO_BASE_ERROR_MEMORY when the run needs more memory with as many threads
 *   than it may have; it stays as it was then
 */
gboolean
oto_trainer_set_engine (OtoTrainer  *self,
                        OtoEngine   *engine,
                        GError     **error)
{
  int n_threads;

  g_return_val_if_fail (OTO_IS_TRAINER (self) && engine != NULL, FALSE);
  g_return_val_if_fail (self->progress.state == OTO_TRAINER_IDLE, FALSE);

  n_threads = self->config.n_threads;
  self->config.n_threads = oto_engine_get_n_threads (engine);
  if (!check_memory (self, error))
    {
      self->config.n_threads = n_threads;
      return FALSE;
    }

  engine = oto_engine_ref (engine);
  g_clear_pointer (&self->engine, oto_engine_unref);
  self->engine = engine;
  return TRUE;
}

/* --- running ------------------------------------------------------------------------------- */

/* Tells everybody that the run has ended, with @error (transfer full) if it failed. */
static void
end_run (OtoTrainer *self,
         gboolean    done,
         GError     *error)
{
  if (self->log != NULL && error != NULL)
    oto_run_log_print (self->log, "failed: %s", error->message);
  g_clear_pointer (&self->lock_of_run, oto_run_lock_free);

  g_mutex_lock (&self->lock);
  if (!done)
    self->progress.state = OTO_TRAINER_FAILED;
  else if (self->state.epoch > self->n_epochs)
    self->progress.state = OTO_TRAINER_DONE;
  else
    self->progress.state = OTO_TRAINER_STOPPED;
  self->progress.left_s = done ? 0.0 : NAN;
  self->error = error;
  self->finished = TRUE;
  oto_trainer_end_snapshots (self);
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
  g_mutex_unlock (&self->lock);
}

static gboolean
run (OtoTrainer  *self,
     GError     **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean done = oto_trainer_loop (self, &local_error);

  /* Whoever stops or cancels wants it to end: that is no failure. */
  if (!done && g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&local_error);
      done = TRUE;
    }
  end_run (self, done, local_error != NULL ? g_error_copy (local_error) : NULL);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return done;
}

/**
 * oto_trainer_run:
 * @self: a trainer that has not been run or started
 * @error: return location for a #GError
 *
 * Trains in the calling thread.
 *
 * Returns: %TRUE when the run is done or was stopped, %FALSE with the error otherwise
 */
gboolean
oto_trainer_run (OtoTrainer  *self,
                 GError     **error)
{
  g_return_val_if_fail (OTO_IS_TRAINER (self), FALSE);
  g_return_val_if_fail (self->progress.state == OTO_TRAINER_IDLE, FALSE);

  return run (self, error);
}

static gpointer
train_worker (gpointer data)
{
  OtoTrainer *self = data;

  if (self->config.background)
    oto_workers_lower_priority ();
  run (self, NULL);
  return NULL;
}

/* Tells the owner of the run what has happened since the last time. */
static gboolean
report_cb (gpointer data)
{
  g_autoptr (OtoTrainer) self = g_object_ref (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) notices = g_ptr_array_new_with_free_func (g_free);
  guint n_records;
  gboolean finished;

  g_source_set_ready_time (self->source, -1);
  g_mutex_lock (&self->lock);
  n_records = self->records->len;
  for (; self->n_notices_emitted < self->notices->len; self->n_notices_emitted++)
    g_ptr_array_add (notices, g_strdup (g_ptr_array_index (self->notices,
                                                           self->n_notices_emitted)));
  finished = self->finished;
  error = self->error != NULL ? g_error_copy (self->error) : NULL;
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < notices->len; i++)
    g_signal_emit (self, signals[SIGNAL_NOTICE], 0, g_ptr_array_index (notices, i));
  while (self->n_emitted < n_records)
    g_signal_emit (self, signals[SIGNAL_EPOCH], 0, (int) ++self->n_emitted);
  if (!finished)
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->thread, g_thread_join);
  g_signal_emit (self, signals[SIGNAL_FINISHED], 0, error);
  return G_SOURCE_REMOVE;
}

static gboolean
dispatch_source (GSource     *source,
                 GSourceFunc  callback,
                 gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs source_funcs = { NULL, NULL, dispatch_source, NULL, NULL, NULL };

/**
 * oto_trainer_start:
 * @self: a trainer that has not been run or started
 *
 * Trains in a thread of its own. Signals arrive in the caller's thread-default main context.
 */
void
oto_trainer_start (OtoTrainer *self)
{
  GError *error = NULL;

  g_return_if_fail (OTO_IS_TRAINER (self));
  g_return_if_fail (self->progress.state == OTO_TRAINER_IDLE && self->thread == NULL);

  self->progress.state = OTO_TRAINER_PREPARING;
  self->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "oto-trainer");
  g_source_set_callback (self->source, report_cb, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  self->thread = g_thread_try_new ("oto-train", train_worker, self, NULL);
  if (self->thread == NULL)
    {
      oto_workers_fail_refused (&error);
      end_run (self, FALSE, error);
    }
}

/* Called by the loop after the record was added. */
void
oto_trainer_epoch_ended (OtoTrainer           *self,
                         const OtoEpochRecord *record)
{
  g_mutex_lock (&self->lock);
  g_array_append_val (self->records, *record);
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
  g_mutex_unlock (&self->lock);
  if (self->thread == NULL && self->source == NULL)
    g_signal_emit (self, signals[SIGNAL_EPOCH], 0, record->epoch);
}

/* Called by the thread of the run. What comes before there is a log, oto_trainer_prepare() writes
 * there later. */
void
oto_trainer_add_notice (OtoTrainer *self,
                        const char *text)
{
  if (self->log != NULL)
    oto_run_log_print (self->log, "%s", text);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->notices, g_strdup (text));
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
  g_mutex_unlock (&self->lock);
  if (self->thread == NULL && self->source == NULL)
    g_signal_emit (self, signals[SIGNAL_NOTICE], 0, text);
}

void
oto_trainer_add_notices_of (OtoTrainer *self,
                            OtoBatcher *batcher)
{
  g_auto (GStrv) notices = oto_batcher_take_notices (batcher);

  for (guint i = 0; notices[i] != NULL; i++)
    oto_trainer_add_notice (self, notices[i]);
}

/**
 * oto_trainer_stop:
 * @self: a trainer
 *
 * Asks the run to save at the next step and to end; it can be resumed there. Only sets a flag, so
 * that any thread and a signal handler may call it.
 */
void
oto_trainer_stop (OtoTrainer *self)
{
  g_atomic_int_set (&self->stop_flag, TRUE);
}

/**
 * oto_trainer_cancel:
 * @self: a trainer
 *
 * Asks the run to end at the next layer without saving; the last checkpoint stays. From any thread.
 */
void
oto_trainer_cancel (OtoTrainer *self)
{
  g_return_if_fail (OTO_IS_TRAINER (self));

  g_atomic_int_set (&self->cancel_flag, TRUE);
  g_cancellable_cancel (self->cancellable);
}

/**
 * oto_trainer_set_paused:
 * @self: a trainer
 * @paused: whether to wait at the next step
 *
 * From any thread.
 */
void
oto_trainer_set_paused (OtoTrainer *self,
                        gboolean    paused)
{
  g_return_if_fail (OTO_IS_TRAINER (self));

  g_atomic_int_set (&self->pause_flag, paused);
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* --- looking ------------------------------------------------------------------------------- */

void
oto_trainer_get_progress (OtoTrainer         *self,
                          OtoTrainerProgress *ret_progress)
{
  g_return_if_fail (OTO_IS_TRAINER (self) && ret_progress != NULL);

  g_mutex_lock (&self->lock);
  *ret_progress = self->progress;
  g_mutex_unlock (&self->lock);
}

/**
 * oto_trainer_dup_records:
 * @self: a trainer
 *
 * Returns: (transfer full) (element-type OtoEpochRecord): the epochs that have ended
 */
GArray *
oto_trainer_dup_records (OtoTrainer *self)
{
  GArray *copy;

  g_return_val_if_fail (OTO_IS_TRAINER (self), NULL);

  g_mutex_lock (&self->lock);
  copy = g_array_copy (self->records);
  g_mutex_unlock (&self->lock);
  return copy;
}

/**
 * oto_trainer_dup_step_losses:
 * @self: a trainer
 *
 * Returns: (transfer full) (element-type double): the losses of all steps so far
 */
GArray *
oto_trainer_dup_step_losses (OtoTrainer *self)
{
  GArray *copy;

  g_return_val_if_fail (OTO_IS_TRAINER (self), NULL);

  g_mutex_lock (&self->lock);
  copy = g_array_copy (self->step_losses);
  g_mutex_unlock (&self->lock);
  return copy;
}

/**
 * oto_trainer_get_n_terms:
 * @self: a trainer
 *
 * Returns: the number of terms of the loss
 */
guint
oto_trainer_get_n_terms (OtoTrainer *self)
{
  g_return_val_if_fail (OTO_IS_TRAINER (self), 0);

  return g_strv_length (self->term_names);
}

/**
 * oto_trainer_get_term_name:
 * @self: a trainer
 * @i: a term
 *
 * Returns: (transfer none): its name, as in metrics.csv
 */
const char *
oto_trainer_get_term_name (OtoTrainer *self,
                           guint       i)
{
  g_return_val_if_fail (i < oto_trainer_get_n_terms (self), NULL);

  return self->term_names[i];
}

/**
 * oto_trainer_get_config:
 * @self: a trainer
 *
 * Returns: (transfer none): the settings, with what recipe and system decide filled in
 */
const OtoTrainerConfig *
oto_trainer_get_config (OtoTrainer *self)
{
  g_return_val_if_fail (OTO_IS_TRAINER (self), NULL);

  return &self->config;
}
