/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include "analysis/oto-stems.h"
#include "paint/oto-class-name.h"
#include "paint/oto-figure.h"

#include <glib/gi18n.h>

/* --- Fig. 3 --- */

typedef struct
{
  OtoAnalysis    *analysis;
  OtoEventList   *events;
  OtoEventList   *reference;
  OtoClassColors *colors;
  char           *path;
} FigureJob;

static void
figure_job_free (FigureJob *self)
{
  g_object_unref (self->analysis);
  g_clear_pointer (&self->events, oto_event_list_unref);
  g_clear_pointer (&self->reference, oto_event_list_unref);
  g_clear_pointer (&self->colors, oto_class_colors_unref);
  g_free (self->path);
  g_free (self);
}

static void
figure_worker (GTask        *task,
               gpointer      source,
               gpointer      task_data,
               GCancellable *cancellable)
{
  FigureJob *job = task_data;
  const OtoFigureSpec spec = {
    .events = job->events,
    .reference = job->reference,
    .colors = job->colors,
  };
  g_autoptr (OtoFigure) figure = NULL;
  GError *error = NULL;

  figure = oto_figure_new (job->analysis, &spec, cancellable, &error);
  if (figure != NULL && oto_figure_save (figure, job->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
tell_saved (OtoInspectPage *self,
            const char     *path,
            GError         *error)
{
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *notice = NULL;

  /* Translators: %s is the name of a file or folder. */
  notice = error != NULL ? g_strdup (error->message) : g_strdup_printf (_("Saved “%s”"), name);
  oto_inspect_page_set_notice (self, notice);
}

static void
figure_saved_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (OtoInspectPage) self = user_data;
  FigureJob *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  tell_saved (self, job->path, error);
}

static void
save_figure (OtoInspectPage *self,
             const char     *path)
{
  OtoEventList *events = oto_detection_get_events (self->detection);
  OtoEventList *reference = oto_detection_get_reference (self->detection);
  FigureJob *job = g_new0 (FigureJob, 1);
  g_autoptr (GTask) task = NULL;

  job->analysis = g_object_ref (self->analysis);
  job->events = events != NULL ? oto_event_list_ref (events) : NULL;
  job->reference = reference != NULL ? oto_event_list_ref (reference) : NULL;
  job->colors = oto_class_colors_copy (oto_view_state_get_colors (self->view));
  job->path = strchr (path + strlen (path) - MIN (strlen (path), 4), '.') != NULL
              ? g_strdup (path) : g_strconcat (path, ".pdf", NULL);

  task = g_task_new (NULL, NULL, figure_saved_cb, g_object_ref (self));
  g_task_set_task_data (task, job, (GDestroyNotify) figure_job_free);
  g_task_run_in_thread (task, figure_worker);
}

static char *
dup_chosen (OtoInspectPage *self,
            int             response)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
                           ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser)) : NULL;

  return file != NULL ? g_file_get_path (file) : NULL;
}

static void
figure_chosen_cb (GtkNativeDialog *dialog,
                  int              response,
                  OtoInspectPage  *self)
{
  g_autofree char *path = dup_chosen (self, response);

  if (path != NULL && self->analysis != NULL)
    save_figure (self, path);
  g_clear_object (&self->chooser);
}

static void
add_filter (GtkFileChooser *chooser,
            const char     *name,
            const char     *pattern)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_pattern (filter, pattern);
  gtk_file_chooser_add_filter (chooser, filter);
}

static GtkWindow *
get_window (OtoInspectPage *self)
{
  return GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
}

/**
 * oto_inspect_page_save_figure:
 * @self: a page
 *
 * Asks where, and saves Fig. 3 of the clip as PDF, SVG or PNG.
 */
