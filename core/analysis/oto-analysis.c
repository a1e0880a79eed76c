/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-analysis-private.h"
#include "analysis/oto-map-cache.h"
#include "audio/oto-clip.h"
#include "audio/oto-resampler.h"
#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "detection/oto-event-list.h"
#include "io/oto-json.h"
#include "io/oto-safetensors.h"

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
  oto_free (self->time_att);
  g_free (self->clip_prob);
  g_free (self->ranking);
  g_free (self->window_frames);
  oto_free (self->window_prob);
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

/* Windows start about half a window apart; the last is shifted back to end with the clip. */
static void
plan_windows (OtoAnalysis *self)
{
  gint64 step = (self->n_window_frames + 1) / 2;
  gint64 last = MAX (0, self->n_frames - self->n_window_frames);

  self->n_windows = (last + step - 1) / step + 1;
  self->window_frames = g_new (gint64, self->n_windows);
  for (guint w = 0; w < self->n_windows; w++)
    self->window_frames[w] = MIN (w * step, last);
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
  gint64 n_samples = oto_resampler_get_output_len (oto_clip_get_n_samples (clip),
                                                   oto_clip_get_rate_hz (clip),
                                                   front_end->sample_rate_hz);
  gsize n_values;

  self->clip = g_object_ref (clip);
  self->model = oto_model_snapshot_ref (model);
  self->runner = oto_window_runner_ref (runner);
  self->n_frames = MAX (1, oto_stft_get_n_frames (n_samples, front_end->window_len,
                                                  front_end->hop_len));
  self->n_window_frames = config->n_frames;
  self->n_mels = config->n_mels;
  self->n_classes = config->n_classes;
  self->hop_s = (double) front_end->hop_len / front_end->sample_rate_hz;
  plan_windows (self);

  n_values = self->n_frames * self->n_classes;
  self->clip_prob = g_new0 (float, self->n_classes);
  self->ranking = g_new0 (int, self->n_classes);
  self->logmel = oto_try_alloc (MAX (self->n_frames, self->n_window_frames) * self->n_mels,
                                sizeof (float), error);
  if (self->logmel == NULL
      || (self->step1 = oto_try_alloc (n_values, sizeof (float), error)) == NULL
      || (self->time_att = oto_try_alloc (n_values, sizeof (float), error)) == NULL
      || (self->window_prob = oto_try_alloc ((gsize) self->n_windows * self->n_classes,
                                             sizeof (float), error)) == NULL)
    return NULL;
  if (oto_analysis_has_map (self, OTO_MAP_RECON))
    {
      self->recon = oto_try_alloc (self->n_frames * self->n_mels, sizeof (float), error);
      if (self->recon == NULL)
        return NULL;
    }
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
      self->clip_prob[k] = self->window_prob[k];
      for (guint w = 1; w < self->n_windows; w++)
        self->clip_prob[k] = fmaxf (self->clip_prob[k],
                                    self->window_prob[(gsize) w * self->n_classes + k]);
      self->ranking[k] = k;
    }
  g_qsort_with_data (self->ranking, self->n_classes, sizeof (int), compare_classes,
                     self->clip_prob);
}

/* A window's weight before it is divided by the sum over windows: a tent, so that where two windows
 * overlap one falls as the other rises. */
static gint64
get_tent (OtoAnalysis *self,
          guint        window,
          gint64       frame)
{
  gint64 begin = self->window_frames[window];
  gint64 end = begin + self->n_window_frames;

  return frame < begin || frame >= end ? 0 : MIN (frame - begin + 1, end - frame);
}

/**
 * oto_analysis_get_fade:
 * @self: an analysis
 * @window: a window
 * @frame: a frame of the clip
 *
 * Returns: the window's weight in a cross-faded result, in [0, 1]; the weights of all windows add
 *   up to one
 */
float
oto_analysis_get_fade (OtoAnalysis *self,
                       guint        window,
                       gint64       frame)
{
  gint64 own = get_tent (self, window, frame);
  gint64 sum = own;

  /* The last window is shifted back, so that three may overlap, but no more. */
  for (guint w = window; w-- > 0 && window - w <= 2; )
    sum += get_tent (self, w, frame);
  for (guint w = window + 1; w < self->n_windows && w - window <= 2; w++)
    sum += get_tent (self, w, frame);
  return own > 0 ? (float) own / (float) sum : 0.f;
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
 * Returns: whether the model can show @map; not a reconstruction whose decoder was left out of
 *   training
 */
gboolean
oto_analysis_has_map (OtoAnalysis *self,
                      OtoMap       map)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), FALSE);

  return (oto_window_runner_get_maps (self->runner) & map) != 0;
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
 * Returns: (transfer none): (T, F), natural log of mel magnitude
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
 * Returns: (transfer none) (nullable): (T, F), the decoder's output de-standardised to natural log
 */
