/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

#include "dialogs/oto-train-dialog.h"

/* Eight clips of two classes in four folds. */
static char *
write_data_set (OtoUiFixture *fixture)
{
  g_autofree char *dir = g_build_filename (fixture->dir, "data", NULL);
  g_autofree char *audio = g_build_filename (dir, "audio", NULL);
  g_autofree char *labels = g_build_filename (dir, "labels.tsv", NULL);
  g_autofree char *folds = g_build_filename (dir, "folds.tsv", NULL);
  g_autoptr (GString) label_text = g_string_new ("filename\tonset\toffset\tevent_label\n");
  g_autoptr (GString) fold_text = g_string_new ("filename\tfold\n");

  g_assert_cmpint (g_mkdir_with_parents (audio, 0755), ==, 0);
  for (int i = 0; i < 8; i++)
    {
      g_autofree char *name = g_strdup_printf ("data/audio/%d.wav", i);
      g_autofree char *path = oto_ui_test_write_clip (fixture, name, 1, 1);

      g_string_append_printf (label_text, "%d.wav\t0\t1\t%s\n", i, i % 2 != 0 ? "Bark" : "Meow");
      g_string_append_printf (fold_text, "%d.wav\t%d\n", i, i / 2 + 1);
    }
  g_assert_true (g_file_set_contents (labels, label_text->str, -1, NULL));
  g_assert_true (g_file_set_contents (folds, fold_text->str, -1, NULL));

  return g_steal_pointer (&dir);
}

static gboolean
is_ended (gpointer data)
{
  return !oto_train_dialog_is_running (data);
}

static gboolean
is_running (gpointer data)
{
  return oto_train_dialog_is_running (data);
}

static OtoTrainDialog *
open_dialog (OtoUiFixture *fixture)
{
  oto_ui_test_activate (fixture, "win.train");
  g_assert_nonnull (fixture->window->train_dialog);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window->train_dialog));

  return OTO_TRAIN_DIALOG (fixture->window->train_dialog);
}

static void
test_trains (OtoUiFixture  *fixture,
             gconstpointer  data)
{
  g_autofree char *dir = write_data_set (fixture);
  g_autofree char *run = g_build_filename (fixture->dir, "run", NULL);
  OtoTrainDialog *dialog = open_dialog (fixture);
  g_autoptr (OtoModelSnapshot) model = NULL;
  g_autoptr (GError) error = NULL;

  oto_ui_test_picture (GTK_WIDGET (dialog), "train-settings");
  oto_train_dialog_start (dialog, dir, run, 2, 4, 0.0625);
  oto_ui_test_wait (is_running, dialog);
  oto_ui_test_wait (is_ended, dialog);
  oto_ui_test_spin (50);
  oto_ui_test_picture (GTK_WIDGET (dialog), "train-run");

  model = oto_model_snapshot_load (run, &error);
  g_assert_no_error (error);
  g_assert_nonnull (model);
  gtk_window_close (GTK_WINDOW (dialog));
  g_assert_null (fixture->window->train_dialog);
}

static void
test_cancels (OtoUiFixture  *fixture,
              gconstpointer  data)
{
  g_autofree char *dir = write_data_set (fixture);
  g_autofree char *run = g_build_filename (fixture->dir, "run", NULL);
  OtoTrainDialog *dialog = open_dialog (fixture);

  oto_train_dialog_start (dialog, dir, run, 1000, 2, 0.0625);
  oto_ui_test_wait (is_running, dialog);

  /* Neither the dialog nor its window goes while a run is on: a question comes up. */
  gtk_window_close (GTK_WINDOW (fixture->window));
  oto_ui_test_spin (50);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (fixture->window)));
  g_assert_true (oto_train_dialog_is_running (dialog));

  oto_train_dialog_cancel (dialog);
  oto_ui_test_wait (is_ended, dialog);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
test_bad_folder (OtoUiFixture  *fixture,
                 gconstpointer  data)
{
  g_autofree char *run = g_build_filename (fixture->dir, "run", NULL);
  OtoTrainDialog *dialog = open_dialog (fixture);

  oto_train_dialog_start (dialog, "/nonexistent", run, 1, 2, 0.0625);
  while (oto_train_dialog_get_error (dialog) == NULL)
    oto_ui_test_spin (5);
  g_assert_false (oto_train_dialog_is_running (dialog));
  g_assert_nonnull (strstr (oto_train_dialog_get_error (dialog), "/nonexistent"));
  gtk_window_close (GTK_WINDOW (dialog));
}

/* No machine has the 240 GB that this takes. */
static void
test_too_large (OtoUiFixture  *fixture,
                gconstpointer  data)
{
  g_autofree char *dir = write_data_set (fixture);
  g_autofree char *run = g_build_filename (fixture->dir, "run", NULL);
  OtoTrainDialog *dialog = open_dialog (fixture);

  oto_train_dialog_start (dialog, dir, run, 1, 1024, 2);
  while (oto_train_dialog_get_error (dialog) == NULL)
    oto_ui_test_spin (5);
  oto_ui_test_spin (400);
  oto_ui_test_picture (GTK_WIDGET (dialog), "train-too-large");
  g_assert_false (oto_train_dialog_is_running (dialog));
  g_assert_nonnull (strstr (oto_train_dialog_get_error (dialog), "The largest batch that fits is"));
  g_assert_false (g_file_test (run, G_FILE_TEST_EXISTS));

  /* The settings stay, so that a smaller run can begin at once. */
  oto_train_dialog_start (dialog, dir, run, 1, 2, 0.0625);
  oto_ui_test_wait (is_running, dialog);
  g_assert_null (oto_train_dialog_get_error (dialog));
  oto_ui_test_wait (is_ended, dialog);
  gtk_window_close (GTK_WINDOW (dialog));
}

int
main (int    argc,
      char **argv)
{
  oto_ui_test_init (&argc, &argv);

  OTO_UI_TEST ("/ui/train/trains-and-saves", test_trains);
  OTO_UI_TEST ("/ui/train/asks-and-cancels", test_cancels);
  OTO_UI_TEST ("/ui/train/bad-folder-is-told", test_bad_folder);
  OTO_UI_TEST ("/ui/train/too-large-is-refused", test_too_large);

  return g_test_run ();
}
