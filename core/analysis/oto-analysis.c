/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-analysis-private.h"
#include "analysis/oto-map-cache.h"
#include "audio/oto-clip.h"
#include "base/oto-arena.h"
#include "detection/oto-class-map.h"
#include "features/oto-logmel-stream.h"

#include <math.h>
#include <string.h>

G_DEFINE_FINAL_TYPE (OtoAnalysis, oto_analysis, G_TYPE_OBJECT)

static void
oto_analysis_finalize (GObject *object)
{
  OtoAnalysis *self = OTO_ANALYSIS (object);

  oto_map_cache_forget (self);
  oto_free (self->logmel);
  oto_free (self->recon);
  oto_free (self->step1);
  oto_step_rows_free (self->step_rows);
  oto_free (self->time_att);
  oto_free (self->mel_weights);
  g_free (self->clip_prob);
  g_free (self->ranking);
  oto_free (self->window_prob);
  oto_free (self->window_gain);
  oto_listening_mask_free (self->listening);
  g_clear_pointer (&self->runner, oto_window_runner_unref);
  g_clear_pointer (&self->model, oto_model_snapshot_unref);
  g_clear_object (&self->clip);

  G_OBJECT_CLASS (oto_analysis_parent_class)->finalize (object);
}

static void
oto_analysis_class_init (OtoAnalysisClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = oto_analysis_finalize;
}

static void
oto_analysis_init (OtoAnalysis *self)
{
}

/**
 * oto_analysis_new:
 * @clip: a clip
 * @runner: runs @model
 * @model: the model
 * @error: set on failure
 *
 * Returns: (transfer full) (nullable): an analysis whose results are all 0, for the analyzer to
 *   fill
 */
OtoAnalysis *
oto_analysis_new (OtoClip           *clip,
                  OtoWindowRunner   *runner,
                  OtoModelSnapshot  *model,
                  GError           **error)
{
  g_autoptr (OtoAnalysis) self = g_object_new (OTO_TYPE_ANALYSIS, NULL);
  const OtoModelConfig *config = oto_model_snapshot_get_config (model);
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (model);
  size_t n_values, n_bins;

  self->clip = g_object_ref (clip);
  self->model = oto_model_snapshot_ref (model);
  self->runner = oto_window_runner_ref (runner);
  self->n_frames = MAX (1, oto_logmel_stream_get_n_clip_frames (front_end, clip));
  self->n_window_frames = config->n_frames;
  self->n_mels = config->n_mels;
  self->n_classes = config->n_classes;
  self->hop_s = (double) front_end->hop_len / front_end->sample_rate_hz;
  oto_window_plan_init (&self->plan, self->n_frames, self->n_window_frames);
  self->end_window = self->plan.n_windows;

  n_values = self->n_frames * self->n_classes;
  n_bins = self->n_frames * self->n_mels;
  self->clip_prob = g_new0 (float, self->n_classes);
  self->ranking = g_new0 (int, self->n_classes);
  self->logmel = oto_try_alloc (oto_window_plan_get_n_padded_frames (&self->plan) * self->n_mels,
                                sizeof (float), error);
  if (oto_analysis_has_map (self, OTO_MAP_STEP1) && oto_model_config_get_step_frames (config) > 1)
    self->step_rows = oto_step_rows_new (&self->plan, self->n_classes);
  if (self->logmel == NULL
      || (self->window_prob = oto_try_alloc ((size_t) self->plan.n_windows * self->n_classes,
                                             sizeof (float), error)) == NULL)
    return NULL;
  if ((oto_analysis_has_map (self, OTO_MAP_RECON)
       && (self->recon = oto_try_alloc (n_bins, sizeof (float), error)) == NULL)
      || (oto_analysis_has_map (self, OTO_MAP_STEP1) && self->step_rows == NULL
          && (self->step1 = oto_try_alloc (n_values, sizeof (float), error)) == NULL)
      || (oto_analysis_has_map (self, OTO_MAP_TIME_ATT)
          && (self->time_att = oto_try_alloc (n_values, sizeof (float), error)) == NULL)
      || (oto_analysis_has_map (self, OTO_MAP_CONTRIBUTION)
          && (self->window_gain = oto_try_alloc ((size_t) self->plan.n_windows * self->n_classes,
                                                 sizeof (float), error)) == NULL)
      || (oto_analysis_has_map (self, OTO_MAP_MEL_WEIGHTS)
          && (self->mel_weights = oto_try_alloc ((size_t) self->n_classes * self->n_mels,
                                                 sizeof (float), error)) == NULL))
    return NULL;
  return g_steal_pointer (&self);
}

static int
compare_classes (gconstpointer a,
                 gconstpointer b,
                 gpointer      user_data)
{
  const float *prob = user_data;
  int i = *(const int *) a, j = *(const int *) b;

  if (prob[i] > prob[j] || (isnan (prob[j]) && !isnan (prob[i])))
    return -1;
  if (prob[j] > prob[i] || (isnan (prob[i]) && !isnan (prob[j])))
    return 1;
  return i - j;
}

/**
 * oto_analysis_rank:
 * @self: an analysis with its window probabilities filled in
 *
 * Derives clip probabilities and the ranking.
 */
