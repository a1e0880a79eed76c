/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-wld.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-pool-layer.h"
#include "layers/oto-reshape-layer.h"

#include <glib/gi18n-lib.h>

/* Convolutions 3x3, in groups that end in pooling; the last group has one. */
#define N_CONVS  11
#define N_GROUPS 6

/* From here on the network is as published; with fewer mel bins the sixth pooling leaves them. */
#define PUBLISHED_N_MELS 128

/* Xavier's uniform distribution with the gain of a ReLU. */
static double
get_init_bound (const OtoEdge *x,
                int            n_channels,
                int            kernel_len)
{
  return oto_param_get_glorot_relu ((double) x->shape.n_channels * kernel_len,
                                    (double) n_channels * kernel_len);
}

static OtoEdge *
add_conv (OtoGraph *graph,
          OtoEdge  *x,
          int       index,
          int       n_channels,
          int       kernel)
{
  g_autofree char *name = g_strdup_printf ("conv.%d", index);
  g_autofree char *norm_name = g_strdup_printf ("bn.%d", index);

  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .norm_name = norm_name, .n_channels = n_channels, .has_bias = TRUE,
    .kernel_frames = kernel, .kernel_mels = kernel, .is_unpadded = kernel == 2,
    .activation = OTO_CONV_RELU, .init_bound = get_init_bound (x, n_channels, kernel * kernel),
  });
}

/* The convolution 2x2 must find two mel bins. */
static void
check_mels (OtoGraph *graph,
            int       n_mels)
{
  const int n_halvings = n_mels >= PUBLISHED_N_MELS ? N_GROUPS : N_GROUPS - 1;

  if (n_mels >> n_halvings != 2)
    oto_graph_fail (graph, _("This network cannot read %d mel bins. Choose a front end with 64 to "
                             "95 or 128 to 191 of them."), n_mels);
}

static OtoEdge *
add_groups (OtoGraph  *graph,
            OtoEdge   *x,
            const int *channels)
{
  const gboolean is_published = x->shape.n_mels >= PUBLISHED_N_MELS;

  for (int i = 0; i < N_CONVS; i++)
    {
      const int group = i / 2;
      g_autofree char *name = g_strdup_printf ("pool%d", group + 1);

      x = add_conv (graph, x, i, channels[group], 3);
      if (i % 2 == 0 && i + 1 < N_CONVS)
        continue;
      x = oto_pool_layer_add (graph, x, OTO_POOL_MAX, 2,
                              group + 1 < N_GROUPS || is_published ? 2 : 1);
      oto_graph_name_edge (graph, x, name);
    }
  return x;
}

/**
 * oto_wld_add: (skip)
 * @graph: a graph
 * @x: (T, F, 1)
 * @channels: (array fixed-size=7): channels of the six groups and of the convolution after them
 * @n_classes: K
 *
 * E8 (systems.md 3.8). The published network reads 128 mel bins, of which two are left for the
 * convolution 2x2. Of 64 as many are left when the sixth pooling halves frames only; which it does
 * below 128. Edges "pool1" to "pool6", "emb", "segments".
 *
 * Returns: (transfer none): (S, 1, K): probabilities of segments; segment s covers the frames from
 *   64 s up to 64 s + 128
 */
OtoEdge *
oto_wld_add (OtoGraph  *graph,
             OtoEdge   *x,
             const int *channels,
             int        n_classes)
{
  check_mels (graph, x->shape.n_mels);
  x = add_conv (graph, add_groups (graph, x, channels), N_CONVS, channels[N_GROUPS], 2);
  oto_graph_name_edge (graph, x, "emb");
  /* Of a network that does not fit, which is told: what follows knows maps of one bin only. */
  if (x->shape.n_mels > 1)
    x = oto_mels_to_channels (graph, x);
  x = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "final", .n_channels = n_classes, .has_bias = TRUE, .activation = OTO_CONV_SIGMOID,
    .init_bound = get_init_bound (x, n_classes, 1),
  });
  return oto_graph_name_edge (graph, x, "segments");
}
