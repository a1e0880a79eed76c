/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* Bootstrap over clips: how far a measure would differ on other clips of the same kind. Clips are
 * drawn with replacement; two models are compared on the same draws. */

/**
 * OtoBootstrapInterval:
 * @low: lower end; NaN when no resample is defined
 * @high: upper end
 * @mean: mean of the resamples
 * @standard_error: their standard deviation, divisor n - 1
 * @n_undefined: resamples in which the measure is not a number, left out
 */
typedef struct
{
  double low;
  double high;
  double mean;
  double standard_error;
  guint  n_undefined;
} OtoBootstrapInterval;

/**
 * OtoBootstrapDifference:
 * @interval: of the differences
 * @below: share of them below 0
 * @equal: share of them that are 0
 * @two_sided: min (1, 2 min (share <= 0, share >= 0)): how probable a difference so far to either
 *   side is by chance
 */
typedef struct
{
  OtoBootstrapInterval interval;
  double               below;
  double               equal;
  double               two_sided;
} OtoBootstrapDifference;

void oto_bootstrap_draw         (OtoRng                 *rng,
                                 guint                   n_resamples,
                                 guint                   n_clips,
                                 guint32                *ret_indices);
void oto_bootstrap_get_interval (const double           *values,
                                 guint                   n,
                                 double                  level,
                                 OtoBootstrapInterval   *ret_interval);
void oto_bootstrap_compare      (const double           *values_a,
                                 const double           *values_b,
                                 guint                   n,
                                 double                  level,
                                 OtoBootstrapDifference *ret_difference);
void oto_bootstrap_get_ap       (const float            *scores,
                                 const float            *targets,
                                 guint                   n_clips,
                                 guint                   n_classes,
                                 const guint32          *indices,
                                 guint                   n_resamples,
                                 double                 *ret_micro,
                                 double                 *ret_macro);

OTO_END_DECLS
