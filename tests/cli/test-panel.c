/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <string.h>

static void
test_panel (Cli           *self,
            gconstpointer  user_data)
{
  static const char * const panels[] = { "mel", "recon", "freq-att", "step1", "time-att", "mask" };
  g_autofree char *npy_path = g_build_filename (self->dir, "x.npy", NULL);
  g_autofree char *npy = NULL;
  gsize n_bytes;

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  g_assert_cmpint (cli_run (self, "panel mell -m m.safetensors a.wav"), ==, 2);
  g_assert_nonnull (strstr (self->err, "no panel “mell”"));
  for (guint i = 0; i < G_N_ELEMENTS (panels); i++)
    {
      gboolean is_of_class = i == 2 || i == 5, is_over_bins = i != 3 && i != 4;
      g_autofree char *arguments =
        g_strdup_printf ("panel %s %s -m m.safetensors a.wav", panels[i],
                         is_of_class ? "--class church~bell" : "--quiet");
      g_auto (GStrv) lines = NULL;
      g_auto (GStrv) head = NULL;
      g_auto (GStrv) row = NULL;

      g_test_message ("%s", panels[i]);
      g_assert_cmpint (cli_run (self, arguments), ==, 0);
      lines = g_strsplit (self->out, "\n", -1);
      head = g_strsplit (lines[0], ",", -1);
      row = g_strsplit (lines[2], ",", -1);
      /* 30 frames, a heading, and what follows the last line end. */
      g_assert_cmpuint (g_strv_length (lines), ==, 32);
      g_assert_cmpuint (g_strv_length (head), ==, 1 + (is_over_bins ? 64 : CLI_N_CLASSES));
      g_assert_cmpuint (g_strv_length (row), ==, g_strv_length (head));
      g_assert_cmpstr (head[0], ==, "time (s)");
      g_assert_cmpstr (row[0], ==, "0.032000");
      if (is_over_bins)
        g_assert_true (g_str_has_suffix (head[1], " Hz"));
      else
        g_assert_cmpstr (head[1], ==, "Bark");
    }

  g_assert_cmpint (cli_run (self, "panel step1 -m m.safetensors --format npy -o x.npy a.wav"), ==,
                   0);
  g_assert_cmpstr (self->out, ==, "");
  g_assert_true (g_file_get_contents (npy_path, &npy, &n_bytes, NULL));
  g_assert_cmpuint (n_bytes, >, 30 * 3 * sizeof (float) + 10);
  g_assert_nonnull (strstr (npy + 10, "(30, 3)"));

  g_assert_cmpint (cli_run (self, "panel mask --class Barks -m m.safetensors a.wav"), ==, 2);
  g_assert_nonnull (strstr (self->err, "“Bark”"));
  g_assert_nonnull (strstr (self->err, "Church_bell"));
}

static void
test_full_disk (Cli           *self,
                gconstpointer  user_data)
{
  cli_save_clip (self, "a.wav", 0.2, 32000, 1);
  g_assert_cmpint (cli_run (self, "panel mel -m m.safetensors -o /dev/full a.wav"), ==, 1);
  g_assert_false (g_file_test ("/dev/full", G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (cli_run (self, "panel mel -m m.safetensors -o none/x.csv a.wav"), ==, 1);
  g_assert_true (g_str_has_prefix (self->err, "oto: "));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/panel/formats", test_panel);
  cli_add ("/cli/panel/full-disk", test_full_disk);
  return g_test_run ();
}
