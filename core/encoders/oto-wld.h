/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

#define OTO_WLD_N_WIDTHS 7

/* Frames between two segments, and of one. */
#define OTO_WLD_STEP_FRAMES    64
#define OTO_WLD_SUPPORT_FRAMES 128

OtoEdge *oto_wld_add (OtoGraph  *graph,
                      OtoEdge   *x,
                      const int *channels,
                      int        n_classes);

G_END_DECLS
