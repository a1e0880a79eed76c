/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

typedef enum { OTO_POOL_MAX, OTO_POOL_AVERAGE } OtoPoolKind;

OtoEdge *oto_pool_layer_add (OtoGraph    *graph,
                             OtoEdge     *x,
                             OtoPoolKind  kind,
                             int          kernel_frames,
                             int          kernel_mels);

G_END_DECLS
