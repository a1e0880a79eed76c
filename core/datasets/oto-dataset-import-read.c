/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-dataset-import-private.h"

#include "base/oto-error.h"
#include "datasets/oto-fold-list.h"
#include "io/oto-audio-file.h"
#include "io/oto-csv.h"
#include "labels/oto-label-file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define N_NAMED 5                    /* of many lists, so many are named */

static gboolean G_GNUC_PRINTF (3, 4)
fail (OtoDatasetImport  *self,
      GError           **error,
      const char        *format,
      ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
               /* Translators: a folder, then what is wrong with it, in small letters. */
               _("“%s”: %s"), self->source, message);
  return FALSE;
}

/* The clip of a file; NULL if it is in another fold already. */
static OtoImportClip *
add_clip (OtoDatasetImport *self,
          const char       *path,
          const char       *name,
          const char       *fold_name)
{
  OtoImportClip *clip = g_hash_table_lookup (self->by_path, path);

  if (clip != NULL)
    return g_strcmp0 (clip->fold_name, fold_name) == 0 ? clip : NULL;
  clip = g_new0 (OtoImportClip, 1);
  clip->path = g_strdup (path);
  clip->name = g_strdup (name);
  clip->fold_name = g_strdup (fold_name);
  clip->labels = oto_event_list_new ();
  g_ptr_array_add (self->clips, clip);
  g_hash_table_insert (self->by_path, clip->path, clip);
  return clip;
}

/* --- a list -------------------------------------------------------------------------------- */

/* What is read now. */
typedef struct
{
  OtoDatasetImport    *self;
  const OtoImportList *list;         /* NULL: one that was named */
  const char          *path;
  OtoLabelFile        *labels;
  GHashTable          *clips;        /* OtoImportClip or NULL of names in the list */
  guint                n_renamed;
  char                *renamed;      /* (nullable): one of these */
} Reading;

static void
reading_clear (Reading *reading)
{
  oto_label_file_free (reading->labels);
  g_hash_table_unref (reading->clips);
  g_free (reading->renamed);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

/* The path of a file that is not in the folder of the audio; NULL if it is nowhere. */
static char *
find_outside (const Reading *reading,
              const char    *name)
{
  g_autofree char *dir = g_path_get_dirname (reading->path);
  g_autofree char *absolute = g_canonicalize_filename (dir, NULL);
  g_autofree char *path = g_canonicalize_filename (name, absolute);
  const char *slash = strrchr (path, '/');

  return slash != NULL && oto_audio_file_has_name (slash + 1)
         && g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

/* Notes that a name and that of its file differ in more than the folder and a missing ending. */
static void
note_match (Reading            *reading,
            const char         *name,
            const char         *filename,
            OtoClipFinderMatch  match)
{
  g_autofree char *base = g_path_get_basename (name), *other = g_path_get_basename (filename);

  if (match == OTO_CLIP_FINDER_EXACT || match == OTO_CLIP_FINDER_YOUTUBE
      || strcmp (base, other) == 0
      || (reading->self->layout != &oto_import_list && g_str_has_prefix (other, base)))
    return;
  if (reading->n_renamed++ == 0)
    reading->renamed = g_strdup_printf ("“%s” → “%s”", name, filename);
}

/* Finds the clip that a list names, and notes it if there is none. */
static OtoImportClip *
find_clip (Reading    *reading,
           const char *name)
{
  OtoDatasetImport *self = reading->self;
  const char *fold = reading->list != NULL && reading->list->fold != NULL
                       ? reading->list->fold : oto_label_file_get_fold (reading->labels, name);
  OtoClipFinderMatch match;
  const int place =
    oto_clip_finder_find (self->finder, name, self->layout->match,
                          reading->list != NULL ? reading->list->hint : NULL, &match);
  g_autofree char *path = NULL;
  const char *filename = name;
  OtoImportClip *clip;

  if (place >= 0)
    {
      filename = g_ptr_array_index (self->filenames, place);
      path = g_build_filename (self->audio_dir, filename, NULL);
      note_match (reading, name, filename, match);
    }
  else
    path = find_outside (reading, name);
  if (path == NULL)
    {
      oto_dataset_summary_add_problem (self->summary,
                                       place == OTO_CLIP_FINDER_AMBIGUOUS ? OTO_DATASET_AMBIGUOUS
                                                                          : OTO_DATASET_MISSING,
                                       name, NULL);
      return NULL;
    }
  clip = add_clip (self, path, filename, fold);
  if (clip == NULL)
    oto_dataset_summary_add_problem (self->summary, OTO_DATASET_BAD_LINE, name,
                                     _("it is in two folds; the second one is left out"));
  return clip;
}

static OtoImportClip *
get_clip (Reading    *reading,
          const char *name)
{
  gpointer clip;

  if (!g_hash_table_lookup_extended (reading->clips, name, NULL, &clip))
    {
      clip = find_clip (reading, name);
      g_hash_table_insert (reading->clips, (char *) name, clip);
    }
  return clip;
}

static void
add_label (Reading        *reading,
           OtoImportClip  *clip,
           const OtoEvent *event)
{
  OtoEvent *copy = oto_event_copy (event);
  const char *name = reading->self->classes != NULL
                       ? g_hash_table_lookup (reading->self->classes, event->label) : NULL;

  if (name != NULL)
    {
      g_free (copy->label);
      copy->label = g_strdup (name);
    }
  if (reading->list != NULL && (reading->list->flags & OTO_IMPORT_WHOLE))
    copy->onset_s = copy->offset_s = NAN;
  oto_event_list_add (clip->labels, copy);
}

static gboolean
add_labels (Reading  *reading,
            GError  **error)
{
  OtoEventList *events = oto_label_file_get_events (reading->labels);
  const char * const *empty = oto_label_file_get_empty_files (reading->labels);

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);
      OtoImportClip *clip;

      if (event->filename == NULL)
        return fail (reading->self, error,
                     _("the labels of “%s” name no files. Say which column does, or give a list "
                       "that names them."), reading->path);
      clip = get_clip (reading, event->filename);
      if (clip != NULL)
        add_label (reading, clip, event);
    }
  for (; *empty != NULL; empty++)
    get_clip (reading, *empty);
  return TRUE;
}

