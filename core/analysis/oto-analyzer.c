/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-analyzer.h"
#include "analysis/oto-analysis-private.h"
#include "analysis/oto-map-cache.h"
#include "audio/oto-clip.h"
#include "base/oto-error.h"
#include "features/oto-logmel-stream.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* How much of the work the log-mel spectrogram is, for the progress. */
#define FEATURES_SHARE 0.05
#define PROGRESS_INTERVAL_US (G_USEC_PER_SEC / 10)
/* Analyses are kept while there are few and small ones. */
#define MAX_KEPT 8
#define MAX_KEPT_BYTES ((size_t) 256 << 20)

struct _OtoAnalyzer
{
  GObject           parent_instance;

  OtoModelSnapshot *model;
  OtoWindowRunner  *runner;

  GMutex            lock;        /* guards the field below */
  GQueue            kept;        /* of OtoAnalysis, the one used last first */
};

G_DEFINE_FINAL_TYPE (OtoAnalyzer, oto_analyzer, G_TYPE_OBJECT)

/* One analysis on its way. */
typedef struct
{
  OtoAnalysis     *analysis;
  OtoWindowOutput  output;
  OtoProgressFunc  progress;
  gpointer         progress_data;
  gint64           progress_time_us;
  GCancellable    *cancellable;
} Job;

static void
oto_analyzer_finalize (GObject *object)
{
  OtoAnalyzer *self = OTO_ANALYZER (object);

  g_queue_clear_full (&self->kept, g_object_unref);
  g_clear_pointer (&self->runner, oto_window_runner_unref);
  g_clear_pointer (&self->model, oto_model_snapshot_unref);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (oto_analyzer_parent_class)->finalize (object);
}

static void
oto_analyzer_class_init (OtoAnalyzerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oto_analyzer_finalize;
}

static void
oto_analyzer_init (OtoAnalyzer *self)
{
  g_mutex_init (&self->lock);
  g_queue_init (&self->kept);
}

/**
 * oto_analyzer_new:
 * @model: the model
 * @engine: (nullable): what it runs on; %NULL: threads of its own, as many as there are cores
 * @error: set on failure
 *
 * Its analyses hold all that the model can show.
 *
 * Returns: (transfer full) (nullable): an analyzer with its workspace taken
 */
OtoAnalyzer *
oto_analyzer_new (OtoModelSnapshot  *model,
                  OtoEngine         *engine,
                  GError           **error)
{
  return oto_analyzer_new_for_maps (model, ~0u, engine, error);
}

/**
 * oto_analyzer_new_for_maps:
 * @model: the model
 * @wanted_maps: #OtoMap flags; clip probabilities are always wanted, and contributions want what
 *   they are made of
 * @engine: (nullable): what it runs on; %NULL: threads of its own, as many as there are cores
 * @error: set on failure
 *
 * Its analyses hold nothing but these results, which are the same as those of oto_analyzer_new().
 * Without the reconstruction the decoder does not run.
 *
 * Returns: (transfer full) (nullable): an analyzer with its workspace taken
 */
OtoAnalyzer *
oto_analyzer_new_for_maps (OtoModelSnapshot  *model,
                           guint              wanted_maps,
                           OtoEngine         *engine,
                           GError           **error)
{
  g_autoptr (OtoAnalyzer) self = NULL;
  g_autoptr (OtoWindowRunner) runner = NULL;
  g_autoptr (OtoEngine) used = engine != NULL ? oto_engine_ref (engine) : oto_engine_new (0, FALSE);

  g_return_val_if_fail (model != NULL, NULL);

  runner = oto_window_runner_new (model, wanted_maps, used, error);
  if (runner == NULL)
    return NULL;

  self = g_object_new (OTO_TYPE_ANALYZER, NULL);
  self->model = oto_model_snapshot_ref (model);
  self->runner = g_steal_pointer (&runner);
  return g_steal_pointer (&self);
}

/**
 * oto_analyzer_set_priority:
 * @self: an analyzer
 * @priority: who goes first where others run on its engine, too
 *
 * Says that nobody waits for its clips, or that somebody does, which is so in a new analyzer.
 */
void
oto_analyzer_set_priority (OtoAnalyzer *self,
                           OtoPriority  priority)
{
  g_return_if_fail (OTO_IS_ANALYZER (self));
  g_return_if_fail (priority < OTO_N_PRIORITIES);

  oto_window_runner_set_priority (self->runner, priority);
}

