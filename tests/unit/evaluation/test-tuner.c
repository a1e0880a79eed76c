/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"

#include "base/oto-arena.h"
#include "evaluation/oto-tune-table.h"

#include <math.h>

#define N_FRAMES 40
#define N_CLIPS 8
#define N_CLASSES 2
#define HOP_S 0.1
#define ALL_PARTS 15u

/* Scores of 8 clips and 2 classes: noise, and in every other clip an event of 1 s, whose score is
 * high for the first class and low for the second one. */
static OtoTuneScores *
make_scores (void)
{
  static const float levels[] = { 0.8f, 0.35f };
  OtoTuneScores *self = g_new0 (OtoTuneScores, 1);
  OtoRng rng;

  oto_rng_init (&rng, 5);
  self->n_clips = N_CLIPS;
  self->n_classes = N_CLASSES;
  self->hop_s = HOP_S;
  self->durations_s = g_new (double, N_CLIPS);
  self->n_frames = g_new (gint64, N_CLIPS);
  self->pairs = g_new0 (OtoTunePair, N_CLIPS * N_CLASSES);
  self->windows = g_new0 (OtoTuneWindows, N_CLIPS);
  self->probs = g_new0 (float, N_CLIPS * N_CLASSES);
  self->targets = g_new0 (float, N_CLIPS * N_CLASSES);
  for (int i = 0; i < N_CLIPS * N_CLASSES; i++)
    {
      OtoTunePair *pair = &self->pairs[i];
      const int n = i / N_CLASSES, k = i % N_CLASSES;
      const gboolean is_there = n % 2 == k;

      self->durations_s[n] = N_FRAMES * HOP_S;
      self->n_frames[n] = N_FRAMES;
      pair->prob = self->probs[i] = 0.9f;
      self->targets[i] = is_there;
      pair->scores = oto_try_alloc (N_FRAMES, sizeof (float), NULL);
      pair->refs = g_new (OtoInterval, 1);
      for (int t = 0; t < N_FRAMES; t++)
        {
          /* Noise of the first class is as loud as events of the second. */
          double noise = (k == 0 ? 0.6 : 0.2) * oto_rng_uniform (&rng);

          pair->scores[t] = (float) noise;
          if (is_there && t >= 10 && t < 20)
            pair->scores[t] = levels[k];
          pair->max[0] = fmaxf (pair->max[0], pair->scores[t]);
        }
      if (is_there)
        pair->refs[pair->n_refs++] = (OtoInterval) { 10 * HOP_S, 20 * HOP_S, 0 };
    }
  return self;
}

static GArray *
make_binarizers (void)
{
  GArray *binarizers = g_array_new (FALSE, FALSE, sizeof (OtoBinarizer));

  for (int i = 1; i < 10; i++)
    {
      OtoBinarizer binarizer = {
        .high = 0.1 * i, .low = 0.1 * i, .gap_frames = 1, .min_frames = 2,
        .box_merge_abs = NAN, .box_merge_rel = NAN,
      };

      g_array_append_val (binarizers, binarizer);
    }
  return binarizers;
}

/* Nothing is better than what is chosen: all pairs of settings are tried. */
static void
test_chooses_best (void)
{
  g_autoptr (OtoTuneScores) scores = make_scores ();
  g_autoptr (OtoWorkers) workers = oto_workers_new (2, FALSE);
  g_autoptr (GArray) binarizers = make_binarizers ();
  g_autoptr (OtoTuneTable) table = NULL;
  OtoTunerConfig config;
  guint choice[N_CLASSES], other[N_CLASSES];
  double best = 0.0;

  oto_tuner_config_init (&config);
  for (int goal = OTO_TUNER_EVENT_F1; goal <= OTO_TUNER_PSDS; goal++)
    {
      config.goal = (OtoTunerGoal) goal;
      g_clear_pointer (&table, oto_tune_table_free);
      table = oto_tune_table_new (scores, &config, workers);
      g_assert_true (oto_tune_table_try (table, binarizers, NULL, NULL));
      best = 0.0;
      for (guint i = 0; i < binarizers->len; i++)
        for (guint j = 0; j < binarizers->len; j++)
          {
            other[0] = i;
            other[1] = j;
            best = fmax (best, oto_tune_table_get_f1 (table, ALL_PARTS, other));
          }
      oto_tune_table_choose (table, ALL_PARTS, 0.0, 0, choice);
      g_assert_cmpfloat (oto_tune_table_get_f1 (table, ALL_PARTS, choice), ==, best);
      g_assert_cmpfloat (best, ==, 1.0);
      g_assert_cmpfloat (oto_tune_table_cross_validate (table, 0.0, 0), >, 0.5);

      /* One threshold fits both classes less well, and a prior without end asks for one. */
      oto_tune_table_choose (table, ALL_PARTS, INFINITY, 0, choice);
      g_assert_cmpuint (choice[0], ==, choice[1]);
      g_assert_cmpuint (choice[0], ==, oto_tune_table_find_best (table, ALL_PARTS));
      g_assert_cmpfloat (oto_tune_table_get_f1 (table, ALL_PARTS, choice), <, best);
    }
}

