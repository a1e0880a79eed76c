/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "geometry/oto-rect.h"
#include "paint/oto-panel-data.h"
#include "paint/oto-text-painter.h"

G_BEGIN_DECLS

/* Painters draw inside and around the rectangle of a plot. On screen its edges should lie on
 * whole pixels. */

/* Side of a time axis on which its ticks and labels stand. */
typedef enum
{
  OTO_AXIS_ABOVE,
  OTO_AXIS_BELOW,
} OtoAxisSide;

void   oto_panel_painter_paint_body      (cairo_t             *cr,
                                          const OtoPanelData  *data,
                                          const OtoRect       *plot,
                                          double               start_s,
                                          double               end_s,
                                          const OtoPaintStyle *style);
void   oto_panel_painter_paint_notice    (cairo_t             *cr,
                                          const char          *text,
                                          const OtoRect       *plot,
                                          const OtoPaintStyle *style);
double oto_panel_painter_paint_title     (cairo_t             *cr,
                                          const OtoPanelData  *data,
                                          const char          *badge,
                                          gboolean             badge_is_disc,
                                          const OtoRect       *row,
                                          const OtoPaintStyle *style);
void   oto_panel_painter_paint_axis      (cairo_t             *cr,
                                          const OtoPanelData  *data,
                                          const OtoRect       *plot,
                                          double               margin_px,
                                          const OtoPaintStyle *style);
void   oto_panel_painter_paint_bin_axis  (cairo_t             *cr,
                                          const OtoPanelData  *data,
                                          const OtoRect       *plot,
                                          const OtoPaintStyle *style);
void   oto_panel_painter_paint_color_bar (cairo_t             *cr,
                                          const OtoPanelData  *data,
                                          const OtoRect       *bar,
                                          const OtoPaintStyle *style);
void   oto_panel_painter_paint_time_axis (cairo_t             *cr,
                                          const OtoRect       *plot,
                                          double               start_s,
                                          double               end_s,
                                          OtoAxisSide          side,
                                          const char          *title,
                                          const OtoPaintStyle *style);
void   oto_panel_painter_paint_probs     (cairo_t             *cr,
                                          const OtoPanelData  *data,
                                          const OtoRect       *plot,
                                          double               margin_px,
                                          double               threshold,
                                          const OtoPaintStyle *style);

G_END_DECLS
