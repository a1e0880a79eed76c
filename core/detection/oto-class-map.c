/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "detection/oto-class-map.h"

#include "base/oto-error.h"
#include "io/oto-csv.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _OtoClassMap
{
  GArray *others;                /* int: the counterpart of each name, or -1 */
  GStrv   unmatched;
  GStrv   unmatched_others;
  GStrv   ambiguous;
  guint   n_matched;
  GArray *synonyms;              /* gboolean: whether a name has its counterpart by meaning alone */
};

/* What lists of classes of published data sets call the same kind of sound: ESC-50, UrbanSound8K
 * and the vocabulary of FSD50K, whose names stand right. */
static const struct { const char *name, *meaning; } synonyms[] =
{
  { "dog", "bark" }, { "dog bark", "bark" }, { "cat", "meow" }, { "crying baby", "baby cry" },
  { "clapping", "applause" }, { "church bells", "church bell" }, { "door wood knock", "knock" },
  { "glass breaking", "shatter" }, { "keyboard typing", "computer keyboard" },
  { "laughing", "laughter" }, { "sneezing", "sneeze" }, { "coughing", "cough" },
};

/* The names of one list, by what they have in common with others of their kind. */
typedef struct
{
  const char * const *names;
  guint               n;
  char              **keys;      /* (n) */
  GHashTable         *counts;    /* key -> how many names have it */
  GHashTable         *exact;     /* name -> its place, the first of equal ones */
  GHashTable         *places;    /* key -> place of a name that has it */
  gboolean           *is_matched;
} List;

/* What all spellings of a name share. */
static char *
fold_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *folded = g_utf8_casefold (composed, -1);
  g_auto (GStrv) words = g_strsplit_set (folded, " _-\t", -1);
  GString *key = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0')
      g_string_append_printf (key, "%s%s", key->len > 0 ? " " : "", words[i]);
  return g_string_free (key, FALSE);
}

/* Takes a key; the name that it stands for may stand for another. A circle ends somewhere. */
static char *
resolve (char       *key,
         GHashTable *aliases)
{
  const char *name = key;
  char *resolved;

  for (guint n = aliases != NULL ? g_hash_table_size (aliases) : 0; n > 0; n--)
    {
      const char *next = g_hash_table_lookup (aliases, name);

      if (next == NULL)
        break;
      name = next;
    }
  resolved = g_strdup (name);
  g_free (key);
  return resolved;
}

static void
list_init (List               *self,
           const char * const *names,
           GHashTable         *aliases)
{
  self->names = names;
  self->n = g_strv_length ((char **) names);
  self->keys = g_new0 (char *, self->n + 1);
  self->counts = g_hash_table_new (g_str_hash, g_str_equal);
  self->exact = g_hash_table_new (g_str_hash, g_str_equal);
  self->places = g_hash_table_new (g_str_hash, g_str_equal);
  self->is_matched = g_new0 (gboolean, self->n + 1);

  for (guint i = 0; i < self->n; i++)
    {
      char *key = resolve (fold_name (names[i]), aliases);
      guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, key));

      self->keys[i] = key;
      g_hash_table_insert (self->counts, key, GUINT_TO_POINTER (count + 1));
      g_hash_table_insert (self->places, key, GUINT_TO_POINTER (i));
      if (!g_hash_table_contains (self->exact, names[i]))
        g_hash_table_insert (self->exact, (char *) names[i], GUINT_TO_POINTER (i));
    }
}

static void
list_clear (List *self)
{
  g_hash_table_unref (self->counts);
  g_hash_table_unref (self->exact);
  g_hash_table_unref (self->places);
  g_strfreev (self->keys);
  g_free (self->is_matched);
}

static guint
list_count (const List *self,
            const char *key)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, key));
}

/* The place of the one counterpart of @list's @i in @others, or -1. */
static int
find_counterpart (const List *list,
                  guint       i,
                  const List *others)
{
  gpointer place;

  if (g_hash_table_lookup_extended (others->exact, list->names[i], NULL, &place))
    return others->is_matched[GPOINTER_TO_UINT (place)] ? -1 : (int) GPOINTER_TO_UINT (place);
  if (list_count (list, list->keys[i]) == 1 && list_count (others, list->keys[i]) == 1)
    return (int) GPOINTER_TO_UINT (g_hash_table_lookup (others->places, list->keys[i]));
  return -1;
}

static const char *
get_meaning (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (synonyms); i++)
    if (strcmp (synonyms[i].name, key) == 0)
      return synonyms[i].meaning;
  return key;
}

