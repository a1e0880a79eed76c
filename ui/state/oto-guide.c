/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state/oto-guide.h"

#define GUIDE_URI "help:otoscope"

static gboolean
has_file (const char *dir,
          const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

static char *
dup_guide_dir (const char *data_dir)
{
  return g_build_filename (data_dir, "help", "C", "otoscope", NULL);
}

/**
 * oto_guide_dup_uri:
 * @data_dirs: (array zero-terminated=1): folders of shared data, in which a viewer looks
 * @fallback_dir: (nullable): a folder that may hold the HTML file, too
 * @has_viewer: whether something opens help: URIs
 *
 * Returns: (transfer full) (nullable): what opens the guide: in the viewer where there is one that
 *   finds it, else in a browser; %NULL where it is not to be found
 */
char *
oto_guide_dup_uri (const char * const *data_dirs,
                   const char         *fallback_dir,
                   gboolean            has_viewer)
{
  g_autofree char *found = NULL;
  g_autofree char *path = NULL;

  g_return_val_if_fail (data_dirs != NULL, NULL);

  for (guint i = 0; data_dirs[i] != NULL && found == NULL; i++)
    {
      g_autofree char *dir = dup_guide_dir (data_dirs[i]);

      if (has_viewer && has_file (dir, "index.page"))
        return g_strdup (GUIDE_URI);
      if (has_file (dir, "guide.html"))
        found = g_steal_pointer (&dir);
    }
  if (found == NULL && fallback_dir != NULL && has_file (fallback_dir, "guide.html"))
    found = g_strdup (fallback_dir);
  if (found == NULL)
    return NULL;

  path = g_build_filename (found, "guide.html", NULL);

  return g_filename_to_uri (path, NULL, NULL);
}

/* Beside a program that was not installed. */
static char *
dup_build_dir (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *dir = program != NULL ? g_path_get_dirname (program) : NULL;

  return dir != NULL ? g_build_filename (dir, "..", "data", "help", NULL) : NULL;
}

/**
 * oto_guide_find_uri:
 *
 * Returns: (transfer full) (nullable): as oto_guide_dup_uri(), for this program on this system
 */
char *
oto_guide_find_uri (void)
{
  g_autoptr (GAppInfo) viewer = g_app_info_get_default_for_uri_scheme ("help");
  g_autofree char *own_data_dir = g_path_get_dirname (OTO_DATA_DIR);
  g_autofree char *own_dir = dup_guide_dir (own_data_dir);
  g_autofree char *build_dir = dup_build_dir ();

  return oto_guide_dup_uri (g_get_system_data_dirs (),
                            has_file (own_dir, "guide.html") ? own_dir : build_dir,
                            viewer != NULL);
}
