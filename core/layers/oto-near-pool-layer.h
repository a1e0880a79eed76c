/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

OtoEdge *oto_near_pool_layer_add (OtoGraph *graph,
                                  OtoEdge  *x);

G_END_DECLS
