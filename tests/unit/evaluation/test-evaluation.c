/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"

#include <math.h>
#include <string.h>

#define N_CLIPS 4

/* Four clips beside their labels; the model knows Bark, Church_bell and Meow. */
static OtoDataset *
load_data (const char *dir,
           const char *labels)
{
  g_autofree char *path = g_build_filename (dir, "labels.tsv", NULL);
  g_autoptr (GError) error = NULL;
  OtoDataset *dataset;

  g_assert_true (g_file_set_contents (path, labels, -1, NULL));
  for (int i = 0; i < N_CLIPS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d.wav", i);
      g_autofree char *clip = g_build_filename (dir, name, NULL);
      float samples[16000];

      oto_test_fill (samples, G_N_ELEMENTS (samples), i);
      for (guint s = 0; s < G_N_ELEMENTS (samples); s++)
        samples[s] *= 0.2f * (1 + i);
      g_assert_true (oto_audio_file_save (clip, OTO_AUDIO_FORMAT_WAV_FLOAT, samples,
                                          G_N_ELEMENTS (samples), 1, 32000, NULL));
    }
  dataset = oto_dataset_load (dir, &error);
  g_assert_no_error (error);
  return dataset;
}

static OtoEvaluation *
evaluate (const char  *labels,
          GError     **error)
{
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot ("2apae-local", 3, 24);
  char *dir = oto_test_make_dir ();
  g_autoptr (OtoDataset) dataset = load_data (dir, labels);
  g_autoptr (GArray) clips = oto_dataset_list_clips (dataset, 0, FALSE, NULL);
  OtoEvaluationConfig config;
  OtoEvaluation *evaluation;

  oto_evaluation_config_init (&config);
  config.n_threads = 1;
  evaluation = oto_evaluation_new (model, dataset, clips, &config, NULL, NULL, NULL, error);
  oto_test_remove_dir (dir);
  return evaluation;
}

static double
get (const OtoEvaluation *evaluation,
     const char          *measure)
{
  return oto_evaluation_get (evaluation, "clips", measure);
}

static double
get_ap (const OtoEvaluation *evaluation,
        guint                class_index)
{
  return oto_evaluation_get_of_class (evaluation, "clips", "macro_ap", class_index);
}

/* Another spelling gives the same scores, bit for bit. */
static void
test_spelling_changes_nothing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoEvaluation) equal =
    evaluate ("filename\tevent_labels\n0.wav\tBark\n1.wav\tMeow\n2.wav\tBark,Church_bell\n"
              "3.wav\tMeow\n", &error);
  g_autoptr (OtoEvaluation) other =
    evaluate ("filename\tevent_labels\n0.wav\tbark\n1.wav\tMEOW\n2.wav\tbark,church bell\n"
              "3.wav\tMEOW\n", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (oto_evaluation_get_n_clips (equal), ==, N_CLIPS);
  g_assert_cmpfloat (get (equal, "micro_ap"), >, 0.0);
  g_assert_cmpfloat (get (equal, "micro_ap"), ==, get (other, "micro_ap"));
  g_assert_cmpfloat (get (equal, "macro_ap"), ==, get (other, "macro_ap"));
  g_assert_cmpfloat (get (equal, "auc"), ==, get (other, "auc"));
}

/* Labels of a class that the model lacks change no score of the others, nor any mean. */
static void
test_missing_class_is_left_out (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoEvaluation) without =
    evaluate ("filename\tevent_labels\n0.wav\tBark\n1.wav\tMeow\n2.wav\tBark\n3.wav\tMeow\n",
              &error);
  g_autoptr (OtoEvaluation) with =
    evaluate ("filename\tevent_labels\n0.wav\tBark,Cello\n1.wav\tMeow\n2.wav\tBark\n"
              "3.wav\tMeow,Cello\n", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (oto_class_map_get_unmatched (oto_evaluation_get_class_map (with))[0], ==,
                   "Cello");
  g_assert_true (isnan (get_ap (with, 1)));
  g_assert_cmpfloat (get_ap (with, 0), ==, get_ap (without, 0));
  g_assert_cmpfloat (get_ap (with, 2), ==, get_ap (without, 1));
  g_assert_cmpfloat (get (with, "micro_ap"), ==, get (without, "micro_ap"));
  g_assert_cmpfloat (get (with, "macro_ap"), ==, get (without, "macro_ap"));
  g_assert_cmpfloat (get (with, "auc"), ==, get (without, "auc"));
}

