/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-analysis-queue.h"

/* One in its turn, one that somebody waits for, and a long one. */
#define MAX_RUNNING 3

/* Counted: the queue and what runs off the main thread hold it. */
typedef struct
{
  OtoAnalysisQueue *queue;       /* (nullable): none any more once it is disposed */
  OtoClipItem      *item;
  OtoAnalyzer      *analyzer;    /* (nullable) */
  GCancellable     *cancellable;
} Job;

typedef struct
{
  OtoClipItem *item;
  OtoAnalysis *analysis;
  size_t       n_bytes;
} Result;

struct _OtoAnalysisQueue
{
  GObject      parent_instance;

  GQueue       waiting;          /* of Job */
  GQueue       running;          /* of Job, the one begun first first */
  GQueue       results;          /* of Result, the one used last first */
  size_t       n_bytes;          /* of all results */
  size_t       max_bytes;
  OtoClipItem *preferred;
  gboolean     is_held;

  Job         *shown;            /* (nullable): the range that somebody looks at */
};

enum { JOB_CHANGED, PART_ANALYZED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoAnalysisQueue, oto_analysis_queue, G_TYPE_OBJECT)

/* --- jobs --- */

static Job *
job_new (OtoAnalysisQueue *queue,
         OtoClipItem      *item,
         OtoAnalyzer      *analyzer)
{
  Job *self = g_rc_box_new0 (Job);

  self->queue = queue;
  self->item = g_object_ref (item);
  self->analyzer = analyzer != NULL ? g_object_ref (analyzer) : NULL;
  self->cancellable = g_cancellable_new ();

  return self;
}

static void
job_clear (gpointer data)
{
  Job *self = data;

  g_object_unref (self->item);
  g_clear_object (&self->analyzer);
  g_object_unref (self->cancellable);
}

static void
job_unref (Job *self)
{
  g_rc_box_release_full (self, job_clear);
}

static const char *
get_hash (OtoAnalyzer *analyzer)
{
  return analyzer != NULL ? oto_model_snapshot_get_hash (oto_analyzer_get_model (analyzer)) : "";
}

static gboolean
is_job_of (Job         *job,
           OtoClipItem *item,
           OtoAnalyzer *analyzer)
{
  return job->item == item && strcmp (get_hash (job->analyzer), get_hash (analyzer)) == 0;
}

