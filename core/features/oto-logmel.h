/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "features/oto-stft.h"

OTO_BEGIN_DECLS

/**
 * OtoLogmelConfig:
 * @sample_rate_hz: rate the samples must already have
 * @window_len: analysis window in samples, also the FFT length
 * @hop_len: distance between frame starts, in samples
 * @n_mels: number of mel bins (F)
 * @min_hz: lower edge of the first mel filter
 * @max_hz: upper edge of the last mel filter
 * @window: analysis window
 * @floor: added to the mel magnitude before the logarithm
 *
 * x = ln (mel . |STFT| / sqrt (sum w^2) + floor).
 */
struct _OtoLogmelConfig
{
  int           sample_rate_hz;
  int           window_len;
  int           hop_len;
  int           n_mels;
  double        min_hz;
  double        max_hz;
  OtoWindowKind window;
  double        floor;
};

/* Of the two-step attention paper: 32 kHz, 2048/1024 Hamming, 64 bins, 50 to 16000 Hz, 1e-8. */
extern const OtoLogmelConfig oto_logmel_config_default;

gboolean oto_logmel_config_validate (const OtoLogmelConfig  *config,
                                     GError                **error);

OtoLogmel *oto_logmel_new          (const OtoLogmelConfig  *config,
                                    GError                **error) G_GNUC_WARN_UNUSED_RESULT;
void       oto_logmel_free         (OtoLogmel              *self);
gint64     oto_logmel_get_n_frames (OtoLogmel              *self,
                                    gint64                  n_samples);
void       oto_logmel_compute      (OtoLogmel              *self,
                                    const float            *samples,
                                    gint64                  n_samples,
                                    float                  *ret_logmel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoLogmel, oto_logmel_free)

OTO_END_DECLS
