/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "labels/oto-label-table.h"

#include "base/oto-error.h"
#include "io/oto-audio-file.h"
#include "labels/oto-label-columns.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Headings that a message lists, and characters of each. */
#define MAX_LISTED 12
#define MAX_LISTED_CHARS 40

typedef struct
{
  OtoCsv          *csv;
  OtoLabelFile    *file;
  OtoLabelColumns  columns;      /* what is used */
  GArray          *fields;       /* int: places of the other columns */
  guint            n_columns;
  int              fold;         /* place, or -1 */
  int              selection;    /* of Raven: places, or -1 */
  int              view;
} Table;

/* --- heading ------------------------------------------------------------------------------- */

static char *
list_headings (OtoCsv *csv,
               guint   row)
{
  GString *list = g_string_new (NULL);
  const guint n = oto_csv_get_n_cells (csv, row);

  for (guint i = 0; i < MIN (n, MAX_LISTED); i++)
    {
      g_autofree char *cell = oto_label_dup_cell (csv, row, (int) i);

      if (g_utf8_strlen (cell, -1) > MAX_LISTED_CHARS)
        strcpy (g_utf8_offset_to_pointer (cell, MAX_LISTED_CHARS), "");
      g_string_append_printf (list, "%s“%s”", i > 0 ? ", " : "", cell);
    }
  if (n > MAX_LISTED)
    g_string_append (list, ", …");
  return g_string_free (list, FALSE);
}

static gboolean
refuse (const OtoLabelSource  *source,
        guint                  row,
        const char            *problem,
        OtoLabelColumn         wanted,
        GError               **error)
{
  g_autofree char *headings = list_headings (source->csv, row);

  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
               /* Translators: a file, a line, names of columns, what is wrong in small letters,
                * names that would do. */
               _("“%s”, line %u: the columns are called %s: %s. Call it one of: %s."),
               source->name, oto_csv_get_line (source->csv, row), headings, problem,
               oto_label_columns_describe (wanted));
  return FALSE;
}

/* Whether two columns beside each other may be times: numbers of which the second is never less,
 * and somewhere more. */
static gboolean
is_pair (OtoCsv *csv,
         guint   first_row,
         int     place)
{
  gboolean is_more = FALSE;

  for (guint row = first_row; row < oto_csv_get_n_rows (csv); row++)
    {
      g_autofree char *first = oto_label_dup_cell (csv, row, place);
      g_autofree char *second = oto_label_dup_cell (csv, row, place + 1);
      double a, b;

      if (!oto_label_parse_seconds (first, &a) || !oto_label_parse_seconds (second, &b) || b < a)
        return FALSE;
      is_more = is_more || b > a;
    }
  return is_more;
}

/* Whether columns of unknown names hold what must not be lost: times, or names of files. */
static gboolean
check_unknown (const OtoLabelSource  *source,
               guint                  row,
               const OtoLabelColumns *columns,
               GError               **error)
{
  const gboolean has_file = oto_label_columns_has (columns, OTO_LABEL_COLUMN_FILE);
  const gboolean has_onset = oto_label_columns_has (columns, OTO_LABEL_COLUMN_ONSET);
  const guint n_cells = oto_csv_get_n_cells (source->csv, row);

  for (guint place = 0; place < n_cells && row + 1 < oto_csv_get_n_rows (source->csv); place++)
    {
      if (oto_label_columns_is_taken (columns, place))
        continue;
      if (!has_file
          && oto_audio_file_has_name (oto_csv_get (source->csv, row + 1, (int) place)))
        return refuse (source, row, _("one holds names of files"), OTO_LABEL_COLUMN_FILE, error);
      if (!has_onset && place + 1 < n_cells && !oto_label_columns_is_taken (columns, place + 1)
          && !oto_label_columns_is_no_time (oto_csv_get (source->csv, row, (int) place))
          && !oto_label_columns_is_no_time (oto_csv_get (source->csv, row, (int) place + 1))
          && is_pair (source->csv, row + 1, (int) place))
        return refuse (source, row, _("two may be times, but none is known to be a start in "
                                      "seconds"), OTO_LABEL_COLUMN_ONSET, error);
    }
  return TRUE;
}

