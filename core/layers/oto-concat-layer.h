/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

OtoEdge *oto_concat_layer_add        (OtoGraph       *graph,
                                      OtoEdge *const *inputs,
                                      guint           n_inputs);
OtoEdge *oto_concat_layer_add_copies (OtoGraph       *graph,
                                      OtoEdge        *x,
                                      guint           n_copies);

G_END_DECLS
