/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dialogs/oto-dataset-dialog.h"

#include <glib/gi18n.h>

#define PROGRESS_MS 100

/* Rows that a list shows of many. */
#define MAX_ROWS 200

struct _OtoDatasetDialog
{
  AdwWindow             parent_instance;

  /* Of the template. */
  GtkInfoBar           *error_bar;
  GtkLabel             *error_label;
  AdwActionRow         *source_row;
  GtkWidget            *source_buttons;
  GtkEntry             *columns_entry;
  GtkStack             *stack;
  GtkLabel             *summary_label;
  GtkListBox           *class_list;
  GtkListBox           *problem_list;
  AdwPreferencesGroup  *problem_group;
  GtkProgressBar       *progress_bar;
  GtkSwitch            *copy_switch;
  GtkButton            *import_button;
  GtkButton            *cancel_button;

  char                 *source;        /* (nullable) */
  OtoDatasetImport     *import;        /* (nullable): what was found in it */
  GCancellable         *cancellable;   /* while something is at work */
  GtkFileChooserNative *chooser;
  guint                 progress_id;
  int                   permille;      /* atomic */
  gboolean              is_closed;
};

enum { IMPORTED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoDatasetDialog, oto_dataset_dialog, ADW_TYPE_WINDOW)

/* --- what is shown --- */

static void
show_error (OtoDatasetDialog *self,
            const char       *message)
{
  gtk_label_set_text (self->error_label, message != NULL ? message : "");
  gtk_info_bar_set_revealed (self->error_bar, message != NULL);
}

static void
update_state (OtoDatasetDialog *self)
{
  const gboolean is_busy = self->cancellable != NULL;

  gtk_widget_set_sensitive (self->source_buttons, !is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->columns_entry), !is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->copy_switch), !is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->import_button), !is_busy && self->import != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->cancel_button), is_busy);
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), is_busy);
  gtk_stack_set_visible_child_name (self->stack, self->import != NULL ? "preview" : "empty");
}

static void
add_row (GtkListBox *list,
         const char *title,
         const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 3);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_list_box_append (list, row);
}

static void
clear_list (GtkListBox *list)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
}

static void
fill_classes (OtoDatasetDialog        *self,
              const OtoDatasetSummary *summary)
{
  const GArray *classes = oto_dataset_summary_get_classes (summary);

  clear_list (self->class_list);
  for (guint i = 0; i < MIN (classes->len, MAX_ROWS); i++)
    {
      const OtoDatasetCount *count = &g_array_index (classes, OtoDatasetCount, i);
      g_autofree char *clips =
        g_strdup_printf (ngettext ("%u clip", "%u clips", count->n_clips), count->n_clips);
      g_autofree char *events =
        g_strdup_printf (ngettext ("%u event", "%u events", count->n_events), count->n_events);
      g_autofree char *text =
        count->n_events > 0 ? g_strdup_printf ("%s, %s", clips, events) : g_strdup (clips);

      add_row (self->class_list, count->name, text);
    }
  if (classes->len > MAX_ROWS)
    add_row (self->class_list, "…", "");
}

