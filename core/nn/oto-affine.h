/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

#include <stdbool.h>

G_BEGIN_DECLS

/* The backward pass of a fixed affine map a channel, y = max (0, scale x + shift) or scale x +
 * shift, on channels-last rows (rows, C): a bias, scale 1 and shift = bias, or a norm whose
 * statistics are not those of the batch. The forward passes are oto_batch_norm_relu_forward() and
 * oto_batch_norm_forward(). */

void oto_affine_relu_backward (const float *x,           /* (nullable) */
                               const float *d_y,
                               size_t       n_rows,
                               int          n_channels,
                               const float *scale,
                               const float *shift,
                               bool         is_linear,
                               double      *d_shift,
                               float       *ret_d_x);    /* (nullable) */

G_END_DECLS
