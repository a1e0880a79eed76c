/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-session.h"

#include "datasets/oto-demo.h"

#include <glib/gi18n.h>

#define PROGRESS_MS 100

struct _OtoSession
{
  GObject           parent_instance;

  GListStore       *clips;
  GPtrArray        *labels;          /* of OtoEventList */
  OtoModelSnapshot *model;
  OtoAnalyzer      *analyzer;
  OtoClipItem      *preferred;

  OtoClipItem      *running;         /* the clip at work, if any */
  GCancellable     *cancellable;     /* of that clip */
  GCancellable     *demo_cancellable;
  guint             progress_id;
  guint             n_asked;         /* models asked for so far, */
  guint             model_number;    /* and which of them is in use */
  guint             n_loading;       /* models, folders and demos on their way */
  int               demo_permille;   /* atomic */
};

enum { MODEL_CHANGED, LABELS_CHANGED, BUSY_CHANGED, FAILED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoSession, oto_session, G_TYPE_OBJECT)

static void start_next (OtoSession *self);

static void
oto_session_dispose (GObject *object)
{
  OtoSession *self = OTO_SESSION (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  if (self->demo_cancellable != NULL)
    g_cancellable_cancel (self->demo_cancellable);

  g_clear_handle_id (&self->progress_id, g_source_remove);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->demo_cancellable);
  g_clear_object (&self->clips);
  g_clear_object (&self->analyzer);
  g_clear_object (&self->preferred);
  g_clear_object (&self->running);
  g_clear_pointer (&self->labels, g_ptr_array_unref);
  g_clear_pointer (&self->model, oto_model_snapshot_unref);

  G_OBJECT_CLASS (oto_session_parent_class)->dispose (object);
}

static void
oto_session_class_init (OtoSessionClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = oto_session_dispose;

  signals[MODEL_CHANGED] = g_signal_new ("model-changed", type, G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[LABELS_CHANGED] = g_signal_new ("labels-changed", type, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[BUSY_CHANGED] = g_signal_new ("busy-changed", type, G_SIGNAL_RUN_LAST,
                                        0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
oto_session_init (OtoSession *self)
{
  self->clips = g_list_store_new (OTO_TYPE_CLIP_ITEM);
  self->labels = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_event_list_unref);
}

static void
tell_busy (OtoSession *self)
{
  g_signal_emit (self, signals[BUSY_CHANGED], 0);
}

static void
tell_failed (OtoSession *self,
             const char *title,
             const char *message)
{
  g_signal_emit (self, signals[FAILED], 0, title, message);
}

static gboolean
progress_cb (gpointer user_data)
{
  OtoSession *self = user_data;

  if (self->running != NULL)
    oto_clip_item_tell_progress (self->running);
  tell_busy (self);

  return G_SOURCE_CONTINUE;
}

/* While something is at work its progress is looked at ten times a second. */
static void
update_timeout (OtoSession *self)
{
  if (oto_session_is_busy (self) && self->progress_id == 0)
    self->progress_id = g_timeout_add (PROGRESS_MS, progress_cb, self);
  else if (!oto_session_is_busy (self))
    g_clear_handle_id (&self->progress_id, g_source_remove);

  tell_busy (self);
}

/* --- one clip: open, then analyse --- */

static void
item_progress (double   fraction,
               gpointer user_data)
{
  oto_clip_item_set_progress (user_data, fraction);
}

static void
end_item (OtoSession   *self,
          OtoClipState  state,
          const char   *message)
{
  g_autoptr (OtoClipItem) item = g_steal_pointer (&self->running);

  g_clear_object (&self->cancellable);
  oto_clip_item_set_state (item, state, message);
  start_next (self);
}

static void
fail_item (OtoSession *self,
           GError     *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    end_item (self, OTO_CLIP_STATE_STOPPED, NULL);
  else
    end_item (self, OTO_CLIP_STATE_FAILED, error->message);
}

static void
analyzed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (OtoSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoAnalysis) analysis =
    oto_analyzer_analyze_finish (OTO_ANALYZER (source), result, &error);

  if (self->running == NULL)
    return;

  if (analysis == NULL)
    {
      fail_item (self, error);
    }
  else if (self->analyzer != OTO_ANALYZER (source))
    {
      /* Another model came meanwhile. */
      end_item (self, OTO_CLIP_STATE_QUEUED, NULL);
    }
  else
    {
      oto_clip_item_set_analysis (self->running, analysis);
      end_item (self, OTO_CLIP_STATE_DONE, NULL);
    }
}

static void
analyze_running (OtoSession *self)
{
  if (self->analyzer == NULL)
    {
      end_item (self, OTO_CLIP_STATE_OPEN, NULL);

      return;
    }

  oto_analyzer_analyze_async (self->analyzer, oto_clip_item_get_clip (self->running),
                              item_progress, self->running, self->cancellable,
                              analyzed_cb, g_object_ref (self));
}

static void
open_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GError *error = NULL;
  OtoClip *clip = oto_audio_file_open (task_data, &error);

  if (clip != NULL)
    g_task_return_pointer (task, clip, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (OtoSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoClip) clip = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->running == NULL)
    return;

  if (clip == NULL)
    {
      fail_item (self, error);

      return;
    }

  oto_clip_item_set_clip (self->running, clip);
  analyze_running (self);
}

static OtoClipItem *
find_queued (OtoSession *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->clips));

  if (self->preferred != NULL
      && oto_clip_item_get_state (self->preferred) == OTO_CLIP_STATE_QUEUED)
    return g_object_ref (self->preferred);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OtoClipItem) item = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      if (oto_clip_item_get_state (item) == OTO_CLIP_STATE_QUEUED)
        return g_steal_pointer (&item);
    }

  return NULL;
}