/**
 * oto_analyzer_get_model:
 * @self: an analyzer
 *
 * Returns: (transfer none): its model
 */
OtoModelSnapshot *
oto_analyzer_get_model (OtoAnalyzer *self)
{
  g_return_val_if_fail (OTO_IS_ANALYZER (self), NULL);

  return self->model;
}

/* Reports progress, but not too often. */
static void
report (Job    *job,
        double  fraction)
{
  gint64 now_us = g_get_monotonic_time ();

  if (job->progress == NULL || now_us < job->progress_time_us + PROGRESS_INTERVAL_US)
    return;
  job->progress_time_us = now_us;
  job->progress (fraction, job->progress_data);
}

static void
report_features_cb (double   fraction,
                    gpointer user_data)
{
  report (user_data, FEATURES_SHARE * fraction);
}

/* What a window says of the clip. Contributions sum to the probabilities that are shown. */
static void
stitch_probs (Job   *job,
              guint  window)
{
  OtoAnalysis *analysis = job->analysis;
  const OtoWindowOutput *output = &job->output;
  const size_t pos = (size_t) window * analysis->n_classes;

  for (int k = 0; k < analysis->n_classes; k++)
    {
      const float prob = oto_tuning_calibrate (oto_model_snapshot_get_tuning (analysis->model),
                                               output->clip_prob[k]);

      analysis->window_prob[pos + k] = prob;
      if (analysis->window_gain != NULL)
        analysis->window_gain[pos + k] = prob == output->clip_prob[k]
                                           ? output->gain[k]
                                           : output->gain[k] * prob / output->clip_prob[k];
    }
}

/* Puts one window's results into those of the clip; %FALSE when memory is short. */
static gboolean
stitch_window (Job     *job,
               guint    window,
               GError **error)
{
  OtoAnalysis *analysis = job->analysis;
  const OtoWindowPlan *plan = &analysis->plan;
  const gint64 n_frames = analysis->n_frames;
  const int n_mels = analysis->n_mels;
  gint64 begin = oto_window_plan_get_first_frame (plan, window);
  gint64 end = MIN (begin + analysis->n_window_frames, n_frames);
  gint64 seam = oto_window_plan_get_seam (plan, window);
  gint64 next_seam = oto_window_plan_get_seam (plan, window + 1);

  for (gint64 t = begin; t < end; t++)
    {
      float fade = oto_window_plan_get_fade (plan, window, t);
      gint64 i = t - begin;

      if (analysis->recon != NULL)
        for (int f = 0; f < n_mels; f++)
          analysis->recon[t * n_mels + f] += fade * job->output.recon[i * n_mels + f];
      for (int k = 0; k < analysis->n_classes; k++)
        {
          gint64 pos = (gint64) k * analysis->n_window_frames + i;

          if (analysis->step1 != NULL)
            analysis->step1[k * n_frames + t] += fade * job->output.step1[pos];
          if (analysis->time_att != NULL && t >= seam && t < next_seam)
            analysis->time_att[k * n_frames + t] = job->output.time_att[pos];
        }
    }
  if (analysis->mel_weights != NULL)
    for (gint64 i = 0; i < (gint64) analysis->n_classes * n_mels; i++)
      analysis->mel_weights[i] += job->output.mel_weights[i]
                                  / (analysis->end_window - analysis->first_window);
  stitch_probs (job, window);
  return analysis->step_rows == NULL
         || oto_step_rows_add_window (analysis->step_rows, window, job->output.step1, error);
}

static gboolean
run_windows (Job     *job,
             GError **error)
{
  OtoAnalysis *analysis = job->analysis;
  const guint n_windows = analysis->end_window - analysis->first_window;
  /* Where all large maps fit they are kept at once, as the panels will want them. */
  size_t map_bytes = n_windows * oto_window_runner_get_map_bytes (analysis->runner);
  gboolean keep_maps = map_bytes > 0 && map_bytes <= OTO_MAP_CACHE_MAX_BYTES / 4;

  for (guint w = analysis->first_window; w < analysis->end_window; w++)
    {
      g_autoptr (OtoWindowMaps) maps = NULL;
      const float *logmel = oto_analysis_get_window_logmel (analysis, w);

      if (g_cancellable_set_error_if_cancelled (job->cancellable, error)
          || !oto_window_runner_run (analysis->runner, logmel, &job->output,
                                     keep_maps ? &maps : NULL, job->cancellable, error))
        return FALSE;
      if (maps != NULL)
        oto_map_cache_add (analysis, w, maps);
      if (!stitch_window (job, w, error))
        return FALSE;
      report (job, FEATURES_SHARE + (1.0 - FEATURES_SHARE)
                                      * (w + 1 - analysis->first_window) / n_windows);
    }
  oto_analysis_rank (analysis);
  return TRUE;
}

