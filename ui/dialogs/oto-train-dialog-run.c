/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dialogs/oto-train-dialog-private.h"

#include <glib/gi18n.h>
#include <math.h>

#define PROGRESS_MS    100
#define MAX_STEPS      2000      /* values of the loss curve; more are averaged */
#define N_SMOOTH       25        /* steps of a running mean */
#define N_LOSS_CURVES  2         /* before those of its terms */

/* --- its curves --- */

/* Adjacent steps are averaged, so that a long run costs no more to draw than a short one. */
static GArray *
thin (GArray *losses,
      guint   n_each)
{
  GArray *thinned = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i + n_each <= losses->len; i += n_each)
    {
      double mean = 0.0;

      for (guint j = 0; j < n_each; j++)
        mean += g_array_index (losses, double, i + j) / n_each;
      g_array_append_val (thinned, mean);
    }

  return thinned;
}

static GArray *
smooth (GArray *values)
{
  GArray *smoothed = g_array_new (FALSE, FALSE, sizeof (double));
  double sum = 0.0;

  for (guint i = 0; i < values->len; i++)
    {
      double mean;

      sum += g_array_index (values, double, i);
      if (i >= N_SMOOTH)
        sum -= g_array_index (values, double, i - N_SMOOTH);
      mean = sum / MIN (i + 1, N_SMOOTH);
      g_array_append_val (smoothed, mean);
    }

  return smoothed;
}

static void
update_loss (OtoTrainDialog *self)
{
  g_autoptr (GArray) losses = oto_trainer_dup_step_losses (self->trainer);
  guint n_each = losses->len / MAX_STEPS + 1;
  g_autoptr (GArray) thinned = NULL;
  g_autoptr (GArray) smoothed = NULL;

  if (losses->len == self->n_steps_shown)
    return;

  self->n_steps_shown = losses->len;
  thinned = thin (losses, n_each);
  smoothed = smooth (thinned);
  oto_curve_view_set_curve (self->loss_view, 0, _("Each step"), (double *) thinned->data,
                            thinned->len, 1, n_each, TRUE, FALSE);
  oto_curve_view_set_curve (self->loss_view, 1, _("Loss of training, running mean"),
                            (double *) smoothed->data, smoothed->len, 1, n_each, FALSE, FALSE);
}

static void
set_record_curve (OtoCurveView *view,
                  guint         i,
                  const char   *name,
                  GArray       *records,
                  size_t        pos,
                  double        step_x,
                  gboolean      higher_is_better)
{
  g_autofree double *values = g_new (double, MAX (records->len, 1));

  for (guint j = 0; j < records->len; j++)
    values[j] = G_STRUCT_MEMBER (double, &g_array_index (records, OtoEpochRecord, j), pos);

  oto_curve_view_set_curve (view, i, name, values, records->len, step_x, step_x, FALSE,
                            higher_is_better);
}

/* The terms of the loss, where it has several: their means, at the last step of each epoch. */
static void
update_terms (OtoTrainDialog *self,
              GArray         *records)
{
  const guint n_terms = oto_trainer_get_n_terms (self->trainer);

  for (guint i = 0; i < n_terms && n_terms > 1; i++)
    set_record_curve (self->loss_view, N_LOSS_CURVES + i,
                      oto_trainer_get_term_name (self->trainer, i), records,
                      G_STRUCT_OFFSET (OtoEpochRecord, terms) + i * sizeof (double),
                      self->n_epoch_steps, FALSE);
}

/* After update_loss(), whose curves come first. */
static void
update_records (OtoTrainDialog *self)
{
  g_autoptr (GArray) records = oto_trainer_dup_records (self->trainer);

  set_record_curve (self->validation_view, 0, _("Micro average precision"), records,
                    G_STRUCT_OFFSET (OtoEpochRecord, micro_ap), 1, TRUE);
  set_record_curve (self->validation_view, 1, _("Macro average precision"), records,
                    G_STRUCT_OFFSET (OtoEpochRecord, macro_ap), 1, TRUE);
  set_record_curve (self->validation_view, 2, _("Area under the ROC curve"), records,
                    G_STRUCT_OFFSET (OtoEpochRecord, auc), 1, TRUE);
  update_terms (self, records);
}

