/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dialogs/oto-train-dialog.h"

#include "otoscope.h"
#include "views/oto-curve-view.h"

#include <glib/gi18n.h>
#include <math.h>

#define PROGRESS_MS    100
#define MAX_STEPS      2000      /* values of the loss curve; more are averaged */
#define N_SMOOTH       25        /* steps of a running mean */

struct _OtoTrainDialog
{
  AdwWindow             parent_instance;

  /* Of the template. */
  GtkInfoBar           *error_bar;
  GtkLabel             *error_label;
  GtkStack             *stack;
  AdwComboRow          *system_row;
  GtkSpinButton        *width_spin;
  AdwActionRow         *data_row;
  GtkSpinButton        *fold_spin;
  GtkSpinButton        *epochs_spin;
  GtkSpinButton        *batch_spin;
  AdwActionRow         *run_row;
  GtkButton            *start_button;
  GtkLabel             *run_label;
  GtkProgressBar       *progress_bar;
  OtoCurveView         *loss_view;
  OtoCurveView         *validation_view;
  GtkWidget            *use_button;
  GtkWidget            *again_button;
  GtkWidget            *pause_button;
  GtkWidget            *stop_button;
  GtkWidget            *cancel_button;

  char                 *data_dir;
  char                 *run_dir;
  GtkFileChooserNative *chooser;
  char                **chosen;        /* which of the two folders is being chosen */

  OtoTrainer           *trainer;
  gboolean              is_starting;   /* the data set is being read */
  gboolean              is_running;
  gboolean              is_closing;    /* the dialog goes once the run has ended, */
  gboolean              closes_parent; /* and its window with it */
  guint                 progress_id;
  guint                 n_steps_shown;
};

enum { USE_MODEL, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoTrainDialog, oto_train_dialog, ADW_TYPE_WINDOW)

static void
show_error (OtoTrainDialog *self,
            const char     *message)
{
  gtk_label_set_text (self->error_label, message != NULL ? message : "");
  gtk_info_bar_set_revealed (self->error_bar, message != NULL);
}

static void
error_response_cb (GtkInfoBar     *info_bar,
                   int             response,
                   OtoTrainDialog *self)
{
  show_error (self, NULL);
}

/* --- settings --- */

static void
update_start (OtoTrainDialog *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->start_button),
                            self->data_dir != NULL && self->run_dir != NULL
                            && !self->is_starting);
}

static void
set_folder (char         **folder,
            const char    *path,
            AdwActionRow  *row)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_free (*folder);
  *folder = g_strdup (path);
  adw_action_row_set_subtitle (row, shown);
}

static void
folder_chosen_cb (GtkNativeDialog *dialog,
                  int              response,
                  OtoTrainDialog  *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
                           ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    set_folder (self->chosen, path,
                self->chosen == &self->data_dir ? self->data_row : self->run_row);

  update_start (self);
  g_clear_object (&self->chooser);
}

