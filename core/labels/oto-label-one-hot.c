/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "labels/oto-label-columns.h"
#include "labels/oto-label-format-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* One-hot tables: a line a clip or a piece of one, a column a class, 1 or True where the class
 * occurs in it. Where in the piece an event begins is not said, so labels are weak. */

/* Fewer could be a remark, as “checked”. */
#define MIN_CLASSES 2

static const OtoLabelColumn of_clip[] =
{
  OTO_LABEL_COLUMN_FILE, OTO_LABEL_COLUMN_ONSET, OTO_LABEL_COLUMN_OFFSET,
  OTO_LABEL_COLUMN_DURATION, OTO_LABEL_COLUMN_FOLD,
};

/* -1: neither there nor not there. */
static int
read_flag (const char *cell)
{
  static const char * const words[2][5] = { { "0", "0.0", "false", "", NULL },
                                            { "1", "1.0", "true", NULL } };

  for (int flag = 0; flag < 2; flag++)
    for (guint i = 0; words[flag][i] != NULL; i++)
      if (g_ascii_strcasecmp (cell, words[flag][i]) == 0)
        return flag;
  return -1;
}

static gboolean
is_of_clip (const OtoLabelColumns *columns,
            int                    place)
{
  for (guint i = 0; i < G_N_ELEMENTS (of_clip); i++)
    if (columns->places[of_clip[i]] == place)
      return TRUE;
  return FALSE;
}

/* What tables have beside classes: numbers of lines, parts of a data set. */
static gboolean
is_beside (const char *heading)
{
  static const char * const names[] = { "", "index", "unnamed: 0", "split", "subset", "set", NULL };

  for (guint i = 0; names[i] != NULL; i++)
    if (g_ascii_strcasecmp (heading, names[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_flags (OtoCsv *csv,
          guint   heading,
          guint   place)
{
  for (guint row = heading + 1; row < oto_csv_get_n_rows (csv); row++)
    {
      g_autofree char *cell = oto_label_dup_cell (csv, row, (int) place);

      if (read_flag (cell) < 0)
        return FALSE;
    }
  return TRUE;
}

/* Places of the classes. */
static GArray *
find_classes (OtoCsv                *csv,
              guint                  heading,
              const OtoLabelColumns *columns,
              gboolean              *ret_is_whole)
{
  GArray *classes = g_array_new (FALSE, FALSE, sizeof (int));

  *ret_is_whole = TRUE;
  for (guint place = 0; place < oto_csv_get_n_cells (csv, heading); place++)
    {
      g_autofree char *name = oto_label_dup_cell (csv, heading, (int) place);
      int class_place = (int) place;

      if (is_of_clip (columns, class_place) || is_beside (name))
        continue;
      if (is_flags (csv, heading, place))
        g_array_append_val (classes, class_place);
      else
        *ret_is_whole = FALSE;
      /* One column that is none decides. */
      if (!*ret_is_whole)
        break;
    }
  return classes;
}

static gboolean
sniff_one_hot (const OtoLabelSource *source)
{
  OtoLabelColumns columns;
  int heading = oto_label_columns_find_heading (source->csv, &columns);
  g_autoptr (GArray) classes = NULL;
  gboolean is_whole;

  if (heading < 0 || (guint) heading + 1 >= oto_csv_get_n_rows (source->csv)
      || !oto_label_columns_has (&columns, OTO_LABEL_COLUMN_FILE) || columns.is_clear)
    return FALSE;
  classes = find_classes (source->csv, heading, &columns, &is_whole);
  return is_whole && classes->len >= MIN_CLASSES;
}

/* Adds the columns that say which piece of the clip a line is of. */
static GArray *
find_fields (OtoCsv                *csv,
             guint                  heading,
             const OtoLabelColumns *columns,
             GArray                *classes,
             OtoLabelFile          *file)
{
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (int));
  guint c = 0;

  for (int place = 0; place < (int) oto_csv_get_n_cells (csv, heading); place++)
    {
      g_autofree char *name = oto_label_dup_cell (csv, heading, place);

      if (c < classes->len && g_array_index (classes, int, c) == place)
        c++;
      else if (columns->places[OTO_LABEL_COLUMN_FILE] != place)
        {
          g_array_append_val (fields, place);
          oto_label_file_add_column (file, name);
        }
    }
  return fields;
}

static void
add_row (OtoCsv                *csv,
         guint                  heading,
         guint                  row,
         const OtoLabelColumns *columns,
         GArray                *classes,
         GArray                *fields,
         OtoLabelFile          *file)
{
  g_autofree char *filename =
    oto_label_dup_cell (csv, row, columns->places[OTO_LABEL_COLUMN_FILE]);
  g_autofree char *fold = oto_label_dup_cell (csv, row, columns->places[OTO_LABEL_COLUMN_FOLD]);
  g_auto (GStrv) cells = fields->len > 0 ? g_new0 (char *, fields->len + 1) : NULL;
  gboolean is_empty = TRUE;

  if (filename[0] == '\0')
    {
      oto_label_file_add_problem (file, oto_csv_get_line (csv, row),
                                  _("the file name is missing"));
      return;
    }
  oto_label_file_set_line (file, oto_csv_get_line (csv, row));
  oto_label_file_set_fold (file, filename, fold);
  for (guint i = 0; i < fields->len; i++)
    cells[i] = oto_label_dup_cell (csv, row, g_array_index (fields, int, i));
  for (guint i = 0; i < classes->len; i++)
    {
      const int place = g_array_index (classes, int, i);
      g_autofree char *cell = oto_label_dup_cell (csv, row, place);
      g_autofree char *label = oto_label_dup_cell (csv, heading, place);
      OtoEvent *event;

      if (read_flag (cell) != 1)
        continue;
      event = oto_event_new (filename, label, NAN, NAN, NAN);
      event->fields = g_strdupv (cells);
      oto_label_file_add_event (file, event);
      is_empty = FALSE;
    }
  if (is_empty)
    oto_label_file_add_empty (file, filename);
  oto_label_file_add_good (file);
}

static gboolean
read_one_hot (const OtoLabelSource  *source,
              OtoLabelFile          *file,
              GError               **error)
{
  OtoLabelColumns columns;
  int heading = oto_label_columns_find_heading (source->csv, &columns);
  g_autoptr (GArray) classes = NULL, fields = NULL;
  gboolean is_whole;

  if (heading >= 0)
    classes = find_classes (source->csv, heading, &columns, &is_whole);
  if (classes == NULL || classes->len == 0 || !is_whole
      || !oto_label_columns_has (&columns, OTO_LABEL_COLUMN_FILE))
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("“%s” is no one-hot table: it needs a heading with a column filename, and a "
                     "column a class that holds 0 and 1."), source->name);
      return FALSE;
    }
  fields = find_fields (source->csv, heading, &columns, classes, file);
  for (guint row = heading + 1; row < oto_csv_get_n_rows (source->csv); row++)
    add_row (source->csv, heading, row, &columns, classes, fields, file);
  return TRUE;
}

const OtoLabelFormat oto_label_one_hot =
{
  .name = "one-hot",
  .title = "table with a column a class",
  .endings = (const char * const[]) { NULL },
  .sniff = sniff_one_hot,
  .read = read_one_hot,
};
