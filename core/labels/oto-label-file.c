/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "labels/oto-label-file.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-file.h"
#include "io/oto-text-file.h"
#include "labels/oto-label-columns.h"
#include "labels/oto-label-format-private.h"
#include "labels/oto-label-index.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

typedef struct
{
  const char *text;              /* a constant, translated */
  guint       line;
} Problem;

struct _OtoLabelFile
{
  const OtoLabelFormat *format;  /* NULL: not from a file */
  OtoEventList         *events;
  GArray               *lines;   /* guint: of each event, from 1; 0: unknown */
  GPtrArray            *columns; /* names of OtoEvent.fields, ended by NULL */
  GPtrArray            *empty_files;
  GHashTable           *folds;   /* of files; or NULL */
  GArray               *problems;
  OtoLabelIndex        *index;
  guint                 n_good;
  guint                 line;    /* that is read */
  gboolean              has_scores;
};

static OtoLabelFile *
label_file_new (OtoEventList *events)
{
  OtoLabelFile *self = g_new0 (OtoLabelFile, 1);

  self->events = events;
  self->lines = g_array_new (FALSE, TRUE, sizeof (guint));
  self->columns = g_ptr_array_new_with_free_func (g_free);
  self->empty_files = g_ptr_array_new_with_free_func (g_free);
  self->problems = g_array_new (FALSE, FALSE, sizeof (Problem));
  return self;
}

/**
 * oto_label_file_new:
 * @events: a list, which does not change any more
 * @has_scores: whether their scores are written too
 *
 * Returns: (transfer full): what a file of these events would hold
 */
OtoLabelFile *
oto_label_file_new (OtoEventList *events,
                    gboolean      has_scores)
{
  OtoLabelFile *self;

  g_return_val_if_fail (events != NULL, NULL);

  self = label_file_new (oto_event_list_ref (events));
  g_ptr_array_add (self->columns, NULL);
  g_ptr_array_add (self->empty_files, NULL);
  self->index = oto_label_index_new (self->events, NULL);
  self->n_good = oto_event_list_get_n (events);
  self->has_scores = has_scores;
  return self;
}

/**
 * oto_label_file_free:
 * @self: (nullable) (transfer full): a file's contents
 *
 * Frees them.
 */
void
oto_label_file_free (OtoLabelFile *self)
{
  if (self == NULL)
    return;
  oto_event_list_unref (self->events);
  g_array_unref (self->lines);
  g_ptr_array_unref (self->columns);
  g_ptr_array_unref (self->empty_files);
  g_clear_pointer (&self->folds, g_hash_table_unref);
  g_array_unref (self->problems);
  oto_label_index_free (self->index);
  g_free (self);
}

static void
copy_strings (GPtrArray *from,
              GPtrArray *to)
{
  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, g_strdup (from->pdata[i]));
}

/**
 * oto_label_file_select:
 * @self: labels
 * @path: (nullable): a clip; %NULL: all
 *
 * Takes the labels of one clip. Events without a file name get that of @path.
 *
 * Returns: (transfer full): what a file of these would hold; problems are those of @self
 */
OtoLabelFile *
oto_label_file_select (const OtoLabelFile *self,
                       const char         *path)
{
  g_autofree char *name = NULL;
  OtoLabelFile *selected;

  g_return_val_if_fail (self != NULL, NULL);

  selected = label_file_new (path != NULL ? oto_label_index_find (self->index, path)
                                          : oto_event_list_ref (self->events));
  copy_strings (self->columns, selected->columns);
  if (path == NULL)
    copy_strings (self->empty_files, selected->empty_files);
  else
    g_ptr_array_add (selected->empty_files, NULL);
  g_array_append_vals (selected->problems, self->problems->data, self->problems->len);
  name = path != NULL ? oto_file_dup_display_name (path) : NULL;
  for (guint i = 0; path != NULL && i < oto_event_list_get_n (selected->events); i++)
    {
      /* The list is a copy of its own, which nobody else has seen. */
      OtoEvent *event = (OtoEvent *) oto_event_list_get (selected->events, i);

      if (event->filename == NULL)
        event->filename = g_strdup (name);
    }
  g_array_set_size (selected->lines, oto_event_list_get_n (selected->events));
  if (path == NULL && self->lines->len > 0)
    memcpy (selected->lines->data, self->lines->data, self->lines->len * sizeof (guint));
  selected->index = oto_label_index_new (selected->events, NULL);
  selected->folds = self->folds != NULL ? g_hash_table_ref (self->folds) : NULL;
  selected->format = self->format;
  selected->n_good = self->n_good;
  selected->has_scores = self->has_scores;
  return selected;
}