static gboolean
has_job (GQueue      *jobs,
         OtoClipItem *item,
         OtoAnalyzer *analyzer)
{
  for (GList *l = jobs->head; l != NULL; l = l->next)
    {
      Job *job = l->data;

      /* One that was stopped and has not noticed yet comes to nothing. */
      if (is_job_of (job, item, analyzer) && !g_cancellable_is_cancelled (job->cancellable))
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_at_work (OtoAnalysisQueue *self,
            OtoClipItem      *item)
{
  for (GList *l = self->running.head; l != NULL; l = l->next)
    if (((Job *) l->data)->item == item)
      return TRUE;

  return FALSE;
}

/* Only a clip that was opened is known to be long. */
static gboolean
is_long (OtoClipItem *item)
{
  OtoClip *clip = oto_clip_item_get_clip (item);

  return clip != NULL && oto_clip_get_duration_s (clip) > OTO_ANALYSIS_QUEUE_LONG_S;
}

static gboolean
has_other_long (OtoAnalysisQueue *self,
                Job              *job)
{
  for (GList *l = self->running.head; l != NULL; l = l->next)
    if (l->data != job && is_long (((Job *) l->data)->item))
      return TRUE;

  return FALSE;
}

static void
tell (OtoAnalysisQueue *self,
      OtoClipItem      *item,
      OtoAnalyzer      *analyzer,
      OtoClipState      state,
      OtoAnalysis      *analysis,
      const char       *message)
{
  g_signal_emit (self, signals[JOB_CHANGED], 0, item, analyzer, (int) state, analysis, message);
}

/* --- results --- */

static void
result_free (Result *self)
{
  g_object_unref (self->item);
  g_object_unref (self->analysis);
  g_free (self);
}

/* What an analysis holds for its whole life: features and reconstruction (T, F), frame scores and
 * weights (K, T). */
static size_t
count_bytes (OtoAnalysis *analysis)
{
  const size_t n_frames = (size_t) oto_analysis_get_n_frames (analysis);
  const size_t n_rows = 2 * (size_t) (oto_analysis_get_n_mels (analysis)
                                      + oto_analysis_get_n_classes (analysis));

  return n_frames * n_rows * sizeof (float);
}

static GList *
find_result (OtoAnalysisQueue *self,
             OtoClipItem      *item,
             const char       *hash)
{
  for (GList *l = self->results.head; l != NULL; l = l->next)
    {
      Result *result = l->data;

      if (result->item == item
          && strcmp (oto_model_snapshot_get_hash (oto_analysis_get_model (result->analysis)),
                     hash) == 0)
        return l;
    }

  return NULL;
}

static void
drop_result (OtoAnalysisQueue *self,
             GList            *link)
{
  Result *result = link->data;

  self->n_bytes -= result->n_bytes;
  g_queue_delete_link (&self->results, link);
  result_free (result);
}

static void
drop_oldest (OtoAnalysisQueue *self)
{
  while (self->n_bytes > self->max_bytes && self->results.tail != NULL)
    drop_result (self, self->results.tail);
}

static void
keep_result (OtoAnalysisQueue *self,
             OtoClipItem      *item,
             OtoAnalysis      *analysis)
{
  GList *former =
    find_result (self, item, oto_model_snapshot_get_hash (oto_analysis_get_model (analysis)));
  Result *result = g_new0 (Result, 1);

  if (former != NULL)
    drop_result (self, former);

  result->item = g_object_ref (item);
  result->analysis = g_object_ref (analysis);
  result->n_bytes = count_bytes (analysis);
  self->n_bytes += result->n_bytes;
  g_queue_push_head (&self->results, result);
  drop_oldest (self);
}

/* --- one job: open, then analyse --- */

static void start_next (OtoAnalysisQueue *self);

/* Steals the reference of what ran. A queue that is gone wants no news. */
static void
end_job (Job         *job,
         OtoAnalysis *analysis,
         GError      *error)
{
  OtoAnalysisQueue *self = job->queue;

  if (self == NULL)
    {
      job_unref (job);

      return;
    }

  g_object_ref (self);
  if (g_queue_remove (&self->running, job))
    job_unref (job);

  if (analysis != NULL)
    keep_result (self, job->item, analysis);

  if (analysis != NULL)
    tell (self, job->item, job->analyzer, OTO_CLIP_STATE_DONE, analysis, NULL);
  else if (error == NULL)
    tell (self, job->item, job->analyzer, OTO_CLIP_STATE_OPEN, NULL, NULL);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tell (self, job->item, job->analyzer, OTO_CLIP_STATE_STOPPED, NULL, NULL);
  else
    tell (self, job->item, job->analyzer, OTO_CLIP_STATE_FAILED, NULL, error->message);

  job_unref (job);
  start_next (self);
  g_object_unref (self);
}

static void
tell_progress (double   fraction,
               gpointer user_data)
{
  oto_clip_item_set_progress (user_data, fraction);
}

static void
analyzed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoAnalysis) analysis =
    oto_analyzer_analyze_finish (OTO_ANALYZER (source), result, &error);

  end_job (user_data, analysis, error);
}

/* Steals the reference. */
static void
analyze_job (Job *job)
{
  if (job->analyzer == NULL)
    end_job (job, NULL, NULL);
  else
    oto_analyzer_analyze_async (job->analyzer, oto_clip_item_get_clip (job->item), tell_progress,
                                job->item, job->cancellable, analyzed_cb, job);
}

static void
open_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GError *error = NULL;
  OtoClipItem *item = task_data;
  g_autoptr (OtoClip) whole =
    oto_audio_file_open_full (oto_clip_item_get_path (item), cancellable, &error);
  OtoClip *clip = whole != NULL
                  ? oto_channel_take (whole, oto_clip_item_get_channel (item), &error) : NULL;

  if (clip != NULL)
    g_task_return_pointer (task, clip, g_object_unref);
  else
    g_task_return_error (task, error);
}

/* A long clip found another at work when it was opened: it waits, and lets those behind go. Steals
 * the reference of what ran. */
static void
wait_again (Job *job)
{
  OtoAnalysisQueue *self = job->queue;

  g_queue_remove (&self->running, job);
  g_queue_push_tail (&self->waiting, job);
  tell (self, job->item, job->analyzer, OTO_CLIP_STATE_QUEUED, NULL, NULL);
  job_unref (job);
  start_next (self);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Job *job = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoClip) clip = g_task_propagate_pointer (G_TASK (result), &error);

  if (clip == NULL)
    {
      end_job (job, NULL, error);

      return;
    }

  oto_clip_item_set_clip (job->item, clip);
  if (job->queue != NULL && is_long (job->item) && has_other_long (job->queue, job))
    {
      wait_again (job);

      return;
    }

  if (job->queue != NULL && is_long (job->item))
    start_next (job->queue);
  analyze_job (job);
}

