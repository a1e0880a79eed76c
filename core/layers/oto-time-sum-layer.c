/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-time-sum-layer.h"

#include "nn/oto-time-attention.h"

/* Sums over time that attention weighs. */

typedef struct
{
  OtoLayer parent;
  gboolean is_each;              /* a weight for each channel of x */
  float    scale;
} OtoTimeSumLayer;

enum { ATT, X, N_INPUTS };

/* One map's weights, and their gradient. */
static size_t
get_scratch_len (const OtoLayer *layer)
{
  return 2 * (size_t) layer->inputs[X]->shape.n_frames;
}

/* The weights of map @a, which stand @n_maps apart, times the scale. */
static void
gather (const OtoTimeSumLayer *self,
        const float           *att,
        int                    a,
        int                    n_maps,
        int                    n_frames,
        float                 *ret_weights)
{
  for (int t = 0; t < n_frames; t++)
    ret_weights[t] = self->scale * att[(size_t) t * n_maps + a];
}

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoTimeSumLayer *self = (const OtoTimeSumLayer *) job->layer;
  const OtoEdge *att = self->parent.inputs[ATT], *x = self->parent.inputs[X];
  const int n_frames = x->shape.n_frames, n_channels = x->shape.n_channels;
  const int n_maps = att->shape.n_channels;
  float *weights = job->pass->scratch[thread];

  for (size_t n = begin; n < end; n++)
    {
      const float *from = x->plain + oto_edge_get_clip_pos (x, (int) n);
      const float *clip_att = att->plain + oto_edge_get_clip_pos (att, (int) n);
      float *to = self->parent.out.data + oto_edge_get_clip_pos (&self->parent.out, (int) n);

      if (self->is_each)
        oto_time_attention_sum_forward (clip_att, FALSE, from, n_frames, n_channels, to);
      for (int a = 0; a < n_maps && !self->is_each; a++)
        {
          gather (self, clip_att, a, n_maps, n_frames, weights);
          oto_time_attention_sum_forward (weights, TRUE, from, n_frames, n_channels,
                                          to + (size_t) a * n_channels);
        }
    }
}

/* Where the gradient of an input stands for a clip; NULL: it is not wanted. */
static float *
get_clip_d (const OtoLayerJob *job,
            int                input,
            size_t             clip)
{
  const OtoEdge *edge = job->layer->inputs[input];

  return job->wants[input] ? edge->d + oto_edge_get_clip_pos (edge, (int) clip) : NULL;
}

/* All maps of one clip. */
static void
backward_maps (const OtoLayerJob *job,
               int                thread,
               size_t             clip)
{
  const OtoTimeSumLayer *self = (const OtoTimeSumLayer *) job->layer;
  const OtoEdge *att = self->parent.inputs[ATT], *x = self->parent.inputs[X];
  const OtoEdge *out = &self->parent.out;
  const int n_frames = x->shape.n_frames, n_channels = x->shape.n_channels;
  const int n_maps = att->shape.n_channels;
  const float *d_y = out->d + oto_edge_get_clip_pos (out, (int) clip);
  float *d_att = get_clip_d (job, ATT, clip), *d_x = get_clip_d (job, X, clip);
  float *weights = job->pass->scratch[thread], *d_weights = weights + n_frames;

  for (int a = 0; a < n_maps; a++, d_y += n_channels)
    {
      gather (self, att->plain + oto_edge_get_clip_pos (att, (int) clip), a, n_maps, n_frames,
              weights);
      oto_time_attention_sum_backward (weights, TRUE,
                                       x->plain + oto_edge_get_clip_pos (x, (int) clip), d_y,
                                       n_frames, n_channels, FALSE,
                                       d_att != NULL ? d_weights : NULL, a > 0 || job->adds[X],
                                       d_x);
      for (int t = 0; t < n_frames && d_att != NULL; t++)
        {
          float *d = d_att + (size_t) t * n_maps + a;

          *d = (job->adds[ATT] ? *d : 0.f) + self->scale * d_weights[t];
        }
    }
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  const OtoTimeSumLayer *self = (const OtoTimeSumLayer *) job->layer;
  const OtoEdge *att = self->parent.inputs[ATT], *x = self->parent.inputs[X];

  for (size_t n = begin; n < end; n++)
    {
      const size_t pos = oto_edge_get_clip_pos (x, (int) n);

      if (self->is_each)
        oto_time_attention_sum_backward (att->plain + pos, FALSE, x->plain + pos,
                                         self->parent.out.d + n * x->shape.n_channels,
                                         x->shape.n_frames, x->shape.n_channels, job->adds[ATT],
                                         get_clip_d (job, ATT, n), job->adds[X],
                                         get_clip_d (job, X, n));
      else
        backward_maps (job, thread, n);
    }
}

static const OtoLayerFuncs time_sum_layer_funcs =
{
  .name = "time sum",
  .instance_size = sizeof (OtoTimeSumLayer),
  .get_scratch_len = get_scratch_len,
  .item = OTO_ITEM_CLIP,
  .forward_items = forward_items,
  .backward_items = backward_items,
};

static OtoEdge *
add_layer (OtoGraph *graph,
           OtoEdge  *att,
           OtoEdge  *x,
           gboolean  is_each,
           double    scale)
{
  const int n_maps = is_each ? 1 : att->shape.n_channels;
  OtoEdge *const inputs[N_INPUTS] = { att, x };
  OtoTimeSumLayer *self =
    oto_graph_add_layer (graph, &time_sum_layer_funcs, "", inputs, N_INPUTS,
                         (OtoMapShape) { 1, 1, n_maps * x->shape.n_channels });

  g_assert (att->layout == OTO_LAYOUT_ROWS && x->layout == OTO_LAYOUT_ROWS && att != x);
  g_assert (att->shape.n_frames == x->shape.n_frames);
  g_assert (att->shape.n_mels == 1 && x->shape.n_mels == 1);

  self->is_each = is_each;
  self->scale = (float) scale;
  self->parent.traits = OTO_LAYER_KEEPS_INPUTS;
  return &self->parent.out;
}

/**
 * oto_time_sum_layer_add: (skip)
 * @graph: a graph
 * @att: (T, 1, A): weights, for all channels the same
 * @x: (T, 1, C)
 * @scale: factor on all weights
 *
 * Returns: (transfer none): (1, 1, A C), index a C + c: scale sum_t att[t,a] x[t,c]
 */
OtoEdge *
oto_time_sum_layer_add (OtoGraph *graph,
                        OtoEdge  *att,
                        OtoEdge  *x,
                        double    scale)
{
  return add_layer (graph, att, x, FALSE, scale);
}

/**
 * oto_time_sum_layer_add_each: (skip)
 * @graph: a graph
 * @att: (T, 1, C): weights
 * @x: (T, 1, C)
 *
 * Returns: (transfer none): (1, 1, C): sum_t att[t,c] x[t,c]
 */
OtoEdge *
oto_time_sum_layer_add_each (OtoGraph *graph,
                             OtoEdge  *att,
                             OtoEdge  *x)
{
  g_assert (att->shape.n_channels == x->shape.n_channels);

  return add_layer (graph, att, x, TRUE, 1.0);
}
