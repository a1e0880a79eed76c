/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "features/oto-stft.h"

#include "base/oto-arena.h"

#include <fftw3.h>
#include <math.h>
#include <string.h>

/* Plans for one length. They are made for aligned memory, shared by all, and kept for good. */
typedef struct
{
  fftwf_plan forward;
  fftwf_plan inverse;
} Plans;

struct _OtoStft
{
  const Plans *plans;
  double      *window;
  float       *window_f;
  float       *samples;      /* (window_len), aligned */
  float       *spectrum;     /* (n_bins, 2), aligned */
  int          window_len;
  int          n_bins;
};

/* Only this function calls FFTW's planner, which is not safe in threads. Plans are estimated, not
 * measured, so that every run takes the same one and gives the same numbers. */
static const Plans *
get_plans (int     window_len,
           float  *samples,
           float  *spectrum)
{
  static GMutex lock;
  static GHashTable *table;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  fftwf_complex *bins = (fftwf_complex *) spectrum;
  Plans *plans;

  if (table == NULL)
    table = g_hash_table_new (NULL, NULL);

  plans = g_hash_table_lookup (table, GINT_TO_POINTER (window_len));
  if (plans == NULL)
    {
      plans = g_new0 (Plans, 1);
      plans->forward = fftwf_plan_dft_r2c_1d (window_len, samples, bins, FFTW_ESTIMATE);
      plans->inverse = fftwf_plan_dft_c2r_1d (window_len, bins, samples, FFTW_ESTIMATE);
      g_hash_table_insert (table, GINT_TO_POINTER (window_len), plans);
    }
  return plans;
}

/**
 * oto_window_fill:
 * @kind: which window
 * @window_len: length N
 * @ret_window: (out caller-allocates): (N)
 *
 * Computes an analysis window.
 */
void
oto_window_fill (OtoWindowKind  kind,
                 int            window_len,
                 double        *ret_window)
{
  g_return_if_fail (window_len > 1);
  g_return_if_fail (ret_window != NULL);

  for (int n = 0; n < window_len; n++)
    switch (kind)
      {
      case OTO_WINDOW_HAMMING:
        ret_window[n] = 0.54 - 0.46 * cos (2.0 * G_PI * n / (window_len - 1));
        break;
      case OTO_WINDOW_HANN:
        ret_window[n] = 0.5 - 0.5 * cos (2.0 * G_PI * n / window_len);
        break;
      }
}

/**
 * oto_stft_new:
 * @kind: analysis window
 * @window_len: its length in samples, also that of the FFT
 * @hop_len: distance between frame starts, in samples
 * @error: return location for a #GError
 *
 * Makes a transform; one per thread.
 *
 * Returns: (transfer full) (nullable): a transform, or %NULL with %OTO_BASE_ERROR_MEMORY
 */
OtoStft *
oto_stft_new (OtoWindowKind   kind,
              int             window_len,
              int             hop_len,
              GError        **error)
{
  g_autoptr (OtoStft) self = NULL;

  g_return_val_if_fail (window_len > 1 && hop_len > 0, NULL);

  self = g_new0 (OtoStft, 1);
  self->window_len = window_len;
  self->n_bins = window_len / 2 + 1;
  if ((self->window = oto_try_alloc (window_len, sizeof (double), error)) == NULL
      || (self->window_f = oto_try_alloc (window_len, sizeof (float), error)) == NULL
      || (self->samples = oto_try_alloc (window_len, sizeof (float), error)) == NULL
      || (self->spectrum = oto_try_alloc (self->n_bins, 2 * sizeof (float), error)) == NULL)
    return NULL;
  self->plans = get_plans (window_len, self->samples, self->spectrum);

  oto_window_fill (kind, window_len, self->window);
  for (int n = 0; n < window_len; n++)
    self->window_f[n] = (float) self->window[n];
  return g_steal_pointer (&self);
}

