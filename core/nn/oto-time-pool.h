/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Pooling over time of one clip's frames (T, C), each channel on its own, to (C). A gradient is
 * written or, where is_added is set, added to. */

/* Where TALNet clamps the probabilities of frames. */
#define OTO_TIME_POOL_PROB_MIN 1e-7f
#define OTO_TIME_POOL_PROB_MAX (1.f - 1e-7f)

void oto_time_pool_mean_forward    (const float   *x,
                                    int            n_frames,
                                    int            n_channels,
                                    float         *ret_y);
void oto_time_pool_mean_backward   (const float   *d_y,
                                    int            n_frames,
                                    int            n_channels,
                                    gboolean       is_added,
                                    float         *d_x);
void oto_time_pool_max_forward     (const float   *x,
                                    int            n_frames,
                                    int            n_channels,
                                    float         *ret_y,
                                    guint32       *ret_index);   /* (nullable) */
void oto_time_pool_max_backward    (const float   *d_y,
                                    const guint32 *index,
                                    int            n_frames,
                                    int            n_channels,
                                    gboolean       is_added,
                                    float         *d_x);
void oto_time_pool_clamp           (const float   *prob,
                                    size_t         n,
                                    float         *ret_prob);
void oto_time_pool_linear_forward  (const float   *prob,
                                    int            n_frames,
                                    int            n_channels,
                                    gboolean       is_clamped,
                                    float         *ret_y);
void oto_time_pool_linear_backward (const float   *prob,
                                    const float   *d_y,
                                    int            n_frames,
                                    int            n_channels,
                                    gboolean       is_clamped,
                                    gboolean       is_added,
                                    float         *d_prob);

G_END_DECLS
