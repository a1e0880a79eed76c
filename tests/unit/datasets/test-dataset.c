/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

typedef struct
{
  char *dir;
} Fixture;

static void
put (Fixture    *fixture,
     const char *name,
     const char *text)
{
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* A data set never opens its audio, so empty files do. */
static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *inner = NULL;

  fixture->dir = oto_test_make_dir ();
  inner = g_build_filename (fixture->dir, "audio", "more", NULL);
  g_assert_cmpint (g_mkdir_with_parents (inner, 0777), ==, 0);
  put (fixture, "audio/b.wav", "");
  put (fixture, "audio/a.FLAC", "");
  put (fixture, "audio/c.mp3", "");
  put (fixture, "audio/more/d.ogg", "");
  put (fixture, "audio/notes.txt", "");
  put (fixture, "audio/.hidden.wav", "");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  oto_test_remove_dir (fixture->dir);
}

static void
remove_audio (Fixture *fixture)
{
  oto_test_remove_dir (g_build_filename (fixture->dir, "audio", NULL));
}

static OtoDataset *
load (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  OtoDataset *dataset = oto_dataset_load (fixture->dir, &error);

  g_assert_no_error (error);
  return dataset;
}

static void
assert_fails (Fixture    *fixture,
              const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_dataset_load (fixture->dir, &error));
  g_assert_nonnull (error);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static void
test_strong (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (OtoDataset) dataset = NULL;
  float y[2] = { -1.f, -1.f };

  put (fixture, "labels.tsv", data);
  dataset = load (fixture);
  g_assert_cmpuint (oto_dataset_get_n_clips (dataset), ==, 4);
  g_assert_cmpstr (oto_dataset_get_filename (dataset, 0), ==, "a.FLAC");
  g_assert_cmpstr (oto_dataset_get_filename (dataset, 3), ==, "more/d.ogg");
  g_assert_cmpuint (oto_dataset_get_n_classes (dataset), ==, 2);
  g_assert_cmpstr (oto_dataset_get_class_names (dataset)[0], ==, "Bark");
  g_assert_cmpstr (oto_dataset_get_class_names (dataset)[1], ==, "Meow");
  g_assert_null (oto_dataset_get_class_names (dataset)[2]);
  g_assert_cmpuint (oto_dataset_get_n_unlabelled (dataset), ==, 2);
  oto_dataset_fill_targets (dataset, 1, y);
  g_assert_cmpfloat (y[0], ==, 1.f);
  g_assert_cmpfloat (y[1], ==, 1.f);
  g_assert_true (oto_dataset_has_label (dataset, 3, 1));
  g_assert_false (oto_dataset_has_label (dataset, 3, 0));
  g_assert_cmpuint (oto_event_list_get_n (oto_dataset_get_events (dataset)), ==, 3);
}

static void
test_weak (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (OtoDataset) dataset = NULL;

  put (fixture, "labels.tsv", data);
  dataset = load (fixture);
  g_assert_null (oto_dataset_get_events (dataset));
  g_assert_cmpuint (oto_dataset_get_n_classes (dataset), ==, 3);
  g_assert_cmpuint (oto_dataset_get_n_unlabelled (dataset), ==, 2);
  g_assert_true (oto_dataset_has_label (dataset, 1, 0));
  g_assert_true (oto_dataset_has_label (dataset, 1, 2));
  g_assert_true (oto_dataset_has_label (dataset, 2, 1));
  g_assert_false (oto_dataset_has_label (dataset, 2, 0));
}

static void
test_folds (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (OtoDataset) dataset = NULL;
  g_autoptr (GArray) inside = NULL, outside = NULL;
  g_autoptr (GError) error = NULL;

  put (fixture, "labels.tsv", "filename\tevent_labels\nb.wav\tBark\n");
  put (fixture, "folds.tsv", "filename\tfold\na.FLAC\t1\nb.wav\t2\nc.mp3\t2\nmore/d.ogg\t3\n");
  dataset = load (fixture);
  g_assert_cmpint (oto_dataset_get_n_folds (dataset), ==, 3);
  g_assert_cmpint (oto_dataset_get_fold (dataset, 2), ==, 2);
  inside = oto_dataset_list_clips (dataset, 2, TRUE, &error);
  g_assert_no_error (error);
  outside = oto_dataset_list_clips (dataset, 2, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (inside->len, ==, 2);
  g_assert_cmpuint (g_array_index (inside, guint32, 0), ==, 1);
  g_assert_cmpuint (outside->len, ==, 2);
  g_assert_cmpuint (g_array_index (outside, guint32, 1), ==, 3);
  g_assert_null (oto_dataset_list_clips (dataset, 4, TRUE, &error));
  g_assert_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_FOLD);
}

