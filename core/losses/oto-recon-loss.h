/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "losses/oto-loss-term.h"

G_BEGIN_DECLS

/* Mean squared error of a reconstruction (T, F, 1) against what the network read. */
OtoLossTerm oto_recon_loss (OtoEdge *recon,
                            OtoEdge *x,
                            double   alpha);

G_END_DECLS
