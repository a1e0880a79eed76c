/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "io/oto-file.h"

#include <sys/stat.h>

/* Saving replaces plain files, and nothing else. */
static void
test_target (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *plain = g_build_filename (dir, "plain", NULL);
  g_autofree char *pipe = g_build_filename (dir, "pipe", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("new", 3);
  const char *others[] = { dir, pipe };
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_assert_false (oto_file_save (others[i], bytes, &error));
      g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
      g_clear_error (&error);
      g_assert_null (oto_audio_writer_new (others[i], OTO_AUDIO_FORMAT_WAV_FLOAT, 8000, 1, &error));
      g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
      g_clear_error (&error);
    }
  for (guint i = 0; i < 2; i++)
    g_assert_true (oto_file_save (plain, bytes, NULL));
  g_assert_true (g_file_get_contents (plain, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "new");
  oto_test_remove_dir (dir);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/io/file/save/replaces-plain-files-only", test_target);

  return g_test_run ();
}
