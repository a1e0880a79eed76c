/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "paint/oto-panel-spec.h"

G_BEGIN_DECLS

#define OTO_TYPE_PANEL_ITEM (oto_panel_item_get_type ())
G_DECLARE_FINAL_TYPE (OtoPanelItem, oto_panel_item, OTO, PANEL_ITEM, GObject)

/* Whose map a panel shows. */
typedef enum
{
  OTO_PANEL_OF_CLIP,             /* the clip's, or that of all classes with a row each */
  OTO_PANEL_OF_RANK,             /* of one of the first classes */
  OTO_PANEL_OF_FOCUS,            /* of the class in focus */
} OtoPanelWhose;

/* Less could not be read. */
#define OTO_PANEL_MIN_PX 48
#define OTO_PANEL_MAX_PX 800

/**
 * OtoPanelItem:
 *
 * A place in a stack of panels: what stands there whatever clip and model are on show, whether it
 * is hidden, and how high it is. For the main thread.
 *
 * Properties: "map", "is-shown", "height-px" (of the plot).
 */

OtoPanelItem  *oto_panel_item_new           (const char    *name,
                                             const char    *badge,
                                             OtoMap         map,
                                             OtoPanelWhose  whose,
                                             guint          rank,
                                             int            height_px) G_GNUC_WARN_UNUSED_RESULT;
const char    *oto_panel_item_get_name      (OtoPanelItem  *self);   /* of settings and actions */
const char    *oto_panel_item_get_badge     (OtoPanelItem  *self);   /* its number in Fig. 3 */
char          *oto_panel_item_dup_title     (OtoPanelItem  *self) G_GNUC_WARN_UNUSED_RESULT;
OtoPanelWhose  oto_panel_item_get_whose     (OtoPanelItem  *self);
guint          oto_panel_item_get_rank      (OtoPanelItem  *self);
OtoMap         oto_panel_item_get_map       (OtoPanelItem  *self);
void           oto_panel_item_set_map       (OtoPanelItem  *self,
                                             OtoMap         map);
gboolean       oto_panel_item_is_shown      (OtoPanelItem  *self);
void           oto_panel_item_set_shown     (OtoPanelItem  *self,
                                             gboolean       is_shown);
int            oto_panel_item_get_height_px (OtoPanelItem  *self);
void           oto_panel_item_set_height_px (OtoPanelItem  *self,
                                             int            height_px);
gboolean       oto_panel_item_is_resized    (OtoPanelItem  *self);
void           oto_panel_item_resolve       (OtoPanelItem  *self,
                                             const int     *classes,
                                             guint          n_classes,
                                             int            focus_class,
                                             OtoPanelSpec  *ret_spec);

G_END_DECLS
