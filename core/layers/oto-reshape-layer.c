/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-reshape-layer.h"

#include "nn/oto-planes.h"

#include <string.h>

/* The same values in another shape. It writes nothing. */

/* An item is a value. */
static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const OtoLayer *layer = user_data;

  oto_rows_add (layer->out.d + begin, end - begin, layer->inputs[0]->d + begin);
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  const size_t len = pass->n_batch * oto_map_shape_get_len (&layer->out.shape);
  gboolean adds;

  if (!oto_edge_begin_d (layer->inputs[0], &adds))
    return;
  if (!adds)
    memset (layer->inputs[0]->d, 0, len * sizeof (float));
  oto_pass_run (pass, len, backward_worker, layer);
}

static const OtoLayerFuncs reshape_layer_funcs =
{
  .name = "reshape",
  .instance_size = sizeof (OtoLayer),
  .backward = backward,
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
