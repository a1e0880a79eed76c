/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "datasets/oto-remixer.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define RATE_HZ  32000
#define CLIP_LEN 320000
#define N_FRAMES 311
#define N_MELS   64

/* Two classes of two tones each, one of either in fold 2; four scenes of hiss. */
typedef struct
{
  char             *dir;
  OtoDataset       *dataset;
  GArray           *clips;
  OtoAugment        augment;
  OtoRemixerConfig  config;
} Fixture;

static void
save_sound (Fixture    *fixture,
            const char *name,
            gint64      n_samples,
            double      hz)
{
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);
  g_autofree float *samples = g_new (float, n_samples);

  oto_test_fill (samples, n_samples, (guint64) n_samples);
  for (gint64 i = 0; i < n_samples && hz > 0.0; i++)
    samples[i] = 0.2f * (float) sin (2.0 * G_PI * hz * (double) i / RATE_HZ);
  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, n_samples, 1,
                                      RATE_HZ, NULL));
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  static const char events[] = "fname,label,fold\nlow1.wav,Low,1\nlow2.wav,Low,2\n"
                               "high1.wav,High,1\nhigh2.wav,High,2\n";
  static const char scenes[] = "filename,fold\ns1.wav,1\ns2.wav,2\n";
  g_autofree char *events_csv = NULL, *scenes_csv = NULL, *list = NULL;
  OtoRemixConfig remix = oto_remix_config_default;
  g_autoptr (GError) error = NULL;

  fixture->dir = oto_test_make_dir ();
  save_sound (fixture, "low1.wav", 8000, 500.0);
  save_sound (fixture, "low2.wav", 16000, 600.0);
  save_sound (fixture, "high1.wav", 32000, 4000.0);
  save_sound (fixture, "high2.wav", 64000, 5000.0);
  save_sound (fixture, "s1.wav", 20000, 0.0);
  save_sound (fixture, "s2.wav", 30000, 0.0);
  events_csv = g_build_filename (fixture->dir, "events.csv", NULL);
  scenes_csv = g_build_filename (fixture->dir, "scenes.csv", NULL);
  list = g_build_filename (fixture->dir, "list.yaml", NULL);
  g_assert_true (g_file_set_contents (events_csv, events, -1, NULL));
  g_assert_true (g_file_set_contents (scenes_csv, scenes, -1, NULL));

  remix.events_csv = events_csv;
  remix.scenes_csv = scenes_csv;
  remix.n_clips = 12;
  remix.random_onsets = TRUE;
  oto_remix_save_list (&remix, list, NULL, &error);
  g_assert_no_error (error);
  fixture->dataset = oto_dataset_load_mixtures (list, &error);
  g_assert_no_error (error);
  fixture->clips = oto_dataset_list_clips (fixture->dataset, 2, FALSE, &error);
  g_assert_no_error (error);

  oto_augment_init (&fixture->augment);
  fixture->config = (OtoRemixerConfig) {
    .augment = &fixture->augment,
    .front_end = &oto_logmel_config_default,
    .n_window_frames = N_FRAMES,
    .n_max_clips = 4,
    .seed = 1,
    .budget_bytes = 1 << 24,
    .n_threads = 2,
  };
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_array_unref (fixture->clips);
  g_assert_finalize_object (fixture->dataset);
  oto_test_remove_dir (fixture->dir);
}

static OtoRemixer *
new_remixer (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  OtoRemixer *self = oto_remixer_new (fixture->dataset, fixture->clips, &fixture->config, NULL,
                                      NULL, NULL, &error);

  g_assert_no_error (error);
  return self;
}

/* Energy of a channel: 0, events; 1, scene. */
static double
get_energy (const float *samples,
            int          channel)
{
  double energy = 0.0;

  for (int i = 0; i < CLIP_LEN; i++)
    energy += (double) samples[2 * i + channel] * samples[2 * i + channel];
  return energy;
}

/* Only sounds of the clips that were given; labels say what is there; a clip of no events is the
 * scene alone; the peak is 1. */
