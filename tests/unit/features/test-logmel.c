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

/* ln (mel . |STFT| / sqrt (sum w^2) + floor), with every product written out in double. */
static float
compute_naively (const OtoLogmelConfig *config,
                 const float           *samples,
                 int                    t,
                 int                    f)
{
  const int window_len = config->window_len, n_bins = window_len / 2 + 1;
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
          double value = samples[t * config->hop_len + n] * window[n];

          re += value * cos (2.0 * G_PI * b * n / window_len);
          im -= value * sin (2.0 * G_PI * b * n / window_len);
        }
      sum += weights[f * n_bins + b] * hypot (re, im) / sqrt (energy);
    }
  return (float) log (sum + config->floor);
}

static void
test_compute (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoLogmel) logmel = oto_logmel_new (&small_config, &error);
  float samples[300], values[40];

  g_assert_no_error (error);
  g_assert_cmpint (oto_logmel_get_n_frames (logmel, 300), ==, 4);

  oto_test_fill (samples, 300, 1);
  oto_logmel_compute (logmel, samples, 300, values);
  for (int t = 0; t < 4; t++)
    for (int f = 0; f < 10; f++)
      g_assert_cmpfloat_with_epsilon (values[t * 10 + f],
                                      compute_naively (&small_config, samples, t, f), 5e-6);
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

static void
assert_refused (OtoLogmelConfig config)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_logmel_new (&config, &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
}

static void
test_validate (void)
{
  OtoLogmelConfig config;

#define ASSERT_REFUSED(field, value) \
  G_STMT_START { \
    config = oto_logmel_config_default; \
    config.field = (value); \
    assert_refused (config); \
  } G_STMT_END

  ASSERT_REFUSED (sample_rate_hz, 0);
  ASSERT_REFUSED (sample_rate_hz, G_MAXINT);
  ASSERT_REFUSED (window_len, -2048);
  ASSERT_REFUSED (window_len, 1 << 30);
  ASSERT_REFUSED (hop_len, 0);
  ASSERT_REFUSED (hop_len, 2049);
  ASSERT_REFUSED (n_mels, 0);
  ASSERT_REFUSED (n_mels, 513);
  ASSERT_REFUSED (min_hz, -1.0);
  ASSERT_REFUSED (min_hz, 16000.0);
  ASSERT_REFUSED (max_hz, 16001.0);
  ASSERT_REFUSED (max_hz, (double) NAN);
  ASSERT_REFUSED (window, (OtoWindowKind) 7);
  ASSERT_REFUSED (floor, 0.0);
  ASSERT_REFUSED (floor, (double) INFINITY);
#undef ASSERT_REFUSED

  g_assert_true (oto_logmel_config_validate (&oto_logmel_config_default, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/features/logmel/compute/as-by-definition", test_compute);
  g_test_add_func ("/features/logmel/compute/silence-is-the-floor", test_silence);
  g_test_add_func ("/features/logmel/compute/shorter-than-a-window", test_short);
  g_test_add_func ("/features/logmel/compute/loudest-is-finite", test_loud);
  g_test_add_func ("/features/logmel/config/impossible-ones-are-refused", test_validate);
  return g_test_run ();
}
