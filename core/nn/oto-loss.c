/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-loss.h"

#include "base/oto-vector.h"

#include <math.h>

/* Logarithms below this are cut off, so that a wrong certainty costs 100 and not infinity. */
#define OTO_LOSS_LOG_FLOOR     (-100.0)
/* Below this p (1 - p) no longer divides the gradient. */
#define OTO_LOSS_SLOPE_FLOOR   1e-12

/**
 * oto_loss_bce_forward:
 * @prob: (array length=n): clip probabilities, in [0, 1]
 * @y: (array length=n): labels, in [0, 1]
 * @n: values in this part
 * @n_total: values in the whole mean
 *
 * Binary cross-entropy, with logarithms cut off at -100:
 * sum_i -(y ln p + (1 - y) ln (1 - p)) / n_total.
 *
 * Returns: this part's share of the mean; NaN where @prob is
 */
double
oto_loss_bce_forward (const float *prob,
                      const float *y,
                      size_t       n,
                      double       n_total)
{
  double sum = 0.0;

  g_return_val_if_fail (n_total > 0.0, NAN);

  for (size_t i = 0; i < n; i++)
    {
      const double p = prob[i];
      const double log_p = log (p), log_not_p = log1p (-p);

      sum -= y[i] * (log_p < OTO_LOSS_LOG_FLOOR ? OTO_LOSS_LOG_FLOOR : log_p)
             + (1.0 - y[i]) * (log_not_p < OTO_LOSS_LOG_FLOOR ? OTO_LOSS_LOG_FLOOR : log_not_p);
    }
  return sum / n_total;
}

/**
 * oto_loss_bce_backward:
 * @prob: (array length=n): as in the forward pass
 * @y: (array length=n): as in the forward pass
 * @n: values in this part
 * @n_total: values in the whole mean
 * @ret_d_prob: (out caller-allocates): (n): (p - y) / max (p (1 - p), 1e-12) / n_total; @prob is
 *   allowed
 *
 * The gradient of oto_loss_bce_forward().
 */
void
oto_loss_bce_backward (const float *prob,
                       const float *y,
                       size_t       n,
                       double       n_total,
                       float       *ret_d_prob)
{
  g_return_if_fail (n_total > 0.0);

  for (size_t i = 0; i < n; i++)
    {
      const double p = prob[i], slope = p * (1.0 - p);
      const double divisor = slope < OTO_LOSS_SLOPE_FLOOR ? OTO_LOSS_SLOPE_FLOOR : slope;

      ret_d_prob[i] = (float) ((p - y[i]) / divisor / n_total);
    }
}

static OTO_VECTORISED (double, sum_squares,
                       (const float *x,
                        const float *target,
                        size_t       n),
                       (x, target, n))
{
  double partial[OTO_VECTOR_LEN] = { 0.0 };
  double sum = 0.0;
  size_t i = 0;

  for (; i + OTO_VECTOR_LEN <= n; i += OTO_VECTOR_LEN)
    for (int l = 0; l < OTO_VECTOR_LEN; l++)
      {
        const float diff = x[i + l] - target[i + l];

        partial[l] += (double) diff * diff;
      }
  for (; i < n; i++)
    sum += ((double) x[i] - target[i]) * ((double) x[i] - target[i]);
  for (int l = 0; l < OTO_VECTOR_LEN; l++)
    sum += partial[l];
  return sum;
}

/**
 * oto_loss_mse_forward:
 * @x: (array length=n): the reconstruction
 * @target: (array length=n): what it should be
 * @n: values in this part
 * @n_total: values in the whole mean
 *
 * Mean squared error: sum_i (x - target)^2 / n_total.
 *
 * Returns: this part's share of the mean
 */
double
oto_loss_mse_forward (const float *x,
                      const float *target,
                      size_t       n,
                      double       n_total)
{
  g_return_val_if_fail (n_total > 0.0, NAN);

  return sum_squares (x, target, n) / n_total;
}

/* d_x = factor (x - target); x or target may be d_x. */
static OTO_VECTORISED (void, scale_difference,
                       (const float *x,
                        const float *target,
                        size_t       n,
                        float        factor,
                        float       *d_x),
                       (x, target, n, factor, d_x))
{
#pragma GCC ivdep
  for (size_t i = 0; i < n; i++)
    d_x[i] = factor * (x[i] - target[i]);
}

/**
 * oto_loss_mse_backward:
 * @x: (array length=n): as in the forward pass
 * @target: (array length=n): as in the forward pass
 * @n: values in this part
 * @n_total: values in the whole mean
 * @weight: of this loss in the total (alpha)
 * @ret_d_x: (out caller-allocates): (n): weight 2 (x - target) / n_total; @x is allowed
 *
 * The gradient of @weight times oto_loss_mse_forward().
 */
void
oto_loss_mse_backward (const float *x,
                       const float *target,
                       size_t       n,
                       double       n_total,
                       double       weight,
                       float       *ret_d_x)
{
  g_return_if_fail (n_total > 0.0);

  scale_difference (x, target, n, (float) (2.0 * weight / n_total), ret_d_x);
}
