/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define RATE_HZ   8000
#define N_SAMPLES (RATE_HZ / 2)

typedef struct
{
  char *dir;
  char *audio;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->dir = oto_test_make_dir ();
  fixture->audio = g_build_filename (fixture->dir, "audio", NULL);
  g_assert_cmpint (g_mkdir (fixture->audio, 0777), ==, 0);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_free (fixture->audio);
  oto_test_remove_dir (fixture->dir);
}

static void
save_samples (Fixture        *fixture,
              const char     *name,
              OtoAudioFormat  format,
              const float    *samples,
              gint64          n_samples,
              int             n_channels,
              int             rate_hz)
{
  g_autofree char *path = g_build_filename (fixture->audio, name, NULL);

  g_assert_true (oto_audio_file_save (path, format, samples, n_samples, n_channels, rate_hz, NULL));
}

/* Noise of its own; the same seed is the same sound. */
static void
save_noise (Fixture        *fixture,
            const char     *name,
            guint64         seed)
{
  float samples[N_SAMPLES];

  oto_test_fill (samples, N_SAMPLES, seed);
  for (int i = 0; i < N_SAMPLES; i++)
    samples[i] = rintf (samples[i] * 16384.f) / 32768.f;
  save_samples (fixture, name,
                g_str_has_suffix (name, ".flac") ? OTO_AUDIO_FORMAT_FLAC_PCM16
                                                 : OTO_AUDIO_FORMAT_WAV_PCM16,
                samples, N_SAMPLES, 1, RATE_HZ);
}

static void
save_text (Fixture    *fixture,
           const char *name,
           const char *text)
{
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static OtoDatasetSummary *
check (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  OtoDatasetSummary *summary =
    oto_dataset_check (fixture->dir, OTO_DATASET_CHECK_SHORT_S, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return summary;
}

/* The names with a problem, in their order, with spaces between. */
static char *
list (const OtoDatasetSummary *summary,
      OtoDatasetProblemKind    kind)
{
  const GArray *problems = oto_dataset_summary_get_problems (summary);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < problems->len; i++)
    {
      const OtoDatasetProblem *problem = &g_array_index (problems, OtoDatasetProblem, i);

      if (problem->kind == kind)
        g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "",
                                problem->name != NULL ? problem->name : "-");
    }
  return g_string_free (names, FALSE);
}

static void
assert_list (const OtoDatasetSummary *summary,
             OtoDatasetProblemKind    kind,
             const char              *expected)
{
  g_autofree char *names = list (summary, kind);

  g_assert_cmpstr (names, ==, expected);
}

static void
test_good (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr (OtoDatasetSummary) summary = NULL;
  const OtoDatasetCount *count;

  save_noise (fixture, "a.wav", 1);
  save_noise (fixture, "b.wav", 2);
  save_text (fixture, "labels.tsv", "filename\tonset\toffset\tevent_label\n"
                                    "a.wav\t0.1\t0.2\tDog\na.wav\t0.2\t0.3\tDog\n"
                                    "a.wav\t0\t0.3\tCat\n");
  save_text (fixture, "folds.tsv", "filename\tfold\na.wav\t1\nb.wav\t2\n");
  summary = check (fixture);
  g_assert_cmpuint (oto_dataset_summary_get_problems (summary)->len, ==, 1);
  assert_list (summary, OTO_DATASET_UNLABELLED, "b.wav");
  g_assert_cmpuint (oto_dataset_summary_get_n_clips (summary), ==, 2);
  g_assert_cmpuint (oto_dataset_summary_get_n_empty (summary), ==, 1);
  g_assert_cmpfloat (oto_dataset_summary_get_total_s (summary), ==, 1.0);
  count = &g_array_index (oto_dataset_summary_get_classes (summary), OtoDatasetCount, 1);
  g_assert_cmpstr (count->name, ==, "Dog");
  g_assert_cmpuint (count->n_clips, ==, 1);
  g_assert_cmpuint (count->n_events, ==, 2);
}

/* The same sound in other files and codings is found, across folds and within one. */
static void
test_leak (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr (OtoDatasetSummary) summary = NULL;

  save_noise (fixture, "a.wav", 1);
  save_noise (fixture, "b.flac", 1);
  save_noise (fixture, "c.wav", 1);
  save_noise (fixture, "d.wav", 2);
  save_text (fixture, "labels.tsv", "filename\tevent_labels\na.wav\tDog\nb.flac\tDog\nc.wav\tCat\n"
                                    "d.wav\tCat\n");
  save_text (fixture, "folds.tsv", "filename\tfold\na.wav\t1\nb.flac\t2\nc.wav\t1\nd.wav\t2\n");
  summary = check (fixture);
  assert_list (summary, OTO_DATASET_LEAK, "b.flac");
  assert_list (summary, OTO_DATASET_DUPLICATE, "c.wav");
  assert_list (summary, OTO_DATASET_LABELS_DIFFER, "c.wav");
  g_assert_cmpuint (oto_dataset_summary_count_errors (summary), ==, 2);
}

