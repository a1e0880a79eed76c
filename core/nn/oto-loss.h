/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Losses. A mean over n_total values may be taken in parts of n: the parts' results add up to it.
 * Forward accumulates in double; backward writes. */

double oto_loss_bce_forward  (const float *prob,
                              const float *y,
                              size_t       n,
                              double       n_total);
void   oto_loss_bce_backward (const float *prob,
                              const float *y,
                              size_t       n,
                              double       n_total,
                              float       *ret_d_prob);
double oto_loss_mse_forward  (const float *x,
                              const float *target,
                              size_t       n,
                              double       n_total);
void   oto_loss_mse_backward (const float *x,
                              const float *target,
                              size_t       n,
                              double       n_total,
                              double       weight,       /* of this loss in the total (alpha) */
                              float       *ret_d_x);

G_END_DECLS
