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

static void
forward_items (const OtoLayerJob *job,
               int                thread,
               size_t             begin,
               size_t             end)
{
  const OtoConcatLayer *self = (const OtoConcatLayer *) job->layer;
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
backward_input (const OtoLayerJob *job,
                int                input,
                size_t             begin,
                size_t             end)
{
  const OtoLayer *layer = job->layer;
  const int n_copies = (int) ((const OtoConcatLayer *) layer)->n_copies;
  const int n_out = layer->out.shape.n_channels, copy_len = n_out / n_copies;
  const int n_channels = layer->inputs[input]->shape.n_channels;
  const float *d = layer->out.d + begin * n_out + get_first_channel (layer, input);
  float *d_x = layer->inputs[input]->d + begin * n_channels;

  for (size_t place = begin; place < end; place++, d += n_out, d_x += n_channels)
    for (int copy = 0; copy < n_copies; copy++)
      oto_rows_copy (d + copy * copy_len, n_channels, copy > 0 || job->adds[input], d_x);
}

static void
backward_items (const OtoLayerJob *job,
                int                thread,
                size_t             begin,
                size_t             end)
{
  for (int i = 0; i < (int) job->layer->n_inputs; i++)
    if (job->wants[i])
      backward_input (job, i, begin, end);
}

static const OtoLayerFuncs concat_layer_funcs =
{
  .name = "concat",
  .instance_size = sizeof (OtoConcatLayer),
  .item = OTO_ITEM_PLACE,
  .forward_items = forward_items,
  .backward_items = backward_items,
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
