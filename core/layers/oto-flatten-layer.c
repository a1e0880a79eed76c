/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-flatten-layer.h"

#include "nn/oto-planes.h"

/* Mel bins become channels, channel by channel: the transposes of all frames. */

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoLayer *layer = job->layer;
  const OtoMapShape *shape = &layer->inputs[0]->shape;
  const size_t row_len = oto_map_shape_get_row_len (shape);

  for (size_t t = begin; t < end; t++)
    oto_rows_transpose (layer->inputs[0]->plain + t * row_len, shape->n_mels, shape->n_channels, 0,
                        layer->out.data + t * row_len);
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoEdge *x = job->layer->inputs[0];
  const size_t row_len = oto_map_shape_get_row_len (&x->shape);

  for (size_t t = begin; t < end; t++)
    oto_rows_transpose (job->layer->out.d + t * row_len, x->shape.n_channels, x->shape.n_mels,
                        job->adds[0], x->d + t * row_len);
}

static const OtoLayerFuncs flatten_layer_funcs =
{
  .name = "flatten",
  .instance_size = sizeof (OtoLayer),
  .item = OTO_ITEM_FRAME,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_flatten_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, C)
 *
 * What a view of PyTorch's maps gives; oto_mels_to_channels() has the other order for nothing.
 *
 * Returns: (transfer none): (T, 1, C F), index c F + f
 */
OtoEdge *
oto_flatten_layer_add (OtoGraph *graph,
                       OtoEdge  *x)
{
  OtoLayer *self = oto_graph_add_layer (graph, &flatten_layer_funcs, "", &x, 1, (OtoMapShape) {
    x->shape.n_frames, 1, x->shape.n_mels * x->shape.n_channels,
  });

  g_assert (x->layout == OTO_LAYOUT_ROWS);

  return &self->out;
}
