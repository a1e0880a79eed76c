/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The kernels of global weighted rank pooling; see oto-gwrp-kernels.c. */

#define OTO_GWRP_RADIX_BITS 11
#define OTO_GWRP_N_PASSES   3
#define OTO_GWRP_N_BUCKETS  (1 << OTO_GWRP_RADIX_BITS)

void            oto_gwrp_fill_weights (size_t          row_len,
                                       double          decay,
                                       float          *ret_weights);
const uint64_t *oto_gwrp_sort_row     (const float    *row,
                                       size_t          row_len,
                                       uint64_t       *keys,
                                       uint64_t       *spare,
                                       uint32_t       *counts);
float           oto_gwrp_weigh_row    (const uint64_t *keys,
                                       size_t          row_len,
                                       const float    *weights);
size_t          oto_gwrp_find_max     (const float    *row,
                                       size_t          row_len);
float           oto_gwrp_average_row  (const float    *row,
                                       size_t          row_len);
