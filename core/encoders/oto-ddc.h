/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

#define OTO_DDC_N_BLOCKS 4

/**
 * OtoDdcSpec:
 * @channels: of the blocks
 * @dilations: of the blocks
 * @has_activation: a ReLU between depthwise and pointwise convolution
 * @has_residual: layers that keep the number of channels add their input to their output
 *
 * What is known of no publication, and can be chosen.
 */
typedef struct
{
  int      channels[OTO_DDC_N_BLOCKS];
  int      dilations[OTO_DDC_N_BLOCKS];
  gboolean has_activation;
  gboolean has_residual;
} OtoDdcSpec;

OtoEdge *oto_ddc_add (OtoGraph         *graph,
                      OtoEdge          *x,
                      const OtoDdcSpec *spec);

G_END_DECLS