/* The windows that touch a range. */
static void
choose_windows (OtoAnalysis        *analysis,
                const OtoTimeRange *range)
{
  const OtoWindowPlan *plan = &analysis->plan;
  const gint64 begin = oto_analysis_get_frame_at (analysis, range->start_s);
  const gint64 last = oto_analysis_get_frame_at (analysis, range->end_s);

  while (oto_window_plan_get_first_frame (plan, analysis->first_window)
         + analysis->n_window_frames <= begin)
    analysis->first_window++;
  while (oto_window_plan_get_first_frame (plan, analysis->end_window - 1) > last)
    analysis->end_window--;
}

/* Rows of @len values, all but those from @begin to @end. */
static void
forget_rows (float  *values,
             gint64  n_rows,
             gint64  len,
             gint64  begin,
             gint64  end)
{
  if (values == NULL)
    return;
  oto_analysis_fill_unknown (values, begin * len);
  oto_analysis_fill_unknown (values + end * len, (n_rows - end) * len);
}

/* What was not heard, or by some of its windows only, is no number. The features of windows stay,
 * as their large maps may be computed again. */
static void
forget_unknown (OtoAnalysis *analysis)
{
  const gint64 begin = oto_analysis_get_known_begin (analysis);
  const gint64 end = oto_analysis_get_known_end (analysis);
  const gint64 n_frames = analysis->n_frames;
  const gint64 last_begin = oto_window_plan_get_first_frame (&analysis->plan,
                                                             analysis->end_window - 1);
  float *const rows[] = { analysis->step1, analysis->time_att };

  if (end - begin == n_frames)
    return;
  forget_rows (analysis->logmel, n_frames, analysis->n_mels,
               oto_window_plan_get_first_frame (&analysis->plan, analysis->first_window),
               MIN (last_begin + analysis->n_window_frames, n_frames));
  forget_rows (analysis->recon, n_frames, analysis->n_mels, begin, end);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (int k = 0; k < analysis->n_classes && rows[i] != NULL; k++)
      forget_rows (rows[i] + k * n_frames, n_frames, 1, begin, end);
}

static gboolean
read_logmel (Job        *job,
             OtoLogmel  *logmel,
             GError    **error)
{
  OtoAnalysis *analysis = job->analysis;
  const OtoWindowPlan *plan = &analysis->plan;
  const gint64 begin = oto_window_plan_get_first_frame (plan, analysis->first_window);
  const gint64 end = oto_window_plan_get_first_frame (plan, analysis->end_window - 1)
                     + analysis->n_window_frames;

  return oto_logmel_stream_read_frames (logmel, analysis->clip, begin, end - begin,
                                        analysis->logmel + begin * analysis->n_mels,
                                        &analysis->is_silent, report_features_cb, job,
                                        job->cancellable, error);
}

static gboolean
run_job (Job     *job,
         GError **error)
{
  OtoAnalysis *analysis = job->analysis;
  size_t n_values = (size_t) analysis->n_classes * analysis->n_window_frames;
  g_autofree float *recon = g_new (float, (size_t) analysis->n_window_frames * analysis->n_mels);
  g_autofree float *step1 = g_new0 (float, n_values);
  g_autofree float *time_att = g_new0 (float, n_values);
  g_autofree float *mel_weights = g_new0 (float, (size_t) analysis->n_classes * analysis->n_mels);
  g_autofree float *clip_prob = g_new0 (float, analysis->n_classes);
  g_autofree float *gain = g_new0 (float, analysis->n_classes);
  g_autoptr (OtoLogmel) logmel =
    oto_logmel_new (oto_model_snapshot_get_front_end (analysis->model), error);

  if (logmel == NULL)
    return FALSE;

  job->output = (OtoWindowOutput) {
    .recon = recon, .step1 = step1, .time_att = time_att, .mel_weights = mel_weights,
    .clip_prob = clip_prob, .gain = gain,
  };
  if (!read_logmel (job, logmel, error) || !run_windows (job, error))
    return FALSE;
  forget_unknown (analysis);
  return TRUE;
}

