/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-graph.h"

G_BEGIN_DECLS

/**
 * OtoTimePoolKind:
 * @OTO_TIME_POOL_MEAN: sum_t x / T
 * @OTO_TIME_POOL_MAX: the largest, the first of equals
 * @OTO_TIME_POOL_LINEAR: linear softmax, sum_t x^2 / sum_t x
 * @OTO_TIME_POOL_LINEAR_CLAMPED: the same of x clamped to [1e-7, 1 - 1e-7]
 *
 * Pooling over frames, channel by channel.
 */
typedef enum
{
  OTO_TIME_POOL_MEAN,
  OTO_TIME_POOL_MAX,
  OTO_TIME_POOL_LINEAR,
  OTO_TIME_POOL_LINEAR_CLAMPED,
} OtoTimePoolKind;

OtoEdge *oto_time_pool_layer_add (OtoGraph        *graph,
                                  OtoEdge         *x,
                                  OtoTimePoolKind  kind);

G_END_DECLS
