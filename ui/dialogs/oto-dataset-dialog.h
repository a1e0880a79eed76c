/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "otoscope.h"

G_BEGIN_DECLS

#define OTO_TYPE_DATASET_DIALOG (oto_dataset_dialog_get_type ())
G_DECLARE_FINAL_TYPE (OtoDatasetDialog, oto_dataset_dialog, OTO, DATASET_DIALOG, AdwWindow)

/* OtoDatasetDialog: makes a training folder of a published data set, a folder per class or a list
 * of labels: what it holds and what is wrong with it is shown first. "imported" tells the new
 * folder. */

GtkWindow  *oto_dataset_dialog_new         (GtkWindow        *parent);
void        oto_dataset_dialog_look        (OtoDatasetDialog *self,
                                            const char       *source);
void        oto_dataset_dialog_import      (OtoDatasetDialog *self,
                                            const char       *dir);
void        oto_dataset_dialog_cancel      (OtoDatasetDialog *self);
gboolean    oto_dataset_dialog_is_busy     (OtoDatasetDialog *self);
const char *oto_dataset_dialog_get_summary (OtoDatasetDialog *self);
const char *oto_dataset_dialog_get_error   (OtoDatasetDialog *self);

G_END_DECLS
