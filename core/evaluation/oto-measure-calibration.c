/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-measure-group.h"
#include "metrics/oto-calibration.h"

/* How far clip probabilities are shares, over all clips and classes, and the curve that shows it:
 * of each tenth of the range the share of positives, the mean probability, and how many. */

enum
{
  ECE,
  MCE,
  BRIER,
  SHARES,
  MEAN_PROBS = SHARES + OTO_CALIBRATION_N_BINS,
  COUNTS = MEAN_PROBS + OTO_CALIBRATION_N_BINS,
};

static const OtoMeasureInfo rows[] = {
  [ECE] = { "ece", OTO_MEASURE_VALUE },
  [MCE] = { "mce", OTO_MEASURE_VALUE },
  [BRIER] = { "brier", OTO_MEASURE_VALUE },
  { "share_0", OTO_MEASURE_VALUE }, { "share_1", OTO_MEASURE_VALUE },
  { "share_2", OTO_MEASURE_VALUE }, { "share_3", OTO_MEASURE_VALUE },
  { "share_4", OTO_MEASURE_VALUE }, { "share_5", OTO_MEASURE_VALUE },
  { "share_6", OTO_MEASURE_VALUE }, { "share_7", OTO_MEASURE_VALUE },
  { "share_8", OTO_MEASURE_VALUE }, { "share_9", OTO_MEASURE_VALUE },
  { "prob_0", OTO_MEASURE_VALUE }, { "prob_1", OTO_MEASURE_VALUE },
  { "prob_2", OTO_MEASURE_VALUE }, { "prob_3", OTO_MEASURE_VALUE },
  { "prob_4", OTO_MEASURE_VALUE }, { "prob_5", OTO_MEASURE_VALUE },
  { "prob_6", OTO_MEASURE_VALUE }, { "prob_7", OTO_MEASURE_VALUE },
  { "prob_8", OTO_MEASURE_VALUE }, { "prob_9", OTO_MEASURE_VALUE },
  { "n_0", OTO_MEASURE_COUNT }, { "n_1", OTO_MEASURE_COUNT }, { "n_2", OTO_MEASURE_COUNT },
  { "n_3", OTO_MEASURE_COUNT }, { "n_4", OTO_MEASURE_COUNT }, { "n_5", OTO_MEASURE_COUNT },
  { "n_6", OTO_MEASURE_COUNT }, { "n_7", OTO_MEASURE_COUNT }, { "n_8", OTO_MEASURE_COUNT },
  { "n_9", OTO_MEASURE_COUNT },
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == COUNTS + OTO_CALIBRATION_N_BINS);

typedef struct
{
  GArray *probs;                 /* of float */
  GArray *targets;               /* of float */
} State;

static gpointer
begin (const OtoMeasureContext *context)
{
  State *self = g_new0 (State, 1);

  self->probs = g_array_new (FALSE, FALSE, sizeof (float));
  self->targets = g_array_new (FALSE, FALSE, sizeof (float));
  return self;
}

static void
free_state (gpointer state)
{
  State *self = state;

  g_array_unref (self->probs);
  g_array_unref (self->targets);
  g_free (self);
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
  OtoReliability reliability;

  g_array_append_vals (self->probs, clip->probs, context->n_classes);
  g_array_append_vals (self->targets, clip->targets, context->n_classes);
  oto_calibration_get_reliability (clip->probs, clip->targets, context->n_classes, &reliability);
  for (guint b = 0; b < OTO_CALIBRATION_N_BINS; b++)
    oto_measures_add (measures, COUNTS + b, clip->index, OTO_MEASURE_ALL,
                      (double) reliability.bins[b].n, 0.0);
  return TRUE;
}

static void
end (gpointer                 state,
     const OtoMeasureContext *context,
     OtoMeasures             *measures)
{
  State *self = state;
  OtoReliability reliability;

  oto_calibration_get_reliability ((const float *) self->probs->data,
                                   (const float *) self->targets->data, self->probs->len,
                                   &reliability);
  oto_measures_set (measures, ECE, OTO_MEASURE_ALL, reliability.ece);
  oto_measures_set (measures, MCE, OTO_MEASURE_ALL, reliability.mce);
  oto_measures_set (measures, BRIER, OTO_MEASURE_ALL, reliability.brier);
  for (guint b = 0; b < OTO_CALIBRATION_N_BINS; b++)
    {
      oto_measures_set (measures, SHARES + b, OTO_MEASURE_ALL, reliability.bins[b].positive_share);
      oto_measures_set (measures, MEAN_PROBS + b, OTO_MEASURE_ALL, reliability.bins[b].mean_prob);
    }
}

const OtoMeasureGroup oto_measure_calibration = {
  .name = "calibration",
  OTO_MEASURE_ROWS (rows),
  .begin = begin,
  .add_clip = add_clip,
  .end = end,
  .free = free_state,
};
