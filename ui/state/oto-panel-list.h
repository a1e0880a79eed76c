/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "state/oto-panel-item.h"

G_BEGIN_DECLS

#define OTO_TYPE_PANEL_LIST (oto_panel_list_get_type ())
G_DECLARE_FINAL_TYPE (OtoPanelList, oto_panel_list, OTO, PANEL_LIST, GObject)

/**
 * OtoPanelList:
 *
 * The panels of a stack in their order: which are shown, how high they are, and which one, if any,
 * has all of the room. For the main thread.
 *
 * Properties: "layout" (strings "name height shown|hidden" in order, for settings and undo),
 * "maximized", "is-weighted" (frequency attention is shown as what each place brings to the
 * probability of the class). Signal "changed": any of it.
 */

OtoPanelList *oto_panel_list_new           (void) G_GNUC_WARN_UNUSED_RESULT;
OtoPanelList *oto_panel_list_new_fig3      (void) G_GNUC_WARN_UNUSED_RESULT;
void          oto_panel_list_add           (OtoPanelList       *self,
                                            OtoPanelItem       *item);
guint         oto_panel_list_get_n         (OtoPanelList       *self);
OtoPanelItem *oto_panel_list_get           (OtoPanelList       *self,
                                            guint               i);
OtoPanelItem *oto_panel_list_find          (OtoPanelList       *self,
                                            const char         *name);
gboolean      oto_panel_list_move          (OtoPanelList       *self,
                                            OtoPanelItem       *item,
                                            int                 by);
OtoPanelItem *oto_panel_list_get_maximized (OtoPanelList       *self);
void          oto_panel_list_set_maximized (OtoPanelList       *self,
                                            OtoPanelItem       *item);   /* (nullable) */
gboolean      oto_panel_list_is_weighted   (OtoPanelList       *self);
void          oto_panel_list_set_weighted  (OtoPanelList       *self,
                                            gboolean            is_weighted);
char        **oto_panel_list_dup_layout    (OtoPanelList       *self) G_GNUC_WARN_UNUSED_RESULT;
void          oto_panel_list_set_layout    (OtoPanelList       *self,
                                            const char * const *layout);
void          oto_panel_list_reset         (OtoPanelList       *self);
gboolean      oto_panel_list_is_resized    (OtoPanelList       *self);

G_END_DECLS
