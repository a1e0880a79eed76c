/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-calibration.h"

#include <math.h>

/* Halvings of the interval: more than a double has digits. */
#define N_HALVINGS 100

static double
sigmoid (double x)
{
  return x >= 0.0 ? 1.0 / (1.0 + exp (-x)) : exp (x) / (1.0 + exp (x));
}

/* The slope of the loss in 1 / T, which rises. */
static double
get_slope (const float *logits,
           const float *targets,
           size_t       n,
           double       inverse)
{
  double sum = 0.0;

  for (size_t i = 0; i < n; i++)
    sum += (sigmoid (logits[i] * inverse) - targets[i]) * logits[i];
  return sum;
}

/**
 * oto_calibration_find_temperature:
 * @logits: (array length=n): of clips and classes of validation data, finite
 * @targets: (array length=n): 0 or 1
 * @n: how many
 * @ret_at_bound: (out) (optional): whether the minimum lies outside [0.05, 20], as with classes
 *   that can be parted without error
 *
 * Finds the temperature T by which logits are divided so that the mean binary cross-entropy is
 * least (Guo et al., arXiv:1706.04599). It is convex in 1 / T, so that its slope has one zero.
 *
 * Returns: T; 1 when all logits are 0
 */
double
oto_calibration_find_temperature (const float *logits,
                                  const float *targets,
                                  size_t       n,
                                  gboolean    *ret_at_bound)
{
  double low = 1.0 / OTO_CALIBRATION_MAX_TEMPERATURE, high = 1.0 / OTO_CALIBRATION_MIN_TEMPERATURE;
  gboolean is_flat = TRUE, at_bound = FALSE;

  for (size_t i = 0; i < n; i++)
    is_flat = is_flat && logits[i] == 0.f;
  if (is_flat)
    low = high = 1.0;
  else if (get_slope (logits, targets, n, low) >= 0.0)
    {
      at_bound = TRUE;
      high = low;
    }
  else if (get_slope (logits, targets, n, high) <= 0.0)
    {
      at_bound = TRUE;
      low = high;
    }
  for (int i = 0; i < N_HALVINGS && low < high; i++)
    {
      double middle = 0.5 * (low + high);

      if (get_slope (logits, targets, n, middle) < 0.0)
        low = middle;
      else
        high = middle;
    }
  if (ret_at_bound != NULL)
    *ret_at_bound = at_bound;
  return 2.0 / (low + high);
}

/**
 * oto_calibration_get_bce:
 * @logits: (array length=n): logits
 * @targets: (array length=n): 0 or 1
 * @n: how many
 * @temperature: what logits are divided by
 *
 * Returns: mean binary cross-entropy; NaN without logits
 */
double
oto_calibration_get_bce (const float *logits,
                         const float *targets,
                         size_t       n,
                         double       temperature)
{
  double sum = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      double z = logits[i] / temperature;

      sum += fmax (z, 0.0) - z * targets[i] + log1p (exp (-fabs (z)));
    }
  return n > 0 ? sum / (double) n : NAN;
}

/**
 * oto_calibration_get_reliability:
 * @probs: (array length=n): probabilities of clips and classes, in [0, 1]
 * @targets: (array length=n): 0 or 1
 * @n: how many
 * @ret_reliability: (out caller-allocates): how far they are shares
 */
void
oto_calibration_get_reliability (const float    *probs,
                                 const float    *targets,
                                 size_t          n,
                                 OtoReliability *ret_reliability)
{
  double prob_sums[OTO_CALIBRATION_N_BINS] = { 0.0 }, target_sums[OTO_CALIBRATION_N_BINS] = { 0.0 };
  OtoReliability self = { .n = n };
  double difference = 0.0, squares = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      double bin = floor (OTO_CALIBRATION_N_BINS * (double) probs[i]);
      int b = (int) fmin (fmax (bin, 0.0), OTO_CALIBRATION_N_BINS - 1);

      self.bins[b].n++;
      prob_sums[b] += probs[i];
      target_sums[b] += targets[i];
      squares += ((double) probs[i] - targets[i]) * ((double) probs[i] - targets[i]);
    }
  for (int b = 0; b < OTO_CALIBRATION_N_BINS; b++)
    {
      OtoReliabilityBin *bin = &self.bins[b];
      double gap;

      bin->mean_prob = bin->n > 0 ? prob_sums[b] / (double) bin->n : NAN;
      bin->positive_share = bin->n > 0 ? target_sums[b] / (double) bin->n : NAN;
      gap = bin->n > 0 ? fabs (bin->mean_prob - bin->positive_share) : 0.0;
      difference += gap * (double) bin->n;
      self.mce = fmax (self.mce, gap);
    }
  self.ece = n > 0 ? difference / (double) n : NAN;
  self.mce = n > 0 ? self.mce : NAN;
  self.brier = n > 0 ? squares / (double) n : NAN;
  *ret_reliability = self;
}
