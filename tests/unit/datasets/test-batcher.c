/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define N_FRAMES 20              /* of a window */
#define N_MELS   64

typedef struct
{
  char       *dir;
  OtoDataset *dataset;
  GArray     *clips;
} Fixture;

static void
save_noise (Fixture    *fixture,
            const char *name,
            gint64      n_samples)
{
  g_autofree char *path = g_build_filename (fixture->dir, "audio", name, NULL);
  g_autofree float *samples = g_new (float, n_samples);

  oto_test_fill (samples, n_samples, n_samples);
  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, n_samples, 1,
                                      32000, NULL));
}

/* 30 frames, one window exactly, and a fifth of a window. */
static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  static const guint32 clips[3] = { 0, 1, 2 };
  g_autofree char *labels = NULL, *audio = NULL;
  g_autoptr (GError) error = NULL;

  fixture->dir = oto_test_make_dir ();
  audio = g_build_filename (fixture->dir, "audio", NULL);
  g_assert_cmpint (g_mkdir (audio, 0777), ==, 0);
  save_noise (fixture, "a.wav", 2048 + 29 * 1024 + 100);
  save_noise (fixture, "b.wav", 2048 + 19 * 1024);
  save_noise (fixture, "c.wav", 2048 + 3 * 1024);
  labels = g_build_filename (fixture->dir, "labels.tsv", NULL);
  g_assert_true (g_file_set_contents (labels, "filename\tevent_labels\na.wav\tX,Y\nc.wav\tY\n", -1,
                                      NULL));
  fixture->dataset = oto_dataset_load (fixture->dir, &error);
  g_assert_no_error (error);
  fixture->clips = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_array_append_vals (fixture->clips, clips, 3);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_array_unref (fixture->clips);
  g_assert_finalize_object (fixture->dataset);
  oto_test_remove_dir (fixture->dir);
}

static OtoBatcher *
new_batcher (Fixture *fixture,
             gint64   budget_bytes)
{
  g_autoptr (GError) error = NULL;
  OtoBatcher *batcher = oto_batcher_new (fixture->dataset, fixture->clips,
                                         &oto_logmel_config_default, N_FRAMES, budget_bytes, 2,
                                         FALSE, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return batcher;
}

/* Features of a whole file at once, silence behind it. */
static float *
compute_logmel (Fixture    *fixture,
                const char *name,
                gint64      n_frames)
{
  g_autofree char *path = g_build_filename (fixture->dir, "audio", name, NULL);
  g_autoptr (OtoClip) clip = oto_audio_file_open (path, NULL);
  g_autoptr (OtoLogmel) extractor = oto_logmel_new (&oto_logmel_config_default, NULL);
  gint64 n_samples = 2048 + (n_frames - 1) * 1024;
  g_autofree float *samples = g_new0 (float, n_samples);
  float *logmel = g_new (float, n_frames * N_MELS);

  g_assert_true (oto_clip_read_mono (clip, 0, MIN (n_samples, oto_clip_get_n_samples (clip)),
                                     samples, NULL));
  oto_logmel_compute (extractor, samples, n_samples, logmel);
  return logmel;
}

/* @n_kept_frames: of the features that fit the budget; below 0: some */
static void
check_features (Fixture *fixture,
                gint64   budget_bytes,
                gint64   n_kept_frames)
{
  static const char * const names[] = { "a.wav", "b.wav", "c.wav" };
  static const gint64 n_frames[] = { 30, 20, 20 };
  g_autoptr (OtoBatcher) batcher = new_batcher (fixture, budget_bytes);
  g_autofree float *x = g_new (float, N_FRAMES * N_MELS);
  OtoScaler scaler, expected_scaler;

  g_assert_cmpuint (oto_batcher_get_n_items (batcher), ==, 3);
  g_assert_cmpint (oto_batcher_get_n_bytes (batcher), <=, budget_bytes);
  if (n_kept_frames >= 0)
    g_assert_cmpint (oto_batcher_get_n_bytes (batcher), ==, n_kept_frames * N_MELS * 4);
  else
    g_assert_cmpint (oto_batcher_get_n_bytes (batcher), >, 0);
  g_assert_true (oto_batcher_fit_scaler (batcher, &scaler, NULL));
  oto_scaler_init (&expected_scaler, N_MELS);
  for (int i = 0; i < 3; i++)
    {
      g_autofree float *logmel = compute_logmel (fixture, names[i], n_frames[i]);
      g_autofree float *expected = g_new (float, N_FRAMES * N_MELS);
      gint64 first = n_frames[i] - N_FRAMES;

      oto_scaler_add (&expected_scaler, logmel, n_frames[i]);
      oto_scaler_apply (&scaler, logmel + first * N_MELS, N_FRAMES, expected);
      g_assert_true (oto_batcher_fill (batcher, i, first, &scaler, x, NULL));
      g_assert_cmpmem (x, sizeof (float) * N_FRAMES * N_MELS, expected,
                       sizeof (float) * N_FRAMES * N_MELS);
    }
  oto_scaler_finish (&expected_scaler);
  g_assert_cmpmem (scaler.mean_f, sizeof (float) * N_MELS, expected_scaler.mean_f,
                   sizeof (float) * N_MELS);
  g_assert_cmpmem (scaler.std_f, sizeof (float) * N_MELS, expected_scaler.std_f,
                   sizeof (float) * N_MELS);
}

static void
test_features (Fixture       *fixture,
               gconstpointer  data)
{
  check_features (fixture, G_MAXINT64, 70);
  /* From the cache now, and from outside the budget. Which clips fit it is the threads' luck. */
  check_features (fixture, G_MAXINT64, 70);
  check_features (fixture, 0, 0);
  check_features (fixture, 40 * N_MELS * 4, -1);
}

/* Where the front end says so the padding of short clips, which is 0, is no part of it. */
static void
test_scaler_rule (Fixture       *fixture,
                  gconstpointer  data)
{
  static const char * const names[] = { "a.wav", "b.wav", "c.wav" };
  const OtoFrontEnd *row = oto_front_end_find ("F-M");
  g_autoptr (OtoLogmel) extractor = oto_logmel_new (&row->config, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoBatcher) batcher = oto_batcher_new (fixture->dataset, fixture->clips, &row->config,
                                                    200, G_MAXINT64, 1, FALSE, NULL, NULL, NULL,
                                                    &error);
  OtoScaler scaler, expected;

  g_assert_no_error (error);
  g_assert_true (oto_batcher_fit_scaler (batcher, &scaler, NULL));
  oto_scaler_init (&expected, row->config.n_mels);
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *path = g_build_filename (fixture->dir, "audio", names[i], NULL);
      g_autoptr (OtoClip) clip = oto_audio_file_open (path, NULL);
      gint64 n_frames = oto_logmel_stream_get_n_clip_frames (&row->config, clip);
      g_autofree float *logmel = g_new (float, n_frames * row->config.n_mels);

      g_assert_cmpint (n_frames, <, 200);
      g_assert_true (oto_logmel_stream_read_clip (extractor, clip, n_frames, logmel, NULL, NULL,
                                                  NULL, NULL, NULL));
      oto_scaler_add (&expected, logmel, n_frames);
    }
  oto_scaler_finish (&expected);
  g_assert_cmpfloat (scaler.n_frames, ==, expected.n_frames);
  oto_assert_rel_below (scaler.mean_f, expected.mean_f, row->config.n_mels, 1e-6);
  oto_assert_rel_below (scaler.std_f, expected.std_f, row->config.n_mels, 1e-6);
}

