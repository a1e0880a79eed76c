/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>

#define N_CLASSES 3
#define N_WINDOW 24
/* -90 dBFS. */
#define NULL_TEST_LIMIT 3.1623e-5

/* Two hops and a half in a window: its frames begin between hops. */
static const OtoLogmelConfig centred = {
  .sample_rate_hz = 16000, .window_len = 1000, .hop_len = 400, .n_mels = 32, .min_hz = 50.0,
  .max_hz = 8000.0, .window = OTO_WINDOW_HANN, .floor = 1e-8, .framing = OTO_FRAMING_CENTRED,
};

static OtoAnalysis *
analyze_as (OtoClip               *clip,
            const OtoLogmelConfig *front_end)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModelSnapshot) snapshot =
    oto_test_make_snapshot_of (oto_systems_find ("2apae-local"), N_CLASSES, N_WINDOW, front_end);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (snapshot, oto_test_get_engine (1), &error);
  OtoAnalysis *analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return analysis;
}

static OtoAnalysis *
analyze (OtoClip *clip)
{
  return analyze_as (clip, &oto_logmel_config_default);
}

static void
check_null (OtoMaskKind kind,
            int         rate_hz,
            int         n_channels,
            double      duration_s)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (duration_s, rate_hz, n_channels);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  size_t n = oto_clip_get_n_samples (clip) * n_channels;
  g_autofree float *original = g_new (float, n);
  g_autofree float *sum = g_new0 (float, n);
  double loudest = 0.0;

  g_assert_true (oto_clip_read (clip, 0, n / n_channels, original, NULL));
  for (int k = -1; k < N_CLASSES; k++)
    {
      g_autoptr (GError) error = NULL;
      float *stem = oto_stems_render (analysis, kind, k, NULL, NULL, NULL, &error);

      g_assert_no_error (error);
      for (size_t i = 0; i < n; i++)
        {
          sum[i] += stem[i];
          loudest = k < 0 ? 0.0 : MAX (loudest, fabsf (stem[i]));
        }
      oto_free (stem);
    }
  oto_assert_abs_below (sum, original, n, NULL_TEST_LIMIT);
  /* The stems are not simply silent. */
  g_assert_cmpfloat (loudest, >, 1e-3);
}

static void
test_null (void)
{
  for (OtoMaskKind kind = OTO_MASK_PUBLISHED; kind <= OTO_MASK_LISTENING; kind++)
    {
      check_null (kind, 32000, 1, 2.3);
      check_null (kind, 44100, 2, 1.7);
      check_null (kind, 8000, 1, 1.0);
      check_null (kind, 192000, 6, 0.3);
    }
}

/* A mask is real, so that it moves nothing: an impulse keeps its place, after resampling too. */
static void
test_alignment (void)
{
  static const int rates[] = { 32000, 44100, 96000 };

  for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
    {
      size_t n = rates[r], at = n / 2 + 123;
      g_autofree float *samples = g_new0 (float, n);
      g_autoptr (OtoClip) clip = NULL;
      g_autoptr (OtoAnalysis) analysis = NULL;

      samples[at] = 1.f;
      clip = oto_clip_new_from_samples ("impulse.wav", samples, n, 1, rates[r]);
      analysis = analyze (clip);
      for (int k = 0; k < N_CLASSES; k++)
        {
          float *stem = oto_stems_render (analysis, OTO_MASK_PUBLISHED, k, NULL, NULL, NULL, NULL);
          size_t loudest = 0;

          for (size_t i = 0; i < n; i++)
            if (fabsf (stem[i]) > fabsf (stem[loudest]))
              loudest = i;
          g_assert_cmpuint (loudest, ==, at);
          oto_free (stem);
        }
    }
}

/* The stream of blocks against the whole signal at once. Frame t begins @lead samples before t
 * hops, and so do the mask's frames. */