/* Steals the reference of the waiting list for the running one. */
static void
begin_job (OtoAnalysisQueue *self,
           Job              *job)
{
  g_autoptr (GTask) task = NULL;

  g_queue_push_tail (&self->running, job);
  oto_clip_item_set_progress (job->item, 0);
  g_rc_box_acquire (job);
  tell (self, job->item, job->analyzer, OTO_CLIP_STATE_RUNNING, NULL, NULL);

  if (oto_clip_item_get_clip (job->item) != NULL)
    {
      analyze_job (job);

      return;
    }

  task = g_task_new (NULL, job->cancellable, opened_cb, job);
  g_task_set_task_data (task, g_object_ref (job->item), g_object_unref);
  g_task_run_in_thread (task, open_worker);
}

/* Whether it can begin in its turn: one short or unknown clip at a time, and one long beside it. */
static gboolean
has_turn (OtoAnalysisQueue *self,
          Job              *job)
{
  if (is_at_work (self, job->item))
    return FALSE;

  for (GList *l = self->running.head; l != NULL; l = l->next)
    {
      Job *other = l->data;

      if (other->item != self->preferred && is_long (other->item) == is_long (job->item))
        return FALSE;
    }

  return TRUE;
}

/* What may begin now. A clip is at work once at a time, so that it is opened once. */
static GList *
find_next (OtoAnalysisQueue *self)
{
  if (self->is_held || self->running.length >= MAX_RUNNING)
    return NULL;

  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    {
      Job *job = l->data;

      if (job->item == self->preferred && !is_at_work (self, job->item))
        return l;
    }
  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    if (has_turn (self, l->data))
      return l;

  return NULL;
}

static void
start_next (OtoAnalysisQueue *self)
{
  GList *next;

  while ((next = find_next (self)) != NULL)
    {
      Job *job = next->data;

      g_queue_delete_link (&self->waiting, next);
      begin_job (self, job);
    }
}

/* --- the range that somebody looks at --- */

/* What runs for it notices, and comes to nothing. */
static void
drop_shown (OtoAnalysisQueue *self)
{
  if (self->shown == NULL)
    return;

  self->shown->queue = NULL;
  g_cancellable_cancel (self->shown->cancellable);
  g_clear_pointer (&self->shown, job_unref);
}

static void
part_analyzed_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  Job *job = user_data;
  g_autoptr (OtoAnalysisQueue) self = job->queue != NULL ? g_object_ref (job->queue) : NULL;
  g_autoptr (OtoAnalysis) analysis =
    oto_analyzer_analyze_finish (OTO_ANALYZER (source), result, NULL);

  /* What fails here fails for the whole clip, too, and is told then. */
  if (self != NULL && analysis != NULL)
    g_signal_emit (self, signals[PART_ANALYZED], 0, job->item, job->analyzer, analysis);
  if (self != NULL && self->shown == job)
    g_clear_pointer (&self->shown, job_unref);
  job_unref (job);
}

/* --- the object --- */

static void
oto_analysis_queue_dispose (GObject *object)
{
  OtoAnalysisQueue *self = OTO_ANALYSIS_QUEUE (object);

  for (GList *l = self->running.head; l != NULL; l = l->next)
    {
      Job *job = l->data;

      job->queue = NULL;
      g_cancellable_cancel (job->cancellable);
    }
  drop_shown (self);
  g_queue_clear_full (&self->running, (GDestroyNotify) job_unref);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) job_unref);
  g_queue_clear_full (&self->results, (GDestroyNotify) result_free);
  self->n_bytes = 0;
  g_clear_object (&self->preferred);

  G_OBJECT_CLASS (oto_analysis_queue_parent_class)->dispose (object);
}

static void
oto_analysis_queue_class_init (OtoAnalysisQueueClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = oto_analysis_queue_dispose;

  signals[JOB_CHANGED] = g_signal_new ("job-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 5,
                                       OTO_TYPE_CLIP_ITEM, OTO_TYPE_ANALYZER, G_TYPE_INT,
                                       OTO_TYPE_ANALYSIS, G_TYPE_STRING);
  signals[PART_ANALYZED] = g_signal_new ("part-analyzed", G_TYPE_FROM_CLASS (klass),
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                         OTO_TYPE_CLIP_ITEM, OTO_TYPE_ANALYZER,
                                         OTO_TYPE_ANALYSIS);
}

