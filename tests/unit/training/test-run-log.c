/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <string.h>

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
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoRunLog) log = oto_run_log_reopen (dir, terms, 1, records, &error);
  OtoEpochRecord next = { .epoch = 2, .loss = 0.25, .terms = { 0.5, 0.125 }, .auc = NAN };

  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, 1);
  g_assert_true (oto_run_log_add_epoch (log, &next, &error));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "epoch,loss,bce,silent,val_bce,micro_ap,macro_ap,auc,lr,seconds,"
                             "clips_per_s\n1,0.5,0.25,,0.75,0.5,,0.625,0.001,2,3\n"
                             "2,0.25,0.5,0.125,0,0,0,,0,0,0\n");
  g_clear_pointer (&log, oto_run_log_free);
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
  g_test_add_func ("/training/run-log/hostile", test_hostile);
  return g_test_run ();
}
