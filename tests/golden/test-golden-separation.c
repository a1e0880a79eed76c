/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-json.h"

#include <math.h>
#include <string.h>

#define MASK_LIMIT 2e-6

/* Frames of the published front end. */
#define PUBLISHED_FRAMES_PER_S 31.25
#define PUBLISHED_N_FRAMES     311

/* The front end that a reference file was made with; its mel limits are those of the 32 kHz one. */
static OtoLogmelConfig
read_front_end (OtoSafetensors *file)
{
  OtoLogmelConfig config = oto_logmel_config_default;

  config.sample_rate_hz = oto_golden_meta_int (file, "sample_rate");
  config.window_len = oto_golden_meta_int (file, "n_fft");
  config.hop_len = oto_golden_meta_int (file, "hop");
  config.n_mels = oto_golden_dim (file, "inverse_mel", 0);
  return config;
}

static void
check_ideal_masks (OtoSafetensors *file)
{
  size_t n = oto_golden_find (file, "events_mag")->len;
  g_autofree float *events = oto_golden_dup_float (file, "events_mag");
  g_autofree float *scene = oto_golden_dup_float (file, "scene_mag");
  g_autofree float *ibm = oto_golden_dup_float (file, "ibm");
  g_autofree float *irm = oto_golden_dup_float (file, "irm");
  g_autofree float *mask = g_new (float, n);

  oto_mask_fill_ideal_binary (events, scene, n, mask);
  for (size_t i = 0; i < n; i++)
    g_assert_cmpfloat (mask[i], ==, ibm[i]);

  /* Where both are 0 the reference is not a number, and ours 0. */
  oto_mask_fill_ideal_ratio (events, scene, n, mask);
  for (size_t i = 0; i < n; i++)
    if (isnan (irm[i]))
      {
        g_assert_cmpfloat (mask[i], ==, 0.0);
        irm[i] = 0.f;
      }
  oto_assert_rel_below (mask, irm, n, MASK_LIMIT);
}

static void
check_expansion (OtoSafetensors *file,
                 OtoSeparator   *separator)
{
  int n_masks = oto_golden_dim (file, "mask_mel", 0);
  int n_frames = oto_golden_dim (file, "mask_mel", 1);
  int n_mels = oto_golden_dim (file, "mask_mel", 2);
  int n_bins = oto_separator_get_n_bins (separator);
  g_autofree float *mask_mel = oto_golden_dup_float (file, "mask_mel");
  g_autofree float *unit = g_new0 (float, (size_t) n_mels * n_mels);
  g_autofree float *inverse = g_new (float, (size_t) n_mels * n_bins);
  g_autofree float *mask = g_new (float, (size_t) n_masks * n_bins);

  /* A mask of one bin is that bin's row of the inverse matrix. */
  for (int f = 0; f < n_mels; f++)
    unit[f * n_mels + f] = 1.f;
  oto_separator_expand (separator, unit, n_mels, inverse);
  oto_golden_check_rel (file, "inverse_mel", inverse, MASK_LIMIT);

  for (int k = 0; k < n_masks; k++)
    oto_separator_expand (separator, mask_mel + ((size_t) k * n_frames + 3) * n_mels, 1,
                          mask + (size_t) k * n_bins);
  oto_golden_check_rel (file, "mask_stft_frame3", mask, MASK_LIMIT);
}

static void
check_spectrum (OtoSafetensors        *file,
                OtoSeparator          *separator,
                const OtoLogmelConfig *config,
                const float           *audio)
{
  int n_bins = oto_separator_get_n_bins (separator);
  float scale = 1.0 / sqrt (config->window_len);
  g_autofree float *spectrum = g_new (float, 2 * n_bins);
  g_autofree float *real = g_new (float, n_bins);
  g_autofree float *imag = g_new (float, n_bins);

  oto_separator_forward (separator, audio + 3 * config->hop_len, spectrum);
  for (int i = 0; i < n_bins; i++)
    {
      real[i] = scale * spectrum[2 * i];
      imag[i] = scale * spectrum[2 * i + 1];
    }
  oto_golden_check_rel (file, "spec_real_frame3", real, MASK_LIMIT);
  oto_golden_check_rel (file, "spec_imag_frame3", imag, MASK_LIMIT);
}

/* The published form: frames inside the signal and one filled up with zeros, division by the mean
 * of the windows' sum. The first and the last hop are covered by one window only and fade. */
static void
apply_published (OtoSeparator          *separator,
                 const OtoLogmelConfig *config,
                 const float           *audio,
                 gint64                 n_samples,
                 const float           *mask_mel,
                 int                    n_frames,
                 float                 *ret_samples)
{
  const size_t len = config->window_len + (size_t) (n_frames - 1) * config->hop_len;
  g_autofree double *window = g_new (double, config->window_len);
  g_autofree float *frame = g_new (float, config->window_len);
  g_autofree float *spectrum = g_new (float, 2 * oto_separator_get_n_bins (separator));
  double sum = 0.0;

  oto_window_fill (config->window, config->window_len, window);
  for (int i = 0; i < config->window_len; i++)
    sum += window[i];
  memset (ret_samples, 0, len * sizeof (float));
  for (int t = 0; t < n_frames; t++)
    {
      const gint64 begin = (gint64) t * config->hop_len;
      const gint64 n = CLAMP (n_samples - begin, 0, config->window_len);

      memset (frame, 0, config->window_len * sizeof (float));
      memcpy (frame, audio + MIN (begin, n_samples), n * sizeof (float));
      oto_separator_forward (separator, frame, spectrum);
      oto_separator_inverse_add (separator, spectrum,
                                 mask_mel != NULL ? mask_mel + (size_t) t * config->n_mels : NULL,
                                 ret_samples + begin);
    }
  for (size_t i = 0; i < len; i++)
    ret_samples[i] /= sum / config->hop_len;
}

