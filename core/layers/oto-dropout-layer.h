/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

OtoEdge *oto_dropout_layer_add      (OtoGraph    *graph,
                                     OtoEdge     *x,
                                     double       prob);

/* For tests: what is kept instead of what the layer would draw. */
gboolean oto_dropout_layer_set_keep (OtoLayer    *self,
                                     const float *keep);

G_END_DECLS
