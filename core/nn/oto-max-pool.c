/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-max-pool.h"

#include "base/oto-vector.h"
#include "nn/oto-pool-window-private.h"

/* So many channels of a window at a time: their maxima stay in the first-level cache. */
#define BLOCK_LEN 64

/* The maxima of a block of channels and their places. The comparison lets NaN win and stay, as the
 * published systems' library does: a network that diverged must not look healthy behind its
 * pooling. */
static inline void
pool_block (const OtoPoolShape *shape,
            OtoPoolReading      reading,
            const float        *x,
            const float        *scale,
            const float        *shift,
            int                 width,
            float              *max,
            int32_t            *at)
{
  const size_t row_len = (size_t) shape->n_mels * shape->n_channels;
  int32_t p = 1;

#pragma GCC ivdep
  for (int c = 0; c < width; c++)
    {
      max[c] = oto_pool_read (reading, x, scale, shift, c);
      at[c] = 0;
    }

  for (int i = 0; i < shape->kernel_frames; i++)
    for (int j = i == 0 ? 1 : 0; j < shape->kernel_mels; j++, p++)
      {
        const float *place = x + i * row_len + (size_t) j * shape->n_channels;

#pragma GCC ivdep
        for (int c = 0; c < width; c++)
          {
            const float value = oto_pool_read (reading, place, scale, shift, c);
            const bool is_larger = !(value <= max[c]) & (max[c] == max[c]);

            max[c] = is_larger ? value : max[c];
            at[c] = is_larger ? p : at[c];
          }
      }
}

/* One row of windows. */
static inline void
pool_windows (const OtoPoolShape *shape,
              OtoPoolReading      reading,
              const float        *x,
              const float        *scale,
              const float        *shift,
              float              *y,
              uint8_t            *index)
{
  const int n_channels = shape->n_channels, n_bins = oto_pool_shape_get_n_bins (shape);
  float max[BLOCK_LEN];
  int32_t at[BLOCK_LEN];

  for (int f = 0; f < n_bins; f++, x += (size_t) shape->kernel_mels * n_channels)
    for (int begin = 0; begin < n_channels; begin += BLOCK_LEN)
      {
        const int left = n_channels - begin;
        const int width = left < BLOCK_LEN ? left : BLOCK_LEN;

        pool_block (shape, reading, x + begin, scale + begin, shift + begin, width, max, at);
        memcpy (y, max, width * sizeof *y);
        y += width;
        if (index == NULL)
          continue;

#pragma GCC ivdep
        for (int c = 0; c < width; c++)
          index[c] = (uint8_t) at[c];
        index += width;
      }
}

static OTO_VECTORISED (void, pool_row,
                       (const OtoPoolShape *shape,
                        OtoPoolReading      reading,
                        const float        *x,
                        const float        *scale,
                        const float        *shift,
                        float              *y,
                        uint8_t            *index),
                       (shape, reading, x, scale, shift, y, index))
{
  switch (reading)
    {
    case OTO_POOL_PLAIN:
      pool_windows (shape, OTO_POOL_PLAIN, x, scale, shift, y, index);
      break;
    case OTO_POOL_AFFINE:
      pool_windows (shape, OTO_POOL_AFFINE, x, scale, shift, y, index);
      break;
    case OTO_POOL_AFFINE_RELU:
      pool_windows (shape, OTO_POOL_AFFINE_RELU, x, scale, shift, y, index);
      break;
    }
}

/**
 * oto_max_pool_forward:
 * @shape: the map and the window, of at most OTO_POOL_WINDOW_MAX places
 * @prologue: (nullable): what is done to every value of @x first
 * @x: (T, F, C), read
 * @row_begin: the first row of @ret_y to write
 * @row_end: the row after the last
 * @ret_y: (T', F', C); rows in the range are written
 * @ret_index: (nullable): (T', F', C); the place of the first maximum in its window,
 *   kernel_mels i + j; written
 *
 * y[t,f,c] = max_{i,j} a[kernel_frames t + i, kernel_mels f + j, c], a being @x after @prologue.
 * NaN counts as the largest.
 */
