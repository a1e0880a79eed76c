/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-vgg8.h"

#include "layers/oto-conv-layer.h"

static OtoEdge *
add_conv (OtoGraph   *graph,
          OtoEdge    *x,
          const char *block,
          int         index,
          int         n_channels,
          gboolean    is_linear,
          gboolean    has_pool)
{
  g_autofree char *name = g_strdup_printf ("%s.conv%d", block, index);
  g_autofree char *norm_name = g_strdup_printf ("%s.bn%d", block, index);

  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .norm_name = norm_name, .n_channels = n_channels,
    .kernel_frames = 3, .kernel_mels = 3,
    .activation = is_linear ? OTO_CONV_LINEAR : OTO_CONV_RELU, .has_pool = has_pool,
  });
}

/**
 * oto_vgg8_add: (skip)
 * @graph: a graph
 * @x: what the first block reads
 * @prefix: what the names of the blocks' parameters begin with, before the block's number
 * @edge_prefix: the same of the edges: "enc1", "enc1.conv1" …
 * @channels: (array fixed-size=4): channels of the blocks
 * @form: what stands between and behind the convolutions
 *
 * Four blocks of (convolution 3x3, batch norm, ReLU) x 2: E1, and with pooling E2 and its mirror D1
 * (systems.md 3.1 to 3.3).
 *
 * Returns: (transfer none): what the last block writes
 */
OtoEdge *
oto_vgg8_add (OtoGraph    *graph,
              OtoEdge     *x,
              const char  *prefix,
              const char  *edge_prefix,
              const int   *channels,
              OtoVgg8Form  form)
{
  for (int b = 0; b < OTO_VGG8_N_BLOCKS; b++)
    {
      g_autofree char *block = g_strdup_printf ("%s%d", prefix, b + 1);
      g_autofree char *first = g_strdup_printf ("%s%d.conv1", edge_prefix, b + 1);
      g_autofree char *second = g_strdup_printf ("%s%d", edge_prefix, b + 1);
      const gboolean is_last = b == OTO_VGG8_N_BLOCKS - 1;
      const gboolean is_linear = is_last && (form & OTO_VGG8_LAST_LINEAR) != 0;
      const gboolean has_pool = (form & OTO_VGG8_POOLS) != 0
                                && !(is_last && (form & OTO_VGG8_LAST_UNPOOLED) != 0);

      x = add_conv (graph, x, block, 1, channels[b], FALSE, FALSE);
      oto_graph_name_edge (graph, x, first);
      x = add_conv (graph, x, block, 2, channels[b], is_linear, has_pool);
      oto_graph_name_edge (graph, x, second);
    }
  return x;
}
