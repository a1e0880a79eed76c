/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-near-pool-layer.h"

#include "nn/oto-near-pool.h"

/* Each frame with its neighbours: the largest plus the mean. */

typedef struct
{
  OtoLayer  parent;
  guint8   *index;               /* training: (N, T, C) */
} OtoNearPoolLayer;

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  OtoNearPoolLayer *self = (OtoNearPoolLayer *) layer;
  const size_t n_bytes = oto_graph_plan_get_max_batch (graph_plan) *
                         oto_map_shape_get_len (&layer->out.shape);

  self->index = NULL;
  if (oto_graph_plan_has_backward (graph_plan))
    oto_graph_plan_take_bytes (graph_plan, layer, OTO_STORE_KEPT, n_bytes, &self->index);
}

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoNearPoolLayer *self = (const OtoNearPoolLayer *) job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, out->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    {
      const size_t pos = oto_edge_get_clip_pos (out, runs.clip);

      oto_near_pool_forward (x->plain + pos, out->shape.n_frames, out->shape.n_channels,
                             runs.row_begin, runs.row_end, out->data + pos,
                             self->index != NULL ? self->index + pos : NULL);
    }
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoNearPoolLayer *self = (const OtoNearPoolLayer *) job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, out->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    {
      const size_t pos = oto_edge_get_clip_pos (out, runs.clip);

      oto_near_pool_backward (out->d + pos, self->index + pos, out->shape.n_frames,
                              out->shape.n_channels, runs.row_begin, runs.row_end, job->adds[0],
                              x->d + pos);
    }
}

static const OtoLayerFuncs near_pool_layer_funcs =
{
  .name = "near pool",
  .instance_size = sizeof (OtoNearPoolLayer),
  .plan = plan,
  .item = OTO_ITEM_PART,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_near_pool_layer_add: (skip)
 * @graph: a graph
 * @x: (T, 1, C)
 *
 * Max and average pooling along time with windows of three frames, one after each frame, added:
 * oto_near_pool_forward().
 *
 * Returns: (transfer none): (T, 1, C)
 */
OtoEdge *
oto_near_pool_layer_add (OtoGraph *graph,
                         OtoEdge  *x)
{
  OtoLayer *self = oto_graph_add_layer (graph, &near_pool_layer_funcs, "", &x, 1, x->shape);

  g_assert (x->shape.n_mels == 1 && x->layout == OTO_LAYOUT_ROWS);

  return &self->out;
}
