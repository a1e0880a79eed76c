/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "labels/oto-label-index.h"
#include "oto-test.h"

#include <glib/gstdio.h>
#include <math.h>

/* The labels of the events that are those of @path. */
static char *
find (const char * const *filenames,
      const char         *dir,
      const char         *path)
{
  g_autoptr (OtoEventList) list = oto_event_list_new ();
  g_autoptr (OtoEventList) found = NULL;
  g_autoptr (OtoLabelIndex) index = NULL;
  GString *names = g_string_new (NULL);

  for (guint i = 0; filenames[i] != NULL; i++)
    {
      const char *filename = filenames[i][0] != '\0' ? filenames[i] : NULL;

      oto_event_list_add (list, oto_event_new (filename, filenames[i], 0.0, 1.0, NAN));
    }
  index = oto_label_index_new (list, dir);
  found = oto_label_index_find (index, path);
  for (guint i = 0; i < oto_event_list_get_n (found); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
                            oto_event_list_get (found, i)->label);
  return g_string_free (names, FALSE);
}

#define assert_found(expected, path, ...) \
  G_STMT_START { \
    g_autofree char *found_ = find ((const char * const[]) { __VA_ARGS__, NULL }, NULL, path); \
    g_assert_cmpstr (found_, ==, expected); \
  } G_STMT_END

static void
test_names (void)
{
  assert_found ("audio/a.wav a ", "/tmp/a.wav", "audio/a.wav", "a", "", "a.flac", "b.wav");
  assert_found ("x.1", "/tmp/x.1.wav", "x.1", "x", "x.2");
  assert_found ("C:\\data\\a.wav", "/tmp/a.wav", "C:\\data\\a.wav");
  assert_found ("./a.wav", "/tmp/a.wav", "./a.wav");
  /* Composed and not. */
  assert_found ("\xc3\xa4.wav", "/tmp/a\xcc\x88.wav", "\xc3\xa4.wav");
}

static void
test_folders (void)
{
  assert_found ("a/clip.wav", "/data/a/clip.wav", "a/clip.wav", "b/clip.wav");
  assert_found ("b/clip.wav", "/data/b/clip.wav", "a/clip.wav", "b/clip.wav");
  assert_found ("a\\clip", "/data/a/clip.wav", "a\\clip", "b\\clip");
  assert_found ("a/clip.wav", "/data/a/clip.wav", "clip.wav", "a/clip.wav");
  assert_found ("clip.wav", "/data/c/clip.wav", "clip.wav", "a/clip.wav", "b/clip.wav");
  /* Which of two is not said; nor are folders whose names only end alike. */
  assert_found ("", "/data/c/clip.wav", "a/clip.wav", "b/clip.wav");
  assert_found ("", "/data/ba/clip.wav", "a/clip.wav", "b/clip.wav");
  assert_found ("x/a/clip.wav", "/data/a/clip.wav", "x/a/clip.wav", "y/b/clip.wav");
}

/* A name with a folder means the file that is there, beside the list or in its audio folder. */
static void
test_other_file_is_there (void)
{
  char *dir = oto_test_make_dir ();

  for (int in_audio = 0; in_audio <= 1; in_audio++)
    {
      const char *names[] = { in_audio ? "c/clip.wav" : "a/clip.wav", NULL };
      g_autofree char *folder = g_build_filename (dir, in_audio ? "audio/c" : "a", NULL);
      g_autofree char *file = g_build_filename (folder, "clip.wav", NULL);
      g_autofree char *other = g_build_filename (dir, "b", "clip.wav", NULL);
      g_autofree char *before = find (names, dir, other);
      g_autofree char *after = NULL, *own = NULL;

      g_assert_cmpstr (before, ==, names[0]);
      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      g_assert_true (g_file_set_contents (file, "", 0, NULL));
      after = find (names, dir, other);
      own = find (names, dir, file);
      g_assert_cmpstr (after, ==, "");
      g_assert_cmpstr (own, ==, names[0]);
    }
  oto_test_remove_dir (dir);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/labels/label-index/names", test_names);
  g_test_add_func ("/labels/label-index/folders", test_folders);
  g_test_add_func ("/labels/label-index/other-file-is-there", test_other_file_is_there);

  return g_test_run ();
}
