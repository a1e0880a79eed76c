/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-tune-scores.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "datasets/oto-dataset.h"
#include "detection/oto-event-list.h"
#include "models/oto-model-snapshot.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Classes less probable than this are never found in a clip. */
#define MIN_PROB 0.01f

/* The clips on their way. */
typedef struct
{
  OtoTuneScores *self;
  OtoDataset    *dataset;
  const int     *data_classes;   /* (K) */
  const int     *model_classes;  /* (K) */
  float         *data_targets;   /* (K of the data set) */
} Fill;

/* Events of the clip and class; all must have times. */
static gboolean
fill_refs (Fill         *fill,
           guint32       clip,
           guint         k,
           OtoTunePair  *pair,
           GError      **error)
{
  OtoEventList *events = oto_dataset_get_events (fill->dataset);
  const char *name = oto_dataset_get_class_names (fill->dataset)[fill->data_classes[k]];
  guint n;
  const guint32 *indices = oto_dataset_get_clip_events (fill->dataset, clip, &n);

  pair->refs = g_new (OtoInterval, n + 1);
  for (guint i = 0; i < n; i++)
    {
      const OtoEvent *event = oto_event_list_get (events, indices[i]);

      if (!(event->offset_s >= event->onset_s))
        {
          g_set_error (error, OTO_EVALUATION_ERROR, OTO_EVALUATION_ERROR_LABELS,
                       _("The labels of “%s” have no times. Tuning needs onset and offset of every "
                         "event."), oto_dataset_get_filename (fill->dataset, clip));
          return FALSE;
        }
      if (g_str_equal (event->label, name))
        pair->refs[pair->n_refs++] = (OtoInterval) { event->onset_s, event->offset_s, 0 };
    }
  return TRUE;
}

static gboolean
fill_scores (Fill         *fill,
             OtoAnalysis  *analysis,
             guint         k,
             OtoTunePair  *pair,
             GError      **error)
{
  const gint64 n_frames = oto_analysis_get_n_frames (analysis);
  const int n_scores = fill->self->has_attention ? 2 : 1;

  pair->prob = oto_analysis_get_clip_prob (analysis)[fill->model_classes[k]];
  if (!(pair->prob > MIN_PROB))
    return TRUE;
  pair->scores = oto_try_alloc ((size_t) n_scores * (size_t) n_frames, sizeof (float), error);
  if (pair->scores == NULL)
    return FALSE;
  for (int s = 0; s < n_scores; s++)
    {
      float *scores = pair->scores + s * n_frames;

      oto_analysis_fill_event_score (analysis, fill->model_classes[k], (OtoEventScore) s, scores);
      for (gint64 t = 0; t < n_frames; t++)
        pair->max[s] = fmaxf (pair->max[s], scores[t]);
    }
  return TRUE;
}

static void
fill_windows (Fill           *fill,
              OtoAnalysis    *analysis,
              OtoTuneWindows *windows)
{
  const guint n_classes = fill->self->n_classes;

  windows->n = oto_analysis_get_n_windows (analysis);
  windows->seams = g_new (gint64, windows->n + 1);
  windows->probs = g_new (float, (size_t) windows->n * n_classes + 1);
  for (guint w = 0; w < windows->n; w++)
    {
      windows->seams[w] = oto_analysis_get_seam (analysis, w);
      for (guint k = 0; k < n_classes; k++)
        windows->probs[(size_t) w * n_classes + k] =
          oto_analysis_get_window_prob (analysis, w)[fill->model_classes[k]];
    }
  windows->seams[windows->n] = oto_analysis_get_n_frames (analysis);
}

static gboolean
fill_clip (Fill         *fill,
           guint         n,
           guint32       clip,
           OtoAnalysis  *analysis,
           GError      **error)
{
  OtoTuneScores *self = fill->self;

  self->durations_s[n] = oto_analysis_get_duration_s (analysis);
  self->n_frames[n] = oto_analysis_get_n_frames (analysis);
  self->hop_s = oto_analysis_get_hop_s (analysis);
  fill_windows (fill, analysis, &self->windows[n]);
  oto_dataset_fill_targets (fill->dataset, clip, fill->data_targets);
  for (guint k = 0; k < self->n_classes; k++)
    {
      const size_t i = (size_t) n * self->n_classes + k;

      if (!fill_refs (fill, clip, k, &self->pairs[i], error)
          || !fill_scores (fill, analysis, k, &self->pairs[i], error))
        return FALSE;
      self->probs[i] = self->pairs[i].prob;
      self->targets[i] = fill->data_targets[fill->data_classes[k]];
    }
  return TRUE;
}

static gboolean
fill_clips (Fill             *fill,
            OtoAnalysisFeed  *feed,
            GArray           *clips,
            OtoProgressFunc   progress,
            gpointer          user_data,
            GError          **error)
{
  for (guint n = 0; n < clips->len; n++)
    {
      g_autoptr (OtoAnalysis) analysis = oto_analysis_feed_pull (feed, error);

      if (analysis == NULL
          || !fill_clip (fill, n, g_array_index (clips, guint32, n), analysis, error))
        return FALSE;
      if (progress != NULL)
        progress ((n + 1.0) / clips->len, user_data);
    }
  return TRUE;
}