static gboolean
is_same_clip (OtoClip      *a,
              OtoClip      *b,
              GCancellable *cancellable)
{
  g_autofree char *a_hash = NULL;
  g_autofree char *b_hash = NULL;

  if (a == b)
    return TRUE;
  if (oto_clip_get_n_samples (a) != oto_clip_get_n_samples (b)
      || oto_clip_get_rate_hz (a) != oto_clip_get_rate_hz (b)
      || oto_clip_get_n_channels (a) != oto_clip_get_n_channels (b)
      || g_strcmp0 (oto_clip_get_name (a), oto_clip_get_name (b)) != 0)
    return FALSE;

  a_hash = oto_clip_dup_hash (a, cancellable, NULL);
  b_hash = oto_clip_dup_hash (b, cancellable, NULL);
  return a_hash != NULL && g_strcmp0 (a_hash, b_hash) == 0;
}

static OtoAnalysis *
lookup_kept (OtoAnalyzer  *self,
             OtoClip      *clip,
             GCancellable *cancellable)
{
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&self->lock);
  for (GList *l = self->kept.head; l != NULL; l = l->next)
    g_ptr_array_add (candidates, g_object_ref (l->data));
  g_mutex_unlock (&self->lock);

  /* Comparing may mean to read whole clips, so nobody waits for it. */
  for (guint i = 0; i < candidates->len; i++)
    {
      OtoAnalysis *analysis = g_ptr_array_index (candidates, i);

      if (is_same_clip (analysis->clip, clip, cancellable))
        return g_object_ref (analysis);
    }
  return NULL;
}

static size_t
get_n_bytes (OtoAnalysis *analysis)
{
  return analysis->n_frames * 2 * (analysis->n_mels + analysis->n_classes) * sizeof (float);
}

static void
keep (OtoAnalyzer *self,
      OtoAnalysis *analysis)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  size_t n_bytes = 0;
  guint n = 0;

  g_queue_push_head (&self->kept, g_object_ref (analysis));
  for (GList *l = self->kept.head; l != NULL; l = l->next)
    {
      n_bytes += get_n_bytes (l->data);
      if (n_bytes <= MAX_KEPT_BYTES && n < MAX_KEPT)
        n++;
    }
  while (self->kept.length > MAX (n, 1))
    g_object_unref (g_queue_pop_tail (&self->kept));
}

/**
 * oto_analyzer_analyze_range:
 * @self: an analyzer
 * @clip: a clip
 * @range: (nullable): what of it, see oto_time_range_fit(); %NULL: all
 * @progress: (nullable) (scope call): called on this thread
 * @user_data: for @progress
 * @cancellable: (nullable): cancels between layers
 * @error: set on failure: %OTO_ANALYSIS_ERROR_CLIP, those of reading, %G_IO_ERROR_CANCELLED
 *
 * Runs the model over the windows of the clip that touch a range, and reads no more of the clip
 * than they hear. They lie as in the whole clip, so that frames have the same values; what is said
 * of the whole, as probabilities, is that of the range. Ranges are not kept.
 *
 * Returns: (transfer full) (nullable): the analysis
 */
OtoAnalysis *
oto_analyzer_analyze_range (OtoAnalyzer         *self,
                            OtoClip             *clip,
                            const OtoTimeRange  *range,
                            OtoProgressFunc      progress,
                            gpointer             user_data,
                            GCancellable        *cancellable,
                            GError             **error)
{
  g_autoptr (OtoAnalysis) analysis = NULL;
  Job job = { .progress = progress, .progress_data = user_data, .cancellable = cancellable };

  g_return_val_if_fail (OTO_IS_ANALYZER (self), NULL);
  g_return_val_if_fail (OTO_IS_CLIP (clip), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (oto_clip_get_n_samples (clip) == 0)
    {
      g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_CLIP,
                   _("“%s” holds no samples. Choose another clip."), oto_clip_get_name (clip));
      return NULL;
    }
  analysis = range == NULL ? lookup_kept (self, clip, cancellable) : NULL;
  if (analysis != NULL)
    return g_steal_pointer (&analysis);

  analysis = oto_analysis_new (clip, self->runner, self->model, error);
  if (analysis == NULL)
    return NULL;
  if (range != NULL)
    choose_windows (analysis, range);
  job.analysis = analysis;
  if (!run_job (&job, error))
    return NULL;

  if (range == NULL)
    keep (self, analysis);
  if (progress != NULL)
    progress (1.0, user_data);
  return g_steal_pointer (&analysis);
}