/* Notes what of a list was not understood. */
static void
add_problems (const Reading *reading)
{
  OtoDatasetSummary *summary = reading->self->summary;
  g_autofree char *text = NULL;

  for (guint i = 0; i < oto_label_file_get_n_problems (reading->labels); i++)
    {
      guint line;
      const char *problem = oto_label_file_get_problem (reading->labels, i, &line);
      g_autofree char *place = g_strdup_printf ("%s:%u", reading->path, line);

      oto_dataset_summary_add_problem (summary, OTO_DATASET_BAD_LINE, place, problem);
    }
  if (reading->n_renamed == 0)
    return;
  text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u name", "%u names",
                                       reading->n_renamed), reading->n_renamed);
  oto_dataset_summary_add_problem (summary, OTO_DATASET_RENAMED, reading->renamed, text);
}

static gboolean
read_list (OtoDatasetImport               *self,
           const char                     *path,
           const OtoImportList            *list,
           const OtoDatasetImportOptions  *options,
           GError                        **error)
{
  g_auto (Reading) reading = { self, list, path };

  reading.clips = g_hash_table_new (g_str_hash, g_str_equal);
  reading.labels = oto_label_file_load_full (path, options->format, options->columns, error);
  if (reading.labels == NULL || !add_labels (&reading, error))
    return FALSE;
  add_problems (&reading);
  return TRUE;
}

/* --- a published data set ------------------------------------------------------------------ */

/* Reads which class an identifier stands for: the last two columns, with a heading or not. */
static gboolean
read_classes (OtoDatasetImport  *self,
              const char        *path,
              GError           **error)
{
  g_autoptr (OtoCsv) csv = oto_csv_load (path, 0, FALSE, error);

  if (csv == NULL)
    return FALSE;
  self->classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint row = 0; row < oto_csv_get_n_rows (csv); row++)
    {
      const int n = (int) oto_csv_get_n_cells (csv, row);

      if (n >= 2)
        g_hash_table_insert (self->classes,
                             g_strstrip (g_strdup (oto_csv_get (csv, row, n - 2))),
                             g_strstrip (g_strdup (oto_csv_get (csv, row, n - 1))));
    }
  return TRUE;
}

