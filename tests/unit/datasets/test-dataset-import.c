/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define RATE_HZ 8000

/* A file of a data set: a text, or audio where that is NULL. */
typedef struct
{
  const char *name;
  const char *text;
} File;

/**
 * Case:
 * @layout: what it is found to be
 * @files: what the folder holds; a NULL name ends them
 * @labels: what labels.tsv becomes
 * @folds: (nullable): what folds.tsv becomes
 * @left_out: (nullable): what left-out.tsv becomes
 */
typedef struct
{
  const char *layout;
  File        files[10];
  const char *labels;
  const char *folds;
  const char *left_out;
} Case;

/* Lists as they are published: their headings, and lines like theirs. */
static const Case cases[] =
{
  {
    "ESC-50",
    { { "ESC-50-master/audio/1-100032-A-0.wav" }, { "ESC-50-master/audio/5-1-A-14.wav" },
      { "ESC-50-master/meta/esc50.csv",
        "filename,fold,target,category,esc10,src_file,take\n"
        "1-100032-A-0.wav,1,0,dog,True,100032,A\n5-1-A-14.wav,5,14,chirping_birds,False,1,A\n"
        "4-9-A-1.wav,4,1,rooster,True,9,A\n" } },
    "filename\tevent_labels\n1-100032-A-0.wav\tdog\n5-1-A-14.wav\tchirping_birds\n",
    "filename\tfold\n1-100032-A-0.wav\t1\n5-1-A-14.wav\t5\n",
    "filename\tproblem\ttext\n4-9-A-1.wav\tmissing\t\n",
  },
  {
    "UrbanSound8K",
    { { "audio/fold5/100032-3-0-0.wav" }, { "audio/fold10/99-1-0-0.wav" },
      { "metadata/UrbanSound8K.csv",
        "slice_file_name,fsID,start,end,salience,fold,classID,class\n"
        "100032-3-0-0.wav,100032,0.0,0.317551,1,5,3,dog_bark\n"
        "99-1-0-0.wav,99,58.5,62.5,1,10,1,car_horn\n" } },
    "filename\tevent_labels\nfold5/100032-3-0-0.wav\tdog_bark\nfold10/99-1-0-0.wav\tcar_horn\n",
    "filename\tfold\nfold5/100032-3-0-0.wav\t5\nfold10/99-1-0-0.wav\t10\n",
    NULL,
  },
  {
    "FSD50K",
    { { "FSD50K.dev_audio/64760.wav" }, { "FSD50K.dev_audio/16399.wav" },
      { "FSD50K.eval_audio/37199.wav" },
      { "FSD50K.ground_truth/dev.csv",
        "fname,labels,mids,split\n64760,\"Electric_guitar,Music\",\"/m/02sgy,/m/04rlf\",train\n"
        "16399,\"Bark,Dog\",\"/m/05tny_,/m/0bt9lr\",val\n" },
      { "FSD50K.ground_truth/eval.csv", "fname,labels,mids\n37199,Guitar,/m/0342h\n" },
      { "FSD50K.ground_truth/vocabulary.csv", "0,Accelerating,/m/07q2z82\n" } },
    "filename\tevent_labels\nFSD50K.dev_audio/64760.wav\tElectric_guitar,Music\n"
    "FSD50K.dev_audio/16399.wav\tBark,Dog\nFSD50K.eval_audio/37199.wav\tGuitar\n",
    "filename\tfold\nFSD50K.dev_audio/64760.wav\t1\nFSD50K.dev_audio/16399.wav\t2\n"
    "FSD50K.eval_audio/37199.wav\t3\n",
    NULL,
  },
  {
    "FSDKaggle2018",
    { { "FSDKaggle2018.audio_train/00044347.wav" }, { "FSDKaggle2018.audio_test/00326aa9.wav" },
      { "FSDKaggle2018.meta/train_post_competition.csv",
        "fname,label,manually_verified,freesound_id,license\n"
        "00044347.wav,Hi-hat,0,28739,Attribution\n" },
      { "FSDKaggle2018.meta/test_post_competition_scoring_clips.csv",
        "fname,label,usage,freesound_id,license\n00326aa9.wav,Oboe,Private,355125,Attribution\n"
        "" } },
    "filename\tevent_labels\nFSDKaggle2018.audio_train/00044347.wav\tHi-hat\n"
    "FSDKaggle2018.audio_test/00326aa9.wav\tOboe\n",
    "filename\tfold\nFSDKaggle2018.audio_train/00044347.wav\t1\n"
    "FSDKaggle2018.audio_test/00326aa9.wav\t2\n",
    NULL,
  },
  {
    "FSDKaggle2019",
    { { "FSDKaggle2019.audio_train_curated/0006ae4e.wav" },
      { "FSDKaggle2019.audio_train_noisy/00097e21.wav" },
      { "FSDKaggle2019.audio_test/4260ebea.wav" },
      { "FSDKaggle2019.meta/train_curated_post_competition.csv",
        "fname,labels,freesound_id,license\n0006ae4e.wav,Bark,65361,CC-BY\n" },
      { "FSDKaggle2019.meta/train_noisy_post_competition.csv",
        "fname,labels,flickr_video_id,license\n00097e21.wav,\"Slam,Bark\",x,y\n" },
      { "FSDKaggle2019.meta/test_post_competition.csv",
        "fname,labels,usage,freesound_id,license\n4260ebea.wav,Crackle,Public,1,CC0\n" } },
    "filename\tevent_labels\nFSDKaggle2019.audio_train_curated/0006ae4e.wav\tBark\n"
    "FSDKaggle2019.audio_train_noisy/00097e21.wav\tSlam,Bark\n"
    "FSDKaggle2019.audio_test/4260ebea.wav\tCrackle\n",
    "filename\tfold\nFSDKaggle2019.audio_train_curated/0006ae4e.wav\t1\n"
    "FSDKaggle2019.audio_train_noisy/00097e21.wav\t2\nFSDKaggle2019.audio_test/4260ebea.wav\t3\n",
    NULL,
  },
  {
    /* Weak and strong labels in one folder; one name in two parts; a copy at another rate. */
    "DESED",
    { { "audio/train/weak/Y00pbt6aJV8Y_350.000_360.000.wav" },
      { "audio/train/weak_16k/Y00pbt6aJV8Y_350.000_360.000.wav" },
      { "audio/train/synthetic21_train/soundscapes/10.wav" },
      { "audio/validation/synthetic21_validation/soundscapes/10.wav" },
      { "metadata/train/weak.tsv",
        "filename\tevent_labels\nY00pbt6aJV8Y_350.000_360.000.wav\tDog,Speech\n" },
      { "metadata/train/synthetic21_train/soundscapes.tsv",
        "filename\tonset\toffset\tevent_label\n10.wav\t0.1\t0.2\tDog\n" },
      { "metadata/validation/synthetic21_validation/soundscapes.tsv",
        "filename\tonset\toffset\tevent_label\n10.wav\t0.05\t0.2\tCat\n" } },
    "filename\tonset\toffset\tevent_label\n"
    "train/weak/Y00pbt6aJV8Y_350.000_360.000.wav\t\t\tDog\n"
    "train/weak/Y00pbt6aJV8Y_350.000_360.000.wav\t\t\tSpeech\n"
    "train/synthetic21_train/soundscapes/10.wav\t0.100\t0.200\tDog\n"
    "validation/synthetic21_validation/soundscapes/10.wav\t0.050\t0.200\tCat\n",
    "filename\tfold\ntrain/weak/Y00pbt6aJV8Y_350.000_360.000.wav\t1\n"
    "train/synthetic21_train/soundscapes/10.wav\t1\n"
    "validation/synthetic21_validation/soundscapes/10.wav\t2\n",
    NULL,
  },
  {
    /* Names without the “Y” that stands before those of the files; times of the whole video. */
    "DCASE 2017 task 4",
    { { "training/Y-5QrBL6MzLg_60.000_70.000.wav" }, { "testing/Y-0X9jR2cC4w_30.000_40.000.wav" },
      { "metadata/groundtruth_weak_label_training_set.csv",
        "-5QrBL6MzLg_60.000_70.000.wav\t60.000\t70.000\tTrain horn\n"
        "-5QrBL6MzLg_60.000_70.000.wav\t60.000\t70.000\tTrain\n" },
      { "metadata/groundtruth_strong_label_testing_set.csv",
        "-0X9jR2cC4w_30.000_40.000.wav\t0.000\t0.200\tAir horn, truck horn\n" },
      { "metadata/groundtruth_weak_label_testing_set.csv",
        "-0X9jR2cC4w_30.000_40.000.wav\t30.000\t40.000\tAir horn, truck horn\n" } },
    "filename\tonset\toffset\tevent_label\n"
    "training/Y-5QrBL6MzLg_60.000_70.000.wav\t\t\tTrain horn\n"
    "training/Y-5QrBL6MzLg_60.000_70.000.wav\t\t\tTrain\n"
    "testing/Y-0X9jR2cC4w_30.000_40.000.wav\t0.000\t0.200\tAir horn, truck horn\n",
    "filename\tfold\ntraining/Y-5QrBL6MzLg_60.000_70.000.wav\t1\n"
    "testing/Y-0X9jR2cC4w_30.000_40.000.wav\t2\n",
    NULL,
  },
  {
    "AudioSet segments",
    { { "wav/balanced/--PJHxphWEs.wav" }, { "wav/eval/Y--4gqARaEJE_0.000_10.000.wav" },
      { "balanced_train_segments.csv",
        "# Segments csv created Sun Mar  5 10:54:31 2017\n# num_ytids=22160, num_segs=22160\n"
        "# YTID, start_seconds, end_seconds, positive_labels\n"
        "--PJHxphWEs, 30.000, 40.000, \"/m/09x0r,/t/dd00088\"\n"
        "--ZhevVpy1s, 50.000, 60.000, \"/m/012xff\"\n" },
      { "eval_segments.csv",
        "# Segments csv created Sun Mar  5 10:54:31 2017\n# num_ytids=20383, num_segs=20383\n"
        "# YTID, start_seconds, end_seconds, positive_labels\n"
        "--4gqARaEJE, 0.000, 10.000, \"/m/068hy\"\n" },
      { "class_labels_indices.csv",
        "index,mid,display_name\n0,/m/09x0r,\"Speech\"\n1,/t/dd00088,\"Gush\"\n"
        "2,/m/068hy,\"Pets\"\n" } },
    "filename\tevent_labels\nbalanced/--PJHxphWEs.wav\tSpeech,Gush\n"
    "eval/Y--4gqARaEJE_0.000_10.000.wav\tPets\n",
    "filename\tfold\nbalanced/--PJHxphWEs.wav\t1\neval/Y--4gqARaEJE_0.000_10.000.wav\t2\n",
    "filename\tproblem\ttext\n--ZhevVpy1s\tmissing\t\n",
  },
  {
    "AudioSet strong",
    { { "train/b0RFKhbpFJA_30000.wav" },
      { "audioset_train_strong.tsv",
        "segment_id\tstart_time_seconds\tend_time_seconds\tlabel\n"
        "b0RFKhbpFJA_30000\t0.000\t0.200\t/m/03m9d0z\n" },
      { "mid_to_display_name.tsv", "/m/03m9d0z\tWind\n" } },
    "filename\tonset\toffset\tevent_label\nb0RFKhbpFJA_30000.wav\t0.000\t0.200\tWind\n",
    "filename\tfold\nb0RFKhbpFJA_30000.wav\t1\n",
    NULL,
  },
  {
    "a folder per class",
    { { "train/dog/a.wav" }, { "train/cat/a.wav" }, { "test/dog/b.wav" },
      { "README", "Hello.\n" } },
    "filename\tevent_labels\ntest/dog/b.wav\tdog\ntrain/cat/a.wav\tcat\ntrain/dog/a.wav\tdog\n",
    "filename\tfold\ntest/dog/b.wav\t2\ntrain/cat/a.wav\t1\ntrain/dog/a.wav\t1\n",
    NULL,
  },
  {
    /* Folds from 0; a clip without labels; one that is no audio; a line that is no label. */
    "a list of labels",
    { { "x.wav" }, { "y.wav" }, { "bad.wav", "no sound" },
      { "list.csv", "path,begin,end,species,fold\nx.wav,0.1,0.2,owl,0\ny.wav,,,,1\n"
                    "bad.wav,0,1,owl,0\n"
                    "x.wav,0.2,0.1,owl,0\n" } },
    "filename\tonset\toffset\tevent_label\nx.wav\t0.100\t0.200\towl\n",
    "filename\tfold\nx.wav\t1\ny.wav\t2\n",
    "filename\tproblem\ttext\n",
  },
};

