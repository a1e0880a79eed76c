/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-ddc.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-sum-layer.h"

#define N_SEPARABLE (2 * OTO_DDC_N_BLOCKS - 1)

/* Depthwise 3x3, norm, pointwise, norm, ReLU. */
static OtoEdge *
add_separable (OtoGraph         *graph,
               OtoEdge          *x,
               const OtoDdcSpec *spec,
               int               index)
{
  const int block = (index + 1) / 2;
  g_autofree char *depthwise = g_strdup_printf ("sep.%d.dw", index);
  g_autofree char *depthwise_norm = g_strdup_printf ("sep.%d.bn1", index);
  g_autofree char *pointwise = g_strdup_printf ("sep.%d.pw", index);
  g_autofree char *pointwise_norm = g_strdup_printf ("sep.%d.bn2", index);
  OtoEdge *inner = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = depthwise, .norm_name = depthwise_norm, .n_channels = x->shape.n_channels,
    .kernel_frames = 3, .kernel_mels = 3, .dilation = spec->dilations[block],
    .is_depthwise = TRUE,
    .activation = spec->has_activation ? OTO_CONV_RELU : OTO_CONV_LINEAR,
  });
  OtoEdge *y = oto_conv_layer_add (graph, inner, &(OtoConvSpec) {
    .name = pointwise, .norm_name = pointwise_norm, .n_channels = spec->channels[block],
    .activation = OTO_CONV_RELU,
  });

  if (spec->has_residual && x->shape.n_channels == y->shape.n_channels)
    return oto_sum_layer_add (graph, x, y);
  return y;
}

/**
 * oto_ddc_add: (skip)
 * @graph: a graph
 * @x: (T, F, 1): what the first layer reads
 * @spec: sizes and choices
 *
 * VGG-8 whose convolutions after the first are depthwise separable and dilated: E4, a
 * reconstruction (systems.md 3.5). Outputs are the edges "conv" and "sep0" to "sep6".
 *
 * Returns: (transfer none): what the last layer writes
 */
OtoEdge *
oto_ddc_add (OtoGraph         *graph,
             OtoEdge          *x,
             const OtoDdcSpec *spec)
{
  x = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .norm_name = "bn", .n_channels = spec->channels[0],
    .kernel_frames = 3, .kernel_mels = 3, .dilation = spec->dilations[0],
    .activation = OTO_CONV_RELU,
  });
  oto_graph_name_edge (graph, x, "conv");
  for (int i = 0; i < N_SEPARABLE; i++)
    {
      g_autofree char *edge_name = g_strdup_printf ("sep%d", i);

      x = oto_graph_name_edge (graph, add_separable (graph, x, spec, i), edge_name);
    }
  return x;
}
