/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define OTO_TYPE_TRAIN_DIALOG (oto_train_dialog_get_type ())
G_DECLARE_FINAL_TYPE (OtoTrainDialog, oto_train_dialog, OTO, TRAIN_DIALOG, AdwWindow)

/* OtoTrainDialog: settings of a run, then its curves while it trains in the background. "use-model"
 * (run_dir): somebody wants the trained model in the window. */

GtkWindow *oto_train_dialog_new       (GtkWindow      *parent);
void       oto_train_dialog_close_all (OtoTrainDialog *self);

G_END_DECLS
