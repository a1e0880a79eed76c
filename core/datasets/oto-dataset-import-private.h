/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "datasets/oto-dataset-import.h"
#include "datasets/oto-import-layout.h"
#include "detection/oto-event-list.h"

G_BEGIN_DECLS

/**
 * OtoImportClip:
 * @path: where the file is
 * @name: what it is called in the data set's folder, or by the list
 * @fold_name: (nullable): part of the data set as published
 * @fold: from 1; 0: none
 * @labels: its labels
 * @is_good: whether it can be read
 */
typedef struct
{
  char         *path;
  char         *name;
  char         *fold_name;
  int           fold;
  OtoEventList *labels;
  gboolean      is_good;
} OtoImportClip;

struct _OtoDatasetImport
{
  const OtoImportLayout *layout;
  char                  *source;
  char                  *audio_dir;
  GPtrArray             *filenames;  /* relative to audio_dir, sorted */
  OtoClipFinder         *finder;
  GPtrArray             *clips;      /* OtoImportClip */
  GHashTable            *by_path;    /* of these */
  GHashTable            *classes;    /* names of identifiers; or NULL */
  GPtrArray             *fold_names; /* from fold 1, ended by NULL */
  OtoDatasetSummary     *summary;
};

/* Reading, oto-dataset-import-read.c. */
gboolean oto_dataset_import_read_lists    (OtoDatasetImport               *self,
                                           const OtoDatasetImportOptions  *options,
                                           GError                        **error);
gboolean oto_dataset_import_read_folders  (OtoDatasetImport               *self,
                                           GError                        **error);
gboolean oto_dataset_import_number_folds  (OtoDatasetImport               *self,
                                           GError                        **error);

G_END_DECLS