static void
choose_folder (OtoTrainDialog  *self,
               const char      *title,
               char           **chosen)
{
  g_clear_object (&self->chooser);
  self->chosen = chosen;
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, NULL, NULL);
  g_signal_connect (self->chooser, "response", G_CALLBACK (folder_chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
choose_data_cb (GtkButton      *button,
                OtoTrainDialog *self)
{
  choose_folder (self, _("Data Set Folder"), &self->data_dir);
}

static void
choose_run_cb (GtkButton      *button,
               OtoTrainDialog *self)
{
  choose_folder (self, _("Run Folder"), &self->run_dir);
}

/* --- a run --- */

/* Adjacent steps are averaged, so that a long run costs no more to draw than a short one. */
static GArray *
thin (GArray *losses,
      guint   n_each)
{
  GArray *thinned = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i + n_each <= losses->len; i += n_each)
    {
      double mean = 0;

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
  double sum = 0;

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
set_record_curve (OtoTrainDialog *self,
                  guint           i,
                  const char     *name,
                  GArray         *records,
                  gsize           pos)
{
  g_autofree double *values = g_new (double, MAX (records->len, 1));

  for (guint j = 0; j < records->len; j++)
    values[j] = G_STRUCT_MEMBER (double, &g_array_index (records, OtoEpochRecord, j), pos);

  oto_curve_view_set_curve (self->validation_view, i, name, values, records->len, 1, 1, FALSE,
                            TRUE);
}

static void
update_validation (OtoTrainDialog *self)
{
  g_autoptr (GArray) records = oto_trainer_dup_records (self->trainer);

  set_record_curve (self, 0, _("Micro average precision"), records,
                    G_STRUCT_OFFSET (OtoEpochRecord, micro_ap));
  set_record_curve (self, 1, _("Macro average precision"), records,
                    G_STRUCT_OFFSET (OtoEpochRecord, macro_ap));
  set_record_curve (self, 2, _("Area under the ROC curve"), records,
                    G_STRUCT_OFFSET (OtoEpochRecord, auc));
}

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

static gboolean
progress_cb (gpointer user_data)
{
  OtoTrainDialog *self = user_data;
  OtoTrainerProgress progress;
  g_autofree char *state = NULL;
  double fraction = 0;

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
  update_validation (self);
}

static void
finished_cb (OtoTrainer     *trainer,
             GError         *error,
             OtoTrainDialog *self)
{
  g_clear_handle_id (&self->progress_id, g_source_remove);
  progress_cb (self);
  update_validation (self);
  self->is_running = FALSE;
  update_buttons (self);
  if (error != NULL)
    show_error (self, error->message);

  if (self->is_closing)
    {
      GtkWindow *parent = self->closes_parent
                          ? gtk_window_get_transient_for (GTK_WINDOW (self)) : NULL;

      gtk_window_destroy (GTK_WINDOW (self));
      if (parent != NULL)
        gtk_window_close (parent);
    }
}

static void
config_free (OtoTrainerConfig *config)
{
  oto_trainer_config_clear (config);
  g_free (config);
}

static void
start_worker (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  GError *error = NULL;
  OtoTrainer *trainer = oto_trainer_new (task_data, &error);

  if (trainer != NULL)
    g_task_return_pointer (task, trainer, g_object_unref);
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

  self->is_starting = FALSE;
  update_start (self);
  if (trainer == NULL)
    {
      show_error (self, error->message);

      return;
    }

  /* The dialog may have been closed meanwhile. */
  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->stack == NULL)
    return;

  g_set_object (&self->trainer, trainer);
  g_signal_connect_object (trainer, "epoch", G_CALLBACK (epoch_cb), self, 0);
  g_signal_connect_object (trainer, "finished", G_CALLBACK (finished_cb), self, 0);
  self->is_running = TRUE;
  self->n_steps_shown = G_MAXUINT;
  oto_curve_view_clear (self->loss_view);
  oto_curve_view_clear (self->validation_view);
  update_buttons (self);
  gtk_stack_set_visible_child_name (self->stack, "run");
  oto_trainer_start (trainer);
  self->progress_id = g_timeout_add (PROGRESS_MS, progress_cb, self);
}

static void
start (OtoTrainDialog *self)
{
  const OtoSystem *system = oto_systems_get (adw_combo_row_get_selected (self->system_row));
  OtoTrainerConfig *config;
  g_autoptr (GTask) task = NULL;

  if (system == NULL)
    return;

  config = g_new0 (OtoTrainerConfig, 1);
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
  config->background = TRUE;

  show_error (self, NULL);
  self->is_starting = TRUE;
  update_start (self);
  task = g_task_new (NULL, NULL, started_cb, g_object_ref (self));
  g_task_set_task_data (task, config, (GDestroyNotify) config_free);
  g_task_run_in_thread (task, start_worker);
}

static void
start_cb (GtkButton      *button,
          OtoTrainDialog *self)
{
  start (self);
}

/**
 * oto_train_dialog_start:
 * @self: a dialog without a run
 * @data_dir: a data set's folder
 * @run_dir: the run's folder
 * @n_epochs: passes over the training folds
 * @batch: clips of a step
 * @width: of its layers; 1 is the published size
 *
 * Fills in the settings and starts.
 */
void
oto_train_dialog_start (OtoTrainDialog *self,
                        const char     *data_dir,
                        const char     *run_dir,
                        int             n_epochs,
                        int             batch,
                        double          width)
{
  g_return_if_fail (OTO_IS_TRAIN_DIALOG (self));
  g_return_if_fail (!self->is_running && !self->is_starting);

  set_folder (&self->data_dir, data_dir, self->data_row);
  set_folder (&self->run_dir, run_dir, self->run_row);
  gtk_spin_button_set_value (self->epochs_spin, n_epochs);
  gtk_spin_button_set_value (self->batch_spin, batch);
  gtk_spin_button_set_value (self->width_spin, width);
  start (self);
}

/**
 * oto_train_dialog_is_running:
 * @self: a dialog
 *
 * Returns: whether a run is on
 */
gboolean
oto_train_dialog_is_running (OtoTrainDialog *self)
{
  g_return_val_if_fail (OTO_IS_TRAIN_DIALOG (self), FALSE);

  return self->is_running;
}

/**
 * oto_train_dialog_get_error:
 * @self: a dialog
 *
 * Returns: (transfer none) (nullable): what it complains about
 */
const char *
oto_train_dialog_get_error (OtoTrainDialog *self)
{
  g_return_val_if_fail (OTO_IS_TRAIN_DIALOG (self), NULL);

  return gtk_info_bar_get_revealed (self->error_bar) ? gtk_label_get_text (self->error_label)
                                                     : NULL;
}

static void
pause_cb (GtkToggleButton *button,
          OtoTrainDialog  *self)
{
  const gboolean is_paused = gtk_toggle_button_get_active (button);

  gtk_button_set_label (GTK_BUTTON (button), is_paused ? _("Resume") : _("Pause"));
  if (self->trainer != NULL)
    oto_trainer_set_paused (self->trainer, is_paused);
}

/* A run that is paused cannot end. */
static void
end_run (OtoTrainDialog *self,
         gboolean        is_saved)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->pause_button), FALSE);
  if (is_saved)
    oto_trainer_stop (self->trainer);
  else
    oto_trainer_cancel (self->trainer);
}

