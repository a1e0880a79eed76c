/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Auto-pooling of rows (R, C), each column on its own and with a weight (alpha) of its own, to (C):
 * 0 is the mean, 1 softmax pooling, infinity the maximum. Rows are frames, R = T, or all bins of a
 * map (T, F, K), R = T F; frequency-dependent pooling takes the columns (F, K). */

void oto_auto_pool_forward      (const float *x,
                                 size_t       n_rows,
                                 size_t       n_columns,
                                 const float *alpha,
                                 float       *ret_y,
                                 float       *ret_peak,
                                 float       *ret_inv_sum);
void oto_auto_pool_backward     (const float *x,
                                 size_t       n_rows,
                                 size_t       n_columns,
                                 const float *alpha,
                                 const float *y,
                                 const float *peak,
                                 const float *inv_sum,
                                 const float *d_y,
                                 gboolean     is_added,
                                 float       *d_x,
                                 float       *d_alpha);    /* (nullable) */
void oto_auto_pool_fill_weights (const float *x,
                                 size_t       n_rows,
                                 size_t       n_columns,
                                 const float *alpha,
                                 const float *peak,
                                 const float *inv_sum,
                                 float       *ret_weights);

G_END_DECLS
