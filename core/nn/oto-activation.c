/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-activation.h"

#include "base/oto-vector.h"

/* y = 1 / (1 + exp (-x)), with a relative error below 4e-7 for |x| <= 87.
 *
 * x      (n)  read
 * ret_y  (n)  written, in [0, 1]; x itself is allowed
 */
OTO_VECTORISED (void, oto_activation_sigmoid,
                (const float *x,
                 size_t       n,
                 float       *ret_y),
                (x, n, ret_y))
{
#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    ret_y[i] = oto_vector_sigmoid (x[i]);
}

/* d_x = d_y y (1 - y).
 *
 * y        (n)  read, of the forward pass
 * d_y      (n)  read
 * ret_d_x  (n)  written; d_y itself is allowed
 */
OTO_VECTORISED (void, oto_activation_sigmoid_backward,
                (const float *y,
                 const float *d_y,
                 size_t       n,
                 float       *ret_d_x),
                (y, d_y, n, ret_d_x))
{
#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    ret_d_x[i] = d_y[i] * y[i] * (1.f - y[i]);
}

/* y[r,l] = exp (x[r,l]) / sum_i exp (x[r,i]). The relative error is below 1e-6 plus 6e-8 times the
 * distance from the largest logit, whose difference is rounded; 87 below it and beyond is 0.
 *
 * x      (R, L)  read
 * ret_y  (R, L)  written, each row sums to one; x itself is allowed
 */
OTO_VECTORISED (void, oto_activation_softmax_rows,
                (const float *x,
                 size_t       n_rows,
                 size_t       row_len,
                 float       *ret_y),
                (x, n_rows, row_len, ret_y))
{
  for (size_t r = 0; r < n_rows; r++)
    {
      const float *row = x + r * row_len;
      float *y = ret_y + r * row_len;
      float max, inv_sum;

      /* The largest comes off first, so that nothing overflows. */
      max = oto_vector_max (row, row_len);
#pragma GCC ivdep
      for (size_t l = 0; l < row_len; l++)
        y[l] = oto_vector_exp (row[l] - max);
      inv_sum = 1.f / oto_vector_sum (y, row_len);
#pragma GCC ivdep
      for (size_t l = 0; l < row_len; l++)
        y[l] *= inv_sum;
    }
}

/* d_x[r,l] = y[r,l] (d_y[r,l] - sum_i y[r,i] d_y[r,i]).
 *
 * y        (R, L)  read, of the forward pass
 * d_y      (R, L)  read
 * ret_d_x  (R, L)  written; d_y itself is allowed
 */
OTO_VECTORISED (void, oto_activation_softmax_rows_backward,
                (const float *y,
                 const float *d_y,
                 size_t       n_rows,
                 size_t       row_len,
                 float       *ret_d_x),
                (y, d_y, n_rows, row_len, ret_d_x))
{
  for (size_t r = 0; r < n_rows; r++, y += row_len, d_y += row_len, ret_d_x += row_len)
    {
      const float dot = oto_vector_dot (y, d_y, row_len);

#pragma GCC ivdep
      for (size_t l = 0; l < row_len; l++)
        ret_d_x[l] = y[l] * (d_y[l] - dot);
    }
}
