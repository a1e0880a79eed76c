/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "separation/oto-separator.h"
#include "base/oto-error.h"
#include "features/oto-mel-bank.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Where the windows' sum falls below this, a sample cannot be told from rounding. */
#define MIN_WINDOW_SUM 1e-3

struct _OtoSeparator
{
  OtoStft *stft;
  int      window_len;
  int      hop_len;
  int      n_bins;
  int      n_mels;
  float   *inverse_mel;          /* (F, bins): W / (column sum of W + 1e-8) */
  int     *mel_begin;            /* (F): first bin of a filter … */
  int     *mel_end;              /* (F): … and one past its last */
  double  *window_sum;           /* (hop): sum of all windows that cover a sample */
  float   *mask;                 /* (bins) */
  float   *spectrum;             /* (bins, 2) */
  float   *frame;                /* (window) */
};

static void
fill_inverse_mel (OtoSeparator          *self,
                  const OtoLogmelConfig *front_end)
{
  g_autofree double *weights = g_new (double, (size_t) self->n_mels * self->n_bins);

  oto_mel_bank_fill (front_end->sample_rate_hz, self->window_len, self->n_mels,
                     front_end->min_hz, front_end->max_hz, weights);
  self->inverse_mel = g_new (float, (size_t) self->n_mels * self->n_bins);
  oto_mel_bank_fill_inverse (weights, self->n_mels, self->n_bins, self->inverse_mel);

  self->mel_begin = g_new0 (int, self->n_mels);
  self->mel_end = g_new0 (int, self->n_mels);
  for (int f = 0; f < self->n_mels; f++)
    {
      const float *row = self->inverse_mel + (size_t) f * self->n_bins;
      int begin = 0, end = self->n_bins;

      while (begin < end && row[begin] == 0.f)
        begin++;
      while (end > begin && row[end - 1] == 0.f)
        end--;
      self->mel_begin[f] = begin;
      self->mel_end[f] = end;
    }
}

static void
fill_window_sum (OtoSeparator *self)
{
  const double *window = oto_stft_get_window (self->stft);

  self->window_sum = g_new0 (double, self->hop_len);
  for (int i = 0; i < self->window_len; i++)
    self->window_sum[i % self->hop_len] += window[i];
}

/**
 * oto_separator_new:
 * @front_end: the model's front end
 * @error: set on failure
 *
 * Returns: (transfer full) (nullable): a separator for signals at the front end's rate; %NULL if
 *   its windows leave gaps between them
 */
OtoSeparator *
oto_separator_new (const OtoLogmelConfig  *front_end,
                   GError                **error)
{
  g_autoptr (OtoSeparator) self = NULL;

  g_return_val_if_fail (front_end != NULL, NULL);

  if (!oto_logmel_config_validate (front_end, error))
    return NULL;

  self = g_new0 (OtoSeparator, 1);
  self->stft = oto_stft_new (front_end->window, front_end->window_len, front_end->hop_len,
                             error);
  if (self->stft == NULL)
    return NULL;
  self->window_len = front_end->window_len;
  self->hop_len = front_end->hop_len;
  self->n_bins = oto_stft_get_n_bins (self->stft);
  self->n_mels = front_end->n_mels;
  self->mask = g_new (float, self->n_bins);
  self->spectrum = g_new (float, 2 * (size_t) self->n_bins);
  self->frame = g_new (float, self->window_len);
  fill_inverse_mel (self, front_end);
  fill_window_sum (self);

  for (int i = 0; i < self->hop_len; i++)
    if (self->window_sum[i] < MIN_WINDOW_SUM)
      {
        g_set_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_CLIP,
                     _("The model's windows of %d samples every %d leave gaps, so that no sound "
                       "can be put together from them. Choose a model with overlapping windows."),
                     self->window_len, self->hop_len);
        return NULL;
      }
  return g_steal_pointer (&self);
}

/**
 * oto_separator_free:
 * @self: (nullable) (transfer full): a separator
 */
void
oto_separator_free (OtoSeparator *self)
{
  if (self == NULL)
    return;

  oto_stft_free (self->stft);
  g_free (self->inverse_mel);
  g_free (self->mel_begin);
  g_free (self->mel_end);
  g_free (self->window_sum);
  g_free (self->mask);
  g_free (self->spectrum);
  g_free (self->frame);
  g_free (self);
}

/**
 * oto_separator_get_n_bins:
 * @self: a separator
 *
 * Returns: number of STFT bins, window / 2 + 1
 */
int
oto_separator_get_n_bins (OtoSeparator *self)
{
  return self->n_bins;
}

/**
 * oto_separator_expand:
 * @self: a separator
 * @mask_mel: (T, F), in [0, 1]
 * @n_frames: T
 * @ret_mask: (out caller-allocates): (T, bins), in [0, 1]; 0 outside the mel limits
 *
 * Expands a mask over mel bins to one over STFT bins.
 */
void
oto_separator_expand (OtoSeparator *self,
                      const float  *mask_mel,
                      int           n_frames,
                      float        *ret_mask)
{
  for (int t = 0; t < n_frames; t++)
    {
      float *mask = ret_mask + (size_t) t * self->n_bins;

      memset (mask, 0, self->n_bins * sizeof *mask);
      for (int f = 0; f < self->n_mels; f++)
        {
          const float *row = self->inverse_mel + (size_t) f * self->n_bins;
          float value = mask_mel[(size_t) t * self->n_mels + f];

          for (int i = self->mel_begin[f]; i < self->mel_end[f]; i++)
            mask[i] += value * row[i];
        }
    }
}

/**
 * oto_separator_forward:
 * @self: a separator
 * @samples: (window), one channel
 * @ret_spectrum: (out caller-allocates): (bins, 2), real and imaginary
 *
 * Takes one frame apart.
 */
void
oto_separator_forward (OtoSeparator *self,
                       const float  *samples,
                       float        *ret_spectrum)
{
  oto_stft_forward (self->stft, samples, ret_spectrum);
}

/**
 * oto_separator_inverse_add:
 * @self: a separator
 * @spectrum: (bins, 2)
 * @mask_mel: (nullable): (F), in [0, 1]; %NULL leaves the spectrum as it is
 * @overlap: (inout): (window), added to
 *
 * Adds what the mask leaves of one frame; the phase is the mixture's, no synthesis window is
 * applied.
 */
void
oto_separator_inverse_add (OtoSeparator *self,
                           const float  *spectrum,
                           const float  *mask_mel,
                           float        *overlap)
{
  const float *masked = spectrum;

  if (mask_mel != NULL)
    {
      oto_separator_expand (self, mask_mel, 1, self->mask);
      for (int i = 0; i < self->n_bins; i++)
        {
          self->spectrum[2 * i] = spectrum[2 * i] * self->mask[i];
          self->spectrum[2 * i + 1] = spectrum[2 * i + 1] * self->mask[i];
        }
      masked = self->spectrum;
    }

  oto_stft_inverse (self->stft, masked, self->frame);
  for (int i = 0; i < self->window_len; i++)
    overlap[i] += self->frame[i];
}

/**
 * oto_separator_normalize:
 * @self: a separator
 * @overlap: (window), of which every frame that covers the first hop was added
 * @ret_samples: (out caller-allocates): (hop)
 *
 * Divides by the sum of the windows at each sample.
 */
void
oto_separator_normalize (OtoSeparator *self,
                         const float  *overlap,
                         float        *ret_samples)
{
  for (int i = 0; i < self->hop_len; i++)
    ret_samples[i] = overlap[i] / self->window_sum[i];
}
