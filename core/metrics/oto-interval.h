/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/**
 * OtoInterval:
 * @onset_s: start in seconds
 * @offset_s: end in seconds, at least @onset_s
 * @class_index: which class
 *
 * An event as measures read it: one of a clip's reference or of its estimate.
 */
typedef struct
{
  double onset_s;
  double offset_s;
  int    class_index;
} OtoInterval;

double  oto_interval_get_overlap_s (const OtoInterval *a,
                                    const OtoInterval *b);
GArray *oto_intervals_merge        (const OtoInterval *intervals,
                                    guint              n_intervals,
                                    int                class_index) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
