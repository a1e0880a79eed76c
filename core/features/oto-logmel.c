/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "features/oto-logmel.h"

#include "base/oto-arena.h"
#include "features/oto-mel-bank.h"

#include <math.h>

/* The bins at which a filter is not zero, and where its weights stand. */
typedef struct
{
  int begin;
  int end;
  int pos;
} Band;

struct _OtoLogmel
{
  OtoLogmelConfig  config;
  OtoStft         *stft;
  Band            *bands;        /* (F) */
  float           *weights;      /* of all bands, with the scale of the magnitude */
  float           *spectrum;     /* (n_bins, 2), aligned */
  float           *magnitude;    /* (n_bins), or the power */
  float           *edge;         /* (window_len): a frame that reaches beyond the signal */
};

/* Keeps of the filters only the bins that count: a few dozen of a thousand. */
static void
fill_bands (OtoLogmel    *self,
            const double *dense,
            int           n_bins,
            double        scale)
{
  int pos = 0;

  for (int f = 0; f < self->config.n_mels; f++)
    {
      const double *row = dense + (size_t) f * n_bins;
      Band *band = &self->bands[f];

      band->pos = pos;
      for (band->end = n_bins; band->end > 0 && row[band->end - 1] == 0.0; band->end--)
        ;
      for (band->begin = 0; band->begin < band->end && row[band->begin] == 0.0; band->begin++)
        ;
      for (int b = band->begin; b < band->end; b++)
        self->weights[pos++] = (float) (row[b] * scale);
    }
}

/**
 * oto_logmel_new:
 * @config: settings
 * @error: return location for a #GError
 *
 * Makes an extractor; one per thread.
 *
 * Returns: (transfer full) (nullable): an extractor, or %NULL with an error
 */
OtoLogmel *
oto_logmel_new (const OtoLogmelConfig  *config,
                GError                **error)
{
  g_autoptr (OtoLogmel) self = NULL;
  const double *window;
  double energy = 0.0, scale = 1.0;
  double *dense;
  int n_bins;

  g_return_val_if_fail (config != NULL, NULL);

  if (!oto_logmel_config_validate (config, error))
    return NULL;

  n_bins = config->window_len / 2 + 1;
  dense = oto_try_alloc ((size_t) config->n_mels * n_bins, sizeof (double), error);
  if (dense == NULL)
    return NULL;

  self = g_new0 (OtoLogmel, 1);
  self->config = *config;
  self->bands = g_new0 (Band, config->n_mels);
  self->magnitude = g_new (float, n_bins);
  self->edge = g_new (float, config->window_len);
  if ((self->stft = oto_stft_new (config->window, config->window_len, config->hop_len,
                                  error)) == NULL
      || (self->weights = oto_try_alloc ((size_t) config->n_mels * n_bins, sizeof (float),
                                         error)) == NULL
      || (self->spectrum = oto_try_alloc (n_bins, 2 * sizeof (float), error)) == NULL)
    {
      oto_free (dense);
      return NULL;
    }

  window = oto_stft_get_window (self->stft);
  for (int n = 0; n < config->window_len; n++)
    energy += window[n] * window[n];
  if (config->spectrum == OTO_SPECTRUM_MAGNITUDE)
    scale = 1.0 / sqrt (energy);
  oto_mel_bank_fill (config->sample_rate_hz, config->window_len, config->n_mels,
                     config->min_hz, config->max_hz, dense);
  fill_bands (self, dense, n_bins, scale);
  oto_free (dense);
  return g_steal_pointer (&self);
}

/**
 * oto_logmel_free:
 * @self: (transfer full) (nullable): an extractor
 *
 * Frees an extractor.
 */
void
oto_logmel_free (OtoLogmel *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->stft, oto_stft_free);
  g_free (self->bands);
  g_free (self->magnitude);
  g_free (self->edge);
  oto_free (self->weights);
  oto_free (self->spectrum);
  g_free (self);
}

/**
 * oto_logmel_get_config:
 * @self: an extractor
 *
 * Returns: (transfer none): its settings
 */
const OtoLogmelConfig *
oto_logmel_get_config (OtoLogmel *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->config;
}

/**
 * oto_logmel_get_n_frames:
 * @self: an extractor
 * @n_samples: length of a signal
 *
 * Returns: oto_logmel_config_get_n_frames() of its settings
 */