static void
check_naive (OtoMaskKind            kind,
             const OtoLogmelConfig *config,
             int                    lead)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (5.3, config->sample_rate_hz, 1);
  g_autoptr (OtoAnalysis) analysis = analyze_as (clip, config);
  g_autoptr (OtoSeparator) separator = oto_separator_new (config, NULL);
  gint64 n = oto_clip_get_n_samples (clip), n_frames = oto_analysis_get_n_frames (analysis);
  const int hop = config->hop_len, n_before = 4;
  const gint64 n_hops = (n + lead + hop - 1) / hop, start = n_before * hop + lead;
  g_autofree float *padded = g_new0 (float, (n_hops + n_before + 4) * hop + lead);
  g_autofree float *out = g_new0 (float, (n_hops + n_before + 4) * hop + lead);
  g_autofree float *mask = g_new (float, n_frames * config->n_mels);
  g_autofree float *spectrum = g_new (float, 2 * oto_separator_get_n_bins (separator));
  float *stem = oto_stems_render (analysis, kind, 1, NULL, NULL, NULL, NULL);

  g_assert_true (oto_clip_read (clip, 0, n, padded + start, NULL));
  g_assert_true (oto_analysis_read_mask (analysis, kind, 1, 0, n_frames, mask, NULL, NULL));
  for (gint64 t = -n_before; t < n_hops; t++)
    {
      oto_separator_forward (separator, padded + (t + n_before) * hop, spectrum);
      oto_separator_inverse_add (separator, spectrum,
                                 mask + CLAMP (t, 0, n_frames - 1) * config->n_mels,
                                 out + (t + n_before) * hop);
    }
  for (gint64 t = -n_before; t < n_hops; t++)
    oto_separator_normalize (separator, out + (t + n_before) * hop, out + (t + n_before) * hop);
  oto_assert_abs_below (stem, out + start, n, 1e-6);
  oto_free (stem);
}

static void
test_naive (void)
{
  check_naive (OTO_MASK_PUBLISHED, &oto_logmel_config_default, 0);
  check_naive (OTO_MASK_LISTENING, &oto_logmel_config_default, 0);
}

static void
test_centred (void)
{
  check_naive (OTO_MASK_PUBLISHED, &centred, centred.window_len / 2);
  check_naive (OTO_MASK_LISTENING, &centred, centred.window_len / 2);
}

static void
test_save (void)
{
  const int classes[] = { 2, 0 };
  char *dir = oto_test_make_dir ();
  g_autofree char *out = g_build_filename (dir, "new", "folder", NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 44100, 2);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) paths = NULL;

  g_assert_true (oto_stems_save (analysis, OTO_MASK_LISTENING, classes, 2, TRUE, out, NULL, &paths,
                                 NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (paths), ==, 3);
  g_assert_true (g_str_has_suffix (paths[0], "clip_Meow.wav"));
  g_assert_true (g_str_has_suffix (paths[1], "clip_Bark.wav"));
  g_assert_true (g_str_has_suffix (paths[2], "clip_Background.wav"));
  g_assert_cmpuint (oto_test_count_files (out), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (OtoClip) stem = oto_audio_file_open (paths[i], &error);
      g_autofree float *saved = g_new (float, 2 * 44100);
      float *rendered = oto_stems_render (analysis, OTO_MASK_LISTENING, i < 2 ? classes[i] : -1,
                                          NULL, NULL, NULL, NULL);

      g_assert_no_error (error);
      g_assert_cmpint (oto_clip_get_n_samples (stem), ==, 44100);
      g_assert_cmpint (oto_clip_get_rate_hz (stem), ==, 44100);
      g_assert_cmpint (oto_clip_get_n_channels (stem), ==, 2);
      g_assert_true (oto_clip_read (stem, 0, 44100, saved, NULL));
      oto_assert_abs_below (saved, rendered, 2 * 44100, 1e-7);
      oto_free (rendered);
    }
  oto_test_remove_dir (dir);
}

