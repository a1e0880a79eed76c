/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-pool-layer.h"

#include "nn/oto-average-pool.h"
#include "nn/oto-max-pool.h"

#include <glib/gi18n-lib.h>

/* Max or average pooling of windows side by side; what does not fill a window is dropped. */

typedef struct
{
  OtoLayer      parent;
  OtoPoolKind   kind;
  OtoPoolShape  shape;
  guint8       *index;           /* training, max: (N, T', F', C) */
} OtoPoolLayer;

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  OtoPoolLayer *self = (OtoPoolLayer *) layer;
  const size_t n_bytes = oto_graph_plan_get_max_batch (graph_plan) *
                         oto_map_shape_get_len (&layer->out.shape);

  self->index = NULL;
  if (self->kind == OTO_POOL_MAX && oto_graph_plan_has_backward (graph_plan))
    oto_graph_plan_take_bytes (graph_plan, layer, OTO_STORE_KEPT, n_bytes, &self->index);
}

static guint8 *
get_index (const OtoPoolLayer *self,
           int                 clip)
{
  if (self->index == NULL)
    return NULL;
  return self->index + oto_edge_get_clip_pos (&self->parent.out, clip);
}

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoPoolLayer *self = (const OtoPoolLayer *) job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  const OtoPoolPrologue prologue = {
    x->prologue.scale, x->prologue.shift, x->prologue.is_linear,
  };
  const OtoPoolPrologue *applied = x->is_pending ? &prologue : NULL;
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, out->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    {
      const float *from = x->data + oto_edge_get_clip_pos (x, runs.clip);
      float *to = out->data + oto_edge_get_clip_pos (out, runs.clip);

      if (self->kind == OTO_POOL_MAX)
        oto_max_pool_forward (&self->shape, applied, from, runs.row_begin, runs.row_end, to,
                              get_index (self, runs.clip));
      else
        oto_average_pool_forward (&self->shape, applied, from, runs.row_begin, runs.row_end, to);
    }
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoPoolLayer *self = (const OtoPoolLayer *) job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, out->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    {
      const float *from = out->d + oto_edge_get_clip_pos (out, runs.clip);
      float *to = x->d + oto_edge_get_clip_pos (x, runs.clip);

      if (self->kind == OTO_POOL_MAX)
        oto_max_pool_backward (&self->shape, from, get_index (self, runs.clip), runs.row_begin,
                               runs.row_end, job->adds[0], to);
      else
        oto_average_pool_backward (&self->shape, from, runs.row_begin, runs.row_end, job->adds[0],
                                   to);
    }
}

static const OtoLayerFuncs pool_layer_funcs =
{
  .name = "pool",
  .instance_size = sizeof (OtoPoolLayer),
  .plan = plan,
  .item = OTO_ITEM_PART,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

/**
 * oto_pool_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, C): what it reads, also pending
 * @kind: what it takes of a window
 * @kernel_frames: frames of a window, and its stride
 * @kernel_mels: mel bins of a window, and its stride
 *
 * Returns: (transfer none): (T / kernel_frames, F / kernel_mels, C), both rounded down
 */
OtoEdge *
oto_pool_layer_add (OtoGraph    *graph,
                    OtoEdge     *x,
                    OtoPoolKind  kind,
                    int          kernel_frames,
                    int          kernel_mels)
{
  const OtoMapShape shape = {
    x->shape.n_frames / kernel_frames, x->shape.n_mels / kernel_mels, x->shape.n_channels,
  };
  OtoPoolLayer *self;

  g_assert (!x->prologue.has_pool && x->layout == OTO_LAYOUT_ROWS);

  if (shape.n_frames < 1 || shape.n_mels < 1)
    oto_graph_fail (graph, _("A window of %d frames and %d mel bins is too small to be pooled by "
                             "all layers of its system. Choose a longer window, or more mel "
                             "bins."),
                    oto_graph_get_input (graph)->shape.n_frames,
                    oto_graph_get_input (graph)->shape.n_mels);
  self = oto_graph_add_layer (graph, &pool_layer_funcs, "", &x, 1, shape);
  self->kind = kind;
  self->shape = (OtoPoolShape) {
    x->shape.n_frames, x->shape.n_mels, x->shape.n_channels, kernel_frames, kernel_mels,
  };
  self->parent.traits = OTO_LAYER_READS_PENDING;
  return &self->parent.out;
}