const float *
oto_analysis_get_recon (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return self->recon;
}

/**
 * oto_analysis_get_step1:
 * @self: an analysis
 *
 * Returns: (transfer none): (K, T), frame scores
 */
const float *
oto_analysis_get_step1 (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return self->step1;
}

/**
 * oto_analysis_get_time_att:
 * @self: an analysis
 *
 * Returns: (transfer none): (K, T), each window's weights from its seam on
 */
const float *
oto_analysis_get_time_att (OtoAnalysis *self)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), NULL);

  return self->time_att;
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

  return self->n_windows;
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
  g_return_val_if_fail (window < self->n_windows, 0);

  return self->window_frames[window];
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
  g_return_val_if_fail (window < self->n_windows, NULL);

  return self->window_prob + (gsize) window * self->n_classes;
}

/**
 * oto_analysis_get_seam:
 * @self: an analysis
 * @window: a window, or one past the last
 *
 * Returns: the frame from which the window's attention is shown, the middle of its overlap with the
 *   one before; 0 for the first, T past the last
 */
gint64
oto_analysis_get_seam (OtoAnalysis *self,
                       guint        window)
{
  gint64 previous_end;

  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0);
  g_return_val_if_fail (window <= self->n_windows, 0);

  if (window == 0)
    return 0;
  if (window == self->n_windows)
    return self->n_frames;
  previous_end = self->window_frames[window - 1] + self->n_window_frames;
  return (self->window_frames[window] + previous_end) / 2;
}

/* The large maps of a window, computed again if they are no longer kept. */
static OtoWindowMaps *
ref_window_maps (OtoAnalysis   *self,
                 guint          window,
                 GCancellable  *cancellable,
                 GError       **error)
{
  OtoWindowMaps *maps = oto_map_cache_lookup (self, window);
  const float *logmel = self->logmel + self->window_frames[window] * self->n_mels;

  if (maps != NULL)
    return maps;
  if (!oto_window_runner_run (self->runner, logmel, NULL, &maps, cancellable, error))
    return NULL;
  oto_map_cache_add (self, window, maps);
  return maps;
}

/* Adds one window's share of a class to frames [first_frame, first_frame + n_frames). */
static void
add_window (OtoAnalysis         *self,
            guint                window,
            const OtoWindowMaps *maps,
            OtoMap               map,
            int                  class_index,
            gint64               first_frame,
            gint64               n_frames,
            float               *values)
{
  gint64 begin = self->window_frames[window];
  gint64 end = MIN (begin + self->n_window_frames, first_frame + n_frames);
  const float *source = (map == OTO_MAP_MASK ? maps->mask : maps->freq_att)
                        + class_index * maps->class_len;

  for (gint64 t = MAX (begin, first_frame); t < end; t++)
    {
      float weight = map == OTO_MAP_MASK
                       ? oto_analysis_get_fade (self, window, t)
                       : t >= oto_analysis_get_seam (self, window)
                         && t < oto_analysis_get_seam (self, window + 1);
      const float *row = source + (t - begin) * self->n_mels;
      float *out = values + (t - first_frame) * self->n_mels;

      if (weight > 0.f)
        for (int f = 0; f < self->n_mels; f++)
          out[f] += weight * row[f];
    }
}

static gboolean
read_map (OtoAnalysis   *self,
          OtoMap         map,
          int            class_index,
          gint64         first_frame,
          gint64         n_frames,
          float         *ret_values,
          GCancellable  *cancellable,
          GError       **error)
{
  memset (ret_values, 0, n_frames * self->n_mels * sizeof *ret_values);
  for (guint w = 0; w < self->n_windows; w++)
    {
      g_autoptr (OtoWindowMaps) maps = NULL;

      if (self->window_frames[w] >= first_frame + n_frames
          || self->window_frames[w] + self->n_window_frames <= first_frame)
        continue;
      maps = ref_window_maps (self, w, cancellable, error);
      if (maps == NULL)
        return FALSE;
      add_window (self, w, maps, map, class_index, first_frame, n_frames, ret_values);
    }
  return TRUE;
}