/* Whether the columns are enough to be labels. */
static gboolean
check_columns (const OtoLabelSource  *source,
               guint                  row,
               const OtoLabelColumns *columns,
               GError               **error)
{
  const gboolean has_onset = oto_label_columns_has (columns, OTO_LABEL_COLUMN_ONSET);
  const gboolean has_offset = oto_label_columns_has (columns, OTO_LABEL_COLUMN_OFFSET);

  if (!oto_label_columns_has (columns, OTO_LABEL_COLUMN_LABEL)
      && !oto_label_columns_has (columns, OTO_LABEL_COLUMN_LABELS))
    return refuse (source, row, _("none is known to hold a label"), OTO_LABEL_COLUMN_LABEL, error);
  if (has_onset && !has_offset && !oto_label_columns_has (columns, OTO_LABEL_COLUMN_DURATION))
    return refuse (source, row, _("events have a start and no known end, in seconds"),
                   OTO_LABEL_COLUMN_OFFSET, error);
  if (source->is_mapped)
    return TRUE;
  if (!has_onset && (has_offset || columns->stray != NULL))
    return refuse (source, row, _("there are times, but none is known to be a start in seconds"),
                   OTO_LABEL_COLUMN_ONSET, error);
  if (!oto_label_columns_has (columns, OTO_LABEL_COLUMN_FILE) && columns->stray_file != NULL)
    return refuse (source, row, _("one may name files"), OTO_LABEL_COLUMN_FILE, error);
  return check_unknown (source, row, columns, error);
}

/* Whether every cell of a column is a number or empty. */
static gboolean
is_numeric (OtoCsv *csv,
            guint   first_row,
            int     place)
{
  for (guint row = first_row; row < oto_csv_get_n_rows (csv); row++)
    {
      g_autofree char *cell = oto_label_dup_cell (csv, row, place);
      double value;

      if (cell[0] != '\0' && !oto_label_parse_number (cell, &value))
        return FALSE;
    }
  return TRUE;
}

/* Leaves of the columns that are understood those that are read. */
static void
choose_columns (OtoCsv          *csv,
                guint            heading,
                OtoLabelColumns *columns)
{
  int *places = columns->places;

  if (places[OTO_LABEL_COLUMN_LABEL] >= 0)
    places[OTO_LABEL_COLUMN_LABELS] = -1;
  if (columns->is_piece)
    places[OTO_LABEL_COLUMN_ONSET] = -1;
  if (places[OTO_LABEL_COLUMN_ONSET] < 0)
    places[OTO_LABEL_COLUMN_OFFSET] = places[OTO_LABEL_COLUMN_DURATION] = -1;
  if (places[OTO_LABEL_COLUMN_OFFSET] >= 0)
    places[OTO_LABEL_COLUMN_DURATION] = -1;
  if (places[OTO_LABEL_COLUMN_FILE] < 0 || places[OTO_LABEL_COLUMN_ONSET] < 0)
    places[OTO_LABEL_COLUMN_FILE_OFFSET] = -1;
  if (places[OTO_LABEL_COLUMN_SCORE] >= 0
      && !is_numeric (csv, heading + 1, places[OTO_LABEL_COLUMN_SCORE]))
    places[OTO_LABEL_COLUMN_SCORE] = -1;
  places[OTO_LABEL_COLUMN_FOLD] = -1;
}

/* Finds the columns that are kept as they are. */
static void
find_fields (Table                   *table,
             guint                    heading,
             const OtoLabelTableKind *kind)
{
  table->selection = table->view = -1;
  for (guint place = 0; place < table->n_columns; place++)
    {
      g_autofree char *name = oto_label_dup_cell (table->csv, heading, (int) place);
      int field = (int) place;

      if (kind->is_raven && g_ascii_strcasecmp (name, "View") == 0)
        table->view = (int) place;
      /* Selections are numbered anew when they are written. */
      if (kind->is_raven && g_ascii_strcasecmp (name, "Selection") == 0)
        table->selection = (int) place;
      else if (!oto_label_columns_is_taken (&table->columns, place))
        {
          g_array_append_val (table->fields, field);
          oto_label_file_add_column (table->file, name);
        }
    }
}

