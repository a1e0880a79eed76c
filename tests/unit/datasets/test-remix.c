/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_EVENTS 30
#define N_SCENES 20
#define RATE_HZ  8000

typedef struct
{
  char           *dir;
  char           *events_csv;
  char           *scenes_csv;
  char           *out;
  OtoRemixConfig  config;
} Fixture;

static void
save_noise (const char *dir,
            const char *name,
            gint64      n_samples,
            guint64     seed,
            float       level)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree float *samples = g_new (float, n_samples);

  oto_test_fill (samples, n_samples, seed);
  for (gint64 i = 0; i < n_samples; i++)
    samples[i] *= level;
  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, n_samples, 1,
                                      RATE_HZ, NULL));
}

/* Events of 0.1 s and more; scenes of half a second, which are repeated to fill a clip. */
static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GString) events = g_string_new ("fname,label,manually_verified\n");
  g_autoptr (GString) scenes = g_string_new ("filename\tscene_label\n");

  fixture->dir = oto_test_make_dir ();
  fixture->out = g_build_filename (fixture->dir, "out", NULL);
  fixture->events_csv = g_build_filename (fixture->dir, "events.csv", NULL);
  fixture->scenes_csv = g_build_filename (fixture->dir, "scenes.tsv", NULL);
  for (int i = 0; i < N_EVENTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("e%02d.wav", i);

      save_noise (fixture->dir, name, i == 7 ? 3 * RATE_HZ : RATE_HZ / 10 * (1 + i % 3), i, 0.1f);
      g_string_append_printf (events, "%s,Class_%d,%d\n", name, i % 4, i % 5 != 0);
    }
  for (int i = 0; i < N_SCENES; i++)
    {
      g_autofree char *name = g_strdup_printf ("s%02d.wav", i);

      save_noise (fixture->dir, name, RATE_HZ / 2, 1000 + i, 0.5f);
      g_string_append_printf (scenes, "%s\tpark\n", name);
    }
  g_assert_true (g_file_set_contents (fixture->events_csv, events->str, -1, NULL));
  g_assert_true (g_file_set_contents (fixture->scenes_csv, scenes->str, -1, NULL));

  fixture->config = oto_remix_config_default;
  fixture->config.events_csv = fixture->events_csv;
  fixture->config.scenes_csv = fixture->scenes_csv;
  fixture->config.n_clips = 16;
  fixture->config.n_threads = 2;
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  oto_test_remove_dir (fixture->dir);
  g_free (fixture->events_csv);
  g_free (fixture->scenes_csv);
  g_free (fixture->out);
}

