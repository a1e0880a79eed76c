/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-analysis-private.h"
#include "analysis/oto-map-cache.h"
#include "base/oto-error.h"
#include "heads/oto-contribution.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

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
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0);

  return oto_window_plan_get_seam (&self->plan, window);
}

/* The large maps of a window, computed again if they are no longer kept. */
static OtoWindowMaps *
ref_window_maps (OtoAnalysis   *self,
                 guint          window,
                 GCancellable  *cancellable,
                 GError       **error)
{
  OtoWindowMaps *maps = oto_map_cache_lookup (self, window);
  const float *logmel = oto_analysis_get_window_logmel (self, window);

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
  gint64 begin = oto_window_plan_get_first_frame (&self->plan, window);
  gint64 end = MIN (begin + self->n_window_frames, first_frame + n_frames);
  const float *source = (map == OTO_MAP_MASK ? maps->mask : maps->freq_att)
                        + class_index * maps->class_len;

  for (gint64 t = MAX (begin, first_frame); t < end; t++)
    {
      float weight = map == OTO_MAP_MASK
                       ? oto_window_plan_get_fade (&self->plan, window, t)
                       : t >= oto_window_plan_get_seam (&self->plan, window)
                         && t < oto_window_plan_get_seam (&self->plan, window + 1);
      const float *row = source + (t - begin) * self->n_mels;
      float *out = values + (t - first_frame) * self->n_mels;

      if (weight > 0.f)
        for (int f = 0; f < self->n_mels; f++)
          out[f] += weight * row[f];
    }
}

/* What was not heard is no number. */
void
oto_analysis_fill_unknown (float  *values,
                           gint64  n)
{
  for (gint64 i = 0; i < n; i++)
    values[i] = NAN;
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
  const gint64 known_begin = CLAMP (oto_analysis_get_known_begin (self), first_frame,
                                    first_frame + n_frames);
  const gint64 known_end = CLAMP (oto_analysis_get_known_end (self), known_begin,
                                  first_frame + n_frames);

  oto_analysis_fill_unknown (ret_values, (known_begin - first_frame) * self->n_mels);
  memset (ret_values + (known_begin - first_frame) * self->n_mels, 0,
          (known_end - known_begin) * self->n_mels * sizeof *ret_values);
  oto_analysis_fill_unknown (ret_values + (known_end - first_frame) * self->n_mels,
                             (first_frame + n_frames - known_end) * self->n_mels);
  for (guint w = self->first_window; w < self->end_window; w++)
    {
      g_autoptr (OtoWindowMaps) maps = NULL;
      const gint64 begin = oto_window_plan_get_first_frame (&self->plan, w);

      if (begin >= known_end || begin + self->n_window_frames <= known_begin)
        continue;
      maps = ref_window_maps (self, w, cancellable, error);
      if (maps == NULL)
        return FALSE;
      add_window (self, w, maps, map, class_index, first_frame, n_frames, ret_values);
    }
  return TRUE;
}

/* Turns the frequency attention of a class into its contributions, each window's with its gain. */
static void
fill_contribution (OtoAnalysis *self,
                   int          class_index,
                   gint64       first_frame,
                   gint64       n_frames,
                   float       *values)
{
  const gint64 pos = (gint64) class_index * self->n_frames;
  const float *step1 = oto_analysis_get_step1 (self);

  for (guint w = 0; w < self->plan.n_windows; w++)
    {
      gint64 begin = MAX (oto_window_plan_get_seam (&self->plan, w), first_frame);
      gint64 end = MIN (oto_window_plan_get_seam (&self->plan, w + 1), first_frame + n_frames);
      float *rows = values + (begin - first_frame) * self->n_mels;

      if (begin < end)
        oto_contribution_fill (rows, step1 + pos + begin, self->time_att + pos + begin,
                               self->window_gain[(size_t) w * self->n_classes + class_index],
                               end - begin, self->n_mels, rows);
    }
}

/**
 * oto_analysis_check_map:
 * @self: an analysis
 * @map: a result that somebody asked for
 * @error: set to %OTO_ANALYSIS_ERROR_PANEL when the model has no such map or the analysis was made
 *   without
 *
 * Returns: whether it is there
 */
gboolean
oto_analysis_check_map (OtoAnalysis  *self,
                        OtoMap        map,
                        GError      **error)
{
  const OtoMapInfo *info;

  g_return_val_if_fail (OTO_IS_ANALYSIS (self), FALSE);

  if (oto_analysis_has_map (self, map))
    return TRUE;

  info = oto_map_info_find (map);
  if (oto_model_config_get_maps (oto_model_snapshot_get_config (self->model)) & map)
    /* Translators: %s is “mask”, “frequency attention” or another thing that a model shows. */
    g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_PANEL,
                 _("The clip was analysed without the %s. Analyse it again."), _(info->noun));
  else
    /* Translators: the name of a model, then “mask” or another thing that a model shows. */
    g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_PANEL,
                 _("The model “%s” has no %s. Choose another."),
                 oto_model_snapshot_get_name (self->model), _(info->noun));
  return FALSE;
}

