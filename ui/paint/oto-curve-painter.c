/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paint/oto-curve-painter.h"

#include "geometry/oto-reading.h"

#include <math.h>

#define LEFT_PX       52.0       /* numbers of the y axis */
#define RIGHT_PX      10.0
#define TITLE_PX      24.0
#define LEGEND_ROW_PX 16.0
#define BOTTOM_PX     34.0
#define Y_LABEL_PX    26.0
#define X_LABEL_PX    56.0
#define CROSS_PX      4.0

/**
 * oto_curve_painter_fit:
 * @curves: (array length=n_curves): lines
 * @n_curves: their number
 * @ret_range: (out caller-allocates): what shows all finite values, with some room above and below
 */
void
oto_curve_painter_fit (const OtoCurve *curves,
                       guint           n_curves,
                       OtoCurveRange  *ret_range)
{
  OtoCurveRange range = { INFINITY, -INFINITY, INFINITY, -INFINITY };
  double room;

  g_return_if_fail (n_curves == 0 || curves != NULL);
  g_return_if_fail (ret_range != NULL);

  for (guint i = 0; i < n_curves; i++)
    for (guint j = 0; j < curves[i].n_values; j++)
      if (isfinite (curves[i].values[j]))
        {
          range.x_low = fmin (range.x_low, curves[i].first_x + j * curves[i].step_x);
          range.x_high = fmax (range.x_high, curves[i].first_x + j * curves[i].step_x);
          range.y_low = fmin (range.y_low, curves[i].values[j]);
          range.y_high = fmax (range.y_high, curves[i].values[j]);
        }

  if (range.x_low > range.x_high)
    range = (OtoCurveRange) { 0, 1, 0, 1 };
  if (range.x_high - range.x_low < 1e-9)
    range.x_high = range.x_low + 1;

  room = fmax ((range.y_high - range.y_low) * 0.06, fabs (range.y_high) * 1e-3 + 1e-9);
  range.y_low -= room;
  range.y_high += room;
  *ret_range = range;
}

static double
to_x (const OtoCurveRange *range,
      const OtoRect       *plot,
      double               x)
{
  return plot->x + (x - range->x_low) / (range->x_high - range->x_low) * plot->width;
}

static double
to_y (const OtoCurveRange *range,
      const OtoRect       *plot,
      double               y)
{
  return plot->y + (range->y_high - y) / (range->y_high - range->y_low) * plot->height;
}

static void
paint_label (cairo_t             *cr,
             const char          *text,
             double               x,
             double               y,
             double               align_x,
             double               align_y,
             const OtoPaintStyle *style)
{
  const OtoTextLook look = {
    .rgb = style->theme->dim, .size_px = style->font_px, .align_x = align_x, .align_y = align_y,
  };
  g_autofree char *shown = g_strdup (text);

  if (style->use_locale)
    shown = oto_reading_localize (g_steal_pointer (&shown));
  oto_text_painter_paint (cr, shown, x, y, &look, style);
}

/* The smallest of 1, 2, 5 times a power of ten whose ticks are far enough apart. */
static double
get_step (double low,
          double high,
          double length_px,
          double min_px,
          double min_step)
{
  const double least = fmax ((high - low) * min_px / length_px, min_step);
  const double power = pow (10, floor (log10 (least)));
  const double factor = least / power;

  return power * (factor <= 1.0 + 1e-9 ? 1 : factor <= 2.0 ? 2 : factor <= 5.0 ? 5 : 10);
}

static void
paint_axes (cairo_t             *cr,
            const OtoCurveRange *range,
            const char          *x_title,
            const OtoRect       *plot,
            const OtoPaintStyle *style)
{
  const double x_step = get_step (range->x_low, range->x_high, plot->width, X_LABEL_PX, 1);
  const double y_step = get_step (range->y_low, range->y_high, plot->height, Y_LABEL_PX, 0);

  cairo_set_line_width (cr, style->line_px);
  for (double i = ceil (range->y_low / y_step); i * y_step <= range->y_high; i++)
    {
      const double y = floor (to_y (range, plot, i * y_step)) + 0.5;
      g_autofree char *label = g_strdup_printf ("%.6g", i * y_step);

      oto_theme_set_source (cr, style->theme->grid, 0.6);
      cairo_move_to (cr, plot->x, y);
      cairo_line_to (cr, plot->x + plot->width, y);
      cairo_stroke (cr);
      paint_label (cr, label, plot->x - 6, y, 1, 0.5, style);
    }

  oto_theme_set_source (cr, style->theme->grid, 1);
  cairo_move_to (cr, plot->x, plot->y + plot->height + 0.5);
  cairo_line_to (cr, plot->x + plot->width, plot->y + plot->height + 0.5);
  cairo_stroke (cr);
  for (double i = ceil (range->x_low / x_step); i * x_step <= range->x_high; i++)
    {
      g_autofree char *label = g_strdup_printf ("%.0f", i * x_step);

      paint_label (cr, label, to_x (range, plot, i * x_step), plot->y + plot->height + 3, 0.5, 0,
                   style);
    }
  paint_label (cr, x_title, plot->x + plot->width / 2, plot->y + plot->height + BOTTOM_PX, 0.5, 1,
               style);
}

