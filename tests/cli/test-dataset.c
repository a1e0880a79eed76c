/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <glib/gstdio.h>
#include <string.h>

static void
save_text (Cli        *self,
           const char *name,
           const char *text)
{
  cli_save_bytes (self, name, text, strlen (text));
}

static void
make_folder (Cli        *self,
             const char *name)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0777), ==, 0);
}

static void
test_import (Cli           *self,
             gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL, checked = NULL;
  JsonObject *result;
  JsonArray *problems;

  make_folder (self, "in/audio");
  make_folder (self, "in/meta");
  cli_save_clip (self, "in/audio/a.wav", 0.5, 8000, 1);
  cli_save_clip (self, "in/audio/b.wav", 0.5, 8000, 2);
  save_text (self, "in/meta/esc50.csv", "filename,fold,target,category,esc10,src_file,take\n"
                                        "a.wav,1,0,dog,True,1,A\nb.wav,3,1,rooster,True,1,A\n"
                                        "c.wav,3,1,rooster,True,1,A\n");
  /* Something is not there: done in part, told, and in the folder. */
  g_assert_cmpint (cli_run (self, "dataset import in -o out"), ==, 3);
  g_assert_nonnull (strstr (self->out, "dog\t1\t0\n"));
  g_assert_nonnull (strstr (self->out, "Files that are not there: 1\n  c.wav\n"));
  g_assert_nonnull (strstr (self->out, "Folds: 1 (1), 3 (1)\n"));
  g_assert_nonnull (strstr (self->out, "Read as ESC-50\n"));
  g_assert_cmpint (cli_run (self, "dataset import in -o out"), ==, 1);

  g_assert_cmpint (cli_run (self, "dataset import in --dry-run --json"), ==, 3);
  result = cli_parse_output (self, &parser);
  g_assert_cmpint (json_object_get_int_member (result, "n_clips"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (result, "layout"), ==, "ESC-50");
  problems = json_object_get_array_member (result, "problems");
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (problems, 0),
                                                  "kind"), ==, "missing");

  g_assert_cmpint (cli_run (self, "dataset check out --json"), ==, 0);
  result = cli_parse_output (self, &checked);
  g_assert_cmpint (json_object_get_int_member (result, "n_errors"), ==, 0);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (result, "channels")), ==,
                   2);
}

static void
test_check (Cli           *self,
            gconstpointer  user_data)
{
  make_folder (self, "data/audio");
  cli_save_clip (self, "data/audio/a.wav", 0.5, 8000, 1);
  cli_save_clip (self, "data/audio/b.wav", 0.5, 8000, 1);
  save_text (self, "data/labels.tsv", "filename\tevent_labels\na.wav\tdog\nb.wav\tdog\n");
  save_text (self, "data/folds.tsv", "filename\tfold\na.wav\t1\nb.wav\t2\n");
  g_assert_cmpint (cli_run (self, "dataset check data"), ==, 1);
  g_assert_nonnull (strstr (self->out, "The same sound in several folds: 1\n"
                                       "  b.wav: the same as “a.wav” of fold 1, in fold 2\n"));
  g_assert_cmpint (cli_run (self, "dataset check data --shortest 1"), ==, 1);
  g_assert_nonnull (strstr (self->out, "Very short files: 2\n"));
}

static void
test_usage (Cli           *self,
            gconstpointer  user_data)
{
  static const char * const wrong[] = { "dataset", "dataset import in", "dataset check",
                                        "dataset check a b", "dataset import a -o b --format xyz" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_cmpint (cli_run (self, wrong[i]), ==, 2);
  g_assert_cmpint (cli_run (self, "dataset import nowhere -o out"), ==, 1);
  g_assert_cmpint (cli_run (self, "dataset check nowhere"), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/dataset/import", test_import);
  cli_add ("/cli/dataset/check", test_check);
  cli_add ("/cli/dataset/usage", test_usage);
  return g_test_run ();
}
