/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"
#include "nn/oto-pseudo-label.h"

G_BEGIN_DECLS

OtoEdge *oto_pseudo_label_layer_add  (OtoGraph           *graph,
                                      OtoEdge            *cam,
                                      OtoPseudoLabelForm  form);
void     oto_pseudo_label_layer_fill (OtoLayer           *layer,
                                      OtoPass            *pass);

G_END_DECLS
