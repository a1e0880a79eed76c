/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-conv-layer.h"

G_BEGIN_DECLS

/* The 1-D networks of Chou et al., Learning to Recognize Transient Sound Events Using Attentional
 * Supervision, whose channels are mel bins at first (systems.md 3.9). */

#define OTO_CONVNET1D_N_CONVS 6
#define OTO_RESNET1D_N_STAGES 3
/* Frames that become one behind the first stage, and again behind the second. */
#define OTO_RESNET1D_POOL     4

/**
 * OtoResnet1dSpec:
 * @channels: (array fixed-size=3): channels of the stages
 * @n_blocks: (array fixed-size=3) (nullable): blocks of the stages; %NULL: one each
 * @stem_channels: what the first convolution writes; 0: as many as it reads
 * @is_preact: whether the first convolution of a block reads its norm behind a ReLU; in the
 *   released program it reads the norm itself
 * @has_block_bias: whether the convolutions of the blocks have a bias; the first one always has
 * @has_taps: whether the taps are wanted
 */
typedef struct
{
  const int *channels;
  const int *n_blocks;
  int        stem_channels;
  gboolean   is_preact;
  gboolean   has_block_bias;
  gboolean   has_taps;
} OtoResnet1dSpec;

/**
 * OtoResnet1d:
 * @x: (T / 16, 1, C): what the last block writes, behind norm and ReLU: the segments
 * @taps: with taps, what the first block of each stage reads, behind norm and ReLU
 */
typedef struct
{
  OtoEdge *x;
  OtoEdge *taps[OTO_RESNET1D_N_STAGES];
} OtoResnet1d;

OtoResnet1d oto_resnet1d_add      (OtoGraph              *graph,
                                   OtoEdge               *x,
                                   const OtoResnet1dSpec *spec);
OtoEdge    *oto_convnet1d_add     (OtoGraph              *graph,
                                   OtoEdge               *x,
                                   const int             *channels,
                                   gboolean               has_bias);
OtoEdge    *oto_resnet1d_add_conv (OtoGraph              *graph,
                                   OtoEdge               *x,
                                   const OtoConvSpec     *spec);

G_END_DECLS
