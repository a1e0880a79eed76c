/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-silent-loss-term.h"

#include "losses/oto-mask-loss.h"
#include "nn/oto-class-selection.h"
#include "nn/oto-silent-loss.h"

static double
compute_clip (const OtoLossTerm     *term,
              const OtoMaskLossClip *clip)
{
  int *silent = g_newa (int, clip->n_classes);
  float *scratch = g_newa (float, clip->n_classes);
  const int n_silent = oto_class_selection_invert (clip->selected, clip->n_selected,
                                                   clip->n_classes, silent);

  return oto_silent_loss_compute (clip->masks, clip->n_bins, clip->n_classes, silent, n_silent,
                                  clip->n_batch, term->weight, clip->adds, clip->d_masks, scratch);
}

static double
compute (const OtoLossTerm *self,
         OtoPass           *pass)
{
  return oto_mask_loss_compute (self, pass, compute_clip);
}

static const OtoLossFuncs silent_loss_funcs = { compute };

/**
 * oto_silent_loss_term: (skip)
 * @masks: (T, F, K) in rows
 * @clip_prob: (1, 1, K): of which no gradient is wanted
 * @n_top: classes that are taken to sound (k); 0: those of the labels
 * @weight: of the term
 *
 * SIL of systems.md 5: the sum over silent classes of the mean of their masks.
 *
 * Returns: the term
 */
OtoLossTerm
oto_silent_loss_term (OtoEdge *masks,
                      OtoEdge *clip_prob,
                      int      n_top,
                      double   weight)
{
  return (OtoLossTerm) {
    &silent_loss_funcs, "silent", weight, { masks, clip_prob }, OTO_MASK_LOSS_N_EDGES, 0, n_top,
  };
}
