/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers/oto-conv-layer.h"
#include "layers/oto-norm.h"

G_BEGIN_DECLS

/* What the two passes of a convolution share. */

typedef struct
{
  OtoLayer           parent;
  OtoConv2dShape     shape;
  OtoConv2dShape     adjoint_shape;
  OtoConvActivation  activation;
  gboolean           has_norm;
  gboolean           has_bias;   /* that is added: one before a norm only moves its mean */
  size_t             weight_pos;
  size_t             bias_pos;
  OtoNorm            norm;

  float             *filters;    /* prepared */
  float             *adjoint;    /* prepared; NULL when no gradient goes on from here */
  float             *rows;       /* (N, T, F, C): where the output is in planes */
  float             *d_rows;     /* training: gradient of the convolution's own output */
  float             *d_x;        /* training: room for a gradient that is added */
  double            *d_bias_block;       /* (threads, C) */
} OtoConvLayer;

extern const OtoLayerFuncs oto_conv_layer_funcs;

void oto_conv_layer_backward (OtoLayer *layer,
                              OtoPass  *pass);

/* A job of one layer. */
typedef struct
{
  OtoConvLayer *layer;
  OtoPass      *pass;
  float        *d_y;             /* backward: gradient of the convolution's own output */
  gboolean      adds_d_x;
  OtoNorm      *input_norm;      /* backward: whose sums are wanted with d_x, or NULL */
} OtoConvLayerJob;

/* A thread on its way through a clip, for what is done to rows while they are in cache. */
typedef struct
{
  const OtoConvLayerJob *job;
  int                    thread;
  int                    clip;
} OtoConvLayerClip;

/* Where a row of a clip begins in a map of rows. */
static inline size_t
oto_map_shape_get_row_pos (const OtoMapShape *self,
                           int                clip,
                           int                row)
{
  return ((size_t) clip * self->n_frames + row) * oto_map_shape_get_row_len (self);
}

/* Rows of the gradient behind a pooling are made again where they are needed, so many at a time
 * that they stay in the first caches. */
#define OTO_CONV_LAYER_TILE_LEN (32 * 1024)

static inline int
oto_map_shape_get_tile_rows (const OtoMapShape *self)
{
  return (int) MAX (1, OTO_CONV_LAYER_TILE_LEN / oto_map_shape_get_row_len (self));
}

static inline size_t
oto_map_shape_get_tile_len (const OtoMapShape *self)
{
  return oto_map_shape_get_tile_rows (self) * oto_map_shape_get_row_len (self);
}

/* Where the convolution itself writes. */
static inline float *
oto_conv_layer_get_rows (const OtoConvLayer *self)
{
  return self->rows != NULL ? self->rows : self->parent.out.data;
}

/* Whether a kernel sees one place only, so that frames can be taken apart. */
static inline gboolean
oto_conv_layer_is_pointwise (const OtoConvLayer *self)
{
  return self->shape.kernel_frames == 1 && self->shape.kernel_mels == 1;
}

G_END_DECLS
