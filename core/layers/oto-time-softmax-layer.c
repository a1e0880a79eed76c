/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-time-softmax-layer.h"

#include "nn/oto-time-attention.h"

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoEdge *out = &job->layer->out;

  for (size_t n = begin; n < end; n++)
    {
      const size_t pos = oto_edge_get_clip_pos (out, (int) n);

      oto_time_attention_softmax_forward (job->layer->inputs[0]->plain + pos, out->shape.n_frames,
                                          out->shape.n_channels, out->data + pos);
    }
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoEdge *out = &job->layer->out;

  for (size_t n = begin; n < end; n++)
    {
      const size_t pos = oto_edge_get_clip_pos (out, (int) n);

      oto_time_attention_softmax_backward (out->data + pos, out->d + pos, out->shape.n_frames,
                                           out->shape.n_channels, job->adds[0],
                                           job->layer->inputs[0]->d + pos);
    }
}

static const OtoLayerFuncs time_softmax_layer_funcs =
{
  .name = "time softmax",
  .instance_size = sizeof (OtoLayer),
  .item = OTO_ITEM_CLIP,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_time_softmax_layer_add: (skip)
 * @graph: a graph
 * @logits: (T, 1, C)
 *
 * Attention over time, a softmax for each channel.
 *
 * Returns: (transfer none): (T, 1, C): weights, which sum to one over T
 */
OtoEdge *
oto_time_softmax_layer_add (OtoGraph *graph,
                            OtoEdge  *logits)
{
  OtoLayer *self = oto_graph_add_layer (graph, &time_softmax_layer_funcs, "", &logits, 1,
                                        logits->shape);

  g_assert (logits->shape.n_mels == 1 && logits->layout == OTO_LAYOUT_ROWS);

  self->traits = OTO_LAYER_KEEPS_OUTPUT;
  return &self->out;
}
