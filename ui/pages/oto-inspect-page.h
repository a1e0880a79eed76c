/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "state/oto-clip-item.h"
#include "state/oto-panel-list.h"

G_BEGIN_DECLS

#define OTO_TYPE_INSPECT_PAGE (oto_inspect_page_get_type ())
G_DECLARE_FINAL_TYPE (OtoInspectPage, oto_inspect_page, OTO, INSPECT_PAGE, GtkWidget)

/* OtoInspectPage: one clip under one model: the panels of Fig. 3 on one time axis, the classes with
 * their strips, what the cursor reads, and playback. */

void          oto_inspect_page_add_actions   (OtoInspectPage *self,
                                              GActionMap     *map);
void          oto_inspect_page_set_item      (OtoInspectPage *self,
                                              OtoClipItem    *item);
void          oto_inspect_page_set_reference (OtoInspectPage *self,
                                              OtoEventList   *reference);
OtoPanelList *oto_inspect_page_get_panels    (OtoInspectPage *self);
gboolean      oto_inspect_page_is_settled    (OtoInspectPage *self);

G_END_DECLS
