/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Gated linear units on channels-last maps seen as rows: x (rows, 2 C) to y (rows, C). The second
 * half of the channels gates the first. */

void oto_glu_forward  (const float *x,
                       size_t       n_rows,
                       int          n_channels,
                       const float *scale,      /* (nullable) */
                       const float *shift,      /* (nullable) */
                       float       *ret_y);
void oto_glu_backward (const float *x,
                       const float *d_y,
                       size_t       n_rows,
                       int          n_channels,
                       const float *scale,      /* (nullable) */
                       const float *shift,      /* (nullable) */
                       float       *ret_d_x);

G_END_DECLS
