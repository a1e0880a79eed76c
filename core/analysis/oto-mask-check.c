/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-mask-check.h"

#include "analysis/oto-stems.h"
#include "audio/oto-clip.h"
#include "base/oto-arena.h"

/* What the model says of the class in some samples, as long and with as many channels as the clip
 * of @like; the name keeps it apart from what the analyzer has kept. */
static gboolean
get_prob (OtoAnalyzer   *analyzer,
          OtoAnalysis   *like,
          const char    *name,
          const float   *samples,
          int            class_index,
          double        *ret_prob,
          GCancellable  *cancellable,
          GError       **error)
{
  OtoClip *clip = oto_analysis_get_clip (like);
  g_autoptr (OtoClip) part = oto_clip_new_from_samples (name, samples,
                                                        oto_clip_get_n_samples (clip),
                                                        oto_clip_get_n_channels (clip),
                                                        oto_clip_get_rate_hz (clip));
  g_autoptr (OtoAnalysis) analysis = oto_analyzer_analyze (analyzer, part, NULL, NULL, cancellable,
                                                           error);

  if (analysis == NULL)
    return FALSE;
  *ret_prob = oto_analysis_get_clip_prob (analysis)[class_index];
  return TRUE;
}

/* The stem becomes what is left of the clip without it. */
static gboolean
subtract_from_clip (OtoAnalysis  *analysis,
                    float        *samples,
                    GError      **error)
{
  enum { LEN = 65536 };
  OtoClip *clip = oto_analysis_get_clip (analysis);
  const gint64 n_samples = oto_clip_get_n_samples (clip);
  const int n_channels = oto_clip_get_n_channels (clip);
  g_autofree float *block = g_new (float, (size_t) LEN * n_channels);

  for (gint64 pos = 0; pos < n_samples; pos += LEN)
    {
      const gint64 n = MIN (LEN, n_samples - pos);

      if (!oto_clip_read (clip, pos, n, block, error))
        return FALSE;
      for (gint64 i = 0; i < n * n_channels; i++)
        samples[pos * n_channels + i] = block[i] - samples[pos * n_channels + i];
    }
  return TRUE;
}

/**
 * oto_mask_check_run:
 * @analyzer: runs the model of @analysis
 * @analysis: of a clip
 * @class_index: a class
 * @ret_check: (out): what was found
 * @progress: (nullable) (scope call): of rendering the stem; called on this thread
 * @user_data: for @progress
 * @cancellable: (nullable): cancels
 * @error: set on failure, %OTO_ANALYSIS_ERROR_PANEL where the model has no mask
 *
 * Renders the class's stem, and asks the model again about it and about the rest of the clip.
 *
 * Returns: whether it could be done
 */
gboolean
oto_mask_check_run (OtoAnalyzer      *analyzer,
                    OtoAnalysis      *analysis,
                    int               class_index,
                    OtoMaskCheck     *ret_check,
                    OtoProgressFunc   progress,
                    gpointer          user_data,
                    GCancellable     *cancellable,
                    GError          **error)
{
  OtoMaskCheck check;
  float *stem;
  gboolean is_done;

  g_return_val_if_fail (OTO_IS_ANALYZER (analyzer) && OTO_IS_ANALYSIS (analysis), FALSE);
  g_return_val_if_fail (class_index >= 0 && class_index < oto_analysis_get_n_classes (analysis),
                        FALSE);
  g_return_val_if_fail (ret_check != NULL, FALSE);

  stem = oto_stems_render (analysis, OTO_MASK_LISTENING, class_index, progress, user_data,
                           cancellable, error);
  if (stem == NULL)
    return FALSE;
  check.mix_prob = oto_analysis_get_clip_prob (analysis)[class_index];
  is_done = get_prob (analyzer, analysis, "masked in", stem, class_index, &check.masked_in_prob,
                      cancellable, error)
            && subtract_from_clip (analysis, stem, error)
            && get_prob (analyzer, analysis, "masked out", stem, class_index,
                         &check.masked_out_prob, cancellable, error);
  oto_free (stem);
  if (is_done)
    *ret_check = check;
  return is_done;
}