static void
check_waveforms (OtoSafetensors        *file,
                 OtoSeparator          *separator,
                 const OtoLogmelConfig *config,
                 const float           *audio)
{
  int n_masks = oto_golden_dim (file, "mask_mel", 0);
  int n_frames = oto_golden_dim (file, "mask_mel", 1);
  size_t len = oto_golden_dim (file, "separated", 1);
  gint64 n_samples = oto_golden_find (file, "audio")->len;
  g_autofree float *mask_mel = oto_golden_dup_float (file, "mask_mel");
  g_autofree float *separated = g_new (float, n_masks * len);

  g_assert_cmpuint (len, ==, config->window_len + (size_t) (n_frames - 1) * config->hop_len);
  for (int k = 0; k < n_masks; k++)
    apply_published (separator, config, audio, n_samples,
                     mask_mel + (size_t) k * n_frames * config->n_mels, n_frames,
                     separated + k * len);
  oto_golden_check_rel (file, "separated", separated, MASK_LIMIT);

  apply_published (separator, config, audio, n_samples, NULL, n_frames, separated);
  oto_golden_check_rel (file, "resynthesis_unmasked", separated, MASK_LIMIT);
}

static void
test_masks (const char *path)
{
  g_autoptr (OtoSafetensors) file = oto_golden_load (path);
  g_autoptr (GError) error = NULL;
  OtoLogmelConfig config = read_front_end (file);
  g_autoptr (OtoSeparator) separator = oto_separator_new (&config, &error);
  g_autofree float *audio = oto_golden_dup_float (file, "audio");

  g_assert_no_error (error);
  check_ideal_masks (file);
  check_expansion (file, separator);
  check_spectrum (file, separator, &config, audio);
  check_waveforms (file, separator, &config, audio);
}

static void
check_case (JsonObject *root,
            JsonObject *item)
{
  OtoBinarizer binarizer = {
    .high = oto_golden_json_number (item, "high"),
    .low = oto_golden_json_number (item, "low"),
    .gap_frames = json_object_get_int_member (item, "n_smooth"),
    .min_frames = json_object_get_int_member (item, "n_salt"),
  };
  JsonArray *x = json_object_get_array_member (item, "x");
  JsonArray *pairs = json_object_get_array_member (item, "pairs");
  guint n_frames = json_array_get_length (x);
  g_autofree double *scores = g_new (double, n_frames + 1);
  g_autoptr (GArray) ranges = NULL;

  for (guint t = 0; t < n_frames; t++)
    scores[t] = json_array_get_double_element (x, t);

  ranges = oto_binarizer_find_ranges_double (&binarizer, scores, n_frames);
  g_assert_cmpuint (ranges->len, ==, json_array_get_length (pairs));
  for (guint i = 0; i < ranges->len; i++)
    {
      JsonArray *pair = json_array_get_array_element (pairs, i);

      g_assert_cmpint (g_array_index (ranges, OtoFrameRange, i).begin, ==,
                       json_array_get_int_element (pair, 0));
      g_assert_cmpint (g_array_index (ranges, OtoFrameRange, i).end, ==,
                       json_array_get_int_element (pair, 1));
    }
}

static void
test_postprocess (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);

  oto_golden_for_each_case (root, "cases", check_case);
}

static void
check_frames (JsonObject *root,
              JsonObject *item)
{
  const OtoInterval event = {
    json_object_get_double_member (item, "onset"), json_object_get_double_member (item, "offset"),
    0,
  };
  JsonArray *expected = json_object_get_array_member (item, "frames_half_open");
  float targets[PUBLISHED_N_FRAMES];

  oto_cell_score_fill_frames (&event, 1, 0, PUBLISHED_FRAMES_PER_S, PUBLISHED_N_FRAMES, targets);
  for (int t = 0; t < PUBLISHED_N_FRAMES; t++)
    g_assert_cmpint (targets[t] == 1.f, ==, t >= json_array_get_int_element (expected, 0)
                                            && t < json_array_get_int_element (expected, 1));
}

/* Seconds of strong labels as frames: 32000 Hz, a hop of 1024 samples, 10 s. */
static void
test_frames (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);

  oto_golden_for_each_case (root, "ground_truth_frames", check_frames);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  oto_golden_add ("/golden/separation", "masks_separation*.safetensors", test_masks);
  oto_golden_add ("/golden/detection", "postprocess*.json", test_postprocess);
  oto_golden_add ("/golden/frames", "postprocess*.json", test_frames);

  return g_test_run ();
}
