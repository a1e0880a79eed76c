/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "views/oto-plot-view.h"

G_BEGIN_DECLS

#define OTO_TYPE_RULER_VIEW (oto_ruler_view_get_type ())
G_DECLARE_FINAL_TYPE (OtoRulerView, oto_ruler_view, OTO, RULER_VIEW, OtoPlotView)

/* OtoRulerView: the time axis above the panels; scrolling over it zooms. */

GtkWidget *oto_ruler_view_new (void);

G_END_DECLS
