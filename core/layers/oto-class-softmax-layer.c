/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-class-softmax-layer.h"

#include "nn/oto-activation.h"
#include "nn/oto-planes.h"

/* Softmax over the channels of each place. */

/* Places that go through the scratch at a time. */
#define TILE_PLACES 64

static size_t
get_scratch_len (const OtoLayer *layer)
{
  return (size_t) TILE_PLACES * layer->out.shape.n_channels;
}

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoLayer *layer = job->layer;
  const int n_channels = layer->out.shape.n_channels;

  oto_activation_softmax_rows (layer->inputs[0]->plain + begin * n_channels, end - begin,
                               n_channels, layer->out.data + begin * n_channels);
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoEdge *out = &job->layer->out;
  const int n_channels = out->shape.n_channels;
  float *d_x = job->layer->inputs[0]->d, *tile = job->pass->scratch[thread];

  for (size_t i = begin; i < end; i += TILE_PLACES)
    {
      const size_t n = MIN (TILE_PLACES, end - i), pos = i * n_channels;

      oto_activation_softmax_rows_backward (out->data + pos, out->d + pos, n, n_channels,
                                            job->adds[0] ? tile : d_x + pos);
      if (job->adds[0])
        oto_rows_add (tile, n * n_channels, d_x + pos);
    }
}

static const OtoLayerFuncs class_softmax_layer_funcs =
{
  .name = "class softmax",
  .instance_size = sizeof (OtoLayer),
  .get_scratch_len = get_scratch_len,
  .item = OTO_ITEM_PLACE,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_class_softmax_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, K): logits
 *
 * Returns: (transfer none): (T, F, K): at each place the classes sum to one
 */
OtoEdge *
oto_class_softmax_layer_add (OtoGraph *graph,
                             OtoEdge  *x)
{
  OtoLayer *self = oto_graph_add_layer (graph, &class_softmax_layer_funcs, "", &x, 1, x->shape);

  g_assert (x->layout == OTO_LAYOUT_ROWS);

  self->traits = OTO_LAYER_KEEPS_OUTPUT;
  return &self->out;
}
