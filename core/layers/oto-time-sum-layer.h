/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

OtoEdge *oto_time_sum_layer_add      (OtoGraph *graph,
                                      OtoEdge  *att,
                                      OtoEdge  *x,
                                      double    scale);
OtoEdge *oto_time_sum_layer_add_each (OtoGraph *graph,
                                      OtoEdge  *att,
                                      OtoEdge  *x);

G_END_DECLS
