/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-weighted-bce.h"

#include "nn/oto-bce-private.h"

/* Logarithms below this are cut off, so that a wrong certainty costs 100 and not infinity. */
#define LOG_FLOOR   (-100.0)
/* Below this p (1 - p) no longer divides the gradient. */
#define SLOPE_FLOOR 1e-12

static double
get_prob_cost (double p,
               double y)
{
  const double log_p = log (p), log_not_p = log1p (-p);

  return -y * (log_p < LOG_FLOOR ? LOG_FLOOR : log_p)
         - (1.0 - y) * (log_not_p < LOG_FLOOR ? LOG_FLOOR : log_not_p);
}

static double
get_prob_slope (double p,
                double y)
{
  const double slope = p * (1.0 - p);

  return (p - y) / (slope < SLOPE_FLOOR ? SLOPE_FLOOR : slope);
}

/**
 * oto_weighted_bce_prob_forward:
 * @weights: of the classes
 * @prob: (array): (R, K): probabilities, in [0, 1]
 * @y: (array): (R / @n_rows_per_label, K): labels, in [0, 1]
 * @n_rows: clips, or segments (R)
 * @n_rows_per_label: how many rows in turn share a row of labels: 1, or the segments of a clip
 * @n_classes: length of a row (K)
 * @n_total: values in the whole mean
 *
 * Weighted binary cross-entropy, with logarithms cut off at -100:
 *
 * |[
 * w = positive[k] y + negative[k] (1 - y)
 * sum_rk -w (y ln p + (1 - y) ln (1 - p)) / n_total
 * ]|
 *
 * Source: Chou et al., Learning to Recognize Transient Sound Events Using Attentional Supervision,
 * loss with weights by class, and its released trainer for soft labels.
 *
 * Returns: these rows' share of the mean; NaN where @prob is
 */
double
oto_weighted_bce_prob_forward (const OtoBceWeights *weights,
                               const float         *prob,
                               const float         *y,
                               size_t               n_rows,
                               size_t               n_rows_per_label,
                               size_t               n_classes,
                               double               n_total)
{
  double sum = 0.0;

  g_return_val_if_fail (n_rows_per_label > 0, NAN);
  g_return_val_if_fail (n_total > 0.0, NAN);

  for (size_t r = 0; r < n_rows; r++)
    {
      const float *p = prob + r * n_classes;
      const float *labels = y + r / n_rows_per_label * n_classes;

      for (size_t k = 0; k < n_classes; k++)
        sum += oto_bce_get_weight (weights->positive, weights->negative, k, labels[k])
               * get_prob_cost (p[k], labels[k]);
    }
  return sum / n_total;
}

/**
 * oto_weighted_bce_prob_backward:
 * @weights: as in the forward pass
 * @prob: (array): (R, K): as in the forward pass
 * @y: (array): as in the forward pass
 * @n_rows: as in the forward pass
 * @n_rows_per_label: as in the forward pass
 * @n_classes: as in the forward pass
 * @n_total: as in the forward pass
 * @weight: of this loss in the total
 * @d_prob: (array): (R, K): added to: weight w (p - y) / max (p (1 - p), 1e-12) / n_total
 *
 * The gradient of @weight times oto_weighted_bce_prob_forward().
 */
void
oto_weighted_bce_prob_backward (const OtoBceWeights *weights,
                                const float         *prob,
                                const float         *y,
                                size_t               n_rows,
                                size_t               n_rows_per_label,
                                size_t               n_classes,
                                double               n_total,
                                double               weight,
                                float               *d_prob)
{
  const double factor = weight / n_total;

  g_return_if_fail (n_rows_per_label > 0);
  g_return_if_fail (n_total > 0.0);

  for (size_t r = 0; r < n_rows; r++)
    {
      const float *p = prob + r * n_classes;
      const float *labels = y + r / n_rows_per_label * n_classes;
      float *d_p = d_prob + r * n_classes;

      for (size_t k = 0; k < n_classes; k++)
        d_p[k] += (float) (factor * oto_bce_get_weight (weights->positive, weights->negative, k,
                                                        labels[k])
                           * get_prob_slope (p[k], labels[k]));
    }
}

/**
 * oto_weighted_bce_logit_forward:
 * @weights: of the classes
 * @logits: (array): (R, K): raw scores
 * @y: (array): (R / @n_rows_per_label, K): labels, in [0, 1]
 * @n_rows: clips, or segments (R)
 * @n_rows_per_label: how many rows in turn share a row of labels: 1, or the segments of a clip
 * @n_classes: length of a row (K)
 * @n_total: values in the whole mean
 *
 * oto_weighted_bce_prob_forward() of sigmoid (@logits), but without a cut: a wrong certainty costs
 * as much as its logit.
 *
 * Returns: these rows' share of the mean; not finite where a logit is not
 */
double
oto_weighted_bce_logit_forward (const OtoBceWeights *weights,
                                const float         *logits,
                                const float         *y,
                                size_t               n_rows,
                                size_t               n_rows_per_label,
                                size_t               n_classes,
                                double               n_total)
{
  double sum = 0.0;

  g_return_val_if_fail (n_rows_per_label > 0, NAN);
  g_return_val_if_fail (n_total > 0.0, NAN);

  for (size_t r = 0; r < n_rows; r++)
    {
      const float *x = logits + r * n_classes;
      const float *labels = y + r / n_rows_per_label * n_classes;

      for (size_t k = 0; k < n_classes; k++)
        sum += oto_bce_get_weight (weights->positive, weights->negative, k, labels[k])
               * oto_bce_get_cost (x[k], labels[k]);
    }
  return sum / n_total;
}

/**
 * oto_weighted_bce_logit_backward:
 * @weights: as in the forward pass
 * @logits: (array): (R, K): as in the forward pass
 * @y: (array): as in the forward pass
 * @n_rows: as in the forward pass
 * @n_rows_per_label: as in the forward pass
 * @n_classes: as in the forward pass
 * @n_total: as in the forward pass
 * @weight: of this loss in the total
 * @d_logits: (array): (R, K): added to: weight w (sigmoid (logit) - y) / n_total
 *
 * The gradient of @weight times oto_weighted_bce_logit_forward().
 */
void
oto_weighted_bce_logit_backward (const OtoBceWeights *weights,
                                 const float         *logits,
                                 const float         *y,
                                 size_t               n_rows,
                                 size_t               n_rows_per_label,
                                 size_t               n_classes,
                                 double               n_total,
                                 double               weight,
                                 float               *d_logits)
{
  const double factor = weight / n_total;

  g_return_if_fail (n_rows_per_label > 0);
  g_return_if_fail (n_total > 0.0);

  for (size_t r = 0; r < n_rows; r++)
    {
      const float *x = logits + r * n_classes;
      const float *labels = y + r / n_rows_per_label * n_classes;
      float *d_x = d_logits + r * n_classes;

      for (size_t k = 0; k < n_classes; k++)
        d_x[k] += (float) (factor * oto_bce_get_weight (weights->positive, weights->negative, k,
                                                        labels[k])
                           * oto_bce_get_slope (x[k], labels[k]));
    }
}