/**
 * oto_analysis_read_map:
 * @self: an analysis
 * @map: %OTO_MAP_FREQ_ATT or %OTO_MAP_MASK
 * @class_index: a class
 * @first_frame: first frame to read
 * @n_frames: number of frames; they must lie inside the clip
 * @ret_values: (out caller-allocates): (n_frames, F)
 * @cancellable: (nullable): cancels
 * @error: set on failure, %OTO_ANALYSIS_ERROR_PANEL when the model has no such map
 *
 * Reads a large map of one class. Windows are computed again on request and kept in a bounded
 * cache. Masks are divided by the sum over classes where that exceeds one.
 *
 * Returns: whether all was read
 */
gboolean
oto_analysis_read_map (OtoAnalysis   *self,
                       OtoMap         map,
                       int            class_index,
                       gint64         first_frame,
                       gint64         n_frames,
                       float         *ret_values,
                       GCancellable  *cancellable,
                       GError       **error)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), FALSE);
  g_return_val_if_fail (map == OTO_MAP_FREQ_ATT || map == OTO_MAP_MASK, FALSE);
  g_return_val_if_fail (class_index >= 0 && class_index < self->n_classes, FALSE);
  g_return_val_if_fail (first_frame >= 0 && n_frames >= 0, FALSE);
  g_return_val_if_fail (first_frame + n_frames <= self->n_frames, FALSE);

  if (!oto_analysis_has_map (self, map))
    {
      g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_PANEL,
                   "The model “%s” has no %s. Choose one with two-step attention.",
                   oto_model_snapshot_get_name (self->model),
                   map == OTO_MAP_MASK ? "mask" : "frequency attention");
      return FALSE;
    }
  return read_map (self, map, class_index, first_frame, n_frames, ret_values, cancellable, error);
}

/* Documented in the private header. */
gboolean
oto_analysis_read_mask (OtoAnalysis   *self,
                        int            class_index,
                        gint64         first_frame,
                        gint64         n_frames,
                        float         *ret_values,
                        GCancellable  *cancellable,
                        GError       **error)
{
  g_assert (class_index >= 0 && class_index <= self->n_classes);

  return read_map (self, OTO_MAP_MASK, class_index, first_frame, n_frames, ret_values, cancellable,
                   error);
}

/**
 * oto_analysis_find_events:
 * @self: an analysis
 * @binarizer: thresholds
 *
 * Finds events in the frame scores of every class whose clip probability is above the binarizer's.
 *
 * Returns: (transfer full): events with the clip's name, sorted
 */
OtoEventList *
oto_analysis_find_events (OtoAnalysis        *self,
                          const OtoBinarizer *binarizer)
{
  OtoEventList *list = oto_event_list_new ();
  const char * const *names;
  double duration_s;

  g_return_val_if_fail (OTO_IS_ANALYSIS (self), list);
  g_return_val_if_fail (binarizer != NULL, list);

  names = oto_model_snapshot_get_class_names (self->model);
  duration_s = oto_clip_get_duration_s (self->clip);
  for (int k = 0; k < self->n_classes; k++)
    {
      g_autoptr (GArray) ranges = NULL;

      if (!(self->clip_prob[k] > (float) binarizer->clip_threshold))
        continue;
      ranges = oto_binarizer_find_ranges (binarizer, self->step1 + k * self->n_frames,
                                          self->n_frames);
      for (guint i = 0; i < ranges->len; i++)
        {
          OtoFrameRange range = g_array_index (ranges, OtoFrameRange, i);

          oto_event_list_add (list, oto_event_new (oto_clip_get_name (self->clip), names[k],
                                                   MIN (range.begin * self->hop_s, duration_s),
                                                   MIN (range.end * self->hop_s, duration_s),
                                                   self->clip_prob[k]));
        }
    }
  oto_event_list_sort (list);
  return list;
}

/* Equal without regard to case; underscores, hyphens and spaces are the same. */
static gboolean
is_same_name (const char *a,
              const char *b)
{
  g_autofree char *x = g_strdelimit (g_utf8_casefold (a, -1), "_-", ' ');
  g_autofree char *y = g_strdelimit (g_utf8_casefold (b, -1), "_-", ' ');

  return strcmp (g_strstrip (x), g_strstrip (y)) == 0;
}

