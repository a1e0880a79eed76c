/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* Matrix products. OpenBLAS is loaded at first use, with the kernels that suit the processor and
 * one thread; the engine splits the work itself. */

/* Everything below asserts that this succeeded. */
gboolean    oto_blas_init           (GError     **error);
const char *oto_blas_get_kernel_set (void);            /* e.g. "SkylakeX" */
const char *oto_blas_get_version    (void);

/* C (m, n) = alpha op(A) op(B) + beta C, row-major, leading dimensions as in cblas_sgemm. */
void        oto_blas_gemm           (gboolean     trans_a,
                                     gboolean     trans_b,
                                     int          m,
                                     int          n,
                                     int          k,
                                     float        alpha,
                                     const float *a,
                                     int          lda,
                                     const float *b,
                                     int          ldb,
                                     float        beta,
                                     float       *c,
                                     int          ldc);

OTO_END_DECLS
