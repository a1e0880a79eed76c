/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-session-private.h"

#include <glib/gi18n.h>

#define PROGRESS_MS 100

enum { MODEL_CHANGED, LABELS_CHANGED, BUSY_CHANGED, FAILED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoSession, oto_session, G_TYPE_OBJECT)

static void
oto_session_dispose (GObject *object)
{
  OtoSession *self = OTO_SESSION (object);

  if (self->demo_cancellable != NULL)
    g_cancellable_cancel (self->demo_cancellable);

  g_clear_handle_id (&self->progress_id, g_source_remove);
  if (self->queue != NULL)
    g_signal_handlers_disconnect_by_data (self->queue, self);
  g_clear_object (&self->queue);
  g_clear_object (&self->demo_cancellable);
  if (self->clips != NULL)
    g_signal_handlers_disconnect_by_data (self->clips, self);
  g_clear_object (&self->clips);
  g_clear_object (&self->analyzer);
  g_clear_pointer (&self->labels, g_ptr_array_unref);
  g_clear_pointer (&self->aliases, g_hash_table_unref);
  g_clear_pointer (&self->model, oto_model_snapshot_unref);
  g_clear_pointer (&self->engine, oto_engine_unref);

  G_OBJECT_CLASS (oto_session_parent_class)->dispose (object);
}

static void job_changed_cb   (OtoAnalysisQueue *queue,
                              OtoClipItem      *item,
                              OtoAnalyzer      *analyzer,
                              int               state,
                              OtoAnalysis      *analysis,
                              const char       *message,
                              OtoSession       *self);
static void clips_changed_cb (GListModel       *clips,
                              guint             position,
                              guint             n_removed,
                              guint             n_added,
                              OtoSession       *self);

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
  self->queue = oto_analysis_queue_new ();
  g_signal_connect (self->queue, "job-changed", G_CALLBACK (job_changed_cb), self);
  g_signal_connect (self->clips, "items-changed", G_CALLBACK (clips_changed_cb), self);
  self->labels = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_label_file_free);
  self->aliases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->engine = oto_engine_new (0, TRUE);
}

void
oto_session_tell_labels_changed (OtoSession *self)
{
  g_signal_emit (self, signals[LABELS_CHANGED], 0);
}

static void
tell_busy (OtoSession *self)
{
  g_signal_emit (self, signals[BUSY_CHANGED], 0);
}

void
oto_session_tell_failed (OtoSession *self,
                         const char *title,
                         const char *message)
{
  g_signal_emit (self, signals[FAILED], 0, title, message);
}

