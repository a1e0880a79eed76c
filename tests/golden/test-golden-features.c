/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden.h"

#include <math.h>

/* The reference's own tolerances: rel 1e-6 for magnitudes, mel and the filter bank (computed in
 * double and stored as float), abs 5e-5 for the logarithm in all bins. */
#define REL_LIMIT 1e-6
#define LOGMEL_LIMIT 5e-5
/* The reference's for power and what follows from it: rel 2e-6 for power and mel, abs 2e-4 for
 * logarithms, 1e-3 for decibels. */
#define POWER_REL_LIMIT 2e-6
#define POWER_LOG_LIMIT 2e-4
#define DECIBEL_LIMIT 1e-3
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

/* Power of the stored frames, of samples mirrored here by hand. */
static void
check_power (OtoSafetensors        *file,
             const OtoLogmelConfig *config,
             const char            *index_name,
             const char            *power_name)
{
  g_autoptr (OtoStft) stft = oto_stft_new (config->window, config->window_len, config->hop_len,
                                            NULL);
  g_autofree float *audio = oto_golden_dup_float (file, "audio");
  g_autofree float *index = oto_golden_dup_float (file, index_name);
  gint64 n_samples = oto_golden_dim (file, "audio", 0);
  gint64 n_frames = oto_golden_dim (file, power_name, 0);
  gint64 n_bins = oto_golden_dim (file, power_name, 1);
  g_autofree float *frame = g_new (float, config->window_len);
  g_autofree float *spectrum = g_new (float, 2 * n_bins);
  g_autofree float *power = g_new (float, n_frames * n_bins);

  for (gint64 i = 0; i < n_frames; i++)
    {
      for (int n = 0; n < config->window_len; n++)
        {
          gint64 pos = (gint64) index[i] * config->hop_len - config->window_len / 2 + n;

          pos = ABS (pos);
          frame[n] = audio[pos < n_samples ? pos : 2 * (n_samples - 1) - pos];
        }
      oto_stft_forward (stft, frame, spectrum);
      for (gint64 b = 0; b < n_bins; b++)
        power[i * n_bins + b] = spectrum[2 * b] * spectrum[2 * b]
                                + spectrum[2 * b + 1] * spectrum[2 * b + 1];
    }
  oto_golden_check_rel (file, power_name, power, POWER_REL_LIMIT);
}

/* Features as a whole and from odd pieces, which are the same to the bit. */
static float *
compute_features (OtoSafetensors        *file,
                  const OtoLogmelConfig *config,
                  const char            *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoLogmel) logmel = oto_logmel_new (config, &error);
  g_autoptr (OtoLogmelStream) stream = NULL;
  g_autofree float *audio = oto_golden_dup_float (file, "audio");
  gint64 n_samples = oto_golden_dim (file, "audio", 0);
  gint64 n_frames = oto_golden_dim (file, name, 0);
  size_t n_bytes = n_frames * config->n_mels * sizeof (float);
  g_autofree float *pieces = g_malloc (n_bytes);
  float *values = g_malloc (n_bytes);

  g_assert_no_error (error);
  g_assert_cmpint (oto_golden_dim (file, name, 1), ==, config->n_mels);
  g_assert_cmpint (oto_logmel_get_n_frames (logmel, n_samples), ==, n_frames);
  oto_logmel_compute (logmel, audio, n_samples, values);

  stream = oto_logmel_stream_new (logmel, config->sample_rate_hz, &error);
  g_assert_no_error (error);
  for (gint64 pos = 0; pos < n_samples; pos += 997)
    oto_logmel_stream_push (stream, audio + pos, MIN (997, n_samples - pos));
  oto_logmel_stream_push (stream, NULL, 0);
  g_assert_cmpint (oto_logmel_stream_pull (stream, n_frames, pieces), ==, n_frames);
  g_assert_cmpmem (pieces, n_bytes, values, n_bytes);
  return values;
}

