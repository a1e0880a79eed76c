/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "labels/oto-label-check.h"

#include "audio/oto-clip.h"
#include "base/oto-error.h"
#include "io/oto-audio-file.h"
#include "labels/oto-label-format-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* What rounding of times and of a clip's last samples can amount to. */
#define TOLERANCE_S 0.01

struct _OtoLabelCheck
{
  GStrv       missing;
  GStrv       unreadable;
  GStrv       unlabelled;
  GStrv       behind;
  GArray     *past_end;              /* guint: events that end behind their clip */
  GHashTable *found;                 /* names of the list whose clip is there */
};

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* Places of the events, by the name of their file. */
static GHashTable *
map_events (OtoEventList *events)
{
  GHashTable *places = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                              (GDestroyNotify) g_array_unref);

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const char *filename = oto_event_list_get (events, i)->filename;
      GArray *list;

      if (filename == NULL)
        continue;
      list = g_hash_table_lookup (places, filename);
      if (list == NULL)
        {
          list = g_array_new (FALSE, FALSE, sizeof (guint));
          g_hash_table_insert (places, (char *) filename, list);
        }
      g_array_append_val (list, i);
    }
  return places;
}

/* Holds the events of one clip against its length. */
static gboolean
check_clip (OtoLabelCheck      *self,
            const OtoLabelFile *labels,
            const char         *path,
            GHashTable         *places,
            GStrvBuilder       *unreadable,
            GStrvBuilder       *behind)
{
  g_autoptr (OtoEventList) events = oto_label_file_find_events (labels, path);
  g_autoptr (OtoClip) clip = NULL;
  double duration_s;

  if (oto_event_list_get_n (events) == 0)
    return FALSE;
  clip = oto_audio_file_open (path, NULL);
  duration_s = clip != NULL ? oto_clip_get_duration_s (clip) : INFINITY;
  if (clip == NULL)
    g_strv_builder_add (unreadable, path);
  else if (oto_event_list_is_behind (events, duration_s))
    g_strv_builder_add (behind, path);

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const char *filename = oto_event_list_get (events, i)->filename;
      GArray *list = filename != NULL ? g_hash_table_lookup (places, filename) : NULL;

      if (list == NULL || !g_hash_table_add (self->found, g_strdup (filename)))
        continue;
      for (guint e = 0; e < list->len; e++)
        {
          guint place = g_array_index (list, guint, e);
          const OtoEvent *event =
            oto_event_list_get (oto_label_file_get_events (labels), place);

          if (event->offset_s > duration_s + TOLERANCE_S)
            g_array_append_val (self->past_end, place);
        }
    }
  return TRUE;
}

static GStrv
list_missing (OtoLabelCheck *self,
              GHashTable    *places)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, places);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (self->found, name))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_strings);
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_steal (names, NULL);
}

static int
compare_places (gconstpointer a,
                gconstpointer b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;

  return (x > y) - (x < y);
}

static gboolean
check (OtoLabelCheck       *self,
       const OtoLabelFile  *labels,
       const char          *dir,
       GPtrArray           *clips,
       OtoProgressFunc      progress,
       gpointer             user_data,
       GCancellable        *cancellable,
       GError             **error)
{
  g_autoptr (GHashTable) places = map_events (oto_label_file_get_events (labels));
  g_autoptr (GHashTable) empty = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GStrvBuilder) unreadable = g_strv_builder_new (), behind = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) unlabelled = g_strv_builder_new ();
  const char * const *empty_files = oto_label_file_get_empty_files (labels);

  for (; *empty_files != NULL; empty_files++)
    g_hash_table_add (empty, g_path_get_basename (*empty_files));
  for (guint i = 0; i < clips->len; i++)
    {
      g_autofree char *path = g_build_filename (dir, g_ptr_array_index (clips, i), NULL);
      g_autofree char *name = g_path_get_basename (path);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!check_clip (self, labels, path, places, unreadable, behind)
          && !g_hash_table_contains (empty, name))
        g_strv_builder_add (unlabelled, path);
      if (progress != NULL)
        progress ((i + 1.0) / clips->len, user_data);
    }
  g_array_sort (self->past_end, compare_places);
  self->missing = list_missing (self, places);
  self->unreadable = g_strv_builder_end (unreadable);
  self->unlabelled = g_strv_builder_end (unlabelled);
  self->behind = g_strv_builder_end (behind);
  return TRUE;
}