static void
test_windows (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (OtoBatcher) batcher = new_batcher (fixture, G_MAXINT64);
  gboolean seen[11] = { FALSE };
  OtoRng rng, untouched;

  g_assert_cmpuint (oto_batcher_get_n_windows (batcher, 0), ==, 2);
  g_assert_cmpint (oto_batcher_get_window (batcher, 0, 0), ==, 0);
  g_assert_cmpint (oto_batcher_get_window (batcher, 0, 1), ==, 10);
  g_assert_cmpuint (oto_batcher_get_n_windows (batcher, 1), ==, 1);
  g_assert_cmpuint (oto_batcher_get_n_windows (batcher, 2), ==, 1);

  oto_rng_init (&rng, 1);
  for (int i = 0; i < 300; i++)
    {
      gint64 first = oto_batcher_draw_window (batcher, 0, &rng);

      g_assert_cmpint (first, >=, 0);
      g_assert_cmpint (first, <=, 10);
      seen[first] = TRUE;
    }
  for (int i = 0; i <= 10; i++)
    g_assert_true (seen[i]);
  untouched = rng;
  g_assert_cmpint (oto_batcher_draw_window (batcher, 1, &rng), ==, 0);
  g_assert_cmpuint (rng.state, ==, untouched.state);
}

static void
test_targets (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (OtoBatcher) batcher = new_batcher (fixture, G_MAXINT64);
  static const float expected[3][2] = { { 1.f, 1.f }, { 0.f, 0.f }, { 0.f, 1.f } };
  float y[2];

  g_assert_cmpuint (oto_batcher_get_n_classes (batcher), ==, 2);
  for (int i = 0; i < 3; i++)
    {
      oto_batcher_fill_targets (batcher, i, y);
      g_assert_cmpmem (y, sizeof y, expected[i], sizeof y);
    }
}

