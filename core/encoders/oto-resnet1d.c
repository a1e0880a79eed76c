/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-resnet1d.h"

#include "layers/oto-norm-layer.h"
#include "layers/oto-pool-layer.h"
#include "layers/oto-relu-layer.h"
#include "layers/oto-reshape-layer.h"
#include "layers/oto-sum-layer.h"

/**
 * oto_resnet1d_add_conv: (skip)
 * @graph: a graph
 * @x: (T, 1, C)
 * @spec: what the convolution does; its initialisation and the shape of its weight are filled in
 *
 * A convolution along time, or a dense layer, with the initialisation of the released programs:
 * Xavier's uniform distribution with a gain of sqrt (2), and zero biases.
 *
 * Returns: (transfer none): what it writes
 */
OtoEdge *
oto_resnet1d_add_conv (OtoGraph          *graph,
                       OtoEdge           *x,
                       const OtoConvSpec *spec)
{
  const double kernel = MAX (spec->kernel_frames, 1);
  OtoConvSpec own = *spec;

  own.is_1d = !spec->is_dense;
  own.init_bound = oto_param_get_glorot_relu (kernel * x->shape.n_channels,
                                              kernel * spec->n_channels);
  return oto_conv_layer_add (graph, x, &own);
}

/* Block @index, which counts from 1, of the whole network. */
static OtoEdge *
add_block (OtoGraph              *graph,
           OtoEdge               *x,
           const OtoResnet1dSpec *spec,
           int                    index,
           int                    n_channels,
           OtoEdge              **ret_tap)
{
  g_autofree char *bn1 = g_strdup_printf ("b%d.bn1", index);
  g_autofree char *conv1 = g_strdup_printf ("b%d.conv1", index);
  g_autofree char *bn2 = g_strdup_printf ("b%d.bn2", index);
  g_autofree char *conv2 = g_strdup_printf ("b%d.conv2", index);
  g_autofree char *bn3 = g_strdup_printf ("b%d.bn3", index);
  g_autofree char *skip_name = g_strdup_printf ("b%d.sk", index);
  g_autofree char *norm_edge_name = g_strdup_printf ("norm%d", index);
  g_autofree char *edge_name = g_strdup_printf ("block%d", index);
  OtoEdge *y, *skip;

  y = oto_norm_layer_add (graph, x, bn1, spec->is_preact);
  oto_graph_name_edge (graph, y, norm_edge_name);
  if (ret_tap != NULL)
    *ret_tap = spec->is_preact ? y : oto_relu_layer_add (graph, y);
  y = oto_resnet1d_add_conv (graph, y, &(OtoConvSpec) {
    .name = conv1, .norm_name = bn2, .n_channels = n_channels, .kernel_frames = 3,
    .has_bias = spec->has_block_bias, .activation = OTO_CONV_RELU,
  });
  y = oto_resnet1d_add_conv (graph, y, &(OtoConvSpec) {
    .name = conv2, .norm_name = bn3, .n_channels = n_channels, .kernel_frames = 3,
    .has_bias = spec->has_block_bias,
  });
  skip = oto_resnet1d_add_conv (graph, x, &(OtoConvSpec) {
    .name = skip_name, .n_channels = n_channels, .has_bias = spec->has_block_bias,
  });
  return oto_graph_name_edge (graph, oto_sum_layer_add (graph, y, skip), edge_name);
}

/**
 * oto_resnet1d_add: (skip)
 * @graph: a graph
 * @x: (T, F, 1): what the network reads
 * @spec: blocks, channels and order
 *
 * E9: batch norm of the input, a convolution, then blocks
 *
 * |[
 * bn1, [ReLU,] conv1, bn2, ReLU, conv2, bn3, plus a 1x1 convolution of the block's input
 * ]|
 *
 * with max pooling of 4 frames behind the first two stages, and norm and ReLU at the end. All
 * kernels see 3 frames. Names are those of the released program: "b1.conv1" for conv1 of the first
 * block, "b1.sk" for its 1x1 convolution. Edges are called "conv1",
 * "norm1", "block1", "tap1" and "X".
 *
 * Returns: what it writes
 */
OtoResnet1d
oto_resnet1d_add (OtoGraph              *graph,
                  OtoEdge               *x,
                  const OtoResnet1dSpec *spec)
{
  OtoResnet1d self = { 0 };
  int index = 1;

  x = oto_norm_layer_add (graph, oto_mels_to_channels (graph, x), "bn", FALSE);
  x = oto_resnet1d_add_conv (graph, x, &(OtoConvSpec) {
    .name = "conv1", .kernel_frames = 3, .has_bias = TRUE,
    .n_channels = spec->stem_channels > 0 ? spec->stem_channels : x->shape.n_channels,
  });
  oto_graph_name_edge (graph, x, "conv1");
  for (int s = 0; s < OTO_RESNET1D_N_STAGES; s++)
    {
      const int n_blocks = spec->n_blocks != NULL ? spec->n_blocks[s] : 1;

      if (s > 0)
        x = oto_pool_layer_add (graph, x, OTO_POOL_MAX, OTO_RESNET1D_POOL, 1);
      for (int b = 0; b < n_blocks; b++)
        x = add_block (graph, x, spec, index++, spec->channels[s],
                       spec->has_taps && b == 0 ? &self.taps[s] : NULL);
      if (spec->has_taps)
        {
          g_autofree char *name = g_strdup_printf ("tap%d", s + 1);

          oto_graph_name_edge (graph, self.taps[s], name);
        }
    }
  self.x = oto_graph_name_edge (graph, oto_norm_layer_add (graph, x, "bnf", TRUE), "X");
  return self;
}

/**
 * oto_convnet1d_add: (skip)
 * @graph: a graph
 * @x: (T, F, 1): what the network reads
 * @channels: (array fixed-size=6): channels of the convolutions
 * @has_bias: whether these have a bias
 *
 * E9p: batch norm of the input, then three stages of two convolutions of 3 frames, each with norm
 * and ReLU, and max pooling of 4 frames between the stages. No program is known; edges are called
 * "stage1" to "stage3".
 *
 * Returns: (transfer none): (T / 16, 1, C)
 */
OtoEdge *
oto_convnet1d_add (OtoGraph  *graph,
                   OtoEdge   *x,
                   const int *channels,
                   gboolean   has_bias)
{
  x = oto_norm_layer_add (graph, oto_mels_to_channels (graph, x), "trunk.bn0", FALSE);
  for (int i = 0; i < OTO_CONVNET1D_N_CONVS; i++)
    {
      g_autofree char *name = g_strdup_printf ("trunk.conv.%d", i);
      g_autofree char *norm_name = g_strdup_printf ("trunk.bn.%d", i);
      g_autofree char *edge_name = g_strdup_printf ("stage%d", i / 2 + 1);

      if (i > 0 && i % 2 == 0)
        x = oto_pool_layer_add (graph, x, OTO_POOL_MAX, OTO_RESNET1D_POOL, 1);
      x = oto_resnet1d_add_conv (graph, x, &(OtoConvSpec) {
        .name = name, .norm_name = norm_name, .n_channels = channels[i], .kernel_frames = 3,
        .has_bias = has_bias, .activation = OTO_CONV_RELU,
      });
      if (i % 2 == 1)
        oto_graph_name_edge (graph, x, edge_name);
    }
  return x;
}