static void
test_mix (Fixture       *fixture,
          gconstpointer  data)
{
  g_autoptr (OtoRemixer) self = NULL;
  g_autofree float *samples = g_new (float, 2 * CLIP_LEN);
  guint n_empty = 0, n_of_class[2] = { 0, 0 };
  OtoRng rng;

  fixture->augment.values[OTO_AUGMENT_EVENTS_MAX] = 1.0;
  self = new_remixer (fixture);
  oto_rng_init (&rng, 1);
  for (int i = 0; i < 40; i++)
    {
      g_autoptr (GError) error = NULL;
      float y[2], peak = 0.f;
      double in_high = 0.0, in_low = 0.0;

      g_assert_true (oto_remixer_mix (self, &rng, samples, y, &error));
      for (int n = 0; n < 2 * CLIP_LEN; n++)
        peak = fmaxf (peak, fabsf (samples[n]));
      g_assert_cmpfloat_with_epsilon (peak, 1.f, 1e-6);
      n_empty += y[0] + y[1] == 0.f;
      n_of_class[0] += y[0] == 1.f;
      n_of_class[1] += y[1] == 1.f;
      if (y[0] + y[1] == 0.f)
        {
          g_assert_cmpfloat (get_energy (samples, 0), ==, 0.0);
          continue;
        }
      for (int n = 0; n + 64 < CLIP_LEN; n++)
        {
          /* The tones of fold 1 repeat after 8 and after 64 samples. */
          const double d8 = samples[2 * n] - samples[2 * (n + 8)];
          const double d64 = samples[2 * n] - samples[2 * (n + 64)];

          in_high += d8 * d8;
          in_low += d64 * d64;
        }
      /* “High” is the first class by name. At either end of an event a period differs. */
      g_assert_cmpfloat (y[0] == 1.f ? in_high : in_low, <, 0.05 * get_energy (samples, 0));
    }
  g_assert_cmpuint (n_empty, >, 5);
  g_assert_cmpuint (n_of_class[0], >, 3);
  g_assert_cmpuint (n_of_class[1], >, 3);
}

/* The level of one event over the scene is in the range that was asked for. */
static void
test_level (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (OtoRemixer) self = NULL;
  g_autofree float *samples = g_new (float, 2 * CLIP_LEN);
  OtoRng rng;

  fixture->augment.values[OTO_AUGMENT_EVENTS_MIN] = 1.0;
  fixture->augment.values[OTO_AUGMENT_EVENTS_MAX] = 1.0;
  fixture->augment.values[OTO_AUGMENT_SNR_MIN] = 6.0;
  fixture->augment.values[OTO_AUGMENT_SNR_MAX] = 6.0;
  fixture->augment.values[OTO_AUGMENT_LEVEL] = 20.0;
  self = new_remixer (fixture);
  oto_rng_init (&rng, 2);
  for (int i = 0; i < 10; i++)
    {
      float y[2];
      double len, ratio;

      g_assert_true (oto_remixer_mix (self, &rng, samples, y, NULL));
      len = y[0] == 1.f ? 32000.0 : 8000.0;
      ratio = get_energy (samples, 0) / len / (get_energy (samples, 1) / CLIP_LEN);
      g_assert_cmpfloat_with_epsilon (10.0 * log10 (ratio), 6.0, 0.02);
    }
}

static void
take (OtoRemixer *self,
      int         epoch,
      int         step,
      int         n_clips,
      float      *x,
      float      *y)
{
  g_autoptr (GError) error = NULL;
  OtoScaler scaler;

  oto_scaler_init (&scaler, N_MELS);
  oto_scaler_finish (&scaler);
  g_assert_true (oto_remixer_take (self, epoch, step, n_clips, &scaler, x, y, &error));
  g_assert_no_error (error);
}

/* What a step gets depends on neither threads nor on what was requested or taken before, with all
 * changes of sounds on. */
static void
test_steps_follow_from_seed (Fixture       *fixture,
                             gconstpointer  data)
{
  const size_t n = 4 * N_FRAMES * N_MELS;
  g_autofree float *x = g_new (float, n), *again = g_new (float, n);
  g_autoptr (OtoRemixer) self = NULL, other = NULL;
  float y[8], y_again[8];

  for (int i = OTO_AUGMENT_LEVEL; i < OTO_AUGMENT_N; i++)
    fixture->augment.values[i] = i == OTO_AUGMENT_LEVEL || i == OTO_AUGMENT_EQUALISER ? 6.0 : 0.5;
  self = new_remixer (fixture);
  take (self, 3, 7, 4, x, y);
  fixture->config.n_threads = 1;
  other = new_remixer (fixture);
  oto_remixer_request (other, 1, 0, 2);
  take (other, 1, 0, 2, again, y_again);
  oto_remixer_request (other, 3, 6, 4);
  take (other, 3, 7, 4, again, y_again);
  g_assert_cmpmem (x, n * sizeof *x, again, n * sizeof *x);
  g_assert_cmpmem (y, sizeof y, y_again, sizeof y);
  take (other, 3, 8, 4, again, y_again);
  g_assert_true (memcmp (x, again, n * sizeof *x) != 0);
  fixture->config.seed = 2;
  g_clear_pointer (&other, oto_remixer_free);
  other = new_remixer (fixture);
  take (other, 3, 7, 4, again, y_again);
  g_assert_true (memcmp (x, again, n * sizeof *x) != 0);
}

