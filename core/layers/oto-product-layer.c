/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-product-layer.h"

#include "nn/oto-planes.h"

#include <string.h>

/* Values times values. */

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoLayer *layer = job->layer;

  oto_rows_multiply (layer->inputs[0]->plain + begin, layer->inputs[1]->plain + begin, end - begin,
                     0, layer->out.data + begin);
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoLayer *layer = job->layer;

  for (int i = 0; i < 2; i++)
    if (job->wants[i])
      oto_rows_multiply (layer->out.d + begin, layer->inputs[1 - i]->plain + begin, end - begin,
                         job->adds[i], layer->inputs[i]->d + begin);
}

static const OtoLayerFuncs product_layer_funcs =
{
  .name = "product",
  .instance_size = sizeof (OtoLayer),
  .item = OTO_ITEM_VALUE,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_product_layer_add: (skip)
 * @graph: a graph
 * @a: (T, F, C)
 * @b: (T, F, C), in the layout of @a
 *
 * Returns: (transfer none): (T, F, C), a b, value by value
 */
OtoEdge *
oto_product_layer_add (OtoGraph *graph,
                       OtoEdge  *a,
                       OtoEdge  *b)
{
  OtoEdge *const inputs[2] = { a, b };
  OtoLayer *self = oto_graph_add_layer (graph, &product_layer_funcs, "", inputs, 2, a->shape);

  g_assert (memcmp (&a->shape, &b->shape, sizeof a->shape) == 0 && a->layout == b->layout);

  self->traits = OTO_LAYER_KEEPS_INPUTS;
  self->out.layout = a->layout;
  return &self->out;
}
