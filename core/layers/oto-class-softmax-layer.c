/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-class-softmax-layer.h"

#include "nn/oto-activation.h"
#include "nn/oto-planes.h"

/* Softmax over the channels of each place. */

typedef struct
{
  const OtoLayer *layer;
  OtoPass        *pass;
  gboolean        adds;
} SoftmaxJob;

/* Places that go through the scratch at a time. */
#define TILE_PLACES 64

static size_t
get_scratch_len (const OtoLayer *layer)
{
  return (size_t) TILE_PLACES * layer->out.shape.n_channels;
}

static size_t
count_places (const OtoLayer *layer,
              const OtoPass  *pass)
{
  return (size_t) pass->n_batch * layer->out.shape.n_frames * layer->out.shape.n_mels;
}

/* An item is a place of any clip. */
static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoLayer *layer = user_data;
  const int n_channels = layer->out.shape.n_channels;

  oto_activation_softmax_rows (layer->inputs[0]->plain + begin * n_channels, end - begin,
                               n_channels, layer->out.data + begin * n_channels);
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  oto_pass_run (pass, count_places (layer, pass), forward_worker, layer);
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const SoftmaxJob *job = user_data;
  const OtoEdge *out = &job->layer->out;
  const int n_channels = out->shape.n_channels;
  float *d_x = job->layer->inputs[0]->d, *tile = job->pass->scratch[thread];

  for (size_t i = begin; i < end; i += TILE_PLACES)
    {
      const size_t n = MIN (TILE_PLACES, end - i), pos = i * n_channels;

      oto_activation_softmax_rows_backward (out->data + pos, out->d + pos, n, n_channels,
                                            job->adds ? tile : d_x + pos);
      if (job->adds)
        oto_rows_add (tile, n * n_channels, d_x + pos);
    }
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  SoftmaxJob job = { layer, pass, FALSE };

  if (oto_edge_begin_d (layer->inputs[0], &job.adds))
    oto_pass_run (pass, count_places (layer, pass), backward_worker, &job);
}

static const OtoLayerFuncs class_softmax_layer_funcs =
{
  .name = "class softmax",
  .instance_size = sizeof (OtoLayer),
  .get_scratch_len = get_scratch_len,
  .forward = forward,
  .backward = backward,
};

/**
 * oto_class_softmax_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, K): logits
 *
 * Returns: (transfer none): (T, F, K): at each place the classes sum to one
 */
OtoEdge *
oto_class_softmax_layer_add (OtoGraph *graph,
                             OtoEdge  *x)
{
  OtoLayer *self = oto_graph_add_layer (graph, &class_softmax_layer_funcs, "", &x, 1, x->shape);

  g_assert (x->layout == OTO_LAYOUT_ROWS);

  self->traits = OTO_LAYER_KEEPS_OUTPUT;
  return &self->out;
}
