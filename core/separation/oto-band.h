/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "audio/oto-time-range.h"
#include "features/oto-logmel.h"

OTO_BEGIN_DECLS

/**
 * OtoBand:
 * @low_hz: lower edge; 0 has none
 * @high_hz: upper edge; half the rate or more has none
 * @taper_mel: how wide the edges are, in mel: one mel bin of a front end
 *
 * A band of frequencies, as it is heard alone (interface.md P4): half the amplitude at its edges,
 * over which it falls as a raised cosine.
 */
typedef struct
{
  double low_hz;
  double high_hz;
  double taper_mel;
} OtoBand;

#define OTO_BAND_FADE_S 0.01

void   oto_band_init     (OtoBand                *self,
                          double                  low_hz,
                          double                  high_hz,
                          const OtoLogmelConfig  *front_end);
double oto_band_get_gain (const OtoBand          *self,
                          double                  frequency_hz);
float *oto_band_render   (const OtoBand          *self,
                          OtoClip                *clip,
                          const OtoTimeRange     *range,
                          gint64                 *ret_first_sample,
                          gint64                 *ret_n_samples,
                          GCancellable           *cancellable,
                          GError                **error) G_GNUC_WARN_UNUSED_RESULT;

OTO_END_DECLS
