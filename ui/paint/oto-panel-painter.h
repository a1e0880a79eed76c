/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>

#include "geometry/oto-rect.h"
#include "paint/oto-panel-data.h"
#include "paint/oto-theme.h"

G_BEGIN_DECLS

/**
 * OtoPaintStyle:
 * @theme: colours
 * @colors: (nullable): which class has which colour
 * @font_family: as Pango takes it
 * @font_px: size of tick labels; titles are a little larger
 * @line_px: thickness of ticks and frames
 * @use_locale: numbers with the locale's decimal mark: in the window, never in a file
 * @scale: device pixels a unit, where a map is drawn pixel by pixel
 *
 * What every painter takes. Painters draw inside and around the rectangle of a plot, on any cairo context: GTK's, PDF,
 * SVG, an image. On screen the rectangle's edges should lie on whole pixels.
 */
typedef struct
{
  const OtoTheme *theme;
  OtoClassColors *colors;
  const char     *font_family;
  double          font_px;
  double          line_px;
  gboolean        use_locale;
  int             scale;
} OtoPaintStyle;

void   oto_paint_style_init (OtoPaintStyle *self, const OtoTheme *theme, OtoClassColors *colors, double font_px, int scale);

/* The map itself, seams included; frames its rectangle with nothing. */
void   oto_panel_painter_paint_body      (cairo_t *cr, const OtoPanelData *data, const OtoRect *plot, double start_s, double end_s, const OtoPaintStyle *style);
/* What stands left of the plot: hertz with ticks, or names of classes, right-aligned in @margin_px. */
void   oto_panel_painter_paint_axis      (cairo_t *cr, const OtoPanelData *data, const OtoRect *plot, double margin_px, const OtoPaintStyle *style);
/* A bar in @bar, its numbers right of it; marks ends beyond which there are values. */
void   oto_panel_painter_paint_color_bar (cairo_t *cr, const OtoPanelData *data, const OtoRect *bar, const OtoPaintStyle *style);
/* Badge or letter, title, class swatch and name, probability, note; the unit at the right end. */
void   oto_panel_painter_paint_title     (cairo_t *cr, const OtoPanelData *data, const char *badge, gboolean badge_is_disc, const OtoRect *row, const OtoPaintStyle *style);
/* A time axis along the edge of @plot: above it, or below it. */
void   oto_panel_painter_paint_time_axis (cairo_t *cr, const OtoRect *plot, double start_s, double end_s, gboolean above, gboolean with_labels, const char *title, const OtoPaintStyle *style);
/* In place of a map that there is not. */
void   oto_panel_painter_paint_notice    (cairo_t *cr, const char *text, const OtoRect *plot, const OtoPaintStyle *style);
/* Panel 8: a row a class: name, bar, number; @threshold NaN: none. */
void   oto_panel_painter_paint_probs     (cairo_t *cr, const OtoPanelData *data, const OtoRect *rect, double threshold, const OtoPaintStyle *style);

/* Words; @align_x, @align_y 0 to 1: which point of the text stands at (x, y). Returns the width. */
double oto_panel_painter_paint_text      (cairo_t *cr, const char *text, double x, double y, double align_x, double align_y, double max_width, gboolean bold, guint32 rgb, double size_px, const OtoPaintStyle *style);
double oto_panel_painter_measure_text    (cairo_t *cr, const char *text, gboolean bold, double size_px, const OtoPaintStyle *style);

G_END_DECLS