static void
test_save_cancelled (void)
{
  const int classes[] = { 0 };
  char *dir = oto_test_make_dir ();
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 44100, 2);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (oto_stems_save (analysis, OTO_MASK_LISTENING, classes, 1, TRUE, dir, NULL, NULL,
                                  NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (oto_test_count_files (dir), ==, 0);
  oto_test_remove_dir (dir);
}

static void
assert_name (const char *clip,
             const char *class_name,
             const char *expected)
{
  g_autofree char *name = oto_stems_dup_file_name (clip, class_name);

  g_assert_cmpstr (name, ==, expected);
}

static void
test_file_names (void)
{
  g_autofree char *long_clip = g_strnfill (400, 'x');
  g_autofree char *long_class = g_strnfill (400, 'y');
  g_autofree char *long_name = oto_stems_dup_file_name (long_clip, long_class);

  assert_name ("rain.flac", "Church_bell", "rain_Church_bell.wav");
  assert_name ("a.b.wav", "Dog bark", "a.b_Dog bark.wav");
  assert_name ("../../etc/passwd", "a/b\\c", "___.._etc_passwd_a_b_c.wav");
  assert_name ("line\nbreak.wav", "tab\there", "line_break_tab_here.wav");
  assert_name ("\342\200\256evil.wav", "Bark", "_evil_Bark.wav");
  assert_name (".hidden", "Bark", "_hidden_Bark.wav");
  assert_name ("con.take.wav", "Bark", "_con.take_Bark.wav");
  assert_name ("\303\251t\303\251.wav", "Bark", "\303\251t\303\251_Bark.wav");
  assert_name ("bad\377.wav", "Bark", "bad\357\277\275_Bark.wav");
  g_assert_cmpuint (strlen (long_name), <, 255);
}

/* A disk that fills up leaves what was there, and nothing beside it. */
static void
test_all_or_none (void)
{
  static const int classes[] = { 0, 1, 2 };
  char *dir = oto_test_make_dir ();
  g_autofree char *fresh = g_build_filename (dir, "fresh", NULL);
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (OtoClip) clip = oto_test_make_clip (1.0, 16000, 1);
  g_autoptr (OtoAnalysis) analysis = analyze (clip);
  const char *dirs[] = { dir, fresh };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) paths = NULL;
  size_t n_before, n_after;

  g_assert_true (oto_stems_save (analysis, OTO_MASK_LISTENING, classes, 1, FALSE, dir, NULL, &paths,
                                 NULL, NULL, NULL, &error));
  g_assert_true (g_file_set_contents (paths[0], "the old one", -1, NULL));
  g_assert_true (g_file_get_contents (paths[0], &before, &n_before, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (dirs); i++)
    {
      gboolean done;

      oto_test_set_file_limit (16384);
      done = oto_stems_save (analysis, OTO_MASK_LISTENING, classes, 3, TRUE, dirs[i], NULL, NULL,
                             NULL, NULL, NULL, &error);
      oto_test_set_file_limit (RLIM_INFINITY);
      g_assert_false (done);
      g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
      g_clear_error (&error);
      g_assert_true (g_file_get_contents (paths[0], &after, &n_after, NULL));
      g_assert_cmpmem (before, n_before, after, n_after);
      g_clear_pointer (&after, g_free);
      g_assert_cmpint (g_unlink (paths[0]), ==, 0);
      g_assert_cmpint (g_rmdir (dir), ==, 0);         /* it was empty */
      g_assert_cmpint (g_mkdir (dir, 0777), ==, 0);
      g_assert_true (g_file_set_contents (paths[0], before, (gssize) n_before, NULL));
    }
  oto_test_remove_dir (dir);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/analysis/stems/null-test", test_null);
  g_test_add_func ("/analysis/stems/alignment", test_alignment);
  g_test_add_func ("/analysis/stems/naive", test_naive);
  g_test_add_func ("/analysis/stems/centred-frames", test_centred);
  g_test_add_func ("/analysis/stems/save", test_save);
  g_test_add_func ("/analysis/stems/save-cancelled", test_save_cancelled);
  g_test_add_func ("/analysis/stems/file-names", test_file_names);
  g_test_add_func ("/analysis/stems/all-or-none", test_all_or_none);

  return g_test_run ();
}
