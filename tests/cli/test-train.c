/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A data set of short clips, the first two of them in fold 1. */
static void
save_data (Cli *self,
           int  n_clips)
{
  g_autoptr (GString) labels = g_string_new ("filename\tevent_labels\n");
  g_autoptr (GString) folds = g_string_new ("filename\tfold\n");
  g_autofree char *audio = g_build_filename (self->dir, "data", "audio", NULL);

  g_assert_cmpint (g_mkdir_with_parents (audio, 0777), ==, 0);
  for (int i = 0; i < n_clips; i++)
    {
      g_autofree char *name = g_strdup_printf ("data/audio/%d.wav", i);

      cli_save_clip (self, name, 0.5 + 0.25 * i, 32000, 1);
      g_string_append_printf (labels, "%d.wav\t%s\n", i, i % 2 == 0 ? "Bark" : "Meow");
      g_string_append_printf (folds, "%d.wav\t%d\n", i, i < 2 ? 1 : 2);
    }
  cli_save_bytes (self, "data/labels.tsv", labels->str, labels->len);
  cli_save_bytes (self, "data/folds.tsv", folds->str, folds->len);
}

/* Epochs that are in the table of a run. */
static int
count_epochs (Cli        *self,
              const char *run)
{
  g_autofree char *path = g_build_filename (self->dir, run, "metrics.csv", NULL);
  g_autofree char *text = NULL;
  int n_lines = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  for (const char *s = strchr (text, '\n'); s != NULL; s = strchr (s + 1, '\n'))
    n_lines++;
  return MAX (n_lines - 1, 0);
}

