/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden.h"

#include <math.h>

/* The reference's own tolerances: rel 1e-6 for magnitudes, mel and the filter bank (computed in
 * double and stored as float), abs 5e-5 for the logarithm in all bins. */
#define REL_LIMIT 1e-6
#define LOGMEL_LIMIT 5e-5
/* Windows are stored in double. */
#define WINDOW_LIMIT 1e-12

static OtoWindowKind
find_window_kind (OtoSafetensors *file)
{
  const OtoWindowKind kinds[] = { OTO_WINDOW_HAMMING, OTO_WINDOW_HANN };
  g_autofree double *expected = oto_golden_dup_double (file, "window");
  gint64 len = oto_golden_dim (file, "window", 0);
  g_autofree double *window = g_new (double, len);

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      double worst = 0.0;

      oto_window_fill (kinds[k], (int) len, window);
      for (gint64 n = 0; n < len; n++)
        worst = MAX (worst, fabs (window[n] - expected[n]));
      if (worst <= WINDOW_LIMIT)
        return kinds[k];
    }
  g_error ("The reference window is none of ours");
}

static void
read_config (OtoSafetensors  *file,
             OtoLogmelConfig *ret_config)
{
  *ret_config = (OtoLogmelConfig) { 0 };
  ret_config->sample_rate_hz = (int) oto_golden_meta_int (file, "sample_rate");
  ret_config->window_len = (int) oto_golden_dim (file, "window", 0);
  ret_config->hop_len = (int) oto_golden_meta_int (file, "hop");
  ret_config->n_mels = (int) oto_golden_dim (file, "logmel", 1);
  ret_config->min_hz = oto_golden_meta_double (file, "fmin");
  ret_config->max_hz = oto_golden_meta_double (file, "fmax");
  ret_config->window = find_window_kind (file);
  ret_config->floor = oto_golden_meta_double (file, "offset");
}

/* The STFT's magnitude of the stored frames, with the front end's scale. */
static void
check_magnitudes (OtoSafetensors        *file,
                  const OtoLogmelConfig *config,
                  const float           *audio)
{
  g_autoptr (OtoStft) stft = oto_stft_new (config->window, config->window_len,
                                            config->hop_len, NULL);
  g_autofree float *index = oto_golden_dup_float (file, "stft_frame_index");
  gint64 n_frames = oto_golden_dim (file, "stft_mag_frames", 0);
  gint64 n_bins = oto_golden_dim (file, "stft_mag_frames", 1);
  g_autofree float *spectrum = g_new (float, 2 * n_bins);
  g_autofree float *magnitude = g_new (float, n_frames * n_bins);
  double energy = 0.0;

  g_assert_cmpint (oto_stft_get_n_bins (stft), ==, n_bins);
  for (int n = 0; n < config->window_len; n++)
    energy += oto_stft_get_window (stft)[n] * oto_stft_get_window (stft)[n];

  for (gint64 i = 0; i < n_frames; i++)
    {
      oto_stft_forward (stft, audio + (gint64) index[i] * config->hop_len, spectrum);
      for (gint64 b = 0; b < n_bins; b++)
        magnitude[i * n_bins + b] = (float) (hypot (spectrum[2 * b], spectrum[2 * b + 1])
                                             / sqrt (energy));
    }
  oto_golden_check_rel (file, "stft_mag_frames", magnitude, REL_LIMIT);
}

static void
check_mel_matrix (OtoSafetensors        *file,
                  const OtoLogmelConfig *config)
{
  gint64 len = oto_golden_find (file, "mel_matrix")->len;
  g_autofree double *weights = g_new (double, len);
  g_autofree float *rounded = g_new (float, len);

  g_assert_cmpint (len, ==, (gint64) config->n_mels * (config->window_len / 2 + 1));
  oto_mel_bank_fill (config->sample_rate_hz, config->window_len, config->n_mels, config->min_hz,
                     config->max_hz, weights);
  for (gint64 i = 0; i < len; i++)
    rounded[i] = (float) weights[i];
  oto_golden_check_rel (file, "mel_matrix", rounded, REL_LIMIT);
}

static void
test_logmel (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  g_autoptr (OtoLogmel) logmel = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree float *audio = oto_golden_dup_float (file, "audio");
  g_autofree float *values = NULL;
  g_autofree float *mel = NULL;
  gint64 n_samples = oto_golden_dim (file, "audio", 0);
  gint64 len = oto_golden_find (file, "logmel")->len;
  OtoLogmelConfig config;

  read_config (file, &config);
  check_mel_matrix (file, &config);
  check_magnitudes (file, &config, audio);

  logmel = oto_logmel_new (&config, &error);
  g_assert_no_error (error);
  g_assert_cmpint (oto_logmel_get_n_frames (logmel, n_samples), ==,
                   oto_golden_dim (file, "logmel", 0));

  values = g_new (float, len);
  oto_logmel_compute (logmel, audio, n_samples, values);
  oto_golden_check_abs (file, "logmel", values, LOGMEL_LIMIT);

  mel = g_new (float, len);
  for (gint64 i = 0; i < len; i++)
    mel[i] = (float) (exp (values[i]) - config.floor);
  oto_golden_check_rel (file, "mel", mel, REL_LIMIT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  oto_golden_add ("/golden/features", "logmel_32k_*.safetensors", test_logmel);
  oto_golden_add ("/golden/features", "logmel_16k_*.safetensors", test_logmel);
  return g_test_run ();
}
