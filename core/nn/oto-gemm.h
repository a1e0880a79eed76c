/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* The matrix products of dense and recurrent layers and of attention; sizes are (m, k, n) for
 * (m, n) = (m, k) (k, n), arrays row-major, and a leading dimension counts the floats from one
 * stored row to the next. All run on the calling thread.
 *
 * There are two, as neither is the faster everywhere. Measured on one core with AVX-512, in 10^9
 * multiplications a second:
 *
 *                                                 (m, k, n)            packed    OpenBLAS
 *   recurrent step of one clip                    (1, 512, 1536)           20          4
 *   recurrent step of twelve clips                (12, 512, 1536)          98         36
 *   input of a recurrent layer, one clip          (77, 1024, 1536)        107         71
 *   the same, twelve clips                        (924, 1024, 1536)       106         99
 *   gradient of its weights, twelve clips         (1536, 924, 1024)        69         96
 *   logits of ten classes                         (1600, 10, 10)            6         20
 *
 * So a matrix of weights that meets many left-hand sides is packed once, for the kernels of the
 * convolutions; what is used once (gradients of weights, attention's small maps) goes to OpenBLAS,
 * which packs by itself at every call. Rows of a packed product are computed alike whatever m is:
 * the same row gives the same bits in any group. OpenBLAS promises nothing of the kind. */

/* By OpenBLAS, after oto_blas_init(); "n" is a matrix as stored, "t" a transposed one. With @adds
 * the product is added to c, otherwise c is written only. */
void   oto_gemm_nn              (int          m,
                                 int          k,
                                 int          n,
                                 const float *a,          /* (m, k) */
                                 int          lda,
                                 const float *b,          /* (k, n) */
                                 int          ldb,
                                 gboolean     adds,
                                 float       *c,          /* (m, n) */
                                 int          ldc);
void   oto_gemm_nt              (int          m,
                                 int          k,
                                 int          n,
                                 const float *a,          /* (m, k) */
                                 int          lda,
                                 const float *b,          /* (n, k) */
                                 int          ldb,
                                 gboolean     adds,
                                 float       *c,          /* (m, n) */
                                 int          ldc);
void   oto_gemm_tn              (int          m,
                                 int          k,
                                 int          n,
                                 const float *a,          /* (k, m) */
                                 int          lda,
                                 const float *b,          /* (k, n) */
                                 int          ldb,
                                 gboolean     adds,
                                 float       *c,          /* (m, n) */
                                 int          ldc);

/* With a packed right-hand side. */
size_t oto_gemm_get_packed_len  (int          k,
                                 int          n);
void   oto_gemm_pack            (int          k,
                                 int          n,
                                 const float *b,          /* (k, n) */
                                 int          ldb,
                                 float       *ret_packed);
void   oto_gemm_pack_transposed (int          k,
                                 int          n,
                                 const float *b,          /* (n, k) */
                                 int          ldb,
                                 float       *ret_packed);
void   oto_gemm_packed          (int          m,
                                 int          k,
                                 int          n,
                                 const float *a,          /* (m, k) */
                                 int          lda,
                                 const float *packed,
                                 float       *ret_c,      /* (m, n) */
                                 int          ldc);

/* The biases of a dense layer, y = x W^T + b, and their gradients. */
void   oto_gemm_add_to_rows     (const float *b,          /* (L) */
                                 size_t       n_rows,
                                 size_t       row_len,
                                 float       *c,          /* (R, L) */
                                 size_t       ldc);
void   oto_gemm_add_column_sums (const float *x,          /* (R, L) */
                                 size_t       ldx,
                                 size_t       n_rows,
                                 size_t       row_len,
                                 float       *sum);       /* (L) */

G_END_DECLS