/* --- reading ------------------------------------------------------------------------------- */

/**
 * oto_label_file_set_line:
 * @self: what is read
 * @line: where the events that are added next stand, from 1
 *
 * Notes it.
 */
void
oto_label_file_set_line (OtoLabelFile *self,
                         guint         line)
{
  self->line = line;
}

/**
 * oto_label_file_add_column:
 * @self: what is read
 * @column: name of a further column, whose cells are in OtoEvent.fields
 *
 * Returns: its place among the fields
 */
guint
oto_label_file_add_column (OtoLabelFile *self,
                           const char   *column)
{
  g_ptr_array_add (self->columns, g_strdup (column));
  return self->columns->len - 1;
}

/**
 * oto_label_file_add_event:
 * @self: what is read
 * @event: (transfer full): an event or weak label
 *
 * Appends it.
 */
void
oto_label_file_add_event (OtoLabelFile *self,
                          OtoEvent     *event)
{
  self->has_scores = self->has_scores || !isnan (event->score);
  g_array_append_val (self->lines, self->line);
  oto_event_list_add (self->events, event);
}

/**
 * oto_label_file_add_labels:
 * @self: what is read
 * @event: what its labels share
 * @labels: names with commas, semicolons or bars between
 *
 * Appends an event for each name.
 */
void
oto_label_file_add_labels (OtoLabelFile   *self,
                           const OtoEvent *event,
                           const char     *labels)
{
  g_auto (GStrv) names = g_strsplit_set (labels, ",;|", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_strstrip (names[i])[0] != '\0')
      {
        /* Not with the event's own label, which may be all of them. */
        OtoEvent one = *event;

        one.label = names[i];
        oto_label_file_add_event (self, oto_event_copy (&one));
      }
}

/**
 * oto_label_file_add_empty:
 * @self: what is read
 * @filename: a clip that the file lists without events
 *
 * Notes it.
 */
void
oto_label_file_add_empty (OtoLabelFile *self,
                          const char   *filename)
{
  g_ptr_array_add (self->empty_files, g_strdup (filename));
}

/**
 * oto_label_file_set_fold:
 * @self: what is read
 * @filename: a clip
 * @fold: the part of the data set in which it is; the first that is told counts
 *
 * Notes it.
 */
void
oto_label_file_set_fold (OtoLabelFile *self,
                         const char   *filename,
                         const char   *fold)
{
  if (filename[0] == '\0' || fold[0] == '\0')
    return;
  if (self->folds == NULL)
    self->folds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!g_hash_table_contains (self->folds, filename))
    g_hash_table_insert (self->folds, g_strdup (filename), g_strdup (fold));
}

/**
 * oto_label_file_add_good:
 * @self: what is read
 *
 * Counts a line that was understood.
 */
void
oto_label_file_add_good (OtoLabelFile *self)
{
  self->n_good++;
}

/**
 * oto_label_file_add_problem:
 * @self: what is read
 * @line: where, from 1
 * @problem: what is wrong there: a constant
 *
 * Notes a line that was passed over.
 */
void
oto_label_file_add_problem (OtoLabelFile *self,
                            guint         line,
                            const char   *problem)
{
  g_array_append_val (self->problems, ((Problem) { problem, line }));
}

/* Whether a source is of a format: as was asked for, or as it looks. */
static gboolean
is_of (const OtoLabelFormat *format,
       const OtoLabelFormat *asked_for,
       const OtoLabelSource *source)
{
  if (asked_for != NULL)
    return format == asked_for;
  return format->sniff != NULL && format->is_text == (source->csv == NULL)
         && format->sniff (source);
}

