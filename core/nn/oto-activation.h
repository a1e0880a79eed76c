/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Pointwise and row-wise activations of float arrays. In place is allowed everywhere. */

void oto_activation_sigmoid               (const float *x,
                                           size_t       n,
                                           float       *ret_y);
void oto_activation_sigmoid_backward      (const float *y,
                                           const float *d_y,
                                           size_t       n,
                                           float       *ret_d_x);
void oto_activation_softmax_rows          (const float *x,
                                           size_t       n_rows,
                                           size_t       row_len,
                                           float       *ret_y);
void oto_activation_softmax_rows_backward (const float *y,
                                           const float *d_y,
                                           size_t       n_rows,
                                           size_t       row_len,
                                           float       *ret_d_x);

G_END_DECLS
