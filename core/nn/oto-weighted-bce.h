/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Binary cross-entropy with weights by class: of clip predictions, or of every segment. A mean
 * over n_total values may be taken in parts, whose results add up to it. Forward accumulates in
 * double; backward adds. */

/**
 * OtoBceWeights:
 * @positive: (array) (nullable): (K): weights of positives; %NULL: 1
 * @negative: (array) (nullable): (K): weights of negatives; %NULL: 1
 *
 * Weights of classes. The 1-D systems weigh positives alone; their music trainer gives negatives
 * 2 less the weight of positives. oto_class_weight_compute() and
 * oto_class_weight_compute_negative() make both.
 */
typedef struct
{
  const float *positive;
  const float *negative;
} OtoBceWeights;

double oto_weighted_bce_prob_forward   (const OtoBceWeights *weights,
                                        const float         *prob,
                                        const float         *y,
                                        size_t               n_rows,
                                        size_t               n_rows_per_label,
                                        size_t               n_classes,
                                        double               n_total);
void   oto_weighted_bce_prob_backward  (const OtoBceWeights *weights,
                                        const float         *prob,
                                        const float         *y,
                                        size_t               n_rows,
                                        size_t               n_rows_per_label,
                                        size_t               n_classes,
                                        double               n_total,
                                        double               weight,
                                        float               *d_prob);
double oto_weighted_bce_logit_forward  (const OtoBceWeights *weights,
                                        const float         *logits,
                                        const float         *y,
                                        size_t               n_rows,
                                        size_t               n_rows_per_label,
                                        size_t               n_classes,
                                        double               n_total);
void   oto_weighted_bce_logit_backward (const OtoBceWeights *weights,
                                        const float         *logits,
                                        const float         *y,
                                        size_t               n_rows,
                                        size_t               n_rows_per_label,
                                        size_t               n_classes,
                                        double               n_total,
                                        double               weight,
                                        float               *d_logits);

G_END_DECLS