static gboolean
progress_cb (gpointer user_data)
{
  OtoSession *self = user_data;
  OtoClipItem *running = oto_analysis_queue_get_running (self->queue);

  if (running != NULL)
    oto_clip_item_tell_progress (running);
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

/* While a model loads nothing starts, so that nothing is heard by the wrong one. */
void
oto_session_begin_loading (OtoSession *self)
{
  self->n_loading++;
  oto_analysis_queue_set_held (self->queue, TRUE);
  update_timeout (self);
}

void
oto_session_end_loading (OtoSession *self)
{
  self->n_loading--;
  oto_analysis_queue_set_held (self->queue, self->n_loading > 0);
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

/* An event under the name that the user gave its class. */
static OtoEvent *
dup_event (OtoSession     *self,
           const OtoEvent *event)
{
  const char *alias = g_hash_table_lookup (self->aliases, event->label);
  OtoEvent *copy = oto_event_copy (event);

  if (alias != NULL)
    {
      g_free (copy->label);
      copy->label = g_strdup (alias);
    }

  return copy;
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
  const char *path;

  g_return_val_if_fail (OTO_IS_SESSION (self), NULL);
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (item), NULL);

  all = oto_event_list_new ();
  path = oto_clip_item_get_path (item);

  for (guint i = 0; i < self->labels->len; i++)
    {
      g_autoptr (OtoEventList) list = oto_label_file_find_events (self->labels->pdata[i], path);

      for (guint j = 0; j < oto_event_list_get_n (list); j++)
        oto_event_list_add (all, dup_event (self, oto_event_list_get (list, j)));
    }

  return oto_event_list_get_n (all) > 0 ? g_steal_pointer (&all) : NULL;
}

/* --- classes of the labels --- */

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/**
 * oto_session_list_unmatched:
 * @self: a session
 *
 * Returns: (transfer full) (array zero-terminated=1): the class names in the label files that the
 *   model does not know, sorted; those that have an alias are among them
 */
GStrv
oto_session_list_unmatched (OtoSession *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (OtoClassMap) map = NULL;

  g_return_val_if_fail (OTO_IS_SESSION (self), NULL);

  for (guint i = 0; self->model != NULL && i < self->labels->len; i++)
    {
      OtoEventList *events = oto_label_file_get_events (self->labels->pdata[i]);

      for (guint k = 0; k < oto_event_list_get_n (events); k++)
        if (g_hash_table_add (seen, oto_event_list_get (events, k)->label))
          g_ptr_array_add (names, oto_event_list_get (events, k)->label);
    }
  g_ptr_array_sort (names, compare_strings);
  g_ptr_array_add (names, NULL);
  if (self->model == NULL)
    return g_new0 (char *, 1);
  map = oto_class_map_new ((const char * const *) names->pdata,
                           oto_model_snapshot_get_class_names (self->model), NULL);
  return g_strdupv ((char **) oto_class_map_get_unmatched (map));
}

/**
 * oto_session_set_alias:
 * @self: a session
 * @label: a class name in the label files
 * @class_name: (nullable): the model's class that it is; %NULL: none
 *
 * Shows labels as those of another class.
 */
void
oto_session_set_alias (OtoSession *self,
                       const char *label,
                       const char *class_name)
{
  g_return_if_fail (OTO_IS_SESSION (self) && label != NULL);

  if (g_strcmp0 (g_hash_table_lookup (self->aliases, label), class_name) == 0)
    return;
  if (class_name != NULL)
    g_hash_table_replace (self->aliases, g_strdup (label), g_strdup (class_name));
  else
    g_hash_table_remove (self->aliases, label);
  oto_session_tell_labels_changed (self);
}

/**
 * oto_session_get_alias:
 * @self: a session
 * @label: a class name in the label files
 *
 * Returns: (transfer none) (nullable): the class as which it is shown
 */
const char *
oto_session_get_alias (OtoSession *self,
                       const char *label)
{
  g_return_val_if_fail (OTO_IS_SESSION (self) && label != NULL, NULL);

  return g_hash_table_lookup (self->aliases, label);
}

/**
 * oto_session_set_channel:
 * @self: a session
 * @item: one of its clips
 * @channel: which of its channels is to be listened to
 *
 * Puts a clip of that channel in the place of another; nothing that was heard in that one is of it.
 */
void
oto_session_set_channel (OtoSession  *self,
                         OtoClipItem *item,
                         int          channel)
{
  g_autoptr (OtoClipItem) other = NULL;
  guint place;

  g_return_if_fail (OTO_IS_SESSION (self) && OTO_IS_CLIP_ITEM (item));

  if (oto_clip_item_get_channel (item) == channel
      || !g_list_store_find (self->clips, item, &place))
    return;
  oto_analysis_queue_cancel (self->queue, item);
  other = oto_clip_item_new_channel (oto_clip_item_get_path (item), channel);
  g_list_store_splice (self->clips, place, 1, (gpointer *) &other, 1);
  oto_session_name_clips (self);
}

/* --- the model --- */

typedef struct
{
  char             *name_or_path;    /* (nullable) */
  guint             number;          /* models load side by side; the one asked for last stays */
  OtoEngine        *engine;
  OtoModelSnapshot *model;
  OtoAnalyzer      *analyzer;
} Loading;

static void
loading_free (Loading *self)
{
  g_free (self->name_or_path);
  oto_engine_unref (self->engine);
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
  Loading *loading = task_data;
  GError *error = NULL;

  loading->model = oto_model_snapshot_find (loading->name_or_path, &error);
  if (loading->model != NULL)
    loading->analyzer = oto_analyzer_new (loading->model, loading->engine, &error);

  if (loading->analyzer != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Every clip is asked for under the model in use. */
static void
queue_all (OtoSession *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->clips));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (OtoClipItem) item = g_list_model_get_item (G_LIST_MODEL (self->clips), i);

      if (oto_clip_item_get_state (item) != OTO_CLIP_STATE_FAILED)
        oto_analysis_queue_add (self->queue, item, self->analyzer);
    }
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (OtoSession) self = user_data;
  g_autoptr (GError) error = NULL;
  Loading *loading = g_task_get_task_data (G_TASK (result));
  gboolean is_loaded = g_task_propagate_boolean (G_TASK (result), &error);

  if (is_loaded && loading->number > self->model_number)
    {
      g_clear_pointer (&self->model, oto_model_snapshot_unref);
      self->model = g_steal_pointer (&loading->model);
      self->model_number = loading->number;
      oto_analysis_queue_retire (self->queue, self->analyzer);
      g_set_object (&self->analyzer, loading->analyzer);
      g_signal_emit (self, signals[MODEL_CHANGED], 0);
      queue_all (self);
    }
  else if (!is_loaded)
    {
      oto_session_tell_failed (self, _("The model could not be opened"), error->message);
    }

  oto_session_end_loading (self);
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
  Loading *loading;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OTO_IS_SESSION (self));

  loading = g_new0 (Loading, 1);
  loading->name_or_path = g_strdup (name_or_path);
  loading->number = ++self->n_asked;
  loading->engine = oto_engine_ref (self->engine);
  task = g_task_new (NULL, NULL, loaded_cb, g_object_ref (self));
  g_task_set_task_data (task, loading, (GDestroyNotify) loading_free);
  g_task_run_in_thread (task, load_worker);
  oto_session_begin_loading (self);
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

