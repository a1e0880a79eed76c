/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

/**
 * OtoConvActivation:
 * @OTO_CONV_LINEAR: none
 * @OTO_CONV_RELU: max (0, y)
 * @OTO_CONV_SIGMOID: 1 / (1 + exp (-y)); only without norm
 *
 * What follows a convolution, behind its norm or bias.
 */
typedef enum { OTO_CONV_LINEAR, OTO_CONV_RELU, OTO_CONV_SIGMOID } OtoConvActivation;

/**
 * OtoConvSpec:
 * @name: what the names of its weight and bias begin with
 * @norm_name: (nullable): the same of its batch norm; %NULL: it has none
 * @n_channels: C_out
 * @kernel_frames: along T; 0: 1
 * @kernel_mels: along F; 0: 1
 * @dilation: of both; 0: 1
 * @is_depthwise: each channel on its own
 * @is_unpadded: without the zeros around the map; else the output has the input's size
 * @has_bias: a bias a channel, zero at first unless @bias_bound says otherwise
 * @activation: what follows
 * @has_pool: average pooling 3x3 of stride 1 at the end; only behind a norm
 * @layout: of what it writes; planes only without norm and without ReLU
 * @norm_eps: of the norm; 0: PyTorch's
 * @norm_momentum: share of the new batch in the running statistics; 0: PyTorch's
 * @init_bound: of the uniform distribution of the weights; 0: He's, sqrt (6 / fan in)
 * @bias_bound: the same of the bias; 0: zeros
 * @starts_at_zero: the weights begin as zeros
 * @is_dense: the weight is called and shaped (out, in) in files, or (out, in, k) with @is_1d
 * @is_1d: the weight is (out, in, k) in files: @kernel_mels is 1
 * @twin: (nullable): the output of a convolution of the same spec whose tensors are read, too; its
 *   norm's running statistics normalise, and no gradient goes back
 *
 * A convolution with all that follows it up to the next one.
 */
typedef struct
{
  const char        *name;
  const char        *norm_name;
  int                n_channels;
  int                kernel_frames, kernel_mels;
  int                dilation;
  gboolean           is_depthwise;
  gboolean           is_unpadded;
  gboolean           has_bias;
  OtoConvActivation  activation;
  gboolean           has_pool;
  OtoLayout          layout;
  double             norm_eps, norm_momentum;
  double             init_bound, bias_bound;
  gboolean           starts_at_zero;
  gboolean           is_dense;
  gboolean           is_1d;
  const OtoEdge     *twin;
} OtoConvSpec;

OtoEdge              *oto_conv_layer_add       (OtoGraph          *graph,
                                                OtoEdge           *x,
                                                const OtoConvSpec *spec);
const OtoConv2dShape *oto_conv_layer_get_shape (const OtoLayer    *self);

G_END_DECLS
