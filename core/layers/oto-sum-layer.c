/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-sum-layer.h"

#include "nn/oto-planes.h"

#include <string.h>

/* Residual addition. */

typedef struct
{
  const OtoLayer *layer;
  gboolean        wants[2], adds[2];
} SumJob;

/* An item is a value. */
static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoLayer *layer = user_data;
  float *out = layer->out.data + begin;

  memcpy (out, layer->inputs[0]->plain + begin, (end - begin) * sizeof (float));
  oto_rows_add (layer->inputs[1]->plain + begin, end - begin, out);
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  oto_pass_run (pass, pass->n_batch * oto_map_shape_get_len (&layer->out.shape), forward_worker,
                layer);
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const SumJob *job = user_data;
  const float *d = job->layer->out.d + begin;

  for (int i = 0; i < 2; i++)
    if (job->wants[i] && job->adds[i])
      oto_rows_add (d, end - begin, job->layer->inputs[i]->d + begin);
    else if (job->wants[i])
      memcpy (job->layer->inputs[i]->d + begin, d, (end - begin) * sizeof (float));
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  SumJob job = { .layer = layer };

  for (int i = 0; i < 2; i++)
    job.wants[i] = oto_edge_begin_d (layer->inputs[i], &job.adds[i]);
  oto_pass_run (pass, pass->n_batch * oto_map_shape_get_len (&layer->out.shape), backward_worker,
                &job);
}

static const OtoLayerFuncs sum_layer_funcs =
{
  .name = "sum",
  .instance_size = sizeof (OtoLayer),
  .forward = forward,
  .backward = backward,
};

/**
 * oto_sum_layer_add: (skip)
 * @graph: a graph
 * @a: (T, F, C)
 * @b: (T, F, C)
 *
 * Returns: (transfer none): (T, F, C), a + b
 */
OtoEdge *
oto_sum_layer_add (OtoGraph *graph,
                   OtoEdge  *a,
                   OtoEdge  *b)
{
  OtoEdge *const inputs[2] = { a, b };
  OtoLayer *self = oto_graph_add_layer (graph, &sum_layer_funcs, "", inputs, 2, a->shape);

  g_assert (memcmp (&a->shape, &b->shape, sizeof a->shape) == 0);

  return &self->out;
}
