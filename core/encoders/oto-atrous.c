/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-atrous.h"

#include "layers/oto-conv-layer.h"

/**
 * oto_atrous_add: (skip)
 * @graph: a graph
 * @x: (T, F, 1): what the first layer reads
 * @channels: (array length=n_layers): channels of the layers
 * @n_layers: their number
 *
 * Convolutions 5x5 with dilations 1, 2, 4, 8, each with batch norm and ReLU, at full resolution: E3
 * (systems.md 3.4). Their outputs are the edges "emb1", "emb2" …
 *
 * Returns: (transfer none): what the last layer writes
 */
OtoEdge *
oto_atrous_add (OtoGraph  *graph,
                OtoEdge   *x,
                const int *channels,
                int        n_layers)
{
  for (int i = 0; i < n_layers; i++)
    {
      g_autofree char *name = g_strdup_printf ("conv.%d", i);
      g_autofree char *norm_name = g_strdup_printf ("bn.%d", i);
      g_autofree char *edge_name = g_strdup_printf ("emb%d", i + 1);

      x = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
        .name = name, .norm_name = norm_name, .n_channels = channels[i],
        .kernel_frames = 5, .kernel_mels = 5, .dilation = 1 << i, .activation = OTO_CONV_RELU,
      });
      oto_graph_name_edge (graph, x, edge_name);
    }
  return x;
}
