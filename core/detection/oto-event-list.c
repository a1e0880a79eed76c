/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "detection/oto-event-list.h"
#include "base/oto-error.h"
#include "io/oto-csv.h"
#include "io/oto-file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

struct _OtoEventList
{
  gatomicrefcount ref_count;
  GPtrArray      *events;        /* of OtoEvent */
};

/* Where a row has its fields; -1: nowhere. */
typedef struct
{
  int filename;
  int onset;
  int offset;
  int label;
  int labels;                    /* comma-separated: weak labels */
} Columns;

/**
 * oto_event_list_new:
 *
 * Returns: (transfer full): an empty list
 */
OtoEventList *
oto_event_list_new (void)
{
  OtoEventList *self = g_new0 (OtoEventList, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_event_free);
  return self;
}

/**
 * oto_event_list_ref:
 * @self: a list
 *
 * Returns: (transfer full): a new reference
 */
OtoEventList *
oto_event_list_ref (OtoEventList *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * oto_event_list_unref:
 * @self: (nullable) (transfer full): a list
 */
void
oto_event_list_unref (OtoEventList *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->events);
  g_free (self);
}

/**
 * oto_event_list_add:
 * @self: a list
 * @event: (transfer full): what to append
 */
void
oto_event_list_add (OtoEventList *self,
                    OtoEvent     *event)
{
  g_return_if_fail (event != NULL);

  g_ptr_array_add (self->events, event);
}

/**
 * oto_event_list_get_n:
 * @self: a list
 *
 * Returns: number of events
 */
guint
oto_event_list_get_n (OtoEventList *self)
{
  return self->events->len;
}

/**
 * oto_event_list_get:
 * @self: a list
 * @i: less than oto_event_list_get_n()
 *
 * Returns: (transfer none): the event
 */
const OtoEvent *
oto_event_list_get (OtoEventList *self,
                    guint         i)
{
  g_return_val_if_fail (i < self->events->len, NULL);

  return g_ptr_array_index (self->events, i);
}

/* The base name, cut before its extension. */
static char *
dup_stem (const char *filename)
{
  char *stem = g_path_get_basename (filename);
  char *dot = strrchr (stem, '.');

  if (dot != NULL && dot != stem)
    *dot = '\0';
  return stem;
}

/**
 * oto_event_list_filter:
 * @self: a list
 * @filename: name or path of a clip
 *
 * Finds the events of one clip: those with its base name, where the list may leave out the
 * extension, and those without any file name.
 *
 * Returns: (transfer full): a new list
 */
OtoEventList *
oto_event_list_filter (OtoEventList *self,
                       const char   *filename)
{
  g_autofree char *wanted = NULL;
  g_autofree char *wanted_stem = NULL;
  OtoEventList *found = oto_event_list_new ();

  g_return_val_if_fail (filename != NULL, found);

  wanted = g_path_get_basename (filename);
  wanted_stem = dup_stem (filename);
  for (guint i = 0; i < self->events->len; i++)
    {
      const OtoEvent *event = g_ptr_array_index (self->events, i);
      g_autofree char *name =
        event->filename != NULL ? g_path_get_basename (event->filename) : NULL;

      if (name == NULL || strcmp (name, wanted) == 0 || strcmp (name, wanted_stem) == 0)
        oto_event_list_add (found, oto_event_copy (event));
    }
  return found;
}

static int
compare_events (gconstpointer a,
                gconstpointer b)
{
  const OtoEvent *x = *(OtoEvent * const *) a;
  const OtoEvent *y = *(OtoEvent * const *) b;
  int order = g_strcmp0 (x->filename, y->filename);

  /* Weak labels have no onset; they come first. */
  if (order == 0)
    order = isnan (y->onset_s) - isnan (x->onset_s);
  if (order == 0 && !isnan (x->onset_s))
    order = (x->onset_s > y->onset_s) - (x->onset_s < y->onset_s);
  return order != 0 ? order : strcmp (x->label, y->label);
}

