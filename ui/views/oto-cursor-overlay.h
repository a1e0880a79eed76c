/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "views/oto-plot-view.h"

G_BEGIN_DECLS

#define OTO_TYPE_CURSOR_OVERLAY (oto_cursor_overlay_get_type ())
G_DECLARE_FINAL_TYPE (OtoCursorOverlay, oto_cursor_overlay, OTO, CURSOR_OVERLAY, GtkWidget)

/* OtoCursorOverlay: crosshair and playhead over all plots of a page. It lies above them, takes no
 * input, and is all that is drawn anew while they move. */

void oto_cursor_overlay_set_view (OtoCursorOverlay *self,
                                  OtoViewState     *view);
void oto_cursor_overlay_add_plot (OtoCursorOverlay *self,
                                  OtoPlotView      *plot,
                                  GtkWidget        *clip);       /* (nullable): what scrolls it */

G_END_DECLS