static void
stop_cb (GtkButton      *button,
         OtoTrainDialog *self)
{
  end_run (self, TRUE);
}

/**
 * oto_train_dialog_cancel:
 * @self: a dialog
 *
 * Ends the run at once; its last checkpoint stays.
 */
void
oto_train_dialog_cancel (OtoTrainDialog *self)
{
  g_return_if_fail (OTO_IS_TRAIN_DIALOG (self));

  if (self->is_running)
    end_run (self, FALSE);
}

static void
cancel_cb (GtkButton      *button,
           OtoTrainDialog *self)
{
  oto_train_dialog_cancel (self);
}

static void
use_cb (GtkButton      *button,
        OtoTrainDialog *self)
{
  g_signal_emit (self, signals[USE_MODEL], 0,
                 oto_trainer_get_config (self->trainer)->run_dir);
}

static void
again_cb (GtkButton      *button,
          OtoTrainDialog *self)
{
  show_error (self, NULL);
  gtk_stack_set_visible_child_name (self->stack, "settings");
}

/* --- closing --- */

static void
close_response_cb (AdwMessageDialog *dialog,
                   const char       *response,
                   OtoTrainDialog   *self)
{
  if (strcmp (response, "stop") != 0)
    {
      self->closes_parent = FALSE;

      return;
    }

  self->is_closing = TRUE;
  if (self->is_running)
    end_run (self, TRUE);
  else
    gtk_window_close (GTK_WINDOW (self));
}

