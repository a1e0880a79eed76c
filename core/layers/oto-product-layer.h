/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

OtoEdge *oto_product_layer_add (OtoGraph *graph,
                                OtoEdge  *a,
                                OtoEdge  *b);

G_END_DECLS
