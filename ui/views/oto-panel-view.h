/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "paint/oto-panel-data.h"
#include "state/oto-panel-list.h"
#include "views/oto-plot-view.h"

G_BEGIN_DECLS

#define OTO_TYPE_PANEL_VIEW (oto_panel_view_get_type ())
G_DECLARE_FINAL_TYPE (OtoPanelView, oto_panel_view, OTO, PANEL_VIEW, OtoPlotView)

/* OtoPanelView: one panel of a list, with title, menu, axis and colour bar. A drag of its title
 * moves it, one of its lower edge resizes it, a double click on the title gives it all of the
 * room. Signal "resize-begin": somebody takes the lower edge. */

GtkWidget    *oto_panel_view_new        (OtoPanelList *list,
                                         OtoPanelItem *item);
OtoPanelItem *oto_panel_view_get_item   (OtoPanelView *self);
int           oto_panel_view_get_plot_px (OtoPanelView *self);
OtoPanelData *oto_panel_view_get_data   (OtoPanelView *self);
void          oto_panel_view_set_data   (OtoPanelView *self,
                                         OtoPanelData *data);      /* (nullable) */
void          oto_panel_view_set_notice (OtoPanelView *self,
                                         const char   *notice);    /* (nullable) */
void          oto_panel_view_update     (OtoPanelView *self);

G_END_DECLS
