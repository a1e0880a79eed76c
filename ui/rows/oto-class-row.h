/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "state/oto-strips.h"

G_BEGIN_DECLS

#define OTO_TYPE_CLASS_ROW (oto_class_row_get_type ())
G_DECLARE_FINAL_TYPE (OtoClassRow, oto_class_row, OTO, CLASS_ROW, GtkListBoxRow)

/* OtoClassRow: a class, or Background, with its strip. Signals: "strip-changed": a control was
 * moved; "lock-toggled". */

GtkWidget *oto_class_row_new             (int             class_index);
int        oto_class_row_get_class_index (OtoClassRow    *self);
void       oto_class_row_set_class       (OtoClassRow    *self,
                                          const char     *name,
                                          double          prob,
                                          int             slot,
                                          gboolean        is_top);
void       oto_class_row_set_strip       (OtoClassRow    *self,
                                          const OtoStrip *strip);
void       oto_class_row_set_audible     (OtoClassRow    *self,
                                          gboolean        is_audible);
void       oto_class_row_set_locked      (OtoClassRow    *self,
                                          gboolean        is_locked);
void       oto_class_row_get_strip       (OtoClassRow    *self,
                                          OtoStrip       *ret_strip);

G_END_DECLS
