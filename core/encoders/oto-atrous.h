/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

/* Layers that were published: three as run for the two-step papers, four as by Ren et al. */
#define OTO_ATROUS_MIN_LAYERS 3
#define OTO_ATROUS_MAX_LAYERS 4

OtoEdge *oto_atrous_add (OtoGraph  *graph,
                         OtoEdge   *x,
                         const int *channels,
                         int        n_layers);

G_END_DECLS