/* Lets oto train until its run has more than @n_epochs, then sends a signal. */
static void
break_off (Cli        *self,
           const char *arguments,
           const char *run,
           int         n_epochs,
           int         signal)
{
  g_autoptr (GSubprocess) process = cli_spawn (self, arguments);

  while (count_epochs (self, run) <= n_epochs && g_subprocess_get_identifier (process) != NULL)
    g_usleep (5000);
  g_subprocess_send_signal (process, signal);
  g_assert_true (g_subprocess_communicate (process, NULL, NULL, NULL, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_if_exited (process), ==, signal != SIGKILL);
  if (signal != SIGKILL)
    g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
}

/* All columns but the times. */
static void
assert_same_metrics (Cli *self)
{
  g_autofree char *path = g_build_filename (self->dir, "broken", "run", "metrics.csv", NULL);
  g_autofree char *expected_path = g_build_filename (self->dir, "whole", "run", "metrics.csv",
                                                     NULL);
  g_autoptr (OtoCsv) csv = oto_csv_load (path, ',', TRUE, NULL);
  g_autoptr (OtoCsv) expected = oto_csv_load (expected_path, ',', TRUE, NULL);

  g_assert_cmpuint (oto_csv_get_n_rows (csv), ==, oto_csv_get_n_rows (expected));
  for (guint row = 0; row < oto_csv_get_n_rows (csv); row++)
    for (int column = 0; column < oto_csv_find (csv, "seconds"); column++)
      g_assert_cmpstr (oto_csv_get (csv, row, column), ==, oto_csv_get (expected, row, column));
}

static void
assert_same_file (Cli        *self,
                  const char *name)
{
  g_autofree char *path = g_build_filename (self->dir, "broken", "run", name, NULL);
  g_autofree char *expected_path = g_build_filename (self->dir, "whole", "run", name, NULL);
  g_autofree char *bytes = NULL, *expected = NULL;
  size_t n_bytes, n_expected;

  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  g_assert_true (g_file_get_contents (expected_path, &expected, &n_expected, NULL));
  g_assert_cmpmem (bytes, n_bytes, expected, n_expected);
}

/* A run that was killed, then interrupted, ends as if nothing had happened. */
static void
test_train_resume (Cli           *self,
                   gconstpointer  user_data)
{
  const char *settings = "--data data --fold 1 --width 0.03 --batch 2 --threads 2";
  g_autofree char *begin = g_strdup_printf ("train %s --epochs 1000 -o broken/run", settings);
  g_autofree char *end = NULL, *whole = NULL;
  int n_epochs;

  save_data (self, 6);
  break_off (self, begin, "broken/run", 0, SIGKILL);
  n_epochs = count_epochs (self, "broken/run");
  break_off (self, "train --resume broken/run", "broken/run", n_epochs, SIGINT);
  n_epochs = count_epochs (self, "broken/run") + 1;
  g_assert_cmpint (n_epochs, >=, 3);

  end = g_strdup_printf ("train --resume broken/run --epochs %d", n_epochs);
  g_assert_cmpint (cli_run (self, end), ==, 0);
  whole = g_strdup_printf ("train %s --epochs %d -o whole/run", settings, n_epochs);
  g_assert_cmpint (cli_run (self, whole), ==, 0);
  assert_same_metrics (self);
  assert_same_file (self, "best.safetensors");
  assert_same_file (self, "checkpoint.safetensors");
}

/* A terminal that is closed saves, too. */
static void
test_train_hang_up (Cli           *self,
                    gconstpointer  user_data)
{
  g_autofree char *path = g_build_filename (self->dir, "run", "log.txt", NULL);
  g_autofree char *log = NULL;

  save_data (self, 6);
  break_off (self, "train --data data --fold 1 --width 0.03 --batch 2 --epochs 1000 -o run", "run",
             0, SIGHUP);
  g_assert_true (g_file_get_contents (path, &log, NULL, NULL));
  g_assert_nonnull (strstr (log, "stopped at epoch"));
}

/* What is printed does not go into the next file that is opened. */
static void
test_train_closed_output (Cli           *self,
                          gconstpointer  user_data)
{
  const char *command = "cd \"$1\" && XDG_CACHE_HOME=$1 exec \"$0\" train --data data "
                        "--fold 1 --width 0.03 --batch 2 --epochs 2 -o run 0>&- 1>&- 2>&-";
  const char *argv[] = { "sh", "-c", command, self->oto, self->dir, NULL };
  g_autofree char *path = g_build_filename (self->dir, "run", "metrics.csv", NULL);
  g_autoptr (OtoCsv) csv = NULL;
  int status;

  save_data (self, 6);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  csv = oto_csv_load (path, ',', TRUE, NULL);
  g_assert_nonnull (csv);
  g_assert_cmpuint (oto_csv_get_n_rows (csv), ==, 2);
  g_assert_cmpstr (oto_csv_get_heading (csv, 0), ==, "epoch");
  g_assert_cmpstr (oto_csv_get (csv, 1, 0), ==, "2");
}

/* Of two at once, the second is told who is there. */
static void
test_train_twice (Cli           *self,
                  gconstpointer  user_data)
{
  const char *command = "train --data data --fold 1 --width 0.03 --batch 2 --epochs 1000 -o run";
  g_autoptr (GSubprocess) first = NULL;
  g_autofree char *holder = NULL;

  save_data (self, 6);
  first = cli_spawn (self, command);
  while (count_epochs (self, "run") < 1 && g_subprocess_get_identifier (first) != NULL)
    g_usleep (5000);
  holder = g_strconcat ("process ", g_subprocess_get_identifier (first), " ", NULL);
  g_assert_cmpint (cli_run (self, "train --resume run"), ==, 1);
  g_assert_nonnull (strstr (self->err, holder));
  g_subprocess_send_signal (first, SIGTERM);
  g_assert_true (g_subprocess_communicate (first, NULL, NULL, NULL, NULL, NULL));
  break_off (self, "train --resume run", "run", count_epochs (self, "run"), SIGTERM);
}

/* A cap on memory that is too small says what would fit, before anything is written. */
static void
test_train_memory (Cli           *self,
                   gconstpointer  user_data)
{
  static const char * const bad[] = { "2X", "G", "-1", "0", "1.5GiBs", "nan", "1e300", "2~G" };
  g_autofree char *run_dir = g_build_filename (self->dir, "run", NULL);
  g_autofree char *config_path = g_build_filename (run_dir, "config.json", NULL);
  g_autofree char *again = NULL, *config = NULL, *config_after = NULL;
  const char *named;
  int batch;

  save_data (self, 6);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("train --data data -o run --memory %s", bad[i]);

      g_assert_cmpint (cli_run (self, arguments), ==, 2);
      g_assert_nonnull (strstr (self->err, "is no size"));
    }

  /* These clips are in two folds, of which none is the one that is held out by default. */
  g_assert_cmpint (cli_run (self, "train --data data -o run"), ==, 1);
  g_assert_nonnull (strstr (self->err, "fold 4"));

  g_assert_cmpint (cli_run (self, "train --data data --fold 1 --json --memory 1.5GiB --threads 1 "
                                  "--batch 4000 --epochs 1 -o run"), ==, 1);
  g_assert_nonnull (strstr (self->err, "may take only 1.50 GiB."));
  g_assert_cmpstr (self->out, ==, "");
  g_assert_false (g_file_test (run_dir, G_FILE_TEST_EXISTS));
  named = strstr (self->err, "The largest batch that fits is ");
  g_assert_nonnull (named);
  batch = atoi (named + strlen ("The largest batch that fits is "));
  g_assert_cmpint (batch, >, 0);

  again = g_strdup_printf ("train --data data --fold 1 --memory 1610612736 --threads 1 --batch %d "
                           "--epochs 1 -o run", batch + 1);
  g_assert_cmpint (cli_run (self, again), ==, 1);
  g_assert_cmpint (cli_run (self, "train --data data --fold 1 --memory 1M -o run"), ==, 1);
  g_assert_nonnull (strstr (self->err, "No batch fits at width 1"));
  g_assert_cmpint (cli_run (self, "train --data data --fold 1 --memory 64m --threads 1 --width "
                                  "0.03 --batch 1 --epochs 1 -o run"), ==, 0);
  g_assert_true (g_file_get_contents (config_path, &config, NULL, NULL));
  g_assert_cmpint (cli_run (self, "train --resume run --epochs 2 --memory 1MB"), ==, 1);
  g_assert_nonnull (strstr (self->err, "may take only 1.0 MiB"));
  g_assert_true (g_file_get_contents (config_path, &config_after, NULL, NULL));
  g_assert_cmpstr (config_after, ==, config);
  g_assert_cmpint (cli_run (self, "train --resume run --batch 2"), ==, 2);
  g_assert_cmpint (cli_run (self, "train --resume run --epochs 2"), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/train/resume", test_train_resume);
  cli_add ("/cli/train/hang-up-saves", test_train_hang_up);
  cli_add ("/cli/train/closed-output", test_train_closed_output);
  cli_add ("/cli/train/one-at-a-time", test_train_twice);
  cli_add ("/cli/train/memory", test_train_memory);
  return g_test_run ();
}
