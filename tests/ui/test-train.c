/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

#include "dialogs/oto-train-dialog-private.h"

#include <math.h>

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

/* Another value of an option than its default, set by its control. */
static double
change_option (const OtoOption *option,
               GtkWidget       *control)
{
  const double middle = option->kind == OTO_OPTION_INTEGER ? floor ((option->min + option->max) / 2)
                                                           : (option->min + option->max) / 2;
  const double value = option->kind == OTO_OPTION_NUMBER || option->kind == OTO_OPTION_INTEGER
                       ? (option->value != middle ? middle : option->max) : option->value == 0;

  switch (option->kind)
    {
    case OTO_OPTION_NUMBER:
    case OTO_OPTION_INTEGER:
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (control), value);
      break;
    case OTO_OPTION_SWITCH:
      gtk_switch_set_active (GTK_SWITCH (control), value != 0);
      break;
    case OTO_OPTION_CHOICE:
      gtk_drop_down_set_selected (GTK_DROP_DOWN (control), (guint) value);
      break;
    }

  return value;
}

/* Every option of every system has a row, sets nothing at its default, and sets what is chosen. */
static void
test_options (OtoUiFixture  *fixture,
              gconstpointer  data)
{
  OtoTrainDialog *dialog = open_dialog (fixture);
  const OtoSystem *system;

  for (guint i = 0; (system = oto_systems_get (i)) != NULL; i++)
    {
      OtoTrainerConfig config;

      g_test_message ("%s", system->name);
      adw_combo_row_set_selected (dialog->system_row, i);
      g_assert_cmpuint (dialog->n_options, ==, system->n_options);
      oto_trainer_config_init (&config);
      g_free (config.system);
      config.system = g_strdup (system->name);
      oto_train_dialog_apply_options (dialog, &config);
      g_assert_true (config.options == NULL || config.options[0] == NULL);

      for (guint j = 0; j < system->n_options; j++)
        {
          const OtoOption *option = &system->options[j];
          const double expected = change_option (option, dialog->option_controls[j]);
          g_auto (GStrv) parts = NULL;
          double value;

          oto_train_dialog_apply_options (dialog, &config);
          parts = g_strsplit (config.options[j], "=", 2);
          g_assert_cmpstr (parts[0], ==, option->name);
          g_assert_true (oto_option_parse (option, parts[1], &value, NULL));
          g_assert_cmpfloat (value, ==, expected);
        }
      oto_trainer_config_clear (&config);
    }

  adw_combo_row_set_selected (dialog->system_row, 4);
  oto_ui_test_spin (300);
  oto_ui_test_picture (GTK_WIDGET (dialog), "train-options");
  gtk_window_close (GTK_WINDOW (dialog));
}

/* Small numbers are shown as they are, and read back. */
static void
test_number (OtoUiFixture  *fixture,
             gconstpointer  data)
{
  OtoTrainDialog *dialog = open_dialog (fixture);
  GtkWidget *alpha;

  for (guint i = 0; oto_systems_get (i) != NULL; i++)
    if (strcmp (oto_systems_get (i)->name, "2apae") == 0)
      adw_combo_row_set_selected (dialog->system_row, i);
  alpha = dialog->option_controls[0];
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (alpha)), ==, "0.001");
  gtk_editable_set_text (GTK_EDITABLE (alpha), "0.00025");
  gtk_spin_button_update (GTK_SPIN_BUTTON (alpha));
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (alpha)), ==, 0.00025);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (alpha)), ==, "0.00025");
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
  OTO_UI_TEST ("/ui/train/options-of-every-system", test_options);
  OTO_UI_TEST ("/ui/train/small-numbers", test_number);

  return g_test_run ();
}
