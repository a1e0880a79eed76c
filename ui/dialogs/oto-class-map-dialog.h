/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "state/oto-session.h"

G_BEGIN_DECLS

#define OTO_TYPE_CLASS_MAP_DIALOG (oto_class_map_dialog_get_type ())
G_DECLARE_FINAL_TYPE (OtoClassMapDialog, oto_class_map_dialog, OTO, CLASS_MAP_DIALOG, AdwWindow)

/* OtoClassMapDialog: which of the model's classes are meant by the names in the labels that it does
 * not know. What is chosen is shown at once. */

GtkWindow *oto_class_map_dialog_new    (GtkWindow         *parent,
                                        OtoSession        *session);
void       oto_class_map_dialog_choose (OtoClassMapDialog *self,
                                        const char        *label,
                                        const char        *class_name);

G_END_DECLS