void
oto_analysis_rank (OtoAnalysis *self)
{
  for (int k = 0; k < self->n_classes; k++)
    {
      self->clip_prob[k] = self->window_prob[(size_t) self->first_window * self->n_classes + k];
      for (guint w = self->first_window + 1; w < self->end_window; w++)
        self->clip_prob[k] = fmaxf (self->clip_prob[k],
                                    self->window_prob[(size_t) w * self->n_classes + k]);
      self->ranking[k] = k;
    }
  g_qsort_with_data (self->ranking, self->n_classes, sizeof (int), compare_classes,
                     self->clip_prob);
}

/**
 * oto_analysis_get_clip:
 * @self: an analysis
 *
 * Returns: (transfer none): the clip
 */
OtoClip *
oto_analysis_get_clip (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return self->clip;
}

/**
 * oto_analysis_get_model:
 * @self: an analysis
 *
 * Returns: (transfer none): the model
 */
OtoModelSnapshot *
oto_analysis_get_model (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return self->model;
}

/**
 * oto_analysis_get_n_frames:
 * @self: an analysis
 *
 * Returns: T, the clip's own frames, at least one
 */
gint64
oto_analysis_get_n_frames (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0);

  return self->n_frames;
}

/**
 * oto_analysis_get_n_mels:
 * @self: an analysis
 *
 * Returns: F, the mel bins
 */
int
oto_analysis_get_n_mels (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0);

  return self->n_mels;
}

/**
 * oto_analysis_get_n_classes:
 * @self: an analysis
 *
 * Returns: K, the classes of the model
 */
int
oto_analysis_get_n_classes (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0);

  return self->n_classes;
}

/**
 * oto_analysis_get_hop_s:
 * @self: an analysis
 *
 * Returns: seconds between the starts of frames
 */
double
oto_analysis_get_hop_s (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0.0);

  return self->hop_s;
}

/**
 * oto_analysis_get_frame_begin_s:
 * @self: an analysis
 * @frame: index of a frame
 *
 * Returns: where @frame begins on a time axis, see oto_logmel_config_get_frame_begin_s()
 */
double
oto_analysis_get_frame_begin_s (OtoAnalysis *self,
                                gint64       frame)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0.0);

  return oto_logmel_config_get_frame_begin_s (oto_model_snapshot_get_front_end (self->model),
                                              frame);
}

/**
 * oto_analysis_get_frame_at:
 * @self: an analysis
 * @time_s: a time in the clip
 *
 * Returns: the frame that stands there, or the nearest one
 */
gint64
oto_analysis_get_frame_at (OtoAnalysis *self,
                           double       time_s)
{
  double frame;

  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0);

  frame = floor ((time_s - oto_analysis_get_frame_begin_s (self, 0)) / self->hop_s);
  return (gint64) CLAMP (frame, 0.0, MAX (self->n_frames - 1.0, 0.0));
}

/**
 * oto_analysis_get_duration_s:
 * @self: an analysis
 *
 * Returns: the clip's length in seconds
 */
double
oto_analysis_get_duration_s (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0.0);

  return oto_clip_get_duration_s (self->clip);
}

/**
 * oto_analysis_has_map:
 * @self: an analysis
 * @map: a result
 *
 * Returns: whether the model can show @map, and the analyzer was to compute it; not a
 *   reconstruction whose decoder was left out of training
 */
gboolean
oto_analysis_has_map (OtoAnalysis *self,
                      OtoMap       map)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), FALSE);

  return map == OTO_MAP_LOGMEL || (oto_window_runner_get_maps (self->runner) & map) != 0;
}

/**
 * oto_analysis_get_known_begin:
 * @self: an analysis
 *
 * Returns: the first frame all of whose windows were run
 */
gint64
oto_analysis_get_known_begin (OtoAnalysis *self)
{
  if (self->first_window == 0)
    return 0;
  return oto_window_plan_get_first_frame (&self->plan, self->first_window - 1)
         + self->n_window_frames;
}

/**
 * oto_analysis_get_known_end:
 * @self: an analysis
 *
 * Returns: one past the last frame all of whose windows were run
 */
gint64
oto_analysis_get_known_end (OtoAnalysis *self)
{
  if (self->end_window == self->plan.n_windows)
    return self->n_frames;
  return oto_window_plan_get_first_frame (&self->plan, self->end_window);
}

/**
 * oto_analysis_get_known_frames:
 * @self: an analysis
 * @ret_n_frames: (out): their number; T of the clip unless only a range was analysed
 *
 * Returns: the first frame that was analysed
 */
gint64
oto_analysis_get_known_frames (OtoAnalysis *self,
                               gint64      *ret_n_frames)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0);

  *ret_n_frames = oto_analysis_get_known_end (self) - oto_analysis_get_known_begin (self);
  return oto_analysis_get_known_begin (self);
}

/**
 * oto_analysis_is_silent:
 * @self: an analysis
 *
 * Returns: whether the clip's peak is below -90 dBFS
 */
gboolean
oto_analysis_is_silent (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), FALSE);

  return self->is_silent;
}

