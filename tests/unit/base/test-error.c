/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <glib/gstdio.h>
#include <libintl.h>
#include <locale.h>
#include <stdint.h>

/* As a catalogue of translations is written. */
static const char catalogue[] =
  "msgid \"\"\n"
  "msgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n"
  "msgid \"\"\n"
  "\"There is not enough memory for %.1f MiB. Close other programs, or work on less at once.\"\n"
  "msgstr \"Der Speicher reicht nicht für %.1f MiB.\"\n";

/* Where the messages of an installation are sought is told before any function was called. */
static void
test_domain_is_bound (void)
{
  g_assert_cmpstr (bindtextdomain (GETTEXT_PACKAGE, NULL), ==, LOCALEDIR);
}

static void
test_messages_are_translated (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *msgfmt = g_find_program_in_path ("msgfmt");
  g_autofree char *folder = g_build_filename (dir, "de", "LC_MESSAGES", NULL);
  g_autofree char *po = g_build_filename (dir, "de.po", NULL);
  g_autofree char *mo = g_build_filename (folder, GETTEXT_PACKAGE ".mo", NULL);
  const char *argv[] = { msgfmt, "-o", mo, po, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  if (msgfmt == NULL)
    {
      oto_test_remove_dir (dir);
      g_test_skip ("msgfmt is not installed");
      return;
    }
  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  g_assert_true (g_file_set_contents (po, catalogue, -1, NULL));
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL,
                               &status, &error));
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);

  bindtextdomain (GETTEXT_PACKAGE, dir);
  g_assert_null (oto_try_alloc (SIZE_MAX, 1, &error));
  g_assert_true (g_str_has_prefix (error->message, "Der Speicher reicht nicht für "));
  oto_test_remove_dir (dir);
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("LANGUAGE", "de", TRUE);
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/domain-is-bound", test_domain_is_bound);
  g_test_add_func ("/base/error/messages-are-translated", test_messages_are_translated);
  return g_test_run ();
}
