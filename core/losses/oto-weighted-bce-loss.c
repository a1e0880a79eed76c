/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-weighted-bce-loss.h"

#include "nn/oto-weighted-bce.h"

#include <string.h>

/* The constant of a term that weighs negatives, too. */
#define ONE_SIDED 0.0
#define TWO_SIDED 1.0

static double
compute (const OtoLossTerm *self,
         OtoPass           *pass)
{
  const OtoEdge *scores = self->edges[0];
  const OtoBceWeights weights = {
    pass->class_weights, self->constant == TWO_SIDED ? pass->negative_weights : NULL,
  };
  const size_t n_segments = (size_t) scores->shape.n_frames * scores->shape.n_mels;
  const size_t n_rows = pass->n_batch * n_segments, n_classes = scores->shape.n_channels;
  const size_t n = n_rows * n_classes;
  const gboolean is_logit = self->form == OTO_WEIGHTED_BCE_LOGIT;
  gboolean adds;

  if (oto_loss_term_begin_d (self, 0, &adds))
    {
      if (!adds)
        memset (scores->d, 0, n * sizeof (float));
      (is_logit ? oto_weighted_bce_logit_backward : oto_weighted_bce_prob_backward)
        (&weights, scores->plain, pass->y, n_rows, n_segments, n_classes, (double) n,
         self->weight, scores->d);
    }
  return (is_logit ? oto_weighted_bce_logit_forward : oto_weighted_bce_prob_forward)
           (&weights, scores->plain, pass->y, n_rows, n_segments, n_classes, (double) n);
}

static const OtoLossFuncs weighted_bce_loss_funcs = { compute };

/**
 * oto_weighted_bce_loss: (skip)
 * @name: what log and curves call it
 * @scores: (T, 1, K), in rows: of the segments of a clip, or with T = 1 of the clip
 * @input: whether @scores are probabilities or logits
 * @weight: of the term in the total
 *
 * Binary cross-entropy of every segment against the labels of its clip, positives weighted by class
 * (#OtoPass.class_weights); the mean over clips, segments and classes.
 *
 * Returns: the term
 */
OtoLossTerm
oto_weighted_bce_loss (const char          *name,
                       OtoEdge             *scores,
                       OtoWeightedBceInput  input,
                       double               weight)
{
  g_assert (scores->layout == OTO_LAYOUT_ROWS);

  return (OtoLossTerm) { &weighted_bce_loss_funcs, name, weight, { scores }, 1, input, ONE_SIDED };
}

/**
 * oto_weighted_bce_loss_two_sided: (skip)
 * @name: as in oto_weighted_bce_loss()
 * @scores: likewise
 * @input: likewise
 * @weight: likewise
 *
 * The same with negatives weighted by class, too (#OtoPass.negative_weights).
 *
 * Returns: the term
 */
OtoLossTerm
oto_weighted_bce_loss_two_sided (const char          *name,
                                 OtoEdge             *scores,
                                 OtoWeightedBceInput  input,
                                 double               weight)
{
  OtoLossTerm self = oto_weighted_bce_loss (name, scores, input, weight);

  self.constant = TWO_SIDED;
  return self;
}
