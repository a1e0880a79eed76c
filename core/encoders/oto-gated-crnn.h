/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

/* Gated blocks that may be asked for. */
#define OTO_GATED_CRNN_MIN_BLOCKS 7
#define OTO_GATED_CRNN_MAX_BLOCKS 8

/* Widths: channels of the blocks, of the convolution behind them, units of a direction. */
#define OTO_GATED_CRNN_N_WIDTHS 3

OtoEdge *oto_gated_crnn_add (OtoGraph  *graph,
                             OtoEdge   *x,
                             const int *widths,
                             int        n_blocks);

G_END_DECLS
