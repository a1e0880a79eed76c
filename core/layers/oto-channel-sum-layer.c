/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-channel-sum-layer.h"

#include "nn/oto-time-attention.h"

static int
get_n_places (const OtoLayer *layer)
{
  return layer->out.shape.n_frames * layer->out.shape.n_mels;
}

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoEdge *x = job->layer->inputs[0];
  const int n_places = get_n_places (job->layer);

  for (size_t n = begin; n < end; n++)
    oto_time_attention_join_forward (x->plain + oto_edge_get_clip_pos (x, (int) n), n_places,
                                     x->shape.n_channels, 1.f, job->layer->out.data + n * n_places);
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoEdge *x = job->layer->inputs[0];
  const int n_places = get_n_places (job->layer);

  for (size_t n = begin; n < end; n++)
    oto_time_attention_join_backward (job->layer->out.d + n * n_places, n_places,
                                      x->shape.n_channels, 1.f, job->adds[0],
                                      x->d + oto_edge_get_clip_pos (x, (int) n));
}

static const OtoLayerFuncs channel_sum_layer_funcs =
{
  .name = "channel sum",
  .instance_size = sizeof (OtoLayer),
  .item = OTO_ITEM_CLIP,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_channel_sum_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, C)
 *
 * Behind oto_time_softmax_layer_add(), the attention that all classes share: it sums to C over T.
 *
 * Returns: (transfer none): (T, F, 1)
 */
OtoEdge *
oto_channel_sum_layer_add (OtoGraph *graph,
                           OtoEdge  *x)
{
  OtoLayer *self = oto_graph_add_layer (graph, &channel_sum_layer_funcs, "", &x, 1, (OtoMapShape) {
    x->shape.n_frames, x->shape.n_mels, 1,
  });

  g_assert (x->layout == OTO_LAYOUT_ROWS);

  return &self->out;
}
