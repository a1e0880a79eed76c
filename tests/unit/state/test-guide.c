/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "state/oto-guide.h"

static void
add_file (const char *dir,
          const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
}

static void
assert_uri (const char *const *dirs,
            const char        *fallback,
            gboolean           has_viewer,
            const char        *expected)
{
  g_autofree char *uri = oto_guide_dup_uri (dirs, fallback, has_viewer);

  g_assert_cmpstr (uri, ==, expected);
}

/* A viewer that finds the pages, else a browser, else nothing. */
static void
test_uri (void)
{
  char *dir = oto_test_make_dir ();
  g_autofree char *pages = g_build_filename (dir, "help", "C", "otoscope", NULL);
  g_autofree char *build = g_build_filename (dir, "build here", NULL);
  g_autofree char *build_html = g_build_filename (build, "guide.html", NULL);
  g_autofree char *html = g_build_filename (pages, "guide.html", NULL);
  g_autofree char *build_uri = g_filename_to_uri (build_html, NULL, NULL);
  g_autofree char *html_uri = g_filename_to_uri (html, NULL, NULL);
  const char *const dirs[] = { "/none", dir, NULL };

  assert_uri (dirs, build, TRUE, NULL);
  add_file (build, "guide.html");
  assert_uri (dirs, build, TRUE, build_uri);
  assert_uri (dirs, NULL, TRUE, NULL);
  add_file (pages, "guide.html");
  assert_uri (dirs, build, TRUE, html_uri);
  add_file (pages, "index.page");
  assert_uri (dirs, build, TRUE, "help:otoscope");
  assert_uri (dirs, build, FALSE, html_uri);
  oto_test_remove_dir (dir);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/state/guide/uri", test_uri);

  return g_test_run ();
}
