/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* How far probabilities are shares: 0.6 should be right six times of ten. */

#define OTO_CALIBRATION_N_BINS 10
#define OTO_CALIBRATION_MIN_TEMPERATURE 0.05
#define OTO_CALIBRATION_MAX_TEMPERATURE 20.0

/**
 * OtoReliabilityBin:
 * @n: probabilities in it
 * @mean_prob: their mean; NaN when there is none
 * @positive_share: share of positives among them; NaN when there is none
 */
typedef struct
{
  guint64 n;
  double  mean_prob;
  double  positive_share;
} OtoReliabilityBin;

/**
 * OtoReliability:
 * @bins: bin b is [b / 10, (b + 1) / 10), the last one closed
 * @n: all probabilities
 * @ece: mean difference of probability and share, weighted by counts; NaN without probabilities
 * @mce: largest difference
 * @brier: mean squared difference of probability and target
 */
typedef struct
{
  OtoReliabilityBin bins[OTO_CALIBRATION_N_BINS];
  guint64           n;
  double            ece;
  double            mce;
  double            brier;
} OtoReliability;

double oto_calibration_find_temperature (const float    *logits,
                                         const float    *targets,
                                         size_t          n,
                                         gboolean       *ret_at_bound);
double oto_calibration_get_bce          (const float    *logits,
                                         const float    *targets,
                                         size_t          n,
                                         double          temperature);
void   oto_calibration_get_reliability  (const float    *probs,
                                         const float    *targets,
                                         size_t          n,
                                         OtoReliability *ret_reliability);

OTO_END_DECLS
