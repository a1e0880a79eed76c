/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "losses/oto-loss-term.h"

G_BEGIN_DECLS

/**
 * OtoWeightedBceInput:
 * @OTO_WEIGHTED_BCE_PROB: probabilities
 * @OTO_WEIGHTED_BCE_LOGIT: raw scores
 *
 * What the loss reads.
 */
typedef enum
{
  OTO_WEIGHTED_BCE_PROB,
  OTO_WEIGHTED_BCE_LOGIT,
} OtoWeightedBceInput;

OtoLossTerm oto_weighted_bce_loss           (const char          *name,
                                             OtoEdge             *scores,
                                             OtoWeightedBceInput  input,
                                             double               weight);
OtoLossTerm oto_weighted_bce_loss_two_sided (const char          *name,
                                             OtoEdge             *scores,
                                             OtoWeightedBceInput  input,
                                             double               weight);

G_END_DECLS
