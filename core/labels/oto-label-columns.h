/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io/oto-csv.h"

G_BEGIN_DECLS

/* OtoLabelColumns: what the columns of a table of labels hold, by the names that the field uses for
 * them. A column without such a name is never taken for one of these. */

typedef enum
{
  OTO_LABEL_COLUMN_FILE,
  OTO_LABEL_COLUMN_ONSET,
  OTO_LABEL_COLUMN_OFFSET,
  OTO_LABEL_COLUMN_DURATION,
  OTO_LABEL_COLUMN_FILE_OFFSET,  /* Raven's: start in the file, not in a sequence of files */
  OTO_LABEL_COLUMN_LABEL,
  OTO_LABEL_COLUMN_LABELS,       /* several names in a cell */
  OTO_LABEL_COLUMN_LOW,
  OTO_LABEL_COLUMN_HIGH,
  OTO_LABEL_COLUMN_SCORE,
  OTO_LABEL_COLUMN_FOLD,
  OTO_LABEL_N_COLUMNS,
} OtoLabelColumn;

/**
 * OtoLabelColumns:
 * @places: where each stands; -1: nowhere
 * @units: seconds or Hz of 1 in that column
 * @stray: (nullable): heading of a time that is not understood, of the table
 * @stray_file: (nullable): heading of what may name files, where none is known to, of the table
 * @is_clear: whether the label's name means nothing else
 * @is_piece: whether times are those of a piece in its source, as in lists of pieces that were
 *   cut out: to the piece its label belongs as a whole
 */
typedef struct
{
  int         places[OTO_LABEL_N_COLUMNS];
  double      units[OTO_LABEL_N_COLUMNS];
  const char *stray;
  const char *stray_file;
  gboolean    is_clear;
  gboolean    is_piece;
} OtoLabelColumns;

void     oto_label_columns_find     (OtoCsv                *csv,
                                     guint                  row,
                                     OtoLabelColumns       *ret_columns);
int      oto_label_columns_find_heading (OtoCsv            *csv,
                                         OtoLabelColumns   *ret_columns);
gboolean oto_label_columns_has      (const OtoLabelColumns *self,
                                     OtoLabelColumn         column);
gboolean oto_label_columns_is_taken (const OtoLabelColumns *self,
                                     guint                  place);
gboolean oto_label_columns_is_no_time (const char          *heading);
const char *oto_label_columns_describe (OtoLabelColumn      column);
gboolean oto_label_columns_rename   (OtoCsv                *csv,
                                     const char            *mapping,
                                     const char            *name,
                                     GError               **error);

G_END_DECLS