/* A list is the data set that oto_remix_run() makes of it. */
static void
test_list_is_the_folder (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autofree char *list = g_build_filename (fixture->dir, "list.yaml", NULL);
  g_autofree char *dir = g_build_filename (fixture->dir, "made", NULL);
  g_autofree float *mixed = g_new (float, 2 * CLIP_LEN), *read = g_new (float, 2 * CLIP_LEN);
  OtoRemixConfig remix = oto_remix_config_default;
  g_autoptr (OtoDataset) made = NULL;
  g_autoptr (GError) error = NULL;

  remix.list_yaml = list;
  oto_remix_run (&remix, dir, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  made = oto_dataset_load (dir, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (oto_dataset_get_n_clips (made), ==, oto_dataset_get_n_clips (fixture->dataset));
  g_assert_cmpstrv (oto_dataset_get_class_names (made),
                    oto_dataset_get_class_names (fixture->dataset));
  for (guint i = 0; i < oto_dataset_get_n_clips (made); i++)
    {
      g_autoptr (OtoClip) a = oto_dataset_open_clip (fixture->dataset, i, &error);
      g_autoptr (OtoClip) b = oto_dataset_open_clip (made, i, &error);

      g_assert_no_error (error);
      g_assert_cmpint (oto_dataset_get_fold (fixture->dataset, i), ==,
                       oto_dataset_get_fold (made, i));
      for (guint k = 0; k < 2; k++)
        g_assert_cmpint (oto_dataset_has_label (fixture->dataset, i, k), ==,
                         oto_dataset_has_label (made, i, k));
      g_assert_true (oto_clip_read (a, 0, CLIP_LEN, mixed, &error));
      g_assert_true (oto_clip_read (b, 0, CLIP_LEN, read, &error));
      for (int n = 0; n < 2 * CLIP_LEN; n++)
        g_assert_cmpfloat_with_epsilon (mixed[n], read[n], 1.0 / 16384.0);
    }
}

static void
test_scaler (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (OtoRemixer) self = new_remixer (fixture);
  g_autoptr (GError) error = NULL;
  OtoScaler scaler;

  g_assert_true (oto_remixer_fit_scaler (self, &scaler, &error));
  g_assert_cmpfloat (scaler.n_frames, ==, 128.0 * N_FRAMES);
  for (int f = 0; f < N_MELS; f++)
    g_assert_true (isfinite (scaler.mean[f]) && scaler.std_f[f] > 0.f);
}

static void
test_refused (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "low1.wav", NULL);
  g_autoptr (GError) error = NULL;

  fixture->config.budget_bytes = 1000;
  g_assert_null (oto_remixer_new (fixture->dataset, fixture->clips, &fixture->config, NULL, NULL,
                                  NULL, &error));
  g_assert_error (error, OTO_BASE_ERROR, OTO_BASE_ERROR_MEMORY);
  g_clear_error (&error);

  fixture->config.budget_bytes = 1 << 24;
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_null (oto_remixer_new (fixture->dataset, fixture->clips, &fixture->config, NULL, NULL,
                                  NULL, &error));
  g_assert_nonnull (strstr (error->message, "low1.wav"));
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *cache = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  cache = oto_test_make_dir ();
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)
  ADD ("/datasets/remixer/mix", test_mix);
  ADD ("/datasets/remixer/level", test_level);
  ADD ("/datasets/remixer/steps-follow-from-seed", test_steps_follow_from_seed);
  ADD ("/datasets/remixer/list-is-the-folder", test_list_is_the_folder);
  ADD ("/datasets/remixer/scaler", test_scaler);
  ADD ("/datasets/remixer/refused", test_refused);
#undef ADD

  status = g_test_run ();
  oto_test_remove_dir (g_steal_pointer (&cache));
  return status;
}
