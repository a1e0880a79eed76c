/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* How well a stem gives an event: against the event alone. NaN is undefined: the reference is
 * silent. */

double oto_separation_score_si_sdr_db (const float *estimate,
                                       const float *reference,
                                       size_t       n_samples);
double oto_separation_score_level_db  (const float *estimate,
                                       const float *reference,
                                       size_t       n_samples);
double oto_separation_score_inside    (const float *samples,
                                       size_t       n_samples,
                                       gint64       begin,
                                       gint64       end);
gint64 oto_separation_score_to_sample (double       time_s,
                                       double       rate_hz);

OTO_END_DECLS
