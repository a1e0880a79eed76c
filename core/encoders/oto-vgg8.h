/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

#define OTO_VGG8_N_BLOCKS 4

/**
 * OtoVgg8Form:
 * @OTO_VGG8_PLAIN: convolutions alone (E1)
 * @OTO_VGG8_POOLS: each block ends in average pooling 3x3 of stride 1 (E2, D1)
 * @OTO_VGG8_LAST_UNPOOLED: but for the last one
 * @OTO_VGG8_LAST_LINEAR: the last convolution has no ReLU
 *
 * What stands between and behind the convolutions; flags.
 */
typedef enum
{
  OTO_VGG8_PLAIN         = 0,
  OTO_VGG8_POOLS         = 1 << 0,
  OTO_VGG8_LAST_UNPOOLED = 1 << 1,
  OTO_VGG8_LAST_LINEAR   = 1 << 2,
} OtoVgg8Form;

OtoEdge *oto_vgg8_add (OtoGraph    *graph,
                       OtoEdge     *x,
                       const char  *prefix,
                       const char  *edge_prefix,
                       const int   *channels,
                       OtoVgg8Form  form);

G_END_DECLS