static void
test_nothing_in_common (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoEvaluation) evaluation =
    evaluate ("filename\tevent_labels\n0.wav\tCello\n1.wav\tGong\n", &error);

  g_assert_error (error, OTO_EVALUATION_ERROR, OTO_EVALUATION_ERROR_CLASSES);
  g_assert_null (evaluation);
  g_assert_nonnull (strstr (error->message, "Cello, Gong"));
}

static const char strong_labels[] =
  "filename\tonset\toffset\tevent_label\n0.wav\t0.1\t0.3\tBark\n1.wav\t0.0\t0.5\tMeow\n"
  "2.wav\t0.2\t0.4\tBark\n2.wav\t0.0\t0.45\tCello\n";

/* What an untrained network says at its loudest is next to what it says on the whole. */
static void
init_binarizer (OtoBinarizer     *binarizer,
                OtoModelSnapshot *model,
                const char       *dir)
{
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (model, NULL, NULL);
  g_autofree char *path = g_build_filename (dir, "1.wav", NULL);
  g_autoptr (OtoClip) clip = oto_audio_file_open (path, NULL);
  g_autoptr (OtoAnalysis) analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);
  const gint64 n = 3 * oto_analysis_get_n_frames (analysis);
  double sum = 0.0;

  for (gint64 i = 0; i < n; i++)
    sum += oto_analysis_get_step1 (analysis)[i];
  *binarizer = (OtoBinarizer) { .high = sum / n, .low = sum / n, .clip_threshold = 0.0 };
}

static OtoEvaluation *
evaluate_system (const char         *system,
                 int                 n_threads,
                 const char * const *groups,
                 guint               n_resamples)
{
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot (system, 3, 24);
  OtoBinarizer binarizers[3];
  char *dir = oto_test_make_dir ();
  g_autoptr (OtoDataset) dataset = load_data (dir, strong_labels);
  g_autoptr (GArray) clips = oto_dataset_list_clips (dataset, 0, FALSE, NULL);
  g_autoptr (GError) error = NULL;
  OtoEvaluationConfig config;
  OtoEvaluation *evaluation;

  oto_evaluation_config_init (&config);
  config.n_threads = n_threads;
  config.groups = groups;
  config.binarizers = binarizers;
  init_binarizer (&binarizers[0], model, dir);
  binarizers[1] = binarizers[2] = binarizers[0];
  config.n_resamples = n_resamples;
  config.seed = 7;
  config.segment_s = 0.1;
  evaluation = oto_evaluation_new (model, dataset, clips, &config, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  oto_test_remove_dir (dir);
  return evaluation;
}

static OtoEvaluation *
evaluate_strong (int                 n_threads,
                 const char * const *groups,
                 guint               n_resamples)
{
  return evaluate_system ("2apae-local", n_threads, groups, n_resamples);
}

/* Events of Bark and Meow in one clip, found and labelled; Cello is unknown to the model. */
static void
add_expected (OtoDetectionScore *events,
              OtoDetectionScore *segments,
              const char        *dir,
              int                index)
{
  static const OtoInterval all[] = { { 0.1, 0.3, 0 }, { 0.0, 0.5, 1 }, { 0.2, 0.4, 0 } };
  static const int classes[] = { 0, 2 };
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot ("2apae-local", 3, 24);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (model, NULL, NULL);
  g_autofree char *name = g_strdup_printf ("%d.wav", index);
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr (OtoClip) clip = oto_audio_file_open (path, NULL);
  g_autoptr (OtoAnalysis) analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);
  g_autoptr (GArray) ests = g_array_new (FALSE, FALSE, sizeof (OtoInterval));
  const OtoInterval *refs = index < 3 ? &all[index] : NULL;
  OtoBinarizer binarizer;

  init_binarizer (&binarizer, model, dir);
  for (int k = 0; k < 2; k++)
    {
      g_autoptr (GArray) times = oto_analysis_find_times (analysis, classes[k], &binarizer);

      for (guint i = 0; i < times->len; i++)
        {
          const OtoEventTimes *event = &g_array_index (times, OtoEventTimes, i);
          OtoInterval est = { event->onset_s, event->offset_s, k };

          g_array_append_val (ests, est);
        }
    }
  oto_event_score_add_clip (events, &oto_event_criteria_default, refs, refs != NULL,
                            (const OtoInterval *) ests->data, ests->len);
  oto_segment_score_add_clip (segments, 0.1, oto_clip_get_duration_s (clip), refs, refs != NULL,
                              (const OtoInterval *) ests->data, ests->len);
}

