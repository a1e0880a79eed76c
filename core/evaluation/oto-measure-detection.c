/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-measure-group.h"
#include "metrics/oto-event-score.h"
#include "metrics/oto-segment-score.h"

#include <math.h>
#include <string.h>

/* Events that are found, by collars and by segments. F is 2 hits / (reference + estimate), so that
 * a system that is always silent has 0, and one without reference none; means are over the classes
 * of the reference. */

enum
{
  F1,
  PRECISION,
  RECALL,
  ERROR_RATE,
  SUBSTITUTION_RATE,
  DELETION_RATE,
  INSERTION_RATE,
  F1_MACRO,
  ERROR_RATE_MACRO,
  N_REF,
  N_SYS,
  N_HITS,
  N_SUBS,
  N_DELS,
  N_INS,
  F1_GREEDY,
};

static const OtoMeasureInfo rows[] = {
  [F1] = { "f1", OTO_MEASURE_RATIO },
  [PRECISION] = { "precision", OTO_MEASURE_RATIO },
  [RECALL] = { "recall", OTO_MEASURE_RATIO },
  [ERROR_RATE] = { "error_rate", OTO_MEASURE_RATIO },
  [SUBSTITUTION_RATE] = { "substitution_rate", OTO_MEASURE_RATIO },
  [DELETION_RATE] = { "deletion_rate", OTO_MEASURE_RATIO },
  [INSERTION_RATE] = { "insertion_rate", OTO_MEASURE_RATIO },
  [F1_MACRO] = { "f1_macro", OTO_MEASURE_VALUE },
  [ERROR_RATE_MACRO] = { "error_rate_macro", OTO_MEASURE_VALUE },
  [N_REF] = { "n_ref", OTO_MEASURE_COUNT },
  [N_SYS] = { "n_sys", OTO_MEASURE_COUNT },
  [N_HITS] = { "n_hits", OTO_MEASURE_COUNT },
  [N_SUBS] = { "n_subs", OTO_MEASURE_COUNT },
  [N_DELS] = { "n_dels", OTO_MEASURE_COUNT },
  [N_INS] = { "n_ins", OTO_MEASURE_COUNT },
  [F1_GREEDY] = { "f1_greedy", OTO_MEASURE_RATIO },
};

static void
add_f1 (OtoMeasures              *measures,
        guint                     i,
        guint                     clip,
        int                       class_index,
        const OtoDetectionCounts *counts)
{
  oto_measures_add (measures, i, clip, class_index, 2.0 * (double) counts->n_hits,
                    (double) (counts->n_ref + counts->n_sys));
}

static void
add_counts (OtoMeasures              *measures,
            guint                     clip,
            int                       class_index,
            const OtoDetectionCounts *counts)
{
  const double n_ref = (double) counts->n_ref, n_sys = (double) counts->n_sys;
  const double n_hits = (double) counts->n_hits, n_subs = (double) counts->n_subs;
  const double n_dels = (double) counts->n_dels, n_ins = (double) counts->n_ins;
  const struct
  {
    guint  i;
    double value;
    double weight;
  } sums[] = {
    { PRECISION, n_hits, n_sys },
    { RECALL, n_hits, n_ref },
    { ERROR_RATE, n_subs + n_dels + n_ins, n_ref },
    { SUBSTITUTION_RATE, n_subs, n_ref },
    { DELETION_RATE, n_dels, n_ref },
    { INSERTION_RATE, n_ins, n_ref },
    { N_REF, n_ref, 0.0 },
    { N_SYS, n_sys, 0.0 },
    { N_HITS, n_hits, 0.0 },
    { N_SUBS, n_subs, 0.0 },
    { N_DELS, n_dels, 0.0 },
    { N_INS, n_ins, 0.0 },
  };

  add_f1 (measures, F1, clip, class_index, counts);
  for (guint s = 0; s < G_N_ELEMENTS (sums); s++)
    oto_measures_add (measures, sums[s].i, clip, class_index, sums[s].value, sums[s].weight);
}

static void
add_score (OtoMeasures             *measures,
           guint                    clip,
           const OtoDetectionScore *score)
{
  add_counts (measures, clip, OTO_MEASURE_ALL, &score->overall);
  for (guint k = 0; k < score->n_classes; k++)
    add_counts (measures, clip, (int) k, &score->classes[k]);
}

static gboolean
add_events (gpointer                  state,
            const OtoMeasureContext  *context,
            const OtoMeasureClip     *clip,
            OtoMeasures              *measures,
            GCancellable             *cancellable,
            GError                  **error)
{
  g_auto (OtoDetectionScore) score = { 0 };
  g_auto (OtoDetectionScore) greedy_score = { 0 };
  OtoEventCriteria criteria = context->config->criteria;

  oto_detection_score_init (&score, context->n_classes);
  oto_event_score_add_clip (&score, &criteria, clip->refs, clip->n_refs, clip->ests, clip->n_ests);
  add_score (measures, clip->index, &score);

  criteria.matching = OTO_EVENT_MATCHING_GREEDY;
  oto_detection_score_init (&greedy_score, context->n_classes);
  oto_event_score_add_clip (&greedy_score, &criteria, clip->refs, clip->n_refs, clip->ests,
                            clip->n_ests);
  add_f1 (measures, F1_GREEDY, clip->index, OTO_MEASURE_ALL, &greedy_score.overall);
  for (guint k = 0; k < context->n_classes; k++)
    add_f1 (measures, F1_GREEDY, clip->index, (int) k, &greedy_score.classes[k]);
  return TRUE;
}

static gboolean
add_segments (gpointer                  state,
              const OtoMeasureContext  *context,
              const OtoMeasureClip     *clip,
              OtoMeasures              *measures,
              GCancellable             *cancellable,
              GError                  **error)
{
  g_auto (OtoDetectionScore) score = { 0 };

  oto_detection_score_init (&score, context->n_classes);
  oto_segment_score_add_clip (&score, context->config->segment_s, clip->duration_s, clip->refs,
                              clip->n_refs, clip->ests, clip->n_ests);
  add_score (measures, clip->index, &score);
  return TRUE;
}

static void
end (gpointer                 state,
     const OtoMeasureContext *context,
     OtoMeasures             *measures)
{
  double f1 = 0.0, error_rate = 0.0;
  guint n = 0;

  for (guint k = 0; k < context->n_classes; k++)
    if (oto_measures_get_class_value (measures, N_REF, k) > 0.0)
      {
        f1 += oto_measures_get_class_value (measures, F1, k);
        error_rate += oto_measures_get_class_value (measures, ERROR_RATE, k);
        n++;
      }
  oto_measures_set (measures, F1_MACRO, OTO_MEASURE_ALL, n > 0 ? f1 / n : NAN);
  oto_measures_set (measures, ERROR_RATE_MACRO, OTO_MEASURE_ALL, n > 0 ? error_rate / n : NAN);
}

const OtoMeasureGroup oto_measure_events = {
  .name = "events",
  OTO_MEASURE_ROWS (rows),
  .maps = OTO_MAP_STEP1,
  .needs = OTO_MEASURE_NEEDS_TIMES,
  .add_clip = add_events,
  .end = end,
};

const OtoMeasureGroup oto_measure_segments = {
  .name = "segments",
  .measures = rows,
  .n_measures = F1_GREEDY,
  .maps = OTO_MAP_STEP1,
  .needs = OTO_MEASURE_NEEDS_TIMES,
  .add_clip = add_segments,
  .end = end,
};
