/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* What max and average pooling share: windows that lie side by side on one clip's channels-last
 * map, x (T, F, C) to y (T', F', C), T' = floor (T / kernel_frames), F' = floor (F / kernel_mels).
 * Frames and bins that fill no window are dropped, as the published systems drop them. A 1-D map
 * has one bin and kernel_mels = 1. */

/* The place in a window has to fit into a byte. */
#define OTO_POOL_WINDOW_MAX 256

typedef struct
{
  int n_frames;                  /* T */
  int n_mels;                    /* F */
  int n_channels;                /* C */
  int kernel_frames;             /* along T; the stride too */
  int kernel_mels;               /* along F; the stride too */
} OtoPoolShape;

/* Applied to x as it is read: max (0, scale[c] x + shift[c]), the batch norm and ReLU of the layer
 * before, or scale[c] x + shift[c] alone. */
typedef struct
{
  const float *scale;            /* (C) */
  const float *shift;            /* (C) */
  gboolean     is_linear;        /* no ReLU */
} OtoPoolPrologue;

static inline int
oto_pool_shape_get_n_rows (const OtoPoolShape *self)
{
  return self->n_frames / self->kernel_frames;
}

static inline int
oto_pool_shape_get_n_bins (const OtoPoolShape *self)
{
  return self->n_mels / self->kernel_mels;
}

G_END_DECLS