void
oto_inspect_page_save_figure (OtoInspectPage *self)
{
  g_autofree char *name = NULL;

  if (self->analysis == NULL)
    return;

  g_set_object (&self->chooser, NULL);
  self->chooser = gtk_file_chooser_native_new (_("Save Figure"), get_window (self),
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), NULL);
  add_filter (GTK_FILE_CHOOSER (self->chooser), _("PDF document"), "*.pdf");
  add_filter (GTK_FILE_CHOOSER (self->chooser), _("SVG drawing"), "*.svg");
  add_filter (GTK_FILE_CHOOSER (self->chooser), _("PNG picture"), "*.png");
  name = g_strconcat (oto_clip_item_get_name (self->item), ".pdf", NULL);
  /* It may tell folders. */
  g_strdelimit (name, "/", '_');
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  g_signal_connect (self->chooser, "response", G_CALLBACK (figure_chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* --- stems --- */

typedef struct
{
  OtoAnalysis *analysis;
  int         *classes;
  guint        n_classes;
  gboolean     has_background;
  char        *dir;
  char        *name;             /* of the clip */
} StemsJob;

static void
stems_job_free (StemsJob *self)
{
  g_object_unref (self->analysis);
  g_free (self->classes);
  g_free (self->dir);
  g_free (self->name);
  g_free (self);
}

static void
stems_worker (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  StemsJob *job = task_data;
  g_auto (GStrv) paths = NULL;
  GError *error = NULL;

  if (oto_stems_save (job->analysis, OTO_MASK_LISTENING, job->classes, job->n_classes,
                      job->has_background, job->dir, job->name, &paths, NULL, NULL, cancellable,
                      &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
stems_saved_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (OtoInspectPage) self = user_data;
  StemsJob *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  tell_saved (self, job->dir, error);
}

static void
save_stems (OtoInspectPage *self,
            const char     *dir,
            gboolean        is_all)
{
  const int focus_class = oto_view_state_get_focus_class (self->view);
  const int n_classes = oto_analysis_get_n_classes (self->analysis);
  StemsJob *job = g_new0 (StemsJob, 1);
  g_autoptr (GTask) task = NULL;

  job->analysis = g_object_ref (self->analysis);
  job->dir = g_strdup (dir);
  job->name = g_strdup (oto_clip_item_get_name (self->item));
  job->has_background = is_all || focus_class < 0;
  job->classes = g_new (int, n_classes);
  for (int k = 0; k < n_classes; k++)
    if (is_all || k == focus_class)
      job->classes[job->n_classes++] = k;

  oto_inspect_page_set_notice (self, _("Saving stems"));
  task = g_task_new (NULL, NULL, stems_saved_cb, g_object_ref (self));
  g_task_set_task_data (task, job, (GDestroyNotify) stems_job_free);
  g_task_run_in_thread (task, stems_worker);
}

static void
stem_folder_chosen_cb (GtkNativeDialog *dialog,
                       int              response,
                       OtoInspectPage  *self)
{
  g_autofree char *path = dup_chosen (self, response);
  const gboolean is_all = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (dialog), "oto-is-all"));

  if (path != NULL && self->analysis != NULL)
    save_stems (self, path, is_all);
  g_clear_object (&self->chooser);
}

/**
 * oto_inspect_page_save_stems:
 * @self: a page
 * @is_all: every class and Background, not only what is in focus
 *
 * Asks for a folder, and saves stems as float WAV files as long as the clip.
 */
void
oto_inspect_page_save_stems (OtoInspectPage *self,
                             gboolean        is_all)
{
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;

  if (self->analysis == NULL)
    return;

  name = oto_class_name_dup (self->analysis, oto_view_state_get_focus_class (self->view));
  /* Translators: title of a dialog that asks for a folder; %s is a class of sound, or Background.
   * */
  title = is_all ? g_strdup (_("Save All Stems In"))
                 : g_strdup_printf (_("Save the Stem of %s In"), name);
  g_set_object (&self->chooser, NULL);
  self->chooser = gtk_file_chooser_native_new (title, get_window (self),
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Save"),
                                               NULL);
  g_object_set_data (G_OBJECT (self->chooser), "oto-is-all", GINT_TO_POINTER (is_all));
  g_signal_connect (self->chooser, "response", G_CALLBACK (stem_folder_chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}