static char *
find_entry (void)
{
  g_autofree char *root = g_build_filename (g_get_user_cache_dir (), "otoscope", "features", NULL);
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *front_end = g_dir_read_name (dir), *name;
  g_autofree char *inner = g_build_filename (root, front_end, NULL);
  g_autoptr (GDir) inner_dir = g_dir_open (inner, 0, NULL);

  name = g_dir_read_name (inner_dir);
  g_assert_nonnull (name);
  return g_build_filename (inner, name, NULL);
}

/* Whatever stands in the cache, the features are right. */
static void
test_damaged_cache_is_computed_anew (Fixture       *fixture,
                                     gconstpointer  data)
{
  g_autofree char *entry = NULL, *text = NULL;
  g_autoptr (OtoSafetensors) hostile = oto_safetensors_new ();
  const gint64 shape[2] = { N_FRAMES, N_MELS };
  float values[N_FRAMES * N_MELS];
  size_t len;

  check_features (fixture, G_MAXINT64, 70);
  entry = find_entry ();
  g_assert_true (g_file_get_contents (entry, &text, &len, NULL));
  g_assert_true (g_file_set_contents (entry, text, (gssize) len / 2, NULL));
  check_features (fixture, G_MAXINT64, 70);

  for (int i = 0; i < N_FRAMES * N_MELS; i++)
    values[i] = NAN;
  oto_safetensors_add (hostile, "logmel", OTO_DTYPE_F32, 2, shape, values);
  g_assert_true (oto_safetensors_save (hostile, entry, NULL));
  check_features (fixture, G_MAXINT64, 70);

  g_assert_true (g_file_set_contents (entry, "", 0, NULL));
  check_features (fixture, G_MAXINT64, 70);
}

static void
assert_notices (Fixture    *fixture,
                guint       n_expected,
                const char *expected)
{
  g_autoptr (OtoBatcher) batcher = new_batcher (fixture, G_MAXINT64);
  g_auto (GStrv) notices = oto_batcher_take_notices (batcher);
  g_auto (GStrv) again = oto_batcher_take_notices (batcher);

  g_assert_cmpuint (g_strv_length (notices), ==, n_expected);
  if (n_expected > 0)
    g_assert_nonnull (strstr (notices[0], expected));
  g_assert_cmpuint (g_strv_length (again), ==, 0);
}

/* Any bit that flips and any block that a power cut left empty is noticed, told and mended. */
static void
test_flipped_bits_are_noticed (Fixture       *fixture,
                               gconstpointer  data)
{
  g_autofree char *entry = NULL, *sound = NULL;
  size_t len;

  check_features (fixture, G_MAXINT64, 70);
  assert_notices (fixture, 0, NULL);
  entry = find_entry ();
  g_assert_true (g_file_get_contents (entry, &sound, &len, NULL));
  for (size_t pos = 0; pos < len; pos += pos < 300 ? 7 : 331)
    {
      g_autofree char *damaged = g_memdup2 (sound, len);

      if (pos % 2 == 0)
        damaged[pos] ^= (char) (1 << pos % 8);
      else
        memset (damaged + pos, 0, len - pos);
      if (memcmp (damaged, sound, len) == 0)
        continue;
      g_assert_true (g_file_set_contents (entry, damaged, (gssize) len, NULL));
      assert_notices (fixture, 1, "damaged");
      assert_notices (fixture, 0, NULL);
    }
  check_features (fixture, G_MAXINT64, 70);
}

/* Told each time, also where the features come from the cache. */
static void
test_no_sound_is_told (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "audio", "b.wav", NULL);
  float samples[4000] = { [5] = NAN, [6] = INFINITY, [7] = 1e30f };

  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples,
                                      G_N_ELEMENTS (samples), 1, 32000, NULL));
  for (int i = 0; i < 2; i++)
    assert_notices (fixture, 1, "“b.wav” holds 3 values that are no sound");
}

static void
test_unreadable_clip_is_named (Fixture       *fixture,
                               gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "audio", "b.wav", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "no audio at all", -1, NULL));
  g_assert_null (oto_batcher_new (fixture->dataset, fixture->clips, &oto_logmel_config_default,
                                  N_FRAMES, G_MAXINT64, 1, FALSE, NULL, NULL, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "b.wav"));
}

#define ADD(name, func) \
  g_test_add ("/datasets/batcher/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_autofree char *cache = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  cache = oto_test_make_dir ();
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  ADD ("features", test_features);
  ADD ("scaler-leaves-padding-out", test_scaler_rule);
  ADD ("windows", test_windows);
  ADD ("targets", test_targets);
  ADD ("damaged-cache-is-computed-anew", test_damaged_cache_is_computed_anew);
  ADD ("flipped-bits-are-noticed", test_flipped_bits_are_noticed);
  ADD ("no-sound-is-told", test_no_sound_is_told);
  ADD ("unreadable-clip-is-named", test_unreadable_clip_is_named);
  status = g_test_run ();
  oto_test_remove_dir (g_steal_pointer (&cache));
  return status;
}