static void
assert_counts (const OtoEvaluation      *evaluation,
               const char               *group,
               const OtoDetectionCounts *counts)
{
  const double n_ref = (double) counts->n_ref, n_sys = (double) counts->n_sys;

  g_assert_cmpfloat (oto_evaluation_get (evaluation, group, "n_ref"), ==, n_ref);
  g_assert_cmpfloat (oto_evaluation_get (evaluation, group, "n_sys"), ==, n_sys);
  g_assert_cmpfloat (oto_evaluation_get (evaluation, group, "n_hits"), ==, counts->n_hits);
  g_assert_cmpfloat (oto_evaluation_get (evaluation, group, "n_subs"), ==, counts->n_subs);
  g_assert_cmpfloat (oto_evaluation_get (evaluation, group, "n_dels"), ==, counts->n_dels);
  g_assert_cmpfloat (oto_evaluation_get (evaluation, group, "n_ins"), ==, counts->n_ins);
  g_assert_cmpfloat_with_epsilon (oto_evaluation_get (evaluation, group, "f1"),
                                  2.0 * counts->n_hits / (n_ref + n_sys), 1e-12);
}

/* What stands in the groups is what the measures say of each clip's events. */
static void
test_events_are_counted (void)
{
  g_autoptr (OtoEvaluation) evaluation = evaluate_strong (2, NULL, 0);
  g_auto (OtoDetectionScore) events = { 0 };
  g_auto (OtoDetectionScore) segments = { 0 };
  char *dir = oto_test_make_dir ();
  g_autoptr (OtoDataset) dataset = load_data (dir, strong_labels);

  oto_detection_score_init (&events, 2);
  oto_detection_score_init (&segments, 2);
  for (int i = 0; i < N_CLIPS; i++)
    add_expected (&events, &segments, dir, i);
  oto_test_remove_dir (dir);

  g_assert_cmpuint (events.overall.n_sys, >, 0);
  g_assert_cmpuint (segments.overall.n_hits, >, 0);
  assert_counts (evaluation, "events", &events.overall);
  assert_counts (evaluation, "segments", &segments.overall);
  g_assert_cmpfloat (oto_evaluation_get_of_class (evaluation, "segments", "n_hits", 2), ==,
                     segments.classes[1].n_hits);
  g_assert_true (isnan (oto_evaluation_get_of_class (evaluation, "segments", "n_hits", 1)));

  /* The third clip has an event that the model does not know, so that only the last is free. */
  g_assert_cmpfloat (oto_evaluation_get (evaluation, "false_alarms", "n_free_clips"), ==, 1.0);
  g_assert_cmpfloat (oto_evaluation_get (evaluation, "localisation", "n_pairs"), >, 0.0);
  g_assert_cmpfloat (oto_evaluation_get (evaluation, "frames", "auc"), >, 0.0);
}

