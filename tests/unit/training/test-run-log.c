/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "training/oto-run-lock.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A table as version 0.1.0 wrote it for a system without reconstruction. */
static const char old_table[] =
  "epoch,loss,bce,mse,val_bce,micro_ap,macro_ap,auc,lr,seconds,clips_per_s\n"
  "1,0.5,0.25,0,0.75,0.5,,0.625,0.001,2,3\n"
  "2,0.375,0.125,0,0.5,0.75,0.5,0.75,0.0001,2,3\n"
  "4,1,1,1,1,1,1,1,1,1,1\n";

static char *
make_table (char **ret_path)
{
  char *dir = oto_test_make_dir ();

  *ret_path = g_build_filename (dir, "metrics.csv", NULL);
  g_assert_true (g_file_set_contents (*ret_path, old_table, -1, NULL));
  return dir;
}

/* By the names of its columns, up to the first row out of order. */
static void
test_load (void)
{
  g_autofree char *path = NULL;
  char *dir = make_table (&path);
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) records = oto_run_log_load (dir, &names, &error);
  const OtoEpochRecord *record;

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (names), ==, 2);
  g_assert_cmpstr (names[0], ==, "bce");
  g_assert_cmpstr (names[1], ==, "mse");
  g_assert_cmpuint (records->len, ==, 2);
  record = &g_array_index (records, OtoEpochRecord, 0);
  g_assert_cmpfloat (record->loss, ==, 0.5);
  g_assert_cmpfloat (record->terms[0], ==, 0.25);
  g_assert_cmpfloat (record->terms[1], ==, 0.0);
  g_assert_cmpfloat (record->val_loss, ==, 0.75);
  g_assert_true (isnan (record->macro_ap));
  g_assert_cmpfloat (record->clips_per_s, ==, 3.0);
  oto_test_remove_dir (dir);
}

/* A run goes on with the terms that its loss has now; rows beyond its checkpoint go. */
static void
test_reopen (void)
{
  static const char * const terms[] = { "bce", "silent", NULL };
  g_autofree char *path = NULL, *text = NULL;
  char *dir = make_table (&path);
  g_autoptr (GArray) records = g_array_new (FALSE, FALSE, sizeof (OtoEpochRecord));
  g_autofree char *notice = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoRunLog) log = oto_run_log_reopen (dir, terms, 1, records, &notice, &error);
  OtoEpochRecord next = { .epoch = 2, .loss = 0.25, .terms = { 0.5, 0.125 }, .auc = NAN };

  g_assert_no_error (error);
  g_assert_null (notice);
  g_assert_cmpuint (records->len, ==, 1);
  g_assert_true (oto_run_log_add_epoch (log, &next, &error));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "epoch,loss,bce,silent,val_bce,micro_ap,macro_ap,auc,lr,seconds,"
                             "clips_per_s\n1,0.5,0.25,,0.75,0.5,,0.625,0.001,2,3\n"
                             "2,0.25,0.5,0.125,0,0,0,,0,0,0\n");
  g_clear_pointer (&log, oto_run_log_free);
  oto_test_remove_dir (dir);
}

#define HEAD "epoch,loss,bce,val_bce,micro_ap,macro_ap,auc,lr,seconds,clips_per_s\n"
#define ROW_1 "1,0.5,0.25,0.75,0.5,,0.625,0.001,2,3\n"
#define ROW_2 "2,0.375,0.125,0.5,0.75,0.5,0.75,0.0001,2,3\n"
#define ROW_3 "3,1,1,1,1,1,1,1,1,1\n"

/* What a kill or a power cut may leave of a table with two epochs. A row beyond the checkpoint is
 * no damage. */
static const struct
{
  const char *text;
  size_t      n_bytes;
  gboolean    is_sound;
} left_tables[] =
{
  { HEAD ROW_1 ROW_2, sizeof HEAD ROW_1 ROW_2 - 1, TRUE },
  { HEAD ROW_1 ROW_2 ROW_3, sizeof HEAD ROW_1 ROW_2 ROW_3 - 1, TRUE },
  { HEAD ROW_1 ROW_2 "\0\0\0", sizeof HEAD ROW_1 ROW_2 + 2, FALSE },
  { HEAD ROW_1 "2,0.37", sizeof HEAD ROW_1 + 5, FALSE },
  { HEAD ROW_1, sizeof HEAD ROW_1 - 1, FALSE },
  { HEAD ROW_1 ROW_2 "3,1,1", sizeof HEAD ROW_1 ROW_2 + 4, FALSE },
  { HEAD ROW_2 ROW_1, sizeof HEAD ROW_2 ROW_1 - 1, FALSE },
  { "\0\0\0\0", 4, FALSE },
  { "\"", 1, FALSE },
  { "", 0, FALSE },
};

