/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-analysis-feed.h"

#include "audio/oto-clip.h"
#include "datasets/oto-dataset.h"
#include "io/oto-audio-file.h"

/* Clips that are ready or on their way, for each thread. */
#define AHEAD_PER_THREAD 2
/* The network runs one clip at a time, so that more threads would only wait. */
#define MAX_THREADS 4

/* What became of a clip. */
typedef struct
{
  OtoAnalysis *analysis;
  GError      *error;
  gboolean     is_done;
} Outcome;

struct _OtoAnalysisFeed
{
  OtoAnalyzer  *analyzer;
  OtoDataset   *dataset;
  GArray       *clips;
  GCancellable *cancellable;
  GThreadPool  *pool;
  int           n_threads;
  guint         n_pushed;
  guint         n_pulled;
  int           is_stopped;      /* atomic */

  GMutex        lock;            /* guards the field below */
  GCond         cond;            /* an outcome is there */
  Outcome      *outcomes;        /* (clips) */
};

static OtoAnalysis *
analyze (OtoAnalysisFeed *self,
         guint32          index,
         GError         **error)
{
  g_autofree char *path = oto_dataset_dup_path (self->dataset, index);
  g_autoptr (OtoClip) clip = oto_audio_file_open_full (path, self->cancellable, error);

  return clip != NULL ? oto_analyzer_analyze (self->analyzer, clip, NULL, NULL, self->cancellable,
                                              error)
                      : NULL;
}

static void
feed_worker (gpointer data,
             gpointer user_data)
{
  OtoAnalysisFeed *self = user_data;
  const guint i = GPOINTER_TO_UINT (data) - 1;
  Outcome outcome = { .is_done = TRUE };

  if (!g_atomic_int_get (&self->is_stopped))
    outcome.analysis = analyze (self, g_array_index (self->clips, guint32, i), &outcome.error);
  g_mutex_lock (&self->lock);
  self->outcomes[i] = outcome;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/**
 * oto_analysis_feed_new:
 * @analyzer: runs the model
 * @dataset: a data set
 * @clips: (element-type guint32): which of its clips, in this order
 * @n_threads: threads that read clips; 0: one a core
 * @cancellable: (nullable): to stop it
 *
 * Returns: (transfer full): a feed
 */
OtoAnalysisFeed *
oto_analysis_feed_new (OtoAnalyzer  *analyzer,
                       OtoDataset   *dataset,
                       GArray       *clips,
                       int           n_threads,
                       GCancellable *cancellable)
{
  OtoAnalysisFeed *self = g_new0 (OtoAnalysisFeed, 1);

  self->analyzer = g_object_ref (analyzer);
  self->dataset = g_object_ref (dataset);
  self->clips = g_array_ref (clips);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->n_threads = CLAMP (n_threads > 0 ? n_threads : (int) g_get_num_processors (), 1,
                           MAX_THREADS);
  self->outcomes = g_new0 (Outcome, clips->len + 1);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->pool = g_thread_pool_new (feed_worker, self, self->n_threads, FALSE, NULL);
  return self;
}

/**
 * oto_analysis_feed_free:
 * @self: (nullable): a feed
 *
 * Waits for what is on its way and frees it.
 */
void
oto_analysis_feed_free (OtoAnalysisFeed *self)
{
  if (self == NULL)
    return;
  g_atomic_int_set (&self->is_stopped, TRUE);
  g_thread_pool_free (self->pool, FALSE, TRUE);
  for (guint i = 0; i < self->n_pushed; i++)
    {
      g_clear_object (&self->outcomes[i].analysis);
      g_clear_error (&self->outcomes[i].error);
    }
  g_free (self->outcomes);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_clear_object (&self->cancellable);
  g_array_unref (self->clips);
  g_object_unref (self->dataset);
  g_object_unref (self->analyzer);
  g_free (self);
}

/**
 * oto_analysis_feed_pull:
 * @self: a feed with clips left
 * @error: return location for a #GError
 *
 * Waits for the next clip.
 *
 * Returns: (transfer full) (nullable): its analysis; %NULL when it cannot be read, or with
 *   %G_IO_ERROR_CANCELLED when stopped
 */
OtoAnalysis *
oto_analysis_feed_pull (OtoAnalysisFeed *self,
                        GError         **error)
{
  const guint i = self->n_pulled++;
  Outcome *outcome = &self->outcomes[i];
  OtoAnalysis *analysis;

  g_assert (i < self->clips->len);
  while (self->n_pushed < self->clips->len
         && self->n_pushed <= i + AHEAD_PER_THREAD * (guint) self->n_threads)
    g_thread_pool_push (self->pool, GUINT_TO_POINTER (++self->n_pushed), NULL);

  g_mutex_lock (&self->lock);
  while (!outcome->is_done)
    g_cond_wait (&self->cond, &self->lock);
  analysis = g_steal_pointer (&outcome->analysis);
  if (outcome->error != NULL)
    g_propagate_error (error, g_steal_pointer (&outcome->error));
  g_mutex_unlock (&self->lock);
  return analysis;
}