/* --- its state, in words --- */

static char *
dup_duration (double seconds)
{
  const int whole = isfinite (seconds) ? (int) seconds : 0;

  return whole >= 3600 ? g_strdup_printf ("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
                       : g_strdup_printf ("%d:%02d", whole / 60, whole % 60);
}

static char *
dup_state (const OtoTrainerProgress *progress)
{
  g_autofree char *elapsed = dup_duration (progress->elapsed_s);
  g_autofree char *left = dup_duration (progress->left_s);

  switch (progress->state)
    {
    case OTO_TRAINER_IDLE:
      return g_strdup (_("Starting"));
    case OTO_TRAINER_PREPARING:
      /* Translators: how many of the clips have their features. */
      return g_strdup_printf (_("Preparing features, %.0f\u202f%%"),
                              100 * progress->prepare_fraction);
    case OTO_TRAINER_RUNNING:
      if (isnan (progress->left_s))
        /* Translators: epoch, number of epochs, step, number of steps, clips a second, time since
         * the start. */
        return g_strdup_printf (_("Epoch %d of %d, step %d of %d · %.1f clips/s · %s elapsed"),
                                progress->epoch, progress->n_epochs, progress->step,
                                progress->n_steps, progress->clips_per_s, elapsed);

      /* Translators: epoch, number of epochs, step, number of steps, clips a second, time since the
       * start, time left. */
      return g_strdup_printf (_("Epoch %d of %d, step %d of %d · %.1f clips/s · %s elapsed, "
                                "about %s left"),
                              progress->epoch, progress->n_epochs, progress->step,
                              progress->n_steps, progress->clips_per_s, elapsed, left);
    case OTO_TRAINER_STOPPED:
      return g_strdup_printf (_("Stopped in epoch %d. The run folder holds its last checkpoint."),
                              progress->epoch);
    case OTO_TRAINER_DONE:
      return g_strdup_printf (_("Done: %d epochs in %s"), progress->n_epochs, elapsed);
    case OTO_TRAINER_FAILED:
      return g_strdup (_("Failed"));
    }

  g_assert_not_reached ();
}

/* --- from start to end --- */

static gboolean
progress_cb (gpointer user_data)
{
  OtoTrainDialog *self = user_data;
  OtoTrainerProgress progress;
  g_autofree char *state = NULL;
  double fraction = 0.0;

  oto_trainer_get_progress (self->trainer, &progress);
  state = dup_state (&progress);
  gtk_label_set_text (self->run_label, state);

  if (progress.state == OTO_TRAINER_PREPARING)
    fraction = progress.prepare_fraction;
  else if (progress.n_epochs > 0 && progress.n_steps > 0)
    fraction = (MAX (progress.epoch, 1) - 1 + (double) progress.step / progress.n_steps)
               / progress.n_epochs;
  gtk_progress_bar_set_fraction (self->progress_bar, CLAMP (fraction, 0, 1));
  update_loss (self);

  return G_SOURCE_CONTINUE;
}

static void
update_buttons (OtoTrainDialog *self)
{
  gtk_widget_set_visible (self->pause_button, self->is_running);
  gtk_widget_set_visible (self->stop_button, self->is_running);
  gtk_widget_set_visible (self->cancel_button, self->is_running);
  gtk_widget_set_visible (self->use_button, !self->is_running);
  gtk_widget_set_visible (self->again_button, !self->is_running);
}

static void
epoch_cb (OtoTrainer     *trainer,
          int             epoch,
          OtoTrainDialog *self)
{
  update_loss (self);
  update_records (self);
}

/* What does not stop the run, one below the other. */
static void
notice_cb (OtoTrainer     *trainer,
           const char     *text,
           OtoTrainDialog *self)
{
  const char *shown = gtk_label_get_text (self->error_label);
  g_autofree char *all = *shown != '\0' ? g_strconcat (shown, "\n", text, NULL) : g_strdup (text);

  oto_train_dialog_show_error (self, all);
}

static void
finished_cb (OtoTrainer     *trainer,
             GError         *error,
             OtoTrainDialog *self)
{
  g_clear_handle_id (&self->progress_id, g_source_remove);
  progress_cb (self);
  update_records (self);
  self->is_running = FALSE;
  update_buttons (self);
  if (error != NULL)
    oto_train_dialog_show_error (self, error->message);

  if (self->is_closing)
    {
      GtkWindow *parent = self->closes_parent
                          ? gtk_window_get_transient_for (GTK_WINDOW (self)) : NULL;

      gtk_window_destroy (GTK_WINDOW (self));
      if (parent != NULL)
        gtk_window_close (parent);
    }
}

typedef struct
{
  OtoTrainerConfig  config;
  OtoEngine        *engine;
} Starting;

static void
starting_free (Starting *self)
{
  oto_trainer_config_clear (&self->config);
  oto_engine_unref (self->engine);
  g_free (self);
}

static void
start_worker (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Starting *starting = task_data;
  g_autoptr (OtoTrainer) trainer = NULL;
  GError *error = NULL;

  trainer = oto_trainer_new (&starting->config, &error);
  if (trainer != NULL && oto_trainer_set_engine (trainer, starting->engine, &error))
    g_task_return_pointer (task, g_steal_pointer (&trainer), g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (OtoTrainDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoTrainer) trainer = g_task_propagate_pointer (G_TASK (result), &error);
  OtoTrainerProgress progress;

  self->is_starting = FALSE;
  oto_train_dialog_update_start (self);
  if (trainer == NULL)
    {
      oto_train_dialog_show_error (self, error->message);

      return;
    }

  /* The dialog may have been closed meanwhile. */
  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->stack == NULL)
    return;

  g_set_object (&self->trainer, trainer);
  g_signal_connect_object (trainer, "epoch", G_CALLBACK (epoch_cb), self, 0);
  g_signal_connect_object (trainer, "notice", G_CALLBACK (notice_cb), self, 0);
  g_signal_connect_object (trainer, "finished", G_CALLBACK (finished_cb), self, 0);
  self->is_running = TRUE;
  self->n_steps_shown = G_MAXUINT;
  oto_curve_view_clear (self->loss_view);
  oto_curve_view_clear (self->validation_view);
  update_buttons (self);
  gtk_stack_set_visible_child_name (self->stack, "run");
  oto_trainer_get_progress (trainer, &progress);
  self->n_epoch_steps = progress.n_steps;
  oto_trainer_start (trainer);
  self->progress_id = g_timeout_add (PROGRESS_MS, progress_cb, self);
}

void
oto_train_dialog_start_run (OtoTrainDialog *self)
{
  const OtoSystem *system = oto_systems_get (adw_combo_row_get_selected (self->system_row));
  OtoTrainerConfig *config;
  Starting *starting;
  g_autoptr (GTask) task = NULL;

  if (system == NULL)
    return;

  starting = g_new0 (Starting, 1);
  starting->engine = oto_engine_ref (self->engine);
  config = &starting->config;
  oto_trainer_config_init (config);
  g_free (config->system);
  config->system = g_strdup (system->name);
  g_free (config->data_dir);
  config->data_dir = g_strdup (self->data_dir);
  g_free (config->run_dir);
  config->run_dir = g_strdup (self->run_dir);
  config->fold = gtk_spin_button_get_value_as_int (self->fold_spin);
  config->n_epochs = gtk_spin_button_get_value_as_int (self->epochs_spin);
  config->batch = gtk_spin_button_get_value_as_int (self->batch_spin);
  config->width = gtk_spin_button_get_value (self->width_spin);
  config->n_threads = oto_engine_get_n_threads (self->engine);
  config->background = TRUE;
  oto_train_dialog_apply_options (self, config);

  oto_train_dialog_show_error (self, NULL);
  self->is_starting = TRUE;
  oto_train_dialog_update_start (self);
  task = g_task_new (NULL, NULL, started_cb, g_object_ref (self));
  g_task_set_task_data (task, starting, (GDestroyNotify) starting_free);
  g_task_run_in_thread (task, start_worker);
}

/* A run that is paused cannot end. */
void
oto_train_dialog_end_run (OtoTrainDialog *self,
                          gboolean        is_saved)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->pause_button), FALSE);
  if (is_saved)
    oto_trainer_stop (self->trainer);
  else
    oto_trainer_cancel (self->trainer);
}
