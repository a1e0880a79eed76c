/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-measure-group.h"
#include "metrics/oto-auc.h"
#include "metrics/oto-f1.h"
#include "metrics/oto-tagging-score.h"

#include <math.h>
#include <string.h>

/* How well clip probabilities rank clips, and what their threshold makes of them. */

enum
{
  MICRO_AP,
  MACRO_AP,
  AUC,
  F1,
  PRECISION,
  RECALL,
  F1_MACRO,
};

static const OtoMeasureInfo rows[] = {
  [MICRO_AP] = { "micro_ap", OTO_MEASURE_VALUE },
  [MACRO_AP] = { "macro_ap", OTO_MEASURE_VALUE },
  [AUC] = { "auc", OTO_MEASURE_VALUE },
  [F1] = { "f1", OTO_MEASURE_RATIO },
  [PRECISION] = { "precision", OTO_MEASURE_RATIO },
  [RECALL] = { "recall", OTO_MEASURE_RATIO },
  [F1_MACRO] = { "f1_macro", OTO_MEASURE_VALUE },
};

typedef struct
{
  guint  n_clips;
  guint  n_classes;
  float *probs;                  /* (N, K) */
  float *targets;                /* (N, K) */
} State;

static gpointer
begin (const OtoMeasureContext *context)
{
  State *self = g_new0 (State, 1);
  const size_t n = (size_t) context->n_clips * context->n_classes;

  self->n_clips = context->n_clips;
  self->n_classes = context->n_classes;
  self->probs = g_new0 (float, n + 1);
  self->targets = g_new0 (float, n + 1);
  return self;
}

static void
free_state (gpointer state)
{
  State *self = state;

  g_free (self->probs);
  g_free (self->targets);
  g_free (self);
}

static void
count (OtoMeasures *measures,
       guint        clip,
       int          class_index,
       gboolean     is_found,
       gboolean     is_there)
{
  const gboolean is_hit = is_found && is_there;

  oto_measures_add (measures, F1, clip, class_index, 2.0 * is_hit, is_found + is_there);
  oto_measures_add (measures, PRECISION, clip, class_index, is_hit, is_found);
  oto_measures_add (measures, RECALL, clip, class_index, is_hit, is_there);
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
  const size_t pos = (size_t) clip->index * self->n_classes;

  memcpy (self->probs + pos, clip->probs, self->n_classes * sizeof (float));
  memcpy (self->targets + pos, clip->targets, self->n_classes * sizeof (float));
  for (guint k = 0; k < self->n_classes; k++)
    {
      const gboolean is_found = clip->probs[k] > (float) context->binarizers[k].clip_threshold;
      const gboolean is_there = clip->targets[k] > 0.5f;

      count (measures, clip->index, OTO_MEASURE_ALL, is_found, is_there);
      count (measures, clip->index, (int) k, is_found, is_there);
    }
  return TRUE;
}

static void
end (gpointer                 state,
     const OtoMeasureContext *context,
     OtoMeasures             *measures)
{
  State *self = state;
  g_autofree double *ap = g_new (double, self->n_classes + 1);
  OtoTaggingScore score;
  double sum = 0.0;
  guint n = 0;

  oto_tagging_score_compute (self->probs, self->targets, self->n_clips, self->n_classes, &score,
                             ap);
  oto_measures_set (measures, MICRO_AP, OTO_MEASURE_ALL, score.micro_ap);
  oto_measures_set (measures, MACRO_AP, OTO_MEASURE_ALL, score.macro_ap);
  oto_measures_set (measures, AUC, OTO_MEASURE_ALL, score.auc);
  for (guint k = 0; k < self->n_classes; k++)
    {
      oto_measures_set (measures, MACRO_AP, k, ap[k]);
      oto_measures_set (measures, AUC, k, oto_auc (self->probs + k, self->targets + k,
                                                   self->n_clips, self->n_classes));
      if (isnan (ap[k]))
        continue;
      sum += oto_measures_get_class_value (measures, F1, k);
      n++;
    }
  oto_measures_set (measures, F1_MACRO, OTO_MEASURE_ALL, n > 0 ? sum / n : NAN);
}

static gboolean
resample (gpointer       state,
          guint          measure,
          const guint32 *indices,
          guint          n_resamples,
          double        *ret_values)
{
  State *self = state;
  g_autofree double *others = NULL;

  if (measure != MICRO_AP && measure != MACRO_AP)
    return FALSE;
  others = g_new (double, n_resamples + 1);
  oto_bootstrap_get_ap (self->probs, self->targets, self->n_clips, self->n_classes, indices,
                        n_resamples, measure == MICRO_AP ? ret_values : others,
                        measure == MICRO_AP ? others : ret_values);
  return TRUE;
}

const OtoMeasureGroup oto_measure_clips = {
  .name = "clips",
  OTO_MEASURE_ROWS (rows),
  .begin = begin,
  .add_clip = add_clip,
  .end = end,
  .resample = resample,
  .free = free_state,
};
