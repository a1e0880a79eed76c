/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

OtoEdge *oto_time_softmax_layer_add (OtoGraph *graph,
                                     OtoEdge  *logits);

G_END_DECLS