gint64
oto_logmel_get_n_frames (OtoLogmel *self,
                         gint64     n_samples)
{
  g_return_val_if_fail (self != NULL, 0);

  return oto_logmel_config_get_n_frames (&self->config, n_samples);
}

static void
fill_magnitude (OtoLogmel *self)
{
  const int n_bins = oto_stft_get_n_bins (self->stft);
  const float *spectrum = self->spectrum;
  float *magnitude = self->magnitude;

  if (self->config.spectrum == OTO_SPECTRUM_MAGNITUDE)
    for (int b = 0; b < n_bins; b++)
      magnitude[b] = sqrtf (spectrum[2 * b] * spectrum[2 * b]
                            + spectrum[2 * b + 1] * spectrum[2 * b + 1]);
  else
    for (int b = 0; b < n_bins; b++)
      magnitude[b] = spectrum[2 * b] * spectrum[2 * b]
                     + spectrum[2 * b + 1] * spectrum[2 * b + 1];
}

static float
compress (OtoLogmel *self,
          float      value)
{
  const float floor = (float) self->config.floor;

  switch (self->config.compression)
    {
    case OTO_COMPRESSION_LN:
      return logf (value + floor);
    case OTO_COMPRESSION_LN_1_PLUS:
      return log1pf (value * (float) (1.0 / self->config.floor));
    case OTO_COMPRESSION_DECIBELS:
      /* Not fmaxf (), which would hide what is not a number. */
      return 10.f * log10f (value < floor ? floor : value);
    }
  g_assert_not_reached ();
}

/**
 * oto_logmel_compute_frame:
 * @self: an extractor; one per thread
 * @samples: (array): (window_len), one channel
 * @ret_logmel: (out caller-allocates): (F)
 *
 * Computes the features of one frame, whatever the framing. Allocates nothing.
 */
void
oto_logmel_compute_frame (OtoLogmel   *self,
                          const float *samples,
                          float       *ret_logmel)
{
  oto_stft_forward (self->stft, samples, self->spectrum);
  fill_magnitude (self);

  for (int f = 0; f < self->config.n_mels; f++)
    {
      const Band *band = &self->bands[f];
      const float *weights = self->weights + band->pos;
      const float *part = self->magnitude + band->begin;
      float sum = 0.f;

      for (int i = 0; i < band->end - band->begin; i++)
        sum += weights[i] * part[i];
      ret_logmel[f] = compress (self, sum);
    }
}

/**
 * oto_logmel_compute:
 * @self: an extractor; one per thread
 * @samples: (array length=n_samples): one channel, in [-1, 1]
 * @n_samples: length of the signal
 * @ret_logmel: (out caller-allocates): (T, F), compressed mel sums
 *
 * Computes log-mel features of a whole signal; T is oto_logmel_get_n_frames(). Digital silence
 * gives what oto_logmel_fill_silence() gives. Allocates nothing.
 */
void
oto_logmel_compute (OtoLogmel   *self,
                    const float *samples,
                    gint64       n_samples,
                    float       *ret_logmel)
{
  int window_len, lead_len, n_mels;
  gint64 n_frames;

  g_return_if_fail (self != NULL);

  window_len = self->config.window_len;
  lead_len = oto_logmel_config_get_lead_len (&self->config);
  n_mels = self->config.n_mels;
  n_frames = oto_logmel_get_n_frames (self, n_samples);
  for (gint64 t = 0; t < n_frames; t++)
    {
      const gint64 begin = t * self->config.hop_len - lead_len;
      const float *frame = self->edge;

      if (begin >= 0 && begin + window_len <= n_samples)
        frame = samples + begin;
      else
        for (int n = 0; n < window_len; n++)
          self->edge[n] = samples[oto_stft_reflect (begin + n, n_samples)];
      oto_logmel_compute_frame (self, frame, ret_logmel + t * n_mels);
    }
}

/**
 * oto_logmel_fill_silence:
 * @self: an extractor
 * @n_frames: number of frames (T)
 * @ret_logmel: (out caller-allocates): (T, F)
 *
 * Fills frames with what digital silence gives.
 */
void
oto_logmel_fill_silence (OtoLogmel *self,
                         gint64     n_frames,
                         float     *ret_logmel)
{
  float silence;

  g_return_if_fail (self != NULL);

  silence = compress (self, 0.f);
  for (gint64 i = 0; i < n_frames * self->config.n_mels; i++)
    ret_logmel[i] = silence;
}
