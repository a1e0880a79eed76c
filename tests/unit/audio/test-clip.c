/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

static void
test_facts (void)
{
  const float samples[] = { 0.f, 0.5f, 1.f, -1.f, 0.25f, 0.75f };
  g_autoptr (OtoClip) clip = oto_clip_new_from_samples ("two", samples, 3, 2, 6);
  float read[6], mono[2];

  g_assert_cmpstr (oto_clip_get_name (clip), ==, "two");
  g_assert_null (oto_clip_get_path (clip));
  g_assert_null (oto_clip_get_format (clip));
  g_assert_cmpint (oto_clip_get_rate_hz (clip), ==, 6);
  g_assert_cmpint (oto_clip_get_n_channels (clip), ==, 2);
  g_assert_cmpint (oto_clip_get_n_samples (clip), ==, 3);
  g_assert_cmpfloat (oto_clip_get_duration_s (clip), ==, 0.5);

  g_assert_true (oto_clip_read (clip, 0, 3, read, NULL));
  g_assert_cmpmem (read, sizeof read, samples, sizeof samples);
  g_assert_true (oto_clip_read_mono (clip, 1, 2, mono, NULL));
  g_assert_cmpfloat (mono[0], ==, 0.f);
  g_assert_cmpfloat (mono[1], ==, 0.5f);
  g_assert_true (oto_clip_read (clip, 3, 0, read, NULL));
}

/* Longer than the blocks that reading as one channel works in. */
static void
test_mono_long (void)
{
  const int n_samples = 50000, n_channels = 3;
  g_autofree float *samples = g_new (float, n_samples * n_channels);
  g_autofree float *mono = g_new (float, n_samples);
  g_autoptr (OtoClip) clip = NULL;

  oto_test_fill (samples, n_samples * n_channels, 1);
  clip = oto_clip_new_from_samples ("long", samples, n_samples, n_channels, 32000);
  g_assert_true (oto_clip_read_mono (clip, 7, n_samples - 7, mono, NULL));
  for (int i = 0; i < n_samples - 7; i++)
    {
      const float *sample = samples + (i + 7) * n_channels;

      g_assert_cmpfloat_with_epsilon (mono[i], (sample[0] + sample[1] + sample[2]) / 3.0, 1e-6);
    }
}

/* Counted once, however often and in whatever pieces they are read. */
static void
test_invalid (void)
{
  g_autofree float *samples = g_new0 (float, 1000);
  g_autoptr (OtoClip) clip = NULL;
  g_autofree char *hash = NULL;
  float read[1000];

  samples[0] = NAN;
  samples[500] = -INFINITY;
  samples[999] = 2e9f;
  clip = oto_clip_new_from_samples ("invalid", samples, 1000, 1, 32000);

  g_assert_true (oto_clip_read (clip, 0, 400, read, NULL));
  g_assert_cmpuint (oto_clip_get_n_invalid (clip), ==, 1);
  g_assert_true (oto_clip_read (clip, 200, 400, read, NULL));
  g_assert_cmpuint (oto_clip_get_n_invalid (clip), ==, 2);
  g_assert_true (oto_clip_read (clip, 0, 1000, read, NULL));
  g_assert_cmpuint (oto_clip_get_n_invalid (clip), ==, 3);
  hash = oto_clip_dup_hash (clip, NULL, NULL);
  g_assert_cmpuint (oto_clip_get_n_invalid (clip), ==, 3);
  for (int i = 0; i < 1000; i++)
    g_assert_cmpfloat (read[i], ==, 0.f);
}

static void
test_hash (void)
{
  const float samples[] = { 1.f, -1.f, 0.5f, 0.25f };
  g_autoptr (OtoClip) mono = oto_clip_new_from_samples ("a", samples, 4, 1, 8000);
  g_autoptr (OtoClip) again = oto_clip_new_from_samples ("b", samples, 4, 1, 8000);
  g_autoptr (OtoClip) stereo = oto_clip_new_from_samples ("a", samples, 2, 2, 8000);
  g_autoptr (OtoClip) fast = oto_clip_new_from_samples ("a", samples, 4, 1, 16000);
  g_autofree char *hash = oto_clip_dup_hash (mono, NULL, NULL);
  g_autofree char *same = oto_clip_dup_hash (again, NULL, NULL);
  g_autofree char *kept = oto_clip_dup_hash (mono, NULL, NULL);
  g_autofree char *hash_stereo = oto_clip_dup_hash (stereo, NULL, NULL);
  g_autofree char *hash_fast = oto_clip_dup_hash (fast, NULL, NULL);

  /* hashlib.sha256 of struct.pack ("<II4f", 8000, 1, 1, -1, .5, .25). */
  g_assert_cmpstr (hash, ==, "19a3595e5da7643e661e000bb08f0ac1a834007e355435fa04f801da8ef73645");
  g_assert_cmpstr (same, ==, hash);
  g_assert_cmpstr (kept, ==, hash);
  g_assert_cmpstr (hash_stereo, !=, hash);
  g_assert_cmpstr (hash_fast, !=, hash);
}

static void
test_hash_cancelled (void)
{
  const float sample = 1.f;
  g_autoptr (OtoClip) clip = oto_clip_new_from_samples ("a", &sample, 1, 1, 8000);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (oto_clip_dup_hash (clip, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  hash = oto_clip_dup_hash (clip, NULL, NULL);
  g_assert_nonnull (hash);
}

static gpointer
read_worker (gpointer data)
{
  OtoClip *clip = data;
  OtoRng rng;

  oto_rng_init (&rng, (guintptr) g_thread_self ());
  for (int i = 0; i < 200; i++)
    {
      gint64 first = (gint64) oto_rng_below (&rng, 90000);
      g_autofree float *read = g_new (float, 10000);

      g_assert_true (oto_clip_read (clip, first, 10000, read, NULL));
      g_assert_cmpfloat_with_epsilon (read[0], (double) (first % 1000) / 1000, 1e-4);
      g_assert_cmpfloat_with_epsilon (read[9999], (double) ((first + 9999) % 1000) / 1000, 1e-4);
    }
  return NULL;
}

static void
test_threads (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "a.flac", NULL);
  g_autofree float *samples = g_new (float, 100000);
  g_autoptr (OtoClip) clip = NULL;
  GThread *threads[4];

  for (int i = 0; i < 100000; i++)
    samples[i] = (float) (i % 1000) / 1000.f;
  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_FLAC_PCM16, samples, 100000, 1, 32000,
                                      NULL));
  clip = oto_audio_file_open (path, NULL);
  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("read", read_worker, clip);
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (oto_clip_get_n_invalid (clip), ==, 0);
  g_assert_finalize_object (g_steal_pointer (&clip));
  oto_test_remove_dir (dir);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/audio/clip/read/facts-and-samples", test_facts);
  g_test_add_func ("/audio/clip/read-mono/longer-than-a-block", test_mono_long);
  g_test_add_func ("/audio/clip/read/invalid-values-count-once", test_invalid);
  g_test_add_func ("/audio/clip/read/from-many-threads", test_threads);
  g_test_add_func ("/audio/clip/hash/tells-clips-apart", test_hash);
  g_test_add_func ("/audio/clip/hash/can-be-cancelled", test_hash_cancelled);
  return g_test_run ();
}