/* Rows without times, which no checkpoint has. */
#define BARE_1 "1,0.5,0.25,0.75,0.5,,0.625,0.001,,\n"
#define BARE_2 "2,0.375,0.125,0.5,0.75,0.5,0.75,0.0001,,\n"

/* The checkpoint's records make the table again, with times that can still be read; what was found
 * is kept. */
static void
test_rebuild (void)
{
  static const char * const terms[] = { "bce", NULL };
  static const OtoEpochRecord done[] = {
    { 1, 0.5, { 0.25 }, 0.75, 0.5, NAN, 0.625, 0.001, NAN, NAN },
    { 2, 0.375, { 0.125 }, 0.5, 0.75, 0.5, 0.75, 0.0001, NAN, NAN },
  };

  for (guint i = 0; i <= G_N_ELEMENTS (left_tables); i++)
    {
      const gboolean is_missing = i == G_N_ELEMENTS (left_tables);
      char *dir = oto_test_make_dir ();
      g_autofree char *path = g_build_filename (dir, "metrics.csv", NULL);
      g_autofree char *aside = g_strconcat (path, ".damaged", NULL);
      g_autofree char *notice = NULL, *text = NULL, *kept = NULL;
      g_autoptr (GArray) records = g_array_new (FALSE, FALSE, sizeof (OtoEpochRecord));
      g_autoptr (GError) error = NULL;
      g_autoptr (OtoRunLog) log = NULL;
      size_t n_kept;

      if (!is_missing)
        g_assert_true (g_file_set_contents (path, left_tables[i].text, left_tables[i].n_bytes,
                                            NULL));
      g_array_append_vals (records, done, G_N_ELEMENTS (done));
      log = oto_run_log_reopen (dir, terms, G_N_ELEMENTS (done), records, &notice, &error);
      g_assert_no_error (error);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      if (!is_missing && g_str_has_prefix (left_tables[i].text, HEAD ROW_1 ROW_2))
        g_assert_cmpstr (text, ==, HEAD ROW_1 ROW_2);
      else if (!is_missing && g_str_has_prefix (left_tables[i].text, HEAD ROW_1))
        g_assert_cmpstr (text, ==, HEAD ROW_1 BARE_2);
      else
        g_assert_cmpstr (text, ==, HEAD BARE_1 BARE_2);
      g_assert_cmpint (notice == NULL, ==, !is_missing && left_tables[i].is_sound);
      if (!is_missing && !left_tables[i].is_sound)
        {
          g_assert_nonnull (strstr (notice, "metrics.csv.damaged"));
          g_assert_true (g_file_get_contents (aside, &kept, &n_kept, NULL));
          g_assert_cmpmem (kept, n_kept, left_tables[i].text, left_tables[i].n_bytes);
        }
      g_clear_pointer (&log, oto_run_log_free);
      oto_test_remove_dir (dir);
    }
}