/* The only list of a folder; which of several is meant must be said. */
static gboolean
read_only_list (OtoDatasetImport               *self,
                GPtrArray                      *tables,
                const OtoDatasetImportOptions  *options,
                GError                        **error)
{
  const char *name = oto_import_layout_match ("labels.?sv", tables);
  g_autofree char *path = NULL;
  g_autoptr (GString) names = g_string_new (NULL);

  if (name == NULL && tables->len == 1)
    name = g_ptr_array_index (tables, 0);
  if (name == NULL && tables->len == 0)
    return fail (self, error, _("there is no list of labels in it. Name one."));
  for (guint i = 0; name == NULL && i < MIN (tables->len, N_NAMED); i++)
    g_string_append_printf (names, "%s“%s”", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (tables, i));
  if (name == NULL)
    return fail (self, error, _("which of its lists holds the labels? There are %s%s. Name it in "
                                "place of the folder."), names->str,
                 tables->len > N_NAMED ? ", …" : "");
  path = g_build_filename (self->source, name, NULL);
  return read_list (self, path, NULL, options, error);
}

/* A part of a data set may be left out, but not its first one's labels by mistake. */
static gboolean
read_published (OtoDatasetImport               *self,
                GPtrArray                      *tables,
                const OtoDatasetImportOptions  *options,
                GError                        **error)
{
  const OtoImportLayout *layout = self->layout;
  const char *classes =
    layout->classes != NULL ? oto_import_layout_match (layout->classes, tables) : NULL;
  gboolean was_there = FALSE, is_any_there = FALSE;

  if (classes != NULL)
    {
      g_autofree char *path = g_build_filename (self->source, classes, NULL);

      if (!read_classes (self, path, error))
        return FALSE;
    }
  for (guint i = 0; i < OTO_IMPORT_MAX_LISTS && layout->lists[i].pattern != NULL; i++)
    {
      const OtoImportList *list = &layout->lists[i];
      const char *name = oto_import_layout_match (list->pattern, tables);
      g_autofree char *path = name != NULL ? g_build_filename (self->source, name, NULL) : NULL;

      if (was_there && (list->flags & OTO_IMPORT_ELSE))
        continue;
      was_there = path != NULL;
      is_any_there = is_any_there || was_there;
      if (path != NULL && !read_list (self, path, list, options, error))
        return FALSE;
    }
  return is_any_there
         || fail (self, error, _("no list of %s is in it, as “%s”. Name another layout."),
                  layout->title, layout->lists[0].pattern);
}

/**
 * oto_dataset_import_read_lists:
 * @self: what is read
 * @options: what the user said
 * @error: return location for a #GError
 *
 * Reads the lists of a layout, or the one that was named.
 *
 * Returns: %FALSE with an error
 */
gboolean
oto_dataset_import_read_lists (OtoDatasetImport               *self,
                               const OtoDatasetImportOptions  *options,
                               GError                        **error)
{
  g_autoptr (GPtrArray) tables = NULL;

  if (!g_file_test (self->source, G_FILE_TEST_IS_DIR))
    return read_list (self, self->source, NULL, options, error);
  tables = oto_import_list_tables (self->source);
  return self->layout == &oto_import_list ? read_only_list (self, tables, options, error)
                                          : read_published (self, tables, options, error);
}

/* --- a folder per class -------------------------------------------------------------------- */

