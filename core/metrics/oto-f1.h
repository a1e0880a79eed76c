/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/**
 * OtoF1:
 * @n_hits: positives above the threshold
 * @n_false: negatives above it
 * @n_missed: positives that are not
 * @precision: 0 where nothing is above the threshold
 * @recall: 0 without positives
 * @f1: 2 hits / (2 hits + false + missed), 0 where that is 0 / 0
 *
 * What a threshold makes of scores. Values that are not defined are 0, as in scikit-learn with
 * zero_division = 0; the counts tell them apart.
 */
typedef struct
{
  guint64 n_hits;
  guint64 n_false;
  guint64 n_missed;
  double  precision;
  double  recall;
  double  f1;
} OtoF1;

void   oto_f1_compute        (const float *scores,
                              const float *targets,
                              size_t       n,
                              size_t       stride,
                              double       threshold,
                              OtoF1       *ret_f1);
void   oto_f1_set_counts     (OtoF1       *self,
                              guint64      n_hits,
                              guint64      n_false,
                              guint64      n_missed);
void   oto_f1_sum            (const OtoF1 *classes,
                              size_t       n_classes,
                              OtoF1       *ret_micro);
void   oto_f1_mean           (const OtoF1 *classes,
                              size_t       n_classes,
                              OtoF1       *ret_macro);
double oto_f1_find_threshold (const float *scores,
                              const float *targets,
                              size_t       n,
                              size_t       stride,
                              double      *ret_f1);

OTO_END_DECLS
