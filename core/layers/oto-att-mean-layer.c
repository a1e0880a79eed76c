/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-att-mean-layer.h"

#include "nn/oto-time-attention.h"

#include <string.h>

/* Weighted mean over time whose divisor alone is clipped. */

enum { X, ATT };

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoLayer *layer = job->layer;
  const OtoMapShape *shape = &layer->inputs[X]->shape;

  for (size_t n = begin; n < end; n++)
    {
      const size_t pos = oto_edge_get_clip_pos (layer->inputs[X], (int) n);

      oto_time_attention_mean_forward (layer->inputs[ATT]->plain + pos,
                                       layer->inputs[X]->plain + pos, shape->n_frames,
                                       shape->n_channels, layer->out.data + n * shape->n_channels);
    }
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoEdge *x = job->layer->inputs[X], *att = job->layer->inputs[ATT];

  for (size_t n = begin; n < end; n++)
    {
      const size_t pos = oto_edge_get_clip_pos (x, (int) n);

      oto_time_attention_mean_backward (att->plain + pos, x->plain + pos,
                                        job->layer->out.d + n * x->shape.n_channels,
                                        x->shape.n_frames, x->shape.n_channels, job->adds[ATT],
                                        job->wants[ATT] ? att->d + pos : NULL, job->adds[X],
                                        job->wants[X] ? x->d + pos : NULL);
    }
}

static const OtoLayerFuncs att_mean_layer_funcs =
{
  .name = "attention mean",
  .instance_size = sizeof (OtoLayer),
  .item = OTO_ITEM_CLIP,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_att_mean_layer_add: (skip)
 * @graph: a graph
 * @x: (T, 1, K)
 * @att: (T, 1, K): weights in [0, 1]
 *
 * y = sum_t att x / sum_t clip (att, 1e-7, 1): ATT-X (systems.md 4).
 *
 * Returns: (transfer none): (1, 1, K)
 */
OtoEdge *
oto_att_mean_layer_add (OtoGraph *graph,
                        OtoEdge  *x,
                        OtoEdge  *att)
{
  OtoEdge *const inputs[2] = { [X] = x, [ATT] = att };
  OtoLayer *self = oto_graph_add_layer (graph, &att_mean_layer_funcs, "", inputs, 2,
                                        (OtoMapShape) { 1, 1, x->shape.n_channels });

  g_assert (x->shape.n_mels == 1 && memcmp (&x->shape, &att->shape, sizeof x->shape) == 0);

  self->traits = OTO_LAYER_KEEPS_INPUTS;
  return &self->out;
}
