/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "detection/oto-median-filter.h"
#include "evaluation/oto-measure-group.h"
#include "metrics/oto-intersection.h"
#include "metrics/oto-psds.h"

#include <math.h>

/* Without collars: PSDS of the scores that events are found in, and F1 by intersections of the
 * events. Classes that the clip's gate holds back are never active. */

enum
{
  PSDS_1,
  PSDS_2,
  INTERSECTION_F1,
  INTERSECTION_F1_MACRO,
};

static const OtoMeasureInfo rows[] = {
  [PSDS_1] = { "psds_1", OTO_MEASURE_VALUE },
  [PSDS_2] = { "psds_2", OTO_MEASURE_VALUE },
  [INTERSECTION_F1] = { "intersection_f1", OTO_MEASURE_VALUE },
  [INTERSECTION_F1_MACRO] = { "intersection_f1_macro", OTO_MEASURE_VALUE },
};

typedef struct
{
  OtoPsds               *psds[2];
  OtoIntersectionCounts *counts; /* (K) */
} State;

static gpointer
begin (const OtoMeasureContext *context)
{
  State *self = g_new0 (State, 1);

  self->psds[0] = oto_psds_new (&oto_psds_scenario_1, context->n_classes);
  self->psds[1] = oto_psds_new (&oto_psds_scenario_2, context->n_classes);
  self->counts = g_new0 (OtoIntersectionCounts, context->n_classes + 1);
  return self;
}

static void
free_state (gpointer state)
{
  State *self = state;

  oto_psds_free (self->psds[0]);
  oto_psds_free (self->psds[1]);
  g_free (self->counts);
  g_free (self);
}

/* (T) of a class, behind its gate and its median filter. */
static void
fill_scores (const OtoMeasureContext *context,
             const OtoMeasureClip    *clip,
             guint                    class_index,
             size_t                   n_frames,
             double                  *ret_scores)
{
  const OtoBinarizer *binarizer = &context->binarizers[class_index];
  g_autofree float *scores = NULL;
  g_autofree double *values = NULL;

  for (size_t t = 0; t < n_frames; t++)
    ret_scores[t] = NAN;
  if (!(clip->probs[class_index] > (float) binarizer->clip_threshold))
    return;
  scores = g_new (float, n_frames);
  values = g_new (double, n_frames);
  oto_analysis_fill_event_score (clip->analysis, clip->model_classes[class_index],
                                 binarizer->score, scores);
  for (size_t t = 0; t < n_frames; t++)
    values[t] = isnan (scores[t]) ? 0.0 : scores[t];
  oto_median_filter_apply (values, n_frames, (size_t) MAX (1, binarizer->median_frames),
                           ret_scores);
}

static gboolean
add_clip (gpointer                  state,
          const OtoMeasureContext  *context,
          const OtoMeasureClip     *clip,
          OtoMeasures              *measures,
          GCancellable             *cancellable,
          GError                  **error)
{
  State *self = state;
  const size_t n_frames = (size_t) oto_analysis_get_n_frames (clip->analysis);
  g_autofree double *scores = g_new (double, n_frames * context->n_classes + 1);

  for (guint k = 0; k < context->n_classes; k++)
    fill_scores (context, clip, k, n_frames, scores + k * n_frames);
  for (int i = 0; i < 2; i++)
    oto_psds_add_clip (self->psds[i], clip->duration_s, clip->refs, clip->n_refs, scores, n_frames,
                       oto_analysis_get_hop_s (clip->analysis));
  oto_intersection_add_clip (&oto_intersection_criteria_f1, context->n_classes, clip->refs,
                             clip->n_refs, clip->ests, clip->n_ests, self->counts, NULL);
  return TRUE;
}

static void
end (gpointer                 state,
     const OtoMeasureContext *context,
     OtoMeasures             *measures)
{
  State *self = state;
  OtoIntersectionCounts all;
  double macro;

  for (int i = 0; i < 2; i++)
    {
      g_auto (OtoPsdsResult) result = { 0 };

      oto_psds_compute (self->psds[i], NULL, 0, &result);
      oto_measures_set (measures, PSDS_1 + (guint) i, OTO_MEASURE_ALL, result.psds);
      for (guint k = 0; k < context->n_classes; k++)
        oto_measures_set (measures, PSDS_1 + (guint) i, (int) k, result.class_psds[k]);
    }
  macro = oto_intersection_get_macro_f1 (self->counts, context->n_classes, &all);
  oto_measures_set (measures, INTERSECTION_F1, OTO_MEASURE_ALL, oto_intersection_get_f1 (&all));
  oto_measures_set (measures, INTERSECTION_F1_MACRO, OTO_MEASURE_ALL, macro);
  for (guint k = 0; k < context->n_classes; k++)
    oto_measures_set (measures, INTERSECTION_F1, (int) k,
                      oto_intersection_get_f1 (&self->counts[k]));
}

const OtoMeasureGroup oto_measure_psds = {
  .name = "psds",
  OTO_MEASURE_ROWS (rows),
  .maps = OTO_MAP_STEP1,
  .needs = OTO_MEASURE_NEEDS_TIMES,
  .begin = begin,
  .add_clip = add_clip,
  .end = end,
  .free = free_state,
};
