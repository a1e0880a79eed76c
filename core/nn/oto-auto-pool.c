/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-auto-pool.h"

#include "base/oto-vector.h"
#include "nn/oto-columns-private.h"

/* The largest alpha x of each column of a piece; NaN never is. */
static inline void
find_peak (const float *x,
           size_t       n_rows,
           size_t       n_columns,
           int          width,
           const float *alpha,
           float       *ret_peak)
{
  for (int c = 0; c < width; c++)
    ret_peak[c] = -INFINITY;
  for (size_t r = 0; r < n_rows; r++, x += n_columns)
#pragma GCC ivdep
    for (int c = 0; c < width; c++)
      {
        const float exponent = alpha[c] * x[c];

        ret_peak[c] = exponent > ret_peak[c] ? exponent : ret_peak[c];
      }
}

/* The sums of e and e x over the rows of a piece, e = exp (alpha x - peak). */
static inline void
sum_weights (const float *x,
             size_t       n_rows,
             size_t       n_columns,
             int          width,
             const float *alpha,
             const float *peak,
             double      *sum,
             double      *x_sum)
{
  oto_columns_fill (sum, width, 0.0);
  oto_columns_fill (x_sum, width, 0.0);
  for (size_t r = 0; r < n_rows; r++, x += n_columns)
    {
      float weight[OTO_COLUMNS_LEN];

#pragma GCC ivdep
      for (int c = 0; c < width; c++)
        weight[c] = oto_vector_exp (alpha[c] * x[c] - peak[c]);
#pragma GCC ivdep
      for (int c = 0; c < width; c++)
        {
          sum[c] += weight[c];
          x_sum[c] += (double) weight[c] * x[c];
        }
    }
}

/* Auto-pooling.
 *
 *   weights[r,c] = exp (alpha[c] x[r,c]) / sum_i exp (alpha[c] x[i,c])
 *   y[c] = sum_r weights[r,c] x[r,c]
 *
 * x            (R, C)  read
 * alpha        (C)     read
 * ret_y        (C)     written
 * ret_peak     (C)     written: the largest exponent, which comes off first so that none overflows
 * ret_inv_sum  (C)     written: 1 / sum_r exp (alpha[c] x[r,c] - peak[c])
 *
 * Source: McFee, Salamon and Bello 2018, adaptive pooling operators.
 */
OTO_VECTORISED (void, oto_auto_pool_forward,
                (const float *x,
                 size_t       n_rows,
                 size_t       n_columns,
                 const float *alpha,
                 float       *ret_y,
                 float       *ret_peak,
                 float       *ret_inv_sum),
                (x, n_rows, n_columns, alpha, ret_y, ret_peak, ret_inv_sum))
{
  for (size_t begin = 0; begin < n_columns; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_columns, begin);
      float *peak = ret_peak + begin;
      double sum[OTO_COLUMNS_LEN], x_sum[OTO_COLUMNS_LEN];

      find_peak (x + begin, n_rows, n_columns, width, alpha + begin, peak);
      sum_weights (x + begin, n_rows, n_columns, width, alpha + begin, peak, sum, x_sum);
      for (int c = 0; c < width; c++)
        {
          ret_y[begin + c] = (float) (x_sum[c] / sum[c]);
          ret_inv_sum[begin + c] = (float) (1.0 / sum[c]);
        }
    }
}

/* Gradients of auto-pooling.
 *
 *   d_x[r,c] = d_y[c] weights[r,c] (1 + alpha[c] (x[r,c] - y[c]))
 *   d_alpha[c] += d_y[c] sum_r weights[r,c] x[r,c] (x[r,c] - y[c])
 *
 * x                 (R, C)  read, of the forward pass
 * alpha             (C)     read
 * y, peak, inv_sum  (C)     read, of the forward pass
 * d_y               (C)     read
 * d_x               (R, C)  written or added to; when it is written, x itself is allowed
 * d_alpha           (C)     added to, unless NULL
 */
OTO_VECTORISED (void, oto_auto_pool_backward,
                (const float *x,
                 size_t       n_rows,
                 size_t       n_columns,
                 const float *alpha,
                 const float *y,
                 const float *peak,
                 const float *inv_sum,
                 const float *d_y,
                 gboolean     is_added,
                 float       *d_x,
                 float       *d_alpha),
                (x, n_rows, n_columns, alpha, y, peak, inv_sum, d_y, is_added, d_x, d_alpha))
{
  for (size_t begin = 0; begin < n_columns; begin += OTO_COLUMNS_LEN)
    {
      const int width = oto_columns_get_width (n_columns, begin);
      double sum[OTO_COLUMNS_LEN];

      oto_columns_fill (sum, width, 0.0);
      for (size_t r = 0; r < n_rows; r++)
        {
          const float *row = x + r * n_columns + begin;
          float *d_row = d_x + r * n_columns + begin;
          float moment[OTO_COLUMNS_LEN];

#pragma GCC ivdep
          for (int c = 0; c < width; c++)
            {
              const size_t i = begin + c;
              const float value = row[c], diff = value - y[i];
              const float weight = oto_vector_exp (alpha[i] * value - peak[i]) * inv_sum[i];

              moment[c] = weight * value * diff;
              d_row[c] = oto_columns_add (is_added, d_row, c,
                                          d_y[i] * weight * (1.f + alpha[i] * diff));
            }
#pragma GCC ivdep
          for (int c = 0; c < width; c++)
            sum[c] += moment[c];
        }

      for (int c = 0; d_alpha != NULL && c < width; c++)
        d_alpha[begin + c] += (float) (d_y[begin + c] * sum[c]);
    }
}

/* weights[r,c] as in the forward pass: how much each row counts.
 *
 * x                     (R, C)  read
 * alpha, peak, inv_sum  (C)     read, of the forward pass
 * ret_weights           (R, C)  written, each column sums to one; x itself is allowed
 */
OTO_VECTORISED (void, oto_auto_pool_fill_weights,
                (const float *x,
                 size_t       n_rows,
                 size_t       n_columns,
                 const float *alpha,
                 const float *peak,
                 const float *inv_sum,
                 float       *ret_weights),
                (x, n_rows, n_columns, alpha, peak, inv_sum, ret_weights))
{
  for (size_t r = 0; r < n_rows; r++, x += n_columns, ret_weights += n_columns)
#pragma GCC ivdep
    for (size_t c = 0; c < n_columns; c++)
      ret_weights[c] = oto_vector_exp (alpha[c] * x[c] - peak[c]) * inv_sum[c];
}