/* Order of parts that have names instead of numbers; -1: no name of a part. */
static int
rank_part (const char *name)
{
  static const char * const beginnings[] = { "train", "dev", "val", "test", "eval" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    if (g_str_has_prefix (lower, beginnings[i]))
      return (int) i;
  return -1;
}

/* The number in “3”, “fold3”, “fold_3”; -1 if there is none. */
static int
get_fold_number (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  const char *digits = lower;
  guint64 number;

  if (g_str_has_prefix (digits, "fold"))
    digits += strlen ("fold");
  digits += strspn (digits, " _-");
  return g_ascii_string_to_unsigned (digits, 10, 0, OTO_FOLD_LIST_MAX, &number, NULL)
           ? (int) number : -1;
}

/* A folder that is a part of the data set: the highest one that is called so. */
static const char *
find_part (char **parts,
           guint  n)
{
  for (guint i = 0; i < n; i++)
    if (rank_part (parts[i]) >= 0
        || (g_ascii_strncasecmp (parts[i], "fold", 4) == 0 && get_fold_number (parts[i]) >= 0))
      return parts[i];
  return NULL;
}

/**
 * oto_dataset_import_read_folders:
 * @self: what is read
 * @error: return location for a #GError
 *
 * Takes the folder of each clip for its class, and one above it that is called train, validation,
 * test or fold and a number for its fold.
 *
 * Returns: %FALSE with an error
 */
gboolean
oto_dataset_import_read_folders (OtoDatasetImport  *self,
                                 GError           **error)
{
  for (guint i = 0; i < self->filenames->len; i++)
    {
      const char *name = g_ptr_array_index (self->filenames, i);
      g_autofree char *path = g_build_filename (self->audio_dir, name, NULL);
      g_auto (GStrv) parts = g_strsplit (name, "/", -1);
      const guint n = g_strv_length (parts);
      g_autofree char *label = n >= 2 ? g_filename_display_name (parts[n - 2]) : NULL;
      OtoImportClip *clip;

      if (label == NULL || find_part (parts + n - 2, 1) != NULL)
        {
          oto_dataset_summary_add_problem (self->summary, OTO_DATASET_UNLABELLED, name,
                                           _("it is in no folder of a class"));
          continue;
        }
      clip = add_clip (self, path, name, find_part (parts, n - 2));
      oto_event_list_add (clip->labels, oto_event_new (name, label, NAN, NAN, NAN));
    }
  return self->clips->len > 0
         || fail (self, error, _("it has no folders with audio files that could be classes."));
}

/* --- folds --------------------------------------------------------------------------------- */

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  const char *x = *(const char * const *) a, *y = *(const char * const *) b;
  const int p = get_fold_number (x), q = get_fold_number (y);
  const guint r = (guint) rank_part (x), s = (guint) rank_part (y);

  if (p >= 0 && q >= 0 && p != q)
    return p < q ? -1 : 1;
  if (r != s)
    return r < s ? -1 : 1;
  return strcmp (x, y);
}

/* Names of the parts, in order; "" for what is in none, if others are. */
static GPtrArray *
list_parts (const OtoDatasetImport *self)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean has_others = FALSE;

  for (guint i = 0; i < self->clips->len; i++)
    {
      const OtoImportClip *clip = g_ptr_array_index (self->clips, i);

      if (clip->fold_name == NULL)
        has_others = TRUE;
      else if (g_hash_table_add (seen, clip->fold_name))
        g_ptr_array_add (names, g_strdup (clip->fold_name));
    }
  g_ptr_array_sort (names, compare_names);
  if (names->len > 0 && has_others)
    g_ptr_array_add (names, g_strdup (""));
  return names;
}

/* Whether the parts are numbers from 1, each at most once, that can be taken as they are. */
static gboolean
is_numbered (GPtrArray *names)
{
  int last = 0;

  for (guint i = 0; i < names->len; i++)
    {
      const int number = get_fold_number (g_ptr_array_index (names, i));

      if (number <= last)
        return FALSE;
      last = number;
    }
  return TRUE;
}

/**
 * oto_dataset_import_number_folds:
 * @self: what was read
 * @error: return location for a #GError
 *
 * Gives the parts of the data set the numbers that a training folder has. Numbers from 1 stay what
 * they are.
 *
 * Returns: %FALSE with an error
 */
gboolean
oto_dataset_import_number_folds (OtoDatasetImport  *self,
                                 GError           **error)
{
  g_autoptr (GPtrArray) names = list_parts (self);
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  const gboolean is_kept = is_numbered (names);

  if (names->len > OTO_FOLD_LIST_MAX)
    return fail (self, error, _("it has %u folds, more than %d. Check the fold column."),
                 names->len, OTO_FOLD_LIST_MAX);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      const int number = is_kept ? get_fold_number (name) : (int) i + 1;

      while ((int) self->fold_names->len < number - 1)
        g_ptr_array_add (self->fold_names, g_strdup (""));
      g_ptr_array_add (self->fold_names, g_strdup (name));
      g_hash_table_insert (numbers, (gpointer) name, GINT_TO_POINTER (number));
    }
  g_ptr_array_add (self->fold_names, NULL);
  for (guint i = 0; i < self->clips->len; i++)
    {
      OtoImportClip *clip = g_ptr_array_index (self->clips, i);

      clip->fold = GPOINTER_TO_INT (g_hash_table_lookup (numbers, clip->fold_name != NULL
                                                                    ? clip->fold_name : ""));
    }
  return TRUE;
}