static void
oto_analysis_queue_init (OtoAnalysisQueue *self)
{
  self->max_bytes = OTO_ANALYSIS_QUEUE_MAX_BYTES;
}

/**
 * oto_analysis_queue_new:
 *
 * Returns: (transfer full): an empty queue
 */
OtoAnalysisQueue *
oto_analysis_queue_new (void)
{
  return g_object_new (OTO_TYPE_ANALYSIS_QUEUE, NULL);
}

/**
 * oto_analysis_queue_set_max_bytes:
 * @self: a queue
 * @max_bytes: what results may take; others go, those used longest ago first
 */
void
oto_analysis_queue_set_max_bytes (OtoAnalysisQueue *self,
                                  size_t            max_bytes)
{
  g_return_if_fail (OTO_IS_ANALYSIS_QUEUE (self));

  self->max_bytes = max_bytes;
  drop_oldest (self);
}

/**
 * oto_analysis_queue_renew:
 * @self: a queue
 * @item: a clip
 * @analyzer: (nullable): a model; %NULL: the clip is only opened
 *
 * Puts a clip into the queue, whatever came of it; a former result stays until there is a new one.
 */
void
oto_analysis_queue_renew (OtoAnalysisQueue *self,
                          OtoClipItem      *item,
                          OtoAnalyzer      *analyzer)
{
  g_return_if_fail (OTO_IS_ANALYSIS_QUEUE (self));
  g_return_if_fail (OTO_IS_CLIP_ITEM (item));

  if (has_job (&self->waiting, item, analyzer) || has_job (&self->running, item, analyzer))
    return;

  g_queue_push_tail (&self->waiting, job_new (self, item, analyzer));
  tell (self, item, analyzer, OTO_CLIP_STATE_QUEUED, NULL, NULL);
  start_next (self);
}

/**
 * oto_analysis_queue_add:
 * @self: a queue
 * @item: a clip
 * @analyzer: (nullable): a model; %NULL: the clip is only opened
 *
 * Asks for what a model hears in a clip. Where that is known it is told at once.
 */
void
oto_analysis_queue_add (OtoAnalysisQueue *self,
                        OtoClipItem      *item,
                        OtoAnalyzer      *analyzer)
{
  OtoAnalysis *analysis = NULL;

  g_return_if_fail (OTO_IS_ANALYSIS_QUEUE (self));
  g_return_if_fail (OTO_IS_CLIP_ITEM (item));

  if (analyzer != NULL)
    analysis = oto_analysis_queue_find (self, item, oto_analyzer_get_model (analyzer));

  if (analysis != NULL)
    tell (self, item, analyzer, OTO_CLIP_STATE_DONE, analysis, NULL);
  else
    oto_analysis_queue_renew (self, item, analyzer);
}

/**
 * oto_analysis_queue_prefer:
 * @self: a queue
 * @item: (nullable): the clip that somebody waits for: it starts at once
 */
void
oto_analysis_queue_prefer (OtoAnalysisQueue *self,
                           OtoClipItem      *item)
{
  g_return_if_fail (OTO_IS_ANALYSIS_QUEUE (self));

  if (g_set_object (&self->preferred, item))
    start_next (self);
}

/**
 * oto_analysis_queue_show_range:
 * @self: a queue
 * @item: a clip that was opened
 * @analyzer: a model
 * @range: (nullable): what of the clip somebody looks at; %NULL: nobody does any more
 *
 * Hears that range at once, beside all that is at work, and tells it with "part-analyzed". The one
 * before it is forgotten, if nobody was told of it yet.
 */
void
oto_analysis_queue_show_range (OtoAnalysisQueue   *self,
                               OtoClipItem        *item,
                               OtoAnalyzer        *analyzer,
                               const OtoTimeRange *range)
{
  OtoTimeRange fitting;
  OtoClip *clip;

  g_return_if_fail (OTO_IS_ANALYSIS_QUEUE (self));
  g_return_if_fail (OTO_IS_CLIP_ITEM (item) && OTO_IS_ANALYZER (analyzer));

  drop_shown (self);
  clip = oto_clip_item_get_clip (item);
  if (range == NULL || clip == NULL)
    return;

  fitting = *range;
  if (!oto_time_range_fit (&fitting, clip, NULL))
    return;

  self->shown = job_new (self, item, analyzer);
  oto_analyzer_analyze_range_async (analyzer, clip, &fitting, NULL, NULL,
                                    self->shown->cancellable, part_analyzed_cb,
                                    g_rc_box_acquire (self->shown));
}