/**
 * oto_label_check_new:
 * @labels: labels
 * @dir: folder of the clips, which may have folders in it
 * @progress: (nullable): told how far the work is, on the caller's thread
 * @user_data: for @progress
 * @cancellable: (nullable): to stop it
 * @error: return location for a #GError
 *
 * Opens every clip that has labels, and compares times with its length.
 *
 * Returns: (transfer full) (nullable): what was found; %NULL with %OTO_IO_ERROR_EMPTY when the
 *   folder holds no audio, or %G_IO_ERROR_CANCELLED
 */
OtoLabelCheck *
oto_label_check_new (const OtoLabelFile  *labels,
                     const char          *dir,
                     OtoProgressFunc      progress,
                     gpointer             user_data,
                     GCancellable        *cancellable,
                     GError             **error)
{
  g_autoptr (OtoLabelCheck) self = NULL;
  g_autoptr (GPtrArray) clips = NULL;

  g_return_val_if_fail (labels != NULL, NULL);
  g_return_val_if_fail (dir != NULL, NULL);

  self = g_new0 (OtoLabelCheck, 1);
  self->past_end = g_array_new (FALSE, FALSE, sizeof (guint));
  self->found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  clips = oto_audio_file_list (dir);
  if (clips->len == 0)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_EMPTY,
                   _("“%s” holds no audio files. Choose the folder of the clips."), dir);
      return NULL;
    }
  if (!check (self, labels, dir, clips, progress, user_data, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * oto_label_check_free:
 * @self: (nullable) (transfer full): what was found
 *
 * Frees it.
 */
void
oto_label_check_free (OtoLabelCheck *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->past_end);
  g_hash_table_unref (self->found);
  g_strfreev (self->missing);
  g_strfreev (self->unreadable);
  g_strfreev (self->unlabelled);
  g_strfreev (self->behind);
  g_free (self);
}

/**
 * oto_label_check_get_missing:
 * @self: what was found
 *
 * Returns: (transfer none) (array zero-terminated=1): names in the list that the folder lacks
 */
const char * const *
oto_label_check_get_missing (const OtoLabelCheck *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->missing;
}

/**
 * oto_label_check_get_unreadable:
 * @self: what was found
 *
 * Returns: (transfer none) (array zero-terminated=1): paths of clips with labels that cannot be
 *   opened
 */
const char * const *
oto_label_check_get_unreadable (const OtoLabelCheck *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->unreadable;
}

/**
 * oto_label_check_get_unlabelled:
 * @self: what was found
 *
 * Returns: (transfer none) (array zero-terminated=1): paths of clips that the list does not name
 */
const char * const *
oto_label_check_get_unlabelled (const OtoLabelCheck *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->unlabelled;
}

/**
 * oto_label_check_get_behind:
 * @self: what was found
 *
 * Returns: (transfer none) (array zero-terminated=1): paths of clips whose labels all begin behind
 *   their end
 */
const char * const *
oto_label_check_get_behind (const OtoLabelCheck *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->behind;
}

/**
 * oto_label_check_get_n_past_end:
 * @self: what was found
 *
 * Returns: how many events end behind the end of their clip
 */
guint
oto_label_check_get_n_past_end (const OtoLabelCheck *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->past_end->len;
}

/**
 * oto_label_check_get_past_end:
 * @self: what was found
 * @i: less than oto_label_check_get_n_past_end()
 *
 * Returns: the place of one of them in oto_label_file_get_events()
 */
guint
oto_label_check_get_past_end (const OtoLabelCheck *self,
                              guint                i)
{
  g_return_val_if_fail (self != NULL && i < self->past_end->len, 0);

  return g_array_index (self->past_end, guint, i);
}
