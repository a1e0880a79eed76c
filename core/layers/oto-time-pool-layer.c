/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-time-pool-layer.h"

#include "nn/oto-time-pool.h"

typedef struct
{
  OtoLayer         parent;
  OtoTimePoolKind  kind;
  float           *index;        /* training, max: (N, C) of guint32 */
} OtoTimePoolLayer;

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  OtoTimePoolLayer *self = (OtoTimePoolLayer *) layer;

  self->index = NULL;
  if (self->kind == OTO_TIME_POOL_MAX && oto_graph_plan_has_backward (graph_plan))
    oto_graph_plan_take (graph_plan, layer, OTO_STORE_KEPT,
                         (size_t) oto_graph_plan_get_max_batch (graph_plan) *
                         layer->out.shape.n_channels, &self->index);
}

static guint32 *
get_index (const OtoTimePoolLayer *self,
           size_t                  clip)
{
  return self->index == NULL ? NULL
                             : (guint32 *) (void *) self->index +
                               clip * self->parent.out.shape.n_channels;
}

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoTimePoolLayer *self = (const OtoTimePoolLayer *) job->layer;
  const OtoEdge *x = self->parent.inputs[0];
  const int n_frames = x->shape.n_frames, n_channels = x->shape.n_channels;

  for (size_t n = begin; n < end; n++)
    {
      const float *from = x->plain + oto_edge_get_clip_pos (x, (int) n);
      float *to = self->parent.out.data + n * n_channels;

      switch (self->kind)
        {
        case OTO_TIME_POOL_MEAN:
          oto_time_pool_mean_forward (from, n_frames, n_channels, to);
          break;
        case OTO_TIME_POOL_MAX:
          oto_time_pool_max_forward (from, n_frames, n_channels, to, get_index (self, n));
          break;
        case OTO_TIME_POOL_LINEAR:
        case OTO_TIME_POOL_LINEAR_CLAMPED:
          oto_time_pool_linear_forward (from, n_frames, n_channels,
                                        self->kind == OTO_TIME_POOL_LINEAR_CLAMPED, to);
          break;
        }
    }
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoTimePoolLayer *self = (const OtoTimePoolLayer *) job->layer;
  const OtoEdge *x = self->parent.inputs[0];
  const int n_frames = x->shape.n_frames, n_channels = x->shape.n_channels;

  for (size_t n = begin; n < end; n++)
    {
      const size_t pos = oto_edge_get_clip_pos (x, (int) n);
      const float *d_y = self->parent.out.d + n * n_channels;

      switch (self->kind)
        {
        case OTO_TIME_POOL_MEAN:
          oto_time_pool_mean_backward (d_y, n_frames, n_channels, job->adds[0], x->d + pos);
          break;
        case OTO_TIME_POOL_MAX:
          oto_time_pool_max_backward (d_y, get_index (self, n), n_frames, n_channels, job->adds[0],
                                      x->d + pos);
          break;
        case OTO_TIME_POOL_LINEAR:
        case OTO_TIME_POOL_LINEAR_CLAMPED:
          oto_time_pool_linear_backward (x->plain + pos, d_y, n_frames, n_channels,
                                         self->kind == OTO_TIME_POOL_LINEAR_CLAMPED, job->adds[0],
                                         x->d + pos);
          break;
        }
    }
}

static const OtoLayerFuncs time_pool_layer_funcs =
{
  .name = "time pool",
  .instance_size = sizeof (OtoTimePoolLayer),
  .plan = plan,
  .item = OTO_ITEM_CLIP,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_time_pool_layer_add: (skip)
 * @graph: a graph
 * @x: (T, 1, C)
 * @kind: what it takes of the frames
 *
 * Returns: (transfer none): (1, 1, C)
 */
OtoEdge *
oto_time_pool_layer_add (OtoGraph        *graph,
                         OtoEdge         *x,
                         OtoTimePoolKind  kind)
{
  OtoTimePoolLayer *self;

  g_assert (x->shape.n_mels == 1);

  self = oto_graph_add_layer (graph, &time_pool_layer_funcs, "", &x, 1,
                              (OtoMapShape) { 1, 1, x->shape.n_channels });
  self->kind = kind;
  self->parent.traits = OTO_LAYER_KEEPS_INPUTS;
  return &self->parent.out;
}
