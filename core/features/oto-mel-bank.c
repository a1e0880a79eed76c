/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "features/oto-mel-bank.h"

#include <math.h>

/* The Slaney scale: linear below 1 kHz, 15 mel there; then 27 mel for every factor of 6.4. */
#define LINEAR_HZ_PER_MEL (200.0 / 3.0)
#define CORNER_HZ 1000.0
#define CORNER_MEL 15.0
#define LOG_HZ_PER_MEL (log (6.4) / 27.0)
/* Keeps columns that no filter covers at 0 instead of dividing by it. */
#define INVERSE_FLOOR 1e-8

/**
 * oto_mel_from_hz:
 * @hz: a frequency
 *
 * Returns: its place on the Slaney mel scale
 */
double
oto_mel_from_hz (double hz)
{
  if (hz < CORNER_HZ)
    return hz / LINEAR_HZ_PER_MEL;
  return CORNER_MEL + log (hz / CORNER_HZ) / LOG_HZ_PER_MEL;
}

/**
 * oto_mel_to_hz:
 * @mel: a place on the Slaney mel scale
 *
 * Returns: its frequency
 */
double
oto_mel_to_hz (double mel)
{
  if (mel < CORNER_MEL)
    return mel * LINEAR_HZ_PER_MEL;
  return CORNER_HZ * exp ((mel - CORNER_MEL) * LOG_HZ_PER_MEL);
}

/* Edge i of the n_mels + 2 that lie equally far apart in mel; filter i peaks at edge i + 1. */
static double
get_edge_hz (int    n_mels,
             double min_hz,
             double max_hz,
             int    i)
{
  double low = oto_mel_from_hz (min_hz);
  double high = oto_mel_from_hz (max_hz);

  return oto_mel_to_hz (low + (high - low) * i / (n_mels + 1));
}

/**
 * oto_mel_bank_fill:
 * @rate_hz: sample rate
 * @window_len: length of the FFT
 * @n_mels: number of filters (F)
 * @min_hz: lower edge of the first filter
 * @max_hz: upper edge of the last filter
 * @ret_weights: (out caller-allocates): (F, window_len / 2 + 1)
 *
 * Computes triangular filters from edge l over centre c to edge r, equally spaced in mel:
 * max (0, min ((f - l) / (c - l), (r - f) / (r - c))) * 2 / (r - l).
 */
void
oto_mel_bank_fill (int     rate_hz,
                   int     window_len,
                   int     n_mels,
                   double  min_hz,
                   double  max_hz,
                   double *ret_weights)
{
  const int n_bins = window_len / 2 + 1;

  g_return_if_fail (rate_hz > 0 && window_len > 1 && n_mels > 0);
  g_return_if_fail (ret_weights != NULL);

  for (int f = 0; f < n_mels; f++)
    {
      double left = get_edge_hz (n_mels, min_hz, max_hz, f);
      double center = get_edge_hz (n_mels, min_hz, max_hz, f + 1);
      double right = get_edge_hz (n_mels, min_hz, max_hz, f + 2);

      for (int b = 0; b < n_bins; b++)
        {
          double hz = (double) b * rate_hz / window_len;
          double rise = (hz - left) / (center - left);
          double fall = (right - hz) / (right - center);

          ret_weights[(size_t) f * n_bins + b] = MAX (0.0, MIN (rise, fall)) * 2.0 / (right - left);
        }
    }
}

/**
 * oto_mel_bank_get_center_hz:
 * @n_mels: number of filters
 * @min_hz: lower edge of the first filter
 * @max_hz: upper edge of the last filter
 * @mel: index of a filter
 *
 * Returns: frequency at which filter @mel peaks
 */
double
oto_mel_bank_get_center_hz (int    n_mels,
                            double min_hz,
                            double max_hz,
                            int    mel)
{
  g_return_val_if_fail (mel >= 0 && mel < n_mels, 0.0);

  return get_edge_hz (n_mels, min_hz, max_hz, mel + 1);
}

/**
 * oto_mel_bank_get_mel_at:
 * @n_mels: number of filters
 * @min_hz: lower edge of the first filter
 * @max_hz: upper edge of the last filter
 * @frequency_hz: a frequency
 *
 * Returns: the filter whose peak is nearest in mel, or -1 outside of all filters
 */
int
oto_mel_bank_get_mel_at (int    n_mels,
                         double min_hz,
                         double max_hz,
                         double frequency_hz)
{
  const double low = oto_mel_from_hz (min_hz), high = oto_mel_from_hz (max_hz);
  double mel;

  g_return_val_if_fail (n_mels > 0 && max_hz > min_hz, -1);

  if (!(frequency_hz >= min_hz && frequency_hz <= max_hz))
    return -1;
  mel = (oto_mel_from_hz (frequency_hz) - low) / (high - low) * (n_mels + 1);
  return CLAMP ((int) floor (mel - 0.5), 0, n_mels - 1);
}

/**
 * oto_mel_bank_fill_inverse:
 * @weights: (array): (F, n_bins), from oto_mel_bank_fill()
 * @n_mels: number of filters (F)
 * @n_bins: number of frequencies
 * @ret_inverse: (out caller-allocates): (F, n_bins)
 *
 * Computes what spreads a mask over mel bins to frequencies: W / (column sum of W + 1e-8).
 */
void
oto_mel_bank_fill_inverse (const double *weights,
                           int           n_mels,
                           int           n_bins,
                           float        *ret_inverse)
{
  g_return_if_fail (weights != NULL);
  g_return_if_fail (ret_inverse != NULL);

  for (int b = 0; b < n_bins; b++)
    {
      double sum = INVERSE_FLOOR;

      for (int f = 0; f < n_mels; f++)
        sum += weights[(size_t) f * n_bins + b];
      for (int f = 0; f < n_mels; f++)
        ret_inverse[(size_t) f * n_bins + b] = (float) (weights[(size_t) f * n_bins + b] / sum);
    }
}
