/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-file-names.h"

#include <string.h>

#define MAX_FOLDERS 16

/* The last part of a path, with so many before it as there are. */
static const char *
get_tail (const char *path,
          guint       n_folders)
{
  const char *tail = path + strlen (path);

  for (guint n_left = n_folders + 1; tail > path; tail--)
    if (tail[-1] == '/' && --n_left == 0)
      break;
  return tail;
}

/* How many folders tell different paths apart. */
static guint
count_folders (GPtrArray *paths)
{
  guint n_folders = 0;
  gboolean is_clear = paths->len == 1;

  while (!is_clear && n_folders < MAX_FOLDERS)
    {
      g_autoptr (GHashTable) tails = g_hash_table_new (g_str_hash, g_str_equal);

      n_folders++;
      is_clear = TRUE;
      for (guint i = 0; i < paths->len && is_clear; i++)
        is_clear = g_hash_table_add (tails, (char *) get_tail (paths->pdata[i], n_folders));
    }
  return n_folders;
}

/* Different paths, by their last part. */
static GHashTable *
group (GStrv paths)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTable *groups = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                              (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      const char *base = get_tail (paths[i], 0);
      GPtrArray *others = g_hash_table_lookup (groups, base);

      if (!g_hash_table_add (seen, paths[i]))
        continue;
      if (others == NULL)
        {
          others = g_ptr_array_new ();
          g_hash_table_insert (groups, (char *) base, others);
        }
      g_ptr_array_add (others, paths[i]);
    }
  return groups;
}

/**
 * oto_file_names_dup:
 * @paths: (array zero-terminated=1): paths
 *
 * Returns: (transfer full) (array zero-terminated=1): for each path its last part, with folders
 *   before it where files of several folders have that name; a file that is named twice has one
 *   name
 */
GStrv
oto_file_names_dup (const char * const *paths)
{
  guint n;
  g_auto (GStrv) canonical = NULL;
  g_autoptr (GHashTable) groups = NULL, counts = NULL;
  GHashTableIter iter;
  gpointer base, others;
  GStrv names;

  g_return_val_if_fail (paths != NULL, NULL);

  n = g_strv_length ((char **) paths);
  canonical = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    canonical[i] = g_canonicalize_filename (paths[i], NULL);
  groups = group (canonical);
  counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, &base, &others))
    g_hash_table_insert (counts, base, GUINT_TO_POINTER (count_folders (others)));

  names = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    names[i] = g_strdup (get_tail (canonical[i], GPOINTER_TO_UINT (
      g_hash_table_lookup (counts, get_tail (canonical[i], 0)))));
  return names;
}
