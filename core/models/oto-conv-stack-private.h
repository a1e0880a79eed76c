/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/oto-conv-stack.h"

G_BEGIN_DECLS

/* What the passes of a stack share. */

/* A job of one layer. */
typedef struct
{
  const OtoEngine *engine;
  OtoConvLayer    *layer;
  OtoConvLayer    *previous;     /* backward: whose sums are wanted with d_x, or NULL */
  OtoFeatureMap    x;
  gboolean         wants_stats;  /* forward */
  float           *d_out;        /* backward: gradient of what the layer's reader sees */
  float           *d_x;          /* backward: the same of the layer before */
} OtoConvLayerJob;

/* A thread on its way through a clip, for what is done to rows while they are in cache. */
typedef struct
{
  const OtoConvLayerJob *job;
  int                    thread;
  int                    clip;
} OtoConvLayerPass;

/* Where a row of a clip begins in a map of the layer with so many channels. */
static inline size_t
oto_conv_layer_get_row_pos (const OtoConvLayer *layer,
                            int                 n_channels,
                            int                 clip,
                            int                 row)
{
  return ((size_t) clip * layer->shape.n_frames + row) * layer->shape.n_mels * n_channels;
}

/* Rows of the gradient behind a pooling are made again where they are needed, so many at a time
 * that they stay in the first caches. */
#define OTO_CONV_LAYER_TILE_LEN (32 * 1024)

static inline int
oto_conv_layer_get_tile_rows (const OtoConvLayer *layer)
{
  return MAX (1, OTO_CONV_LAYER_TILE_LEN / (layer->shape.n_mels * layer->shape.c_out));
}

static inline size_t
oto_conv_layer_get_tile_len (const OtoConvLayer *layer)
{
  return (size_t) oto_conv_layer_get_tile_rows (layer) * layer->shape.n_mels * layer->shape.c_out;
}

/* What layer @l reads. */
static inline OtoFeatureMap
oto_conv_stack_get_input (const OtoConvStack  *self,
                          const OtoFeatureMap *x,
                          int                  l)
{
  const OtoConvLayer *previous;

  if (l == 0)
    return *x;
  previous = &self->layers[l - 1];
  return (OtoFeatureMap) { previous->y, &previous->prologue, previous->shape.c_out };
}

G_END_DECLS