/* --- rows ---------------------------------------------------------------------------------- */

/* Reads a time. FALSE if there is something else. */
static gboolean
read_time (const Table    *table,
           guint           row,
           OtoLabelColumn  column,
           double         *ret_seconds)
{
  g_autofree char *cell = oto_label_dup_cell (table->csv, row, table->columns.places[column]);
  double value;

  if (!oto_label_parse_seconds (cell, &value))
    return FALSE;
  *ret_seconds = value * table->columns.units[column];
  return TRUE;
}

static gboolean
is_empty (const Table    *table,
          guint           row,
          OtoLabelColumn  column)
{
  const char *cell = oto_csv_get (table->csv, row, table->columns.places[column]);

  return cell[strspn (cell, " ")] == '\0';
}

/* Reads onset and offset; without any they stay NaN. Returns what is wrong, or NULL. */
static const char *
read_times (const Table *table,
            guint        row,
            OtoEvent    *event)
{
  const gboolean has_duration = oto_label_columns_has (&table->columns, OTO_LABEL_COLUMN_DURATION);
  const OtoLabelColumn end = has_duration ? OTO_LABEL_COLUMN_DURATION : OTO_LABEL_COLUMN_OFFSET;
  double onset_s, offset_s, file_onset_s;

  if (!oto_label_columns_has (&table->columns, OTO_LABEL_COLUMN_ONSET)
      || (is_empty (table, row, OTO_LABEL_COLUMN_ONSET) && is_empty (table, row, end)))
    return NULL;
  if (!read_time (table, row, OTO_LABEL_COLUMN_ONSET, &onset_s)
      || !read_time (table, row, end, &offset_s))
    return _("onset and offset must be seconds, at least 0");
  if (has_duration)
    offset_s += onset_s;
  if (offset_s < onset_s)
    return _("the offset is before the onset");

  if (read_time (table, row, OTO_LABEL_COLUMN_FILE_OFFSET, &file_onset_s))
    {
      offset_s = file_onset_s + (offset_s - onset_s);
      onset_s = file_onset_s;
    }
  event->onset_s = onset_s;
  event->offset_s = offset_s;
  return NULL;
}

static gboolean
read_number (const Table    *table,
             guint           row,
             OtoLabelColumn  column,
             double         *ret_value)
{
  g_autofree char *cell = oto_label_dup_cell (table->csv, row, table->columns.places[column]);
  double value;

  if (cell[0] == '\0')
    return TRUE;
  if (!oto_label_parse_number (cell, &value))
    return FALSE;
  *ret_value = value * table->columns.units[column];
  return TRUE;
}

/* Reads a box's edges. An edge below 0 is none, and so is a box from 0 to 0. */
static const char *
read_frequencies (const Table *table,
                  guint        row,
                  OtoEvent    *event)
{
  if (!read_number (table, row, OTO_LABEL_COLUMN_LOW, &event->low_hz)
      || !read_number (table, row, OTO_LABEL_COLUMN_HIGH, &event->high_hz))
    return _("frequencies must be numbers");
  if (event->low_hz < 0.0 || (event->low_hz == 0.0 && event->high_hz == 0.0))
    event->low_hz = NAN;
  if (event->high_hz < 0.0 || (isnan (event->low_hz) && event->high_hz == 0.0))
    event->high_hz = NAN;
  return NULL;
}

static char **
dup_fields (const Table *table,
            guint        row)
{
  char **fields;

  if (table->fields->len == 0)
    return NULL;
  fields = g_new0 (char *, table->fields->len + 1);
  for (guint i = 0; i < table->fields->len; i++)
    fields[i] = oto_label_dup_cell (table->csv, row, g_array_index (table->fields, int, i));
  return fields;
}

/* Whether a cell stands behind the last column: an unquoted label was cut. */
static gboolean
is_too_long (const Table *table,
             guint        row)
{
  for (guint place = table->n_columns; place < oto_csv_get_n_cells (table->csv, row); place++)
    if (oto_csv_get (table->csv, row, (int) place)[0] != '\0')
      return TRUE;
  return FALSE;
}

