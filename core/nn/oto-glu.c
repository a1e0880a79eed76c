/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-glu.h"

#include "base/oto-vector.h"

#include <stdbool.h>

static inline float
apply_affine (bool         has_affine,
              float        x,
              const float *scale,
              const float *shift,
              int          c)
{
  return has_affine ? scale[c] * x + shift[c] : x;
}

static inline void
gate_row (bool         has_affine,
          const float *x,
          int          n_channels,
          const float *scale,
          const float *shift,
          float       *y)
{
#pragma GCC ivdep
  for (int c = 0; c < n_channels; c++)
    {
      const int g = n_channels + c;
      const float value = apply_affine (has_affine, x[c], scale, shift, c);
      const float gate = apply_affine (has_affine, x[g], scale, shift, g);

      y[c] = value * oto_vector_sigmoid (gate);
    }
}

/* y[r,c] = v[r,c] sigmoid (v[r,C + c])     v = scale x + shift, or x
 *
 * x             (rows, 2 C)  read
 * scale, shift  (2 C)        read: a batch norm without ReLU; NULL both: v = x
 * ret_y         (rows, C)    written; not in place
 *
 * Source: the gated convolution of Xu et al. 2018, batch norm before the gate as in the authors'
 * program.
 */
OTO_VECTORISED (void, oto_glu_forward,
                (const float *x,
                 size_t       n_rows,
                 int          n_channels,
                 const float *scale,
                 const float *shift,
                 float       *ret_y),
                (x, n_rows, n_channels, scale, shift, ret_y))
{
  for (size_t r = 0; r < n_rows; r++, x += 2 * n_channels, ret_y += n_channels)
    if (scale != NULL)
      gate_row (true, x, n_channels, scale, shift, ret_y);
    else
      gate_row (false, x, n_channels, scale, shift, ret_y);
}

static inline void
gate_row_backward (bool         has_affine,
                   const float *x,
                   const float *d_y,
                   int          n_channels,
                   const float *scale,
                   const float *shift,
                   float       *d_x)
{
#pragma GCC ivdep
  for (int c = 0; c < n_channels; c++)
    {
      const int g = n_channels + c;
      const float value = apply_affine (has_affine, x[c], scale, shift, c);
      const float gate = oto_vector_sigmoid (apply_affine (has_affine, x[g], scale, shift, g));

      d_x[c] = d_y[c] * gate;
      d_x[g] = d_y[c] * value * gate * (1.f - gate);
    }
}

/* The gradient with respect to v, which is that of x when there is no affine map; the backward pass
 * of the batch norm takes it from there.
 *
 *   d_v[r,c] = d_y[r,c] s     d_v[r,C + c] = d_y[r,c] v[r,c] s (1 - s)     s = sigmoid (v[r,C + c])
 *
 * x             (rows, 2 C)  read, of the forward pass
 * d_y           (rows, C)    read
 * scale, shift  (2 C)        read, of the forward pass
 * ret_d_x       (rows, 2 C)  written; x itself is allowed
 */
OTO_VECTORISED (void, oto_glu_backward,
                (const float *x,
                 const float *d_y,
                 size_t       n_rows,
                 int          n_channels,
                 const float *scale,
                 const float *shift,
                 float       *ret_d_x),
                (x, d_y, n_rows, n_channels, scale, shift, ret_d_x))
{
  for (size_t r = 0; r < n_rows; r++)
    {
      if (scale != NULL)
        gate_row_backward (true, x, d_y, n_channels, scale, shift, ret_d_x);
      else
        gate_row_backward (false, x, d_y, n_channels, scale, shift, ret_d_x);
      x += 2 * n_channels;
      d_y += n_channels;
      ret_d_x += 2 * n_channels;
    }
}
