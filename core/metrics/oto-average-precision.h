/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* Average precision: sum of (R_n - R_{n-1}) P_n, one step per distinct score (systems.md 7.5 a).
 * Without positives: 0, as scikit-learn. */

double oto_average_precision       (const float *scores,
                                    const float *targets,
                                    size_t       n,
                                    size_t       stride);
double oto_average_precision_micro (const float *scores,
                                    const float *targets,
                                    size_t       n_clips,
                                    size_t       n_classes);
double oto_average_precision_macro (const float *scores,
                                    const float *targets,
                                    size_t       n_clips,
                                    size_t       n_classes,
                                    double      *ret_per_class);

OTO_END_DECLS
