/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-session-private.h"

#include "datasets/oto-demo.h"

#include <glib/gi18n.h>

/* Lines of a label file that a message lists. */
#define MAX_PROBLEMS 10

typedef struct
{
  GPtrArray *paths;              /* what was asked for */
  GPtrArray *clips;              /* paths */
  GPtrArray *labels;             /* OtoLabelFile */
  GString   *problems;
  char      *model;
  int       *demo_permille;      /* (nullable): asks for the demo; atomic */
} Opening;

static Opening *
opening_new (void)
{
  Opening *self = g_new0 (Opening, 1);

  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->clips = g_ptr_array_new_with_free_func (g_free);
  self->labels = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_label_file_free);
  self->problems = g_string_new (NULL);

  return self;
}

static void
opening_free (Opening *self)
{
  g_ptr_array_unref (self->paths);
  g_ptr_array_unref (self->clips);
  g_ptr_array_unref (self->labels);
  g_string_free (self->problems, TRUE);
  g_free (self->model);
  g_free (self);
}

static gboolean
has_ending (const char         *path,
            const char * const *endings)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (guint i = 0; endings[i] != NULL; i++)
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;

  return FALSE;
}

static gboolean
is_label_name (const char *path)
{
  static const char * const endings[] = { ".tsv", ".csv", ".txt", ".jams", ".textgrid", ".eaf",
                                          NULL };

  return has_ending (path, endings);
}

static void
add_labels (Opening *self,
            const char *path)
{
  g_autofree char *problems = NULL;
  g_autoptr (GError) error = NULL;
  OtoLabelFile *labels = oto_label_file_load (path, NULL, &error);

  if (labels == NULL)
    {
      g_string_append_printf (self->problems, "%s\n", error->message);

      return;
    }

  g_ptr_array_add (self->labels, labels);
  problems = oto_label_file_describe_problems (labels, MAX_PROBLEMS);
  if (problems != NULL)
    g_string_append (self->problems, problems);
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* A folder's clips, by name; of a data set, those in its audio/ folder, and its labels. */
static void
add_folder (Opening *self,
            const char *path)
{
  g_autofree char *audio = g_build_filename (path, "audio", NULL);
  g_autofree char *labels = g_build_filename (path, "labels.tsv", NULL);
  const char *folder = g_file_test (audio, G_FILE_TEST_IS_DIR) ? audio : path;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name;

  if (dir == NULL)
    {
      g_string_append_printf (self->problems, "%s\n", error->message);

      return;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    if (oto_audio_file_has_name (name))
      g_ptr_array_add (found, g_build_filename (folder, name, NULL));

  if (found->len == 0)
    {
      g_autofree char *shown = g_filename_display_name (path);

      g_string_append_printf (self->problems, _("“%s” holds no audio files.\n"), shown);
    }

  g_ptr_array_sort (found, compare_paths);
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (self->clips, found->pdata[i]);

  if (g_file_test (labels, G_FILE_TEST_IS_REGULAR))
    add_labels (self, labels);
}

static void
add_path (Opening *self,
          const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autofree char *config = g_build_filename (path, "config.json", NULL);

      /* A run folder is a model. */
      if (g_file_test (config, G_FILE_TEST_IS_REGULAR))
        self->model = g_strdup (path);
      else
        add_folder (self, path);
    }
  else if (g_str_has_suffix (path, ".safetensors"))
    {
      g_free (self->model);
      self->model = g_strdup (path);
    }
  else if (is_label_name (path))
    {
      add_labels (self, path);
    }
  else
    {
      g_ptr_array_add (self->clips, g_strdup (path));
    }
}

static void
demo_progress (double   fraction,
               gpointer user_data)
{
  g_atomic_int_set ((int *) user_data, (int) (fraction * 1000));
}

/* The demo is written once into the user's cache and used again; its last file tells that it is
 * whole. */
static gboolean
add_demo (Opening       *self,
          GCancellable  *cancellable,
          GError       **error)
{
  g_autofree char *dir = g_build_filename (g_get_user_cache_dir (), "otoscope",
                                           "demo-" OTO_VERSION, NULL);
  g_autofree char *labels = g_build_filename (dir, "labels.tsv", NULL);

  if (!g_file_test (labels, G_FILE_TEST_IS_REGULAR)
      && !oto_demo_write (dir, OTO_DEMO_SEED, demo_progress, self->demo_permille, cancellable,
                          error))
    return FALSE;

  add_folder (self, dir);

  return TRUE;
}

static void
sort_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Opening *opening = task_data;
  GError *error = NULL;

  if (opening->demo_permille != NULL && !add_demo (opening, cancellable, &error))
    {
      g_task_return_error (task, error);

      return;
    }

  for (guint i = 0; i < opening->paths->len; i++)
    add_path (opening, opening->paths->pdata[i]);

  g_task_return_boolean (task, TRUE);
}

