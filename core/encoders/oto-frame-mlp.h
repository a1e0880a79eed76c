/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

OtoEdge *oto_frame_mlp_add (OtoGraph *graph,
                            OtoEdge  *x,
                            int       n_hidden,
                            int       n_out,
                            int       n_context,
                            double    dropout);

G_END_DECLS
