/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

/**
 * OtoUpsampleConvSpec:
 * @name: what the names of its weight and bias begin with
 * @n_channels: C_out
 * @factor: frames that a frame becomes: length and stride of the kernel
 * @init_bound: of the uniform distribution of the weights
 *
 * A transposed convolution along time whose kernels do not overlap.
 */
typedef struct
{
  const char *name;
  int         n_channels;
  int         factor;
  double      init_bound;
} OtoUpsampleConvSpec;

OtoEdge *oto_upsample_conv_layer_add (OtoGraph                  *graph,
                                      OtoEdge                   *x,
                                      const OtoUpsampleConvSpec *spec);

G_END_DECLS
