/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-gemm.h"

#include "base/oto-blas.h"
#include "base/oto-vector.h"
#include "nn/oto-conv2d-kernels.h"

/**
 * oto_gemm_nn: (skip)
 * @m: rows of @c
 * @k: length of the sums
 * @n: columns of @c
 * @a: (m, k), read
 * @lda: its leading dimension
 * @b: (k, n), read
 * @ldb: the same for @b
 * @adds: whether the product is added to @c; otherwise @c is written only
 * @c: (m, n), written or added to
 * @ldc: the same for @c
 *
 * C (+)= A B: the gradient of a dense layer's input, d_x = d_y W.
 */
void
oto_gemm_nn (int          m,
             int          k,
             int          n,
             const float *a,
             int          lda,
             const float *b,
             int          ldb,
             gboolean     adds,
             float       *c,
             int          ldc)
{
  oto_blas_gemm (FALSE, FALSE, m, n, k, 1.f, a, lda, b, ldb, adds ? 1.f : 0.f, c, ldc);
}

/**
 * oto_gemm_nt: (skip)
 * @m: rows of @c
 * @k: length of the sums
 * @n: columns of @c
 * @a: (m, k), read
 * @lda: its leading dimension
 * @b: (n, k), read
 * @ldb: the same for @b
 * @adds: whether the product is added to @c; otherwise @c is written only
 * @c: (m, n), written or added to
 * @ldc: the same for @c
 *
 * C (+)= A B^T: a dense layer, y = x W^T with weights (outputs, inputs) as in files.
 */
void
oto_gemm_nt (int          m,
             int          k,
             int          n,
             const float *a,
             int          lda,
             const float *b,
             int          ldb,
             gboolean     adds,
             float       *c,
             int          ldc)
{
  oto_blas_gemm (FALSE, TRUE, m, n, k, 1.f, a, lda, b, ldb, adds ? 1.f : 0.f, c, ldc);
}

/**
 * oto_gemm_tn: (skip)
 * @m: rows of @c
 * @k: length of the sums
 * @n: columns of @c
 * @a: (k, m), read
 * @lda: its leading dimension
 * @b: (k, n), read
 * @ldb: the same for @b
 * @adds: whether the product is added to @c; otherwise @c is written only
 * @c: (m, n), written or added to
 * @ldc: the same for @c
 *
 * C (+)= A^T B: the gradient of a dense layer's weights, d_W += d_y^T x.
 */
void
oto_gemm_tn (int          m,
             int          k,
             int          n,
             const float *a,
             int          lda,
             const float *b,
             int          ldb,
             gboolean     adds,
             float       *c,
             int          ldc)
{
  oto_blas_gemm (TRUE, FALSE, m, n, k, 1.f, a, lda, b, ldb, adds ? 1.f : 0.f, c, ldc);
}

/**
 * oto_gemm_get_packed_len: (skip)
 * @k: rows of the matrix
 * @n: its columns
 *
 * Returns: floats of a packed (k, n)
 */
size_t
oto_gemm_get_packed_len (int k,
                         int n)
{
  return (size_t) k * oto_conv2d_pad (n);
}

/* Element (l, j) of the matrix is b[l * row_step + j * column_step]; the columns that a panel is
 * padded with are zero. */
static void
pack (int          k,
      int          n,
      const float *b,
      size_t       row_step,
      size_t       column_step,
      float       *ret_packed)
{
  const int padded = oto_conv2d_pad (n);

  for (int first = 0; first < padded; first += OTO_CONV2D_PANEL)
    {
      const int width = MIN (OTO_CONV2D_PANEL, padded - first);
      const int n_used = MIN (width, n - first);

      for (int l = 0; l < k; l++, ret_packed += width)
        {
          const float *row = b + l * row_step + first * column_step;

          for (int j = 0; j < n_used; j++)
            ret_packed[j] = row[j * column_step];
          for (int j = n_used; j < width; j++)
            ret_packed[j] = 0.f;
        }
    }
}

/**
 * oto_gemm_pack: (skip)
 * @k: rows of @b
 * @n: its columns
 * @b: (k, n), read
 * @ldb: its leading dimension
 * @ret_packed: oto_gemm_get_packed_len() floats, written
 *
 * Packs a matrix as the right-hand side of oto_gemm_packed(): W for d_x = d_y W.
 */
void
oto_gemm_pack (int          k,
               int          n,
               const float *b,
               int          ldb,
               float       *ret_packed)
{
  pack (k, n, b, ldb, 1, ret_packed);
}

/**
 * oto_gemm_pack_transposed: (skip)
 * @k: columns of @b
 * @n: its rows
 * @b: (n, k), read
 * @ldb: its leading dimension
 * @ret_packed: oto_gemm_get_packed_len() floats, written
 *
 * Packs the transpose of a matrix, W for y = x W^T.
 */
void
oto_gemm_pack_transposed (int          k,
                          int          n,
                          const float *b,
                          int          ldb,
                          float       *ret_packed)
{
  pack (k, n, b, 1, ldb, ret_packed);
}

/**
 * oto_gemm_packed: (skip)
 * @m: rows of @ret_c
 * @k: length of the sums
 * @n: columns of @ret_c
 * @a: (m, k), read
 * @lda: its leading dimension
 * @packed: (k, n), packed
 * @ret_c: (m, n), written
 * @ldc: its leading dimension
 *
 * C = A B. A row's bits depend neither on the other rows nor on their number.
 */
void
oto_gemm_packed (int          m,
                 int          k,
                 int          n,
                 const float *a,
                 int          lda,
                 const float *packed,
                 float       *ret_c,
                 int          ldc)
{
  const OtoConv2dRows rows = {
    .segments = { a },
    .n_segments = 1,
    .segment_len = k,
    .stride = lda,
  };

  oto_conv2d_get_kernels ()->multiply (&rows, m, n, packed, ret_c, ldc);
}

/* c[r,l] += b[l].
 *
 * b  (L)     read
 * c  (R, L)  added to, ldc floats from row to row
 */
OTO_VECTORISED (void, oto_gemm_add_to_rows,
                (const float *b,
                 size_t       n_rows,
                 size_t       row_len,
                 float       *c,
                 size_t       ldc),
                (b, n_rows, row_len, c, ldc))
{
  for (size_t r = 0; r < n_rows; r++, c += ldc)
#pragma GCC ivdep
    for (size_t l = 0; l < row_len; l++)
      c[l] += b[l];
}

/* sum[l] += sum_r x[r,l]; eight rows are added up before the sum is touched.
 *
 * x    (R, L)  read, ldx floats from row to row
 * sum  (L)     added to
 */
OTO_VECTORISED (void, oto_gemm_add_column_sums,
                (const float *x,
                 size_t       ldx,
                 size_t       n_rows,
                 size_t       row_len,
                 float       *sum),
                (x, ldx, n_rows, row_len, sum))
{
  size_t r = 0;

  for (; r + 8 <= n_rows; r += 8, x += 8 * ldx)
#pragma GCC ivdep
    for (size_t l = 0; l < row_len; l++)
      {
        float rows_sum = 0.f;

        for (size_t i = 0; i < 8; i++)
          rows_sum += x[i * ldx + l];
        sum[l] += rows_sum;
      }

  for (; r < n_rows; r++, x += ldx)
#pragma GCC ivdep
    for (size_t l = 0; l < row_len; l++)
      sum[l] += x[l];
}
