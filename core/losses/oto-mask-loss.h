/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "losses/oto-loss-term.h"

G_BEGIN_DECLS

/* What losses on the masks of each clip share. Their terms read the masks (T, F, K) in rows and the
 * clip probabilities (1, 1, K); their constant is how many classes are taken to sound, those with
 * the highest probabilities, or 0: those of the labels. */

enum { OTO_MASK_LOSS_MASKS, OTO_MASK_LOSS_CLIP_PROB, OTO_MASK_LOSS_N_EDGES };

/* One clip. */
typedef struct
{
  const float *masks;
  float       *d_masks;          /* (nullable) where no gradient is wanted */
  gboolean     adds;             /* whether the gradient is added to */
  size_t       n_bins;
  int          n_classes;
  const int   *selected;         /* the classes that sound, a constant of the gradient */
  int          n_selected;
  int          n_batch;
} OtoMaskLossClip;

/* Returns: the clip's share of the value. */
typedef double (*OtoMaskLossFunc) (const OtoLossTerm     *term,
                                   const OtoMaskLossClip *clip);

double oto_mask_loss_compute (const OtoLossTerm *term,
                              OtoPass           *pass,
                              OtoMaskLossFunc    func);

G_END_DECLS
