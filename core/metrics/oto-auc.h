/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* Area under the ROC curve, by rank, ties counted one half. NaN when there are no positives or no
 * negatives. */

double oto_auc       (const float *scores,
                      const float *targets,
                      size_t       n,
                      size_t       stride);
double oto_auc_macro (const float *scores,
                      const float *targets,
                      size_t       n_clips,
                      size_t       n_classes,
                      double      *ret_per_class);

OTO_END_DECLS
