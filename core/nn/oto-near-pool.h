/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Pooling of each frame with the one before and the one after, of one clip's frames (T, C), each
 * channel on its own. Arrays are whole maps, of which a call writes the rows of its range. */

void oto_near_pool_forward  (const float  *x,
                             int           n_frames,
                             int           n_channels,
                             int           row_begin,
                             int           row_end,
                             float        *ret_y,
                             guint8       *ret_index);   /* (nullable) */
void oto_near_pool_backward (const float  *d_y,
                             const guint8 *index,
                             int           n_frames,
                             int           n_channels,
                             int           row_begin,
                             int           row_end,
                             gboolean      is_added,
                             float        *d_x);

G_END_DECLS
