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
  OtoEvaluation *evaluation;

  evaluation = oto_evaluation_new (model, dataset, clips, NULL, 1, NULL, NULL, NULL, error);
  oto_test_remove_dir (dir);
  return evaluation;
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
  g_assert_cmpint (oto_evaluation_get_score (equal)->n_classes, ==, 3);
  g_assert_cmpfloat (oto_evaluation_get_score (equal)->micro_ap, >, 0.0);
  g_assert_cmpfloat (oto_evaluation_get_score (equal)->micro_ap, ==,
                     oto_evaluation_get_score (other)->micro_ap);
  g_assert_cmpfloat (oto_evaluation_get_score (equal)->macro_ap, ==,
                     oto_evaluation_get_score (other)->macro_ap);
  g_assert_cmpfloat (oto_evaluation_get_score (equal)->auc, ==,
                     oto_evaluation_get_score (other)->auc);
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
  g_assert_true (isnan (oto_evaluation_get_class_ap (with, 1)));
  g_assert_cmpfloat (oto_evaluation_get_class_ap (with, 0), ==,
                     oto_evaluation_get_class_ap (without, 0));
  g_assert_cmpfloat (oto_evaluation_get_class_ap (with, 2), ==,
                     oto_evaluation_get_class_ap (without, 1));
  g_assert_cmpint (oto_evaluation_get_score (with)->n_classes, ==, 2);
  g_assert_cmpfloat (oto_evaluation_get_score (with)->micro_ap, ==,
                     oto_evaluation_get_score (without)->micro_ap);
  g_assert_cmpfloat (oto_evaluation_get_score (with)->macro_ap, ==,
                     oto_evaluation_get_score (without)->macro_ap);
  g_assert_cmpfloat (oto_evaluation_get_score (with)->auc, ==,
                     oto_evaluation_get_score (without)->auc);
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
  return g_test_run ();
}
