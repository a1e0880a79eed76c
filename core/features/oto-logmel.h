/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "features/oto-stft.h"

OTO_BEGIN_DECLS

/* Which samples frame t covers, and how many frames N samples have. */
typedef enum
{
  OTO_FRAMING_INSIDE,            /* [t hop, t hop + window); those wholly inside the signal */
  OTO_FRAMING_CENTRED,           /* window / 2 to either side of t hop; 1 + floor (N / hop) */
  OTO_FRAMING_CENTRED_HOPS,      /* the same; floor (N / hop): what stands behind the last whole hop
                                  * is left out */
} OtoFramingKind;

typedef enum
{
  OTO_SPECTRUM_MAGNITUDE,        /* |STFT| / sqrt (sum w^2) */
  OTO_SPECTRUM_POWER,            /* |STFT|^2, unscaled */
} OtoSpectrumKind;

/* What becomes of a value m of a mel bin. */
typedef enum
{
  OTO_COMPRESSION_LN,            /* ln (m + floor) */
  OTO_COMPRESSION_LN_1_PLUS,     /* ln (1 + m / floor): silence is 0 */
  OTO_COMPRESSION_DECIBELS,      /* 10 log10 (max (m, floor)) */
} OtoCompressionKind;

/**
 * OtoLogmelConfig:
 * @sample_rate_hz: rate the samples must already have
 * @window_len: analysis window in samples, also the FFT length; even where frames are centred
 * @hop_len: distance between frame starts, in samples
 * @n_mels: number of mel bins (F)
 * @min_hz: lower edge of the first mel filter
 * @max_hz: upper edge of the last mel filter
 * @window: analysis window
 * @floor: what the compression holds small values against
 * @framing: where frames lie
 * @spectrum: what the mel filters sum up
 * @compression: what becomes of their sums
 *
 * x = compression (mel . spectrum). With zeros in the last three fields that is
 * ln (mel . |STFT| / sqrt (sum w^2) + floor) of the frames inside the signal.
 *
 * Where frames are centred the signal is mirrored at its first and at its last sample, which are
 * not repeated; a signal shorter than half a window is mirrored as often as it takes, so that one
 * sample alone is held.
 */
struct _OtoLogmelConfig
{
  int                sample_rate_hz;
  int                window_len;
  int                hop_len;
  int                n_mels;
  double             min_hz;
  double             max_hz;
  OtoWindowKind      window;
  double             floor;
  OtoFramingKind     framing;
  OtoSpectrumKind    spectrum;
  OtoCompressionKind compression;
};

/* Of the two-step attention paper: 32 kHz, 2048/1024 Hamming, 64 bins, 50 to 16000 Hz, 1e-8. */
extern const OtoLogmelConfig oto_logmel_config_default;

gboolean oto_logmel_config_validate           (const OtoLogmelConfig  *config,
                                               GError                **error);
gboolean oto_logmel_config_is_equal           (const OtoLogmelConfig  *a,
                                               const OtoLogmelConfig  *b);
int      oto_logmel_config_get_lead_len       (const OtoLogmelConfig  *config);
gint64   oto_logmel_config_get_n_frames       (const OtoLogmelConfig  *config,
                                               gint64                  n_samples);
double   oto_logmel_config_get_frame_centre_s (const OtoLogmelConfig  *config,
                                               gint64                  frame);
double   oto_logmel_config_get_frame_begin_s  (const OtoLogmelConfig  *config,
                                               gint64                  frame);
double   oto_logmel_config_get_window_s       (const OtoLogmelConfig  *config,
                                               gint64                  n_frames);
double   oto_logmel_config_get_level_db       (const OtoLogmelConfig  *config,
                                               double                  value);
const char *oto_logmel_config_get_unit        (const OtoLogmelConfig  *config);
char    *oto_logmel_config_dup_json           (const OtoLogmelConfig  *config);
gboolean oto_logmel_config_parse_json         (const char             *text,
                                               OtoLogmelConfig        *ret_config,
                                               GError                **error);

/* Settings of an extractor are its own copy. */
const OtoLogmelConfig *oto_logmel_get_config (OtoLogmel *self);

OtoLogmel *oto_logmel_new           (const OtoLogmelConfig  *config,
                                     GError                **error) G_GNUC_WARN_UNUSED_RESULT;
void       oto_logmel_free          (OtoLogmel              *self);
gint64     oto_logmel_get_n_frames  (OtoLogmel              *self,
                                     gint64                  n_samples);
void       oto_logmel_compute_frame (OtoLogmel              *self,
                                     const float            *samples,
                                     float                  *ret_logmel);
void       oto_logmel_compute       (OtoLogmel              *self,
                                     const float            *samples,
                                     gint64                  n_samples,
                                     float                  *ret_logmel);
void       oto_logmel_fill_silence  (OtoLogmel              *self,
                                     gint64                  n_frames,
                                     float                  *ret_logmel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoLogmel, oto_logmel_free)

OTO_END_DECLS
