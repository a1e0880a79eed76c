/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"

#include "features/oto-mel-bank.h"
#include "separation/oto-band.h"

#include <math.h>

#define RATE_HZ 32000

static OtoClip *
make_tone (double frequency_hz,
           double duration_s)
{
  const gint64 n = (gint64) (duration_s * RATE_HZ);
  g_autofree float *samples = g_new (float, n);

  for (gint64 i = 0; i < n; i++)
    samples[i] = (float) (0.5 * sin (2.0 * G_PI * frequency_hz * i / RATE_HZ));
  return oto_clip_new_from_samples ("tone.wav", samples, n, 1, RATE_HZ);
}

/* The loudest sample, away from the fades at either end. */
static double
get_peak (const float *samples,
          gint64       n)
{
  double peak = 0.0;

  for (gint64 i = RATE_HZ / 50; i < n - RATE_HZ / 50; i++)
    peak = fmax (peak, fabs (samples[i]));
  return peak;
}

/* Edges are as wide as one mel bin, at half the amplitude in their middle. */
static void
test_gain (void)
{
  const OtoLogmelConfig *front_end = &oto_logmel_config_default;
  OtoBand band;
  double bin_mel, low_mel = oto_mel_from_hz (500.0), high_mel = oto_mel_from_hz (4000.0);

  oto_band_init (&band, 500.0, 4000.0, front_end);
  bin_mel = oto_mel_from_hz (oto_mel_bank_get_center_hz (64, 50.0, 16000.0, 1))
            - oto_mel_from_hz (oto_mel_bank_get_center_hz (64, 50.0, 16000.0, 0));
  g_assert_cmpfloat_with_epsilon (front_end->min_hz, 50.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (band.taper_mel, bin_mel, 1e-9);
  g_assert_cmpfloat_with_epsilon (oto_band_get_gain (&band, 500.0), 0.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (oto_band_get_gain (&band, 4000.0), 0.5, 1e-9);
  g_assert_cmpfloat (oto_band_get_gain (&band, oto_mel_to_hz (low_mel - 0.51 * bin_mel)), ==, 0.0);
  g_assert_cmpfloat (oto_band_get_gain (&band, oto_mel_to_hz (high_mel + 0.51 * bin_mel)), ==,
                     0.0);
  g_assert_cmpfloat (oto_band_get_gain (&band, oto_mel_to_hz (low_mel + 0.51 * bin_mel)), ==, 1.0);
  g_assert_cmpfloat (oto_band_get_gain (&band, 0.0), ==, 0.0);

  oto_band_init (&band, 0.0, 4000.0, front_end);
  g_assert_cmpfloat (oto_band_get_gain (&band, 0.0), ==, 1.0);
}

static void
test_tones (void)
{
  static const struct { double frequency_hz, gain, tolerance; } tones[] = {
    { 1000.0, 1.0, 1e-3 }, { 3000.0, 1.0, 1e-3 }, { 300.0, 0.0, 1e-4 }, { 6000.0, 0.0, 1e-4 },
    { 50.0, 0.0, 1e-4 },
  };
  const OtoTimeRange range = { 0.5, 1.5 };
  OtoBand band;

  oto_band_init (&band, 500.0, 4000.0, &oto_logmel_config_default);
  for (guint i = 0; i < G_N_ELEMENTS (tones); i++)
    {
      g_autoptr (OtoClip) clip = make_tone (tones[i].frequency_hz, 2.0);
      gint64 first, n;
      float *samples = oto_band_render (&band, clip, &range, &first, &n, NULL, NULL);

      g_test_message ("%g Hz", tones[i].frequency_hz);
      g_assert_cmpint (first, ==, RATE_HZ / 2);
      g_assert_cmpint (n, ==, RATE_HZ);
      g_assert_cmpfloat_with_epsilon (get_peak (samples, n), 0.5 * tones[i].gain,
                                      tones[i].tolerance);
      oto_free (samples);
    }
}

/* A band without edges is the clip itself, in its place, but for the fades; also where the box
 * touches the clip's ends, and with two channels. */
static void
test_identity (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (0.7, 44100, 2);
  const gint64 n_samples = oto_clip_get_n_samples (clip);
  const gint64 fade = (gint64) (OTO_BAND_FADE_S * 44100) + 1;
  g_autofree float *expected = g_new (float, n_samples * 2);
  const OtoTimeRange range = { 0.0, 0.7 };
  gint64 first, n;
  OtoBand band;
  float *samples;

  oto_band_init (&band, 0.0, 30000.0, &oto_logmel_config_default);
  samples = oto_band_render (&band, clip, &range, &first, &n, NULL, NULL);
  g_assert_cmpint (first, ==, 0);
  g_assert_cmpint (n, ==, n_samples);
  g_assert_true (oto_clip_read (clip, 0, n_samples, expected, NULL));
  oto_assert_abs_below (samples + 2 * fade, expected + 2 * fade, (n - 2 * fade) * 2, 1e-5);
  /* The fades begin and end at nothing. */
  for (int c = 0; c < 2; c++)
    {
      g_assert_cmpfloat (fabsf (samples[c]), <, 1e-3);
      g_assert_cmpfloat (fabsf (samples[(n - 1) * 2 + c]), <, 1e-3);
    }
  oto_free (samples);
}

/* A click stays where it is. */
static void
test_no_delay (void)
{
  enum { LEN = RATE_HZ, CLICK = 16123 };
  g_autofree float *samples = g_new0 (float, LEN);
  g_autoptr (OtoClip) clip = NULL;
  const OtoTimeRange range = { 0.25, 0.75 };
  gint64 first, n, largest = 0;
  OtoBand band;
  float *box;

  samples[CLICK] = 1.f;
  clip = oto_clip_new_from_samples ("click.wav", samples, LEN, 1, RATE_HZ);
  oto_band_init (&band, 500.0, 8000.0, &oto_logmel_config_default);
  box = oto_band_render (&band, clip, &range, &first, &n, NULL, NULL);
  for (gint64 i = 0; i < n; i++)
    if (fabsf (box[i]) > fabsf (box[largest]))
      largest = i;
  g_assert_cmpint (first + largest, ==, CLICK);
  oto_free (box);
}

static void
test_cancel (void)
{
  g_autoptr (OtoClip) clip = make_tone (1000.0, 1.0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  const OtoTimeRange range = { 0.0, 1.0 };
  gint64 first, n;
  OtoBand band;

  g_cancellable_cancel (cancellable);
  oto_band_init (&band, 500.0, 8000.0, &oto_logmel_config_default);
  g_assert_null (oto_band_render (&band, clip, &range, &first, &n, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/separation/band/gain", test_gain);
  g_test_add_func ("/separation/band/tones", test_tones);
  g_test_add_func ("/separation/band/identity", test_identity);
  g_test_add_func ("/separation/band/no-delay", test_no_delay);
  g_test_add_func ("/separation/band/cancel", test_cancel);
  return g_test_run ();
}
