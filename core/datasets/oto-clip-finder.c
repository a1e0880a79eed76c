/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-clip-finder.h"

#include "io/oto-audio-file.h"

#include <string.h>

#define AUDIO_PREFIX   "audio/"
#define YOUTUBE_ID_LEN 11

/* Of more files with one name none is chosen: each name would cost time that grows with their
 * number. */
#define MAX_CANDIDATES 100

struct _OtoClipFinder
{
  GPtrArray  *filenames;             /* relative to one folder */
  GHashTable *exact;                 /* of these, places from 1 */
  GHashTable *alike;                 /* composed, and those without ending: GArray of int */
  GHashTable *bases;                 /* composed last parts, with and without ending: likewise */
  GHashTable *videos;                /* identifiers of videos: likewise */
};

/* Accents are one character with their letter, or one of their own: file systems differ. */
static char *
dup_composed (const char *name)
{
  char *composed = g_utf8_validate (name, -1, NULL) ? g_utf8_normalize (name, -1, G_NORMALIZE_NFC)
                                                    : NULL;

  return composed != NULL ? composed : g_strdup (name);
}

/* Without the ending, if it is one of audio. */
static char *
dup_stem (const char *name)
{
  const char *part = strrchr (name, '/'), *dot;

  part = part != NULL ? part + 1 : name;
  dot = oto_audio_file_has_name (part) ? strrchr (part, '.') : NULL;
  return dot != NULL ? g_strndup (name, (size_t) (dot - name)) : g_strdup (name);
}

static const char *
get_base (const char *name)
{
  const char *slash = strrchr (name, '/');

  return slash != NULL ? slash + 1 : name;
}

static void
add (GHashTable *table,
     const char *key,
     int         place)
{
  GArray *places = g_hash_table_lookup (table, key);

  if (places == NULL)
    {
      places = g_array_new (FALSE, FALSE, sizeof (int));
      g_hash_table_insert (table, g_strdup (key), places);
    }
  if (places->len == 0 || g_array_index (places, int, places->len - 1) != place)
    g_array_append_val (places, place);
}

/* --- videos -------------------------------------------------------------------------------- */

static gboolean
is_identifier (const char *text)
{
  size_t len = 0;

  while (g_ascii_isalnum (text[len]) || text[len] == '-' || text[len] == '_')
    if (++len == YOUTUBE_ID_LEN)
      return TRUE;
  return FALSE;
}

/* Whether there is nothing, or times: “_30000”, “_30.000_40.000”. */
static gboolean
is_times (const char *text)
{
  return text[0] == '\0' || (text[0] == '_' && text[strspn (text, "_.0123456789")] == '\0');
}

/* The identifier in a name without folders and ending; a “Y” may stand before it. NULL if there is
 * none. */
static char *
dup_identifier (const char *stem)
{
  for (int skipped = 0; skipped <= (stem[0] == 'Y'); skipped++)
    if (is_identifier (stem + skipped) && is_times (stem + skipped + YOUTUBE_ID_LEN))
      return g_strndup (stem + skipped, YOUTUBE_ID_LEN);
  return NULL;
}

/* --- the table ----------------------------------------------------------------------------- */

/**
 * oto_clip_finder_new:
 * @filenames: (element-type filename): names relative to one folder
 *
 * Returns: (transfer full): a finder; it keeps @filenames, which do not change any more
 */
OtoClipFinder *
oto_clip_finder_new (GPtrArray *filenames)
{
  OtoClipFinder *self = g_new0 (OtoClipFinder, 1);
  GHashTable **tables[] = { &self->alike, &self->bases, &self->videos };

  self->filenames = g_ptr_array_ref (filenames);
  self->exact = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    *tables[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) g_array_unref);
  for (guint i = 0; i < filenames->len; i++)
    {
      const char *name = g_ptr_array_index (filenames, i);
      g_autofree char *composed = dup_composed (name);
      g_autofree char *stem = dup_stem (composed);
      g_autofree char *video = dup_identifier (get_base (stem));

      g_hash_table_insert (self->exact, (char *) name, GUINT_TO_POINTER (i + 1));
      add (self->alike, composed, (int) i);
      add (self->alike, stem, (int) i);
      add (self->bases, get_base (composed), (int) i);
      add (self->bases, get_base (stem), (int) i);
      if (video != NULL)
        add (self->videos, video, (int) i);
    }
  return self;
}

/**
 * oto_clip_finder_free:
 * @self: (nullable) (transfer full): a finder
 *
 * Frees it.
 */
void
oto_clip_finder_free (OtoClipFinder *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->exact);
  g_hash_table_unref (self->alike);
  g_hash_table_unref (self->bases);
  g_hash_table_unref (self->videos);
  g_ptr_array_unref (self->filenames);
  g_free (self);
}

