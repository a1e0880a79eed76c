/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

static const OtoLogmelConfig small_config = {
  .sample_rate_hz = 8000,
  .window_len = 128,
  .hop_len = 48,
  .n_mels = 10,
  .min_hz = 100.0,
  .max_hz = 3900.0,
  .window = OTO_WINDOW_HANN,
  .floor = 1e-6,
};

/* A position mirrored step by step, as the page says it: off one end, back into the signal. */
static gint64
mirror_naively (gint64 pos,
                gint64 n)
{
  while (n > 1 && (pos < 0 || pos >= n))
    pos = pos < 0 ? -pos : 2 * (n - 1) - pos;
  return n > 1 ? pos : 0;
}

static double
compress_naively (const OtoLogmelConfig *config,
                  double                 value)
{
  switch (config->compression)
    {
    case OTO_COMPRESSION_LN:
      return log (value + config->floor);
    case OTO_COMPRESSION_LN_1_PLUS:
      return log (1.0 + value / config->floor);
    case OTO_COMPRESSION_DECIBELS:
      return 10.0 * log10 (fmax (value, config->floor));
    }
  g_assert_not_reached ();
}

/* compression (mel . spectrum), with every product written out in double. */
static float
compute_naively (const OtoLogmelConfig *config,
                 const float           *samples,
                 gint64                 n_samples,
                 gint64                 t,
                 int                    f)
{
  const int window_len = config->window_len, n_bins = window_len / 2 + 1;
  const int lead_len = config->framing == OTO_FRAMING_INSIDE ? 0 : window_len / 2;
  g_autofree double *window = g_new (double, window_len);
  g_autofree double *weights = g_new (double, config->n_mels * n_bins);
  double energy = 0.0, sum = 0.0;

  oto_window_fill (config->window, window_len, window);
  oto_mel_bank_fill (config->sample_rate_hz, window_len, config->n_mels, config->min_hz,
                     config->max_hz, weights);
  for (int n = 0; n < window_len; n++)
    energy += window[n] * window[n];
  for (int b = 0; b < n_bins; b++)
    {
      double re = 0.0, im = 0.0;

      for (int n = 0; n < window_len; n++)
        {
          gint64 pos = mirror_naively (t * config->hop_len - lead_len + n, n_samples);
          double value = samples[pos] * window[n];

          re += value * cos (2.0 * G_PI * b * n / window_len);
          im -= value * sin (2.0 * G_PI * b * n / window_len);
        }
      sum += weights[f * n_bins + b] * (config->spectrum == OTO_SPECTRUM_POWER
                                          ? re * re + im * im : hypot (re, im) / sqrt (energy));
    }
  return (float) compress_naively (config, sum);
}

static void
check_naively (const OtoLogmelConfig *config,
               gint64                 n_samples,
               gint64                 n_frames)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoLogmel) logmel = oto_logmel_new (config, &error);
  g_autofree float *samples = g_new (float, n_samples);
  g_autofree float *values = g_new (float, n_frames * config->n_mels);

  g_assert_no_error (error);
  g_assert_cmpint (oto_logmel_get_n_frames (logmel, n_samples), ==, n_frames);

  oto_test_fill (samples, n_samples, n_samples);
  oto_logmel_compute (logmel, samples, n_samples, values);
  for (gint64 t = 0; t < n_frames; t++)
    for (int f = 0; f < config->n_mels; f++)
      g_assert_cmpfloat_with_epsilon (values[t * config->n_mels + f],
                                      compute_naively (config, samples, n_samples, t, f),
                                      config->compression == OTO_COMPRESSION_DECIBELS ? 5e-5
                                                                                      : 5e-6);
}

static void
test_compute (void)
{
  check_naively (&small_config, 300, 4);
}

/* Every spectrum with every compression; floors between the smallest and the largest sums. */
static void
test_kinds (void)
{
  for (int spectrum = 0; spectrum <= OTO_SPECTRUM_POWER; spectrum++)
    for (int compression = 0; compression <= OTO_COMPRESSION_DECIBELS; compression++)
      {
        OtoLogmelConfig config = small_config;

        config.spectrum = spectrum;
        config.compression = compression;
        config.floor = spectrum == OTO_SPECTRUM_POWER ? 1e-1 : 1e-3;
        check_naively (&config, 331, 5);
      }
}

static void
test_centred (void)
{
  /* Shorter than half a window, half of it, a sample more, and lengths around whole hops. */
  static const struct { gint64 n_samples, n_centred, n_hops; } cases[] = {
    { 1, 1, 0 }, { 2, 1, 0 }, { 47, 1, 0 }, { 48, 2, 1 }, { 63, 2, 1 }, { 64, 2, 1 }, { 65, 2, 1 },
    { 127, 3, 2 }, { 128, 3, 2 }, { 239, 5, 4 }, { 240, 6, 5 }, { 241, 6, 5 },
  };
  OtoLogmelConfig config = small_config;

  /* Above the rounding of bins in which a held sample leaves nothing. */
  config.floor = 1e-3;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      config.framing = OTO_FRAMING_CENTRED;
      check_naively (&config, cases[i].n_samples, cases[i].n_centred);
      config.framing = OTO_FRAMING_CENTRED_HOPS;
      check_naively (&config, cases[i].n_samples, cases[i].n_hops);
    }
}