/**
 * oto_analysis_queue_set_held:
 * @self: a queue
 * @is_held: nothing begins, so that nothing is heard by a model about to go
 */
void
oto_analysis_queue_set_held (OtoAnalysisQueue *self,
                             gboolean          is_held)
{
  g_return_if_fail (OTO_IS_ANALYSIS_QUEUE (self));

  self->is_held = is_held;
  start_next (self);
}

/**
 * oto_analysis_queue_cancel:
 * @self: a queue
 * @item: a clip
 *
 * Stops a clip that waits or is at work. All others go on, and former results stay.
 *
 * Returns: whether there was anything to stop
 */
gboolean
oto_analysis_queue_cancel (OtoAnalysisQueue *self,
                           OtoClipItem      *item)
{
  gboolean is_found = FALSE;
  GList *next;

  g_return_val_if_fail (OTO_IS_ANALYSIS_QUEUE (self), FALSE);

  for (GList *l = self->waiting.head; l != NULL; l = next)
    {
      Job *job = l->data;

      next = l->next;
      if (job->item != item)
        continue;

      g_queue_delete_link (&self->waiting, l);
      tell (self, item, job->analyzer, OTO_CLIP_STATE_STOPPED, NULL, NULL);
      job_unref (job);
      is_found = TRUE;
    }

  for (GList *l = self->running.head; l != NULL; l = l->next)
    {
      Job *job = l->data;

      if (job->item == item)
        {
          g_cancellable_cancel (job->cancellable);
          is_found = TRUE;
        }
    }

  return is_found;
}

/**
 * oto_analysis_queue_cancel_all:
 * @self: a queue
 *
 * Stops every clip that waits or is at work. Results stay.
 */
void
oto_analysis_queue_cancel_all (OtoAnalysisQueue *self)
{
  Job *job;

  g_return_if_fail (OTO_IS_ANALYSIS_QUEUE (self));

  while ((job = g_queue_pop_head (&self->waiting)) != NULL)
    {
      tell (self, job->item, job->analyzer, OTO_CLIP_STATE_STOPPED, NULL, NULL);
      job_unref (job);
    }

  for (GList *l = self->running.head; l != NULL; l = l->next)
    g_cancellable_cancel (((Job *) l->data)->cancellable);
}

/**
 * oto_analysis_queue_retire:
 * @self: a queue
 * @analyzer: (nullable): a model that nobody looks through any more; %NULL: none was there
 *
 * Takes all its clips out of the queue. What it heard so far stays.
 */
void
oto_analysis_queue_retire (OtoAnalysisQueue *self,
                           OtoAnalyzer      *analyzer)
{
  GList *next;

  g_return_if_fail (OTO_IS_ANALYSIS_QUEUE (self));

  for (GList *l = self->waiting.head; l != NULL; l = next)
    {
      Job *job = l->data;

      next = l->next;
      if (job->analyzer == analyzer)
        {
          g_queue_delete_link (&self->waiting, l);
          job_unref (job);
        }
    }

  for (GList *l = self->running.head; l != NULL; l = l->next)
    {
      Job *job = l->data;

      if (job->analyzer == analyzer)
        g_cancellable_cancel (job->cancellable);
    }
}

/**
 * oto_analysis_queue_find:
 * @self: a queue
 * @item: a clip
 * @model: a model
 *
 * Returns: (transfer none) (nullable): what @model heard in it, as far as that is kept
 */
OtoAnalysis *
oto_analysis_queue_find (OtoAnalysisQueue *self,
                         OtoClipItem      *item,
                         OtoModelSnapshot *model)
{
  GList *link;

  g_return_val_if_fail (OTO_IS_ANALYSIS_QUEUE (self), NULL);
  g_return_val_if_fail (OTO_IS_CLIP_ITEM (item), NULL);
  g_return_val_if_fail (model != NULL, NULL);

  link = find_result (self, item, oto_model_snapshot_get_hash (model));
  if (link == NULL)
    return NULL;

  g_queue_unlink (&self->results, link);
  g_queue_push_head_link (&self->results, link);

  return ((Result *) link->data)->analysis;
}

/**
 * oto_analysis_queue_get_running:
 * @self: a queue
 *
 * Returns: (transfer none) (nullable): the clip at work; the one that somebody waits for, where
 * there are two
 */
OtoClipItem *
oto_analysis_queue_get_running (OtoAnalysisQueue *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS_QUEUE (self), NULL);

  if (self->preferred != NULL && is_at_work (self, self->preferred))
    return self->preferred;

  return self->running.head != NULL ? ((Job *) self->running.head->data)->item : NULL;
}