/**
 * oto_analysis_read_map:
 * @self: an analysis
 * @map: %OTO_MAP_FREQ_ATT, %OTO_MAP_CONTRIBUTION or %OTO_MAP_MASK
 * @class_index: a class
 * @first_frame: first frame to read
 * @n_frames: number of frames; they must lie inside the clip
 * @ret_values: (out caller-allocates): (n_frames, F)
 * @cancellable: (nullable): cancels
 * @error: set on failure, %OTO_ANALYSIS_ERROR_PANEL when the model has no such map or the analysis
 *   was made without
 *
 * Reads a large map of one class. Windows are computed again on request and kept in a bounded
 * cache. Masks are divided by the sum over classes where that exceeds one. Contributions of a clip
 * as long as a window sum to its probability, those of a shorter one together with its padding; of
 * a longer one each window has its own scale, and is read from its seam on.
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
  g_return_val_if_fail (oto_map_info_find (map)->axes == OTO_MAP_AXES_KTF, FALSE);
  g_return_val_if_fail (class_index >= 0 && class_index < self->n_classes, FALSE);
  g_return_val_if_fail (first_frame >= 0 && n_frames >= 0, FALSE);
  g_return_val_if_fail (first_frame + n_frames <= self->n_frames, FALSE);

  if (!oto_analysis_check_map (self, map, error))
    return FALSE;
  if (map != OTO_MAP_CONTRIBUTION)
    return read_map (self, map, class_index, first_frame, n_frames, ret_values, cancellable, error);
  if (!read_map (self, OTO_MAP_FREQ_ATT, class_index, first_frame, n_frames, ret_values,
                 cancellable, error))
    return FALSE;
  fill_contribution (self, class_index, first_frame, n_frames, ret_values);
  return TRUE;
}

/**
 * oto_analysis_get_contribution_top:
 * @self: an analysis with contributions
 * @class_index: a class
 *
 * Returns: the largest contribution of a whole frame: no bin of the class has more
 */
double
oto_analysis_get_contribution_top (OtoAnalysis *self,
                                   int          class_index)
{
  const gint64 pos = (gint64) class_index * self->n_frames;
  double top = 0.0;

  g_return_val_if_fail (OTO_IS_ANALYSIS (self), 0.0);
  g_return_val_if_fail (oto_analysis_has_map (self, OTO_MAP_CONTRIBUTION), 0.0);

  for (guint w = self->first_window; w < self->end_window; w++)
    {
      const gint64 end = oto_window_plan_get_seam (&self->plan, w + 1);
      const double gain = self->window_gain[(size_t) w * self->n_classes + class_index];

      for (gint64 t = oto_window_plan_get_seam (&self->plan, w); t < end; t++)
        {
          const double value = gain * self->step1[pos + t] * self->time_att[pos + t];

          top = value > top ? value : top;
        }
    }
  return top;
}

/**
 * oto_analysis_read_claim:
 * @self: an analysis
 * @frame: a frame
 * @mel: a mel bin
 * @ret_shares: (out caller-allocates): (K), of the masks, in [0, 1]
 * @ret_background: (out): what no class claims; all of them and this sum to one
 * @cancellable: (nullable): cancels
 * @error: set on failure, %OTO_ANALYSIS_ERROR_PANEL when the model has no masks
 *
 * Tells which classes claim one place in time and frequency.
 *
 * Returns: whether it was read
 */
gboolean
oto_analysis_read_claim (OtoAnalysis   *self,
                         gint64         frame,
                         int            mel,
                         float         *ret_shares,
                         float         *ret_background,
                         GCancellable  *cancellable,
                         GError       **error)
{
  g_autofree float *row = NULL;
  double sum = 0.0;

  g_return_val_if_fail (OTO_IS_ANALYSIS (self), FALSE);
  g_return_val_if_fail (mel >= 0 && mel < self->n_mels, FALSE);

  row = g_new (float, self->n_mels);
  for (int k = 0; k < self->n_classes; k++)
    {
      if (!oto_analysis_read_map (self, OTO_MAP_MASK, k, frame, 1, row, cancellable, error))
        return FALSE;
      ret_shares[k] = row[mel];
      sum += row[mel];
    }
  *ret_background = (float) MAX (1.0 - sum, 0.0);
  return TRUE;
}

/* Documented in the private header. */
gboolean
oto_analysis_read_published_mask (OtoAnalysis   *self,
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