/* One sample is held; no sample is no frame. */
static void
test_centred_short (void)
{
  OtoLogmelConfig config = small_config;
  float held[128], one[10], inside[10], sample = 0.25f, untouched = 7.f;

  config.framing = OTO_FRAMING_CENTRED;
  for (int n = 0; n < 128; n++)
    held[n] = sample;
  {
    g_autoptr (OtoLogmel) centred = oto_logmel_new (&config, NULL);
    g_autoptr (OtoLogmel) logmel = oto_logmel_new (&small_config, NULL);

    oto_logmel_compute (centred, &sample, 1, one);
    oto_logmel_compute (logmel, held, 128, inside);
    g_assert_cmpmem (one, sizeof one, inside, sizeof inside);
    g_assert_cmpint (oto_logmel_get_n_frames (centred, 0), ==, 0);
    oto_logmel_compute (centred, NULL, 0, &untouched);
    g_assert_cmpfloat (untouched, ==, 7.f);
  }
}

/* What is not a number is not hidden by a floor. */
static void
test_nan (void)
{
  for (int compression = 0; compression <= OTO_COMPRESSION_DECIBELS; compression++)
    {
      OtoLogmelConfig config = small_config;
      g_autoptr (OtoLogmel) logmel = NULL;
      float samples[128], values[10];

      config.compression = compression;
      logmel = oto_logmel_new (&config, NULL);
      oto_test_fill (samples, 128, 2);
      samples[77] = NAN;
      oto_logmel_compute (logmel, samples, 128, values);
      for (int f = 0; f < 10; f++)
        g_assert_true (isnan (values[f]));
    }
}

static void
test_silence (void)
{
  g_autoptr (OtoLogmel) logmel = oto_logmel_new (&oto_logmel_config_default, NULL);
  g_autofree float *samples = g_new0 (float, 5000);
  float values[3 * 64];

  g_assert_cmpint (oto_logmel_get_n_frames (logmel, 5000), ==, 3);
  oto_logmel_compute (logmel, samples, 5000, values);
  for (int i = 0; i < 3 * 64; i++)
    g_assert_cmpfloat (values[i], ==, logf (1e-8f));
}

/* Of every compression, what zeros give and what is filled in for them are one. */
static void
test_fill_silence (void)
{
  static const float expected[] = { -13.815511f, 0.f, -60.f };

  for (int compression = 0; compression <= OTO_COMPRESSION_DECIBELS; compression++)
    {
      OtoLogmelConfig config = small_config;
      g_autoptr (OtoLogmel) logmel = NULL;
      const float zeros[128] = { 0.f };
      float values[10], filled[3 * 10];

      config.compression = compression;
      logmel = oto_logmel_new (&config, NULL);
      oto_logmel_compute (logmel, zeros, 128, values);
      oto_logmel_fill_silence (logmel, 3, filled);
      for (int i = 0; i < 3 * 10; i++)
        {
          g_assert_cmpfloat (filled[i], ==, values[i % 10]);
          g_assert_cmpfloat_with_epsilon (filled[i], expected[compression], 5e-6);
        }
    }
}

static void
test_short (void)
{
  g_autoptr (OtoLogmel) logmel = oto_logmel_new (&oto_logmel_config_default, NULL);
  float sample = 1.f, value = 7.f;

  g_assert_cmpint (oto_logmel_get_n_frames (logmel, 1), ==, 0);
  oto_logmel_compute (logmel, &sample, 1, &value);
  g_assert_cmpfloat (value, ==, 7.f);
}

/* The loudest values that a clip can give stay finite. */
static void
test_loud (void)
{
  g_autoptr (OtoLogmel) logmel = oto_logmel_new (&oto_logmel_config_default, NULL);
  g_autofree float *samples = g_new (float, 2048);
  float values[64];

  for (int n = 0; n < 2048; n++)
    samples[n] = (n / 16) % 2 == 0 ? 1e9f : -1e9f;
  oto_logmel_compute (logmel, samples, 2048, values);
  for (int f = 0; f < 64; f++)
    g_assert_true (isfinite (values[f]));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/features/logmel/compute/as-by-definition", test_compute);
  g_test_add_func ("/features/logmel/compute/every-kind-as-by-definition", test_kinds);
  g_test_add_func ("/features/logmel/compute/centred-as-by-definition", test_centred);
  g_test_add_func ("/features/logmel/compute/one-sample-is-held", test_centred_short);
  g_test_add_func ("/features/logmel/compute/not-a-number-stays", test_nan);
  g_test_add_func ("/features/logmel/compute/silence-is-the-floor", test_silence);
  g_test_add_func ("/features/logmel/fill-silence/as-of-zeros", test_fill_silence);
  g_test_add_func ("/features/logmel/compute/shorter-than-a-window", test_short);
  g_test_add_func ("/features/logmel/compute/loudest-is-finite", test_loud);
  return g_test_run ();
}
