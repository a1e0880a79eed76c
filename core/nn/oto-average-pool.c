/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-average-pool.h"

#include "base/oto-vector.h"
#include "nn/oto-pool-window-private.h"

/* One window: the sum of its places, then their mean. */
static inline void
pool_window (const OtoPoolShape *shape,
             OtoPoolReading      reading,
             const float        *x,
             const float        *scale,
             const float        *shift,
             float              *y)
{
  const size_t row_len = (size_t) shape->n_mels * shape->n_channels;
  const float share = 1.f / (float) (shape->kernel_frames * shape->kernel_mels);

  memset (y, 0, shape->n_channels * sizeof *y);
  for (int i = 0; i < shape->kernel_frames; i++)
    for (int j = 0; j < shape->kernel_mels; j++)
      {
        const float *place = x + i * row_len + (size_t) j * shape->n_channels;

#pragma GCC ivdep
        for (int c = 0; c < shape->n_channels; c++)
          y[c] += oto_pool_read (reading, place, scale, shift, c);
      }

#pragma GCC ivdep
  for (int c = 0; c < shape->n_channels; c++)
    y[c] *= share;
}

/* One row of windows. */
static inline void
pool_windows (const OtoPoolShape *shape,
              OtoPoolReading      reading,
              const float        *x,
              const float        *scale,
              const float        *shift,
              float              *y)
{
  const int n_channels = shape->n_channels, n_bins = oto_pool_shape_get_n_bins (shape);

  for (int f = 0; f < n_bins; f++)
    pool_window (shape, reading, x + (size_t) f * shape->kernel_mels * n_channels, scale, shift,
                 y + (size_t) f * n_channels);
}

static OTO_VECTORISED (void, pool_row,
                       (const OtoPoolShape *shape,
                        OtoPoolReading      reading,
                        const float        *x,
                        const float        *scale,
                        const float        *shift,
                        float              *y),
                       (shape, reading, x, scale, shift, y))
{
  switch (reading)
    {
    case OTO_POOL_PLAIN:
      pool_windows (shape, OTO_POOL_PLAIN, x, scale, shift, y);
      break;
    case OTO_POOL_AFFINE:
      pool_windows (shape, OTO_POOL_AFFINE, x, scale, shift, y);
      break;
    case OTO_POOL_AFFINE_RELU:
      pool_windows (shape, OTO_POOL_AFFINE_RELU, x, scale, shift, y);
      break;
    }
}

/**
 * oto_average_pool_forward:
 * @shape: the map and the window
 * @prologue: (nullable): what is done to every value of @x first
 * @x: (T, F, C), read
 * @row_begin: the first row of @ret_y to write
 * @row_end: the row after the last
 * @ret_y: (T', F', C); rows in the range are written
 *
 * y[t,f,c] = mean_{i,j} a[kernel_frames t + i, kernel_mels f + j, c], a being @x after @prologue.
 */
void
oto_average_pool_forward (const OtoPoolShape    *shape,
                          const OtoPoolPrologue *prologue,
                          const float           *x,
                          int                    row_begin,
                          int                    row_end,
                          float                 *ret_y)
{
  const size_t y_row_len = (size_t) oto_pool_shape_get_n_bins (shape) * shape->n_channels;
  const OtoPoolReading reading = oto_pool_get_reading (prologue);
  const float *scale = prologue != NULL ? prologue->scale : NULL;
  const float *shift = prologue != NULL ? prologue->shift : NULL;

  for (int t = row_begin; t < row_end; t++)
    pool_row (shape, reading, x + oto_pool_get_window_pos (shape, t, 0), scale, shift,
              ret_y + t * y_row_len);
}

static OTO_VECTORISED (void, spread_row,
                       (const OtoPoolShape *shape,
                        const float        *d_y,
                        bool                is_added,
                        float              *d_x),
                       (shape, d_y, is_added, d_x))
{
  const int n_channels = shape->n_channels, n_bins = oto_pool_shape_get_n_bins (shape);
  const size_t row_len = (size_t) shape->n_mels * n_channels;
  const float share = 1.f / (float) (shape->kernel_frames * shape->kernel_mels);

  for (int f = 0; f < n_bins; f++, d_y += n_channels)
    for (int i = 0; i < shape->kernel_frames; i++)
      for (int j = 0; j < shape->kernel_mels; j++)
        {
          float *place = d_x + i * row_len
                         + ((size_t) f * shape->kernel_mels + j) * n_channels;

#pragma GCC ivdep
          for (int c = 0; c < n_channels; c++)
            place[c] = (is_added ? place[c] : 0.f) + share * d_y[c];
        }
}

/**
 * oto_average_pool_backward:
 * @shape: as in the forward pass
 * @d_y: (T', F', C), read
 * @row_begin: the first row of @d_y to read
 * @row_end: the row after the last
 * @is_added: whether @d_x is added to and not written
 * @d_x: (T, F, C); frames from @row_begin kernel_frames on to @row_end kernel_frames, and to T when
 *   @row_end is T', are written or added to
 *
 * The gradient with respect to the values after the prologue: each place of a window has an equal
 * share, what was dropped has 0.
 */
void
oto_average_pool_backward (const OtoPoolShape *shape,
                           const float        *d_y,
                           int                 row_begin,
                           int                 row_end,
                           gboolean            is_added,
                           float              *d_x)
{
  const size_t y_row_len = (size_t) oto_pool_shape_get_n_bins (shape) * shape->n_channels;

  for (int t = row_begin; t < row_end; t++)
    spread_row (shape, d_y + t * y_row_len, is_added,
                d_x + oto_pool_get_window_pos (shape, t, 0));
  if (!is_added)
    oto_pool_clear_dropped (shape, row_begin, row_end, d_x);
}
