/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dialogs/oto-train-dialog-private.h"

#include "dialogs/oto-dataset-dialog.h"

#include <glib/gi18n.h>

enum { USE_MODEL, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoTrainDialog, oto_train_dialog, ADW_TYPE_WINDOW)

void
oto_train_dialog_show_error (OtoTrainDialog *self,
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
  oto_train_dialog_show_error (self, NULL);
}

/* --- settings --- */

void
oto_train_dialog_update_start (OtoTrainDialog *self)
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

  oto_train_dialog_update_start (self);
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
imported_cb (OtoDatasetDialog *dialog,
             const char       *dir,
             OtoTrainDialog   *self)
{
  set_folder (&self->data_dir, dir, self->data_row);
  oto_train_dialog_update_start (self);
}

static void
import_data_cb (GtkButton      *button,
                OtoTrainDialog *self)
{
  GtkWindow *dialog = oto_dataset_dialog_new (GTK_WINDOW (self));

  g_signal_connect_object (dialog, "imported", G_CALLBACK (imported_cb), self, 0);
  gtk_window_present (dialog);
}

static void
choose_run_cb (GtkButton      *button,
               OtoTrainDialog *self)
{
  choose_folder (self, _("Run Folder"), &self->run_dir);
}

/* --- a run --- */

static void
start_cb (GtkButton      *button,
          OtoTrainDialog *self)
{
  oto_train_dialog_start_run (self);
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
  oto_train_dialog_start_run (self);
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

static void
stop_cb (GtkButton      *button,
         OtoTrainDialog *self)
{
  oto_train_dialog_end_run (self, TRUE);
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
    oto_train_dialog_end_run (self, FALSE);
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
  oto_train_dialog_show_error (self, NULL);
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
    oto_train_dialog_end_run (self, TRUE);
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

  oto_engine_unref (self->engine);
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
  BIND (options_group);
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
  gtk_widget_class_bind_template_callback (widget_class, import_data_cb);
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
  g_signal_connect_object (self->system_row, "notify::selected",
                           G_CALLBACK (oto_train_dialog_fill_options), self, G_CONNECT_SWAPPED);
  oto_train_dialog_fill_options (self);
  gtk_spin_button_set_value (self->fold_spin, OTO_TRAINER_DEFAULT_FOLD);

  oto_curve_view_set_titles (self->loss_view, _("Loss"), _("Step"));
  oto_curve_view_set_titles (self->validation_view, _("Validation"), _("Epoch"));
}

/**
 * oto_train_dialog_new:
 * @parent: the window that it belongs to
 * @engine: what its runs compute with, behind everything else that does
 *
 * Returns: (transfer floating): the dialog, with its settings
 */
GtkWindow *
oto_train_dialog_new (GtkWindow *parent,
                      OtoEngine *engine)
{
  OtoTrainDialog *self = g_object_new (OTO_TYPE_TRAIN_DIALOG, "transient-for", parent, NULL);

  self->engine = oto_engine_ref (engine);
  return GTK_WINDOW (self);
}