static OtoDataset *
load_data (const char *dir)
{
  static const char labels[] =
    "filename\tonset\toffset\tevent_label\n0.wav\t0.1\t0.3\tBark\n1.wav\t0.0\t0.5\tMeow\n"
    "2.wav\t0.2\t0.4\tBark\n3.wav\t0.0\t0.45\tMeow\n";
  g_autofree char *path = g_build_filename (dir, "labels.tsv", NULL);
  g_autoptr (GError) error = NULL;
  OtoDataset *dataset;

  g_assert_true (g_file_set_contents (path, labels, -1, NULL));
  for (int i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d.wav", i);
      g_autofree char *clip = g_build_filename (dir, name, NULL);
      float samples[16000];

      oto_test_fill (samples, G_N_ELEMENTS (samples), i);
      g_assert_true (oto_audio_file_save (clip, OTO_AUDIO_FORMAT_WAV_FLOAT, samples,
                                          G_N_ELEMENTS (samples), 1, 32000, NULL));
    }
  dataset = oto_dataset_load (dir, &error);
  g_assert_no_error (error);
  return dataset;
}

/* A tuned model does on the same clips what was promised, and no worse than published; the same
 * tuning comes out for any number of threads, and of a model that was tuned before. */
static void
test_promise_is_kept (void)
{
  char *dir = oto_test_make_dir ();
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot ("2apae-local", 3, 24);
  g_autoptr (OtoDataset) dataset = load_data (dir);
  g_autoptr (GArray) clips = oto_dataset_list_clips (dataset, 0, FALSE, NULL);
  g_autofree char *first = NULL;
  g_autoptr (OtoModelSnapshot) tuned = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoEvaluation) evaluation = NULL;
  OtoEvaluationConfig evaluation_config;
  OtoTunerResult result;

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (OtoTuning) tuning = NULL;
      g_autofree char *text = NULL;
      OtoTunerConfig config;

      oto_tuner_config_init (&config);
      config.goal = OTO_TUNER_SEGMENT_F1;
      config.n_threads = i + 1;
      tuning = oto_tuner_run (tuned != NULL ? tuned : model, dataset, clips, &config, NULL, NULL,
                              NULL, &result, &error);
      g_assert_no_error (error);
      text = oto_tuning_dup_json (tuning, oto_model_snapshot_get_class_names (model));
      if (i == 0)
        {
          tuned = oto_model_snapshot_with_tuning (model, tuning);
          first = g_steal_pointer (&text);
        }
      else
        g_assert_cmpstr (text, ==, first);
    }
  g_assert_cmpfloat (result.tuned, >=, result.published);
  g_assert_cmpfloat (result.tuned, >, 0.0);
  g_assert_cmpstr (oto_model_snapshot_get_hash (tuned), !=, oto_model_snapshot_get_hash (model));

  oto_evaluation_config_init (&evaluation_config);
  evaluation = oto_evaluation_new (tuned, dataset, clips, &evaluation_config, NULL, NULL, NULL,
                                   &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (oto_evaluation_get (evaluation, "segments", "f1"), result.tuned,
                                  1e-12);
  oto_test_remove_dir (dir);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/evaluation/tuner/chooses-best", test_chooses_best);
  g_test_add_func ("/evaluation/tuner/promise-is-kept", test_promise_is_kept);
  return g_test_run ();
}
