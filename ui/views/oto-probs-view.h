/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "paint/oto-panel-data.h"
#include "state/oto-view-state.h"

G_BEGIN_DECLS

#define OTO_TYPE_PROBS_VIEW (oto_probs_view_get_type ())
G_DECLARE_FINAL_TYPE (OtoProbsView, oto_probs_view, OTO, PROBS_VIEW, GtkWidget)

/* OtoProbsView: panel 8, a bar a class, with the clip threshold across: a class that does not reach
 * past it has no events. The line can be dragged. */

void oto_probs_view_set_view (OtoProbsView *self,
                              OtoViewState *view);
void oto_probs_view_set_data (OtoProbsView *self,
                              OtoPanelData *data);               /* (nullable) */

G_END_DECLS
