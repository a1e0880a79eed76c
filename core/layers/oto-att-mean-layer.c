/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-att-mean-layer.h"

#include "nn/oto-time-attention.h"

#include <string.h>

/* Weighted mean over time whose divisor alone is clipped. */

enum { X, ATT };

typedef struct
{
  const OtoLayer *layer;
  gboolean        wants[2], adds[2];
} MeanJob;

/* An item is a clip. */
static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoLayer *layer = user_data;
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
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  oto_pass_run (pass, pass->n_batch, forward_worker, layer);
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const MeanJob *job = user_data;
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

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  MeanJob job = { .layer = layer };

  for (int i = 0; i < 2; i++)
    job.wants[i] = oto_edge_begin_d (layer->inputs[i], &job.adds[i]);
  oto_pass_run (pass, pass->n_batch, backward_worker, &job);
}

static const OtoLayerFuncs att_mean_layer_funcs =
{
  .name = "attention mean",
  .instance_size = sizeof (OtoLayer),
  .forward = forward,
  .backward = backward,
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