/* A sine at full scale is not clipped; what was cut off is. */
static void
test_sound (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autoptr (OtoDatasetSummary) summary = NULL;
  float sine[N_SAMPLES], clipped[N_SAMPLES], silence[N_SAMPLES] = { 0.f }, invalid[N_SAMPLES];
  float opposite[2 * N_SAMPLES];

  for (int i = 0; i < N_SAMPLES; i++)
    {
      sine[i] = (float) sin (2.0 * G_PI * 100.0 * i / RATE_HZ);
      clipped[i] = CLAMP (1.5f * sine[i], -1.f, 1.f);
      invalid[i] = i == 7 ? NAN : 0.1f * sine[i];
      opposite[2 * i] = 0.5f * sine[i];
      opposite[2 * i + 1] = -0.5f * sine[i];
    }
  save_samples (fixture, "sine.wav", OTO_AUDIO_FORMAT_WAV_PCM16, sine, N_SAMPLES, 1, RATE_HZ);
  save_samples (fixture, "clipped.wav", OTO_AUDIO_FORMAT_WAV_PCM16, clipped, N_SAMPLES, 1,
                RATE_HZ);
  save_samples (fixture, "silent.wav", OTO_AUDIO_FORMAT_WAV_PCM16, silence, N_SAMPLES, 1, RATE_HZ);
  save_samples (fixture, "silent2.wav", OTO_AUDIO_FORMAT_WAV_PCM16, silence, N_SAMPLES, 1,
                RATE_HZ);
  save_samples (fixture, "invalid.wav", OTO_AUDIO_FORMAT_WAV_FLOAT, invalid, N_SAMPLES, 1,
                RATE_HZ);
  save_samples (fixture, "opposite.wav", OTO_AUDIO_FORMAT_WAV_PCM16, opposite, N_SAMPLES, 2,
                RATE_HZ);
  save_samples (fixture, "short.wav", OTO_AUDIO_FORMAT_WAV_PCM16, sine, 100, 1, 16000);
  save_text (fixture, "audio/bad.wav", "no sound");
  save_text (fixture, "labels.tsv", "filename\tevent_labels\nsine.wav\tTone\n");
  summary = check (fixture);
  assert_list (summary, OTO_DATASET_CLIPPED, "clipped.wav");
  assert_list (summary, OTO_DATASET_SILENT, "silent.wav silent2.wav");
  assert_list (summary, OTO_DATASET_INVALID, "invalid.wav");
  assert_list (summary, OTO_DATASET_CANCELLING, "opposite.wav");
  assert_list (summary, OTO_DATASET_SHORT, "short.wav");
  assert_list (summary, OTO_DATASET_UNREADABLE, "bad.wav");
  assert_list (summary, OTO_DATASET_RATES, "8000 16000");
  assert_list (summary, OTO_DATASET_CHANNELS, "1 2");
  assert_list (summary, OTO_DATASET_LEAK, "");
  assert_list (summary, OTO_DATASET_DUPLICATE, "");
  g_assert_cmpuint (oto_dataset_summary_count (summary, OTO_DATASET_UNLABELLED), ==, 6);
}

/* Lists that name what is not there, or times that cannot be; the rest is looked at. */
static void
test_lists (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autoptr (OtoDatasetSummary) summary = NULL;

  save_noise (fixture, "a.wav", 1);
  save_noise (fixture, "b.wav", 2);
  save_noise (fixture, "c.wav", 3);
  save_text (fixture, "labels.tsv", "filename\tonset\toffset\tevent_label\na\t0.1\t0.7\tDog\n"
                                    "b.wav\t100\t200\tdog\nno.wav\t0\t1\tCat\nc.wav\t2\t1\tCat\n"
                                    "c.wav\t0.1\t0.2\tCat\n");
  save_text (fixture, "folds.tsv", "Filename\tFold\na.wav\t1\nb.wav\t2\nc.wav\t2\ngone.wav\t1\n");
  summary = check (fixture);
  assert_list (summary, OTO_DATASET_MISSING, "gone.wav no.wav");
  assert_list (summary, OTO_DATASET_BAD_LINE, "labels.tsv:5");
  assert_list (summary, OTO_DATASET_BEHIND, "b.wav");
  assert_list (summary, OTO_DATASET_PAST_END, "a.wav");
  assert_list (summary, OTO_DATASET_ALIKE, "Dog, dog");
  assert_list (summary, OTO_DATASET_UNLOADABLE, "-");
}

static void
test_no_dataset (Fixture       *fixture,
                 gconstpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_dataset_check (fixture->dir, 0.0, NULL, NULL, NULL, &error));
  g_assert_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT);
}

#define add(path, func) g_test_add ((path), Fixture, NULL, set_up, (func), tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/datasets/check/good", test_good);
  add ("/datasets/check/the-same-sound", test_leak);
  add ("/datasets/check/sound", test_sound);
  add ("/datasets/check/lists", test_lists);
  add ("/datasets/check/no-dataset", test_no_dataset);
  return g_test_run ();
}
