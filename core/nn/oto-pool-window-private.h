/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/oto-pool-shape.h"

#include <stdbool.h>
#include <string.h>

/* The loops that max and average pooling share. */

/* How values are read; of plain ones scale and shift are not looked at. */
typedef enum
{
  OTO_POOL_PLAIN,
  OTO_POOL_AFFINE,
  OTO_POOL_AFFINE_RELU,
} OtoPoolReading;

static inline OtoPoolReading
oto_pool_get_reading (const OtoPoolPrologue *prologue)
{
  if (prologue == NULL)
    return OTO_POOL_PLAIN;
  return prologue->is_linear ? OTO_POOL_AFFINE : OTO_POOL_AFFINE_RELU;
}

static inline float
oto_pool_read (OtoPoolReading reading,
               const float   *x,
               const float   *scale,
               const float   *shift,
               int            c)
{
  float value;

  if (reading == OTO_POOL_PLAIN)
    return x[c];
  value = scale[c] * x[c] + shift[c];
  return reading == OTO_POOL_AFFINE_RELU && value < 0.f ? 0.f : value;
}

/* Where a window begins, from the start of the map. */
static inline size_t
oto_pool_get_window_pos (const OtoPoolShape *shape,
                         int                 row,
                         int                 bin)
{
  return ((size_t) row * shape->kernel_frames * shape->n_mels
          + (size_t) bin * shape->kernel_mels) * shape->n_channels;
}

/* Zeroes what belongs to no window in the frames of output rows [begin, end), and the frames after
 * the last window when the range is the last. */
static inline void
oto_pool_clear_dropped (const OtoPoolShape *shape,
                        int                 row_begin,
                        int                 row_end,
                        float              *d_x)
{
  const size_t row_len = (size_t) shape->n_mels * shape->n_channels;
  const int kept_mels = oto_pool_shape_get_n_bins (shape) * shape->kernel_mels;
  const size_t kept_len = (size_t) kept_mels * shape->n_channels;
  const int frame_end = row_end * shape->kernel_frames;

  if (kept_len < row_len)
    for (int t = row_begin * shape->kernel_frames; t < frame_end; t++)
      memset (d_x + t * row_len + kept_len, 0, (row_len - kept_len) * sizeof *d_x);
  if (row_end == oto_pool_shape_get_n_rows (shape))
    memset (d_x + frame_end * row_len, 0, (shape->n_frames - frame_end) * row_len * sizeof *d_x);
}
