/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "losses/oto-loss-term.h"
#include "nn/oto-dice-loss.h"

G_BEGIN_DECLS

/* Overlap of the masks (T, F, K) of classes that sound in a clip: those of its labels, or the n_top
 * with the highest clip probabilities. */
OtoLossTerm oto_segment_loss (OtoEdge     *masks,
                              OtoEdge     *clip_prob,
                              int          n_top,
                              OtoDiceForm  form,
                              double       weight);

G_END_DECLS