/**
 * oto_event_list_sort:
 * @self: a list
 *
 * Sorts by file, onset and label.
 */
void
oto_event_list_sort (OtoEventList *self)
{
  g_ptr_array_sort (self->events, compare_events);
}

static gboolean
parse_seconds (const char *text,
               double     *ret_seconds)
{
  char *end;
  double value = g_ascii_strtod (text, &end);

  while (g_ascii_isspace (*end))
    end++;
  if (end == text || *end != '\0' || !isfinite (value) || value < 0.0)
    return FALSE;
  *ret_seconds = value;
  return TRUE;
}

static int
find_column (OtoCsv             *csv,
             const char * const *names)
{
  for (guint column = 0; column < oto_csv_get_n_columns (csv); column++)
    {
      g_autofree char *cell = g_strstrip (g_strdup (oto_csv_get (csv, 0, column)));

      for (guint i = 0; names[i] != NULL; i++)
        if (g_ascii_strcasecmp (cell, names[i]) == 0)
          return column;
    }
  return -1;
}

/* Reads the first row as a heading; FALSE if it is none. */
static gboolean
read_heading (OtoCsv  *csv,
              Columns *ret_columns)
{
  static const char * const filenames[] = { "filename", "file", "fname", "audio_filename", NULL };
  static const char * const onsets[] = { "onset", "onset_s", "start", "start_s", "begin", NULL };
  static const char * const offsets[] = { "offset", "offset_s", "end", "end_s", "stop", NULL };
  static const char * const labels[] = { "event_label", "label", "class", "event", NULL };
  static const char * const weak_labels[] = { "event_labels", "labels", NULL };

  *ret_columns = (Columns) {
    .filename = find_column (csv, filenames),
    .onset = find_column (csv, onsets),
    .offset = find_column (csv, offsets),
    .label = find_column (csv, labels),
    .labels = find_column (csv, weak_labels),
  };
  if (ret_columns->onset < 0 || ret_columns->offset < 0)
    ret_columns->onset = ret_columns->offset = -1;
  return ret_columns->label >= 0 || ret_columns->labels >= 0;
}

/* Without a heading a row that begins with two times has no file name; FALSE if it is no event. */
static gboolean
guess_columns (OtoCsv  *csv,
               guint    row,
               Columns *ret_columns)
{
  double seconds;

  if (parse_seconds (oto_csv_get (csv, row, 0), &seconds)
      && parse_seconds (oto_csv_get (csv, row, 1), &seconds))
    *ret_columns = (Columns) { .filename = -1, .onset = 0, .offset = 1, .label = 2, .labels = -1 };
  else if (oto_csv_get_n_columns (csv) >= 4)
    *ret_columns = (Columns) { .filename = 0, .onset = 1, .offset = 2, .label = 3, .labels = -1 };
  else
    return FALSE;
  return TRUE;
}

static char *
dup_cell (OtoCsv *csv,
          guint   row,
          int     column)
{
  return column < 0 ? g_strdup ("") : g_strstrip (g_strdup (oto_csv_get (csv, row, column)));
}

