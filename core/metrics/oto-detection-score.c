/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-detection-score.h"

#include <float.h>
#include <math.h>

#define N_RATES (sizeof (OtoDetectionRates) / sizeof (double))

/**
 * oto_detection_counts_get_rates:
 * @self: counts
 * @ret_rates: (out caller-allocates): what they come to
 *
 * F = 2 P R / (P + R), 0 when both are 0; ER = (S + D + I) / (Nref + 2^-52).
 */
void
oto_detection_counts_get_rates (const OtoDetectionCounts *self,
                                OtoDetectionRates        *ret_rates)
{
  const double n_hits = (double) self->n_hits;
  const double n_ref = (double) self->n_ref + DBL_EPSILON;
  OtoDetectionRates rates = {
    .precision = self->n_sys > 0 ? n_hits / (double) self->n_sys : NAN,
    .recall = self->n_ref > 0 ? n_hits / (double) self->n_ref : NAN,
    .substitution_rate = (double) self->n_subs / n_ref,
    .deletion_rate = (double) self->n_dels / n_ref,
    .insertion_rate = (double) self->n_ins / n_ref,
  };
  double sum = rates.precision + rates.recall;

  rates.f = sum == 0.0 ? 0.0 : 2.0 * rates.precision * rates.recall / sum;
  rates.error_rate = rates.substitution_rate + rates.deletion_rate + rates.insertion_rate;
  *ret_rates = rates;
}

/**
 * oto_detection_score_init:
 * @self: (out caller-allocates): counts, all 0
 * @n_classes: K
 */
void
oto_detection_score_init (OtoDetectionScore *self,
                          guint              n_classes)
{
  *self = (OtoDetectionScore) {
    .n_classes = n_classes,
    .classes = g_new0 (OtoDetectionCounts, n_classes),
  };
}

/**
 * oto_detection_score_clear:
 * @self: counts
 *
 * Frees their memory.
 */
void
oto_detection_score_clear (OtoDetectionScore *self)
{
  g_clear_pointer (&self->classes, g_free);
}

/**
 * oto_detection_score_get_class_mean:
 * @self: counts
 * @in_reference_only: leave out the rates of error of classes without reference, which mean nothing
 * @ret_rates: (out caller-allocates): mean of each rate over the classes in which it is a number;
 *   NaN when there is none
 */
void
oto_detection_score_get_class_mean (const OtoDetectionScore *self,
                                    gboolean                 in_reference_only,
                                    OtoDetectionRates       *ret_rates)
{
  double sums[N_RATES] = { 0.0 }, means[N_RATES];
  guint n[N_RATES] = { 0 };

  for (guint k = 0; k < self->n_classes; k++)
    {
      OtoDetectionRates rates;
      const double *values = (const double *) &rates;

      oto_detection_counts_get_rates (&self->classes[k], &rates);
      if (in_reference_only && self->classes[k].n_ref == 0)
        rates.error_rate = rates.substitution_rate = rates.deletion_rate =
          rates.insertion_rate = NAN;
      for (guint i = 0; i < N_RATES; i++)
        if (!isnan (values[i]))
          {
            sums[i] += values[i];
            n[i]++;
          }
    }

  for (guint i = 0; i < N_RATES; i++)
    means[i] = n[i] > 0 ? sums[i] / n[i] : NAN;
  *ret_rates = (OtoDetectionRates) {
    .f = means[0],
    .precision = means[1],
    .recall = means[2],
    .error_rate = means[3],
    .substitution_rate = means[4],
    .deletion_rate = means[5],
    .insertion_rate = means[6],
  };
}