/**
 * oto_analysis_find_model_class:
 * @model: a model
 * @name: a class name, in any case, with or without underscores
 *
 * Returns: its index, or -1
 */
int
oto_analysis_find_model_class (OtoModelSnapshot *model,
                               const char       *name)
{
  const char * const *names;

  g_return_val_if_fail (model != NULL, -1);
  g_return_val_if_fail (name != NULL, -1);

  names = oto_model_snapshot_get_class_names (model);
  for (int k = 0; names[k] != NULL; k++)
    if (strcmp (names[k], name) == 0)
      return k;
  for (int k = 0; names[k] != NULL; k++)
    if (is_same_name (names[k], name))
      return k;
  return -1;
}

/**
 * oto_analysis_find_class:
 * @self: an analysis
 * @name: a class name, in any case, with or without underscores
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

static void
add_provenance (OtoAnalysis    *self,
                OtoSafetensors *file,
                const char     *clip_hash)
{
  const OtoModelConfig *config = oto_model_snapshot_get_config (self->model);
  g_autofree char *classes =
    oto_json_format_strings (oto_model_snapshot_get_class_names (self->model));
  char hop_s[G_ASCII_DTOSTR_BUF_SIZE];

  oto_safetensors_set_meta (file, "format", "otoscope-analysis");
  oto_safetensors_set_meta (file, "format_version", "1");
  oto_safetensors_set_meta (file, "program", "otoscope " OTO_VERSION);
  oto_safetensors_set_meta (file, "clip", oto_clip_get_name (self->clip));
  oto_safetensors_set_meta (file, "clip_hash", clip_hash);
  oto_safetensors_set_meta (file, "model", oto_model_snapshot_get_name (self->model));
  oto_safetensors_set_meta (file, "model_hash", oto_model_snapshot_get_hash (self->model));
  oto_safetensors_set_meta (file, "system", config->system->name);
  oto_safetensors_set_meta (file, "time_attention",
                            config->system->learned_time_att ? "learned" : "implied");
  oto_safetensors_set_meta (file, "classes", classes);
  oto_safetensors_set_meta (file, "hop_s", g_ascii_dtostr (hop_s, sizeof hop_s, self->hop_s));
}

/**
 * oto_analysis_save:
 * @self: an analysis
 * @path: the file to write, whole or not at all
 * @error: set on failure
 *
 * Writes everything but the large maps as safetensors: logmel, recon (T, F); step1, time_att (K,
 * T); clip_prob (K); window_frame (windows), window_prob (windows, K).
 *
 * Returns: whether it was written
 */
gboolean
oto_analysis_save (OtoAnalysis  *self,
                   const char   *path,
                   GError      **error)
{
  g_autoptr (OtoSafetensors) file = oto_safetensors_new ();
  g_autofree char *clip_hash = NULL;
  g_autofree gint32 *frames = NULL;

  g_return_val_if_fail (OTO_IS_ANALYSIS (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  clip_hash = oto_clip_dup_hash (self->clip, NULL, error);
  if (clip_hash == NULL)
    return FALSE;

  const gint64 mel_shape[] = { self->n_frames, self->n_mels };
  const gint64 class_shape[] = { self->n_classes, self->n_frames };
  const gint64 prob_shape[] = { self->n_windows, self->n_classes };

  frames = g_new (gint32, self->n_windows);
  for (guint w = 0; w < self->n_windows; w++)
    frames[w] = self->window_frames[w];
  oto_safetensors_add (file, "logmel", OTO_DTYPE_F32, 2, mel_shape, self->logmel);
  if (self->recon != NULL)
    oto_safetensors_add (file, "recon", OTO_DTYPE_F32, 2, mel_shape, self->recon);
  oto_safetensors_add (file, "step1", OTO_DTYPE_F32, 2, class_shape, self->step1);
  oto_safetensors_add (file, "time_att", OTO_DTYPE_F32, 2, class_shape, self->time_att);
  oto_safetensors_add (file, "clip_prob", OTO_DTYPE_F32, 1, class_shape, self->clip_prob);
  oto_safetensors_add (file, "window_frame", OTO_DTYPE_I32, 1, prob_shape, frames);
  oto_safetensors_add (file, "window_prob", OTO_DTYPE_F32, 2, prob_shape, self->window_prob);
  add_provenance (self, file, clip_hash);
  return oto_safetensors_save (file, path, error);
}
