/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses/oto-segment-loss.h"

#include "losses/oto-mask-loss.h"

#include <string.h>

static double
compute_clip (const OtoLossTerm     *term,
              const OtoMaskLossClip *clip)
{
  double *scratch = g_newa (double, oto_dice_loss_get_n_scratch (clip->n_classes));

  if (clip->d_masks != NULL && !clip->adds)
    memset (clip->d_masks, 0, clip->n_bins * clip->n_classes * sizeof (float));
  return oto_dice_loss_compute ((OtoDiceForm) term->form, clip->masks, clip->n_bins,
                                clip->n_classes, clip->selected, clip->n_selected, clip->n_batch,
                                term->weight, clip->d_masks, scratch);
}

static double
compute (const OtoLossTerm *self,
         OtoPass           *pass)
{
  return oto_mask_loss_compute (self, pass, compute_clip);
}

static const OtoLossFuncs segment_loss_funcs = { compute };

/**
 * oto_segment_loss: (skip)
 * @masks: (T, F, K) in rows
 * @clip_prob: (1, 1, K): of which no gradient is wanted
 * @n_top: classes that are taken to sound (k); 0: those of the labels
 * @form: sum or mean over pairs of classes
 * @weight: of the term
 *
 * DICE-L and DICE-k of systems.md 5; clips with fewer than two such classes count as 0.
 *
 * Returns: the term
 */
OtoLossTerm
oto_segment_loss (OtoEdge     *masks,
                  OtoEdge     *clip_prob,
                  int          n_top,
                  OtoDiceForm  form,
                  double       weight)
{
  return (OtoLossTerm) {
    &segment_loss_funcs, "segment", weight, { masks, clip_prob }, OTO_MASK_LOSS_N_EDGES, form,
    n_top,
  };
}