/* Channels of half a second: a tone as event from 0.1 s to 0.3 s, noise as scene. */
static void
save_parts (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "9.wav", NULL);
  g_autofree float *samples = g_new (float, 2 * 16000);
  float noise[16000];

  oto_test_fill (noise, G_N_ELEMENTS (noise), 5);
  for (int i = 0; i < 16000; i++)
    {
      samples[2 * i] = i >= 3200 && i < 9600 ? 0.5f * sinf (0.1f * i) : 0.f;
      samples[2 * i + 1] = 0.02f * noise[i];
    }
  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, 16000, 2, 32000,
                                      NULL));
}

/* What the stem's measures are, by themselves. */
static void
assert_stem (const OtoEvaluation *evaluation,
             OtoModelSnapshot    *model,
             const char          *dir)
{
  g_autofree char *path = g_build_filename (dir, "9.wav", NULL);
  g_autoptr (OtoClip) clip = oto_audio_file_open (path, NULL);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (model, NULL, NULL);
  g_autoptr (OtoAnalysis) analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);
  const int bark = oto_analysis_find_class (analysis, "Bark");
  float *stem = oto_stems_render (analysis, OTO_MASK_LISTENING, bark, NULL, NULL, NULL, NULL);
  float samples[2 * 16000], event[16000], mix[16000];

  g_assert_true (oto_clip_read (clip, 0, 16000, samples, NULL));
  for (int i = 0; i < 16000; i++)
    {
      event[i] = 0.5f * samples[2 * i];
      mix[i] = 0.5f * (samples[2 * i] + samples[2 * i + 1]);
      stem[i] = 0.5f * (stem[2 * i] + stem[2 * i + 1]);
    }
  g_assert_cmpfloat (oto_evaluation_get (evaluation, "separation", "si_sdr_db"), ==,
                     oto_separation_score_si_sdr_db (stem + 3200, event + 3200, 6400));
  g_assert_cmpfloat (oto_evaluation_get (evaluation, "separation", "mix_si_sdr_db"), ==,
                     oto_separation_score_si_sdr_db (mix + 3200, event + 3200, 6400));
  g_assert_cmpfloat (oto_evaluation_get (evaluation, "separation", "level_db"), ==,
                     oto_separation_score_level_db (stem + 3200, event + 3200, 6400));
  g_assert_cmpfloat_with_epsilon (oto_evaluation_get (evaluation, "separation", "inside"),
                                  oto_separation_score_inside (stem, 16000, 3200, 9600), 1e-12);
  oto_free (stem);
}

/* Stems of clips whose channels are known parts; other clips of the data set say nothing. */
static void
test_separation (void)
{
  static const char *const groups[] = { "separation", NULL };
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot ("2apae-local", 3, 24);
  char *dir = oto_test_make_dir ();
  g_autofree char *list = g_build_filename (dir, "mixture.yaml", NULL);
  g_autoptr (OtoDataset) dataset = NULL;
  g_autoptr (GArray) clips = NULL;
  g_autoptr (OtoEvaluation) evaluation = NULL;
  g_autoptr (GError) error = NULL;
  OtoEvaluationConfig config;

  save_parts (dir);
  g_assert_true (g_file_set_contents (list, "", -1, NULL));
  dataset = load_data (dir, "filename\tonset\toffset\tevent_label\n9.wav\t0.1\t0.3\tBark\n"
                            "1.wav\t0.0\t0.5\tBark\n");
  clips = oto_dataset_list_clips (dataset, 0, FALSE, NULL);
  oto_evaluation_config_init (&config);
  config.n_threads = 2;
  config.groups = groups;
  evaluation = oto_evaluation_new (model, dataset, clips, &config, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (oto_evaluation_get (evaluation, "separation", "n_events"), ==, 1.0);
  g_assert_cmpfloat (oto_evaluation_get (evaluation, "separation", "n_silent"), ==, 0.0);
  assert_stem (evaluation, model, dir);
  oto_test_remove_dir (dir);
}

/* Order and number of threads change nothing; other groups neither. */
static void
test_threads_change_nothing (void)
{
  static const char *const one[] = { "segments", NULL };
  g_autoptr (OtoEvaluation) alone = evaluate_strong (1, one, 0);
  g_autoptr (OtoEvaluation) all = evaluate_strong (3, NULL, 0);

  g_assert_cmpuint (oto_evaluation_get_n_groups (alone), ==, 2);
  g_assert_true (isnan (oto_evaluation_get (alone, "events", "f1")));
  g_assert_cmpfloat (oto_evaluation_get (alone, "segments", "f1"), ==,
                     oto_evaluation_get (all, "segments", "f1"));
  g_assert_cmpfloat (get (alone, "micro_ap"), ==, get (all, "micro_ap"));
}

static void
test_weak_labels_have_no_times (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoEvaluation) evaluation =
    evaluate ("filename\tevent_labels\n0.wav\tBark\n1.wav\tMeow\n", &error);

  g_assert_no_error (error);
  g_assert_false (isnan (get (evaluation, "micro_ap")));
  for (guint g = 1; g < oto_evaluation_get_n_groups (evaluation); g++)
    {
      const OtoMeasures *measures = oto_evaluation_get_group (evaluation, g);

      /* Clip probabilities need none. */
      if (strcmp (oto_measures_get_name (measures), "calibration") == 0)
        continue;
      g_assert_nonnull (strstr (oto_measures_get_lack (measures), "no times"));
      g_assert_true (isnan (oto_measures_get_value (measures, 0)));
    }
}

