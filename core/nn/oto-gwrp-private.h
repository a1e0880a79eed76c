/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The kernels of global weighted rank pooling; see oto-gwrp-kernels.c. */

#define OTO_GWRP_RADIX_BITS 11
#define OTO_GWRP_N_PASSES   3
#define OTO_GWRP_N_BUCKETS  (1 << OTO_GWRP_RADIX_BITS)

/* A choice of the largest may hold so many more than are needed: they cost less than a count. */
#define OTO_GWRP_N_SPARE    256
#define OTO_GWRP_BLOCK_LEN  32

size_t          oto_gwrp_count_ranks        (size_t          row_len,
                                             double          decay);
void            oto_gwrp_fill_weights       (size_t          row_len,
                                             size_t          n_ranks,
                                             double          decay,
                                             float          *ret_weights);
const uint64_t *oto_gwrp_sort_row           (const float    *row,
                                             size_t          row_len,
                                             size_t          n_ranks,
                                             uint64_t       *keys,
                                             uint64_t       *spare,
                                             uint32_t       *counts);
float           oto_gwrp_weigh_row          (const uint64_t *keys,
                                             size_t          n_ranks,
                                             const float    *weights);
void            oto_gwrp_fill_slopes        (const float    *row,
                                             size_t          row_len,
                                             float           scale,
                                             float          *ret_slopes);
size_t          oto_gwrp_find_max           (const float    *row,
                                             size_t          row_len);
float           oto_gwrp_average_row        (const float    *row,
                                             size_t          row_len);
