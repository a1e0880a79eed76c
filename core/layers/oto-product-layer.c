/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-product-layer.h"

#include "nn/oto-planes.h"

#include <string.h>

/* Values times values. */

typedef struct
{
  const OtoLayer *layer;
  gboolean        wants[2], adds[2];
} ProductJob;

/* An item is a value. */
static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoLayer *layer = user_data;

  oto_rows_multiply (layer->inputs[0]->plain + begin, layer->inputs[1]->plain + begin, end - begin,
                     0, layer->out.data + begin);
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  oto_pass_run (pass, pass->n_batch * oto_map_shape_get_len (&layer->out.shape), forward_worker,
                layer);
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const ProductJob *job = user_data;
  const OtoLayer *layer = job->layer;

  for (int i = 0; i < 2; i++)
    if (job->wants[i])
      oto_rows_multiply (layer->out.d + begin, layer->inputs[1 - i]->plain + begin, end - begin,
                         job->adds[i], layer->inputs[i]->d + begin);
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  ProductJob job = { .layer = layer };

  for (int i = 0; i < 2; i++)
    job.wants[i] = oto_edge_begin_d (layer->inputs[i], &job.adds[i]);
  oto_pass_run (pass, pass->n_batch * oto_map_shape_get_len (&layer->out.shape), backward_worker,
                &job);
}

static const OtoLayerFuncs product_layer_funcs =
{
  .name = "product",
  .instance_size = sizeof (OtoLayer),
  .forward = forward,
  .backward = backward,
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
