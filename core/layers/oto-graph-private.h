/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-arena.h"
#include "layers/oto-graph.h"

G_BEGIN_DECLS

struct _OtoGraph
{
  OtoEdge    input;
  GPtrArray *layers;             /* OtoLayer, in the order in which they run */
  GArray    *params;             /* OtoParam */
  size_t     params_len;
  size_t     buffers_len;
  GError    *error;              /* (nullable) the first thing that does not fit */

  OtoArena  *arena;              /* (nullable) before the first reserve */
  float    **scratch;            /* one per thread */
  float    **partials;
  int        n_threads;
};

/* Edge 0 is the input, edge i the output of layer i - 1. */
static inline OtoEdge *
oto_graph_get_edge (OtoGraph *self,
                    guint     i)
{
  return i == 0 ? &self->input : &oto_graph_get_layer (self, i - 1)->out;
}

G_END_DECLS
