/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

/* Six blocks and the dense layer. */
#define OTO_CNN14_N_BLOCKS    6
#define OTO_CNN14_N_WIDTHS    (OTO_CNN14_N_BLOCKS + 1)
/* Frames of a segment: all blocks but the last pool by 2. */
#define OTO_CNN14_STEP_FRAMES 32

OtoEdge *oto_cnn14_add (OtoGraph  *graph,
                        OtoEdge   *x,
                        const int *widths,
                        double     block_dropout,
                        double     dropout);

G_END_DECLS