/* Appends a row's events. Returns what is wrong with it, or NULL. */
static const char *
add_row (OtoEventList  *self,
         OtoCsv        *csv,
         guint          row,
         const Columns *columns)
{
  g_autofree char *filename = dup_cell (csv, row, columns->filename);
  g_autofree char *onset = dup_cell (csv, row, columns->onset);
  g_autofree char *offset = dup_cell (csv, row, columns->offset);
  gboolean is_weak = columns->label < 0;
  g_autofree char *label = dup_cell (csv, row, is_weak ? columns->labels : columns->label);
  const char *file = filename[0] != '\0' ? filename : NULL;
  double onset_s = NAN, offset_s = NAN;

  if (columns->filename >= 0 && file == NULL)
    return _("the file name is missing");
  /* A clip without events is listed by its name alone. */
  if (file != NULL && label[0] == '\0' && onset[0] == '\0' && offset[0] == '\0')
    return NULL;
  if (label[0] == '\0')
    return _("the label is missing");
  if (!is_weak && columns->onset >= 0)
    {
      if (!parse_seconds (onset, &onset_s) || !parse_seconds (offset, &offset_s))
        return _("onset and offset must be seconds, at least 0");
      if (offset_s < onset_s)
        return _("the offset is before the onset");
    }

  if (is_weak)
    {
      g_auto (GStrv) names = g_strsplit (label, ",", -1);

      for (guint i = 0; names[i] != NULL; i++)
        if (g_strstrip (names[i])[0] != '\0')
          oto_event_list_add (self, oto_event_new (file, names[i], NAN, NAN, NAN));
    }
  else
    oto_event_list_add (self, oto_event_new (file, label, onset_s, offset_s, NAN));
  return NULL;
}

/**
 * oto_event_list_load:
 * @path: a text file
 * @ret_warnings: (out) (optional) (nullable) (transfer full): a line for each malformed line
 * @error: set on failure, %OTO_IO_ERROR
 *
 * Reads events or weak labels; the form is recognised. Malformed lines are listed, the others
 * loaded.
 *
 * Returns: (transfer full) (nullable): the list, in the order of the file; %NULL if the file cannot
 *   be read or every line is malformed
 */
OtoEventList *
oto_event_list_load (const char  *path,
                     char       **ret_warnings,
                     GError     **error)
{
  g_autoptr (OtoCsv) csv = NULL;
  g_autoptr (OtoEventList) self = oto_event_list_new ();
  g_autoptr (GString) warnings = g_string_new (NULL);
  gboolean has_heading;
  guint n_good = 0, n_rows;
  Columns columns;

  g_return_val_if_fail (path != NULL, NULL);

  csv = oto_csv_load (path, 0, FALSE, error);
  if (csv == NULL)
    return NULL;

  n_rows = oto_csv_get_n_rows (csv);
  has_heading = n_rows > 0 && read_heading (csv, &columns);
  for (guint row = has_heading; row < n_rows; row++)
    {
      const char *problem = _("onset, offset and label are missing");

      /* The second line of an Audacity label holds its frequencies. */
      if (oto_csv_get (csv, row, 0)[0] == '\\')
        continue;
      if (has_heading || guess_columns (csv, row, &columns))
        problem = add_row (self, csv, row, &columns);
      if (problem == NULL)
        n_good++;
      else
        {
          g_string_append_printf (warnings, _("line %u: %s"), oto_csv_get_line (csv, row), problem);
          g_string_append_c (warnings, '\n');
        }
    }

  if (n_good == 0 && warnings->len > 0)
    {
      g_autofree char *name = g_filename_display_basename (path);
      char *end = strchr (warnings->str, '\n');

      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” is not a list of events (%.*s). Give one with the columns filename, "
                     "onset, offset and event_label."),
                   name, (int) (end - warnings->str), warnings->str);
      return NULL;
    }
  if (ret_warnings != NULL)
    *ret_warnings = warnings->len > 0 ? g_string_free (g_steal_pointer (&warnings), FALSE) : NULL;
  return g_steal_pointer (&self);
}

/* Seconds to the microsecond, with three decimals at least. */
static void
append_seconds (GString *text,
                double   seconds)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  size_t len;

  if (isnan (seconds))
    return;
  g_ascii_formatd (number, sizeof number, "%.6f", seconds);
  len = strlen (number);
  while (number[len - 1] == '0' && number[len - 4] != '.')
    len--;
  g_string_append_len (text, number, len);
}

/* A field as its format can hold it. Tab-separated text knows no quotes: control characters
 * become spaces. */
