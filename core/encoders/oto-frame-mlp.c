/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-frame-mlp.h"

#include "layers/oto-context-layer.h"
#include "layers/oto-conv-layer.h"
#include "layers/oto-dropout-layer.h"
#include "layers/oto-reshape-layer.h"

#define N_HIDDEN_LAYERS 3

static OtoEdge *
add_dense (OtoGraph          *graph,
           OtoEdge           *x,
           int                index,
           int                n_channels,
           OtoConvActivation  activation,
           double             dropout)
{
  g_autofree char *name = g_strdup_printf ("fc.%d", index);

  x = oto_dropout_layer_add (graph, x, dropout);
  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = n_channels, .has_bias = TRUE, .activation = activation,
    .init_bound = oto_param_get_glorot_uniform (x->shape.n_channels, n_channels),
    .is_dense = TRUE,
  });
}

/**
 * oto_frame_mlp_add: (skip)
 * @graph: a graph
 * @x: (T, F, C)
 * @n_hidden: units of a hidden layer
 * @n_out: units of the last one
 * @n_context: frames of the window that each frame is judged by
 * @dropout: probability of a dropout before each layer
 *
 * Each frame on its own: its window, three dense layers with ReLU, and a linear one: E7
 * (systems.md 3.8). Edges "windows", "hidden1" to "hidden3".
 *
 * Returns: (transfer none): (T, 1, n_out)
 */
OtoEdge *
oto_frame_mlp_add (OtoGraph *graph,
                   OtoEdge  *x,
                   int       n_hidden,
                   int       n_out,
                   int       n_context,
                   double    dropout)
{
  x = oto_context_layer_add (graph, oto_mels_to_channels (graph, x), n_context);
  oto_graph_name_edge (graph, x, "windows");
  for (int i = 0; i < N_HIDDEN_LAYERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("hidden%d", i + 1);

      x = add_dense (graph, x, i, n_hidden, OTO_CONV_RELU, dropout);
      oto_graph_name_edge (graph, x, name);
    }
  return add_dense (graph, x, N_HIDDEN_LAYERS, n_out, OTO_CONV_LINEAR, dropout);
}