static void
save_audio (const char *path)
{
  float samples[RATE_HZ / 4];

  oto_test_fill (samples, G_N_ELEMENTS (samples), g_str_hash (path));
  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_PCM16, samples,
                                      G_N_ELEMENTS (samples), 1, RATE_HZ, NULL));
}

static void
save_file (const char *dir,
           const File *file)
{
  g_autofree char *path = g_build_filename (dir, file->name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  if (file->text == NULL)
    save_audio (path);
  else
    g_assert_true (g_file_set_contents (path, file->text, -1, NULL));
}

static char *
load_text (const char *dir,
           const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static OtoDatasetImport *
open_import (const char *source,
             const char *columns)
{
  g_autoptr (GError) error = NULL;
  OtoDatasetImport *import =
    oto_dataset_import_new (&(OtoDatasetImportOptions) { .source = source, .columns = columns },
                            NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return import;
}

static void
test_layout (gconstpointer data)
{
  const Case *expected = data;
  char *dir = oto_test_make_dir ();
  g_autofree char *source = g_build_filename (dir, "in", NULL);
  g_autofree char *out = g_build_filename (dir, "out", NULL);
  g_autofree char *labels = NULL, *folds = NULL, *left_out = NULL;
  g_autoptr (OtoDatasetImport) import = NULL;
  g_autoptr (OtoDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; expected->files[i].name != NULL; i++)
    save_file (source, &expected->files[i]);
  import = open_import (source, NULL);
  g_assert_cmpstr (oto_dataset_import_get_title (import), ==, expected->layout);
  g_assert_true (oto_dataset_import_write (import, out, FALSE, NULL, NULL, NULL, &error));

  labels = load_text (out, "labels.tsv");
  folds = load_text (out, "folds.tsv");
  left_out = load_text (out, "left-out.tsv");
  g_assert_cmpstr (labels, ==, expected->labels);
  g_assert_cmpstr (folds, ==, expected->folds);
  if (expected->left_out == NULL)
    g_assert_null (left_out);
  else
    g_assert_true (g_str_has_prefix (left_out, expected->left_out));

  /* What was made can be trained on. */
  dataset = oto_dataset_load (out, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (oto_dataset_get_n_clips (dataset), ==,
                    oto_dataset_summary_get_n_clips (oto_dataset_import_get_summary (import)));
  oto_test_remove_dir (dir);
}

static void
test_links (void)
{
  static const File files[] = { { "dog/a.wav" }, { "cat/b.wav" } };
  char *dir = oto_test_make_dir ();
  g_autofree char *source = g_build_filename (dir, "in", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    save_file (source, &files[i]);
  for (int copies = 0; copies <= 1; copies++)
    {
      g_autoptr (OtoDatasetImport) import = open_import (source, NULL);
      g_autofree char *out = g_build_filename (dir, copies ? "copies" : "links", NULL);
      g_autofree char *path = g_build_filename (out, "audio", "dog", "a.wav", NULL);
      g_autofree char *original = g_build_filename (source, "dog", "a.wav", NULL);
      g_autofree char *bytes = NULL, *original_bytes = NULL;
      size_t n_bytes, n_original;
      g_autoptr (GError) error = NULL;

      g_assert_true (oto_dataset_import_write (import, out, copies, NULL, NULL, NULL, &error));
      g_assert_cmpint (g_file_test (path, G_FILE_TEST_IS_SYMLINK), ==, !copies);
      g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
      g_assert_true (g_file_get_contents (original, &original_bytes, &n_original, NULL));
      g_assert_cmpmem (bytes, n_bytes, original_bytes, n_original);
      /* A folder that holds something is left alone. */
      g_assert_false (oto_dataset_import_write (import, out, copies, NULL, NULL, NULL, &error));
      g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
    }
  oto_test_remove_dir (dir);
}

static void
cancel_cb (double   fraction,
           gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/* Nothing is left of a folder that was not finished. */
static void
test_cancel (void)
{
  static const File files[] = { { "in/dog/a.wav" }, { "in/cat/b.wav" } };
  char *dir = oto_test_make_dir ();
  g_autofree char *source = g_build_filename (dir, "in", NULL);
  g_autofree char *out = g_build_filename (dir, "out", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (OtoDatasetImport) import = NULL, none = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    save_file (dir, &files[i]);
  import = open_import (source, NULL);
  g_assert_false (oto_dataset_import_write (import, out, TRUE, cancel_cb, cancellable, cancellable,
                                            &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (oto_test_count_files (dir), ==, 1);

  none = oto_dataset_import_new (&(OtoDatasetImportOptions) { .source = source }, NULL, NULL,
                                 cancellable, &error);
  g_assert_null (none);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  oto_test_remove_dir (dir);
}

/* Columns by any name or number; times in a decimal comma; an accent written in another way, a
 * missing ending, a path from another machine. */
static void
test_columns (void)
{
  static const File files[] =
  {
    { "rec/vo\xcc\x88gel.wav" }, { "rec/x2.wav" }, { "rec/deep/x3.wav" },
    { "birds.csv", "Datei;filename;von;bis;Art;Teil\nv\xc3\xb6gel.wav;1;0,05;0,1;Amsel;A\n"
                   "x2;2;0,1;0,2;Star;B\nD:\\data\\deep\\x3.wav;3;0;0,2;Star;B\n" },
    { "bare.csv", "rec/x2.wav,0.1,0.2,Star\nrec/deep/x3.wav,0.1,0.2,Star\n" },
  };
  char *dir = oto_test_make_dir ();
  g_autofree char *named = g_build_filename (dir, "birds.csv", NULL);
  g_autofree char *bare = g_build_filename (dir, "bare.csv", NULL);
  g_autoptr (OtoDatasetImport) import = NULL, other = NULL, none = NULL;
  const OtoDatasetSummary *summary;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    save_file (dir, &files[i]);
  import = open_import (named, "filename=datei,onset=von,offset=bis,label=Art,fold=Teil");
  summary = oto_dataset_import_get_summary (import);
  g_assert_cmpuint (oto_dataset_summary_get_n_clips (summary), ==, 3);
  g_assert_cmpuint (oto_dataset_summary_count_errors (summary), ==, 0);
  g_assert_cmpuint (oto_dataset_summary_count (summary, OTO_DATASET_RENAMED), ==, 1);
  g_assert_cmpuint (oto_dataset_summary_get_classes (summary)->len, ==, 2);
  g_assert_cmpuint (oto_dataset_summary_get_folds (summary)->len, ==, 2);
  g_assert_cmpstr (oto_dataset_import_get_fold_names (import)[1], ==, "B");
  g_assert_cmpfloat (oto_dataset_summary_get_quantile_s (summary, 0.5), ==, 0.25);

  other = open_import (bare, "filename=1,onset=2,offset=3,label=4");
  g_assert_cmpuint (oto_dataset_summary_get_n_clips (oto_dataset_import_get_summary (other)), ==,
                    2);

  none = oto_dataset_import_new (&(OtoDatasetImportOptions) { .source = named,
                                                              .columns = "filename=File" },
                                 NULL, NULL, NULL, &error);
  g_assert_null (none);
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT);
  oto_test_remove_dir (dir);
}

/* One name in two folders, which the list does not tell apart, is nobody's. */
static void
test_ambiguous (void)
{
  static const File files[] =
  {
    { "a/clip.wav" }, { "b/clip.wav" }, { "c/other.wav" },
    { "list.csv", "file,label\nclip.wav,dog\nb/clip.wav,cat\nother.wav,owl\n" },
  };
  char *dir = oto_test_make_dir ();
  g_autofree char *list = g_build_filename (dir, "list.csv", NULL);
  g_autoptr (OtoDatasetImport) import = NULL;
  const OtoDatasetSummary *summary;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    save_file (dir, &files[i]);
  import = open_import (list, NULL);
  summary = oto_dataset_import_get_summary (import);
  g_assert_cmpuint (oto_dataset_summary_get_n_clips (summary), ==, 2);
  g_assert_cmpuint (oto_dataset_summary_count (summary, OTO_DATASET_AMBIGUOUS), ==, 1);
  g_assert_cmpuint (oto_dataset_summary_count (summary, OTO_DATASET_UNLABELLED), ==, 1);
  oto_test_remove_dir (dir);
}

/* What no list or folder says is an error that tells what to do. */
static void
test_refused (void)
{
  static const File files[] = { { "in/a.wav" }, { "in/one.csv", "file,label\n" },
                                { "in/two.csv", "file,label\n" } };
  char *dir = oto_test_make_dir ();
  g_autofree char *source = g_build_filename (dir, "in", NULL);
  const OtoDatasetImportOptions wrong[] =
  {
    { .source = source }, { .source = "/nonexistent" }, { .source = source, .layout = "esc5" },
    { .source = source, .layout = "esc50" }, { .source = source, .layout = "folders" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    save_file (dir, &files[i]);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OtoDatasetImport) import =
        oto_dataset_import_new (&wrong[i], NULL, NULL, NULL, &error);

      g_assert_null (import);
      g_assert_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT);
    }
  oto_test_remove_dir (dir);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_ascii_strdown (cases[i].layout, -1);
      g_autofree char *path = NULL;

      path = g_strconcat ("/datasets/import/layout/", g_strdelimit (name, " ", '-'), NULL);
      g_test_add_data_func (path, &cases[i], test_layout);
    }
  g_test_add_func ("/datasets/import/links-or-copies", test_links);
  g_test_add_func ("/datasets/import/cancel-leaves-nothing", test_cancel);
  g_test_add_func ("/datasets/import/columns", test_columns);
  g_test_add_func ("/datasets/import/ambiguous", test_ambiguous);
  g_test_add_func ("/datasets/import/refused", test_refused);
  return g_test_run ();
}
