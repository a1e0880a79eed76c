/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "separation/oto-band.h"

#include "audio/oto-clip.h"
#include "base/oto-arena.h"
#include "features/oto-mel-bank.h"

#include <math.h>
#include <string.h>

/* A window of about 0.13 s, so that even the edges of the lowest mel bins, some 50 Hz wide, are
 * resolved; it is applied before and after the filter, and four of them cover each sample. */
#define WINDOW_S    0.128
#define OVERLAP     4
#define MIN_WINDOW  256

/**
 * oto_band_init:
 * @self: (out caller-allocates): a band
 * @low_hz: lower edge
 * @high_hz: upper edge, above @low_hz
 * @front_end: whose mel bins say how wide the edges are
 *
 * Fills it in.
 */
void
oto_band_init (OtoBand               *self,
               double                 low_hz,
               double                 high_hz,
               const OtoLogmelConfig *front_end)
{
  g_return_if_fail (self != NULL && front_end != NULL);
  g_return_if_fail (low_hz >= 0.0 && high_hz > low_hz);

  *self = (OtoBand) {
    .low_hz = low_hz,
    .high_hz = high_hz,
    .taper_mel = (oto_mel_from_hz (front_end->max_hz) - oto_mel_from_hz (front_end->min_hz))
                 / (front_end->n_mels + 1),
  };
}

/* From 0 at -1/2 to 1 at 1/2. */
static double
rise (double x)
{
  return 0.5 + 0.5 * sin (G_PI * CLAMP (x, -0.5, 0.5));
}

/**
 * oto_band_get_gain:
 * @self: a band
 * @frequency_hz: a frequency
 *
 * Returns: by what its amplitude is multiplied, in [0, 1]
 */
double
oto_band_get_gain (const OtoBand *self,
                   double         frequency_hz)
{
  const double mel = oto_mel_from_hz (frequency_hz);
  double gain = 1.0;

  if (self->low_hz > 0.0)
    gain *= rise ((mel - oto_mel_from_hz (self->low_hz)) / self->taper_mel);
  return gain * rise ((oto_mel_from_hz (self->high_hz) - mel) / self->taper_mel);
}

/* One clip on its way through the filter. */
typedef struct
{
  OtoClip      *clip;
  OtoStft      *stft;
  int           n_channels;
  int           window_len;
  int           hop_len;
  float        *gains;           /* (bins) */
  float        *input;           /* (window, C) */
  float        *frame;           /* (window) */
  float        *spectrum;        /* (bins, 2) */
  gint64        first_sample;    /* of the range */
  gint64        n_samples;
  float        *output;          /* (n, C) */
} Filter;