/* The names that have no counterpart yet, by meaning: their place, or -1 where several mean it. */
static GHashTable *
list_meanings (const List *self)
{
  GHashTable *places = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->n; i++)
    {
      const char *meaning = get_meaning (self->keys[i]);
      int place = g_hash_table_contains (places, meaning) ? -1 : (int) i;

      if (!self->is_matched[i] && list_count (self, self->keys[i]) == 1)
        g_hash_table_insert (places, (char *) meaning, GINT_TO_POINTER (place));
    }
  return places;
}

/* Joins names that are left and mean the same, one of each list. */
static void
join_synonyms (OtoClassMap *self,
               List        *list,
               List        *others)
{
  g_autoptr (GHashTable) places = list_meanings (list), other_places = list_meanings (others);

  for (guint i = 0; i < list->n; i++)
    {
      const char *meaning = get_meaning (list->keys[i]);
      gpointer place, other;

      if (list->is_matched[i]
          || !g_hash_table_lookup_extended (places, meaning, NULL, &place)
          || !g_hash_table_lookup_extended (other_places, meaning, NULL, &other)
          || GPOINTER_TO_INT (place) != (int) i || GPOINTER_TO_INT (other) < 0
          || list_count (others, list->keys[i]) > 0)
        continue;
      g_array_index (self->others, int, i) = GPOINTER_TO_INT (other);
      g_array_index (self->synonyms, gboolean, i) = TRUE;
      list->is_matched[i] = others->is_matched[GPOINTER_TO_INT (other)] = TRUE;
      self->n_matched++;
    }
}

/* Adds the names without a counterpart to one of two arrays. */
static void
sort_out (const List *list,
          const List *others,
          GPtrArray  *unmatched,
          GPtrArray  *ambiguous)
{
  for (guint i = 0; i < list->n; i++)
    if (!list->is_matched[i])
      g_ptr_array_add (list_count (others, list->keys[i]) > 0 ? ambiguous : unmatched,
                       g_strdup (list->names[i]));
}

static GStrv
end_names (GPtrArray *names)
{
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (names, FALSE);
}

/**
 * oto_class_map_new:
 * @names: (array zero-terminated=1): class names
 * @other_names: (array zero-terminated=1): class names of another list
 * @aliases: (nullable): what oto_class_map_load_aliases() gave
 *
 * Returns: (transfer full): which of @names are which of @other_names
 */
OtoClassMap *
oto_class_map_new (const char * const *names,
                   const char * const *other_names,
                   GHashTable         *aliases)
{
  GPtrArray *unmatched = g_ptr_array_new (), *unmatched_others = g_ptr_array_new ();
  GPtrArray *ambiguous = g_ptr_array_new ();
  OtoClassMap *self;
  List list, others;

  g_return_val_if_fail (names != NULL, NULL);
  g_return_val_if_fail (other_names != NULL, NULL);

  self = g_new0 (OtoClassMap, 1);
  self->others = g_array_new (FALSE, FALSE, sizeof (int));
  self->synonyms = g_array_new (FALSE, TRUE, sizeof (gboolean));
  list_init (&list, names, aliases);
  list_init (&others, other_names, aliases);

  for (guint i = 0; i < list.n; i++)
    {
      int other = find_counterpart (&list, i, &others);

      g_array_append_val (self->others, other);
      if (other < 0)
        continue;
      list.is_matched[i] = TRUE;
      others.is_matched[other] = TRUE;
      self->n_matched++;
    }
  g_array_set_size (self->synonyms, list.n);
  join_synonyms (self, &list, &others);
  sort_out (&list, &others, unmatched, ambiguous);
  sort_out (&others, &list, unmatched_others, ambiguous);
  self->unmatched = end_names (unmatched);
  self->unmatched_others = end_names (unmatched_others);
  self->ambiguous = end_names (ambiguous);

  list_clear (&list);
  list_clear (&others);
  return self;
}

/**
 * oto_class_map_free:
 * @self: (nullable): a map
 *
 * Frees a map.
 */
void
oto_class_map_free (OtoClassMap *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->others);
  g_array_unref (self->synonyms);
  g_strfreev (self->unmatched);
  g_strfreev (self->unmatched_others);
  g_strfreev (self->ambiguous);
  g_free (self);
}

/**
 * oto_class_map_get_other:
 * @self: a map
 * @i: place of a name
 *
 * Returns: the place of the other name that is the same class, or -1
 */
int
oto_class_map_get_other (const OtoClassMap *self,
                         guint              i)
{
  g_return_val_if_fail (self != NULL, -1);
  g_return_val_if_fail (i < self->others->len, -1);

  return g_array_index (self->others, int, i);
}

/**
 * oto_class_map_is_synonym:
 * @self: a map
 * @i: place of a name
 *
 * Returns: whether its counterpart is another word, which data sets use for the same kind of sound
 */