static void
start_next (OtoSession *self)
{
  /* While a model loads nothing starts, so that nothing is heard by the wrong one. */
  if (self->running == NULL && self->n_loading == 0)
    self->running = find_queued (self);
  else
    {
      update_timeout (self);

      return;
    }

  if (self->running != NULL)
    {
      self->cancellable = g_cancellable_new ();
      oto_clip_item_set_progress (self->running, 0);
      oto_clip_item_set_state (self->running, OTO_CLIP_STATE_RUNNING, NULL);

      if (oto_clip_item_get_clip (self->running) != NULL)
        {
          analyze_running (self);
        }
      else
        {
          g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, opened_cb,
                                                 g_object_ref (self));

          g_task_set_task_data (task, g_strdup (oto_clip_item_get_path (self->running)), g_free);
          g_task_run_in_thread (task, open_worker);
        }
    }

  update_timeout (self);
}

/* --- files --- */

typedef struct
{
  GPtrArray *paths;              /* what was asked for */
  GPtrArray *clips;              /* paths */
  GPtrArray *labels;             /* OtoEventList */
  GString   *problems;
  char      *model;
  int       *demo_permille;      /* (nullable): asks for the demo; atomic */
} OtoOpening;

static OtoOpening *
opening_new (void)
{
  OtoOpening *self = g_new0 (OtoOpening, 1);

  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->clips = g_ptr_array_new_with_free_func (g_free);
  self->labels = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_event_list_unref);
  self->problems = g_string_new (NULL);

  return self;
}

static void
opening_free (OtoOpening *self)
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
is_audio_name (const char *path)
{
  static const char * const endings[] = {
    ".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au", ".caf", ".w64",
    ".rf64", NULL,
  };

  return has_ending (path, endings);
}

static gboolean
is_label_name (const char *path)
{
  static const char * const endings[] = { ".tsv", ".csv", ".txt", NULL };

  return has_ending (path, endings);
}

