/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-frame-loss.h"

#include "nn/oto-weighted-bce.h"

#include <string.h>

static double
compute (const OtoLossTerm *self,
         OtoPass           *pass)
{
  const OtoEdge *scores = self->edges[0];
  const size_t n_steps = scores->shape.n_frames, n_classes = scores->shape.n_channels;
  const size_t n_rows = pass->n_batch * n_steps;
  const double n_total = (double) n_rows * n_classes;
  const OtoBceWeights weights = { .positive = pass->class_weights };
  const gboolean is_logit = self->form == OTO_FRAME_LOSS_LOGIT;
  gboolean adds;

  if (oto_loss_term_begin_d (self, 0, &adds))
    {
      if (!adds)
        memset (scores->d, 0, n_rows * n_classes * sizeof (float));
      (is_logit ? oto_weighted_bce_logit_backward : oto_weighted_bce_prob_backward)
        (&weights, scores->plain, pass->y, n_rows, n_steps, n_classes, n_total, self->weight,
         scores->d);
    }
  return (is_logit ? oto_weighted_bce_logit_forward : oto_weighted_bce_prob_forward)
    (&weights, scores->plain, pass->y, n_rows, n_steps, n_classes, n_total);
}

static const OtoLossFuncs frame_loss_funcs = { compute };

/**
 * oto_frame_loss: (skip)
 * @name: of the term; a static string
 * @scores: (T', 1, K): of frames, of longer segments, or of the whole clip
 * @form: what they are
 *
 * Binary cross-entropy of every step against the labels of its clip, mean over batch, steps and
 * classes: SLAT of systems.md 5. The positives of a class count as much as the recipe's weights of
 * classes say, if it has any. The term has weight 1.
 *
 * Returns: the term
 */
OtoLossTerm
oto_frame_loss (const char       *name,
                OtoEdge          *scores,
                OtoFrameLossForm  form)
{
  g_assert (scores->shape.n_mels == 1 && scores->layout == OTO_LAYOUT_ROWS);

  return (OtoLossTerm) { &frame_loss_funcs, name, 1.0, { scores }, 1, (int) form, 0.0 };
}
