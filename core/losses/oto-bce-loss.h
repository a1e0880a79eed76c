/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "losses/oto-loss-term.h"

G_BEGIN_DECLS

/* Binary cross-entropy of clip probabilities (1, 1, K) against the labels, mean over batch and
 * classes. */
OtoLossTerm oto_bce_loss (OtoEdge *clip_prob);

G_END_DECLS