/**
 * oto_stft_free:
 * @self: (transfer full) (nullable): a transform
 *
 * Frees a transform.
 */
void
oto_stft_free (OtoStft *self)
{
  if (self == NULL)
    return;
  oto_free (self->window);
  oto_free (self->window_f);
  oto_free (self->samples);
  oto_free (self->spectrum);
  g_free (self);
}

/**
 * oto_stft_get_n_frames:
 * @n_samples: length of a signal
 * @window_len: length of the window
 * @hop_len: distance between frame starts
 *
 * Returns: number of frames that lie wholly inside the signal (T)
 */
gint64
oto_stft_get_n_frames (gint64 n_samples,
                       int    window_len,
                       int    hop_len)
{
  g_return_val_if_fail (window_len > 0 && hop_len > 0, 0);

  return n_samples < window_len ? 0 : (n_samples - window_len) / hop_len + 1;
}

/**
 * oto_stft_reflect:
 * @pos: a position, inside of a signal or not
 * @n_samples: its length, at least 1
 *
 * Mirrors the signal at its first and its last sample, neither of which is repeated, as often as it
 * takes.
 *
 * Returns: the sample that stands at @pos
 */
gint64
oto_stft_reflect (gint64 pos,
                  gint64 n_samples)
{
  const gint64 period = 2 * (n_samples - 1);

  g_return_val_if_fail (n_samples > 0, 0);

  if (period == 0)
    return 0;
  pos = ABS (pos) % period;
  return MIN (pos, period - pos);
}

/**
 * oto_stft_get_n_bins:
 * @self: a transform
 *
 * Returns: number of frequencies, from 0 to half the rate
 */
int
oto_stft_get_n_bins (OtoStft *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_bins;
}

/**
 * oto_stft_get_window:
 * @self: a transform
 *
 * Returns: (transfer none): (window_len), the analysis window
 */
const double *
oto_stft_get_window (OtoStft *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->window;
}

/**
 * oto_stft_forward:
 * @self: a transform
 * @samples: (array): (window_len), where a frame begins
 * @ret_spectrum: (out caller-allocates): (n_bins, 2), real and imaginary parts
 *
 * Transforms the windowed samples of one frame, without any scale. Allocates nothing; writes
 * directly where @ret_spectrum is aligned as oto_try_alloc() aligns.
 */
void
oto_stft_forward (OtoStft     *self,
                  const float *samples,
                  float       *ret_spectrum)
{
  const int window_len = self->window_len;
  float *frame = self->samples;
  gboolean is_aligned = fftwf_alignment_of (ret_spectrum) == 0;
  float *spectrum = is_aligned ? ret_spectrum : self->spectrum;

  for (int n = 0; n < window_len; n++)
    frame[n] = samples[n] * self->window_f[n];

  fftwf_execute_dft_r2c (self->plans->forward, frame, (fftwf_complex *) spectrum);
  if (!is_aligned)
    memcpy (ret_spectrum, spectrum, (size_t) self->n_bins * 2 * sizeof (float));
}

/**
 * oto_stft_inverse:
 * @self: a transform
 * @spectrum: (array): (n_bins, 2), real and imaginary parts
 * @ret_samples: (out caller-allocates): (window_len)
 *
 * Transforms one frame back; no window is applied, so that oto_stft_forward() and this give the
 * windowed samples. Allocates nothing.
 */
void
oto_stft_inverse (OtoStft     *self,
                  const float *spectrum,
                  float       *ret_samples)
{
  const int window_len = self->window_len;
  const float scale = 1.f / (float) window_len;

  /* This direction overwrites what it reads. */
  memcpy (self->spectrum, spectrum, (size_t) self->n_bins * 2 * sizeof (float));
  fftwf_execute_dft_c2r (self->plans->inverse, (fftwf_complex *) self->spectrum, self->samples);
  for (int n = 0; n < window_len; n++)
    ret_samples[n] = self->samples[n] * scale;
}
