/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "labels/oto-label-index.h"

#include <stdlib.h>
#include <string.h>

struct _OtoLabelIndex
{
  OtoEventList *events;
  char         *dir;             /* (nullable): where the list lies */
  GHashTable   *places;          /* last part of a name -> GArray of guint; "": without a name */
};

/* A name of a clip in the list, held against the clip that is sought. */
typedef struct
{
  guint    n_common;             /* parts at the end that both have */
  gboolean is_whole;             /* that is all of it */
  char    *folder;               /* its other parts */
} Agreement;

static gboolean
is_separator (char c)
{
  return c == '/' || c == '\\';
}

/* Where the last part of @path begins, whose end is at @len. */
static size_t
find_part (const char *path,
           size_t      len)
{
  while (len > 0 && !is_separator (path[len - 1]))
    len--;
  return len;
}

/* The last part as both sides write it: composed, without regard to how it was typed. */
static char *
dup_key (const char *filename)
{
  const char *part = filename + find_part (filename, strlen (filename));
  char *key = g_utf8_normalize (part, -1, G_NORMALIZE_ALL_COMPOSE);

  return key != NULL ? key : g_strdup (part);
}

/**
 * oto_label_index_new:
 * @events: the list, which does not change any more
 * @dir: (nullable): folder in which it lies
 *
 * Returns: (transfer full): an index
 */
OtoLabelIndex *
oto_label_index_new (OtoEventList *events,
                     const char   *dir)
{
  OtoLabelIndex *self = g_new0 (OtoLabelIndex, 1);

  self->events = oto_event_list_ref (events);
  self->dir = g_strdup (dir);
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) g_array_unref);
  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const char *filename = oto_event_list_get (events, i)->filename;
      g_autofree char *key = filename != NULL ? dup_key (filename) : g_strdup ("");
      GArray *places = g_hash_table_lookup (self->places, key);

      if (places == NULL)
        {
          places = g_array_new (FALSE, FALSE, sizeof (guint));
          g_hash_table_insert (self->places, g_steal_pointer (&key), places);
        }
      g_array_append_val (places, i);
    }
  return self;
}

/**
 * oto_label_index_free:
 * @self: (nullable) (transfer full): an index
 *
 * Frees it.
 */
void
oto_label_index_free (OtoLabelIndex *self)
{
  if (self == NULL)
    return;
  oto_event_list_unref (self->events);
  g_hash_table_unref (self->places);
  g_free (self->dir);
  g_free (self);
}

static void
agreement_free (gpointer data)
{
  g_free (((Agreement *) data)->folder);
  g_free (data);
}

/* Counts the parts before the last that both have. */
static Agreement *
compare_paths (const char *filename,
               const char *path)
{
  Agreement *agreement = g_new0 (Agreement, 1);
  size_t a = find_part (filename, strlen (filename)), b = find_part (path, strlen (path));

  agreement->n_common = 1;
  agreement->folder = g_strndup (filename, a);
  while (a > 0 && b > 0)
    {
      size_t next_a, next_b;

      while (a > 0 && is_separator (filename[a - 1]))
        a--;
      while (b > 0 && is_separator (path[b - 1]))
        b--;
      next_a = find_part (filename, a);
      next_b = find_part (path, b);
      if (a == 0 || (a - next_a == 1 && filename[next_a] == '.'))
        {
          a = next_a;
          break;
        }
      if (a - next_a != b - next_b || memcmp (filename + next_a, path + next_b, a - next_a) != 0)
        break;
      agreement->n_common++;
      a = next_a;
      b = next_b;
    }
  agreement->is_whole = a == 0;
  return agreement;
}

/* Whether there is a file of that name beside the list, or in the folder of its clips, which is
 * not the one that is sought. */