void
oto_max_pool_forward (const OtoPoolShape    *shape,
                      const OtoPoolPrologue *prologue,
                      const float           *x,
                      int                    row_begin,
                      int                    row_end,
                      float                 *ret_y,
                      guint8                *ret_index)
{
  const size_t y_row_len = (size_t) oto_pool_shape_get_n_bins (shape) * shape->n_channels;
  const OtoPoolReading reading = oto_pool_get_reading (prologue);
  const float *scale = prologue != NULL ? prologue->scale : x;   /* read by no plain pooling */
  const float *shift = prologue != NULL ? prologue->shift : x;

  g_return_if_fail (shape->kernel_frames * shape->kernel_mels <= OTO_POOL_WINDOW_MAX);

  for (int t = row_begin; t < row_end; t++)
    pool_row (shape, reading, x + oto_pool_get_window_pos (shape, t, 0), scale, shift,
              ret_y + t * y_row_len, ret_index != NULL ? ret_index + t * y_row_len : NULL);
}

static inline void
spread_window (const OtoPoolShape *shape,
               const float        *d_y,
               const uint8_t      *index,
               bool                is_added,
               float              *d_x)
{
  const size_t row_len = (size_t) shape->n_mels * shape->n_channels;
  int at = 0;

  for (int i = 0; i < shape->kernel_frames; i++)
    for (int j = 0; j < shape->kernel_mels; j++, at++)
      {
        float *place = d_x + i * row_len + (size_t) j * shape->n_channels;

#pragma GCC ivdep
        for (int c = 0; c < shape->n_channels; c++)
          place[c] = (is_added ? place[c] : 0.f) + (index[c] == at ? d_y[c] : 0.f);
      }
}

static OTO_VECTORISED (void, spread_row,
                       (const OtoPoolShape *shape,
                        const float        *d_y,
                        const uint8_t      *index,
                        bool                is_added,
                        float              *d_x),
                       (shape, d_y, index, is_added, d_x))
{
  const int n_channels = shape->n_channels, n_bins = oto_pool_shape_get_n_bins (shape);

  for (int f = 0; f < n_bins; f++)
    {
      if (is_added)
        spread_window (shape, d_y, index, true, d_x);
      else
        spread_window (shape, d_y, index, false, d_x);
      d_x += (size_t) shape->kernel_mels * n_channels;
      d_y += n_channels;
      index += n_channels;
    }
}

/**
 * oto_max_pool_backward:
 * @shape: as in the forward pass
 * @d_y: (T', F', C), read
 * @index: (T', F', C), read: of the forward pass
 * @row_begin: the first row of @d_y to read
 * @row_end: the row after the last
 * @is_added: whether @d_x is added to and not written
 * @d_x: (T, F, C); frames from @row_begin kernel_frames on to @row_end kernel_frames, and to T when
 *   @row_end is T', are written or added to
 *
 * The gradient with respect to the values after the prologue: d_y at the first maximum of each
 * window and 0 elsewhere, also in what was dropped.
 */
void
oto_max_pool_backward (const OtoPoolShape *shape,
                       const float        *d_y,
                       const guint8       *index,
                       int                 row_begin,
                       int                 row_end,
                       gboolean            is_added,
                       float              *d_x)
{
  const size_t y_row_len = (size_t) oto_pool_shape_get_n_bins (shape) * shape->n_channels;

  for (int t = row_begin; t < row_end; t++)
    spread_row (shape, d_y + t * y_row_len, index + t * y_row_len, is_added,
                d_x + oto_pool_get_window_pos (shape, t, 0));
  if (!is_added)
    oto_pool_clear_dropped (shape, row_begin, row_end, d_x);
}
