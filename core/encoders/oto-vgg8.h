/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

#define OTO_VGG8_N_BLOCKS 4

OtoEdge *oto_vgg8_add (OtoGraph   *graph,
                       OtoEdge    *x,
                       const char *prefix,
                       const char *edge_prefix,
                       const int  *channels,
                       gboolean    has_pool);

G_END_DECLS