gboolean
oto_class_map_is_synonym (const OtoClassMap *self,
                          guint              i)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (i < self->synonyms->len, FALSE);

  return g_array_index (self->synonyms, gboolean, i);
}

/**
 * oto_class_map_get_n_matched:
 * @self: a map
 *
 * Returns: how many classes both lists have
 */
guint
oto_class_map_get_n_matched (const OtoClassMap *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_matched;
}

/**
 * oto_class_map_get_unmatched:
 * @self: a map
 *
 * Returns: (transfer none) (array zero-terminated=1): names that the other list lacks
 */
const char * const *
oto_class_map_get_unmatched (const OtoClassMap *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->unmatched;
}

/**
 * oto_class_map_get_unmatched_others:
 * @self: a map
 *
 * Returns: (transfer none) (array zero-terminated=1): other names that the first list lacks
 */
const char * const *
oto_class_map_get_unmatched_others (const OtoClassMap *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->unmatched_others;
}

/**
 * oto_class_map_get_ambiguous:
 * @self: a map
 *
 * Returns: (transfer none) (array zero-terminated=1): names of either list that have more than one
 *   possible counterpart, or share one; they are not matched
 */
const char * const *
oto_class_map_get_ambiguous (const OtoClassMap *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->ambiguous;
}

/**
 * oto_class_map_find:
 * @names: (array zero-terminated=1): class names
 * @name: a class name in any spelling
 *
 * Returns: the place of the equal name, else of the only one that is the same class, else -1
 */
int
oto_class_map_find (const char * const *names,
                    const char         *name)
{
  g_autofree char *key = NULL;
  int found = -1, n_found = 0;

  g_return_val_if_fail (names != NULL, -1);
  g_return_val_if_fail (name != NULL, -1);

  for (int i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], name) == 0)
      return i;

  key = fold_name (name);
  for (int i = 0; names[i] != NULL; i++)
    {
      g_autofree char *other_key = fold_name (names[i]);

      if (strcmp (key, other_key) != 0)
        continue;
      found = i;
      n_found++;
    }
  return n_found == 1 ? found : -1;
}

/**
 * oto_class_map_is_same:
 * @name: a class name
 * @other_name: another
 *
 * Returns: whether they are spellings of one name
 */
gboolean
oto_class_map_is_same (const char *name,
                       const char *other_name)
{
  g_autofree char *key = NULL, *other_key = NULL;

  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (other_name != NULL, FALSE);

  key = fold_name (name);
  other_key = fold_name (other_name);
  return strcmp (key, other_key) == 0;
}

/**
 * oto_class_map_list_alike:
 * @names: (array zero-terminated=1): class names of one list
 *
 * Returns: (transfer full) (array zero-terminated=1): the names that others of the list differ from
 *   in nothing but case, spaces, underscores and hyphens, each group joined by commas
 */
GStrv
oto_class_map_list_alike (const char * const *names)
{
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GStrvBuilder) alike = g_strv_builder_new ();

  g_return_val_if_fail (names != NULL, NULL);

  for (; *names != NULL; names++)
    {
      char *key = fold_name (*names);
      GPtrArray *group = g_hash_table_lookup (groups, key);

      if (group == NULL)
        {
          group = g_ptr_array_new ();
          g_ptr_array_add (all, group);
          g_hash_table_insert (groups, g_strdup (key), group);
        }
      g_ptr_array_add (group, (char *) *names);
      g_free (key);
    }
  for (guint i = 0; i < all->len; i++)
    {
      GPtrArray *group = g_ptr_array_index (all, i);

      if (group->len > 1)
        {
          g_autofree char *joined = NULL;

          g_ptr_array_add (group, NULL);
          joined = g_strjoinv (", ", (char **) group->pdata);
          g_strv_builder_add (alike, joined);
        }
      g_ptr_array_unref (group);
    }
  return g_strv_builder_end (alike);
}

/**
 * oto_class_map_load_aliases:
 * @path: a table of two columns with tabs between, without a heading: a name, and the one it
 *   stands for
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): the table, for oto_class_map_new()
 */
GHashTable *
oto_class_map_load_aliases (const char  *path,
                            GError     **error)
{
  g_autoptr (GHashTable) aliases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (OtoCsv) csv = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  csv = oto_csv_load (path, '\t', FALSE, error);
  if (csv == NULL)
    return NULL;
  if (oto_csv_get_n_columns (csv) != 2)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” is no table of class names. Write two names a line, with a tab between: "
                     "one, and the one that it stands for."), path);
      return NULL;
    }
  for (guint row = 0; row < oto_csv_get_n_rows (csv); row++)
    g_hash_table_insert (aliases, fold_name (oto_csv_get (csv, row, 0)),
                         fold_name (oto_csv_get (csv, row, 1)));
  return g_steal_pointer (&aliases);
}
