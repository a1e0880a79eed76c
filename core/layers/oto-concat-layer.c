/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-concat-layer.h"

#include "nn/oto-planes.h"

#include <string.h>

/* Channels of several maps one after the other, or of one several times. */

typedef struct
{
  OtoLayer parent;
  guint    n_copies;
} OtoConcatLayer;

typedef struct
{
  const OtoConcatLayer *layer;
  int                   input;
  gboolean              adds;
} ConcatJob;

/* An item is a place of a clip. */
static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoConcatLayer *self = user_data;
  const OtoLayer *layer = &self->parent;
  float *to = layer->out.data + begin * layer->out.shape.n_channels;

  for (size_t place = begin; place < end; place++)
    for (guint copy = 0; copy < self->n_copies; copy++)
      for (guint i = 0; i < layer->n_inputs; i++)
        {
          const int n_channels = layer->inputs[i]->shape.n_channels;

          memcpy (to, layer->inputs[i]->plain + place * n_channels, n_channels * sizeof (float));
          to += n_channels;
        }
}

static size_t
get_n_places (const OtoLayer *layer,
              const OtoPass  *pass)
{
  return (size_t) pass->n_batch * layer->out.shape.n_frames * layer->out.shape.n_mels;
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  oto_pass_run (pass, get_n_places (layer, pass), forward_worker, layer);
}

/* Where the channels of an input begin in a copy. */
static int
get_first_channel (const OtoLayer *layer,
                   int             input)
{
  int channel = 0;

  for (int i = 0; i < input; i++)
    channel += layer->inputs[i]->shape.n_channels;
  return channel;
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const ConcatJob *job = user_data;
  const OtoLayer *layer = &job->layer->parent;
  const int n_out = layer->out.shape.n_channels;
  const int copy_len = n_out / (int) job->layer->n_copies;
  const int n_channels = layer->inputs[job->input]->shape.n_channels;
  const float *d = layer->out.d + begin * n_out + get_first_channel (layer, job->input);
  float *d_x = layer->inputs[job->input]->d + begin * n_channels;

  for (size_t place = begin; place < end; place++, d += n_out, d_x += n_channels)
    {
      if (!job->adds)
        memset (d_x, 0, n_channels * sizeof (float));
      for (guint copy = 0; copy < job->layer->n_copies; copy++)
        oto_rows_add (d + copy * copy_len, n_channels, d_x);
    }
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  ConcatJob job = { .layer = (const OtoConcatLayer *) layer };

  for (job.input = 0; job.input < (int) layer->n_inputs; job.input++)
    if (oto_edge_begin_d (layer->inputs[job.input], &job.adds))
      oto_pass_run (pass, get_n_places (layer, pass), backward_worker, &job);
}

static const OtoLayerFuncs concat_layer_funcs =
{
  .name = "concat",
  .instance_size = sizeof (OtoConcatLayer),
  .forward = forward,
  .backward = backward,
};

static OtoEdge *
add_layer (OtoGraph       *graph,
           OtoEdge *const *inputs,
           guint           n_inputs,
           guint           n_copies)
{
  OtoMapShape shape = inputs[0]->shape;
  OtoConcatLayer *self;

  shape.n_channels = 0;
  for (guint i = 0; i < n_inputs; i++)
    {
      g_assert (inputs[i]->layout == OTO_LAYOUT_ROWS);
      g_assert (inputs[i]->shape.n_frames == shape.n_frames);
      g_assert (inputs[i]->shape.n_mels == shape.n_mels);
      shape.n_channels += inputs[i]->shape.n_channels * (int) n_copies;
    }
  self = oto_graph_add_layer (graph, &concat_layer_funcs, "", inputs, n_inputs, shape);
  self->n_copies = n_copies;
  return &self->parent.out;
}

/**
 * oto_concat_layer_add: (skip)
 * @graph: a graph
 * @inputs: (array length=n_inputs): (T, F, C_i) each
 * @n_inputs: their number
 *
 * Returns: (transfer none): (T, F, sum C_i): their channels in the order of @inputs
 */
OtoEdge *
oto_concat_layer_add (OtoGraph       *graph,
                      OtoEdge *const *inputs,
                      guint           n_inputs)
{
  return add_layer (graph, inputs, n_inputs, 1);
}

/**
 * oto_concat_layer_add_copies: (skip)
 * @graph: a graph
 * @x: (T, F, C)
 * @n_copies: how often
 *
 * Returns: (transfer none): (T, F, n C): the channels of @x, again and again
 */
OtoEdge *
oto_concat_layer_add_copies (OtoGraph *graph,
                             OtoEdge  *x,
                             guint     n_copies)
{
  return add_layer (graph, &x, 1, n_copies);
}
