/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-mask-check.h"
#include "analysis/oto-stem-mix.h"
#include "analysis/oto-stems.h"
#include "oto-test-model.h"

#include <glib/gstdio.h>
#include <math.h>

#define N_CLASSES 3
#define N_WINDOW  24
#define N_SAMPLES 44100

static OtoAnalyzer *
make_analyzer (const char *system)
{
  g_autoptr (OtoModelSnapshot) snapshot = oto_test_make_snapshot (system, N_CLASSES, N_WINDOW);

  return oto_analyzer_new (snapshot, oto_test_get_engine (1), NULL);
}

/* Mixes, and reads what was written. */
static float *
mix (OtoAnalysis       *analysis,
     double             background_gain,
     const OtoStemGain *gains,
     guint              n_gains,
     double            *ret_peak)
{
  g_autofree char *dir = g_dir_make_tmp ("otoscope-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "mix.wav", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoClip) written = NULL;
  float *samples = g_new (float, N_SAMPLES * 2);

  g_assert_true (oto_stem_mix_save (analysis, background_gain, gains, n_gains, path,
                                    OTO_AUDIO_FORMAT_WAV_FLOAT, "command: none\n", ret_peak, NULL,
                                    NULL, NULL, &error));
  g_assert_no_error (error);
  written = oto_audio_file_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (oto_clip_get_n_samples (written), ==, N_SAMPLES);
  g_assert_cmpint (oto_clip_get_n_channels (written), ==, 2);
  g_assert_true (oto_clip_read (written, 0, N_SAMPLES, samples, NULL));
  g_unlink (path);
  g_rmdir (dir);
  return samples;
}

/* Gains act on stems, whatever Background does; all at 1 is the clip to the bit. */
static void
test_mix (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, N_SAMPLES, 2);
  g_autoptr (OtoAnalyzer) analyzer = make_analyzer ("2apae-local");
  g_autoptr (OtoAnalysis) analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);
  const OtoStemGain gains[] = { { 0, 0.5 }, { 1, 0.25 }, { 2, 2.0 } };
  const OtoStemGain ones[] = { { 0, 1.0 }, { 1, 1.0 }, { 2, 1.0 } };
  g_autofree float *original = g_new (float, N_SAMPLES * 2);
  g_autofree float *expected = g_new0 (float, N_SAMPLES * 2);
  g_autofree float *mixed = NULL;
  g_autofree float *same = NULL;
  double peak, largest = 0.0;

  g_assert_true (oto_clip_read (clip, 0, N_SAMPLES, original, NULL));
  for (int k = -1; k < N_CLASSES; k++)
    {
      float *stem = oto_stems_render (analysis, OTO_MASK_LISTENING, k, NULL, NULL, NULL, NULL);

      for (int i = 0; i < N_SAMPLES * 2; i++)
        expected[i] += (float) (k < 0 ? 0.75 : gains[k].gain) * stem[i];
      oto_free (stem);
    }
  mixed = mix (analysis, 0.75, gains, G_N_ELEMENTS (gains), &peak);
  oto_assert_abs_below (mixed, expected, N_SAMPLES * 2, 1e-5);
  for (int i = 0; i < N_SAMPLES * 2; i++)
    largest = fmax (largest, fabs (mixed[i]));
  g_assert_cmpfloat (peak, ==, largest);

  same = mix (analysis, 1.0, ones, G_N_ELEMENTS (ones), &peak);
  g_assert_cmpmem (same, N_SAMPLES * 2 * sizeof (float), original,
                   N_SAMPLES * 2 * sizeof (float));
}

/* What the model says of the stem, and of the rest of the clip. */
static void
test_check (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 32000, 1);
  const gint64 n = oto_clip_get_n_samples (clip);
  g_autoptr (OtoAnalyzer) analyzer = make_analyzer ("gap");
  g_autoptr (OtoAnalysis) analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);
  g_autofree float *rest = g_new (float, n);
  float *stem = oto_stems_render (analysis, OTO_MASK_LISTENING, 1, NULL, NULL, NULL, NULL);
  g_autoptr (OtoClip) stem_clip = oto_clip_new_from_samples ("stem", stem, n, 1, 32000);
  g_autoptr (OtoClip) rest_clip = NULL;
  g_autoptr (OtoAnalysis) in = NULL;
  g_autoptr (OtoAnalysis) out = NULL;
  OtoMaskCheck check;

  g_assert_true (oto_clip_read (clip, 0, n, rest, NULL));
  for (gint64 i = 0; i < n; i++)
    rest[i] -= stem[i];
  rest_clip = oto_clip_new_from_samples ("rest", rest, n, 1, 32000);
  in = oto_analyzer_analyze (analyzer, stem_clip, NULL, NULL, NULL, NULL);
  out = oto_analyzer_analyze (analyzer, rest_clip, NULL, NULL, NULL, NULL);

  g_assert_true (oto_mask_check_run (analyzer, analysis, 1, &check, NULL, NULL, NULL, NULL));
  g_assert_cmpfloat (check.mix_prob, ==, oto_analysis_get_clip_prob (analysis)[1]);
  g_assert_cmpfloat (check.masked_in_prob, ==, oto_analysis_get_clip_prob (in)[1]);
  g_assert_cmpfloat (check.masked_out_prob, ==, oto_analysis_get_clip_prob (out)[1]);
  g_assert_cmpfloat (check.masked_in_prob, !=, check.masked_out_prob);
  oto_free (stem);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analysis/stem-mix/gains", test_mix);
  g_test_add_func ("/analysis/mask-check/is-what-the-model-says", test_check);
  return g_test_run ();
}