/* Whether a selection is that of the row before in another view. */
static gboolean
is_other_view (const Table *table,
               guint        heading,
               guint        row)
{
  static const OtoLabelColumn same[] = { OTO_LABEL_COLUMN_ONSET, OTO_LABEL_COLUMN_OFFSET,
                                         OTO_LABEL_COLUMN_FILE };

  if (table->selection < 0 || table->view < 0 || row < heading + 2
      || strcmp (oto_csv_get (table->csv, row, table->selection),
                 oto_csv_get (table->csv, row - 1, table->selection)) != 0
      || strcmp (oto_csv_get (table->csv, row, table->view),
                 oto_csv_get (table->csv, row - 1, table->view)) == 0)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      int place = table->columns.places[same[i]];

      if (strcmp (oto_csv_get (table->csv, row, place), oto_csv_get (table->csv, row - 1, place)))
        return FALSE;
    }
  return TRUE;
}

/* Adds a row's events. Returns what is wrong with it, or NULL. */
static const char *
add_row (const Table *table,
         guint        row)
{
  const int *places = table->columns.places;
  const gboolean is_plural = places[OTO_LABEL_COLUMN_LABEL] < 0;
  g_autofree char *filename = oto_label_dup_cell (table->csv, row, places[OTO_LABEL_COLUMN_FILE]);
  g_autofree char *label =
    oto_label_dup_cell (table->csv, row, places[is_plural ? OTO_LABEL_COLUMN_LABELS
                                                          : OTO_LABEL_COLUMN_LABEL]);
  g_autoptr (OtoEvent) event = NULL;
  const char *problem;

  if (is_too_long (table, row))
    return _("it has more columns than the heading; a label with the separator in it needs quotes");
  if (places[OTO_LABEL_COLUMN_FILE] >= 0 && filename[0] == '\0')
    return _("the file name is missing");
  if (table->fold >= 0)
    {
      g_autofree char *fold = oto_label_dup_cell (table->csv, row, table->fold);

      oto_label_file_set_fold (table->file, filename, fold);
    }
  /* A clip without events is listed by its name alone. */
  if (filename[0] != '\0' && label[0] == '\0'
      && (is_plural || (is_empty (table, row, OTO_LABEL_COLUMN_ONSET)
                        && is_empty (table, row, OTO_LABEL_COLUMN_OFFSET))))
    {
      oto_label_file_add_empty (table->file, filename);
      return NULL;
    }
  if (label[0] == '\0')
    return _("the label is missing");

  event = oto_event_new (filename[0] != '\0' ? filename : NULL, label, NAN, NAN, NAN);
  problem = read_times (table, row, event);
  if (problem == NULL)
    problem = read_frequencies (table, row, event);
  if (problem != NULL)
    return problem;
  read_number (table, row, OTO_LABEL_COLUMN_SCORE, &event->score);
  event->fields = dup_fields (table, row);
  if (is_plural)
    oto_label_file_add_labels (table->file, event, label);
  else
    oto_label_file_add_event (table->file, g_steal_pointer (&event));
  return NULL;
}

/**
 * oto_label_table_read:
 * @source: a table
 * @kind: what is special about it
 * @file: where its labels go
 * @error: return location for a #GError
 *
 * Reads a table by its heading.
 *
 * Returns: %FALSE with %OTO_IO_ERROR_FORMAT when the heading does not say where labels are
 */
gboolean
oto_label_table_read (const OtoLabelSource     *source,
                      const OtoLabelTableKind  *kind,
                      OtoLabelFile             *file,
                      GError                  **error)
{
  g_autoptr (GArray) fields = g_array_new (FALSE, FALSE, sizeof (int));
  Table table = { .csv = source->csv, .file = file, .fields = fields };
  int heading = oto_label_columns_find_heading (source->csv, &table.columns);

  /* A first row that is no heading is shown as one: it is what the reader has to see. */
  if (!check_columns (source, MAX (heading, 0), &table.columns, error))
    return FALSE;
  heading = MAX (heading, 0);
  table.n_columns = oto_csv_get_n_cells (source->csv, heading);
  table.fold = table.columns.places[OTO_LABEL_COLUMN_FOLD];
  choose_columns (source->csv, heading, &table.columns);
  find_fields (&table, heading, kind);

  for (guint row = heading + 1; row < oto_csv_get_n_rows (source->csv); row++)
    {
      const char *problem;

      if (kind->is_raven && is_other_view (&table, heading, row))
        continue;
      oto_label_file_set_line (file, oto_csv_get_line (source->csv, row));
      problem = add_row (&table, row);
      if (problem == NULL)
        oto_label_file_add_good (file);
      else
        oto_label_file_add_problem (file, oto_csv_get_line (source->csv, row), problem);
    }
  return TRUE;
}

