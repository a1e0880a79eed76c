/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <math.h>
#include <stddef.h>

/* Reductions along the columns of rows (R, C) of which each column has a result of its own. They
 * take so many columns at a time, whose sums stay in an array; sums are double. */

#define OTO_COLUMNS_LEN 64

/* The width of the piece of columns that begins at @column. */
static inline int
oto_columns_get_width (size_t n_columns,
                       size_t column)
{
  return n_columns - column < OTO_COLUMNS_LEN ? (int) (n_columns - column) : OTO_COLUMNS_LEN;
}

static inline void
oto_columns_fill (double *values,
                  int     width,
                  double  value)
{
  for (int c = 0; c < width; c++)
    values[c] = value;
}

/* The largest value of each column of a piece; NaN never is. */
static inline void
oto_columns_find_max (const float *x,
                      size_t       n_rows,
                      size_t       stride,
                      int          width,
                      float       *ret_max)
{
  for (int c = 0; c < width; c++)
    ret_max[c] = -INFINITY;
  for (size_t r = 0; r < n_rows; r++, x += stride)
#pragma GCC ivdep
    for (int c = 0; c < width; c++)
      ret_max[c] = x[c] > ret_max[c] ? x[c] : ret_max[c];
}

/* What a gradient becomes: the new value, on top of the old one if it is added to. */
static inline float
oto_columns_add (int          is_added,
                 const float *old,
                 size_t       c,
                 float        value)
{
  return is_added ? old[c] + value : value;
}
