/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

GBytes  *oto_npy_to_bytes (const float *values, int n_dims, const gint64 *shape) G_GNUC_WARN_UNUSED_RESULT; /* NPY 1.0, '<f4', C order */
gboolean oto_npy_save     (const char *path, const float *values, int n_dims, const gint64 *shape, GError **error);

G_END_DECLS
