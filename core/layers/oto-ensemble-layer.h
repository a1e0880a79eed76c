/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

OtoEdge *oto_ensemble_layer_add (OtoGraph *graph,
                                 OtoEdge  *clip,
                                 OtoEdge  *steps,
                                 OtoEdge  *att,
                                 double    clip_share);

G_END_DECLS
