/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_analyse (Cli           *self,
              gconstpointer  user_data)
{
  const char *arguments = "analyse --json --jobs 2 -m m.safetensors -o out a.wav b.wav";
  g_autofree char *arrays_path = g_build_filename (self->dir, "out", "a.safetensors", NULL);
  g_autofree char *events_path = g_build_filename (self->dir, "out", "b.events.tsv", NULL);
  g_autoptr (OtoSafetensors) arrays = NULL;
  g_autofree char *other = NULL, *other_events_path = NULL;

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  cli_save_clip (self, "b.wav", 0.5, 32000, 1);
  cli_save_bytes (self, "c.wav", "no sound", 8);
  g_assert_cmpint (cli_run (self, arguments), ==, 0);
  g_assert_null (strstr (self->out, "kept"));
  arrays = oto_safetensors_load (arrays_path, NULL);
  g_assert_nonnull (arrays);
  g_assert_cmpint (oto_safetensors_find (arrays, "step1")->shape[1], ==, 30);
  g_assert_true (g_file_test (events_path, G_FILE_TEST_IS_REGULAR));

  g_assert_cmpint (cli_run (self, arguments), ==, 0);
  g_assert_null (strstr (self->out, "done"));
  g_unlink (events_path);
  g_assert_cmpint (cli_run (self, arguments), ==, 0);
  g_assert_nonnull (strstr (self->out, "done"));
  g_assert_nonnull (strstr (self->out, "kept"));

  g_assert_cmpint (cli_run (self, "analyse -m m.safetensors -o out a.wav c.wav"), ==, 3);
  g_assert_cmpint (cli_run (self, "analyse -m m.safetensors -o out a.wav ./a.wav"), ==, 3);

  /* Clips of one name in two folders. */
  other = g_build_filename (self->dir, "other", NULL);
  g_assert_cmpint (g_mkdir (other, 0777), ==, 0);
  cli_save_clip (self, "other/a.wav", 0.5, 32000, 1);
  g_assert_cmpint (cli_run (self, "analyse -m m.safetensors -o two a.wav other/a.wav"), ==, 0);
  other_events_path = g_build_filename (self->dir, "two", "other_a.events.tsv", NULL);
  g_assert_true (g_file_test (other_events_path, G_FILE_TEST_IS_REGULAR));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/analyse/arrays", test_analyse);
  return g_test_run ();
}
