/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* What rooms, distances and microphones do to a sound, drawn at random: for training on few
 * recordings. */

#define OTO_SHAPER_MAX_GAIN_DB 24.0

void   oto_shaper_equalise   (OtoRng      *rng,
                              double       gain_db,
                              int          rate_hz,
                              gint64       n_samples,
                              float       *samples);
gint64 oto_shaper_get_tail_len (int        rate_hz);
void   oto_shaper_reverberate(OtoRng      *rng,
                              int          rate_hz,
                              const float *samples,
                              gint64       n_samples,
                              float       *ret_samples);

G_END_DECLS