static void
filter_clear (Filter *self)
{
  g_clear_pointer (&self->stft, oto_stft_free);
  g_free (self->gains);
  g_free (self->input);
  g_free (self->frame);
  oto_free (self->spectrum);
  oto_free (self->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Filter, filter_clear)

static gboolean
filter_init (Filter         *self,
             const OtoBand  *band,
             OtoClip        *clip,
             GError        **error)
{
  const int rate_hz = oto_clip_get_rate_hz (clip);
  int n_bins;

  self->clip = clip;
  self->n_channels = oto_clip_get_n_channels (clip);
  self->window_len = MIN_WINDOW;
  while (self->window_len < WINDOW_S * rate_hz)
    self->window_len *= 2;
  self->hop_len = self->window_len / OVERLAP;
  self->stft = oto_stft_new (OTO_WINDOW_HANN, self->window_len, self->hop_len, error);
  if (self->stft == NULL)
    return FALSE;
  n_bins = oto_stft_get_n_bins (self->stft);
  self->gains = g_new (float, n_bins);
  for (int i = 0; i < n_bins; i++)
    self->gains[i] = (float) oto_band_get_gain (band, (double) i * rate_hz / self->window_len);
  self->input = g_new0 (float, (size_t) self->window_len * self->n_channels);
  self->frame = g_new (float, self->window_len);
  self->spectrum = oto_try_alloc (2 * (size_t) n_bins, sizeof (float), error);
  self->output = oto_try_alloc (self->n_samples, self->n_channels * sizeof (float), error);
  return self->spectrum != NULL && self->output != NULL;
}

/* The next @n samples at @pos, silence where the clip has none. */
static gboolean
read_input (Filter  *self,
            gint64   pos,
            gint64   n,
            float   *ret_samples,
            GError **error)
{
  const gint64 begin = CLAMP (pos, 0, oto_clip_get_n_samples (self->clip));
  const gint64 end = CLAMP (pos + n, 0, oto_clip_get_n_samples (self->clip));

  memset (ret_samples, 0, n * self->n_channels * sizeof (float));
  return end == begin
         || oto_clip_read (self->clip, begin, end - begin,
                           ret_samples + (begin - pos) * self->n_channels, error);
}

/* Filters the frame that begins at @pos, and adds what of it lies in the range. */
static void
add_frame (Filter *self,
           gint64  pos,
           int     channel)
{
  const double *window = oto_stft_get_window (self->stft);
  const int n_bins = oto_stft_get_n_bins (self->stft);

  for (int i = 0; i < self->window_len; i++)
    self->frame[i] = self->input[(size_t) i * self->n_channels + channel];
  oto_stft_forward (self->stft, self->frame, self->spectrum);
  for (int i = 0; i < n_bins; i++)
    {
      self->spectrum[2 * i] *= self->gains[i];
      self->spectrum[2 * i + 1] *= self->gains[i];
    }
  oto_stft_inverse (self->stft, self->spectrum, self->frame);

  /* Four squared Hann windows sum to 3 / 8 of four. */
  for (int i = 0; i < self->window_len; i++)
    {
      const gint64 t = pos + i - self->first_sample;

      if (t >= 0 && t < self->n_samples)
        self->output[t * self->n_channels + channel] +=
          (float) (self->frame[i] * window[i] / (0.375 * OVERLAP));
    }
}

static gboolean
run_frames (Filter        *self,
            GCancellable  *cancellable,
            GError       **error)
{
  const size_t kept = (size_t) (self->window_len - self->hop_len) * self->n_channels;
  gint64 pos = self->first_sample - self->window_len + self->hop_len;

  if (!read_input (self, pos, self->window_len, self->input, error))
    return FALSE;
  for (; pos < self->first_sample + self->n_samples; pos += self->hop_len)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      for (int c = 0; c < self->n_channels; c++)
        add_frame (self, pos, c);
      memmove (self->input, self->input + (size_t) self->hop_len * self->n_channels,
               kept * sizeof (float));
      if (!read_input (self, pos + self->window_len, self->hop_len, self->input + kept, error))
        return FALSE;
    }
  return TRUE;
}

/* Fades in and out, over half the range where that is short. */
static void
fade (Filter *self)
{
  const double fade_len = OTO_BAND_FADE_S * oto_clip_get_rate_hz (self->clip);
  const gint64 len = MIN (llround (fade_len), self->n_samples / 2);

  for (gint64 i = 0; i < len; i++)
    {
      const float gain = (float) rise ((i + 0.5) / len - 0.5);

      for (int c = 0; c < self->n_channels; c++)
        {
          self->output[i * self->n_channels + c] *= gain;
          self->output[(self->n_samples - 1 - i) * self->n_channels + c] *= gain;
        }
    }
}

/**
 * oto_band_render:
 * @self: a band
 * @clip: a clip
 * @range: a part of it, which oto_time_range_fit() has seen
 * @ret_first_sample: (out): where it begins
 * @ret_n_samples: (out): its length, per channel
 * @cancellable: (nullable): cancels
 * @error: set on failure
 *
 * Renders a box of time and frequency as it is heard alone, without shifting it in time: the filter
 * has no phase, and %OTO_BAND_FADE_S at either end are faded.
 *
 * Returns: (transfer full) (nullable): (n_samples, channels) at the clip's rate; oto_free()
 */
float *
oto_band_render (const OtoBand       *self,
                 OtoClip             *clip,
                 const OtoTimeRange  *range,
                 gint64              *ret_first_sample,
                 gint64              *ret_n_samples,
                 GCancellable        *cancellable,
                 GError             **error)
{
  g_auto (Filter) filter = { NULL };

  g_return_val_if_fail (self != NULL && OTO_IS_CLIP (clip) && range != NULL, NULL);

  filter.first_sample = oto_time_range_get_samples (range, clip, &filter.n_samples);
  if (!filter_init (&filter, self, clip, error) || !run_frames (&filter, cancellable, error))
    return NULL;
  fade (&filter);
  *ret_first_sample = filter.first_sample;
  *ret_n_samples = filter.n_samples;
  return g_steal_pointer (&filter.output);
}
