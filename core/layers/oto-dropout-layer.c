/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-dropout-layer.h"

#include "nn/oto-dropout.h"
#include "nn/oto-planes.h"

/* Dropout in training; in evaluation mode the values as they are. What is dropped follows from seed
 * and step of the pass and from the layer's place in the graph, so that nothing is kept for the
 * backward pass. */

typedef struct
{
  OtoLayer     parent;
  double       prob;
  OtoDropout   dropout;          /* of this pass */
  const float *keep;             /* (nullable) (N, T, F, C): for tests */
} OtoDropoutLayer;

typedef struct
{
  const OtoDropoutLayer *layer;
  const float           *from;
  float                 *to;
  gboolean               is_training;
  gboolean               adds;
} DropoutJob;

/* An item is a value. Both directions are the same. */
static void
apply_worker (int      thread,
              size_t   begin,
              size_t   end,
              gpointer user_data)
{
  const DropoutJob *job = user_data;
  const OtoDropoutLayer *self = job->layer;
  const float *from = job->from + begin;
  float *to = job->to + begin;
  const size_t n = end - begin;

  if (job->is_training && self->keep != NULL)
    oto_dropout_apply_mask (&self->dropout, self->keep + begin, from, n, job->adds, to);
  else if (job->is_training)
    oto_dropout_apply (&self->dropout, begin, from, n, job->adds, to);
  else
    oto_rows_copy (from, n, job->adds, to);
}

static size_t
get_n_values (const OtoLayer *layer,
              const OtoPass  *pass)
{
  return pass->n_batch * oto_map_shape_get_len (&layer->out.shape);
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  OtoDropoutLayer *self = (OtoDropoutLayer *) layer;
  DropoutJob job = { self, layer->inputs[0]->plain, layer->out.data, pass->is_training, FALSE };

  oto_dropout_init (&self->dropout, self->prob, pass->seed, layer->index, pass->step);
  oto_pass_run (pass, get_n_values (layer, pass), apply_worker, &job);
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  DropoutJob job = {
    (const OtoDropoutLayer *) layer, layer->out.d, layer->inputs[0]->d, pass->is_training, FALSE,
  };

  if (oto_edge_begin_d (layer->inputs[0], &job.adds))
    oto_pass_run (pass, get_n_values (layer, pass), apply_worker, &job);
}

static const OtoLayerFuncs dropout_layer_funcs =
{
  .name = "dropout",
  .instance_size = sizeof (OtoDropoutLayer),
  .forward = forward,
  .backward = backward,
};

/**
 * oto_dropout_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, C)
 * @prob: the probability that a value is dropped (p), in [0, 1); with 0 no layer is added
 *
 * Returns: (transfer none): (T, F, C), in the layout of @x; in training each value is 0 or divided
 *   by 1 - p
 */
OtoEdge *
oto_dropout_layer_add (OtoGraph *graph,
                       OtoEdge  *x,
                       double    prob)
{
  OtoDropoutLayer *self;

  g_assert (prob >= 0.0 && prob < 1.0);

  if (prob == 0.0)
    return x;
  self = oto_graph_add_layer (graph, &dropout_layer_funcs, "", &x, 1, x->shape);
  self->prob = prob;
  self->parent.out.layout = x->layout;
  return &self->parent.out;
}

/**
 * oto_dropout_layer_set_keep: (skip)
 * @self: a layer
 * @keep: (nullable) (array): (N, T, F, C), 0 or 1: what training passes keep from now on, not
 *   copied; %NULL: what the layer draws
 *
 * For tests, which know what others have dropped.
 *
 * Returns: whether the layer is a dropout
 */
gboolean
oto_dropout_layer_set_keep (OtoLayer    *self,
                            const float *keep)
{
  if (self->funcs != &dropout_layer_funcs)
    return FALSE;
  ((OtoDropoutLayer *) self)->keep = keep;
  return TRUE;
}
