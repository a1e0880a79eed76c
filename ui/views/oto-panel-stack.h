/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "paint/oto-panel-data.h"
#include "state/oto-detection.h"
#include "state/oto-panel-list.h"
#include "views/oto-plot-view.h"

G_BEGIN_DECLS

#define OTO_TYPE_PANEL_STACK (oto_panel_stack_get_type ())
G_DECLARE_FINAL_TYPE (OtoPanelStack, oto_panel_stack, OTO, PANEL_STACK, GtkWidget)

/**
 * OtoPanelStack:
 *
 * A clip under one model, on one time axis: ruler, panels of a list, lanes of events, and the
 * cursor over all of them. Several may share a view state.
 *
 * Properties: "view-state", "panels" (#OtoPanelList), "detection", "clip", "analysis" (all
 * nullable), "notice" (words in place of maps that are not there), "reading" (what is under the
 * cursor, for assistive technology), "is-stale" (what is shown is of another model, and dimmed).
 *
 * Signals: "loaded": a panel is ready; "settled": all are; "failed" (message): one cannot be made.
 */

GtkWidget    *oto_panel_stack_new        (void);
void          oto_panel_stack_set_clip   (OtoPanelStack *self,
                                          OtoClip       *clip);
void          oto_panel_stack_set_notice (OtoPanelStack *self,
                                          const char    *notice);
gboolean      oto_panel_stack_is_busy    (OtoPanelStack *self);
OtoPanelItem *oto_panel_stack_get_focus  (OtoPanelStack *self);   /* (nullable) */
GPtrArray    *oto_panel_stack_dup_data   (OtoPanelStack *self) G_GNUC_WARN_UNUSED_RESULT;
OtoPanelData *oto_panel_stack_find_data  (OtoPanelStack *self,
                                          const char    *name);
GtkWidget    *oto_panel_stack_get_plot   (OtoPanelStack *self,
                                          const char    *name);

G_END_DECLS
