/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-workers.h"
#include "evaluation/oto-tune-scores.h"
#include "evaluation/oto-tuner.h"

G_BEGIN_DECLS

/* OtoTuneTable: what each setting that was tried finds of each class, in each of some parts of the
 * clips; from it settings are chosen, for any parts and any prior, without looking at scores again.
 */
typedef struct _OtoTuneTable OtoTuneTable;

#define OTO_TUNE_N_PARTS 4

OtoTuneTable       *oto_tune_table_new       (const OtoTuneScores   *scores,
                                              const OtoTunerConfig  *config,
                                              OtoWorkers            *workers)
                                              G_GNUC_WARN_UNUSED_RESULT;
void                oto_tune_table_free      (OtoTuneTable          *self);
gboolean            oto_tune_table_try       (OtoTuneTable          *self,
                                              GArray                *binarizers,
                                              GCancellable          *cancellable,
                                              GError               **error);
const OtoBinarizer *oto_tune_table_get       (OtoTuneTable          *self,
                                              guint                  i);
guint               oto_tune_table_find_best (OtoTuneTable          *self,
                                              guint                  parts);
guint               oto_tune_table_get_n     (OtoTuneTable          *self);
void                oto_tune_table_choose    (OtoTuneTable          *self,
                                              guint                  parts,
                                              double                 prior,
                                              guint                  first,
                                              guint                 *ret_choice);
double              oto_tune_table_get_f1    (OtoTuneTable          *self,
                                              guint                  parts,
                                              const guint           *choice);
double              oto_tune_table_cross_validate (OtoTuneTable     *self,
                                              double                 prior,
                                              guint                  first);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoTuneTable, oto_tune_table_free)

G_END_DECLS
