/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void oto_median_filter_apply (const double *values,
                              size_t        n,
                              size_t        filter_len,
                              double       *ret_values);

G_END_DECLS
