/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "dialogs/oto-train-dialog.h"
struct _OtoTrainDialog { AdwWindow parent_instance; };
G_DEFINE_FINAL_TYPE (OtoTrainDialog, oto_train_dialog, ADW_TYPE_WINDOW)
static void oto_train_dialog_class_init (OtoTrainDialogClass *klass) {
  g_signal_new ("use-model", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING); }
static void oto_train_dialog_init (OtoTrainDialog *self) { }
GtkWindow *oto_train_dialog_new (GtkWindow *parent) { return g_object_new (OTO_TYPE_TRAIN_DIALOG, "transient-for", parent, NULL); }
