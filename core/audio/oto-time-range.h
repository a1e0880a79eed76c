/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/**
 * OtoTimeRange:
 * @start_s: where it begins, at least 0
 * @end_s: where it ends; infinite: with the clip
 *
 * A part of a clip.
 */
typedef struct
{
  double start_s;
  double end_s;
} OtoTimeRange;

gboolean oto_time_range_parse       (const char         *text,
                                     OtoTimeRange       *ret_range);
gboolean oto_time_range_fit         (OtoTimeRange       *self,
                                     OtoClip            *clip,
                                     GError            **error);
gint64   oto_time_range_get_samples (const OtoTimeRange *self,
                                     OtoClip            *clip,
                                     gint64             *ret_n_samples);

OTO_END_DECLS