/**
 * oto_analysis_get_logmel:
 * @self: an analysis
 *
 * Returns: (transfer none): (T, F), in the unit of the model's front end
 */
const float *
oto_analysis_get_logmel (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return self->logmel;
}

/**
 * oto_analysis_get_recon:
 * @self: an analysis
 *
 * Returns: (transfer none) (nullable): (T, F), the decoder's output de-standardised to the unit of
 *   the log-mel spectrogram
 */
const float *
oto_analysis_get_recon (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return self->recon;
}

/* Whether there are frame scores, in one form or the other. */
gboolean
oto_analysis_has_step1 (OtoAnalysis *self)
{
  return self->step_rows != NULL || self->step1 != NULL;
}

/* Makes frames of long steps, once. Documented in the private header. */
gboolean
oto_analysis_need_step1 (OtoAnalysis  *self,
                         GError      **error)
{
  static GMutex lock;            /* guards step1 of long steps until it is there */
  g_autoptr (GMutexLocker) locker = NULL;
  float *step1;

  if (self->step_rows == NULL)
    return TRUE;
  locker = g_mutex_locker_new (&lock);
  if (self->step1 != NULL)
    return TRUE;
  step1 = oto_try_alloc ((size_t) self->n_frames * self->n_classes, sizeof (float), error);
  if (step1 == NULL)
    return FALSE;
  for (int k = 0; k < self->n_classes; k++)
    oto_step_rows_fill (self->step_rows, k, step1 + (size_t) k * self->n_frames);
  self->step1 = step1;
  return TRUE;
}

/**
 * oto_analysis_get_step1:
 * @self: an analysis
 *
 * Of a system whose steps are longer than a frame this takes memory for all frames of all classes,
 * which oto_analysis_fill_event_score() does without.
 *
 * Returns: (transfer none) (nullable): (K, T), frame scores; %NULL also when memory is short
 */
const float *
oto_analysis_get_step1 (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return oto_analysis_need_step1 (self, NULL) ? self->step1 : NULL;
}

/**
 * oto_analysis_get_time_att:
 * @self: an analysis
 *
 * Returns: (transfer none) (nullable): (K, T), each window's weights from its seam on
 */
const float *
oto_analysis_get_time_att (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return self->time_att;
}

/**
 * oto_analysis_get_mel_weights:
 * @self: an analysis
 *
 * Returns: (transfer none) (nullable): (K, F), what each class hears in a bin, at all times
 */
const float *
oto_analysis_get_mel_weights (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return self->mel_weights;
}

/**
 * oto_analysis_get_clip_prob:
 * @self: an analysis
 *
 * Returns: (transfer none): (K), the maximum over windows
 */
const float *
oto_analysis_get_clip_prob (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return self->clip_prob;
}

/**
 * oto_analysis_get_ranking:
 * @self: an analysis
 *
 * Returns: (transfer none): (K), classes by falling probability, ties by index
 */
const int *
oto_analysis_get_ranking (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return self->ranking;
}

/**
 * oto_analysis_get_n_windows:
 * @self: an analysis
 *
 * Returns: number of windows, at least one
 */
guint
oto_analysis_get_n_windows (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0);

  return self->plan.n_windows;
}

/**
 * oto_analysis_get_window_frame:
 * @self: an analysis
 * @window: a window
 *
 * Returns: its first frame
 */
gint64
oto_analysis_get_window_frame (OtoAnalysis *self,
                               guint        window)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0);
  g_return_val_if_fail (window < self->plan.n_windows, 0);

  return oto_window_plan_get_first_frame (&self->plan, window);
}

/**
 * oto_analysis_get_window_logmel:
 * @self: an analysis
 * @window: a window
 *
 * Returns: (transfer none): (window T, F), what the network hears of it
 */
const float *
oto_analysis_get_window_logmel (OtoAnalysis *self,
                                guint        window)
{
  return self->logmel + oto_analysis_get_window_frame (self, window) * self->n_mels;
}

/**
 * oto_analysis_get_window_prob:
 * @self: an analysis
 * @window: a window
 *
 * Returns: (transfer none): (K), its own probabilities
 */
const float *
oto_analysis_get_window_prob (OtoAnalysis *self,
                              guint        window)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);
  g_return_val_if_fail (window < self->plan.n_windows, NULL);

  return self->window_prob + (size_t) window * self->n_classes;
}

/**
 * oto_analysis_find_model_class:
 * @model: a model
 * @name: a class name in any spelling, see #OtoClassMap
 *
 * Returns: its index, or -1
 */
int
oto_analysis_find_model_class (OtoModelSnapshot *model,
                               const char       *name)
{
  g_return_val_if_fail (model != NULL, -1);
  g_return_val_if_fail (name != NULL, -1);

  return oto_class_map_find (oto_model_snapshot_get_class_names (model), name);
}

/**
 * oto_analysis_find_class:
 * @self: an analysis
 * @name: a class name in any spelling, see #OtoClassMap
 *
 * Returns: its index, or -1
 */
int
oto_analysis_find_class (OtoAnalysis *self,
                         const char  *name)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), -1);

  return oto_analysis_find_model_class (self->model, name);
}