static void
test_folds_without_a_list (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr (OtoDataset) first = NULL, second = NULL;

  put (fixture, "labels.tsv", "filename\tevent_labels\nb.wav\tBark\n");
  first = load (fixture);
  put (fixture, "audio/a2.wav", "");
  second = load (fixture);
  for (guint i = 0; i < 4; i++)
    {
      int fold = oto_dataset_get_fold (first, i);

      g_assert_cmpint (fold, >=, 1);
      g_assert_cmpint (fold, <=, 4);
      /* More clips change nothing for those that were there. */
      g_assert_cmpint (fold, ==, oto_dataset_get_fold (second, i == 0 ? 0 : i + 1));
    }
}

/* A heading in any case and order, as that of labels.tsv. */
static void
test_folds_heading (Fixture       *fixture,
                    gconstpointer  data)
{
  static const char * const headings[] = { "Filename\tFold", "filename\tfold ", "fname\tFOLD",
                                           "\"File Name\"\t\"fold\"" };

  remove_audio (fixture);
  put (fixture, "a.wav", "");
  put (fixture, "labels.tsv", "filename\tevent_labels\na.wav\tBark\n");
  for (guint i = 0; i < G_N_ELEMENTS (headings); i++)
    {
      g_autofree char *text = g_strconcat (headings[i], "\na.wav\t3\n", NULL);
      g_autoptr (OtoDataset) dataset = NULL;

      put (fixture, "folds.tsv", text);
      dataset = load (fixture);
      g_assert_cmpint (oto_dataset_get_fold (dataset, 0), ==, 3);
    }
  put (fixture, "folds.tsv", "split\tfold\tfile\ntrain\t2\ta.wav\n");
  g_object_unref (load (fixture));
  put (fixture, "folds.tsv", "clip\tpart\na.wav\t3\n");
  assert_fails (fixture, "filename and fold");
}

static void
test_clips_beside_labels (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr (OtoDataset) dataset = NULL;
  g_autofree char *path = NULL, *expected = NULL;

  remove_audio (fixture);
  put (fixture, "b.wav", "");
  put (fixture, "a.flac", "");
  put (fixture, "labels.tsv", "filename\tonset\toffset\tevent_label\nb.wav\t0.5\t1\tMeow\n");
  put (fixture, "folds.tsv", "filename\tfold\na.flac\t1\nb.wav\t2\n");
  dataset = load (fixture);
  g_assert_cmpuint (oto_dataset_get_n_clips (dataset), ==, 2);
  g_assert_cmpstr (oto_dataset_get_filename (dataset, 1), ==, "b.wav");
  g_assert_true (oto_dataset_has_label (dataset, 1, 0));
  g_assert_cmpint (oto_dataset_get_fold (dataset, 1), ==, 2);
  path = oto_dataset_dup_path (dataset, 1);
  expected = g_build_filename (fixture->dir, "b.wav", NULL);
  g_assert_cmpstr (path, ==, expected);
}

static void
test_no_clips_at_all (Fixture       *fixture,
                      gconstpointer  data)
{
  remove_audio (fixture);
  put (fixture, "labels.tsv", "filename\tevent_labels\nb.wav\tBark\n");
  assert_fails (fixture, "holds no audio files");
}

