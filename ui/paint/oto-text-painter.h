/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "paint/oto-theme.h"

G_BEGIN_DECLS

/* What the program is installed with, then whatever the system has. */
#define OTO_FONT_FAMILY "Cantarell, Noto Sans, DejaVu Sans, Sans"

/**
 * OtoPaintStyle:
 * @theme: colours
 * @colors: (nullable): which class has which colour
 * @font_family: as Pango takes it
 * @font_px: size of tick labels; titles are a little larger
 * @line_px: thickness of ticks and lines
 * @label_gap_px: labels of upright axes are at least so far apart
 * @use_locale: numbers with the locale's decimal mark: in the window, never in a file
 * @scale: device pixels a unit, where a map is drawn pixel by pixel
 * @mel_low: lowest place of mel axes that is drawn, from 0
 * @mel_high: highest, to 1
 *
 * What every painter takes, on any cairo context: GTK's, PDF, SVG, an image.
 */
typedef struct
{
  const OtoTheme *theme;
  OtoClassColors *colors;
  const char     *font_family;
  double          font_px;
  double          line_px;
  double          label_gap_px;
  gboolean        use_locale;
  double          scale;
  double          mel_low;
  double          mel_high;
} OtoPaintStyle;

/**
 * OtoTextLook:
 * @rgb: colour
 * @size_px: height of the font
 * @is_bold: weight
 * @max_width: longer text ends in an ellipsis; 0: any width
 * @align_x: which point of the text stands at the given place: 0 its left end, 1 its right end
 * @align_y: 0 its upper edge, 1 its lower edge
 */
typedef struct
{
  guint32  rgb;
  double   size_px;
  gboolean is_bold;
  double   max_width;
  double   align_x;
  double   align_y;
} OtoTextLook;

void   oto_paint_style_init       (OtoPaintStyle       *self,
                                   const OtoTheme      *theme,
                                   OtoClassColors      *colors,
                                   double               font_px,
                                   double               scale);

double oto_text_painter_paint     (cairo_t             *cr,
                                   const char          *text,
                                   double               x,
                                   double               y,
                                   const OtoTextLook   *look,
                                   const OtoPaintStyle *style);
double oto_text_painter_measure   (cairo_t             *cr,
                                   const char          *text,
                                   const OtoTextLook   *look,
                                   const OtoPaintStyle *style);
void   oto_text_painter_collect   (cairo_surface_t     *surface,
                                   GString             *svg);

G_END_DECLS
