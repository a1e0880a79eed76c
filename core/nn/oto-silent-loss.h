/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* The silent loss: masks of classes that do not sound should be empty. Of one clip, in the order
 * of the layer before, channels-last (M, K); the parts of a batch add up. Sums are double. */

double oto_silent_loss_compute (const float *masks,
                                size_t       n_rows,
                                int          n_classes,
                                const int   *silent,
                                int          n_silent,
                                double       n_total,
                                double       weight,
                                gboolean     is_added,
                                float       *d_masks,        /* (nullable) */
                                float       *scratch);       /* (K) */

G_END_DECLS
