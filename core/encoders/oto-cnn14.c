/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-cnn14.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-dropout-layer.h"
#include "layers/oto-near-pool-layer.h"
#include "layers/oto-norm-layer.h"
#include "layers/oto-pool-layer.h"
#include "layers/oto-reshape-layer.h"

#define KERNEL 3

/* Statistics of each mel bin over clips and frames. */
static OtoEdge *
add_mel_norm (OtoGraph *graph,
              OtoEdge  *x)
{
  const OtoMapShape shape = x->shape;

  x = oto_norm_layer_add (graph, oto_mels_to_channels (graph, x), "bn0", FALSE);
  return oto_graph_name_edge (graph, oto_reshape_layer_add (graph, x, shape), "bn0");
}

static OtoEdge *
add_conv (OtoGraph *graph,
          OtoEdge  *x,
          int       block,
          int       index,
          int       n_channels)
{
  g_autofree char *name = g_strdup_printf ("conv_block%d.conv%d", block, index);
  g_autofree char *norm_name = g_strdup_printf ("conv_block%d.bn%d", block, index);
  const double area = KERNEL * KERNEL;

  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .norm_name = norm_name, .n_channels = n_channels,
    .kernel_frames = KERNEL, .kernel_mels = KERNEL, .activation = OTO_CONV_RELU,
    .init_bound = oto_param_get_glorot_uniform (area * x->shape.n_channels, area * n_channels),
  });
}

/* The last block does not pool. */
static OtoEdge *
add_block (OtoGraph *graph,
           OtoEdge  *x,
           int       block,
           int       n_channels,
           double    dropout)
{
  g_autofree char *name = g_strdup_printf ("block%d", block);

  x = add_conv (graph, x, block, 1, n_channels);
  x = add_conv (graph, x, block, 2, n_channels);
  if (block < OTO_CNN14_N_BLOCKS)
    x = oto_pool_layer_add (graph, x, OTO_POOL_AVERAGE, 2, 2);
  return oto_graph_name_edge (graph, oto_dropout_layer_add (graph, x, dropout), name);
}

/**
 * oto_cnn14_add: (skip)
 * @graph: a graph
 * @x: (T, F, 1): log-mel in decibels
 * @widths: (array fixed-size=7): %OTO_CNN14_N_WIDTHS numbers
 * @block_dropout: probability of the dropout behind each block
 * @dropout: the same of those before and behind the dense layer
 *
 * CNN14 of PANNs at the decision level: a norm of each mel bin, six blocks of two convolutions 3x3
 * with average pooling, the mean over what is left of the mel bins, pooling of each segment with
 * its neighbours, and a dense layer.
 *
 * Source: Kong et al., PANNs (TASLP 2020), released program.
 *
 * Returns: (transfer none): (T / 32, 1, C): the embedding of each segment
 */
OtoEdge *
oto_cnn14_add (OtoGraph  *graph,
               OtoEdge   *x,
               const int *widths,
               double     block_dropout,
               double     dropout)
{
  const int n_out = widths[OTO_CNN14_N_BLOCKS];

  x = add_mel_norm (graph, x);
  for (int b = 0; b < OTO_CNN14_N_BLOCKS; b++)
    x = add_block (graph, x, b + 1, widths[b], block_dropout);
  x = oto_pool_layer_add (graph, x, OTO_POOL_AVERAGE, 1, x->shape.n_mels);
  x = oto_dropout_layer_add (graph, oto_near_pool_layer_add (graph, x), dropout);
  x = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "fc1", .n_channels = n_out, .has_bias = TRUE, .is_dense = TRUE,
    .activation = OTO_CONV_RELU,
    .init_bound = oto_param_get_glorot_uniform (x->shape.n_channels, n_out),
  });
  return oto_dropout_layer_add (graph, oto_graph_name_edge (graph, x, "embedding"), dropout);
}
