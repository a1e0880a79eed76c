/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-rng.h"

G_BEGIN_DECLS

/**
 * OtoParamInit:
 * @OTO_PARAM_INIT_CONSTANT: the scale everywhere
 * @OTO_PARAM_INIT_UNIFORM: uniform in +- the scale
 * @OTO_PARAM_INIT_IDENTITY: the scale times I + 0.1 uniform in +- 1 / sqrt (size)
 * @OTO_PARAM_INIT_ORTHOGONAL: orthonormal rows or, where there are more rows than columns,
 *   orthonormal columns, times the scale; a matrix
 *
 * How a tensor begins.
 */
typedef enum
{
  OTO_PARAM_INIT_CONSTANT,
  OTO_PARAM_INIT_UNIFORM,
  OTO_PARAM_INIT_IDENTITY,
  OTO_PARAM_INIT_ORTHOGONAL,
} OtoParamInit;

#define OTO_PARAM_MAX_DIMS 4

/**
 * OtoParam:
 * @name: what files call it: the released checkpoint's name where there is one
 * @n_dims: length of @shape
 * @shape: as in files, which is as in PyTorch
 * @pos: first element, in the parameter or the buffer block
 * @len: elements
 * @is_buffer: running statistics: saved, not trained
 * @init: how it begins
 * @init_scale: the scale of @init
 *
 * One tensor of a network.
 */
typedef struct
{
  char         name[64];
  int          n_dims;
  gint64       shape[OTO_PARAM_MAX_DIMS];
  size_t       pos;
  size_t       len;
  gboolean     is_buffer;
  OtoParamInit init;
  double       init_scale;
} OtoParam;

void   oto_param_init               (const OtoParam *self,
                                     OtoRng         *rng,
                                     float          *values);
double oto_param_get_he_uniform     (double          fan_in);
double oto_param_get_glorot_uniform (double          fan_in,
                                     double          fan_out);
double oto_param_get_glorot_relu    (double          fan_in,
                                     double          fan_out);

G_END_DECLS