static const OtoLabelFormat *
sniff (const OtoLabelFormat *asked_for,
       const OtoLabelSource *source)
{
  const OtoLabelFormat * const *formats = oto_label_format_list ();

  for (; *formats != NULL; formats++)
    if (is_of (*formats, asked_for, source))
      return *formats;
  return NULL;
}

/* Takes @text. */
static gboolean
read_text (OtoLabelFile          *self,
           char                  *text,
           size_t                 len,
           const char            *name,
           const OtoLabelFormat  *asked_for,
           const char            *columns,
           GError               **error)
{
  OtoLabelSource source = { text, len, NULL, name, asked_for != NULL, columns != NULL };
  gboolean is_read;

  self->format = columns == NULL || asked_for != NULL ? sniff (asked_for, &source) : NULL;
  if (self->format != NULL && self->format->is_text)
    {
      is_read = self->format->read (&source, self, error);
      oto_free (text);
      return is_read;
    }

  source.csv = oto_csv_parse (text, len, asked_for != NULL ? asked_for->separator : 0, FALSE, name,
                              error);
  source.text = NULL;
  if (source.csv == NULL)
    return FALSE;
  /* Nothing is a list of nothing. */
  is_read = oto_csv_get_n_rows (source.csv) == 0;
  if (!is_read && columns != NULL
      && !oto_label_columns_rename (source.csv, columns, name, error))
    {
      oto_csv_free (source.csv);
      return FALSE;
    }
  /* Whose columns are named is a table with a heading. */
  if (columns != NULL && asked_for == NULL)
    self->format = oto_csv_get_separator (source.csv) == '\t' ? &oto_label_tsv : &oto_label_csv;
  else
    self->format = sniff (asked_for, &source);
  if (!is_read)
    is_read = self->format->read (&source, self, error);
  oto_csv_free (source.csv);
  return is_read;
}

/**
 * oto_label_file_load:
 * @path: a file
 * @format: (nullable): what it is; %NULL: what it looks like
 * @error: return location for a #GError
 *
 * As oto_label_file_load_full(), of columns that are called as usual.
 *
 * Returns: (transfer full) (nullable): what the file holds, in its order; %NULL with an #OtoIoError
 */
OtoLabelFile *
oto_label_file_load (const char            *path,
                     const OtoLabelFormat  *format,
                     GError               **error)
{
  return oto_label_file_load_full (path, format, NULL, error);
}

/**
 * oto_label_file_load_full:
 * @path: a file
 * @format: (nullable): what it is; %NULL: what it looks like
 * @columns: (nullable): of a table, “filename=heading,onset=heading” and so on: what columns hold
 *   that are called otherwise; a number stands for a place, from 1
 * @error: return location for a #GError
 *
 * Reads labels, in time and memory that grow with the file's size. Malformed lines are listed, the
 * others loaded. A heading must name its columns as the field does: none is guessed by its place.
 *
 * Returns: (transfer full) (nullable): what the file holds, in its order; %NULL with an #OtoIoError
 *   if it cannot be read or every line is malformed
 */
OtoLabelFile *
oto_label_file_load_full (const char            *path,
                          const OtoLabelFormat  *format,
                          const char            *columns,
                          GError               **error)
{
  g_autoptr (OtoLabelFile) self = NULL;
  g_autofree char *name = NULL, *dir = NULL;
  size_t len = 0;
  char *text;

  g_return_val_if_fail (path != NULL, NULL);

  text = oto_text_file_load (path, OTO_CSV_MAX_BYTES, &len, error);
  if (text == NULL)
    return NULL;

  name = oto_file_dup_display_name (path);
  self = label_file_new (oto_event_list_new ());
  if (!read_text (self, text, len, name, format, columns, error))
    return NULL;
  if (self->n_good == 0 && self->problems->len > 0)
    {
      const Problem *problem = &g_array_index (self->problems, Problem, 0);

      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” is not a list of events (line %u: %s). Give one with the columns "
                     "filename, onset, offset and event_label."), name, problem->line,
                   problem->text);
      return NULL;
    }

  g_ptr_array_add (self->columns, NULL);
  g_ptr_array_add (self->empty_files, NULL);
  dir = g_path_get_dirname (path);
  self->index = oto_label_index_new (self->events, dir);
  return g_steal_pointer (&self);
}

