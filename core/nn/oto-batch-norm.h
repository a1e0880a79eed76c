/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Batch normalisation with the ReLU that mostly follows it, on channels-last maps seen as rows: x
 * (rows, C). A training step adds up the statistics of all clips, then every pass works on one
 * clip or range of rows alone. Passes without "relu" in their names are those of a norm that is
 * read as it is. The forward passes serve a layer with a bias and no norm, too: scale 1, shift =
 * bias; its backward pass is in oto-affine.h. */

/* PyTorch's; Keras adds 1e-3, and its momentum of 0.99 is a share of 0.01. */
#define OTO_BATCH_NORM_EPS      1e-5   /* added to the variance */
#define OTO_BATCH_NORM_MOMENTUM 0.1    /* share of the new batch in the running statistics */

/**
 * OtoBatchStats:
 * @n: how many values a channel has had
 * @mean: (C): their mean
 * @m2: (C): the sum of their squared differences from the mean; m2 / n is the biased variance
 *
 * Running sums of one layer. The arrays are the caller's; zero everything before the first rows.
 */
typedef struct
{
  double  n;
  double *mean;
  double *m2;
} OtoBatchStats;

void oto_batch_norm_add_stats          (const float         *x,
                                        size_t               n_rows,
                                        int                  n_channels,
                                        OtoBatchStats       *stats);
void oto_batch_norm_merge_stats        (OtoBatchStats       *stats,
                                        const OtoBatchStats *other,
                                        int                  n_channels);
void oto_batch_norm_make_affine        (const double        *mean,
                                        const double        *var,
                                        const float         *gamma,
                                        const float         *beta,
                                        int                  n_channels,
                                        double               eps,
                                        float               *ret_scale,
                                        float               *ret_shift);
void oto_batch_norm_update_running     (const OtoBatchStats *stats,
                                        int                  n_channels,
                                        double               momentum,
                                        float               *running_mean,
                                        float               *running_var);
void oto_batch_norm_relu_forward       (const float         *x,
                                        size_t               n_rows,
                                        int                  n_channels,
                                        const float         *scale,
                                        const float         *shift,
                                        float               *ret_y);
void oto_batch_norm_relu_backward_sums (const float         *x,
                                        const float         *d_y,
                                        size_t               n_rows,
                                        int                  n_channels,
                                        const float         *scale,
                                        const float         *shift,
                                        const double        *mean,
                                        const double        *inv_std,
                                        double              *d_gamma,
                                        double              *d_beta);
void oto_batch_norm_relu_backward      (const float         *x,
                                        const float         *d_y,
                                        size_t               n_rows,
                                        int                  n_channels,
                                        const float         *scale,
                                        const float         *shift,
                                        const double        *mean,
                                        const double        *inv_std,
                                        const double        *d_gamma,
                                        const double        *d_beta,
                                        double               n_total,
                                        float               *ret_d_x);
void oto_batch_norm_forward            (const float         *x,
                                        size_t               n_rows,
                                        int                  n_channels,
                                        const float         *scale,
                                        const float         *shift,
                                        float               *ret_y);
void oto_batch_norm_backward_sums      (const float         *x,
                                        const float         *d_y,
                                        size_t               n_rows,
                                        int                  n_channels,
                                        const float         *scale,
                                        const float         *shift,
                                        const double        *mean,
                                        const double        *inv_std,
                                        double              *d_gamma,
                                        double              *d_beta);
void oto_batch_norm_backward           (const float         *x,
                                        const float         *d_y,
                                        size_t               n_rows,
                                        int                  n_channels,
                                        const float         *scale,
                                        const float         *shift,
                                        const double        *mean,
                                        const double        *inv_std,
                                        const double        *d_gamma,
                                        const double        *d_beta,
                                        double               n_total,
                                        float               *ret_d_x);

G_END_DECLS
