/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-head-kernels.h"

#include "base/oto-vector.h"

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

/* Adds the bias of each class: rows[r,k] += bias[k].
 *
 * bias  (K)     read
 * rows  (R, K)  added to
 */
OTO_VECTORISED (void, oto_head_add_bias,
                (const float *bias,
                 size_t       n_rows,
                 int          n_classes,
                 float       *rows),
                (bias, n_rows, n_classes, rows))
{
  for (size_t r = 0; r < n_rows; r++)
    for (int k = 0; k < n_classes; k++)
      rows[r * n_classes + k] += bias[k];
}

/* Transposes places to classes: maps[k,r] = rows[r,k] + bias[k].
 *
 * rows      (R, K)  read
 * bias      (K)     read
 * ret_maps  (K, R)  written; a class follows map_len floats after the one before
 */
OTO_VECTORISED (void, oto_head_rows_to_maps,
                (const float *rows,
                 const float *bias,
                 size_t       n_rows,
                 int          n_classes,
                 size_t       map_len,
                 float       *ret_maps),
                (rows, bias, n_rows, n_classes, map_len, ret_maps))
{
  for (size_t begin = 0; begin < n_rows; begin += BLOCK)
    {
      const size_t end = min_size (begin + BLOCK, n_rows);

      for (int k = 0; k < n_classes; k++)
        for (size_t r = begin; r < end; r++)
          ret_maps[k * map_len + r] = rows[r * n_classes + k] + bias[k];
    }
}

/* Transposes classes to places: rows[r,k] = maps[k,r].
 *
 * maps      (K, R)  read; a class follows map_len floats after the one before
 * ret_rows  (R, K)  written
 */
OTO_VECTORISED (void, oto_head_maps_to_rows,
                (const float *maps,
                 size_t       n_rows,
                 int          n_classes,
                 size_t       map_len,
                 float       *ret_rows),
                (maps, n_rows, n_classes, map_len, ret_rows))
{
  for (size_t begin = 0; begin < n_rows; begin += BLOCK)
    {
      const size_t end = min_size (begin + BLOCK, n_rows);

      for (int k = 0; k < n_classes; k++)
        for (size_t r = begin; r < end; r++)
          ret_rows[r * n_classes + k] = maps[k * map_len + r];
    }
}

/* Sums over places: sums[k] += sum_r rows[r,k].
 *
 * rows  (R, K)  read
 * sums  (K)     added to
 */
OTO_VECTORISED (void, oto_head_add_columns,
                (const float *rows,
                 size_t       n_rows,
                 int          n_classes,
                 double      *sums),
                (rows, n_rows, n_classes, sums))
{
  for (size_t begin = 0; begin < n_rows; begin += SUM_ROWS)
    {
      const size_t end = min_size (begin + SUM_ROWS, n_rows);

      for (int first = 0; first < n_classes; first += MAX_LANES)
        {
          const int n_lanes = (int) min_size (MAX_LANES, (size_t) (n_classes - first));
          float partial[MAX_LANES] = { 0.f };

          for (size_t r = begin; r < end; r++)
            for (int l = 0; l < n_lanes; l++)
              partial[l] += rows[r * n_classes + first + l];
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
OTO_VECTORISED (void, oto_head_add,
                (const float *x,
                 size_t       n,
                 float       *y),
                (x, n, y))
{
#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    y[i] += x[i];
}
