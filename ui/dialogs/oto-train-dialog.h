/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define OTO_TYPE_TRAIN_DIALOG (oto_train_dialog_get_type ())
G_DECLARE_FINAL_TYPE (OtoTrainDialog, oto_train_dialog, OTO, TRAIN_DIALOG, AdwWindow)

/* OtoTrainDialog: settings of a run, then its curves while it trains in the background. "use-model"
 * (run_dir): somebody wants the trained model in the window. */

GtkWindow  *oto_train_dialog_new        (GtkWindow      *parent,
                                         OtoEngine      *engine);
void        oto_train_dialog_start      (OtoTrainDialog *self,
                                         const char     *data_dir,
                                         const char     *run_dir,
                                         int             n_epochs,
                                         int             batch,
                                         double          width);
void        oto_train_dialog_cancel     (OtoTrainDialog *self);
void        oto_train_dialog_close_all  (OtoTrainDialog *self);
gboolean    oto_train_dialog_is_running (OtoTrainDialog *self);
const char *oto_train_dialog_get_error  (OtoTrainDialog *self);

G_END_DECLS
