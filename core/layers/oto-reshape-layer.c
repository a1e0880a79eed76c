/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-reshape-layer.h"

#include "nn/oto-planes.h"

/* The same values in another shape. It writes nothing. */

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoLayer *layer = job->layer;

  oto_rows_copy (layer->out.d + begin, end - begin, job->adds[0], layer->inputs[0]->d + begin);
}

static const OtoLayerFuncs reshape_layer_funcs =
{
  .name = "reshape",
  .instance_size = sizeof (OtoLayer),
  .item = OTO_ITEM_VALUE,
  .backward_items = backward_items,
};

/**
 * oto_reshape_layer_add: (skip)
 * @graph: a graph
 * @x: what it reads, in rows
 * @shape: of as many values
 *
 * Returns: (transfer none): the values of @x as they stand in memory, in another shape
 */
OtoEdge *
oto_reshape_layer_add (OtoGraph    *graph,
                       OtoEdge     *x,
                       OtoMapShape  shape)
{
  OtoLayer *self = oto_graph_add_layer (graph, &reshape_layer_funcs, "", &x, 1, shape);

  g_assert (x->layout == OTO_LAYOUT_ROWS);
  g_assert (oto_map_shape_get_len (&shape) == oto_map_shape_get_len (&x->shape));

  self->traits = OTO_LAYER_VIEWS;
  return &self->out;
}

/**
 * oto_mels_to_channels: (skip)
 * @graph: a graph
 * @x: (T, F, C)
 *
 * Returns: (transfer none): (T, 1, F C), index f C + c: a 1-D map whose channels are the mel bins
 */
OtoEdge *
oto_mels_to_channels (OtoGraph *graph,
                      OtoEdge  *x)
{
  return oto_reshape_layer_add (graph, x, (OtoMapShape) {
    x->shape.n_frames, 1, x->shape.n_mels * x->shape.n_channels,
  });
}
