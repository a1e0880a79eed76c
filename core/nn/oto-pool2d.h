/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Average pooling 3x3, stride 1, of one clip's channels-last map (T, F, C). The zero padding is
 * counted: the divisor is 9 everywhere. The pooling is its own adjoint, so the backward pass is
 * the same call on d_y. */

size_t oto_pool2d_get_scratch_len (int          n_mels,
                                   int          n_channels);  /* floats per thread */
void   oto_pool2d_average3        (const float *x,
                                   int          n_frames,
                                   int          n_mels,
                                   int          n_channels,
                                   const float *scale,        /* (nullable) */
                                   const float *shift,        /* (nullable) */
                                   int          row_begin,
                                   int          row_end,
                                   float       *ret_y,
                                   float       *scratch);
void   oto_pool2d_average3_linear (const float *x,
                                   int          n_frames,
                                   int          n_mels,
                                   int          n_channels,
                                   const float *scale,
                                   const float *shift,
                                   int          row_begin,
                                   int          row_end,
                                   float       *ret_y,
                                   float       *scratch);

G_END_DECLS
