/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/* Kernels between channels-last class maps (T, F, K) and maps class by class (K, T, F). */

void oto_head_add_bias     (const float *bias,
                            size_t       n_rows,
                            int          n_classes,
                            float       *rows);
void oto_head_rows_to_maps (const float *rows,
                            const float *bias,
                            size_t       n_rows,
                            int          n_classes,
                            size_t       map_len,
                            float       *ret_maps);
void oto_head_maps_to_rows (const float *maps,
                            size_t       n_rows,
                            int          n_classes,
                            size_t       map_len,
                            float       *ret_rows);
void oto_head_add_columns  (const float *rows,
                            size_t       n_rows,
                            int          n_classes,
                            double      *sums);
void oto_head_add          (const float *x,
                            size_t       n,
                            float       *y);
