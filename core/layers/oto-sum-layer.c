/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-sum-layer.h"

#include "nn/oto-planes.h"

#include <string.h>

/* Residual addition. */

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoLayer *layer = job->layer;
  float *out = layer->out.data + begin;

  memcpy (out, layer->inputs[0]->plain + begin, (end - begin) * sizeof (float));
  oto_rows_add (layer->inputs[1]->plain + begin, end - begin, out);
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const float *d = job->layer->out.d + begin;

  for (int i = 0; i < 2; i++)
    if (job->wants[i])
      oto_rows_copy (d, end - begin, job->adds[i], job->layer->inputs[i]->d + begin);
}

static const OtoLayerFuncs sum_layer_funcs =
{
  .name = "sum",
  .instance_size = sizeof (OtoLayer),
  .item = OTO_ITEM_VALUE,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_sum_layer_add: (skip)
 * @graph: a graph
 * @a: (T, F, C)
 * @b: (T, F, C)
 *
 * Returns: (transfer none): (T, F, C), a + b
 */
OtoEdge *
oto_sum_layer_add (OtoGraph *graph,
                   OtoEdge  *a,
                   OtoEdge  *b)
{
  OtoEdge *const inputs[2] = { a, b };
  OtoLayer *self = oto_graph_add_layer (graph, &sum_layer_funcs, "", inputs, 2, a->shape);

  g_assert (memcmp (&a->shape, &b->shape, sizeof a->shape) == 0);

  return &self->out;
}
