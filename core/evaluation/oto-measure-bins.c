/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audio/oto-channel.h"
#include "audio/oto-clip.h"
#include "evaluation/oto-measure-group.h"
#include "features/oto-logmel-stream.h"
#include "metrics/oto-cell-score.h"
#include "metrics/oto-f1.h"
#include "metrics/oto-score-histogram.h"
#include "models/oto-model-snapshot.h"
#include "separation/oto-mask.h"

#include <math.h>

/* How well masks tell the time-frequency bins of events, against ideal binary masks of events and
 * scene in the frames of each class (tables VIII and IX of 003). */

/* F1's threshold, as published. */
#define THRESHOLD 0.1f

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

typedef struct
{
  OtoLogmel         *logmel;     /* (nullable): made with the first clip */
  OtoScoreHistogram *histogram;
  OtoF1             *counts;     /* (K) */
} State;

static gpointer
begin (const OtoMeasureContext *context)
{
  State *self = g_new0 (State, 1);

  self->histogram = oto_score_histogram_new (context->n_classes);
  self->counts = g_new0 (OtoF1, context->n_classes + 1);
  return self;
}

static void
free_state (gpointer state)
{
  State *self = state;

  g_clear_pointer (&self->logmel, oto_logmel_free);
  oto_score_histogram_free (self->histogram);
  g_free (self->counts);
  g_free (self);
}

/* (T, F): mel magnitudes of one channel. */
static float *
read_magnitudes (State                *self,
                 const OtoMeasureClip *clip,
                 int                   channel,
                 GCancellable         *cancellable,
                 GError              **error)
{
  const OtoLogmelConfig *config = oto_logmel_get_config (self->logmel);
  const gint64 n_frames = oto_analysis_get_n_frames (clip->analysis);
  const size_t n_bins = (size_t) n_frames * (size_t) oto_analysis_get_n_mels (clip->analysis);
  g_autoptr (OtoClip) part = oto_channel_take (oto_analysis_get_clip (clip->analysis), channel,
                                               error);
  g_autofree float *values = NULL;
  gboolean is_silent;

  if (part == NULL)
    return NULL;
  values = g_new (float, n_bins);
  if (!oto_logmel_stream_read_clip (self->logmel, part, n_frames, values, &is_silent, NULL, NULL,
                                    cancellable, error))
    return NULL;
  for (size_t i = 0; i < n_bins; i++)
    values[i] = (float) pow (10.0, oto_logmel_config_get_level_db (config, values[i]) / 20.0);
  return g_steal_pointer (&values);
}

static void
count (OtoF1       *counts,
       const float *mask,
       const float *targets,
       size_t       n_bins)
{
  for (size_t i = 0; i < n_bins; i++)
    {
      const gboolean is_found = mask[i] > THRESHOLD, is_there = targets[i] > 0.5f;

      counts->n_hits += is_found && is_there;
      counts->n_false += is_found && !is_there;
      counts->n_missed += !is_found && is_there;
    }
}

/* A class's mask against the ideal one in the frames of its events. */
static gboolean
add_class (State                 *self,
           const OtoMeasureClip  *clip,
           guint                  class_index,
           const float           *ideal,
           GCancellable          *cancellable,
           GError               **error)
{
  const gint64 n_frames = oto_analysis_get_n_frames (clip->analysis);
  const int n_mels = oto_analysis_get_n_mels (clip->analysis);
  const size_t n_bins = (size_t) n_frames * (size_t) n_mels;
  g_autofree float *mask = g_new (float, n_bins);
  g_autofree float *targets = g_new (float, n_bins);
  g_autofree float *frames = g_new (float, n_frames);

  if (!oto_analysis_read_map (clip->analysis, OTO_MAP_MASK, clip->model_classes[class_index], 0,
                              n_frames, mask, cancellable, error))
    return FALSE;
  oto_cell_score_fill_frames (clip->refs, clip->n_refs, (int) class_index,
                              1.0 / oto_analysis_get_hop_s (clip->analysis), (size_t) n_frames,
                              frames);
  for (size_t i = 0; i < n_bins; i++)
    targets[i] = ideal[i] * frames[i / (size_t) n_mels];
  oto_score_histogram_add (self->histogram, class_index, mask, targets, n_bins);
  count (&self->counts[class_index], mask, targets, n_bins);
  return TRUE;
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
  const size_t n_bins = (size_t) oto_analysis_get_n_frames (clip->analysis)
                        * (size_t) oto_analysis_get_n_mels (clip->analysis);
  g_autofree float *events = NULL, *scene = NULL, *ideal = NULL;

  if (self->logmel == NULL)
    self->logmel = oto_logmel_new (oto_model_snapshot_get_front_end (context->model), error);
  if (self->logmel == NULL
      || (events = read_magnitudes (self, clip, 1, cancellable, error)) == NULL
      || (scene = read_magnitudes (self, clip, 2, cancellable, error)) == NULL)
    return FALSE;
  ideal = g_new (float, n_bins);
  oto_mask_fill_ideal_binary (events, scene, n_bins, ideal);
  for (guint k = 0; k < context->n_classes; k++)
    if (!add_class (self, clip, k, ideal, cancellable, error))
      return FALSE;
  return TRUE;
}

static void
end (gpointer                 state,
     const OtoMeasureContext *context,
     OtoMeasures             *measures)
{
  State *self = state;
  double sums[G_N_ELEMENTS (rows)] = { 0.0 };
  guint n[G_N_ELEMENTS (rows)] = { 0 };

  for (guint k = 0; k < context->n_classes; k++)
    {
      OtoF1 *counts = &self->counts[k];
      double values[G_N_ELEMENTS (rows)];

      oto_f1_set_counts (counts, counts->n_hits, counts->n_false, counts->n_missed);
      values[AP] = oto_score_histogram_get_ap (self->histogram, k);
      values[AUC] = oto_score_histogram_get_auc (self->histogram, k);
      values[F1] = isnan (values[AP]) ? NAN : counts->f1;
      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        {
          oto_measures_set (measures, i, (int) k, values[i]);
          sums[i] += isnan (values[i]) ? 0.0 : values[i];
          n[i] += !isnan (values[i]);
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (sums); i++)
    oto_measures_set (measures, i, OTO_MEASURE_ALL, n[i] > 0 ? sums[i] / n[i] : NAN);
}

const OtoMeasureGroup oto_measure_bins = {
  .name = "bins",
  OTO_MEASURE_ROWS (rows),
  .maps = OTO_MAP_MASK,
  .needs = OTO_MEASURE_NEEDS_TIMES | OTO_MEASURE_NEEDS_PARTS,
  .begin = begin,
  .add_clip = add_clip,
  .end = end,
  .free = free_state,
};
