/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-flatten-layer.h"

#include "nn/oto-planes.h"

/* Mel bins become channels, channel by channel: the transposes of all frames. */

typedef struct
{
  const OtoLayer *layer;
  gboolean        adds;
} FlattenJob;

/* An item is a frame of any clip. */
static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoLayer *layer = user_data;
  const OtoMapShape *shape = &layer->inputs[0]->shape;
  const size_t row_len = oto_map_shape_get_row_len (shape);

  for (size_t t = begin; t < end; t++)
    oto_rows_transpose (layer->inputs[0]->plain + t * row_len, shape->n_mels, shape->n_channels, 0,
                        layer->out.data + t * row_len);
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  oto_pass_run (pass, (size_t) pass->n_batch * layer->out.shape.n_frames, forward_worker, layer);
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const FlattenJob *job = user_data;
  const OtoEdge *x = job->layer->inputs[0];
  const size_t row_len = oto_map_shape_get_row_len (&x->shape);

  for (size_t t = begin; t < end; t++)
    oto_rows_transpose (job->layer->out.d + t * row_len, x->shape.n_channels, x->shape.n_mels,
                        job->adds, x->d + t * row_len);
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  FlattenJob job = { layer, FALSE };

  if (oto_edge_begin_d (layer->inputs[0], &job.adds))
    oto_pass_run (pass, (size_t) pass->n_batch * layer->out.shape.n_frames, backward_worker, &job);
}

static const OtoLayerFuncs flatten_layer_funcs =
{
  .name = "flatten",
  .instance_size = sizeof (OtoLayer),
  .forward = forward,
  .backward = backward,
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
