/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "datasets/oto-fold-list.h"

#include "base/oto-error.h"
#include "io/oto-csv.h"
#include "labels/oto-label-columns.h"

#include <glib/gi18n-lib.h>

/* Where a data set has no folds.tsv: a quarter of the clips each. */
#define N_FOLDS 4

static void
clear_row (gpointer data)
{
  OtoFoldRow *row = data;

  g_free (row->filename);
  g_free (row->text);
}

/* By the heading, in any case; without one, of which no cell is a number, the first two. */
static gboolean
find_columns (OtoCsv    *csv,
              gboolean  *ret_has_heading,
              int       *ret_file,
              int       *ret_fold)
{
  OtoLabelColumns columns;

  *ret_has_heading = oto_label_columns_find_heading (csv, &columns) == 0;
  *ret_file = *ret_has_heading ? columns.places[OTO_LABEL_COLUMN_FILE] : 0;
  *ret_fold = *ret_has_heading ? columns.places[OTO_LABEL_COLUMN_FOLD] : 1;
  return *ret_file >= 0 && *ret_fold >= 0;
}

/**
 * oto_fold_list_load:
 * @path: a table
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (element-type OtoFoldRow) (nullable): its rows; %NULL with an
 *   #OtoIoError, or %OTO_DATASETS_ERROR_LAYOUT if it does not have the two columns
 */
GArray *
oto_fold_list_load (const char  *path,
                    GError     **error)
{
  g_autoptr (OtoCsv) csv = oto_csv_load (path, 0, FALSE, error);
  GArray *rows;
  gboolean has_heading;
  int file_column, fold_column;

  if (csv == NULL)
    return NULL;
  if (!find_columns (csv, &has_heading, &file_column, &fold_column))
    {
      g_set_error (error, OTO_DATASETS_ERROR, OTO_DATASETS_ERROR_LAYOUT,
                   _("“%s”: folds.tsv, line 1: no columns are called filename and fold. Call them "
                     "so."), path);
      return NULL;
    }

  rows = g_array_new (FALSE, TRUE, sizeof (OtoFoldRow));
  g_array_set_clear_func (rows, clear_row);
  for (guint i = has_heading; i < oto_csv_get_n_rows (csv); i++)
    {
      OtoFoldRow row = { .line = oto_csv_get_line (csv, i) };
      guint64 fold = 0;

      row.filename = g_strstrip (g_strdup (oto_csv_get (csv, i, file_column)));
      row.text = g_strstrip (g_strdup (oto_csv_get (csv, i, fold_column)));
      if (g_ascii_string_to_unsigned (row.text, 10, 1, OTO_FOLD_LIST_MAX, &fold, NULL))
        row.fold = (int) fold;
      g_array_append_val (rows, row);
    }
  return rows;
}

/**
 * oto_fold_list_guess:
 * @filename: a file of a data set without folds
 *
 * Returns: a fold from 1 to 4, by a hash of the name
 */
int
oto_fold_list_guess (const char *filename)
{
  return (int) (g_str_hash (filename) % N_FOLDS) + 1;
}