static gboolean
oto_train_dialog_close_request (GtkWindow *window)
{
  OtoTrainDialog *self = OTO_TRAIN_DIALOG (window);
  GtkWidget *dialog;

  if (!self->is_running)
    return GTK_WINDOW_CLASS (oto_train_dialog_parent_class)->close_request (window);

  dialog = adw_message_dialog_new (window, _("Stop the Training?"),
                                   _("It can be taken up again from its run folder."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog),
                                    "keep", _("_Keep Training"),
                                    "stop", _("_Stop and Save"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "stop",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  g_signal_connect_object (dialog, "response", G_CALLBACK (close_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));

  return GDK_EVENT_STOP;
}

/**
 * oto_train_dialog_close_all:
 * @self: a dialog
 *
 * Closes the dialog because its window is to close. While a run is on it asks first, and closes the
 * window as well once the run has ended.
 */
void
oto_train_dialog_close_all (OtoTrainDialog *self)
{
  g_return_if_fail (OTO_IS_TRAIN_DIALOG (self));

  self->closes_parent = TRUE;
  gtk_window_close (GTK_WINDOW (self));
}

/* --- the object --- */

static void
oto_train_dialog_dispose (GObject *object)
{
  OtoTrainDialog *self = OTO_TRAIN_DIALOG (object);

  g_clear_handle_id (&self->progress_id, g_source_remove);
  g_clear_object (&self->chooser);
  if (self->trainer != NULL)
    oto_trainer_cancel (self->trainer);
  g_clear_object (&self->trainer);
  gtk_widget_dispose_template (GTK_WIDGET (self), OTO_TYPE_TRAIN_DIALOG);

  G_OBJECT_CLASS (oto_train_dialog_parent_class)->dispose (object);
}

static void
oto_train_dialog_finalize (GObject *object)
{
  OtoTrainDialog *self = OTO_TRAIN_DIALOG (object);

  g_free (self->data_dir);
  g_free (self->run_dir);

  G_OBJECT_CLASS (oto_train_dialog_parent_class)->finalize (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, OtoTrainDialog, name)

static void
oto_train_dialog_class_init (OtoTrainDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oto_train_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = oto_train_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = oto_train_dialog_close_request;

  signals[USE_MODEL] = g_signal_new ("use-model", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                     0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (OTO_TYPE_CURVE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/otoscope/Otoscope/ui/oto-train-dialog.ui");
  BIND (error_bar);
  BIND (error_label);
  BIND (stack);
  BIND (system_row);
  BIND (width_spin);
  BIND (data_row);
  BIND (fold_spin);
  BIND (epochs_spin);
  BIND (batch_spin);
  BIND (run_row);
  BIND (start_button);
  BIND (run_label);
  BIND (progress_bar);
  BIND (loss_view);
  BIND (validation_view);
  BIND (use_button);
  BIND (again_button);
  BIND (pause_button);
  BIND (stop_button);
  BIND (cancel_button);
  gtk_widget_class_bind_template_callback (widget_class, error_response_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_data_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_run_cb);
  gtk_widget_class_bind_template_callback (widget_class, start_cb);
  gtk_widget_class_bind_template_callback (widget_class, pause_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, use_cb);
  gtk_widget_class_bind_template_callback (widget_class, again_cb);
}

static void
oto_train_dialog_init (OtoTrainDialog *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  const OtoSystem *system;

  gtk_widget_init_template (GTK_WIDGET (self));

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    gtk_string_list_append (names, system->name);
  adw_combo_row_set_model (self->system_row, G_LIST_MODEL (names));

  oto_curve_view_set_titles (self->loss_view, _("Loss"), _("Step"));
  oto_curve_view_set_titles (self->validation_view, _("Validation"), _("Epoch"));
}

/**
 * oto_train_dialog_new:
 * @parent: the window that it belongs to
 *
 * Returns: (transfer floating): the dialog, with its settings
 */
GtkWindow *
oto_train_dialog_new (GtkWindow *parent)
{
  return g_object_new (OTO_TYPE_TRAIN_DIALOG, "transient-for", parent, NULL);
}
