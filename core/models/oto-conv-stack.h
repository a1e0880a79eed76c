/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-engine-private.h"
#include "models/oto-model.h"
#include "models/oto-model-config-private.h"
#include "nn/oto-batch-norm.h"

G_BEGIN_DECLS

/* OtoConvStack: four blocks of (conv 3x3, batch norm, ReLU) x 2, with or without average pooling
 * 3x3 after each block. Encoders and the decoder are such stacks.
 *
 * Of a layer only the raw output of its convolution is kept; batch norm, ReLU and pooling are
 * applied by whoever reads it. In the backward pass the gradient of that output takes its place. */

#define OTO_CONV_STACK_N_LAYERS (2 * OTO_MODEL_N_BLOCKS)

typedef struct
{
  OtoConv2dShape    shape;
  OtoConv2dShape    adjoint_shape;
  gboolean          has_pool;
  size_t            weight_pos, gamma_pos, beta_pos;     /* in the parameter block */
  size_t            mean_pos, var_pos;                   /* in the buffer block */

  float            *filters;     /* prepared */
  float            *adjoint;     /* prepared; NULL when no gradient goes on from here */
  float            *y;           /* (N, T, F, C): raw output of the convolution */
  float            *d_y;         /* training: its gradient; y itself unless that is kept */
  float            *scale, *shift;       /* (C): batch norm of this pass */
  double           *mean, *inv_std;      /* (C): likewise */
  OtoConv2dPrologue prologue;    /* scale, shift and pooling, for the reader */
  OtoBatchStats    *stats;       /* one per thread */
  double          **d_sums;      /* training, one per thread: (2, C): d_gamma, d_beta */
} OtoConvLayer;

typedef struct
{
  OtoConvLayer layers[OTO_CONV_STACK_N_LAYERS];
  OtoEngine   *engine;
} OtoConvStack;

void          oto_conv_stack_init            (OtoConvStack        *self,
                                              OtoEngine           *engine,
                                              const OtoParam      *params,
                                              guint                n_params,
                                              const char          *prefix,
                                              int                  c_in,
                                              const int           *channels,
                                              gboolean             has_pool);
void          oto_conv_stack_clear           (OtoConvStack        *self);
size_t        oto_conv_stack_get_scratch_len (const OtoConvStack  *self);
size_t        oto_conv_stack_get_filters_len (const OtoConvStack  *self);
int           oto_conv_stack_get_n_channels  (const OtoConvStack  *self);
void          oto_conv_stack_plan            (OtoConvStack        *self,
                                              OtoPlan             *plan,
                                              gboolean             wants_d_x);
void          oto_conv_stack_place_maps      (OtoConvStack        *self,
                                              float               *maps);
void          oto_conv_stack_place_maps_in_turn (OtoConvStack     *self,
                                                 float            *maps[2],
                                                 int              *turn);
void          oto_conv_stack_prepare         (OtoConvStack        *self,
                                              const float         *params);
gboolean      oto_conv_stack_forward         (OtoConvStack        *self,
                                              const OtoFeatureMap *x,
                                              const float         *params,
                                              float               *buffers,
                                              OtoModelMode         mode);
OtoFeatureMap oto_conv_stack_get_output      (const OtoConvStack  *self);
gboolean      oto_conv_stack_backward        (OtoConvStack        *self,
                                              const OtoFeatureMap *x,
                                              float               *grads);

G_END_DECLS
