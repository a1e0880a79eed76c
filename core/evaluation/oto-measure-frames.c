/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-measure-group.h"
#include "metrics/oto-cell-score.h"

#include <math.h>
#include <string.h>

/* How well frame scores tell the frames of events, after the clip's gate (tables IV and V of 003).
 * A frame is active above what events grow down to, or else above what they begin with. */

enum
{
  F1,
  AUC,
  AP,
};

static const OtoMeasureInfo rows[] = {
  [F1] = { "f1", OTO_MEASURE_VALUE },
  [AUC] = { "auc", OTO_MEASURE_VALUE },
  [AP] = { "ap", OTO_MEASURE_VALUE },
};

static gpointer
begin (const OtoMeasureContext *context)
{
  return oto_cell_score_new (context->n_classes);
}

static void
free_state (gpointer state)
{
  oto_cell_score_free (state);
}

static gboolean
add_clip (gpointer                  state,
          const OtoMeasureContext  *context,
          const OtoMeasureClip     *clip,
          OtoMeasures              *measures,
          GCancellable             *cancellable,
          GError                  **error)
{
  const size_t n_frames = (size_t) oto_analysis_get_n_frames (clip->analysis);
  const double frames_per_s = 1.0 / oto_analysis_get_hop_s (clip->analysis);
  g_autofree float *scores = g_new (float, n_frames);
  g_autofree float *targets = g_new (float, n_frames);

  for (guint k = 0; k < context->n_classes; k++)
    {
      const OtoBinarizer *binarizer = &context->binarizers[k];

      if (clip->probs[k] > (float) binarizer->clip_threshold)
        oto_analysis_fill_event_score (clip->analysis, clip->model_classes[k], binarizer->score,
                                       scores);
      else
        memset (scores, 0, n_frames * sizeof (float));
      oto_cell_score_fill_frames (clip->refs, clip->n_refs, (int) k, frames_per_s, n_frames,
                                  targets);
      oto_cell_score_add (state, k, scores, targets, n_frames);
    }
  return TRUE;
}

static void
end (gpointer                 state,
     const OtoMeasureContext *context,
     OtoMeasures             *measures)
{
  double sums[G_N_ELEMENTS (rows)] = { 0.0 };
  guint n[G_N_ELEMENTS (rows)] = { 0 };

  for (guint k = 0; k < context->n_classes; k++)
    {
      const OtoBinarizer *binarizer = &context->binarizers[k];
      OtoCellScores scores;

      oto_cell_score_get_class (state, k, isnan (binarizer->low) ? binarizer->high
                                                                 : binarizer->low, &scores);

      const double values[] = {
        [F1] = isnan (scores.ap) ? NAN : scores.f1.f1, [AUC] = scores.auc, [AP] = scores.ap,
      };

      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        {
          oto_measures_set (measures, i, k, values[i]);
          sums[i] += isnan (values[i]) ? 0.0 : values[i];
          n[i] += !isnan (values[i]);
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (sums); i++)
    oto_measures_set (measures, i, OTO_MEASURE_ALL, n[i] > 0 ? sums[i] / n[i] : NAN);
}

const OtoMeasureGroup oto_measure_frames = {
  .name = "frames",
  OTO_MEASURE_ROWS (rows),
  .maps = OTO_MAP_STEP1,
  .needs = OTO_MEASURE_NEEDS_TIMES,
  .begin = begin,
  .add_clip = add_clip,
  .end = end,
  .free = free_state,
};
