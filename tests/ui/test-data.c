/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

#include "dialogs/oto-class-map-dialog.h"
#include "dialogs/oto-dataset-dialog.h"
#include "dialogs/oto-train-dialog-private.h"

#include <glib/gstdio.h>

/* What people have beside their audio. */

/* Labels of the clip “a.wav” in every form that is read; each says Dog from 0.1 s to 0.25 s, or
 * Dog alone. */
static const struct
{
  const char *name;
  const char *text;
  gboolean    is_weak;
} label_files[] =
{
  { "l.tsv", "filename\tonset\toffset\tevent_label\na.wav\t0.1\t0.25\tDog\n" },
  { "w.tsv", "filename\tevent_labels\na.wav\tDog\n", TRUE },
  { "l.csv", "file;Start (s);End (s);class\na;0,1;0,25;Dog\n" },
  { "audacity.txt", "0.1\t0.25\tDog\n\\\t100.0\t4000.0\n" },
  { "list.txt", "a.wav\t0.1\t0.25\tDog\n" },
  { "a.selections.txt",
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\t"
    "Begin File\tSpecies\n1\tSpectrogram 1\t1\t0.1\t0.25\t100.0\t4000.0\ta.wav\tDog\n" },
  { "birdnet.csv",
    "Start (s),End (s),Scientific name,Common name,Confidence,File\n"
    "0.1,0.25,Canis,Dog,0.9,a.wav\n" },
  { "l.jams",
    "{\"annotations\": [{\"namespace\": \"segment_open\", \"data\": [{\"time\": 0.1, "
    "\"duration\": 0.15, \"value\": \"Dog\", \"confidence\": null}], \"sandbox\": {}, "
    "\"annotation_metadata\": {}}], \"file_metadata\": {\"duration\": 1, \"identifiers\": {}}, "
    "\"sandbox\": {}}" },
  { "a.TextGrid",
    "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n0\n1\n<exists>\n1\n"
    "\"IntervalTier\"\n\"events\"\n0\n1\n3\n0\n0.1\n\"\"\n0.1\n0.25\n\"Dog\"\n0.25\n1\n\"\"\n" },
  { "a.eaf",
    "<?xml version=\"1.0\"?>\n<ANNOTATION_DOCUMENT VERSION=\"3.0\">"
    "<HEADER TIME_UNITS=\"milliseconds\"/><TIME_ORDER>"
    "<TIME_SLOT TIME_SLOT_ID=\"t1\" TIME_VALUE=\"100\"/>"
    "<TIME_SLOT TIME_SLOT_ID=\"t2\" TIME_VALUE=\"250\"/></TIME_ORDER><TIER TIER_ID=\"events\">"
    "<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a1\" TIME_SLOT_REF1=\"t1\" "
    "TIME_SLOT_REF2=\"t2\"><ANNOTATION_VALUE>Dog</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>"
    "</ANNOTATION></TIER></ANNOTATION_DOCUMENT>\n" },
  { "one-hot.csv", "filename,Dog,Cat\na.wav,1,0\n", TRUE },
  { "esc50.csv", "filename,fold,target,category,esc10,src_file,take\na.wav,1,0,Dog,True,1,A\n",
    TRUE },
  { "UrbanSound8K.csv",
    "slice_file_name,fsID,start,end,salience,fold,classID,class\na.wav,1,0.0,0.3,1,5,3,Dog\n",
    TRUE },
  { "dev.csv", "fname,labels,mids,split\na,Dog,/m/0bt9lr,train\n", TRUE },
};

