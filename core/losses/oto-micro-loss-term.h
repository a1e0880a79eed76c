/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "losses/oto-loss-term.h"
#include "nn/oto-micro-loss.h"

G_BEGIN_DECLS

OtoLossTerm oto_micro_loss_term (const char   *name,
                                 OtoEdge      *det,
                                 OtoEdge      *att,
                                 int           n_channels,
                                 OtoMicroForm  form,
                                 double        weight);

G_END_DECLS