static gboolean
has_path (OtoSession *self,
          const char *path)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->clips));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OtoClipItem) item = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      if (strcmp (oto_clip_item_get_path (item), path) == 0)
        return TRUE;
    }

  return FALSE;
}

/* Clips of one name tell the folders in which they differ. */
void
oto_session_name_clips (OtoSession *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->clips));
  g_autofree const char **paths = g_new0 (const char *, n + 1);
  g_auto (GStrv) names = NULL;

  /* The list keeps its items, and they their paths. */
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OtoClipItem) item = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      paths[i] = oto_clip_item_get_path (item);
    }
  names = oto_file_names_dup (paths);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OtoClipItem) item = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      oto_clip_item_set_tail (item, names[i]);
    }
}

static void
add_clips (OtoSession *self,
           GPtrArray  *paths)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) new_paths = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < paths->len; i++)
    if (!has_path (self, paths->pdata[i]) && g_hash_table_add (new_paths, paths->pdata[i]))
      g_ptr_array_add (items, oto_clip_item_new (paths->pdata[i]));

  if (items->len > 0)
    g_list_store_splice (self->clips, g_list_model_get_n_items (G_LIST_MODEL (self->clips)), 0,
                         items->pdata, items->len);
  oto_session_name_clips (self);
}

static void
sorted_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (OtoSession) self = user_data;
  Opening *opening = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (opening->demo_permille != NULL)
    g_clear_object (&self->demo_cancellable);

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        oto_session_tell_failed (self, _("The demo could not be written"), error->message);
    }
  else
    {
      g_ptr_array_extend_and_steal (self->labels, g_ptr_array_ref (opening->labels));
      oto_session_tell_labels_changed (self);
      add_clips (self, opening->clips);

      if (opening->model != NULL)
        oto_session_load_model (self, opening->model);
      if (opening->problems->len > 0)
        oto_session_tell_failed (self, _("Not everything could be read"),
                                 g_strchomp (opening->problems->str));
    }

  oto_session_end_loading (self);
}

/**
 * oto_session_add_files:
 * @self: a session
 * @files: (array length=n_files): clips, folders, models, run folders, label files
 * @n_files: their number
 *
 * Sorts files by what they are, off the main thread, and takes them in.
 */
void
oto_session_add_files (OtoSession  *self,
                       GFile      **files,
                       guint        n_files)
{
  Opening *opening;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OTO_IS_SESSION (self));

  opening = opening_new ();
  for (guint i = 0; i < n_files; i++)
    {
      char *path = g_file_get_path (files[i]);

      if (path != NULL)
        g_ptr_array_add (opening->paths, path);
    }

  task = g_task_new (NULL, NULL, sorted_cb, g_object_ref (self));
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);
  g_task_run_in_thread (task, sort_worker);
  oto_session_begin_loading (self);
}

/**
 * oto_session_add_demo:
 * @self: a session
 *
 * Synthesises the demo's clips, unless the cache has them, and takes them in with their labels.
 */
void
oto_session_add_demo (OtoSession *self)
{
  Opening *opening;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OTO_IS_SESSION (self));

  if (self->demo_cancellable != NULL)
    return;

  opening = opening_new ();
  /* The session lives as long as the task. */
  opening->demo_permille = &self->demo_permille;
  g_atomic_int_set (&self->demo_permille, 0);
  self->demo_cancellable = g_cancellable_new ();
  task = g_task_new (NULL, self->demo_cancellable, sorted_cb, g_object_ref (self));
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);
  g_task_run_in_thread (task, sort_worker);
  oto_session_begin_loading (self);
}
