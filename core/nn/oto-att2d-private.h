/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/oto-att2d.h"

/* The kernels of attention over all bins; see oto-att2d-kernels.c. */

void oto_att2d_clamp_attention     (const float  *logits,
                                    size_t        n,
                                    gboolean      has_offset,
                                    float        *ret_att);
void oto_att2d_log_softmax_rows    (const float  *x,
                                    size_t        n_rows,
                                    size_t        row_len,
                                    float        *ret_y);
void oto_att2d_average_columns     (const float  *att,
                                    const float  *cla,
                                    size_t        n_rows,
                                    int           n_classes,
                                    float        *ret_att_sum,
                                    float        *ret_score);
void oto_att2d_backward_attention  (const float  *att,
                                    const float  *cla,
                                    const float  *score,
                                    const float  *slope,
                                    size_t        n_rows,
                                    int           n_classes,
                                    gboolean      has_offset,
                                    float        *ret_d_logits);
void oto_att2d_backward_classes    (OtoAtt2dForm  form,
                                    const float  *att,
                                    const float  *cla,
                                    const float  *slope,
                                    size_t        n_rows,
                                    int           n_classes,
                                    float        *ret_d_logits);
void oto_att2d_weigh_bins          (OtoAtt2dForm  form,
                                    const float  *att,
                                    const float  *cla,
                                    const float  *att_sum,
                                    size_t        n_rows,
                                    int           n_classes,
                                    float        *ret_contribution);
void oto_att2d_score_frames        (OtoAtt2dForm  form,
                                    const float  *att,
                                    const float  *cla,
                                    const float  *att_sum,
                                    int           n_frames,
                                    int           n_mels,
                                    int           n_classes,
                                    float        *ret_frames,
                                    float        *ret_time_att);
