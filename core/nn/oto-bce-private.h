/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <math.h>

/* One term of binary cross-entropy on a logit, for the losses of this folder. Plain C only. */

/* ln (1 + exp (-|x|)) cannot overflow, and keeps what is small. */
static inline double
oto_bce_get_cost (double logit,
                  double y)
{
  const double tail = log1p (exp (-fabs (logit)));
  const double cost_of_0 = (logit > 0.0 ? logit : 0.0) + tail;    /* -ln (1 - sigmoid (logit)) */
  const double cost_of_1 = (logit < 0.0 ? -logit : 0.0) + tail;   /* -ln sigmoid (logit) */

  return y * cost_of_1 + (1.0 - y) * cost_of_0;
}

/* sigmoid (logit) - y, without the cancellation of a certain logit that is right. */
static inline double
oto_bce_get_slope (double logit,
                   double y)
{
  const double e = exp (-fabs (logit));
  const double small = e / (1.0 + e), large = 1.0 / (1.0 + e);

  return logit < 0.0 ? (1.0 - y) * small - y * large : (1.0 - y) * large - y * small;
}

/* How much the term of label @y counts: the weight of positives, of negatives, or, of a soft label,
 * something between them. No weights are weights of 1. */
static inline double
oto_bce_get_weight (const float *positive,
                    const float *negative,
                    size_t       k,
                    double       y)
{
  return y * (positive != NULL ? positive[k] : 1.0)
         + (1.0 - y) * (negative != NULL ? negative[k] : 1.0);
}