/* Attention that is the same everywhere points nowhere; its mass is that of the frames. */
static void
test_even_attention_points_nowhere (void)
{
  g_autoptr (OtoEvaluation) evaluation = evaluate_system ("gap", 1, NULL, 0);

  g_assert_true (isnan (oto_evaluation_get (evaluation, "localisation", "pointing")));
  g_assert_cmpfloat_with_epsilon (oto_evaluation_get (evaluation, "localisation",
                                                      "mass_times_uniform"), 1.0, 1e-5);
}

/* A model is no better than itself, on any draw; each interval holds the value's own mean. */
static void
test_intervals (void)
{
  g_autoptr (OtoEvaluation) a = evaluate_strong (1, NULL, 50);
  g_autoptr (OtoEvaluation) b = evaluate_strong (2, NULL, 50);
  g_autoptr (GArray) differences = oto_evaluation_compare (a, b);
  const OtoMeasures *segments = oto_evaluation_get_group (a, 4);
  const OtoBootstrapInterval *interval = oto_measures_get_interval (segments, 0);

  g_assert_cmpstr (oto_measures_get_name (segments), ==, "segments");
  g_assert_cmpfloat (interval->low, <, oto_measures_get_value (segments, 0));
  g_assert_cmpfloat (interval->high, >, oto_measures_get_value (segments, 0));
  g_assert_cmpuint (differences->len, >, 10);
  for (guint i = 0; i < differences->len; i++)
    {
      const OtoEvaluationDifference *row = &g_array_index (differences, OtoEvaluationDifference,
                                                           i);

      g_assert_cmpfloat (row->value, ==, 0.0);
      g_assert_cmpfloat (row->difference.equal, ==, 1.0);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/evaluation/evaluation/spelling-changes-nothing",
                   test_spelling_changes_nothing);
  g_test_add_func ("/evaluation/evaluation/missing-class-is-left-out",
                   test_missing_class_is_left_out);
  g_test_add_func ("/evaluation/evaluation/nothing-in-common", test_nothing_in_common);
  g_test_add_func ("/evaluation/evaluation/events-are-counted", test_events_are_counted);
  g_test_add_func ("/evaluation/evaluation/separation", test_separation);
  g_test_add_func ("/evaluation/evaluation/threads-change-nothing", test_threads_change_nothing);
  g_test_add_func ("/evaluation/evaluation/weak-labels-have-no-times",
                   test_weak_labels_have_no_times);
  g_test_add_func ("/evaluation/evaluation/even-attention-points-nowhere",
                   test_even_attention_points_nowhere);
  g_test_add_func ("/evaluation/evaluation/intervals", test_intervals);
  return g_test_run ();
}
