/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-analysis-private.h"
#include "base/oto-error.h"

#include <glib/gi18n-lib.h>

/* What the listening mask of a model is made of. Scores whose places are only nominally frames say
 * nothing of time, and attention that the pooling implies says nothing that scores do not. */
static guint
get_listening_parts (const OtoModelConfig *config)
{
  guint parts = 0;

  if (oto_model_config_has_exact_positions (config))
    parts = OTO_MAP_STEP1;
  if (parts != 0 && oto_model_config_has_learned_time_att (config))
    parts |= OTO_MAP_TIME_ATT;
  return oto_model_config_get_maps (config) & parts;
}

/**
 * oto_analysis_get_mask_maps:
 * @kind: which mask
 *
 * Returns: #OtoMap flags of what an analyzer is to compute for it, of those that a model has
 */
guint
oto_analysis_get_mask_maps (OtoMaskKind kind)
{
  return kind == OTO_MASK_PUBLISHED ? OTO_MAP_MASK : OTO_MAP_STEP1 | OTO_MAP_TIME_ATT;
}

/**
 * oto_analysis_has_mask:
 * @self: an analysis
 * @kind: which mask
 *
 * Returns: whether the model has it, and the analyzer was to compute it; every model has a mask for
 *   listening
 */
gboolean
oto_analysis_has_mask (OtoAnalysis *self,
                       OtoMaskKind  kind)
{
  guint parts;

  g_return_val_if_fail (OTO_IS_ANALYSIS (self), FALSE);

  if (kind == OTO_MASK_PUBLISHED)
    return oto_analysis_has_map (self, OTO_MAP_MASK);
  parts = get_listening_parts (oto_model_snapshot_get_config (self->model));
  return (oto_window_runner_get_maps (self->runner) & parts) == parts;
}

/**
 * oto_analysis_check_mask:
 * @self: an analysis
 * @kind: a mask that somebody asked for
 * @error: set as by oto_analysis_check_map()
 *
 * Returns: whether it is there
 */
gboolean
oto_analysis_check_mask (OtoAnalysis  *self,
                         OtoMaskKind   kind,
                         GError      **error)
{
  if (oto_analysis_has_mask (self, kind))
    return TRUE;
  if (kind == OTO_MASK_PUBLISHED)
    return oto_analysis_check_map (self, OTO_MAP_MASK, error);

  g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_PANEL,
               _("The clip was analysed without the %s. Analyse it again."),
               _(oto_map_info_find (OTO_MAP_STEP1)->noun));
  return FALSE;
}

static const OtoListeningMask *
get_listening (OtoAnalysis *self)
{
  const OtoModelConfig *config = oto_model_snapshot_get_config (self->model);
  const guint parts = get_listening_parts (config);

  if (g_once_init_enter (&self->listening))
    {
      const OtoListeningSource source = {
        .front_end = oto_model_snapshot_get_front_end (self->model),
        .plan = &self->plan,
        .n_classes = self->n_classes,
        .logmel = self->logmel,
        .scores = (parts & OTO_MAP_STEP1) != 0 ? self->step1 : NULL,
        .time_att = (parts & OTO_MAP_TIME_ATT) != 0 ? self->time_att : NULL,
        .window_prob = self->window_prob,
      };

      g_once_init_leave (&self->listening, oto_listening_mask_new (&source));
    }
  return self->listening;
}

/**
 * oto_analysis_read_mask:
 * @self: an analysis
 * @kind: which mask
 * @class_index: a class, or K for the sum over classes, what Background is without
 * @first_frame: first frame to read
 * @n_frames: number of frames; they must lie inside the clip
 * @ret_values: (out caller-allocates): (n_frames, F), in [0, 1]
 * @cancellable: (nullable): cancels
 * @error: set as by oto_analysis_read_map()
 *
 * Reads the mask of one class. Masks of all classes sum to one at most.
 *
 * Returns: whether all was read
 */
gboolean
oto_analysis_read_mask (OtoAnalysis   *self,
                        OtoMaskKind    kind,
                        int            class_index,
                        gint64         first_frame,
                        gint64         n_frames,
                        float         *ret_values,
                        GCancellable  *cancellable,
                        GError       **error)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), FALSE);
  g_return_val_if_fail (class_index >= 0 && class_index <= self->n_classes, FALSE);
  g_return_val_if_fail (first_frame >= 0 && n_frames >= 0, FALSE);
  g_return_val_if_fail (first_frame + n_frames <= self->n_frames, FALSE);

  if (!oto_analysis_check_mask (self, kind, error))
    return FALSE;
  if (kind == OTO_MASK_PUBLISHED)
    return oto_analysis_read_published_mask (self, class_index, first_frame, n_frames, ret_values,
                                             cancellable, error);
  /* Scores of long steps are there when they are asked for. */
  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || (oto_analysis_has_map (self, OTO_MAP_STEP1) && !oto_analysis_need_step1 (self, error)))
    return FALSE;
  oto_listening_mask_read (get_listening (self), class_index, first_frame, n_frames, ret_values);
  return TRUE;
}