/* Lines differ by dashes too, never by colour alone. */
static void
set_line (cairo_t             *cr,
          const OtoCurve      *curve,
          const OtoPaintStyle *style)
{
  static const double dashes[][2] = { { 1, 0 }, { 6, 3 }, { 2, 2 }, { 9, 2 } };
  const double *dash = dashes[MAX (curve->slot, 0) % G_N_ELEMENTS (dashes)];

  oto_theme_set_source (cr, oto_theme_get_class_text_rgb (style->theme, curve->slot),
                        curve->is_faint ? 0.35 : 1);
  cairo_set_line_width (cr, curve->is_faint ? style->line_px : 1.8 * style->line_px);
  if (dash[1] > 0 && !curve->is_faint)
    cairo_set_dash (cr, dash, 2, 0);
  else
    cairo_set_dash (cr, NULL, 0, 0);
}

static void
paint_curve (cairo_t             *cr,
             const OtoCurve      *curve,
             const OtoCurveRange *range,
             const OtoRect       *plot,
             const OtoPaintStyle *style)
{
  double x = plot->x, y = plot->y + plot->height;
  guint i;

  cairo_save (cr);
  set_line (cr, curve, style);
  cairo_new_path (cr);
  for (i = 0; i < curve->n_values && isfinite (curve->values[i]); i++)
    {
      x = to_x (range, plot, curve->first_x + i * curve->step_x);
      y = to_y (range, plot, curve->values[i]);
      cairo_line_to (cr, x, y);
    }
  cairo_stroke (cr);

  /* A single value has no line, and one that is not a number ends it. */
  cairo_set_dash (cr, NULL, 0, 0);
  if (i == 1)
    {
      cairo_arc (cr, x, y, 2.5, 0, 2 * G_PI);
      cairo_fill (cr);
    }
  if (i < curve->n_values)
    {
      cairo_move_to (cr, x - CROSS_PX, y - CROSS_PX);
      cairo_line_to (cr, x + CROSS_PX, y + CROSS_PX);
      cairo_move_to (cr, x - CROSS_PX, y + CROSS_PX);
      cairo_line_to (cr, x + CROSS_PX, y - CROSS_PX);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

/* Name, last and best value: "validation 0.231, best 0.245". */
static char *
dup_legend (const OtoCurve *curve)
{
  double last = NAN, best = NAN;

  for (guint i = 0; i < curve->n_values; i++)
    {
      double value = curve->values[i];

      if (!isfinite (value))
        continue;
      last = value;
      if (isnan (best) || (curve->higher_is_better ? value > best : value < best))
        best = value;
    }

  if (isnan (last))
    return g_strdup (curve->name);

  return g_strdup_printf ("%s  %.4g (best %.4g)", curve->name, last, best);
}

static void
paint_legend (cairo_t             *cr,
              const OtoCurve      *curve,
              double               x,
              double               y,
              const OtoPaintStyle *style)
{
  g_autofree char *text = dup_legend (curve);

  cairo_save (cr);
  set_line (cr, curve, style);
  cairo_move_to (cr, x, y);
  cairo_line_to (cr, x + 20, y);
  cairo_stroke (cr);
  cairo_restore (cr);
  paint_label (cr, text, x + 26, y, 0, 0.5, style);
}

/**
 * oto_curve_painter_paint:
 * @cr: a context
 * @curves: (array length=n_curves): lines
 * @n_curves: their number
 * @range: what is shown
 * @title: name of the plot
 * @x_title: what the x axis counts, with its unit
 * @rect: room for everything
 * @style: colours and font
 *
 * Draws curves with title, legend and axes.
 */
void
oto_curve_painter_paint (cairo_t             *cr,
                         const OtoCurve      *curves,
                         guint                n_curves,
                         const OtoCurveRange *range,
                         const char          *title,
                         const char          *x_title,
                         const OtoRect       *rect,
                         const OtoPaintStyle *style)
{
  const OtoTextLook title_look = {
    .rgb = style->theme->foreground, .size_px = style->font_px * 1.1, .is_bold = TRUE,
    .align_y = 0.5,
  };
  OtoRect plot = { rect->x + LEFT_PX, rect->y + TITLE_PX, rect->width - LEFT_PX - RIGHT_PX, 0 };
  guint row = 0;

  oto_text_painter_paint (cr, title, rect->x, rect->y + TITLE_PX / 2, &title_look, style);
  for (guint i = 0; i < n_curves; i++)
    if (!curves[i].is_faint)
      paint_legend (cr, &curves[i], plot.x, plot.y + LEGEND_ROW_PX * (0.5 + row++), style);

  plot.y += row * LEGEND_ROW_PX + 6;
  plot.height = rect->y + rect->height - BOTTOM_PX - plot.y;
  if (plot.width < 8 || plot.height < 8)
    return;

  paint_axes (cr, range, x_title, &plot, style);
  cairo_save (cr);
  cairo_rectangle (cr, plot.x - 3, plot.y - 3, plot.width + 6, plot.height + 6);
  cairo_clip (cr);
  for (guint i = 0; i < n_curves; i++)
    paint_curve (cr, &curves[i], range, &plot, style);
  cairo_restore (cr);
}
