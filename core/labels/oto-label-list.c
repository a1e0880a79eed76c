/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "io/oto-audio-file.h"
#include "labels/oto-label-columns.h"
#include "labels/oto-label-format-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Lists without a heading: onset offset label, as Audacity writes them, and a score behind them, as
 * BirdNET does; the same behind the name of a file, or behind name and scene (DCASE 2016 and 2017);
 * and weak labels.
 *
 * Audacity: each label a line, tabs between; one with a frequency range has a second line that
 * begins with a backslash; an edge that is not set is -1.
 * Source: manual.audacityteam.org, “Importing and Exporting Labels”. */

/* Where a row has its fields; -1: nowhere. */
typedef struct
{
  int filename;
  int scene;
  int onset;
  int score;
} Form;

static gboolean
is_time (OtoCsv *csv,
         guint   row,
         int     column)
{
  g_autofree char *cell = oto_label_dup_cell (csv, row, column);
  double seconds;

  return oto_label_parse_seconds (cell, &seconds);
}

static gboolean
is_frequency_line (OtoCsv *csv,
                   guint   row)
{
  return oto_csv_get (csv, row, 0)[0] == '\\';
}

/* Number of cells without empty ones at the end. */
static guint
count_cells (OtoCsv *csv,
             guint   row)
{
  guint n = oto_csv_get_n_cells (csv, row);

  while (n > 0 && oto_csv_get (csv, row, (int) n - 1)[0] == '\0')
    n--;
  return n;
}

/* Recognises a row by where its times are. FALSE if it is none of the forms: of three numbers
 * before a word the first may be a file or an onset. */
static gboolean
find_form (OtoCsv *csv,
           guint   row,
           Form   *ret_form)
{
  const guint n = count_cells (csv, row);

  if (n <= 3 && is_time (csv, row, 0) && is_time (csv, row, 1))
    *ret_form = (Form) { -1, -1, 0, -1 };
  else if (n == 4 && is_time (csv, row, 0) && is_time (csv, row, 1) && !is_time (csv, row, 2)
           && is_time (csv, row, 3))
    *ret_form = (Form) { -1, -1, 0, 3 };
  else if (n == 4 && !is_time (csv, row, 0) && is_time (csv, row, 1) && is_time (csv, row, 2))
    *ret_form = (Form) { 0, -1, 1, -1 };
  else if (n == 5 && !is_time (csv, row, 0) && is_time (csv, row, 1) && is_time (csv, row, 2)
           && !is_time (csv, row, 3) && is_time (csv, row, 4))
    *ret_form = (Form) { 0, -1, 1, 4 };
  else if (n >= 5 && !is_time (csv, row, 1) && is_time (csv, row, 2) && is_time (csv, row, 3)
           && !is_time (csv, row, 4))
    *ret_form = (Form) { 0, 1, 2, -1 };
  else
    return FALSE;
  return TRUE;
}

/* The first row that is no comment. */
static guint
find_first (OtoCsv *csv)
{
  guint row = 0;

  while (row < oto_csv_get_n_rows (csv) && oto_csv_get (csv, row, 0)[0] == '#')
    row++;
  return row;
}

/* Whether there is no heading. */
static gboolean
is_bare (const OtoLabelSource *source)
{
  OtoLabelColumns columns;

  return find_first (source->csv) < oto_csv_get_n_rows (source->csv)
         && oto_label_columns_find_heading (source->csv, &columns) < 0;
}

static gboolean
sniff_audacity (const OtoLabelSource *source)
{
  guint row = find_first (source->csv);
  Form form;

  return is_bare (source) && oto_csv_get_separator (source->csv) == '\t'
         && (is_frequency_line (source->csv, row)
             || (find_form (source->csv, row, &form) && form.filename < 0));
}

static gboolean
sniff_list (const OtoLabelSource *source)
{
  return is_bare (source);
}

/* --- events -------------------------------------------------------------------------------- */

/* Makes a row's event. Returns what is wrong with it, or NULL. */
static const char *
read_row (OtoCsv    *csv,
          guint      row,
          OtoEvent **ret_event,
          char     **ret_scene)
{
  g_autofree char *filename = NULL, *onset = NULL, *offset = NULL, *label = NULL;
  g_autofree char *score = NULL;
  double onset_s, offset_s, value = NAN;
  Form form;

  if (!find_form (csv, row, &form))
    return _("without a heading a line must be onset, offset and label in seconds, or these behind "
             "a file name");
  filename = oto_label_dup_cell (csv, row, form.filename);
  onset = oto_label_dup_cell (csv, row, form.onset);
  offset = oto_label_dup_cell (csv, row, form.onset + 1);
  label = oto_label_dup_cell (csv, row, form.onset + 2);
  score = oto_label_dup_cell (csv, row, form.score);
  if (form.filename >= 0 && filename[0] == '\0')
    return _("the file name is missing");
  if (label[0] == '\0')
    return _("the label is missing");
  if (!oto_label_parse_seconds (onset, &onset_s) || !oto_label_parse_seconds (offset, &offset_s))
    return _("onset and offset must be seconds, at least 0");
  if (offset_s < onset_s)
    return _("the offset is before the onset");

  oto_label_parse_number (score, &value);
  *ret_event = oto_event_new (form.filename >= 0 ? filename : NULL, label, onset_s, offset_s,
                              value);
  *ret_scene = form.scene >= 0 ? oto_label_dup_cell (csv, row, form.scene) : NULL;
  return NULL;
}