/* --- writing ------------------------------------------------------------------------------- */

/* One row per file with all its labels. */
static void
write_weak (const OtoLabelFile *file,
            char                separator,
            GString            *text)
{
  OtoEventList *events = oto_label_file_get_events (file);
  g_autoptr (GHashTable) labels = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);
      GString *joined = g_hash_table_lookup (labels, event->filename);

      if (joined == NULL)
        {
          joined = g_string_new (NULL);
          g_hash_table_insert (labels, event->filename, joined);
          g_ptr_array_add (files, event->filename);
        }
      else
        g_string_append_c (joined, ',');
      g_string_append (joined, event->label);
    }

  g_string_append_printf (text, "filename%cevent_labels\n", separator);
  for (guint i = 0; i < files->len; i++)
    {
      GString *joined = g_hash_table_lookup (labels, files->pdata[i]);

      oto_label_append_cell (text, files->pdata[i], separator);
      g_string_append_c (text, separator);
      oto_label_append_cell (text, joined->str, separator);
      g_string_append_c (text, '\n');
      g_string_free (joined, TRUE);
    }
}

/* What the events of a list have. */
typedef struct
{
  gboolean has_times;
  gboolean has_frequencies;
  gboolean has_scores;
  gboolean has_files;
  gboolean is_short;             /* labels can be joined by commas, a line a file */
  guint    n_fields;
} Contents;

static Contents
look_at (const OtoLabelFile *file)
{
  OtoEventList *events = oto_label_file_get_events (file);
  const gboolean has_empty = oto_label_file_get_empty_files (file)[0] != NULL;
  Contents contents = { .is_short = TRUE };

  contents.has_files = has_empty || oto_event_list_get_n (events) == 0;
  contents.has_scores = oto_label_file_has_scores (file);
  contents.n_fields = g_strv_length ((char **) oto_label_file_get_columns (file));
  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);

      contents.has_files = contents.has_files || event->filename != NULL;
      contents.has_times = contents.has_times || !isnan (event->onset_s);
      contents.has_frequencies =
        contents.has_frequencies || !isnan (event->low_hz) || !isnan (event->high_hz);
      contents.is_short =
        contents.is_short && event->filename != NULL && strpbrk (event->label, ",;|") == NULL;
    }
  return contents;
}

static void
write_heading (const OtoLabelFile *file,
               const Contents     *contents,
               char                separator,
               GString            *text)
{
  const char * const *columns = oto_label_file_get_columns (file);

  if (contents->has_files)
    g_string_append_printf (text, "filename%c", separator);
  g_string_append_printf (text, "onset%coffset%cevent_label", separator, separator);
  if (contents->has_frequencies)
    g_string_append_printf (text, "%clow_freq%chigh_freq", separator, separator);
  if (contents->has_scores)
    g_string_append_printf (text, "%cscore", separator);
  for (guint i = 0; i < contents->n_fields; i++)
    {
      g_string_append_c (text, separator);
      oto_label_append_cell (text, columns[i], separator);
    }
  g_string_append_c (text, '\n');
}

