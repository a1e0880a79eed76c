/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Attention over time of one clip's frames (T, C): weights, and sums that they weigh. Gradients are
 * written or, where told, added to; those of which the pointer is NULL are left out. The softmax
 * over the channels of a frame is oto_activation_softmax_rows(). */

/* Below this a weight no longer counts less in the divisor of the clipped mean. */
#define OTO_TIME_ATTENTION_CLIP 1e-7f

void oto_time_attention_softmax_forward  (const float *logits,
                                          int          n_frames,
                                          int          n_channels,
                                          float       *ret_att);
void oto_time_attention_softmax_backward (const float *att,
                                          const float *d_att,
                                          int          n_frames,
                                          int          n_channels,
                                          gboolean     is_added,
                                          float       *d_logits);
void oto_time_attention_sum_forward      (const float *att,
                                          gboolean     is_shared,
                                          const float *x,
                                          int          n_frames,
                                          int          n_channels,
                                          float       *ret_y);
void oto_time_attention_sum_backward     (const float *att,
                                          gboolean     is_shared,
                                          const float *x,
                                          const float *d_y,
                                          int          n_frames,
                                          int          n_channels,
                                          gboolean     is_att_added,
                                          float       *d_att,      /* (nullable) */
                                          gboolean     is_x_added,
                                          float       *d_x);       /* (nullable) */
void oto_time_attention_mean_forward     (const float *att,
                                          const float *x,
                                          int          n_frames,
                                          int          n_channels,
                                          float       *ret_y);
void oto_time_attention_mean_backward    (const float *att,
                                          const float *x,
                                          const float *d_y,
                                          int          n_frames,
                                          int          n_channels,
                                          gboolean     is_att_added,
                                          float       *d_att,      /* (nullable) */
                                          gboolean     is_x_added,
                                          float       *d_x);       /* (nullable) */
void oto_time_attention_join_forward     (const float *att,
                                          int          n_frames,
                                          int          n_channels,
                                          float        scale,
                                          float       *ret_joined);
void oto_time_attention_join_backward    (const float *d_joined,
                                          int          n_frames,
                                          int          n_channels,
                                          float        scale,
                                          gboolean     is_added,
                                          float       *d_att);

G_END_DECLS