/* --- writing ------------------------------------------------------------------------------- */

/**
 * oto_label_file_to_text:
 * @self: labels
 * @format: how to write them
 * @error: return location for a #GError
 *
 * Times are written to the microsecond, frequencies to the hundredth of a hertz or finer.
 *
 * Returns: (transfer full) (nullable): the text; %NULL with %OTO_IO_ERROR_FORMAT when the format
 *   cannot be written, or has no place for labels of several clips
 */
char *
oto_label_file_to_text (const OtoLabelFile    *self,
                        const OtoLabelFormat  *format,
                        GError               **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (format != NULL, NULL);

  if (format->write == NULL)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("Labels cannot be written as %s. Choose another format."), format->name);
      return NULL;
    }
  if (!format->write (self, text, error))
    return NULL;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * oto_label_file_list_losses:
 * @self: labels
 * @format: how they are to be written
 *
 * Returns: (transfer full) (array zero-terminated=1): a sentence for each thing that the format has
 *   no place for
 */
GStrv
oto_label_file_list_losses (const OtoLabelFile   *self,
                            const OtoLabelFormat *format)
{
  g_autoptr (GStrvBuilder) losses = g_strv_builder_new ();
  guint n_weak = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (format != NULL, NULL);

  for (guint i = 0; i < oto_event_list_get_n (self->events); i++)
    n_weak += isnan (oto_event_list_get (self->events, i)->onset_s) != 0;
  if (n_weak > 0 && !(format->keeps & OTO_LABEL_KEEPS_WEAK))
    {
      g_autofree char *text =
        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u label without times is left out.",
                                      "%u labels without times are left out.", n_weak), n_weak);

      g_strv_builder_add (losses, text);
    }
  if (self->empty_files->pdata[0] != NULL && !(format->keeps & OTO_LABEL_KEEPS_WEAK))
    g_strv_builder_add (losses, _("Clips without labels are left out."));
  if (self->has_scores && !(format->keeps & OTO_LABEL_KEEPS_SCORES))
    g_strv_builder_add (losses, _("Scores are left out."));
  if (self->columns->pdata[0] != NULL && !(format->keeps & OTO_LABEL_KEEPS_FIELDS))
    g_strv_builder_add (losses, _("Further columns are left out."));
  return g_strv_builder_end (losses);
}

/**
 * oto_label_file_save:
 * @self: labels
 * @path: the file to write, whole or not at all
 * @format: how to write them
 * @error: return location for a #GError
 *
 * Writes oto_label_file_to_text().
 *
 * Returns: %FALSE with an #OtoIoError
 */
gboolean
oto_label_file_save (const OtoLabelFile    *self,
                     const char            *path,
                     const OtoLabelFormat  *format,
                     GError               **error)
{
  g_autoptr (GBytes) bytes = NULL;
  char *text;

  g_return_val_if_fail (path != NULL, FALSE);

  text = oto_label_file_to_text (self, format, error);
  if (text == NULL)
    return FALSE;
  bytes = g_bytes_new_take (text, strlen (text));
  return oto_file_save (path, bytes, error);
}

/**
 * oto_label_file_save_events:
 * @events: events or weak labels
 * @path: the file to write, whole or not at all
 * @error: return location for a #GError
 *
 * Writes them as tab-separated text: filename onset offset event_label, or filename event_labels.
 *
 * Returns: %FALSE with %OTO_IO_ERROR_WRITE
 */
gboolean
oto_label_file_save_events (OtoEventList  *events,
                            const char    *path,
                            GError       **error)
{
  g_autoptr (OtoLabelFile) file = oto_label_file_new (events, FALSE);

  return oto_label_file_save (file, path, &oto_label_tsv, error);
}

/* --- what it holds ------------------------------------------------------------------------- */

/**
 * oto_label_file_get_format:
 * @self: labels
 *
 * Returns: (nullable) (transfer none): the format in which they were; %NULL: of nothing, or of no
 *   file
 */
const OtoLabelFormat *
oto_label_file_get_format (const OtoLabelFile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->format;
}

/**
 * oto_label_file_get_events:
 * @self: labels
 *
 * Returns: (transfer none): the events, in the order of the file
 */
