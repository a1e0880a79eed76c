/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

static float *
make_tone (double  hz,
           int     rate_hz,
           gint64  n_samples,
           int     n_channels)
{
  float *samples = g_new (float, n_samples * n_channels);

  /* Channel c is late by c quarters of a turn. */
  for (gint64 i = 0; i < n_samples; i++)
    for (int c = 0; c < n_channels; c++)
      {
        double angle = 2.0 * G_PI * hz * i / rate_hz - c * G_PI_2;

        samples[i * n_channels + c] = (float) (0.5 * sin (angle));
      }
  return samples;
}

/* A tone below both half rates is the same tone afterwards, at the same time. */
static void
test_tone (void)
{
  const int rates_hz[][2] = { { 44100, 32000 }, { 48000, 32000 }, { 8000, 32000 },
                              { 192000, 32000 }, { 32000, 44100 }, { 22050, 16000 } };

  for (guint i = 0; i < G_N_ELEMENTS (rates_hz); i++)
    {
      const int from_hz = rates_hz[i][0], to_hz = rates_hz[i][1];
      g_autofree float *samples = make_tone (1000.0, from_hz, from_hz, 2);
      g_autofree float *expected = make_tone (1000.0, to_hz, to_hz, 2);
      g_autoptr (GError) error = NULL;
      g_autofree float *result = NULL;
      gint64 n_samples = 0;

      result = oto_resample (samples, from_hz, 2, from_hz, to_hz, &n_samples, &error);
      g_assert_no_error (error);
      g_assert_cmpint (n_samples, ==, to_hz);
      /* Both ends ring, as the tone begins and stops there. */
      oto_assert_abs_below (result + to_hz / 5, expected + to_hz / 5, to_hz * 7 / 5, 1e-4);
    }
}

/* What lies above half the new rate is gone, not folded back. */
static void
test_no_aliases (void)
{
  g_autofree float *samples = make_tone (10000.0, 48000, 48000, 1);
  gint64 n_samples = 0;
  g_autofree float *result = oto_resample (samples, 48000, 1, 48000, 16000, &n_samples, NULL);

  for (gint64 i = 1600; i < n_samples - 1600; i++)
    g_assert_cmpfloat (fabsf (result[i]), <, 1e-4f);
}

/* However the input is cut, the output is the same to the bit. */
static void
test_stream (void)
{
  const int parts[] = { 1, 77, 5000, 44100 };
  const int from_hz = 44100, to_hz = 32000, n_channels = 3;
  const gint64 n_in = 20011;
  g_autofree float *samples = g_new (float, n_in * n_channels);
  gint64 n_out = 0;
  g_autofree float *expected = NULL;

  oto_test_fill (samples, n_in * n_channels, 1);
  expected = oto_resample (samples, n_in, n_channels, from_hz, to_hz, &n_out, NULL);
  g_assert_cmpint (n_out, ==, oto_resampler_get_output_len (n_in, from_hz, to_hz));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (OtoResampler) resampler = oto_resampler_new (from_hz, to_hz, n_channels, NULL);
      g_autoptr (GArray) output = g_array_new (FALSE, FALSE, sizeof (float));

      for (gint64 pos = 0; pos < n_in; pos += parts[i])
        oto_resampler_push (resampler, samples + pos * n_channels, MIN (parts[i], n_in - pos),
                            output);
      oto_resampler_push (resampler, NULL, 0, output);
      g_assert_cmpmem (output->data, output->len * sizeof (float),
                       expected, (size_t) n_out * n_channels * sizeof (float));
    }
}

static void
test_equal_rates (void)
{
  float samples[20];
  gint64 n_samples = 0;
  g_autofree float *result = NULL;

  oto_test_fill (samples, 20, 1);
  result = oto_resample (samples, 10, 2, 32000, 32000, &n_samples, NULL);
  g_assert_cmpint (n_samples, ==, 10);
  g_assert_cmpmem (result, sizeof samples, samples, sizeof samples);
}

static void
test_lengths (void)
{
  const int rates_hz[][2] = { { 44100, 32000 }, { 1000, 32000 }, { 1000000, 8000 },
                              { 48000, 44100 } };

  for (guint i = 0; i < G_N_ELEMENTS (rates_hz); i++)
    for (gint64 n = 0; n < 40; n += n < 5 ? 1 : 7)
      {
        g_autofree float *samples = g_new0 (float, n + 1);
        gint64 n_samples = -1;
        g_autofree float *result = oto_resample (samples, n, 1, rates_hz[i][0], rates_hz[i][1],
                                                 &n_samples, NULL);

        g_assert_cmpint (n_samples, ==, llround ((double) n * rates_hz[i][1] / rates_hz[i][0]));
        for (gint64 k = 0; k < n_samples; k++)
          g_assert_cmpfloat (fabsf (result[k]), <, 1e-12f);
      }

  /* Beyond what 64 bits would hold of the product. */
  g_assert_cmpint (oto_resampler_get_output_len (G_MAXINT64 / 4, 1000000, 1000000), ==,
                   G_MAXINT64 / 4);
}

static void
test_too_long (void)
{
  const float sample = 0.f;
  g_autoptr (GError) error = NULL;
  gint64 n_samples = 0;

  g_assert_null (oto_resample (&sample, 1000000000, 1000, 48000, 32000, &n_samples, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/audio/resampler/tone/stays-in-place", test_tone);
  g_test_add_func ("/audio/resampler/tone/no-aliases", test_no_aliases);
  g_test_add_func ("/audio/resampler/stream/cut-changes-nothing", test_stream);
  g_test_add_func ("/audio/resampler/equal-rates/untouched", test_equal_rates);
  g_test_add_func ("/audio/resampler/lengths/rounded", test_lengths);
  g_test_add_func ("/audio/resampler/lengths/too-long-is-an-error", test_too_long);
  return g_test_run ();
}