static void
append_field (GString        *text,
              const char     *field,
              OtoEventFormat  format)
{
  g_autofree char *quoted = NULL;

  if (format == OTO_EVENT_FORMAT_CSV)
    quoted = oto_csv_quote (field);
  else
    {
      quoted = g_strdup (field);
      for (char *c = quoted; *c != '\0'; c++)
        if (g_ascii_iscntrl (*c))
          *c = ' ';
    }
  g_string_append (text, quoted);
}

/* One row per file with all its labels. */
static void
append_weak (GString        *text,
             GPtrArray      *events,
             OtoEventFormat  format,
             char            separator)
{
  g_autoptr (GHashTable) labels = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, NULL);
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  for (guint i = 0; i < events->len; i++)
    {
      const OtoEvent *event = g_ptr_array_index (events, i);
      const char *file = event->filename != NULL ? event->filename : "";
      GString *joined = g_hash_table_lookup (labels, file);

      if (joined == NULL)
        {
          joined = g_string_new (NULL);
          g_hash_table_insert (labels, (char *) file, joined);
          g_ptr_array_add (files, (char *) file);
        }
      else
        g_string_append_c (joined, ',');
      g_string_append (joined, event->label);
    }

  g_string_append_printf (text, "filename%cevent_labels\n", separator);
  for (guint i = 0; i < files->len; i++)
    {
      GString *joined = g_hash_table_lookup (labels, g_ptr_array_index (files, i));

      append_field (text, g_ptr_array_index (files, i), format);
      g_string_append_c (text, separator);
      append_field (text, joined->str, format);
      g_string_append_c (text, '\n');
      g_string_free (joined, TRUE);
    }
}

/**
 * oto_event_list_to_text:
 * @self: a list
 * @format: how to write it
 *
 * Times are in seconds, to the microsecond. Audacity's form has no place for file names and none
 * for weak labels, which are left out.
 *
 * Returns: (transfer full): the text
 */
char *
oto_event_list_to_text (OtoEventList   *self,
                        OtoEventFormat  format)
{
  GString *text = g_string_new (NULL);
  char separator = format == OTO_EVENT_FORMAT_CSV ? ',' : '\t';
  gboolean is_audacity = format == OTO_EVENT_FORMAT_AUDACITY;
  gboolean is_weak = self->events->len > 0 && !is_audacity;

  for (guint i = 0; i < self->events->len; i++)
    is_weak = is_weak && isnan (oto_event_list_get (self, i)->onset_s);
  if (is_weak)
    {
      append_weak (text, self->events, format, separator);
      return g_string_free (text, FALSE);
    }

  if (!is_audacity)
    g_string_append_printf (text, "filename%conset%coffset%cevent_label\n",
                            separator, separator, separator);
  for (guint i = 0; i < self->events->len; i++)
    {
      const OtoEvent *event = g_ptr_array_index (self->events, i);

      if (is_audacity && isnan (event->onset_s))
        continue;
      if (!is_audacity)
        {
          append_field (text, event->filename != NULL ? event->filename : "", format);
          g_string_append_c (text, separator);
        }
      append_seconds (text, event->onset_s);
      g_string_append_c (text, separator);
      append_seconds (text, event->offset_s);
      g_string_append_c (text, separator);
      append_field (text, event->label, format);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

/**
 * oto_event_list_to_tsv:
 * @self: a list
 *
 * Returns: (transfer full): its text as %OTO_EVENT_FORMAT_TSV
 */
char *
oto_event_list_to_tsv (OtoEventList *self)
{
  return oto_event_list_to_text (self, OTO_EVENT_FORMAT_TSV);
}

/**
 * oto_event_list_save_tsv:
 * @self: a list
 * @path: the file to write, whole or not at all
 * @error: set on failure, %OTO_IO_ERROR_WRITE
 *
 * Returns: whether it was written
 */
gboolean
oto_event_list_save_tsv (OtoEventList  *self,
                         const char    *path,
                         GError       **error)
{
  char *text = oto_event_list_to_tsv (self);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  g_return_val_if_fail (path != NULL, FALSE);

  return oto_file_save (path, bytes, error);
}
