/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "losses/oto-loss-term.h"

G_BEGIN_DECLS

/* Weighted binary cross-entropy of the logits of segments (T, 1, K) against labels that
 * oto_pseudo_label_layer_add() makes, mean over clips, segments and classes; weight 1. */
OtoLossTerm oto_pseudo_label_loss (const char *name,
                                   OtoEdge    *logits,
                                   OtoEdge    *labels);

G_END_DECLS
