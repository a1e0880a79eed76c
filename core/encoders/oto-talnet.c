/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-talnet.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-flatten-layer.h"
#include "layers/oto-gru-layer.h"
#include "layers/oto-pool-layer.h"

#include <math.h>

/* Weights begin uniform as Xavier's, biases as PyTorch's. */
static OtoEdge *
add_conv (OtoGraph *graph,
          OtoEdge  *x,
          int       index,
          int       n_channels,
          int       kernel,
          gboolean  has_norm)
{
  g_autofree char *name = g_strdup_printf ("conv.%d", index);
  g_autofree char *norm_name = g_strdup_printf ("bn.%d", index);
  const int n_in = x->shape.n_channels, kernel_len = kernel * kernel;

  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .norm_name = has_norm ? norm_name : NULL, .n_channels = n_channels,
    .kernel_frames = kernel, .kernel_mels = kernel, .has_bias = TRUE, .activation = OTO_CONV_RELU,
    .init_bound = oto_param_get_glorot_uniform (kernel_len * n_in, kernel_len * n_channels),
    .bias_bound = 1.0 / sqrt (kernel_len * n_in),
  });
}

static OtoEdge *
add_pool (OtoGraph *graph,
          OtoEdge  *x,
          int       index,
          int       kernel_frames)
{
  g_autofree char *name = g_strdup_printf ("pool%d", index);

  return oto_graph_name_edge (graph,
                              oto_pool_layer_add (graph, x, OTO_POOL_MAX, kernel_frames, 2), name);
}

/* What is left of the mel bins becomes channels for the recurrent layer. */
static OtoEdge *
add_recurrent (OtoGraph *graph,
               OtoEdge  *x,
               int       n_units)
{
  x = oto_graph_name_edge (graph, oto_flatten_layer_add (graph, x), "seq");
  x = oto_gru_layer_add (graph, x, &(OtoGruSpec) {
    .name = "gru", .kind = OTO_GRU_KIND_TORCH, .n_units = n_units,
  });
  return oto_graph_name_edge (graph, x, "rnn");
}

/**
 * oto_talnet_add: (skip)
 * @graph: a graph
 * @x: (T, F, 1)
 * @widths: (array fixed-size=6): %OTO_TALNET_N_WIDTHS numbers
 *
 * TALNet, E6 (systems.md 3.7): ten convolutions 3x3 with bias and batch norm, max pooling after
 * every second, and a recurrent layer.
 *
 * Returns: (transfer none): (T / 4, 1, 2 u)
 */
OtoEdge *
oto_talnet_add (OtoGraph  *graph,
                OtoEdge   *x,
                const int *widths)
{
  const int n_blocks = OTO_TALNET_N_WIDTHS - 1;

  for (int b = 0; b < n_blocks; b++)
    {
      x = add_conv (graph, x, 2 * b, widths[b], 3, TRUE);
      x = add_conv (graph, x, 2 * b + 1, widths[b], 3, TRUE);
      x = add_pool (graph, x, b + 1, b < 2 ? 2 : 1);
    }
  return add_recurrent (graph, x, widths[n_blocks]);
}

/**
 * oto_talnet_small_add: (skip)
 * @graph: a graph
 * @x: (T, F, 1)
 * @widths: (array fixed-size=4): %OTO_TALNET_SMALL_N_WIDTHS numbers
 *
 * The smaller network of the same author (systems.md 3.7): three convolutions 5x5 without norm.
 *
 * Returns: (transfer none): (T / 4, 1, 2 u)
 */
OtoEdge *
oto_talnet_small_add (OtoGraph  *graph,
                      OtoEdge   *x,
                      const int *widths)
{
  const int n_convs = OTO_TALNET_SMALL_N_WIDTHS - 1;

  for (int i = 0; i < n_convs; i++)
    {
      x = add_conv (graph, x, i, widths[i], 5, FALSE);
      x = add_pool (graph, x, i + 1, i > 0 ? 2 : 1);
    }
  return add_recurrent (graph, x, widths[n_convs]);
}