/**
 * oto_analyzer_analyze:
 * @self: an analyzer
 * @clip: a clip
 * @progress: (nullable) (scope call): called on this thread
 * @user_data: for @progress
 * @cancellable: (nullable): cancels between layers
 * @error: set on failure: %OTO_ANALYSIS_ERROR_CLIP, those of reading, %G_IO_ERROR_CANCELLED
 *
 * Runs the model over the clip, window by window. The same clip again is answered from what was
 * kept.
 *
 * Returns: (transfer full) (nullable): the analysis
 */
OtoAnalysis *
oto_analyzer_analyze (OtoAnalyzer      *self,
                      OtoClip          *clip,
                      OtoProgressFunc   progress,
                      gpointer          user_data,
                      GCancellable     *cancellable,
                      GError          **error)
{
  return oto_analyzer_analyze_range (self, clip, NULL, progress, user_data, cancellable, error);
}

typedef struct
{
  OtoClip         *clip;
  gboolean         has_range;
  OtoTimeRange     range;
  OtoProgressFunc  progress;
  gpointer         progress_data;
} TaskData;

static void
task_data_free (gpointer data)
{
  TaskData *self = data;

  g_object_unref (self->clip);
  g_free (self);
}

static void
analyze_worker (GTask        *task,
                gpointer      source_object,
                gpointer      task_data,
                GCancellable *cancellable)
{
  TaskData *data = task_data;
  GError *error = NULL;
  OtoAnalysis *analysis =
    oto_analyzer_analyze_range (source_object, data->clip, data->has_range ? &data->range : NULL,
                                data->progress, data->progress_data, cancellable, &error);

  if (analysis != NULL)
    g_task_return_pointer (task, analysis, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * oto_analyzer_analyze_range_async:
 * @self: an analyzer
 * @clip: a clip
 * @range: (nullable): what of it, see oto_time_range_fit(); %NULL: all
 * @progress: (nullable) (scope notified): called on the worker's thread until @callback
 * @progress_data: for @progress
 * @cancellable: (nullable): cancels between layers
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * Runs oto_analyzer_analyze_range() on a thread of its own; oto_analyzer_analyze_finish() tells
 * what came of it.
 */
void
oto_analyzer_analyze_range_async (OtoAnalyzer         *self,
                                  OtoClip             *clip,
                                  const OtoTimeRange  *range,
                                  OtoProgressFunc      progress,
                                  gpointer             progress_data,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  TaskData *data;

  g_return_if_fail (OTO_IS_ANALYZER (self));
  g_return_if_fail (OTO_IS_CLIP (clip));

  data = g_new0 (TaskData, 1);
  *data = (TaskData) {
    .clip = g_object_ref (clip), .has_range = range != NULL, .progress = progress,
    .progress_data = progress_data,
  };
  if (range != NULL)
    data->range = *range;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, oto_analyzer_analyze_range_async);
  g_task_set_task_data (task, data, task_data_free);
  g_task_run_in_thread (task, analyze_worker);
}

/**
 * oto_analyzer_analyze_async:
 * @self: an analyzer
 * @clip: a clip
 * @progress: (nullable) (scope notified): called on the worker's thread until @callback
 * @progress_data: for @progress
 * @cancellable: (nullable): cancels between layers
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * Runs oto_analyzer_analyze() on a thread of its own.
 */
void
oto_analyzer_analyze_async (OtoAnalyzer         *self,
                            OtoClip             *clip,
                            OtoProgressFunc      progress,
                            gpointer             progress_data,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  oto_analyzer_analyze_range_async (self, clip, NULL, progress, progress_data, cancellable,
                                    callback, user_data);
}

/**
 * oto_analyzer_analyze_finish:
 * @self: an analyzer
 * @result: what the callback got
 * @error: set on failure, see oto_analyzer_analyze()
 *
 * Returns: (transfer full) (nullable): the analysis
 */
OtoAnalysis *
oto_analyzer_analyze_finish (OtoAnalyzer   *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
