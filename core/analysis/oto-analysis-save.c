/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-analysis-private.h"
#include "audio/oto-clip.h"
#include "io/oto-json.h"
#include "io/oto-safetensors.h"

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
  if (self->time_att != NULL)
    oto_safetensors_set_meta (file, "time_attention",
                              oto_model_config_has_learned_time_att (config) ? "learned"
                                                                             : "implied");
  oto_safetensors_set_meta (file, "classes", classes);
  oto_safetensors_set_meta (file, "hop_s", g_ascii_dtostr (hop_s, sizeof hop_s, self->hop_s));
}

/**
 * oto_analysis_save:
 * @self: an analysis
 * @path: the file to write, whole or not at all
 * @error: set on failure
 *
 * Writes all that there is but the large maps as safetensors: logmel, recon (T, F); step1, time_att
 * (K, T); mel_weights (K, F); clip_prob (K); window_frame (windows), window_prob (windows, K).
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
  if (clip_hash == NULL || !oto_analysis_need_step1 (self, error))
    return FALSE;

  const gint64 mel_shape[] = { self->n_frames, self->n_mels };
  const gint64 class_shape[] = { self->n_classes, self->n_frames };
  const gint64 weight_shape[] = { self->n_classes, self->n_mels };
  const gint64 prob_shape[] = { self->plan.n_windows, self->n_classes };

  frames = g_new (gint32, self->plan.n_windows);
  for (guint w = 0; w < self->plan.n_windows; w++)
    frames[w] = (gint32) oto_window_plan_get_first_frame (&self->plan, w);
  oto_safetensors_add (file, "logmel", OTO_DTYPE_F32, 2, mel_shape, self->logmel);
  if (self->recon != NULL)
    oto_safetensors_add (file, "recon", OTO_DTYPE_F32, 2, mel_shape, self->recon);
  if (self->step1 != NULL)
    oto_safetensors_add (file, "step1", OTO_DTYPE_F32, 2, class_shape, self->step1);
  if (self->time_att != NULL)
    oto_safetensors_add (file, "time_att", OTO_DTYPE_F32, 2, class_shape, self->time_att);
  if (self->mel_weights != NULL)
    oto_safetensors_add (file, "mel_weights", OTO_DTYPE_F32, 2, weight_shape, self->mel_weights);
  oto_safetensors_add (file, "clip_prob", OTO_DTYPE_F32, 1, class_shape, self->clip_prob);
  oto_safetensors_add (file, "window_frame", OTO_DTYPE_I32, 1, prob_shape, frames);
  oto_safetensors_add (file, "window_prob", OTO_DTYPE_F32, 2, prob_shape, self->window_prob);
  add_provenance (self, file, clip_hash);
  return oto_safetensors_save (file, path, error);
}