static void
test_damage_is_named (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autofree char *labels = g_build_filename (fixture->dir, "labels.tsv", NULL);
  g_autoptr (GError) error = NULL;

  assert_fails (fixture, "no labels.tsv");
  put (fixture, "labels.tsv", "filename\tonset\toffset\tevent_label\nb.wav\t0\t1\tBark\n"
       "b.wav\tsoon\t1\tBark\n");
  assert_fails (fixture, "line 3");
  put (fixture, "labels.tsv", "filename\tevent_labels\nb.wav\tBark\nx.wav\tBark\ny.wav\tBark\n");
  assert_fails (fixture, "“x.wav”, “y.wav”");
  put (fixture, "labels.tsv", "filename\tevent_labels\n");
  assert_fails (fixture, "no labels");
  put (fixture, "labels.tsv", "0\t1\tBark\n");
  assert_fails (fixture, "no file names");
  put (fixture, "labels.tsv", "filename\tevent_labels\nb.wav\tBark\n");
  put (fixture, "folds.tsv", "filename\tfold\nb.wav\t0\n");
  assert_fails (fixture, "folds.tsv, line 2");
  put (fixture, "folds.tsv", "filename\tfold\nz.wav\t1\n");
  assert_fails (fixture, "“z.wav”");
  put (fixture, "folds.tsv", "b.wav\t1\n");
  assert_fails (fixture, "no line for “a.FLAC”");

  g_assert_null (oto_dataset_load ("/nonexistent", &error));
  g_assert_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT);
  g_assert_nonnull (strstr (error->message, "no such folder"));
}

#define ADD(name, data, func) \
  g_test_add ("/datasets/dataset/" name, Fixture, data, set_up, func, tear_down)

/* Lists without endings, and with accents written in another way, are understood, with a word. */
static void
test_names_alike (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (OtoDataset) dataset = NULL;
  g_autoptr (OtoDataset) plain = NULL;

  put (fixture, "audio/caf\303\251.wav", "");
  put (fixture, "audio/nai\314\210f.wav", "");
  put (fixture, "labels.tsv", "filename\tevent_labels\nb.wav\tBark\n");
  plain = load (fixture);
  g_assert_null (oto_dataset_get_note (plain));

  put (fixture, "labels.tsv", "filename\tevent_labels\nb\tBark\ncafe\314\201.wav\tMeow\n"
                              "na\303\257f\tBark\nmore/d\tMeow\n");
  dataset = load (fixture);
  g_assert_cmpuint (oto_dataset_get_n_clips (dataset), ==, 6);
  g_assert_cmpuint (oto_dataset_get_n_unlabelled (dataset), ==, 2);
  g_assert_cmpstr (oto_dataset_get_filename (dataset, 1), ==, "b.wav");
  g_assert_true (oto_dataset_has_label (dataset, 1, 0));
  g_assert_nonnull (strstr (oto_dataset_get_note (dataset), "4 names"));
  g_assert_nonnull (strstr (oto_dataset_get_note (dataset), "“b” → “b.wav”"));

  /* Which of two is meant cannot be known. */
  put (fixture, "audio/b.flac", "");
  assert_fails (fixture, "“b”");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("strong", "filename\tonset\toffset\tevent_label\nb.wav\t0.5\t1\tMeow\nb.wav\t3\t4\tBark\n"
       "more/d.ogg\t1\t2\tMeow\n", test_strong);
  ADD ("strong-without-heading", "b.wav\t0.5\t1\tMeow\nb.wav\t3\t4\tBark\naudio/more/d.ogg\t1\t2\t"
       "Meow\n", test_strong);
  ADD ("weak", "filename\tevent_labels\nb.wav\tBark,Siren\nc.mp3\tMeow\na.FLAC\t\n", test_weak);
  ADD ("weak-without-heading", "b.wav\tSiren, Bark\nc.mp3\tMeow\n", test_weak);
  ADD ("folds", NULL, test_folds);
  ADD ("folds-heading", NULL, test_folds_heading);
  ADD ("folds-without-a-list", NULL, test_folds_without_a_list);
  ADD ("clips-beside-labels", NULL, test_clips_beside_labels);
  ADD ("no-clips-at-all", NULL, test_no_clips_at_all);
  ADD ("names-alike", NULL, test_names_alike);
  ADD ("damage-is-named", NULL, test_damage_is_named);
  return g_test_run ();
}