static char *
save_text (OtoUiFixture *fixture,
           const char   *name,
           const char   *text)
{
  char *path = g_build_filename (fixture->dir, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* A label file of any kind that is opened, as by a drop, is the reference of the clip. */
static void
test_labels (OtoUiFixture  *fixture,
             gconstpointer  data)
{
  g_autofree char *clip = oto_ui_test_write_clip (fixture, "a.wav", 1, 1);
  guint n_expected = 0;

  oto_ui_test_open (fixture, clip);
  oto_ui_test_settle (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (label_files); i++)
    {
      g_autofree char *path = save_text (fixture, label_files[i].name, label_files[i].text);
      g_autoptr (OtoEventList) reference = NULL;
      const OtoEvent *event;

      oto_ui_test_open (fixture, path);
      oto_ui_test_settle (fixture);
      reference = oto_session_dup_reference (fixture->window->session, fixture->window->item);
      n_expected++;
      g_assert_nonnull (reference);
      if (oto_event_list_get_n (reference) != n_expected)
        g_error ("“%s” is not the reference", label_files[i].name);
      event = oto_event_list_get (reference, n_expected - 1);
      g_assert_cmpstr (event->label, ==, "Dog");
      if (!label_files[i].is_weak)
        {
          g_assert_cmpfloat_with_epsilon (event->onset_s, 0.1, 1e-9);
          g_assert_cmpfloat_with_epsilon (event->offset_s, 0.25, 1e-9);
        }
    }
  g_assert_false (gtk_info_bar_get_revealed (fixture->window->info_bar));
}

static OtoClipItem *
get_item (OtoUiFixture *fixture,
          guint         i)
{
  g_autoptr (OtoClipItem) item =
    g_list_model_get_item (oto_session_get_clips (fixture->window->session), i);

  return item;
}

/* Another channel is another sound, and is heard again. */
static void
test_channel (OtoUiFixture  *fixture,
              gconstpointer  data)
{
  g_autofree char *clip = oto_ui_test_write_clip (fixture, "a.wav", 1, 2);

  oto_ui_test_settle (fixture);
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "channel"));
  oto_ui_test_open (fixture, clip);
  oto_ui_test_settle (fixture);
  g_assert_cmpint (oto_clip_get_n_channels (oto_clip_item_get_clip (fixture->window->item)), ==, 2);

  oto_ui_test_activate (fixture, "win.channel::side");
  oto_ui_test_settle (fixture);
  g_assert_cmpint (oto_clip_item_get_channel (fixture->window->item), ==, OTO_CHANNEL_SIDE);
  g_assert_cmpint (oto_clip_get_n_channels (oto_clip_item_get_clip (fixture->window->item)), ==, 1);
  g_assert_cmpstr (oto_clip_item_get_name (fixture->window->item), ==, "a.wav (side)");
  g_assert_cmpint (oto_clip_item_get_state (fixture->window->item), ==, OTO_CLIP_STATE_DONE);
  g_assert_cmpuint (g_list_model_get_n_items (oto_session_get_clips (fixture->window->session)), ==,
                    1);

  oto_ui_test_activate (fixture, "win.channel::mean");
  oto_ui_test_settle (fixture);
  g_assert_cmpstr (oto_clip_item_get_name (fixture->window->item), ==, "a.wav");
}

/* Clips of one name say where they are; others do not. */
static void
test_names (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  static const char * const names[] = { "x/one/a.wav", "x/two/a.wav", "x/two/b.wav" };
  static const char * const expected[] = { "one/a.wav", "two/a.wav", "b.wav" };
  static const char * const folders[] = { "x", "x/one", "x/two" };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_build_filename (fixture->dir, folders[i], NULL);

      g_assert_cmpint (g_mkdir (folder, 0777), ==, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = oto_ui_test_write_clip (fixture, names[i], 1, 1);

      oto_ui_test_open (fixture, path);
      oto_ui_test_settle (fixture);
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (oto_clip_item_get_name (get_item (fixture, i)), ==, expected[i]);
}

/* Names that the model does not know are shown as the class that was chosen for them. */
static void
test_match (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  g_autofree char *clip = oto_ui_test_write_clip (fixture, "a.wav", 1, 1);
  g_autofree char *labels =
    save_text (fixture, "l.tsv", "filename\tonset\toffset\tevent_label\na.wav\t0.1\t0.2\tZzz\n");
  const char *class_name;
  GtkWindow *dialog;
  g_autoptr (OtoEventList) reference = NULL, none = NULL;

  oto_ui_test_open (fixture, clip);
  oto_ui_test_settle (fixture);
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window),
                                                     "match-classes"));
  oto_ui_test_open (fixture, labels);
  oto_ui_test_settle (fixture);
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window),
                                                    "match-classes"));

  class_name = oto_model_snapshot_get_class_names (
    oto_session_get_model (fixture->window->session))[0];
  dialog = oto_class_map_dialog_new (GTK_WINDOW (fixture->window), fixture->window->session);
  gtk_window_present (dialog);
  oto_class_map_dialog_choose (OTO_CLASS_MAP_DIALOG (dialog), "Zzz", class_name);
  reference = oto_session_dup_reference (fixture->window->session, fixture->window->item);
  g_assert_cmpstr (oto_event_list_get (reference, 0)->label, ==, class_name);
  oto_ui_test_picture (GTK_WIDGET (dialog), "match-classes");
  oto_class_map_dialog_choose (OTO_CLASS_MAP_DIALOG (dialog), "Zzz", NULL);
  none = oto_session_dup_reference (fixture->window->session, fixture->window->item);
  g_assert_cmpstr (oto_event_list_get (none, 0)->label, ==, "Zzz");
  gtk_window_destroy (dialog);
}

static gboolean
is_idle (gpointer data)
{
  return !oto_dataset_dialog_is_busy (data);
}

