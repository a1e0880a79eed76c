/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-sigmoid-layer.h"

#include "nn/oto-activation.h"
#include "nn/oto-planes.h"

/* 1 / (1 + exp (-x)) of values that are read without it, too; a convolution applies its own. */

typedef struct
{
  const OtoLayer *layer;
  OtoPass        *pass;
  gboolean        adds;
} SigmoidJob;

#define TILE_LEN 4096

static size_t
get_scratch_len (const OtoLayer *layer)
{
  return TILE_LEN;
}

/* An item is a value. */
static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const SigmoidJob *job = user_data;

  oto_activation_sigmoid (job->layer->inputs[0]->plain + begin, end - begin,
                          job->layer->out.data + begin);
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  SigmoidJob job = { layer, pass, FALSE };

  oto_pass_run (pass, pass->n_batch * oto_map_shape_get_len (&layer->out.shape), forward_worker,
                &job);
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const SigmoidJob *job = user_data;
  const OtoEdge *out = &job->layer->out;
  float *d_x = job->layer->inputs[0]->d, *tile = job->pass->scratch[thread];

  for (size_t i = begin; i < end; i += TILE_LEN)
    {
      const size_t n = MIN (TILE_LEN, end - i);

      oto_activation_sigmoid_backward (out->data + i, out->d + i, n, job->adds ? tile : d_x + i);
      if (job->adds)
        oto_rows_add (tile, n, d_x + i);
    }
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  SigmoidJob job = { layer, pass, FALSE };

  if (oto_edge_begin_d (layer->inputs[0], &job.adds))
    oto_pass_run (pass, pass->n_batch * oto_map_shape_get_len (&layer->out.shape),
                  backward_worker, &job);
}

static const OtoLayerFuncs sigmoid_layer_funcs =
{
  .name = "sigmoid",
  .instance_size = sizeof (OtoLayer),
  .get_scratch_len = get_scratch_len,
  .forward = forward,
  .backward = backward,
};

/**
 * oto_sigmoid_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, C)
 *
 * Returns: (transfer none): (T, F, C), in the layout of @x
 */
OtoEdge *
oto_sigmoid_layer_add (OtoGraph *graph,
                       OtoEdge  *x)
{
  OtoLayer *self = oto_graph_add_layer (graph, &sigmoid_layer_funcs, "", &x, 1, x->shape);

  self->traits = OTO_LAYER_KEEPS_OUTPUT;
  self->out.layout = x->layout;
  return &self->out;
}
