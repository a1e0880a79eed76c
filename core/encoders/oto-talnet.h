/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

/* Widths: channels of the blocks of convolutions, units of a direction. */
#define OTO_TALNET_N_WIDTHS       6
#define OTO_TALNET_SMALL_N_WIDTHS 4

/* Frames that a step of their outputs stands for. */
#define OTO_TALNET_STEP_FRAMES 4

OtoEdge *oto_talnet_add       (OtoGraph  *graph,
                               OtoEdge   *x,
                               const int *widths);
OtoEdge *oto_talnet_small_add (OtoGraph  *graph,
                               OtoEdge   *x,
                               const int *widths);

G_END_DECLS