/* A checkpoint of before there were records: what the table has, and empty rows for the rest. */
static void
test_rebuild_old (void)
{
  static const char * const terms[] = { "bce", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (left_tables); i++)
    {
      char *dir = oto_test_make_dir ();
      g_autofree char *path = g_build_filename (dir, "metrics.csv", NULL);
      g_autofree char *notice = NULL, *text = NULL;
      g_autoptr (GArray) records = g_array_new (FALSE, FALSE, sizeof (OtoEpochRecord));
      g_autoptr (GError) error = NULL;
      g_autoptr (OtoRunLog) log = NULL;

      g_assert_true (g_file_set_contents (path, left_tables[i].text, left_tables[i].n_bytes, NULL));
      log = oto_run_log_reopen (dir, terms, 2, records, &notice, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (records->len, ==, 2);
      g_assert_cmpint (g_array_index (records, OtoEpochRecord, 1).epoch, ==, 2);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      if (strncmp (left_tables[i].text, HEAD ROW_1 ROW_2, strlen (HEAD ROW_1 ROW_2)) == 0)
        g_assert_cmpstr (text, ==, HEAD ROW_1 ROW_2);
      else if (g_str_has_prefix (left_tables[i].text, HEAD ROW_1))
        g_assert_cmpstr (text, ==, HEAD ROW_1 "2,,,,,,,,,\n");
      else
        g_assert_cmpstr (text, ==, HEAD "1,,,,,,,,,\n2,,,,,,,,,\n");
      g_clear_pointer (&log, oto_run_log_free);
      oto_test_remove_dir (dir);
    }
}

/* A program that has locked @dir. */
static pid_t
fork_holder (const char *dir)
{
  int ready[2];
  char byte;
  pid_t pid;

  g_assert_cmpint (pipe (ready), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      alarm (20);
      close (STDOUT_FILENO);
      if (oto_run_lock_new (dir, NULL) != NULL && write (ready[1], "x", 1) == 1)
        pause ();
      _exit (1);
    }
  close (ready[1]);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  close (ready[0]);
  return pid;
}

/* One at a time, and the other is told who; a program that was killed keeps nobody out. */
static void
test_lock (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *run = g_build_filename (dir, "new", "run", NULL), *number = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoRunLock) lock = NULL;
  pid_t holder = fork_holder (run);

  number = g_strdup_printf ("process %d ", (int) holder);
  g_assert_null (oto_run_lock_new (run, &error));
  g_assert_error (error, OTO_TRAINING_ERROR, OTO_TRAINING_ERROR_RUN);
  g_assert_nonnull (strstr (error->message, number));
  g_clear_error (&error);
  g_assert_cmpint (kill (holder, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (holder, NULL, 0), ==, holder);

  g_assert_true (oto_run_log_check_free (run, &error));
  lock = oto_run_lock_new (run, &error);
  g_assert_no_error (error);
  g_assert_null (oto_run_lock_new (run, NULL));
  g_clear_pointer (&lock, oto_run_lock_free);
  g_assert_cmpint (g_rmdir (run), ==, 0);
  oto_test_remove_dir (dir);
}

/* A kill while config.json was written: the folder is as good as new. */
static void
test_killed_at_start (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *lock = g_build_filename (dir, "lock", NULL);
  g_autofree char *draft = g_build_filename (dir, ".config.json.01234567.oto-draft", NULL);
  g_autofree char *other = g_build_filename (dir, "notes.txt", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (lock, "process 1 on nowhere", -1, NULL));
  g_assert_true (g_file_set_contents (draft, "{ \"system\": ", -1, NULL));
  g_assert_true (oto_run_log_check_free (dir, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (draft, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_set_contents (other, "mine", -1, NULL));
  g_assert_false (oto_run_log_check_free (dir, &error));
  oto_test_remove_dir (dir);
}

/* Anything may stand in the folder of a run. */
static void
test_hostile (void)
{
  static const char * const tables[] = {
    "epoch,loss,a,b,c,d,e,f,g,h,i,j,val_bce\n1,1,1,1,1,1,1,1,1,1,1,1,1\n", "epoch\n1\n",
    "epoch,val_bce,loss\n1,2,3\n", "x\n",
  };
  g_autofree char *path = NULL;
  char *dir = make_table (&path);

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_auto (GStrv) names = NULL;
      g_autoptr (GArray) records = NULL;

      g_assert_true (g_file_set_contents (path, tables[i], -1, NULL));
      records = oto_run_log_load (dir, &names, NULL);
      g_assert_nonnull (records);
      g_assert_cmpuint (g_strv_length (names), ==, i == 0 ? OTO_MODEL_MAX_TERMS : 0);
    }
  oto_test_remove_dir (dir);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training/run-log/load", test_load);
  g_test_add_func ("/training/run-log/reopen", test_reopen);
  g_test_add_func ("/training/run-log/rebuilt-from-records", test_rebuild);
  g_test_add_func ("/training/run-log/rebuilt-without-records", test_rebuild_old);
  g_test_add_func ("/training/run-log/lock", test_lock);
  g_test_add_func ("/training/run-log/killed-at-start", test_killed_at_start);
  g_test_add_func ("/training/run-log/hostile", test_hostile);
  return g_test_run ();
}