/**
 * oto_tune_scores_new:
 * @model: a model with frame scores, which are as its tuning has them
 * @dataset: a data set with strong labels
 * @clips: (element-type guint32): which of its clips
 * @data_classes: (array length=n_classes): classes of the data set
 * @model_classes: (array length=n_classes): the same of the model
 * @n_classes: K
 * @n_threads: number of threads; 0: one a core
 * @progress: (nullable): told how far the work is
 * @user_data: for @progress
 * @cancellable: (nullable): to stop it
 * @error: return location for a #GError
 *
 * Runs the model over the clips.
 *
 * Returns: (transfer full) (nullable): the scores; %NULL when a clip cannot be read, labels have no
 *   times, or memory is short
 */
OtoTuneScores *
oto_tune_scores_new (OtoModelSnapshot  *model,
                     OtoDataset        *dataset,
                     GArray            *clips,
                     const int         *data_classes,
                     const int         *model_classes,
                     guint              n_classes,
                     int                n_threads,
                     OtoProgressFunc    progress,
                     gpointer           user_data,
                     GCancellable      *cancellable,
                     GError           **error)
{
  const guint maps = OTO_MAP_STEP1 | OTO_MAP_TIME_ATT;
  const size_t n_pairs = (size_t) clips->len * n_classes;
  g_autoptr (OtoEngine) engine = oto_engine_new (n_threads, FALSE);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new_for_maps (model, maps, engine, error);
  g_autoptr (OtoAnalysisFeed) feed = NULL;
  g_autoptr (OtoTuneScores) self = NULL;
  g_autofree float *data_targets = g_new (float, oto_dataset_get_n_classes (dataset));

  if (analyzer == NULL)
    return NULL;
  oto_analyzer_set_priority (analyzer, OTO_PRIORITY_BATCH);
  self = g_new0 (OtoTuneScores, 1);
  self->n_clips = clips->len;
  self->n_classes = n_classes;
  self->has_attention = (oto_model_config_get_maps (oto_model_snapshot_get_config (model))
                         & OTO_MAP_TIME_ATT) != 0;
  self->durations_s = g_new0 (double, clips->len);
  self->n_frames = g_new0 (gint64, clips->len);
  self->pairs = g_new0 (OtoTunePair, n_pairs);
  self->windows = g_new0 (OtoTuneWindows, clips->len);
  self->probs = g_new0 (float, n_pairs);
  self->targets = g_new0 (float, n_pairs);

  Fill fill = { self, dataset, data_classes, model_classes, data_targets };

  feed = oto_analysis_feed_new (analyzer, dataset, clips, n_threads, cancellable);
  return fill_clips (&fill, feed, clips, progress, user_data, error) ? g_steal_pointer (&self)
                                                                     : NULL;
}

void
oto_tune_scores_free (OtoTuneScores *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < (size_t) self->n_clips * self->n_classes; i++)
    {
      oto_free (self->pairs[i].scores);
      g_free (self->pairs[i].refs);
    }
  for (guint n = 0; n < self->n_clips; n++)
    {
      g_free (self->windows[n].seams);
      g_free (self->windows[n].probs);
    }
  g_free (self->windows);
  g_free (self->pairs);
  g_free (self->durations_s);
  g_free (self->n_frames);
  g_free (self->probs);
  g_free (self->targets);
  g_free (self);
}

/* The score by attention has the window's probability as a factor. */
static void
calibrate_pair (const OtoTuneScores *self,
                guint                n,
                guint                k,
                const OtoTuning     *tuning)
{
  OtoTunePair *pair = &self->pairs[(size_t) n * self->n_classes + k];
  const OtoTuneWindows *windows = &self->windows[n];
  float *scores = pair->scores + self->n_frames[n];

  pair->max[OTO_EVENT_SCORE_ATTENTION] = 0.f;
  for (guint w = 0; w < windows->n; w++)
    {
      const float prob = windows->probs[(size_t) w * self->n_classes + k];
      const float factor = prob > 0.f ? oto_tuning_calibrate (tuning, prob) / prob : 1.f;

      for (gint64 t = windows->seams[w]; t < windows->seams[w + 1]; t++)
        {
          scores[t] *= factor;
          pair->max[OTO_EVENT_SCORE_ATTENTION] = fmaxf (pair->max[OTO_EVENT_SCORE_ATTENTION],
                                                        scores[t]);
        }
    }
}

/**
 * oto_tune_scores_calibrate:
 * @self: scores of a model without temperature
 * @tuning: one with a temperature
 *
 * Makes them those of the model with that temperature.
 */
void
oto_tune_scores_calibrate (OtoTuneScores   *self,
                           const OtoTuning *tuning)
{
  for (guint n = 0; n < self->n_clips; n++)
    for (guint k = 0; k < self->n_classes; k++)
      {
        const size_t i = (size_t) n * self->n_classes + k;

        self->probs[i] = self->pairs[i].prob = oto_tuning_calibrate (tuning, self->probs[i]);
        if (self->has_attention && self->pairs[i].scores != NULL)
          calibrate_pair (self, n, k, tuning);
      }
}
