/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The kernels of frequency-dependent auto-pooling; see oto-fap-kernels.c. */

void oto_fap_score_frames        (const float *masks,
                                  const float *weights,
                                  int          n_frames,
                                  int          n_mels,
                                  int          n_classes,
                                  float       *ret_frames);
void oto_fap_spread_frames       (const float *weights,
                                  const float *d_frames,
                                  int          n_frames,
                                  int          n_mels,
                                  int          n_classes,
                                  int          is_added,
                                  float       *d_masks);
void oto_fap_add_weight_gradient (const float *masks,
                                  const float *d_frames,
                                  int          n_frames,
                                  int          n_mels,
                                  int          n_classes,
                                  float       *d_weights);
void oto_fap_weigh_frames        (const float *masks,
                                  const float *weights,
                                  const float *alpha,
                                  const float *peak,
                                  const float *inv_sum,
                                  int          n_frames,
                                  int          n_mels,
                                  int          n_classes,
                                  float       *ret_time_att);
