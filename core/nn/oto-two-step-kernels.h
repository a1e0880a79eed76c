/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One step of two-step attention, between the linear maps; see oto-two-step-kernels.c. */

void oto_two_step_pool_rows_forward     (bool         is_released,
                                         size_t       n_rows,
                                         size_t       row_len,
                                         const float *att_b,
                                         const float *prob_b,
                                         float       *att,
                                         float       *prob,
                                         float       *ret_y);
void oto_two_step_pool_rows_backward    (bool         is_released,
                                         size_t       n_rows,
                                         size_t       row_len,
                                         const float *att_b,
                                         const float *att,
                                         const float *prob,
                                         const float *y,
                                         const float *d_y,
                                         float       *d_att,
                                         float       *ret_d_prob);
void oto_two_step_pool_columns_forward  (size_t       n_rows,
                                         size_t       n_classes,
                                         const float *prob_b,
                                         float       *att,
                                         float       *prob,
                                         float       *ret_y,
                                         float       *scratch);
void oto_two_step_pool_columns_backward (size_t       n_rows,
                                         size_t       n_classes,
                                         const float *att,
                                         const float *prob,
                                         const float *y,
                                         const float *d_y,
                                         float       *ret_d_att,
                                         float       *ret_d_prob);