/* Mel sums are what a power of ten or of e of the features leaves of the compression. */
static void
check_mel (OtoSafetensors        *file,
           const OtoLogmelConfig *config,
           const char            *name,
           const float           *values)
{
  gint64 len = oto_golden_find (file, name)->len;
  g_autofree float *mel = g_new (float, len);

  for (gint64 i = 0; i < len; i++)
    mel[i] = (float) (config->compression == OTO_COMPRESSION_DECIBELS
                        ? pow (10.0, values[i] / 10.0) : expm1 (values[i]) * config->floor);
  oto_golden_check_rel (file, name, mel, POWER_REL_LIMIT);
}

/* F-M with the hop of its row and of the paper; but for the frame that the row leaves out. */
static void
test_transient (const char *path)
{
  static const int hops[] = { 492, 512 };
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);

  for (guint i = 0; i < G_N_ELEMENTS (hops); i++)
    {
      g_autofree char *prefix = g_strdup_printf ("hop%d.", hops[i]);
      g_autofree char *index_name = g_strconcat (prefix, "power_frame_index", NULL);
      g_autofree char *power_name = g_strconcat (prefix, "power_frames", NULL);
      g_autofree char *mel_name = g_strconcat (prefix, "mel", NULL);
      g_autofree char *log1p_name = g_strconcat (prefix, "log_1_plus_1e4_mel", NULL);
      g_autofree char *log_name = g_strconcat (prefix, "log_mel_plus_1e-8", NULL);
      g_autofree float *log1p_values = NULL;
      g_autofree float *log_values = NULL;
      OtoLogmelConfig config = oto_front_end_find ("F-M")->config;

      g_assert_cmpint (find_window_kind (file), ==, config.window);
      g_assert_cmpint (oto_golden_meta_int (file, "sample_rate"), ==, config.sample_rate_hz);
      config.hop_len = hops[i];
      config.framing = OTO_FRAMING_CENTRED;
      check_mel_matrix (file, &config);
      check_power (file, &config, index_name, power_name);

      log1p_values = compute_features (file, &config, log1p_name);
      oto_golden_check_abs (file, log1p_name, log1p_values, POWER_LOG_LIMIT);
      check_mel (file, &config, mel_name, log1p_values);

      config.compression = OTO_COMPRESSION_LN;
      config.floor = 1e-8;
      log_values = compute_features (file, &config, log_name);
      oto_golden_check_abs (file, log_name, log_values, POWER_LOG_LIMIT);
    }
}

static void
test_panns (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  const OtoLogmelConfig *config = &oto_front_end_find ("PANNs")->config;
  g_autofree float *values = NULL;

  g_assert_cmpint (find_window_kind (file), ==, config->window);
  g_assert_cmpint (oto_golden_meta_int (file, "sample_rate"), ==, config->sample_rate_hz);
  g_assert_cmpint (oto_golden_meta_int (file, "hop"), ==, config->hop_len);
  g_assert_cmpint (oto_golden_dim (file, "window", 0), ==, config->window_len);
  g_assert_cmpfloat (oto_golden_meta_double (file, "fmin"), ==, config->min_hz);
  g_assert_cmpfloat (oto_golden_meta_double (file, "fmax"), ==, config->max_hz);
  g_assert_cmpfloat (oto_golden_meta_double (file, "amin"), ==, config->floor);
  check_mel_matrix (file, config);
  check_power (file, config, "power_frame_index", "power_frames");
  values = compute_features (file, config, "logmel");
  oto_golden_check_abs (file, "logmel", values, DECIBEL_LIMIT);
  check_mel (file, config, "mel", values);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  oto_golden_add ("/golden/features", "logmel_32k_*.safetensors", test_logmel);
  oto_golden_add ("/golden/features", "logmel_16k_*.safetensors", test_logmel);
  oto_golden_add ("/golden/features", "logmel_44k1_*.safetensors", test_transient);
  oto_golden_add ("/golden/features", "logmel_panns.safetensors", test_panns);
  return g_test_run ();
}