static void
run (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  oto_remix_run (&fixture->config, fixture->out, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_fails (Fixture    *fixture,
              const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (oto_remix_run (&fixture->config, fixture->out, NULL, NULL, NULL, &error));
  g_assert_nonnull (error);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static GPtrArray *
load_list (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->out, "mixture.yaml", NULL);
  g_autoptr (GError) error = NULL;
  GPtrArray *mixtures = oto_mixture_load_list (path, &error);

  g_assert_no_error (error);
  return mixtures;
}

/* What the released program's list has for these sources and N = 16, computed with NumPy's
 * generator written out again in another language: scenes in their shuffled order, and every
 * fold's tiled events. */
static void
test_published_list (Fixture       *fixture,
                     gconstpointer  data)
{
  static const int scenes[16] = { 3, 13, 2, 16, 14, 5, 4, 0, 8, 18, 17, 11, 10, 9, 7, 1 };
  static const int tiled[4][12] = {
    { 14, 11, 28, 19, 7, 18, 14, 11, 28, 19, 7, 18 },
    { 8, 9, 12, 2, 13, 8, 9, 12, 2, 13, 8, 9 },
    { 4, 27, 3, 17, 22, 21, 16, 4, 27, 3, 17, 22 },
    { 1, 23, 24, 29, 6, 26, 1, 23, 24, 29, 6, 26 },
  };
  static const int permuted[4][12] = {
    { 28, 11, 19, 18, 7, 14, 7, 11, 28, 18, 14, 19 },
    { 2, 12, 9, 8, 13, 12, 9, 2, 13, 8, 8, 9 },
    { 17, 16, 4, 27, 3, 21, 22, 4, 27, 3, 17, 22 },
    { 24, 23, 26, 6, 1, 29, 23, 6, 29, 26, 24, 1 },
  };
  const gboolean independent = GPOINTER_TO_INT (data);
  g_autoptr (GPtrArray) mixtures = NULL;

  fixture->config.independent_permutations = independent;
  run (fixture);
  mixtures = load_list (fixture);
  g_assert_cmpuint (mixtures->len, ==, 16);
  for (int i = 0; i < 16; i++)
    {
      const OtoMixture *mixture = g_ptr_array_index (mixtures, i);
      g_autofree char *name = g_strdup_printf ("%05d.flac", i);
      g_autofree char *scene = g_strdup_printf ("s%02d.wav", scenes[i]);

      g_assert_cmpstr (mixture->name, ==, name);
      g_assert_cmpstr (mixture->scene_name, ==, scene);
      g_assert_cmpint (mixture->fold, ==, i / 4 + 1);
      g_assert_cmpuint (mixture->n_events, ==, 3);
      for (int e = 0; e < 3; e++)
        {
          const int (*expected)[12] = independent ? permuted : tiled;
          int index = expected[i / 4][i % 4 * 3 + e];
          g_autofree char *event = g_strdup_printf ("e%02d.wav", index);
          double duration_s = index == 7 ? 2.0 : 0.1 * (1 + index % 3);

          g_assert_cmpstr (mixture->events[e].audio_name, ==, event);
          g_assert_cmpfloat (mixture->events[e].onset_s, ==, 0.5 + 2.5 * e);
          g_assert_cmpfloat_with_epsilon (mixture->events[e].offset_s, 0.5 + 2.5 * e + duration_s,
                                          1e-6);
        }
    }
}

static double
rms_of (const float *stereo,
        gint64       begin,
        gint64       end,
        int          channel)
{
  double energy = 0.0;

  for (gint64 i = begin; i < end; i++)
    energy += (double) stereo[2 * i + channel] * stereo[2 * i + channel];
  return sqrt (energy / (double) (end - begin));
}

/* Left has the events at the level asked for and nothing else, right the scene; the louder one
 * peaks at full scale. */
static void
test_levels (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (GPtrArray) mixtures = NULL;
  g_autoptr (GError) error = NULL;

  fixture->config.n_clips = 4;
  fixture->config.snr_min_db = fixture->config.snr_max_db = 6.0;
  run (fixture);
  mixtures = load_list (fixture);
  for (guint n = 0; n < mixtures->len; n++)
    {
      const OtoMixture *mixture = g_ptr_array_index (mixtures, n);
      g_autofree char *path = g_build_filename (fixture->out, "audio", mixture->name, NULL);
      g_autoptr (OtoClip) clip = oto_audio_file_open (path, &error);
      g_autofree float *samples = g_new (float, 640000);
      double scene, peak = 0.0;

      g_assert_no_error (error);
      g_assert_cmpint (oto_clip_get_n_samples (clip), ==, 320000);
      g_assert_cmpint (oto_clip_get_n_channels (clip), ==, 2);
      g_assert_cmpint (oto_clip_get_rate_hz (clip), ==, 32000);
      g_assert_true (oto_clip_read (clip, 0, 320000, samples, NULL));
      for (int i = 0; i < 640000; i++)
        peak = fmax (peak, fabs (samples[i]));
      g_assert_cmpfloat_with_epsilon (peak, 1.0, 1e-4);
      scene = rms_of (samples, 0, 320000, 1);
      for (guint e = 0; e < mixture->n_events; e++)
        {
          gint64 begin = (gint64) (mixture->events[e].onset_s * 32000);
          gint64 end = (gint64) (mixture->events[e].offset_s * 32000);

          /* Only a whole file has exactly the level. */
          if (end - begin < 60000)
            g_assert_cmpfloat_with_epsilon (20.0 * log10 (rms_of (samples, begin, end, 0) / scene),
                                            6.0, 0.02);
          g_assert_cmpfloat (rms_of (samples, end + 2, end + 9000, 0), ==, 0.0);
        }
    }
}

static void
test_list_makes_the_same (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autofree char *first = g_strdup (fixture->out);
  g_autofree char *list = g_build_filename (first, "mixture.yaml", NULL);
  static const char * const names[] = { "audio/00003.flac", "labels.tsv", "folds.tsv",
                                        "mixture.yaml" };

  fixture->config.n_clips = 6;
  fixture->config.snr_max_db = 20.0;
  fixture->config.random_onsets = TRUE;
  fixture->config.events_min = 0;
  fixture->config.events_max = 4;
  fixture->config.synthetic = 0.3;
  run (fixture);

  g_free (fixture->out);
  fixture->out = g_build_filename (fixture->dir, "again", NULL);
  fixture->config = oto_remix_config_default;
  fixture->config.list_yaml = list;
  fixture->config.events_csv = fixture->events_csv;
  fixture->config.scenes_csv = fixture->scenes_csv;
  fixture->config.n_threads = 1;
  run (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (first, names[i], NULL);
      g_autofree char *again = g_build_filename (fixture->out, names[i], NULL);
      g_autofree char *text = NULL, *text_again = NULL;
      size_t len, len_again;

      g_assert_true (g_file_get_contents (path, &text, &len, NULL));
      g_assert_true (g_file_get_contents (again, &text_again, &len_again, NULL));
      g_assert_cmpmem (text, len, text_again, len_again);
    }
}

static void
test_random_onsets_do_not_overlap (Fixture       *fixture,
                                   gconstpointer  data)
{
  g_autoptr (GPtrArray) mixtures = NULL;
  guint n_other = 0;

  fixture->config.n_clips = 8;
  fixture->config.random_onsets = TRUE;
  fixture->config.events_max = 4;
  run (fixture);
  mixtures = load_list (fixture);
  for (guint n = 0; n < mixtures->len; n++)
    {
      const OtoMixture *mixture = g_ptr_array_index (mixtures, n);

      for (guint e = 0; e < mixture->n_events; e++)
        {
          double end_s = e + 1 < mixture->n_events ? mixture->events[e + 1].onset_s : 10.0;

          g_assert_cmpfloat (mixture->events[e].onset_s, >=, 0.0);
          g_assert_cmpfloat (mixture->events[e].offset_s, <=, end_s + 2e-6);
          n_other += fabs (mixture->events[e].onset_s - (0.5 + 2.5 * e)) > 0.01;
        }
    }
  g_assert_cmpuint (n_other, >, 20);
}

/* With fold and recording columns: folds as given, verification ignored, scenes of a recording in
 * one fold. */
static void
write_folds (Fixture *fixture,
             gboolean mixed)
{
  g_autoptr (GString) events = g_string_new ("fname,label,manually_verified,fold,recording,"
                                             "licence\n");
  g_autoptr (GString) scenes = g_string_new ("filename,recording,licence\n");

  for (int i = 0; i < N_EVENTS; i++)
    g_string_append_printf (events, "e%02d.wav,Class_%d,0,%d,r%d,%s\n", i, i % 4, i % 4 + 1,
                            mixed && i == 29 ? 0 : i % 4, i < 20 ? "CC BY; x" : "CC BY-NC");
  for (int i = 0; i < N_SCENES; i++)
    g_string_append_printf (scenes, "s%02d.wav,p%d,%s\n", i, i / 3, i < 15 ? "CC0" : "unknown");
  g_assert_true (g_file_set_contents (fixture->events_csv, events->str, -1, NULL));
  g_assert_true (g_file_set_contents (fixture->scenes_csv, scenes->str, -1, NULL));
}

static void
test_recordings_stay_in_their_fold (Fixture       *fixture,
                                    gconstpointer  data)
{
  const char *licences[] = { "CC BY", NULL }, *scene_licences[] = { "CC0", NULL };
  int folds[N_SCENES] = { 0 };
  g_autoptr (GPtrArray) mixtures = NULL;
  guint n_in_fold[5] = { 0 };

  write_folds (fixture, FALSE);
  fixture->config.n_clips = 16;
  fixture->config.licences = licences;
  fixture->config.scene_licences = scene_licences;
  run (fixture);
  mixtures = load_list (fixture);
  for (guint n = 0; n < mixtures->len; n++)
    {
      const OtoMixture *mixture = g_ptr_array_index (mixtures, n);
      int recording = atoi (mixture->scene_name + 1) / 3;

      g_assert_cmpint (recording, <, 5);
      g_assert_true (folds[recording] == 0 || folds[recording] == mixture->fold);
      folds[recording] = mixture->fold;
      for (guint e = 0; e < mixture->n_events; e++)
        {
          int index = atoi (mixture->events[e].audio_name + 1);

          g_assert_cmpint (index, <, 20);
          g_assert_cmpint (index % 4 + 1, ==, mixture->fold);
        }
    }
  for (int r = 0; r < 5; r++)
    n_in_fold[folds[r]]++;
  for (int fold = 1; fold <= 4; fold++)
    g_assert_cmpuint (n_in_fold[fold], >=, 1);
}

static void
test_shared_recording_is_refused (Fixture       *fixture,
                                  gconstpointer  data)
{
  write_folds (fixture, TRUE);
  assert_fails (fixture, "“r0” is in fold");
}

static void
test_synthesised_classes_take_part (Fixture       *fixture,
                                    gconstpointer  data)
{
  g_autoptr (GPtrArray) mixtures = NULL;
  guint n_synthesised = 0, n_scenes = 0;

  fixture->config.synthetic = 1.0;
  fixture->config.n_clips = 4;
  run (fixture);
  mixtures = load_list (fixture);
  for (guint n = 0; n < mixtures->len; n++)
    {
      const OtoMixture *mixture = g_ptr_array_index (mixtures, n);

      n_scenes += g_str_has_prefix (mixture->scene_name, "synth/");
      for (guint e = 0; e < mixture->n_events; e++)
        {
          gboolean is_synthesised = g_str_has_prefix (mixture->events[e].audio_name, "synth/");

          g_assert_cmpint (is_synthesised, ==, oto_synth_has_class (mixture->events[e].label));
          n_synthesised += is_synthesised;
        }
    }
  g_assert_cmpuint (n_scenes, ==, 4);
  g_assert_cmpuint (n_synthesised, >, 0);
}

static void
test_failure_leaves_nothing (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autofree char *silent = g_build_filename (fixture->dir, "e11.wav", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  save_noise (fixture->dir, "e11.wav", 800, 1, 0.f);
  assert_fails (fixture, "silent");
  g_assert_cmpint (g_remove (silent), ==, 0);
  assert_fails (fixture, "e11.wav");

  save_noise (fixture->dir, "e11.wav", 800, 1, 1.f);
  g_cancellable_cancel (cancellable);
  g_assert_false (oto_remix_run (&fixture->config, fixture->out, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  dir = g_dir_open (fixture->dir, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_false (g_str_has_prefix (name, "out"));

  g_assert_cmpint (g_mkdir (fixture->out, 0777), ==, 0);
  run (fixture);
  assert_fails (fixture, "not empty");
}

static void
test_settings_are_checked (Fixture       *fixture,
                           gconstpointer  data)
{
  fixture->config.events_max = 5;
  assert_fails (fixture, "random onsets");
  fixture->config.events_min = 6;
  assert_fails (fixture, "number of events");
  fixture->config.events_min = 0;
  fixture->config.events_max = 3;
  fixture->config.snr_min_db = NAN;
  assert_fails (fixture, "level");
  fixture->config.snr_min_db = 0.0;
  fixture->config.n_clips = 2;
  assert_fails (fixture, "number of clips");
  fixture->config.n_clips = 16;
  fixture->config.synthetic = 2.0;
  assert_fails (fixture, "share");
  fixture->config.synthetic = 0.0;
  g_assert_true (g_file_set_contents (fixture->events_csv, "a,b\nc,d\n", -1, NULL));
  assert_fails (fixture, "no column “fname”");
}

/* Events of one fold alone, as for an evaluation, make a data set of that fold. */
static void
test_only_fold (Fixture       *fixture,
                gconstpointer  user_data)
{
  g_autoptr (GString) events = g_string_new ("fname,label,fold\n");
  g_autoptr (OtoDataset) dataset = NULL;
  g_autoptr (GArray) clips = NULL;

  for (int i = 0; i < 8; i++)
    g_string_append_printf (events, "e%02d.wav,Class_%d,3\n", i, i % 4);
  g_assert_true (g_file_set_contents (fixture->events_csv, events->str, -1, NULL));
  fixture->config.n_clips = 4;
  run (fixture);
  dataset = oto_dataset_load (fixture->out, NULL);
  clips = oto_dataset_list_clips (dataset, 3, TRUE, NULL);
  g_assert_cmpuint (clips->len, ==, 4);
}

/* A list may not write outside the folder. */
static void
test_hostile_names_are_refused (Fixture       *fixture,
                                gconstpointer  data)
{
  g_autofree char *list = g_build_filename (fixture->dir, "list.yaml", NULL);

  fixture->config.list_yaml = list;
  g_assert_true (g_file_set_contents (list, "- {mixture_name: ../x.wav, fold: 1, events: [], "
                                      "scene_audio_name: s00.wav}\n", -1, NULL));
  assert_fails (fixture, "cannot be the name");
  g_assert_true (g_file_set_contents (list, "- {mixture_name: a.wav, fold: 1, events: [], "
                                      "scene_audio_name: s00.wav}\n- {mixture_name: a.flac, fold: "
                                      "1, events: [], scene_audio_name: s00.wav}\n", -1, NULL));
  assert_fails (fixture, "two clips");
}

#define ADD(name, data, func) \
  g_test_add ("/datasets/remix/" name, Fixture, data, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("published-list", GINT_TO_POINTER (FALSE), test_published_list);
  ADD ("independent-permutations", GINT_TO_POINTER (TRUE), test_published_list);
  ADD ("levels", NULL, test_levels);
  ADD ("list-makes-the-same", NULL, test_list_makes_the_same);
  ADD ("random-onsets-do-not-overlap", NULL, test_random_onsets_do_not_overlap);
  ADD ("only-fold", NULL, test_only_fold);
  ADD ("recordings-stay-in-their-fold", NULL, test_recordings_stay_in_their_fold);
  ADD ("shared-recording-is-refused", NULL, test_shared_recording_is_refused);
  ADD ("synthesised-classes-take-part", NULL, test_synthesised_classes_take_part);
  ADD ("failure-leaves-nothing", NULL, test_failure_leaves_nothing);
  ADD ("settings-are-checked", NULL, test_settings_are_checked);
  ADD ("hostile-names-are-refused", NULL, test_hostile_names_are_refused);
  return g_test_run ();
}
