/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "losses/oto-loss-term.h"

G_BEGIN_DECLS

/**
 * OtoFrameLossForm:
 * @OTO_FRAME_LOSS_PROB: scores are probabilities; logarithms are cut off at -100
 * @OTO_FRAME_LOSS_LOGIT: scores are raw, before their sigmoid
 *
 * What a loss of frames reads.
 */
typedef enum { OTO_FRAME_LOSS_PROB, OTO_FRAME_LOSS_LOGIT } OtoFrameLossForm;

OtoLossTerm oto_frame_loss (const char       *name,
                            OtoEdge          *scores,
                            OtoFrameLossForm  form);

G_END_DECLS
