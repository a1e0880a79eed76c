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
  float           *d_y;          /* backward: gradient of the layer's output */
  float           *d_x;          /* backward: of its input */
} OtoConvLayerJob;

static inline size_t
oto_conv_layer_get_clip_len (const OtoConvLayer *layer,
                             int                 n_channels)
{
  return (size_t) layer->shape.n_frames * layer->shape.n_mels * n_channels;
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
  if (previous->has_pool)
    return (OtoFeatureMap) { previous->pooled, NULL, previous->shape.c_out };
  return (OtoFeatureMap) { previous->y, &previous->prologue, previous->shape.c_out };
}

G_END_DECLS
