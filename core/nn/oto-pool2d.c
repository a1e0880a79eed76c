/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-pool2d.h"

#include "base/oto-vector.h"
#include "nn/oto-lanes-private.h"

/**
 * oto_pool2d_get_scratch_len:
 * @n_mels: F
 * @n_channels: C
 *
 * Returns: floats that oto_pool2d_average3() needs: one row with a zero bin on either side
 */
size_t
oto_pool2d_get_scratch_len (int n_mels,
                            int n_channels)
{
  return (size_t) (n_mels + 2) * n_channels;
}

/* sum = the sum of one to three rows. */
static OTO_VECTORISED (void, add_rows,
                       (const float *const *rows,
                        int                 n_rows,
                        size_t              row_len,
                        float              *sum),
                       (rows, n_rows, row_len, sum))
{
  const float *a = rows[0], *b = rows[1], *c = rows[2];

  switch (n_rows)
    {
    case 1:
      memcpy (sum, a, row_len * sizeof *sum);
      break;
    case 2:
#pragma GCC ivdep
      for (size_t i = 0; i < row_len; i++)
        sum[i] = a[i] + b[i];
      break;
    default:
#pragma GCC ivdep
      for (size_t i = 0; i < row_len; i++)
        sum[i] = a[i] + b[i] + c[i];
    }
}

static inline float
activate (float x,
          float scale,
          float shift,
          float limit)
{
  const float value = scale * x + shift;

  return value < limit ? limit : value;
}

/* sum = the sum over one to three rows (F, C) of max (limit, scale x + shift), on the lanes of a
 * piece. */
static OTO_VECTORISED (void, add_activated_rows,
                       (const float *const *rows,
                        int                 n_rows,
                        const OtoLanes     *lanes,
                        const float        *scale,
                        const float        *shift,
                        float               limit,
                        float              *sum),
                       (rows, n_rows, lanes, scale, shift, limit, sum))
{
  for (size_t r = 0; r < lanes->n_rows; r++)
    {
      const size_t pos = lanes->pos + r * lanes->stride;
      const float *a = rows[0] + pos, *b = rows[1] + pos, *c = rows[2] + pos;

      switch (n_rows)
        {
        case 1:
#pragma GCC ivdep
          for (int l = 0; l < lanes->width; l++)
            sum[pos + l] = activate (a[l], scale[l], shift[l], limit);
          break;
        case 2:
#pragma GCC ivdep
          for (int l = 0; l < lanes->width; l++)
            sum[pos + l] = activate (a[l], scale[l], shift[l], limit)
                           + activate (b[l], scale[l], shift[l], limit);
          break;
        default:
#pragma GCC ivdep
          for (int l = 0; l < lanes->width; l++)
            sum[pos + l] = activate (a[l], scale[l], shift[l], limit)
                           + activate (b[l], scale[l], shift[l], limit)
                           + activate (c[l], scale[l], shift[l], limit);
        }
    }
}

/* y[f] = (sum[f - 1] + sum[f] + sum[f + 1]) / 9; sum has a bin of zeros on either side. */
static OTO_VECTORISED (void, average_row,
                       (const float *sum,
                        size_t       row_len,
                        int          n_channels,
                        float       *y),
                       (sum, row_len, n_channels, y))
{
  const float *left = sum - n_channels, *right = sum + n_channels;

#pragma GCC ivdep
  for (size_t i = 0; i < row_len; i++)
    y[i] = (left[i] + sum[i] + right[i]) * (1.f / 9.f);
}

/* The pooling of a = max (limit, scale x + shift), or of x where scale is NULL. */
static void
average (const float *x,
         int          n_frames,
         int          n_mels,
         int          n_channels,
         const float *scale,
         const float *shift,
         float        limit,
         int          row_begin,
         int          row_end,
         float       *ret_y,
         float       *scratch)
{
  const size_t row_len = (size_t) n_mels * n_channels;
  const bool is_narrow = n_channels < OTO_LANES_MIN;
  const OtoLanes all_lanes = { .width = OTO_LANES_MAX };
  float lane_scale[OTO_LANES_MAX], lane_shift[OTO_LANES_MAX];
  float *sum = scratch + n_channels;

  memset (scratch, 0, n_channels * sizeof *scratch);
  memset (sum + row_len, 0, n_channels * sizeof *sum);

  if (scale != NULL && is_narrow)
    {
      oto_lanes_spread (&all_lanes, scale, n_channels, lane_scale);
      oto_lanes_spread (&all_lanes, shift, n_channels, lane_shift);
    }

  for (int t = row_begin; t < row_end; t++)
    {
      const int first = t > 0 ? t - 1 : 0;
      const int last = t + 1 < n_frames ? t + 1 : n_frames - 1;
      const float *rows[3] = { x + first * row_len, x + first * row_len, x + last * row_len };

      /* Three rows are first, t, last; two are first and last. */
      if (last > first)
        rows[1] = x + (first + 1) * row_len;

      if (scale == NULL)
        add_rows (rows, last - first + 1, row_len, sum);
      else
        for (OtoLanes lanes = { 0 }; oto_lanes_next (&lanes, n_mels, n_channels);)
          add_activated_rows (rows, last - first + 1, &lanes,
                              is_narrow ? lane_scale : scale + lanes.channel,
                              is_narrow ? lane_shift : shift + lanes.channel, limit, sum);
      average_row (sum, row_len, n_channels, ret_y + (t - row_begin) * row_len);
    }
}

/* Average pooling 3x3, stride 1, zero padding counted, with the batch norm and ReLU before it.
 *
 *   y[t,f,c] = 1/9 sum_{i,j = -1..1} a[t+i,f+j,c]     a = max (0, scale x + shift), or x; 0 outside
 *
 * x             (T, F, C)  read, rows begin - 1 to end at most
 * scale, shift  (C)        read; NULL both: a = x
 * ret_y         (rows, F, C)  rows [begin, end) written; not in place
 * scratch                  oto_pool2d_get_scratch_len() floats
 *
 * The matrix of this pooling is symmetric: with scale NULL, d_y in the place of x gives the
 * gradient with respect to a. Source: Deshmukh et al., arXiv:2008.07085, and the authors' program.
 */
void
oto_pool2d_average3 (const float *x,
                     int          n_frames,
                     int          n_mels,
                     int          n_channels,
                     const float *scale,
                     const float *shift,
                     int          row_begin,
                     int          row_end,
                     float       *ret_y,
                     float       *scratch)
{
  average (x, n_frames, n_mels, n_channels, scale, shift, 0.f, row_begin, row_end, ret_y, scratch);
}

/* The same without the ReLU: a = scale x + shift, 0 outside.
 *
 * scale, shift  (C)        read, never NULL
 */
void
oto_pool2d_average3_linear (const float *x,
                            int          n_frames,
                            int          n_mels,
                            int          n_channels,
                            const float *scale,
                            const float *shift,
                            int          row_begin,
                            int          row_end,
                            float       *ret_y,
                            float       *scratch)
{
  average (x, n_frames, n_mels, n_channels, scale, shift, -INFINITY, row_begin, row_end, ret_y,
           scratch);
}