static void
add_labels (OtoOpening *self,
            const char *path)
{
  g_autofree char *warnings = NULL;
  g_autoptr (GError) error = NULL;
  OtoEventList *list = oto_event_list_load (path, &warnings, &error);

  if (list != NULL)
    g_ptr_array_add (self->labels, list);
  else
    g_string_append_printf (self->problems, "%s\n", error->message);

  if (warnings != NULL && *warnings != '\0')
    g_string_append (self->problems, warnings);
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* A folder's clips, by name; of a data set, those in its audio/ folder, and its labels. */
static void
add_folder (OtoOpening *self,
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
    if (is_audio_name (name))
      g_ptr_array_add (found, g_build_filename (folder, name, NULL));

  if (found->len == 0)
    g_string_append_printf (self->problems, _("“%s” holds no audio files.\n"), path);

  g_ptr_array_sort (found, compare_paths);
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (self->clips, found->pdata[i]);

  if (g_file_test (labels, G_FILE_TEST_IS_REGULAR))
    add_labels (self, labels);
}

static void
add_path (OtoOpening *self,
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
add_demo (OtoOpening    *self,
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
  OtoOpening *opening = task_data;
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
}

static void
sorted_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (OtoSession) self = user_data;
  OtoOpening *opening = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  self->n_loading--;
  if (opening->demo_permille != NULL)
    {
      g_clear_object (&self->demo_cancellable);
    }

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        tell_failed (self, _("The demo could not be written"), error->message);
    }
  else
    {
      g_ptr_array_extend_and_steal (self->labels, g_ptr_array_ref (opening->labels));
      g_signal_emit (self, signals[LABELS_CHANGED], 0);
      add_clips (self, opening->clips);

      if (opening->model != NULL)
        oto_session_load_model (self, opening->model);
      if (opening->problems->len > 0)
        tell_failed (self, _("Not everything could be read"),
                     g_strchomp (opening->problems->str));
    }

  start_next (self);
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
  OtoOpening *opening;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OTO_IS_SESSION (self));

  opening = opening_new ();
  for (guint i = 0; i < n_files; i++)
    {
      char *path = g_file_get_path (files[i]);

      if (path != NULL)
        g_ptr_array_add (opening->paths, path);
    }

  self->n_loading++;
  task = g_task_new (NULL, NULL, sorted_cb, g_object_ref (self));
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);
  g_task_run_in_thread (task, sort_worker);
  update_timeout (self);
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
  OtoOpening *opening;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OTO_IS_SESSION (self));

  if (self->demo_cancellable != NULL)
    return;

  opening = opening_new ();
  /* The session lives as long as the task. */
  opening->demo_permille = &self->demo_permille;
  self->n_loading++;
  g_atomic_int_set (&self->demo_permille, 0);
  self->demo_cancellable = g_cancellable_new ();
  task = g_task_new (NULL, self->demo_cancellable, sorted_cb, g_object_ref (self));
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);
  g_task_run_in_thread (task, sort_worker);
  update_timeout (self);
}

/**
 * oto_session_get_clips:
 * @self: a session
 *
 * Returns: (transfer none): the list of #OtoClipItem
 */
GListModel *
oto_session_get_clips (OtoSession *self)
{
  g_return_val_if_fail (OTO_IS_SESSION (self), NULL);

  return G_LIST_MODEL (self->clips);
}

/**
 * oto_session_dup_reference:
 * @self: a session
 * @item: a clip
 *
 * Returns: (transfer full) (nullable): its events in the label files that were opened, or %NULL
 * where they hold none
 */
OtoEventList *
oto_session_dup_reference (OtoSession  *self,
                           OtoClipItem *item)
{
  g_autoptr (OtoEventList) all = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (OTO_IS_SESSION (self), NULL);
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (item), NULL);

  all = oto_event_list_new ();
  name = g_path_get_basename (oto_clip_item_get_path (item));

  for (guint i = 0; i < self->labels->len; i++)
    {
      g_autoptr (OtoEventList) list = oto_event_list_filter (self->labels->pdata[i], name);

      for (guint j = 0; j < oto_event_list_get_n (list); j++)
        oto_event_list_add (all, oto_event_copy (oto_event_list_get (list, j)));
    }

  return oto_event_list_get_n (all) > 0 ? g_steal_pointer (&all) : NULL;
}

/* --- the model --- */

typedef struct
{
  char             *name_or_path;    /* (nullable) */
  guint             number;          /* models load side by side; the one asked for last stays */
  OtoModelSnapshot *model;
  OtoAnalyzer      *analyzer;
} OtoLoading;

static void
loading_free (OtoLoading *self)
{
  g_free (self->name_or_path);
  g_clear_pointer (&self->model, oto_model_snapshot_unref);
  g_clear_object (&self->analyzer);
  g_free (self);
}

static void
load_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  OtoLoading *loading = task_data;
  GError *error = NULL;

  loading->model = oto_model_snapshot_find (loading->name_or_path, &error);
  if (loading->model != NULL)
    loading->analyzer = oto_analyzer_new (loading->model, 0, &error);

  if (loading->analyzer != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
queue_all (OtoSession *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->clips));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OtoClipItem) item = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      if (item == self->running || oto_clip_item_get_state (item) == OTO_CLIP_STATE_FAILED)
        continue;

      oto_clip_item_set_analysis (item, NULL);
      oto_clip_item_set_state (item, OTO_CLIP_STATE_QUEUED, NULL);
    }
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (OtoSession) self = user_data;
  g_autoptr (GError) error = NULL;
  OtoLoading *loading = g_task_get_task_data (G_TASK (result));
  gboolean is_loaded = g_task_propagate_boolean (G_TASK (result), &error);

  self->n_loading--;
  if (is_loaded && loading->number > self->model_number)
    {
      g_clear_pointer (&self->model, oto_model_snapshot_unref);
      self->model = g_steal_pointer (&loading->model);
      self->model_number = loading->number;
      g_set_object (&self->analyzer, loading->analyzer);
      g_signal_emit (self, signals[MODEL_CHANGED], 0);
      queue_all (self);
    }
  else if (!is_loaded)
    {
      tell_failed (self, _("The model could not be opened"), error->message);
    }

  start_next (self);
}

