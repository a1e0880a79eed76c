/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/* Kernels on channels-last rows (R, C), and between them and planes, channel by channel (C, R). */

void oto_rows_add_bias         (const float *bias,
                                size_t       n_rows,
                                int          n_channels,
                                float       *rows);
void oto_rows_rectify          (size_t       n,
                                float       *rows);
void oto_rows_rectify_backward (const float *y,
                                const float *d_y,
                                size_t       n,
                                float       *ret_d_x);
void oto_rows_sum_columns      (const float *rows,
                                size_t       n_rows,
                                int          n_channels,
                                double      *sums);
void oto_rows_add              (const float *x,
                                size_t       n,
                                float       *y);
void oto_rows_copy             (const float *x,
                                size_t       n,
                                int          is_added,
                                float       *y);
void oto_rows_multiply         (const float *a,
                                const float *b,
                                size_t       n,
                                int          is_added,
                                float       *y);
void oto_rows_transpose        (const float *rows,
                                size_t       n_rows,
                                int          n_channels,
                                int          is_added,
                                float       *columns);
void oto_rows_to_planes        (const float *rows,
                                const float *bias,
                                size_t       n_rows,
                                int          n_channels,
                                size_t       plane_len,
                                float       *ret_planes);
void oto_planes_to_rows        (const float *planes,
                                size_t       n_rows,
                                int          n_channels,
                                size_t       plane_len,
                                float       *ret_rows);
