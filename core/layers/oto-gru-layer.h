/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"
#include "nn/oto-gru.h"

G_BEGIN_DECLS

/**
 * OtoGruSpec:
 * @name: what the names of its tensors begin with
 * @kind: whose convention it follows
 * @n_units: u, of each direction
 * @init_bound: of the uniform distribution of the input's weights; 0: orthogonal ones
 *
 * A bidirectional layer of gated recurrent units. Recurrent weights begin orthogonal, biases as
 * zeros.
 */
typedef struct
{
  const char *name;
  OtoGruKind  kind;
  int         n_units;
  double      init_bound;
} OtoGruSpec;

OtoEdge *oto_gru_layer_add (OtoGraph         *graph,
                            OtoEdge          *x,
                            const OtoGruSpec *spec);

G_END_DECLS