/**
 * oto_session_set_engine:
 * @self: a session that has not been asked for a model
 * @engine: what its models run on, together with all else that does
 */
void
oto_session_set_engine (OtoSession *self,
                        OtoEngine  *engine)
{
  g_return_if_fail (OTO_IS_SESSION (self) && engine != NULL);
  g_return_if_fail (self->n_asked == 0);

  engine = oto_engine_ref (engine);
  g_clear_pointer (&self->engine, oto_engine_unref);
  self->engine = engine;
}

/**
 * oto_session_get_engine:
 * @self: a session
 *
 * Returns: (transfer none): what its models run on: one of its own where none was set
 */
OtoEngine *
oto_session_get_engine (OtoSession *self)
{
  g_return_val_if_fail (OTO_IS_SESSION (self), NULL);

  return self->engine;
}

/* --- the queue --- */

static gboolean
is_heard_by (OtoClipItem *item,
             OtoAnalyzer *analyzer)
{
  OtoAnalysis *analysis = oto_clip_item_get_analysis (item);

  return analysis != NULL && analyzer != NULL
         && strcmp (oto_model_snapshot_get_hash (oto_analysis_get_model (analysis)),
                    oto_model_snapshot_get_hash (oto_analyzer_get_model (analyzer))) == 0;
}

/* A clip keeps what was heard in it until there is more, or nothing can be heard any more. */
static void
job_changed_cb (OtoAnalysisQueue *queue,
                OtoClipItem      *item,
                OtoAnalyzer      *analyzer,
                int               state,
                OtoAnalysis      *analysis,
                const char       *message,
                OtoSession       *self)
{
  /* A model that is not in use any more. */
  if (analyzer != self->analyzer)
    {
      update_timeout (self);

      return;
    }

  if (state == OTO_CLIP_STATE_DONE)
    oto_clip_item_set_analysis (item, analysis);
  else if (state == OTO_CLIP_STATE_STOPPED && is_heard_by (item, analyzer))
    state = OTO_CLIP_STATE_DONE;
  else if (state != OTO_CLIP_STATE_QUEUED && state != OTO_CLIP_STATE_RUNNING)
    oto_clip_item_set_analysis (item, NULL);

  oto_clip_item_set_state (item, (OtoClipState) state, message);
  update_timeout (self);
}

static void
clips_changed_cb (GListModel *clips,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  OtoSession *self)
{
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr (OtoClipItem) item = g_list_model_get_item (clips, position + i);

      oto_analysis_queue_add (self->queue, item, self->analyzer);
    }
}

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

  oto_analysis_queue_prefer (self->queue, item);
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

  oto_analysis_queue_renew (self->queue, item, self->analyzer);
}

/**
 * oto_session_cancel:
 * @self: a session
 * @item: (nullable): a clip
 *
 * Stops a clip that waits or is at work, else whatever is at work: another clip, or the demo. All
 * other clips go on.
 */
void
oto_session_cancel (OtoSession  *self,
                    OtoClipItem *item)
{
  OtoClipItem *running;

  g_return_if_fail (OTO_IS_SESSION (self));

  running = oto_analysis_queue_get_running (self->queue);
  if (item != NULL && oto_analysis_queue_cancel (self->queue, item))
    return;

  if (running != NULL)
    oto_analysis_queue_cancel (self->queue, running);
  else if (self->demo_cancellable != NULL)
    g_cancellable_cancel (self->demo_cancellable);
}

/**
 * oto_session_cancel_all:
 * @self: a session
 *
 * Stops the clips at work and takes the others out of the queue; results so far are kept.
 */
void
oto_session_cancel_all (OtoSession *self)
{
  g_return_if_fail (OTO_IS_SESSION (self));

  oto_analysis_queue_cancel_all (self->queue);
  if (self->demo_cancellable != NULL)
    g_cancellable_cancel (self->demo_cancellable);
}

/* --- what is at work --- */

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

  return self->n_loading > 0 || oto_analysis_queue_get_running (self->queue) != NULL;
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
  OtoClipItem *running;

  g_return_val_if_fail (OTO_IS_SESSION (self), 0);

  running = oto_analysis_queue_get_running (self->queue);
  if (self->demo_cancellable != NULL)
    return g_atomic_int_get (&self->demo_permille) / 1000.0;

  return running != NULL ? oto_clip_item_get_progress (running) : 0;
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