OtoEventList *
oto_label_file_get_events (const OtoLabelFile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->events;
}

/**
 * oto_label_file_find_events:
 * @self: labels
 * @path: path of a clip
 *
 * Finds the events of a clip, and those without any file name. Names in the file may leave out
 * folders and the ending; of clips with one name in several folders each has its own.
 *
 * Returns: (transfer full): a new list
 */
OtoEventList *
oto_label_file_find_events (const OtoLabelFile *self,
                            const char         *path)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (path != NULL, NULL);

  return oto_label_index_find (self->index, path);
}

/**
 * oto_label_file_get_event_line:
 * @self: labels
 * @i: place of an event
 *
 * Returns: the line in which it stands, from 1; 0 where that is not known
 */
guint
oto_label_file_get_event_line (const OtoLabelFile *self,
                               guint               i)
{
  g_return_val_if_fail (self != NULL, 0);

  return i < self->lines->len ? g_array_index (self->lines, guint, i) : 0;
}

/**
 * oto_label_file_get_columns:
 * @self: labels
 *
 * Returns: (transfer none) (array zero-terminated=1): names of the fields of each event
 */
const char * const *
oto_label_file_get_columns (const OtoLabelFile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->columns->pdata;
}

/**
 * oto_label_file_get_empty_files:
 * @self: labels
 *
 * Returns: (transfer none) (array zero-terminated=1): clips that are listed without events
 */
const char * const *
oto_label_file_get_empty_files (const OtoLabelFile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->empty_files->pdata;
}

/**
 * oto_label_file_get_fold:
 * @self: labels
 * @filename: a clip, as the file calls it
 *
 * Returns: (transfer none) (nullable): the fold in which the file says that it is
 */
const char *
oto_label_file_get_fold (const OtoLabelFile *self,
                         const char         *filename)
{
  g_return_val_if_fail (self != NULL && filename != NULL, NULL);

  return self->folds != NULL ? g_hash_table_lookup (self->folds, filename) : NULL;
}

/**
 * oto_label_file_has_scores:
 * @self: labels
 *
 * Returns: whether the scores of events belong to them
 */
gboolean
oto_label_file_has_scores (const OtoLabelFile *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->has_scores;
}

/**
 * oto_label_file_get_n_good:
 * @self: labels
 *
 * Returns: how many lines were understood
 */
guint
oto_label_file_get_n_good (const OtoLabelFile *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_good;
}

/**
 * oto_label_file_get_n_problems:
 * @self: labels
 *
 * Returns: how many were passed over
 */
guint
oto_label_file_get_n_problems (const OtoLabelFile *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->problems->len;
}

/**
 * oto_label_file_get_problem:
 * @self: labels
 * @i: less than oto_label_file_get_n_problems()
 * @ret_line: (out): where, from 1
 *
 * Returns: (transfer none): what is wrong there
 */
const char *
oto_label_file_get_problem (const OtoLabelFile *self,
                            guint               i,
                            guint              *ret_line)
{
  const Problem *problem;

  g_return_val_if_fail (self != NULL && i < self->problems->len, NULL);

  problem = &g_array_index (self->problems, Problem, i);
  *ret_line = problem->line;
  return problem->text;
}

/**
 * oto_label_file_describe_problems:
 * @self: labels
 * @n_max: so many are listed
 *
 * Returns: (transfer full) (nullable): a line for each, and one that counts the others; %NULL if
 *   there is none
 */
char *
oto_label_file_describe_problems (const OtoLabelFile *self,
                                  guint               n_max)
{
  GString *text;
  guint n;

  g_return_val_if_fail (self != NULL, NULL);

  n = self->problems->len;
  if (n == 0)
    return NULL;

  text = g_string_new (NULL);
  for (guint i = 0; i < MIN (n, n_max); i++)
    {
      const Problem *problem = &g_array_index (self->problems, Problem, i);

      g_string_append_printf (text, _("line %u: %s"), problem->line, problem->text);
      g_string_append_c (text, '\n');
    }
  if (n > n_max)
    {
      g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, "and %u more line",
                                                 "and %u more lines", n - n_max), n - n_max);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}
