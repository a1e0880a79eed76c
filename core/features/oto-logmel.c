/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "features/oto-logmel.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "features/oto-mel-bank.h"
#include "features/oto-scaler.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Far beyond any published front end; a hostile model file gets no further. */
#define MIN_RATE_HZ 1000
#define MAX_RATE_HZ 1000000
#define MIN_WINDOW_LEN 16
#define MAX_WINDOW_LEN 16384

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
  float           *magnitude;    /* (n_bins) */
};

const OtoLogmelConfig oto_logmel_config_default = {
  .sample_rate_hz = 32000,
  .window_len = 2048,
  .hop_len = 1024,
  .n_mels = 64,
  .min_hz = 50.0,
  .max_hz = 16000.0,
  .window = OTO_WINDOW_HAMMING,
  .floor = 1e-8,
};

/**
 * oto_logmel_config_validate:
 * @config: settings, from a file or a user
 * @error: return location for a #GError
 *
 * Checks that features can be computed with these settings.
 *
 * Returns: %TRUE, or %FALSE with %OTO_MODELS_ERROR_MISMATCH
 */
gboolean
oto_logmel_config_validate (const OtoLogmelConfig  *config,
                            GError                **error)
{
  const char *cause = NULL;

  g_return_val_if_fail (config != NULL, FALSE);

  if (config->sample_rate_hz < MIN_RATE_HZ || config->sample_rate_hz > MAX_RATE_HZ)
    cause = _("a sample rate outside of 1000 to 1000000 Hz");
  else if (config->window_len < MIN_WINDOW_LEN || config->window_len > MAX_WINDOW_LEN)
    cause = _("a window outside of 16 to 16384 samples");
  else if (config->hop_len < 1 || config->hop_len > config->window_len)
    cause = _("a hop that is not between one sample and the window");
  else if (config->n_mels < 1 || config->n_mels > OTO_SCALER_MAX_MELS)
    cause = _("a number of mel bins that is too large, or not even 1");
  else if (!(config->min_hz >= 0.0 && config->min_hz < config->max_hz
             && config->max_hz <= config->sample_rate_hz / 2.0))
    cause = _("band limits that are not ordered between 0 and half the sample rate");
  else if (config->window != OTO_WINDOW_HAMMING && config->window != OTO_WINDOW_HANN)
    cause = _("an unknown window");
  else if (!(config->floor >= 1e-30 && config->floor <= 1.0))
    cause = _("a floor outside of 1e-30 to 1");

  if (cause != NULL)
    g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
                 /* Translators: what follows is for example “an unknown window”. */
                 _("The front end has %s. Correct it, or fetch the model again."), cause);
  return cause == NULL;
}

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
  double energy = 0.0;
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
  oto_mel_bank_fill (config->sample_rate_hz, config->window_len, config->n_mels,
                     config->min_hz, config->max_hz, dense);
  fill_bands (self, dense, n_bins, 1.0 / sqrt (energy));
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
  oto_free (self->weights);
  oto_free (self->spectrum);
  g_free (self);
}

/**
 * oto_logmel_get_n_frames:
 * @self: an extractor
 * @n_samples: length of a signal
 *
 * Returns: number of complete frames (T); 0 if the signal is shorter than a window
 */
gint64
oto_logmel_get_n_frames (OtoLogmel *self,
                         gint64     n_samples)
{
  g_return_val_if_fail (self != NULL, 0);

  return oto_stft_get_n_frames (n_samples, self->config.window_len, self->config.hop_len);
}

static void
compute_frame (OtoLogmel   *self,
               const float *samples,
               float       *ret_logmel)
{
  const int n_bins = oto_stft_get_n_bins (self->stft);
  const float floor = (float) self->config.floor;
  const float *spectrum = self->spectrum;
  float *magnitude = self->magnitude;

  oto_stft_forward (self->stft, samples, self->spectrum);
  for (int b = 0; b < n_bins; b++)
    magnitude[b] = sqrtf (spectrum[2 * b] * spectrum[2 * b]
                          + spectrum[2 * b + 1] * spectrum[2 * b + 1]);

  for (int f = 0; f < self->config.n_mels; f++)
    {
      const Band *band = &self->bands[f];
      const float *weights = self->weights + band->pos;
      const float *part = magnitude + band->begin;
      float sum = 0.f;

      for (int i = 0; i < band->end - band->begin; i++)
        sum += weights[i] * part[i];
      ret_logmel[f] = logf (sum + floor);
    }
}

/**
 * oto_logmel_compute:
 * @self: an extractor; one per thread
 * @samples: (array length=n_samples): one channel, in [-1, 1]
 * @n_samples: length of the signal
 * @ret_logmel: (out caller-allocates): (T, F), natural log of mel magnitude
 *
 * Computes log-mel features; T is oto_logmel_get_n_frames(). Digital silence gives the logarithm of
 * the floor. Allocates nothing.
 */
void
oto_logmel_compute (OtoLogmel   *self,
                    const float *samples,
                    gint64       n_samples,
                    float       *ret_logmel)
{
  gint64 n_frames;

  g_return_if_fail (self != NULL);

  n_frames = oto_logmel_get_n_frames (self, n_samples);
  for (gint64 t = 0; t < n_frames; t++)
    compute_frame (self, samples + t * self->config.hop_len, ret_logmel + t * self->config.n_mels);
}
