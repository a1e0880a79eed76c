/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "labels/oto-label-table.h"

#include <math.h>
#include <string.h>

/* Raven's selection tables: tabs, a heading, a line a selection and view. Begin Time counts from
 * the start of what was opened, which may be several files one behind the other; File Offset, where
 * it is there, from the start of the file that Begin File names.
 * Source: Raven Pro User's Manual, “Selection tables”. */

static gboolean
has_heading (OtoCsv     *csv,
             const char *name)
{
  for (guint place = 0; place < oto_csv_get_n_cells (csv, 0); place++)
    {
      g_autofree char *cell = oto_label_dup_cell (csv, 0, (int) place);

      if (g_ascii_strcasecmp (cell, name) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
sniff_raven (const OtoLabelSource *source)
{
  return oto_csv_get_n_rows (source->csv) > 0 && has_heading (source->csv, "Selection")
         && has_heading (source->csv, "Begin Time (s)");
}

static gboolean
read_raven (const OtoLabelSource  *source,
            OtoLabelFile          *file,
            GError               **error)
{
  return oto_label_table_read (source, &(OtoLabelTableKind) { TRUE }, file, error);
}

/* Place of a further column among the fields, or -1. */
static int
find_field (const OtoLabelFile *file,
            const char         *name)
{
  const char * const *columns = oto_label_file_get_columns (file);

  for (int i = 0; columns[i] != NULL; i++)
    if (g_ascii_strcasecmp (columns[i], name) == 0)
      return i;
  return -1;
}

static const char *
get_field (const OtoEvent *event,
           int             field,
           const char     *otherwise)
{
  if (field < 0 || event->fields == NULL || event->fields[field] == NULL
      || event->fields[field][0] == '\0')
    return otherwise;
  return event->fields[field];
}

/* Raven cannot do without frequencies: an event that has none is a box without height. */
static void
write_selection (const OtoEvent *event,
                 guint           number,
                 int             view,
                 int             channel,
                 gboolean        has_score,
                 GString        *text)
{
  g_string_append_printf (text, "%u\t", number);
  oto_label_append_cell (text, get_field (event, view, "Spectrogram 1"), '\t');
  g_string_append_c (text, '\t');
  oto_label_append_cell (text, get_field (event, channel, "1"), '\t');
  g_string_append_c (text, '\t');
  oto_label_append_number (text, event->onset_s, 6);
  g_string_append_c (text, '\t');
  oto_label_append_number (text, event->offset_s, 6);
  g_string_append_c (text, '\t');
  oto_label_append_number (text, isnan (event->low_hz) ? 0.0 : event->low_hz, 1);
  g_string_append_c (text, '\t');
  oto_label_append_number (text, isnan (event->high_hz) ? 0.0 : event->high_hz, 1);
  g_string_append_c (text, '\t');
  oto_label_append_cell (text, event->label, '\t');
  if (has_score)
    {
      g_string_append_c (text, '\t');
      oto_label_append_number (text, event->score, 1);
    }
}

static gboolean
write_raven (const OtoLabelFile  *file,
             GString             *text,
             GError             **error)
{
  OtoEventList *events = oto_label_file_get_events (file);
  const char * const *columns = oto_label_file_get_columns (file);
  const int view = find_field (file, "View"), channel = find_field (file, "Channel");
  const gboolean has_score = oto_label_file_has_scores (file);
  gboolean has_file = FALSE;
  guint number = 0;

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    has_file = has_file || oto_event_list_get (events, i)->filename != NULL;

  g_string_append_printf (text, "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\t"
                          "Low Freq (Hz)\tHigh Freq (Hz)\tClass%s%s", has_score ? "\tScore" : "",
                          has_file ? "\tBegin File\tFile Offset (s)" : "");
  for (int c = 0; columns[c] != NULL; c++)
    if (c != view && c != channel)
      {
        g_string_append_c (text, '\t');
        oto_label_append_cell (text, columns[c], '\t');
      }
  g_string_append_c (text, '\n');

  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);

      if (isnan (event->onset_s))
        continue;
      write_selection (event, ++number, view, channel, has_score, text);
      if (has_file)
        {
          g_string_append_c (text, '\t');
          oto_label_append_cell (text, event->filename != NULL ? event->filename : "", '\t');
          g_string_append_c (text, '\t');
          oto_label_append_number (text, event->onset_s, 6);
        }
      for (int c = 0; columns[c] != NULL; c++)
        if (c != view && c != channel)
          {
            g_string_append_c (text, '\t');
            oto_label_append_cell (text, get_field (event, c, ""), '\t');
          }
      g_string_append_c (text, '\n');
    }
  return TRUE;
}

const OtoLabelFormat oto_label_raven =
{
  .name = "raven",
  .title = "selection table of Raven",
  .endings = (const char * const[]) { ".selections.txt", NULL },
  .separator = '\t',
  .keeps = OTO_LABEL_KEEPS_SCORES | OTO_LABEL_KEEPS_FIELDS,
  .sniff = sniff_raven,
  .read = read_raven,
  .write = write_raven,
};