/* Reads the line below a label: its lower and upper edge, -1 where there is none. */
static const char *
read_frequencies (OtoCsv   *csv,
                  guint     row,
                  OtoEvent *event)
{
  g_autofree char *low = oto_label_dup_cell (csv, row, 1);
  g_autofree char *high = oto_label_dup_cell (csv, row, 2);
  double low_hz, high_hz;

  if (!oto_label_parse_number (low, &low_hz) || !oto_label_parse_number (high, &high_hz))
    return _("frequencies must be numbers");
  if (event == NULL)
    return NULL;
  event->low_hz = low_hz >= 0.0 ? low_hz : NAN;
  event->high_hz = high_hz >= 0.0 ? high_hz : NAN;
  return NULL;
}

static gboolean
read_list (const OtoLabelSource  *source,
           OtoLabelFile          *file,
           GError               **error)
{
  OtoCsv *csv = source->csv;
  gboolean has_scene = FALSE;
  OtoEvent *last = NULL;

  for (guint row = find_first (csv); row < oto_csv_get_n_rows (csv); row++)
    {
      g_autofree char *scene = NULL;
      const char *problem;

      if (is_frequency_line (csv, row))
        {
          problem = read_frequencies (csv, row, last);
          if (problem != NULL)
            oto_label_file_add_problem (file, oto_csv_get_line (csv, row), problem);
          continue;
        }
      last = NULL;
      oto_label_file_set_line (file, oto_csv_get_line (csv, row));
      problem = read_row (csv, row, &last, &scene);
      if (problem != NULL)
        {
          oto_label_file_add_problem (file, oto_csv_get_line (csv, row), problem);
          continue;
        }
      if (scene != NULL)
        {
          if (!has_scene)
            oto_label_file_add_column (file, "scene_label");
          has_scene = TRUE;
          last->fields = g_new0 (char *, 2);
          last->fields[0] = g_steal_pointer (&scene);
        }
      oto_label_file_add_event (file, last);
      oto_label_file_add_good (file);
    }
  return TRUE;
}

/* --- weak labels --------------------------------------------------------------------------- */

static gboolean
sniff_weak_list (const OtoLabelSource *source)
{
  guint row = find_first (source->csv);
  g_autofree char *name = NULL;

  if (row == oto_csv_get_n_rows (source->csv) || oto_csv_get_n_cells (source->csv, row) != 2)
    return FALSE;
  name = oto_label_dup_cell (source->csv, row, 0);
  return oto_audio_file_has_name (name);
}

static gboolean
read_weak_list (const OtoLabelSource  *source,
                OtoLabelFile          *file,
                GError               **error)
{
  OtoCsv *csv = source->csv;

  for (guint row = find_first (csv); row < oto_csv_get_n_rows (csv); row++)
    {
      g_autofree char *filename = oto_label_dup_cell (csv, row, 0);
      g_autofree char *labels = oto_label_dup_cell (csv, row, 1);
      g_autoptr (OtoEvent) event = oto_event_new (filename, "", NAN, NAN, NAN);

      if (filename[0] == '\0' || count_cells (csv, row) > 2)
        {
          oto_label_file_add_problem (file, oto_csv_get_line (csv, row),
                                      _("a line must be a file name and its labels"));
          continue;
        }
      oto_label_file_set_line (file, oto_csv_get_line (csv, row));
      if (labels[0] == '\0')
        oto_label_file_add_empty (file, filename);
      else
        oto_label_file_add_labels (file, event, labels);
      oto_label_file_add_good (file);
    }
  return TRUE;
}

/* --- Audacity's labels --------------------------------------------------------------------- */

static gboolean
write_audacity (const OtoLabelFile  *file,
                GString             *text,
                GError             **error)
{
  OtoEventList *events = oto_label_file_get_events (file);
  const char *filename = NULL;

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);

      if (filename != NULL && event->filename != NULL && strcmp (filename, event->filename) != 0)
        {
          g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                       _("Audacity's labels do not name their clip, and these are of “%s” and "
                         "“%s”. Write one clip at a time, or another format."),
                       filename, event->filename);
          return FALSE;
        }
      filename = event->filename != NULL ? event->filename : filename;
      if (isnan (event->onset_s))
        continue;
      oto_label_append_number (text, event->onset_s, 3);
      g_string_append_c (text, '\t');
      oto_label_append_number (text, event->offset_s, 3);
      g_string_append_c (text, '\t');
      oto_label_append_cell (text, event->label, '\t');
      g_string_append_c (text, '\n');
      if (isnan (event->low_hz) && isnan (event->high_hz))
        continue;
      g_string_append (text, "\\\t");
      oto_label_append_number (text, isnan (event->low_hz) ? -1.0 : event->low_hz, 1);
      g_string_append_c (text, '\t');
      oto_label_append_number (text, isnan (event->high_hz) ? -1.0 : event->high_hz, 1);
      g_string_append_c (text, '\n');
    }
  return TRUE;
}

const OtoLabelFormat oto_label_audacity =
{
  .name = "audacity",
  .title = "labels of Audacity",
  .endings = (const char * const[]) { ".txt", NULL },
  .separator = '\t',
  .is_of_clip = TRUE,
  .sniff = sniff_audacity,
  .read = read_list,
  .write = write_audacity,
};

const OtoLabelFormat oto_label_list =
{
  .name = "list",
  .title = "onset, offset, label without a heading, with or without a file name before",
  .endings = (const char * const[]) { NULL },
  .sniff = sniff_list,
  .read = read_list,
};

const OtoLabelFormat oto_label_weak_list =
{
  .name = "weak-list",
  .title = "file name and labels without a heading",
  .endings = (const char * const[]) { NULL },
  .sniff = sniff_weak_list,
  .read = read_weak_list,
};
