/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-gated-crnn.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-glu-layer.h"
#include "layers/oto-gru-layer.h"
#include "layers/oto-pool-layer.h"
#include "layers/oto-product-layer.h"

/* Of Keras' batch norm, with which it was written. */
#define NORM_EPS      1e-3
#define NORM_MOMENTUM 0.01

#define KERNEL     3
#define KERNEL_LEN (KERNEL * KERNEL)

static OtoEdge *
add_block (OtoGraph *graph,
           OtoEdge  *x,
           int       index,
           int       n_channels)
{
  g_autofree char *name = g_strdup_printf ("block.%d.conv", index);
  g_autofree char *norm_name = g_strdup_printf ("block.%d.bn", index);
  const int n_in = x->shape.n_channels, n_out = 2 * n_channels;

  x = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .norm_name = norm_name, .n_channels = n_out, .kernel_frames = KERNEL,
    .kernel_mels = KERNEL, .norm_eps = NORM_EPS, .norm_momentum = NORM_MOMENTUM,
    .init_bound = oto_param_get_glorot_uniform (KERNEL_LEN * n_in, KERNEL_LEN * n_out),
  });
  return oto_glu_layer_add (graph, x);
}

/* Blocks in pairs, behind which the mel bins are halved. Without an eighth block the last stands
 * alone. */
static OtoEdge *
add_blocks (OtoGraph *graph,
            OtoEdge  *x,
            int       n_channels,
            int       n_blocks)
{
  for (int b = 0; b < n_blocks; b++)
    {
      g_autofree char *name = g_strdup_printf ("pool%d", b / 2 + 1);

      x = add_block (graph, x, b, n_channels);
      if (b % 2 == 1 || b == n_blocks - 1)
        x = oto_graph_name_edge (graph, oto_pool_layer_add (graph, x, OTO_POOL_MAX, 1, 2), name);
    }
  return x;
}

static OtoEdge *
add_gru (OtoGraph   *graph,
         OtoEdge    *x,
         const char *name,
         const char *edge_name,
         OtoGruKind  kind,
         int         n_units)
{
  x = oto_gru_layer_add (graph, x, &(OtoGruSpec) {
    .name = name, .kind = kind, .n_units = n_units,
    .init_bound = oto_param_get_glorot_uniform (x->shape.n_channels, 3 * n_units),
  });
  return oto_graph_name_edge (graph, x, edge_name);
}

/**
 * oto_gated_crnn_add: (skip)
 * @graph: a graph
 * @x: (T, F, 1)
 * @widths: (array fixed-size=3): %OTO_GATED_CRNN_N_WIDTHS numbers
 * @n_blocks: gated blocks: seven act in the released program, eight in the paper
 *
 * The gated CRNN of Xu et al. 2018 in its form for detection, E5 (systems.md 3.6): gated
 * convolutions, pooling of mel bins alone, and two recurrent layers, a linear and a logistic one,
 * of which the second gates the first. What is left of 64 mel bins are four, which the last pooling
 * joins; of others it joins as many as there are.
 *
 * Returns: (transfer none): (T, 1, 2 u)
 */
OtoEdge *
oto_gated_crnn_add (OtoGraph  *graph,
                    OtoEdge   *x,
                    const int *widths,
                    int        n_blocks)
{
  OtoEdge *linear, *gate;

  x = add_blocks (graph, x, widths[0], n_blocks);
  x = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .n_channels = widths[1], .kernel_frames = KERNEL, .kernel_mels = KERNEL,
    .has_bias = TRUE, .activation = OTO_CONV_RELU,
    .init_bound = oto_param_get_glorot_uniform (KERNEL_LEN * widths[0], KERNEL_LEN * widths[1]),
  });
  x = oto_pool_layer_add (graph, x, OTO_POOL_MAX, 1, x->shape.n_mels);
  x = oto_graph_name_edge (graph, x, "seq");
  linear = add_gru (graph, x, "gru_linear", "rnn_linear", OTO_GRU_KIND_KERAS_LINEAR, widths[2]);
  gate = add_gru (graph, x, "gru_sigmoid", "rnn_sigmoid", OTO_GRU_KIND_KERAS_SIGMOID, widths[2]);
  return oto_graph_name_edge (graph, oto_product_layer_add (graph, linear, gate), "rnn");
}