static gboolean
is_other_file (const OtoLabelIndex *self,
               const char          *filename,
               const char          *path)
{
  g_autofree char *sought = realpath (path, NULL);

  for (int in_audio = 0; self->dir != NULL && in_audio <= 1; in_audio++)
    {
      g_autofree char *named =
        g_path_is_absolute (filename) ? g_strdup (filename)
                                      : g_build_filename (self->dir, in_audio ? "audio" : ".",
                                                          filename, NULL);
      g_autofree char *real = realpath (named, NULL);

      if (real != NULL && g_strcmp0 (real, sought) != 0)
        return TRUE;
    }
  return FALSE;
}

/* Holds each name at @places against the clip, once. */
static void
agree (const OtoLabelIndex *self,
       GArray              *places,
       const char          *path,
       GHashTable          *agreements)
{
  for (guint i = 0; places != NULL && i < places->len; i++)
    {
      const char *filename =
        oto_event_list_get (self->events, g_array_index (places, guint, i))->filename;

      if (!g_hash_table_contains (agreements, filename))
        g_hash_table_insert (agreements, (char *) filename, compare_paths (filename, path));
    }
}

/* Drops the names that mean another clip: those that agree less than others do and, where folders
 * differ, those of a file that is there, or of more folders than one. */
static void
choose (const OtoLabelIndex *self,
        const char          *path,
        GHashTable          *agreements)
{
  GHashTableIter iter;
  gpointer name, value;
  const char *folder = NULL;
  gboolean is_unclear = FALSE;
  guint best = 0;

  g_hash_table_iter_init (&iter, agreements);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    best = MAX (best, ((Agreement *) value)->n_common);

  g_hash_table_iter_init (&iter, agreements);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      Agreement *agreement = value;

      if (agreement->n_common < best
          || (!agreement->is_whole && is_other_file (self, name, path)))
        g_hash_table_iter_remove (&iter);
      else if (!agreement->is_whole && folder == NULL)
        folder = agreement->folder;
      else if (!agreement->is_whole && strcmp (folder, agreement->folder) != 0)
        is_unclear = TRUE;
    }

  g_hash_table_iter_init (&iter, agreements);
  while (is_unclear && g_hash_table_iter_next (&iter, NULL, &value))
    if (!((Agreement *) value)->is_whole)
      g_hash_table_iter_remove (&iter);
}

static int
compare_places (gconstpointer a,
                gconstpointer b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;

  return (x > y) - (x < y);
}

static void
collect (const OtoLabelIndex *self,
         GArray              *places,
         GHashTable          *agreements,
         GArray              *found)
{
  for (guint i = 0; places != NULL && i < places->len; i++)
    {
      guint place = g_array_index (places, guint, i);
      const char *filename = oto_event_list_get (self->events, place)->filename;

      if (filename == NULL || g_hash_table_contains (agreements, filename))
        g_array_append_val (found, place);
    }
}

/**
 * oto_label_index_find:
 * @self: an index
 * @path: name or path of a clip
 *
 * Finds the events of one clip, and those without any file name. Names in the list may have fewer
 * folders than @path, other ones if no file is there, and no ending. Of clips with one name in
 * several folders each has its own.
 *
 * Returns: (transfer full): a new list, in the order of the old
 */
OtoEventList *
oto_label_index_find (const OtoLabelIndex *self,
                      const char          *path)
{
  g_autoptr (GHashTable) agreements =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, agreement_free);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *key = dup_key (path);
  g_autofree char *stem = g_strdup (key);
  OtoEventList *events = oto_event_list_new ();
  char *dot = strrchr (stem, '.');
  GArray *named = g_hash_table_lookup (self->places, key), *bare = NULL;

  if (dot != NULL && dot != stem)
    {
      *dot = '\0';
      bare = g_hash_table_lookup (self->places, stem);
    }
  agree (self, named, absolute, agreements);
  agree (self, bare, absolute, agreements);
  choose (self, absolute, agreements);
  collect (self, named, agreements, found);
  collect (self, bare, agreements, found);
  collect (self, g_hash_table_lookup (self->places, ""), agreements, found);

  g_array_sort (found, compare_places);
  for (guint i = 0; i < found->len; i++)
    oto_event_list_add (events, oto_event_copy (oto_event_list_get (self->events,
                                                                    g_array_index (found, guint,
                                                                                   i))));
  return events;
}
