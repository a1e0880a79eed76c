/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "paint/oto-panel-data.h"
#include "views/oto-plot-view.h"

G_BEGIN_DECLS

#define OTO_TYPE_PANEL_VIEW (oto_panel_view_get_type ())
G_DECLARE_FINAL_TYPE (OtoPanelView, oto_panel_view, OTO, PANEL_VIEW, OtoPlotView)

/* OtoPanelView: one panel of Fig. 3 with its title, axis and colour bar. */

GtkWidget    *oto_panel_view_new        (OtoPanelKind  kind);
OtoPanelKind  oto_panel_view_get_kind   (OtoPanelView *self);
OtoPanelData *oto_panel_view_get_data   (OtoPanelView *self);
void          oto_panel_view_set_data   (OtoPanelView *self,
                                         OtoPanelData *data);
void          oto_panel_view_set_notice (OtoPanelView *self,
                                         const char   *notice);

G_END_DECLS
