/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-planes.h"

#include "base/oto-vector.h"

#include <string.h>

/* Places of a block: its rows stay in the first-level cache, and of one map it is a cache line. */
#define BLOCK 16

/* Rows of a block of sums in float, before they go to double. */
#define SUM_ROWS 64

#define MAX_LANES 64

static inline size_t
min_size (size_t a,
          size_t b)
{
  return a < b ? a : b;
}

/* Adds the bias of each channel: rows[r,c] += bias[c].
 *
 * bias  (C)     read
 * rows  (R, C)  added to
 */
OTO_VECTORISED (void, oto_rows_add_bias,
                (const float *bias,
                 size_t       n_rows,
                 int          n_channels,
                 float       *rows),
                (bias, n_rows, n_channels, rows))
{
  for (size_t r = 0; r < n_rows; r++)
    for (int c = 0; c < n_channels; c++)
      rows[r * n_channels + c] += bias[c];
}

/* rows[i] = max (0, rows[i]); NaN stays NaN.
 *
 * rows  (n)  in place
 */
OTO_VECTORISED (void, oto_rows_rectify,
                (size_t  n,
                 float  *rows),
                (n, rows))
{
  for (size_t i = 0; i < n; i++)
    rows[i] = rows[i] < 0.f ? 0.f : rows[i];
}

/* d_x[i] = y[i] > 0 ? d_y[i] : 0, y = max (0, x).
 *
 * y, d_y   (n)  read
 * ret_d_x  (n)  written; either of them is allowed
 */
OTO_VECTORISED (void, oto_rows_rectify_backward,
                (const float *y,
                 const float *d_y,
                 size_t       n,
                 float       *ret_d_x),
                (y, d_y, n, ret_d_x))
{
#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    ret_d_x[i] = y[i] > 0.f ? d_y[i] : 0.f;
}

/* y[i] = x[i], or y[i] += x[i] if is_added. */
void
oto_rows_copy (const float *x,
               size_t       n,
               int          is_added,
               float       *y)
{
  if (is_added)
    oto_rows_add (x, n, y);
  else
    memcpy (y, x, n * sizeof (float));
}

/* y[i] = a[i] b[i], or y[i] += a[i] b[i].
 *
 * a, b  (n)  read
 * y     (n)  written or, if is_added, added to; either of them is allowed
 */
OTO_VECTORISED (void, oto_rows_multiply,
                (const float *a,
                 const float *b,
                 size_t       n,
                 int          is_added,
                 float       *y),
                (a, b, n, is_added, y))
{
#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    y[i] = is_added ? y[i] + a[i] * b[i] : a[i] * b[i];
}

/* Turns a small matrix: columns[c,r] = rows[r,c], or columns[c,r] += rows[r,c].
 *
 * rows     (R, C)  read
 * columns  (C, R)  written or, if is_added, added to
 */
void
oto_rows_transpose (const float *rows,
                    size_t       n_rows,
                    int          n_channels,
                    int          is_added,
                    float       *columns)
{
  for (size_t r = 0; r < n_rows; r++, rows += n_channels)
    for (int c = 0; c < n_channels; c++)
      {
        float *to = &columns[c * n_rows + r];

        *to = is_added ? *to + rows[c] : rows[c];
      }
}

/* Transposes places to channels: planes[c,r] = rows[r,c] + bias[c].
 *
 * rows      (R, C)  read
 * bias      (C)     read
 * ret_planes  (C, R)  written; a channel follows plane_len floats after the one before
 */
OTO_VECTORISED (void, oto_rows_to_planes,
                (const float *rows,
                 const float *bias,
                 size_t       n_rows,
                 int          n_channels,
                 size_t       plane_len,
                 float       *ret_planes),
                (rows, bias, n_rows, n_channels, plane_len, ret_planes))
{
  for (size_t begin = 0; begin < n_rows; begin += BLOCK)
    {
      const size_t end = min_size (begin + BLOCK, n_rows);

      for (int c = 0; c < n_channels; c++)
        for (size_t r = begin; r < end; r++)
          ret_planes[c * plane_len + r] = rows[r * n_channels + c] + bias[c];
    }
}

/* Transposes channels to places: rows[r,c] = planes[k,r].
 *
 * planes    (C, R)  read; a channel follows plane_len floats after the one before
 * ret_rows  (R, C)  written
 */
OTO_VECTORISED (void, oto_planes_to_rows,
                (const float *planes,
                 size_t       n_rows,
                 int          n_channels,
                 size_t       plane_len,
                 float       *ret_rows),
                (planes, n_rows, n_channels, plane_len, ret_rows))
{
  for (size_t begin = 0; begin < n_rows; begin += BLOCK)
    {
      const size_t end = min_size (begin + BLOCK, n_rows);

      for (int c = 0; c < n_channels; c++)
        for (size_t r = begin; r < end; r++)
          ret_rows[r * n_channels + c] = planes[c * plane_len + r];
    }
}

/* Sums over places: sums[c] += sum_r rows[r,c].
 *
 * rows  (R, C)  read
 * sums  (C)     added to
 */
OTO_VECTORISED (void, oto_rows_sum_columns,
                (const float *rows,
                 size_t       n_rows,
                 int          n_channels,
                 double      *sums),
                (rows, n_rows, n_channels, sums))
{
  for (size_t begin = 0; begin < n_rows; begin += SUM_ROWS)
    {
      const size_t end = min_size (begin + SUM_ROWS, n_rows);

      for (int first = 0; first < n_channels; first += MAX_LANES)
        {
          const int n_lanes = (int) min_size (MAX_LANES, (size_t) (n_channels - first));
          float partial[MAX_LANES] = { 0.f };

          for (size_t r = begin; r < end; r++)
            for (int l = 0; l < n_lanes; l++)
              partial[l] += rows[r * n_channels + first + l];
          for (int l = 0; l < n_lanes; l++)
            sums[first + l] += partial[l];
        }
    }
}

/* y[i] += x[i].
 *
 * x  (n)  read
 * y  (n)  added to
 */
OTO_VECTORISED (void, oto_rows_add,
                (const float *x,
                 size_t       n,
                 float       *y),
                (x, n, y))
{
#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    y[i] += x[i];
}