/* --- finding ------------------------------------------------------------------------------- */

/* Number of parts at the end of two names that are the same, the last one counted in any case. */
static guint
count_common (const char *name,
              const char *filename)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1), others = g_strsplit (filename, "/", -1);
  guint n = g_strv_length (parts), n_others = g_strv_length (others), n_common = 1;

  while (n_common < n && n_common < n_others
         && strcmp (parts[n - 1 - n_common], others[n_others - 1 - n_common]) == 0)
    n_common++;
  return n_common;
}

/* How well a file suits a name: first by the folders that both have, then by @hint in its folder,
 * then by the shorter of two such folders, as “weak” and “weak_16k”. */
static guint64
rank_file (const char *name,
           const char *filename,
           const char *hint)
{
  g_autofree char *folder = g_path_get_dirname (filename);
  const guint64 n_common = count_common (name, filename);

  if (hint == NULL || strstr (folder, hint) == NULL)
    return n_common << 32;
  return (n_common << 32) + G_MAXUINT32 - MIN (strlen (folder), 1000 * 1000);
}

/* The one of several files that suits best. */
static int
choose (const OtoClipFinder *self,
        GArray              *places,
        const char          *name,
        const char          *hint)
{
  int chosen = OTO_CLIP_FINDER_NONE;
  guint64 best = 0;
  gboolean is_unclear = FALSE;

  if (places != NULL && places->len > MAX_CANDIDATES)
    return OTO_CLIP_FINDER_AMBIGUOUS;
  for (guint i = 0; places != NULL && i < places->len; i++)
    {
      const int place = g_array_index (places, int, i);
      const guint64 rank = rank_file (name, g_ptr_array_index (self->filenames, place), hint);

      is_unclear = rank == best || (is_unclear && rank < best);
      if (rank > best)
        {
          best = rank;
          chosen = place;
        }
    }
  return is_unclear ? OTO_CLIP_FINDER_AMBIGUOUS : chosen;
}

static int
find_loosely (const OtoClipFinder *self,
              const char          *name,
              const char          *hint)
{
  g_autofree char *stem = dup_stem (name);
  int place = choose (self, g_hash_table_lookup (self->bases, get_base (name)), name, hint);

  if (place == OTO_CLIP_FINDER_NONE)
    place = choose (self, g_hash_table_lookup (self->bases, get_base (stem)), stem, hint);
  return place;
}

static int
find_video (const OtoClipFinder *self,
            const char          *name,
            const char          *hint)
{
  g_autofree char *stem = dup_stem (name);
  g_autofree char *video = dup_identifier (get_base (stem));

  return video != NULL ? choose (self, g_hash_table_lookup (self->videos, video), name, hint)
                       : OTO_CLIP_FINDER_NONE;
}

/**
 * oto_clip_finder_find:
 * @self: a finder
 * @name: what a list calls a file
 * @furthest: how far the name may differ
 * @hint: (nullable): word in the folder of the file that is meant, if several would do
 * @ret_match: (out) (nullable): how far it did differ
 *
 * Returns: place of the file among those of the finder, %OTO_CLIP_FINDER_NONE, or
 *   %OTO_CLIP_FINDER_AMBIGUOUS if several may be meant
 */
int
oto_clip_finder_find (const OtoClipFinder *self,
                      const char          *name,
                      OtoClipFinderMatch   furthest,
                      const char          *hint,
                      OtoClipFinderMatch  *ret_match)
{
  g_autofree char *composed = NULL;
  OtoClipFinderMatch match = OTO_CLIP_FINDER_EXACT;
  int place;

  while (g_str_has_prefix (name, "./"))
    name += 2;
  place = GPOINTER_TO_INT (g_hash_table_lookup (self->exact, name)) - 1;
  if (place < 0 && g_str_has_prefix (name, AUDIO_PREFIX))
    {
      name += strlen (AUDIO_PREFIX);
      place = GPOINTER_TO_INT (g_hash_table_lookup (self->exact, name)) - 1;
    }

  composed = dup_composed (name);
  if (furthest >= OTO_CLIP_FINDER_LOOSE)
    g_strdelimit (composed, "\\", '/');
  while (place == OTO_CLIP_FINDER_NONE && match < furthest)
    {
      match++;
      if (match == OTO_CLIP_FINDER_ALIKE)
        place = choose (self, g_hash_table_lookup (self->alike, composed), composed, hint);
      else if (match == OTO_CLIP_FINDER_LOOSE)
        place = find_loosely (self, composed, hint);
      else
        place = find_video (self, composed, hint);
    }
  if (ret_match != NULL)
    *ret_match = match;
  return place;
}
