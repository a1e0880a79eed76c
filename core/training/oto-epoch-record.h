/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "training/oto-trainer.h"

G_BEGIN_DECLS

/* OtoEpochRecord as a row of numbers: those of metrics.csv, and of a checkpoint, which leaves times
 * out. Columns are “epoch”, “loss”, one for each term of the loss, then the others. */

/* Columns beside those of the terms, and those at the end of a row that tell times: they differ
 * between runs whose numbers are the same. */
#define OTO_EPOCH_RECORD_N_FIXED 9
#define OTO_EPOCH_RECORD_N_TIMES 2

guint       oto_epoch_record_get_n_columns   (const char * const    *term_names);
const char *oto_epoch_record_get_column_name (const char * const    *term_names,
                                              guint                  column);
void        oto_epoch_record_get_row         (const OtoEpochRecord  *self,
                                              guint                  n_columns,
                                              double                *ret_row);
gboolean    oto_epoch_record_set_row         (OtoEpochRecord        *self,
                                              guint                  n_columns,
                                              const double          *row);
void        oto_epoch_record_init_lost       (OtoEpochRecord        *self,
                                              int                    epoch);

G_END_DECLS
