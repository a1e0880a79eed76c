/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-channel-sum-layer.h"

#include "nn/oto-time-attention.h"

typedef struct
{
  const OtoLayer *layer;
  gboolean        adds;
} SumJob;

static int
get_n_places (const OtoLayer *layer)
{
  return layer->out.shape.n_frames * layer->out.shape.n_mels;
}

/* An item is a clip. */
static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const SumJob *job = user_data;
  const OtoEdge *x = job->layer->inputs[0];
  const int n_places = get_n_places (job->layer);

  for (size_t n = begin; n < end; n++)
    oto_time_attention_join_forward (x->plain + oto_edge_get_clip_pos (x, (int) n), n_places,
                                     x->shape.n_channels, 1.f, job->layer->out.data + n * n_places);
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  SumJob job = { layer, FALSE };

  oto_pass_run (pass, pass->n_batch, forward_worker, &job);
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const SumJob *job = user_data;
  const OtoEdge *x = job->layer->inputs[0];
  const int n_places = get_n_places (job->layer);

  for (size_t n = begin; n < end; n++)
    oto_time_attention_join_backward (job->layer->out.d + n * n_places, n_places,
                                      x->shape.n_channels, 1.f, job->adds,
                                      x->d + oto_edge_get_clip_pos (x, (int) n));
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  SumJob job = { layer, FALSE };

  if (oto_edge_begin_d (layer->inputs[0], &job.adds))
    oto_pass_run (pass, pass->n_batch, backward_worker, &job);
}

static const OtoLayerFuncs channel_sum_layer_funcs =
{
  .name = "channel sum",
  .instance_size = sizeof (OtoLayer),
  .forward = forward,
  .backward = backward,
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
