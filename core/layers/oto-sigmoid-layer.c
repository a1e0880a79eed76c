/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-sigmoid-layer.h"

#include "nn/oto-activation.h"
#include "nn/oto-planes.h"

/* 1 / (1 + exp (-x)) of values that are read without it, too; a convolution applies its own. */

#define TILE_LEN 4096

static size_t
get_scratch_len (const OtoLayer *layer)
{
  return TILE_LEN;
}

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{

  oto_activation_sigmoid (job->layer->inputs[0]->plain + begin, end - begin,
                          job->layer->out.data + begin);
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoEdge *out = &job->layer->out;
  float *d_x = job->layer->inputs[0]->d, *tile = job->pass->scratch[thread];

  for (size_t i = begin; i < end; i += TILE_LEN)
    {
      const size_t n = MIN (TILE_LEN, end - i);

      oto_activation_sigmoid_backward (out->data + i, out->d + i, n, job->adds[0] ? tile : d_x + i);
      if (job->adds[0])
        oto_rows_add (tile, n, d_x + i);
    }
}

static const OtoLayerFuncs sigmoid_layer_funcs =
{
  .name = "sigmoid",
  .instance_size = sizeof (OtoLayer),
  .get_scratch_len = get_scratch_len,
  .item = OTO_ITEM_VALUE,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_sigmoid_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, C)
 *
 * Returns: (transfer none): (T, F, C), in the layout of @x
 */
OtoEdge *
oto_sigmoid_layer_add (OtoGraph *graph,
                       OtoEdge  *x)
{
  OtoLayer *self = oto_graph_add_layer (graph, &sigmoid_layer_funcs, "", &x, 1, x->shape);

  self->traits = OTO_LAYER_KEEPS_OUTPUT;
  self->out.layout = x->layout;
  return &self->out;
}
