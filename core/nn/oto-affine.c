/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-affine.h"

#include "base/oto-vector.h"
#include "nn/oto-lanes-private.h"

/* Sums are float over a block of this many rows of lanes, double beyond. */
#define BLOCK_ROWS 64

/* So many rows are added up before the lanes' sums are loaded and stored. */
#define UNROLLED_ROWS 4

/* The flags are constants to the compiler. */
static inline __attribute__ ((always_inline)) void
go_back_rows (const float *x,
              const float *d_y,
              size_t       n_rows,
              size_t       stride,
              int          width,
              const float *scale,
              const float *shift,
              const bool   is_linear,
              const bool   writes,
              float       *sum,
              float       *d_x)
{
#pragma GCC ivdep
  for (int l = 0; l < width; l++)
    {
      float rows_sum = 0.f;

      for (size_t r = 0; r < n_rows; r++)
        {
          const size_t i = r * stride + l;
          const float g = is_linear || scale[l] * x[i] + shift[l] > 0.f ? d_y[i] : 0.f;

          rows_sum += g;
          if (writes)
            d_x[i] = scale[l] * g;
        }
      sum[l] += rows_sum;
    }
}

static inline __attribute__ ((always_inline)) void
go_back (const float *x,
         const float *d_y,
         size_t       n_rows,
         size_t       stride,
         int          width,
         const float *scale,
         const float *shift,
         const bool   is_linear,
         const bool   writes,
         float       *sum,
         float       *d_x)
{
  for (size_t r = 0; r < n_rows; r += UNROLLED_ROWS)
    {
      const size_t pos = r * stride;

      if (n_rows - r >= UNROLLED_ROWS)
        go_back_rows (is_linear ? NULL : x + pos, d_y + pos, UNROLLED_ROWS, stride, width, scale,
                      shift, is_linear, writes, sum, writes ? d_x + pos : NULL);
      else
        go_back_rows (is_linear ? NULL : x + pos, d_y + pos, n_rows - r, stride, width, scale,
                      shift, is_linear, writes, sum, writes ? d_x + pos : NULL);
    }
}

/* One block of rows of lanes.
 *
 * x, d_y        (R, stride)  read, the first width values of a row; x NULL: the map is linear
 * scale, shift  (width)      read
 * sum           (width)      written: the sum of g
 * d_x           (R, stride)  written as far as x is read; or NULL
 */
static OTO_VECTORISED (void, go_back_block,
                       (const float *x,
                        const float *d_y,
                        size_t       n_rows,
                        size_t       stride,
                        int          width,
                        const float *scale,
                        const float *shift,
                        float       *sum,
                        float       *d_x),
                       (x, d_y, n_rows, stride, width, scale, shift, sum, d_x))
{
  for (int l = 0; l < width; l++)
    sum[l] = 0.f;

  if (x == NULL && d_x == NULL)
    go_back (x, d_y, n_rows, stride, width, scale, shift, true, false, sum, d_x);
  else if (x == NULL)
    go_back (x, d_y, n_rows, stride, width, scale, shift, true, true, sum, d_x);
  else if (d_x == NULL)
    go_back (x, d_y, n_rows, stride, width, scale, shift, false, false, sum, d_x);
  else
    go_back (x, d_y, n_rows, stride, width, scale, shift, false, true, sum, d_x);
}

/* Gradients of a fixed affine map, with a ReLU behind it or without.
 *
 *   g = d_y [scale x + shift > 0], or d_y where is_linear     d_x = scale g     d_shift += sum g
 *
 * x             (rows, C)  read; not where is_linear: may be NULL
 * d_y           (rows, C)  read
 * scale, shift  (C)        read, of the forward pass
 * d_shift       (C)        added to: the gradient of a bias
 * ret_d_x       (rows, C)  written; d_y or x itself is allowed; NULL: only d_shift is wanted
 */
void
oto_affine_relu_backward (const float *x,
                          const float *d_y,
                          size_t       n_rows,
                          int          n_channels,
                          const float *scale,
                          const float *shift,
                          bool         is_linear,
                          double      *d_shift,
                          float       *ret_d_x)
{
  float lane_scale[OTO_LANES_MAX], lane_shift[OTO_LANES_MAX], sum[OTO_LANES_MAX];

  for (OtoLanes lanes = { 0 }; oto_lanes_next (&lanes, n_rows, n_channels);)
    {
      oto_lanes_spread (&lanes, scale, n_channels, lane_scale);
      oto_lanes_spread (&lanes, shift, n_channels, lane_shift);

      for (size_t r = 0; r < lanes.n_rows; r += BLOCK_ROWS)
        {
          const size_t n_block = lanes.n_rows - r < BLOCK_ROWS ? lanes.n_rows - r : BLOCK_ROWS;
          const size_t pos = lanes.pos + r * lanes.stride;

          go_back_block (is_linear ? NULL : x + pos, d_y + pos, n_block, lanes.stride,
                         lanes.width, lane_scale, lane_shift, sum,
                         ret_d_x != NULL ? ret_d_x + pos : NULL);
          for (int l = 0, c = lanes.channel; l < lanes.width; l++)
            {
              d_shift[c] += sum[l];
              c = c + 1 < n_channels ? c + 1 : 0;
            }
        }
    }
}
