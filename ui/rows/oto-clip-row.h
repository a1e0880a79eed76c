/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "state/oto-clip-item.h"

G_BEGIN_DECLS

#define OTO_TYPE_CLIP_ROW (oto_clip_row_get_type ())
G_DECLARE_FINAL_TYPE (OtoClipRow, oto_clip_row, OTO, CLIP_ROW, GtkWidget)

/* OtoClipRow: a clip in the list: its name, and below it how far it is or what was heard. */

GtkWidget *oto_clip_row_new      (void);
void       oto_clip_row_set_item (OtoClipRow  *self,
                                  OtoClipItem *item);     /* (nullable) */

G_END_DECLS
