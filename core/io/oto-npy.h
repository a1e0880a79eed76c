/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* Arrays as NumPy's own files: NPY 1.0, type '<f4', C order. */

GBytes *oto_npy_to_bytes (const float  *values,
                          int           n_dims,
                          const gint64 *shape) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