static void
imported_cb (OtoDatasetDialog  *dialog,
             const char        *dir,
             char             **ret_dir)
{
  *ret_dir = g_strdup (dir);
}

/* What is found is shown first, then made; what cannot be found is told. */
static void
test_import (OtoUiFixture  *fixture,
             gconstpointer  data)
{
  g_autofree char *source = g_build_filename (fixture->dir, "in", NULL);
  g_autofree char *dog = g_build_filename (source, "dog", NULL);
  g_autofree char *cat = g_build_filename (source, "cat", NULL);
  g_autofree char *out = g_build_filename (fixture->dir, "out", NULL);
  g_autofree char *first = NULL, *second = NULL, *bad = NULL, *dir = NULL;
  g_autoptr (OtoDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;
  GtkWindow *dialog;

  g_assert_cmpint (g_mkdir_with_parents (dog, 0777), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (cat, 0777), ==, 0);
  first = oto_ui_test_write_clip (fixture, "in/dog/a.wav", 1, 1);
  second = oto_ui_test_write_clip (fixture, "in/cat/a.wav", 1, 2);
  bad = save_text (fixture, "in/cat/b.wav", "no sound");

  oto_ui_test_settle (fixture);
  dialog = g_object_ref_sink (oto_dataset_dialog_new (GTK_WINDOW (fixture->window)));
  g_signal_connect (dialog, "imported", G_CALLBACK (imported_cb), &dir);
  gtk_window_present (dialog);
  oto_dataset_dialog_look (OTO_DATASET_DIALOG (dialog), "/nonexistent");
  oto_ui_test_wait (is_idle, dialog);
  g_assert_nonnull (oto_dataset_dialog_get_error (OTO_DATASET_DIALOG (dialog)));
  g_assert_null (oto_dataset_dialog_get_summary (OTO_DATASET_DIALOG (dialog)));

  oto_dataset_dialog_look (OTO_DATASET_DIALOG (dialog), source);
  oto_ui_test_wait (is_idle, dialog);
  g_assert_null (oto_dataset_dialog_get_error (OTO_DATASET_DIALOG (dialog)));
  g_assert_nonnull (strstr (oto_dataset_dialog_get_summary (OTO_DATASET_DIALOG (dialog)),
                            "2 clips, 2 classes"));
  g_assert_nonnull (strstr (oto_dataset_dialog_get_summary (OTO_DATASET_DIALOG (dialog)),
                            "1 problem"));
  oto_ui_test_picture (GTK_WIDGET (dialog), "import");

  oto_dataset_dialog_import (OTO_DATASET_DIALOG (dialog), out);
  oto_ui_test_wait (is_idle, dialog);
  g_assert_cmpstr (dir, ==, out);
  dataset = oto_dataset_load (out, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (oto_dataset_get_n_clips (dataset), ==, 2);
  g_object_unref (dialog);
}

/* The menu opens the dialog; closing it while it works stops the work. */
static void
test_import_cancel (OtoUiFixture  *fixture,
                    gconstpointer  data)
{
  g_autofree char *clip = oto_ui_test_write_clip (fixture, "a.wav", 1, 1);
  g_autofree char *list = save_text (fixture, "l.csv", "file,label\na.wav,dog\n");
  GtkWindow *dialog;

  oto_ui_test_settle (fixture);
  oto_ui_test_activate (fixture, "win.import-dataset");
  dialog = g_object_ref_sink (oto_dataset_dialog_new (GTK_WINDOW (fixture->window)));
  gtk_window_present (dialog);
  oto_dataset_dialog_look (OTO_DATASET_DIALOG (dialog), list);
  oto_dataset_dialog_cancel (OTO_DATASET_DIALOG (dialog));
  oto_ui_test_wait (is_idle, dialog);
  g_assert_null (oto_dataset_dialog_get_error (OTO_DATASET_DIALOG (dialog)));

  oto_dataset_dialog_look (OTO_DATASET_DIALOG (dialog), list);
  gtk_window_destroy (dialog);
  oto_ui_test_wait (is_idle, dialog);
  g_object_unref (dialog);
}

int
main (int    argc,
      char **argv)
{
  oto_ui_test_init (&argc, &argv);
  OTO_UI_TEST ("/ui/data/labels-of-any-format", test_labels);
  OTO_UI_TEST ("/ui/data/channel", test_channel);
  OTO_UI_TEST ("/ui/data/names-in-two-folders", test_names);
  OTO_UI_TEST ("/ui/data/match-classes", test_match);
  OTO_UI_TEST ("/ui/data/import", test_import);
  OTO_UI_TEST ("/ui/data/import-cancelled", test_import_cancel);
  return g_test_run ();
}
