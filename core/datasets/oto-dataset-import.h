/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "datasets/oto-dataset-summary.h"
#include "labels/oto-label-format.h"

OTO_BEGIN_DECLS

/* OtoDatasetImport: a published data set, a folder per class or a list of labels, looked at and
 * ready to become a training folder. What is missing or cannot be read is told and left out.
 * Immutable, safe from any thread. */

typedef struct _OtoDatasetImport OtoDatasetImport;

/**
 * OtoDatasetImportOptions:
 * @source: the data set's folder, or a list of labels
 * @layout: (nullable): name of a layout; %NULL: what it looks like
 * @audio_dir: (nullable): folder of the clips; %NULL: the data set's, or that of the list
 * @columns: (nullable): what columns of a list hold, as for oto_label_file_load_full()
 * @format: (nullable): what a list is; %NULL: what it looks like
 */
typedef struct
{
  const char           *source;
  const char           *layout;
  const char           *audio_dir;
  const char           *columns;
  const OtoLabelFormat *format;
} OtoDatasetImportOptions;

OtoDatasetImport        *oto_dataset_import_new            (const OtoDatasetImportOptions *options,
                                                            OtoProgressFunc          progress,
                                                            gpointer                 user_data,
                                                            GCancellable            *cancellable,
                                                            GError                 **error)
                                                            G_GNUC_WARN_UNUSED_RESULT;
void                     oto_dataset_import_free           (OtoDatasetImport        *self);
const char              *oto_dataset_import_get_title      (const OtoDatasetImport  *self);
const OtoDatasetSummary *oto_dataset_import_get_summary    (const OtoDatasetImport  *self);
const char * const      *oto_dataset_import_get_fold_names (const OtoDatasetImport  *self);
gboolean                 oto_dataset_import_write          (const OtoDatasetImport  *self,
                                                            const char              *dir,
                                                            gboolean                 copies,
                                                            OtoProgressFunc          progress,
                                                            gpointer                 user_data,
                                                            GCancellable            *cancellable,
                                                            GError                 **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoDatasetImport, oto_dataset_import_free)

OTO_END_DECLS
