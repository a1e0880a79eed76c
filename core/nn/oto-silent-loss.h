/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* The silent loss: masks of classes that do not sound should be empty. Of one clip; the parts of a
 * batch add up. Forward accumulates in double; backward adds. */

double oto_silent_loss_forward  (const float *masks,
                                 size_t       row_len,
                                 const int   *silent,
                                 int          n_silent,
                                 double       n_total);
void   oto_silent_loss_backward (const float *masks,
                                 size_t       row_len,
                                 const int   *silent,
                                 int          n_silent,
                                 double       n_total,
                                 double       weight,
                                 float       *d_masks);

G_END_DECLS