static void
fill_problems (OtoDatasetDialog        *self,
               const OtoDatasetSummary *summary)
{
  const GArray *problems = oto_dataset_summary_get_problems (summary);

  clear_list (self->problem_list);
  for (guint i = 0; i < MIN (problems->len, MAX_ROWS); i++)
    {
      const OtoDatasetProblem *problem = &g_array_index (problems, OtoDatasetProblem, i);
      const char *title = oto_dataset_problem_kind_get_title (problem->kind);
      g_autofree char *name =
        problem->name != NULL ? g_filename_display_name (problem->name) : g_strdup ("");
      g_autofree char *text =
        problem->text != NULL ? g_strdup_printf ("%s: %s", name, problem->text) : g_strdup (name);
      g_autofree char *escaped = g_markup_escape_text (text, -1);

      add_row (self->problem_list, title, escaped);
    }
  if (problems->len > MAX_ROWS)
    add_row (self->problem_list, "…", "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem_group), problems->len > 0);
}

static void
fill_preview (OtoDatasetDialog *self)
{
  const OtoDatasetSummary *summary = oto_dataset_import_get_summary (self->import);
  const guint n_clips = oto_dataset_summary_get_n_clips (summary);
  const guint n_folds = oto_dataset_summary_get_folds (summary)->len;
  const guint n_classes = oto_dataset_summary_get_classes (summary)->len;
  const guint n_errors = oto_dataset_summary_count_errors (summary);
  g_autofree char *clips = g_strdup_printf (ngettext ("%u clip", "%u clips", n_clips), n_clips);
  g_autofree char *classes =
    g_strdup_printf (ngettext ("%u class", "%u classes", n_classes), n_classes);
  g_autofree char *folds = g_strdup_printf (ngettext ("%u fold", "%u folds", n_folds), n_folds);
  g_autofree char *errors =
    g_strdup_printf (ngettext ("%u problem", "%u problems", n_errors), n_errors);
  /* Translators: what a data set is; numbers of clips, classes, folds; its duration, then that of
   * the shortest and the longest clip, in seconds; number of problems. */
  g_autofree char *text =
    g_strdup_printf (_("%s: %s, %s, %s\n%.1f s in all, clips from %.2f s to %.2f s\n%s"),
                     oto_dataset_import_get_title (self->import), clips, classes, folds,
                     oto_dataset_summary_get_total_s (summary),
                     oto_dataset_summary_get_quantile_s (summary, 0.0),
                     oto_dataset_summary_get_quantile_s (summary, 1.0), errors);

  gtk_label_set_text (self->summary_label, text);
  fill_classes (self, summary);
  fill_problems (self, summary);
}

/* --- work --- */

/* What a thread does, with all that it needs. */
typedef struct
{
  char             *source;
  char             *columns;       /* (nullable) */
  char             *dir;           /* (nullable): to be written */
  gboolean          copies;
  OtoDatasetImport *import;        /* found, or (unowned) to be written */
  int              *permille;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  if (work->dir == NULL)
    oto_dataset_import_free (work->import);
  g_free (work->source);
  g_free (work->columns);
  g_free (work->dir);
  g_free (work);
}

static void
progress_worker (double   fraction,
                 gpointer user_data)
{
  g_atomic_int_set ((int *) user_data, (int) (fraction * 1000));
}

static void
work_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Work *work = task_data;
  GError *error = NULL;

  if (work->dir != NULL)
    oto_dataset_import_write (work->import, work->dir, work->copies, progress_worker,
                              work->permille, cancellable, &error);
  else
    work->import =
      oto_dataset_import_new (&(OtoDatasetImportOptions) { .source = work->source,
                                                           .columns = work->columns },
                              progress_worker, work->permille, cancellable, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static gboolean
progress_cb (gpointer user_data)
{
  OtoDatasetDialog *self = user_data;

  gtk_progress_bar_set_fraction (self->progress_bar, g_atomic_int_get (&self->permille) / 1000.0);
  return G_SOURCE_CONTINUE;
}

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (OtoDatasetDialog) self = user_data;
  Work *work = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  const gboolean done = g_task_propagate_boolean (G_TASK (result), &error);

  g_clear_handle_id (&self->progress_id, g_source_remove);
  g_clear_object (&self->cancellable);
  if (self->is_closed)
    return;
  if (done && work->dir == NULL)
    {
      self->import = g_steal_pointer (&work->import);
      fill_preview (self);
    }
  if (!done && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_error (self, error->message);
  update_state (self);
  if (!done || work->dir == NULL)
    return;
  g_signal_emit (self, signals[IMPORTED], 0, work->dir);
  gtk_window_close (GTK_WINDOW (self));
}

/* The task keeps the dialog, which keeps what is written. */
static void
begin (OtoDatasetDialog *self,
       const char       *dir)
{
  Work *work = g_new0 (Work, 1);
  const char *columns = gtk_editable_get_text (GTK_EDITABLE (self->columns_entry));
  g_autoptr (GTask) task = NULL;

  work->source = g_strdup (self->source);
  work->columns = columns[0] != '\0' ? g_strdup (columns) : NULL;
  work->dir = g_strdup (dir);
  work->copies = gtk_switch_get_active (self->copy_switch);
  work->import = dir != NULL ? self->import : NULL;
  work->permille = &self->permille;
  g_atomic_int_set (&self->permille, 0);

  show_error (self, NULL);
  self->cancellable = g_cancellable_new ();
  self->progress_id = g_timeout_add (PROGRESS_MS, progress_cb, self);
  task = g_task_new (NULL, self->cancellable, done_cb, g_object_ref (self));
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, work_worker);
  update_state (self);
}

/**
 * oto_dataset_dialog_look:
 * @self: a dialog
 * @source: the folder of a data set, or a list of labels
 *
 * Finds out what it holds, and shows it.
 */
void
oto_dataset_dialog_look (OtoDatasetDialog *self,
                         const char       *source)
{
  g_autofree char *shown = NULL;

  g_return_if_fail (OTO_IS_DATASET_DIALOG (self) && source != NULL);

  if (self->cancellable != NULL)
    return;
  shown = g_filename_display_name (source);
  g_free (self->source);
  self->source = g_strdup (source);
  adw_action_row_set_subtitle (self->source_row, shown);
  g_clear_pointer (&self->import, oto_dataset_import_free);
  begin (self, NULL);
}

/**
 * oto_dataset_dialog_import:
 * @self: a dialog that shows a data set
 * @dir: the training folder, new or empty
 *
 * Makes it, and closes the dialog.
 */
void
oto_dataset_dialog_import (OtoDatasetDialog *self,
                           const char       *dir)
{
  g_return_if_fail (OTO_IS_DATASET_DIALOG (self) && dir != NULL);

  if (self->import != NULL && self->cancellable == NULL)
    begin (self, dir);
}

/**
 * oto_dataset_dialog_cancel:
 * @self: a dialog
 *
 * Stops what is at work; nothing is left of a folder that is not finished.
 */
void
oto_dataset_dialog_cancel (OtoDatasetDialog *self)
{
  g_return_if_fail (OTO_IS_DATASET_DIALOG (self));

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

/**
 * oto_dataset_dialog_is_busy:
 * @self: a dialog
 *
 * Returns: whether something is at work
 */
gboolean
oto_dataset_dialog_is_busy (OtoDatasetDialog *self)
{
  g_return_val_if_fail (OTO_IS_DATASET_DIALOG (self), FALSE);

  return self->cancellable != NULL;
}

/**
 * oto_dataset_dialog_get_summary:
 * @self: a dialog
 *
 * Returns: (transfer none) (nullable): what it says of the data set that it shows
 */
const char *
oto_dataset_dialog_get_summary (OtoDatasetDialog *self)
{
  g_return_val_if_fail (OTO_IS_DATASET_DIALOG (self), NULL);

  return self->import != NULL ? gtk_label_get_text (self->summary_label) : NULL;
}

/**
 * oto_dataset_dialog_get_error:
 * @self: a dialog
 *
 * Returns: (transfer none) (nullable): what it complains about
 */
const char *
oto_dataset_dialog_get_error (OtoDatasetDialog *self)
{
  g_return_val_if_fail (OTO_IS_DATASET_DIALOG (self), NULL);

  return gtk_info_bar_get_revealed (self->error_bar) ? gtk_label_get_text (self->error_label)
                                                     : NULL;
}

/* --- choosing --- */

static void
source_chosen_cb (GtkNativeDialog  *dialog,
                  int               response,
                  OtoDatasetDialog *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
                           ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  g_clear_object (&self->chooser);
  if (path != NULL)
    oto_dataset_dialog_look (self, path);
}

static void
target_chosen_cb (GtkNativeDialog  *dialog,
                  int               response,
                  OtoDatasetDialog *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
                           ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  g_clear_object (&self->chooser);
  if (path != NULL)
    oto_dataset_dialog_import (self, path);
}

static void
choose (OtoDatasetDialog     *self,
        const char           *title,
        GtkFileChooserAction  action,
        GCallback             chosen_cb)
{
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, NULL, NULL);
  g_signal_connect (self->chooser, "response", chosen_cb, self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
choose_folder_cb (GtkButton        *button,
                  OtoDatasetDialog *self)
{
  choose (self, _("Folder of a Data Set"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
          G_CALLBACK (source_chosen_cb));
}

static void
choose_list_cb (GtkButton        *button,
                OtoDatasetDialog *self)
{
  choose (self, _("List of Labels"), GTK_FILE_CHOOSER_ACTION_OPEN, G_CALLBACK (source_chosen_cb));
}

static void
columns_activate_cb (GtkEntry         *entry,
                     OtoDatasetDialog *self)
{
  g_autofree char *source = g_strdup (self->source);

  if (source != NULL)
    oto_dataset_dialog_look (self, source);
}

static void
import_cb (GtkButton        *button,
           OtoDatasetDialog *self)
{
  choose (self, _("New Training Folder"), GTK_FILE_CHOOSER_ACTION_SAVE,
          G_CALLBACK (target_chosen_cb));
}

static void
cancel_cb (GtkButton        *button,
           OtoDatasetDialog *self)
{
  oto_dataset_dialog_cancel (self);
}

static void
error_response_cb (GtkInfoBar       *info_bar,
                   int               response,
                   OtoDatasetDialog *self)
{
  show_error (self, NULL);
}

/* --- the object --- */

static void
oto_dataset_dialog_dispose (GObject *object)
{
  OtoDatasetDialog *self = OTO_DATASET_DIALOG (object);

  self->is_closed = TRUE;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->progress_id, g_source_remove);
  g_clear_object (&self->chooser);
  gtk_widget_dispose_template (GTK_WIDGET (self), OTO_TYPE_DATASET_DIALOG);

  G_OBJECT_CLASS (oto_dataset_dialog_parent_class)->dispose (object);
}

static void
oto_dataset_dialog_finalize (GObject *object)
{
  OtoDatasetDialog *self = OTO_DATASET_DIALOG (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->import, oto_dataset_import_free);
  g_free (self->source);

  G_OBJECT_CLASS (oto_dataset_dialog_parent_class)->finalize (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, OtoDatasetDialog, name)

static void
oto_dataset_dialog_class_init (OtoDatasetDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oto_dataset_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = oto_dataset_dialog_finalize;

  signals[IMPORTED] = g_signal_new ("imported", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                    0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/otoscope/Otoscope/ui/oto-dataset-dialog.ui");
  BIND (error_bar);
  BIND (error_label);
  BIND (source_row);
  BIND (source_buttons);
  BIND (columns_entry);
  BIND (stack);
  BIND (summary_label);
  BIND (class_list);
  BIND (problem_list);
  BIND (problem_group);
  BIND (progress_bar);
  BIND (copy_switch);
  BIND (import_button);
  BIND (cancel_button);
  gtk_widget_class_bind_template_callback (widget_class, error_response_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_list_cb);
  gtk_widget_class_bind_template_callback (widget_class, columns_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, import_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
oto_dataset_dialog_init (OtoDatasetDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update_state (self);
}

/**
 * oto_dataset_dialog_new:
 * @parent: the window that it belongs to
 *
 * Returns: (transfer floating): the dialog, without a data set
 */
GtkWindow *
oto_dataset_dialog_new (GtkWindow *parent)
{
  return g_object_new (OTO_TYPE_DATASET_DIALOG, "transient-for", parent, NULL);
}
