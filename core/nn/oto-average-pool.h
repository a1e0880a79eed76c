/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/oto-pool-shape.h"

G_BEGIN_DECLS

/* Average pooling over windows that lie side by side, see oto-pool-shape.h. Arrays are whole maps,
 * of which a call reads and writes what belongs to its range of output rows. The overlapping
 * pooling of 2apae is in oto-pool2d.h. */

void oto_average_pool_forward  (const OtoPoolShape    *shape,
                                const OtoPoolPrologue *prologue,    /* (nullable) */
                                const float           *x,
                                int                    row_begin,
                                int                    row_end,
                                float                 *ret_y);
void oto_average_pool_backward (const OtoPoolShape    *shape,
                                const float           *d_y,
                                int                    row_begin,
                                int                    row_end,
                                gboolean               is_added,
                                float                 *d_x);

G_END_DECLS
