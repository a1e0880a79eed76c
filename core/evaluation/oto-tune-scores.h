/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "detection/oto-tuning.h"
#include "evaluation/oto-analysis-feed.h"
#include "metrics/oto-interval.h"

G_BEGIN_DECLS

/* OtoTuneScores: what events of validation clips can be found in, computed once and then read many
 * times: scores of each clip and class, and the events of its labels. */

#define OTO_TUNE_N_SCORES 2      /* of OtoEventScore */

/**
 * OtoTunePair:
 * @prob: clip probability
 * @max: (scores): largest frame score
 * @scores: (nullable): (scores, T); %NULL: the class is never found in the clip
 * @refs: (array length=n_refs): its events, class 0
 * @n_refs: how many
 */
typedef struct
{
  float        prob;
  float        max[OTO_TUNE_N_SCORES];
  float       *scores;
  OtoInterval *refs;
  guint        n_refs;
} OtoTunePair;

/**
 * OtoTuneWindows:
 * @n: W
 * @seams: (W + 1): frames at which they begin
 * @probs: (W, K): their probabilities
 */
typedef struct
{
  guint   n;
  gint64 *seams;
  float  *probs;
} OtoTuneWindows;

/**
 * OtoTuneScores:
 * @n_clips: N
 * @n_classes: K: those that data set and model share
 * @hop_s: seconds from frame to frame
 * @has_attention: whether the score by attention is there
 * @durations_s: (N)
 * @n_frames: (N)
 * @pairs: (N, K)
 * @windows: (N): of each clip, the seams and probabilities of its windows
 * @probs: (N, K): clip probabilities
 * @targets: (N, K): 0 or 1
 */
typedef struct
{
  guint           n_clips;
  guint           n_classes;
  double          hop_s;
  gboolean        has_attention;
  double         *durations_s;
  gint64         *n_frames;
  OtoTunePair    *pairs;
  OtoTuneWindows *windows;
  float          *probs;
  float          *targets;
} OtoTuneScores;

OtoTuneScores *oto_tune_scores_new  (OtoModelSnapshot  *model,
                                     OtoDataset        *dataset,
                                     GArray            *clips,
                                     const int         *data_classes,
                                     const int         *model_classes,
                                     guint              n_classes,
                                     int                n_threads,
                                     OtoProgressFunc    progress,
                                     gpointer           user_data,
                                     GCancellable      *cancellable,
                                     GError           **error) G_GNUC_WARN_UNUSED_RESULT;
void           oto_tune_scores_free (OtoTuneScores     *self);
void           oto_tune_scores_calibrate (OtoTuneScores *self,
                                     const OtoTuning   *tuning);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoTuneScores, oto_tune_scores_free)

G_END_DECLS
