/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "training/oto-epoch-record.h"

#include <math.h>

/* Columns before those of the terms, which are “epoch”, the only whole number, and “loss”. */
#define N_FIRST 2

static const struct
{
  const char *name;
  size_t      offset;
} columns[OTO_EPOCH_RECORD_N_FIXED] =
{
  { "epoch",       0 },
  { "loss",        G_STRUCT_OFFSET (OtoEpochRecord, loss) },
  { "val_bce",     G_STRUCT_OFFSET (OtoEpochRecord, val_loss) },
  { "micro_ap",    G_STRUCT_OFFSET (OtoEpochRecord, micro_ap) },
  { "macro_ap",    G_STRUCT_OFFSET (OtoEpochRecord, macro_ap) },
  { "auc",         G_STRUCT_OFFSET (OtoEpochRecord, auc) },
  { "lr",          G_STRUCT_OFFSET (OtoEpochRecord, lr) },
  { "seconds",     G_STRUCT_OFFSET (OtoEpochRecord, seconds) },
  { "clips_per_s", G_STRUCT_OFFSET (OtoEpochRecord, clips_per_s) },
};

/**
 * oto_epoch_record_get_n_columns:
 * @term_names: (array zero-terminated=1): of the terms of the loss
 *
 * Returns: the length of a row
 */
guint
oto_epoch_record_get_n_columns (const char * const *term_names)
{
  return OTO_EPOCH_RECORD_N_FIXED + g_strv_length ((char **) term_names);
}

/**
 * oto_epoch_record_get_column_name:
 * @term_names: (array zero-terminated=1): of the terms of the loss
 * @column: a column
 *
 * Returns: (transfer none): its name
 */
const char *
oto_epoch_record_get_column_name (const char * const *term_names,
                                  guint               column)
{
  const guint n_terms = g_strv_length ((char **) term_names);

  g_return_val_if_fail (column < OTO_EPOCH_RECORD_N_FIXED + n_terms, NULL);

  if (column < N_FIRST)
    return columns[column].name;
  return column < N_FIRST + n_terms ? term_names[column - N_FIRST]
                                    : columns[column - n_terms].name;
}

/* Where a column but the first has its value. */
static double *
get_value (OtoEpochRecord *self,
           guint           n_columns,
           guint           column)
{
  const guint n_terms = n_columns - OTO_EPOCH_RECORD_N_FIXED;

  if (column >= N_FIRST && column < N_FIRST + n_terms)
    return &self->terms[column - N_FIRST];
  return G_STRUCT_MEMBER_P (self, columns[column < N_FIRST ? column : column - n_terms].offset);
}

/**
 * oto_epoch_record_get_row:
 * @self: a record
 * @n_columns: from oto_epoch_record_get_n_columns()
 * @ret_row: (out caller-allocates) (array length=n_columns): its values
 */
void
oto_epoch_record_get_row (const OtoEpochRecord *self,
                          guint                 n_columns,
                          double               *ret_row)
{
  OtoEpochRecord record = *self;

  ret_row[0] = self->epoch;
  for (guint i = 1; i < n_columns; i++)
    ret_row[i] = *get_value (&record, n_columns, i);
}

/**
 * oto_epoch_record_set_row:
 * @self: (out caller-allocates): a record
 * @n_columns: from oto_epoch_record_get_n_columns()
 * @row: (array length=n_columns): values from a file
 *
 * Returns: %FALSE when @row is not of an epoch or has an infinite value; @self stays as it was then
 */
gboolean
oto_epoch_record_set_row (OtoEpochRecord *self,
                          guint           n_columns,
                          const double   *row)
{
  OtoEpochRecord record = { 0 };

  if (!(row[0] >= 1.0 && row[0] <= G_MAXINT && row[0] == floor (row[0])))
    return FALSE;
  record.epoch = (int) row[0];
  for (guint i = 1; i < n_columns; i++)
    {
      if (isinf (row[i]))
        return FALSE;
      *get_value (&record, n_columns, i) = row[i];
    }
  *self = record;
  return TRUE;
}

/**
 * oto_epoch_record_init_lost:
 * @self: (out caller-allocates): a record
 * @epoch: from 1
 *
 * Fills the record of an epoch of which nothing is known any more: all of its values are undefined.
 */
void
oto_epoch_record_init_lost (OtoEpochRecord *self,
                            int             epoch)
{
  *self = (OtoEpochRecord) { .epoch = epoch };
  for (guint i = 0; i < OTO_MODEL_MAX_TERMS; i++)
    self->terms[i] = NAN;
  for (guint i = 1; i < OTO_EPOCH_RECORD_N_FIXED; i++)
    G_STRUCT_MEMBER (double, self, columns[i].offset) = NAN;
}
