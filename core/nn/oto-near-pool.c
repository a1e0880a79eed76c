/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-near-pool.h"

#include "base/oto-vector.h"
#include "nn/oto-columns-private.h"

/* Frames that a pooling reads: one before, the frame itself, one after. */
#define N_NEAR 3
#define SHARE  (1.f / N_NEAR)

/* The maximum of a frame and its neighbours goes on in @max and @at; NaN counts as the largest. */
static inline void
take_larger (const float *x,
             int          width,
             int32_t      place,
             float       *max,
             int32_t     *at,
             float       *sum)
{
#pragma GCC ivdep
  for (int c = 0; c < width; c++)
    {
      const int is_larger = !(x[c] <= max[c]) & (max[c] == max[c]);

      max[c] = is_larger ? x[c] : max[c];
      at[c] = is_larger ? place : at[c];
      sum[c] += x[c];
    }
}

static OTO_VECTORISED (void, pool_frame,
                       (const float *x,
                        int          first,
                        int          last,
                        int          n_channels,
                        float       *ret_y,
                        uint8_t     *ret_index),
                       (x, first, last, n_channels, ret_y, ret_index))
{
  for (int begin = 0; begin < n_channels; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_channels, begin);
      float max[OTO_COLUMNS_LEN], sum[OTO_COLUMNS_LEN];
      int32_t at[OTO_COLUMNS_LEN];

      for (int c = 0; c < width; c++)
        {
          max[c] = -INFINITY;
          sum[c] = 0.f;
          at[c] = 1;
        }
      for (int i = first; i <= last; i++)
        take_larger (x + (ptrdiff_t) (i - 1) * n_channels + begin, width, i, max, at, sum);
#pragma GCC ivdep
      for (int c = 0; c < width; c++)
        ret_y[begin + c] = max[c] + SHARE * sum[c];
      for (int c = 0; c < width && ret_index != NULL; c++)
        ret_index[begin + c] = (uint8_t) at[c];
    }
}

/**
 * oto_near_pool_forward:
 * @x: (T, C), read
 * @n_frames: T
 * @n_channels: C
 * @row_begin: the first frame of @ret_y to write
 * @row_end: the frame after the last
 * @ret_y: (T, C); frames in the range are written
 * @ret_index: (nullable): (T, C): the place of the first maximum: 0, 1 or 2 for the frame before,
 *   the frame itself or the one after; written
 *
 * y[t,c] = max_i x[t + i,c] + sum_i x[t + i,c] / 3, i from -1 to 1.
 *
 * Beyond either end there is nothing to be the maximum, and 0 in the mean. NaN counts as the
 * largest.
 *
 * Source: PANNs, Kong et al., decision-level CNN14, released program: max and average pooling 3 of
 * stride 1 with padding 1.
 */
void
oto_near_pool_forward (const float *x,
                       int          n_frames,
                       int          n_channels,
                       int          row_begin,
                       int          row_end,
                       float       *ret_y,
                       guint8      *ret_index)
{
  for (int t = row_begin; t < row_end; t++)
    {
      const size_t pos = (size_t) t * n_channels;

      pool_frame (x + pos, t > 0 ? 0 : 1, t + 1 < n_frames ? 2 : 1, n_channels, ret_y + pos,
                  ret_index != NULL ? ret_index + pos : NULL);
    }
}

/* What frame @x has of the gradient of a neighbour, whose maximum stands at @place if it is x. */
static OTO_VECTORISED (void, spread_frame,
                       (const float   *d_y,
                        const uint8_t *index,
                        int            n_channels,
                        int            place,
                        gboolean       is_added,
                        float         *d_x),
                       (d_y, index, n_channels, place, is_added, d_x))
{
#pragma GCC ivdep
  for (int c = 0; c < n_channels; c++)
    d_x[c] = oto_columns_add (is_added, d_x, c,
                              (index[c] == place ? d_y[c] : 0.f) + SHARE * d_y[c]);
}

/**
 * oto_near_pool_backward:
 * @d_y: (T, C), read
 * @index: (T, C), read: of the forward pass
 * @n_frames: T
 * @n_channels: C
 * @row_begin: the first frame of @d_x to write
 * @row_end: the frame after the last
 * @is_added: whether @d_x is added to and not written
 * @d_x: (T, C); frames in the range are written or added to
 *
 * d_x[s,c] = sum_t d_y[t,c] ((s is the first maximum of t) + 1/3), t from s - 1 to s + 1.
 */
void
oto_near_pool_backward (const float  *d_y,
                        const guint8 *index,
                        int           n_frames,
                        int           n_channels,
                        int           row_begin,
                        int           row_end,
                        gboolean      is_added,
                        float        *d_x)
{
  for (int s = row_begin; s < row_end; s++)
    for (int t = MAX (s - 1, 0), first = t; t <= MIN (s + 1, n_frames - 1); t++)
      spread_frame (d_y + (size_t) t * n_channels, index + (size_t) t * n_channels, n_channels,
                    s - t + 1, is_added || t > first, d_x + (size_t) s * n_channels);
}