/**
 * oto_session_load_model:
 * @self: a session
 * @name_or_path: (nullable): a name among the user's or the bundled models, or a file; %NULL: the
 * bundled default
 *
 * Loads a model off the main thread; all clips are heard again by it. On failure the previous one
 * stays.
 */
void
oto_session_load_model (OtoSession *self,
                        const char *name_or_path)
{
  OtoLoading *loading;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OTO_IS_SESSION (self));

  loading = g_new0 (OtoLoading, 1);
  loading->name_or_path = g_strdup (name_or_path);
  loading->number = ++self->n_asked;
  self->n_loading++;
  task = g_task_new (NULL, NULL, loaded_cb, g_object_ref (self));
  g_task_set_task_data (task, loading, (GDestroyNotify) loading_free);
  g_task_run_in_thread (task, load_worker);
  update_timeout (self);
}

/**
 * oto_session_get_model:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): the model that hears the clips
 */
OtoModelSnapshot *
oto_session_get_model (OtoSession *self)
{
  g_return_val_if_fail (OTO_IS_SESSION (self), NULL);

  return self->model;
}

/* --- the queue --- */

/**
 * oto_session_prefer:
 * @self: a session
 * @item: (nullable): the clip on show, which goes first
 */
void
oto_session_prefer (OtoSession  *self,
                    OtoClipItem *item)
{
  g_return_if_fail (OTO_IS_SESSION (self));

  g_set_object (&self->preferred, item);
}

/**
 * oto_session_run:
 * @self: a session
 * @item: a clip
 *
 * Puts a clip into the queue once more, whatever came of it.
 */
void
oto_session_run (OtoSession  *self,
                 OtoClipItem *item)
{
  g_return_if_fail (OTO_IS_SESSION (self));
  g_return_if_fail (OTO_IS_CLIP_ITEM (item));

  if (item == self->running)
    return;

  oto_clip_item_set_analysis (item, NULL);
  oto_clip_item_set_state (item, OTO_CLIP_STATE_QUEUED, NULL);
  start_next (self);
}

/**
 * oto_session_cancel:
 * @self: a session
 *
 * Stops the clip at work and takes the others out of the queue; results so far are kept.
 */
void
oto_session_cancel (OtoSession *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->clips));

  g_return_if_fail (OTO_IS_SESSION (self));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OtoClipItem) item = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      if (oto_clip_item_get_state (item) == OTO_CLIP_STATE_QUEUED)
        oto_clip_item_set_state (item, OTO_CLIP_STATE_STOPPED, NULL);
    }

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  if (self->demo_cancellable != NULL)
    g_cancellable_cancel (self->demo_cancellable);
}

/**
 * oto_session_is_busy:
 * @self: a session
 *
 * Returns: whether anything is at work
 */
gboolean
oto_session_is_busy (OtoSession *self)
{
  g_return_val_if_fail (OTO_IS_SESSION (self), FALSE);

  return self->running != NULL || self->n_loading > 0;
}

/**
 * oto_session_get_activity:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): what is at work, in words
 */
const char *
oto_session_get_activity (OtoSession *self)
{
  g_return_val_if_fail (OTO_IS_SESSION (self), NULL);

  if (self->demo_cancellable != NULL)
    return _("Making the demo’s clips");
  if (self->running != NULL)
    return _("Analysing");
  if (self->n_loading > 0)
    return _("Opening");

  return NULL;
}

/**
 * oto_session_get_progress:
 * @self: a session
 *
 * Returns: how much of the demo, or of the queue's clip at work, is done, in [0, 1]
 */
double
oto_session_get_progress (OtoSession *self)
{
  g_return_val_if_fail (OTO_IS_SESSION (self), 0);

  if (self->demo_cancellable != NULL)
    return g_atomic_int_get (&self->demo_permille) / 1000.0;

  return self->running != NULL ? oto_clip_item_get_progress (self->running) : 0;
}

/**
 * oto_session_new:
 *
 * Returns: (transfer full): a session without clips or a model
 */
OtoSession *
oto_session_new (void)
{
  return g_object_new (OTO_TYPE_SESSION, NULL);
}