static void
write_event (const OtoEvent *event,
             const Contents *contents,
             char            separator,
             GString        *text)
{
  if (contents->has_files)
    {
      oto_label_append_cell (text, event->filename != NULL ? event->filename : "", separator);
      g_string_append_c (text, separator);
    }
  oto_label_append_number (text, event->onset_s, 3);
  g_string_append_c (text, separator);
  oto_label_append_number (text, event->offset_s, 3);
  g_string_append_c (text, separator);
  oto_label_append_cell (text, event->label, separator);
  if (contents->has_frequencies)
    {
      g_string_append_c (text, separator);
      oto_label_append_number (text, event->low_hz, 1);
      g_string_append_c (text, separator);
      oto_label_append_number (text, event->high_hz, 1);
    }
  if (contents->has_scores)
    {
      g_string_append_c (text, separator);
      oto_label_append_number (text, event->score, 1);
    }
  for (guint i = 0, n = 0; i < contents->n_fields; i++)
    {
      g_string_append_c (text, separator);
      if (event->fields != NULL && event->fields[n] != NULL)
        oto_label_append_cell (text, event->fields[n++], separator);
    }
  g_string_append_c (text, '\n');
}

/**
 * oto_label_table_write:
 * @file: labels
 * @separator: comma or tab
 * @text: where they go
 *
 * Writes filename onset offset event_label and what else there is; weak labels that are nothing
 * else as filename event_labels, a line a clip.
 */
void
oto_label_table_write (const OtoLabelFile *file,
                       char                separator,
                       GString            *text)
{
  OtoEventList *events = oto_label_file_get_events (file);
  const char * const *empty = oto_label_file_get_empty_files (file);
  const Contents contents = look_at (file);
  const gboolean is_weak = oto_event_list_get_n (events) > 0 && !contents.has_times
                           && contents.is_short && !contents.has_frequencies
                           && !contents.has_scores && contents.n_fields == 0;

  if (is_weak)
    write_weak (file, separator, text);
  else
    {
      write_heading (file, &contents, separator, text);
      for (guint i = 0; i < oto_event_list_get_n (events); i++)
        write_event (oto_event_list_get (events, i), &contents, separator, text);
    }
  for (; *empty != NULL; empty++)
    {
      guint n_cells = is_weak ? 1 : 3 + contents.n_fields + contents.has_scores
                                      + 2 * contents.has_frequencies;

      oto_label_append_cell (text, *empty, separator);
      for (guint i = 0; i < n_cells; i++)
        g_string_append_c (text, separator);
      g_string_append_c (text, '\n');
    }
}

/* --- the two plain tables ------------------------------------------------------------------ */

static gboolean
sniff_tsv (const OtoLabelSource *source)
{
  return oto_csv_get_separator (source->csv) == '\t';
}

static gboolean
sniff_csv (const OtoLabelSource *source)
{
  return oto_csv_get_separator (source->csv) != '\t';
}

static gboolean
read_table (const OtoLabelSource  *source,
            OtoLabelFile          *file,
            GError               **error)
{
  return oto_label_table_read (source, &(OtoLabelTableKind) { FALSE }, file, error);
}

static gboolean
write_tsv (const OtoLabelFile  *file,
           GString             *text,
           GError             **error)
{
  oto_label_table_write (file, '\t', text);
  return TRUE;
}

static gboolean
write_csv (const OtoLabelFile  *file,
           GString             *text,
           GError             **error)
{
  oto_label_table_write (file, ',', text);
  return TRUE;
}

const OtoLabelFormat oto_label_tsv =
{
  .name = "tsv",
  .title = "table with tabs and a heading (DCASE, DESED, AudioSet strong)",
  .endings = (const char * const[]) { ".tsv", NULL },
  .separator = '\t',
  .keeps = OTO_LABEL_KEEPS_WEAK | OTO_LABEL_KEEPS_SCORES | OTO_LABEL_KEEPS_FIELDS,
  .sniff = sniff_tsv,
  .read = read_table,
  .write = write_tsv,
};

const OtoLabelFormat oto_label_csv =
{
  .name = "csv",
  .title = "table with commas or semicolons and a heading (AudioSet segments, BirdNET, ESC-50, "
           "FSD50K, UrbanSound8K)",
  .endings = (const char * const[]) { ".csv", NULL },
  .keeps = OTO_LABEL_KEEPS_WEAK | OTO_LABEL_KEEPS_SCORES | OTO_LABEL_KEEPS_FIELDS,
  .sniff = sniff_csv,
  .read = read_table,
  .write = write_csv,
};
