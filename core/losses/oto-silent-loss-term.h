/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "losses/oto-loss-term.h"

G_BEGIN_DECLS

/* What is open of the masks (T, F, K) of classes that do not sound in a clip: all but those of its
 * labels, or all but the n_top with the highest clip probabilities. */
OtoLossTerm oto_silent_loss_term (OtoEdge *masks,
                                  OtoEdge *clip_prob,
                                  int      n_top,
                                  double   weight);

G_END_DECLS
