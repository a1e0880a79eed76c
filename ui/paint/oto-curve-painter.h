/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "geometry/oto-rect.h"
#include "paint/oto-text-painter.h"

G_BEGIN_DECLS

/**
 * OtoCurve:
 * @name: in the legend
 * @values: (array length=n_values): by rising x; one that is not finite ends the line with a cross
 * @n_values: their number
 * @first_x: x of the first value
 * @step_x: from one value to the next
 * @slot: its colour, as of a class
 * @is_faint: raw data behind another curve; not in the legend
 * @higher_is_better: which of its values the legend calls the best
 *
 * One line of a plot.
 */
typedef struct
{
  const char   *name;
  const double *values;
  guint         n_values;
  double        first_x;
  double        step_x;
  int           slot;
  gboolean      is_faint;
  gboolean      higher_is_better;
} OtoCurve;

/* What a plot shows. */
typedef struct
{
  double x_low, x_high;
  double y_low, y_high;
} OtoCurveRange;

void oto_curve_painter_fit   (const OtoCurve      *curves,
                              guint                n_curves,
                              OtoCurveRange       *ret_range);
void oto_curve_painter_paint (cairo_t             *cr,
                              const OtoCurve      *curves,
                              guint                n_curves,
                              const OtoCurveRange *range,
                              const char          *title,
                              const char          *x_title,
                              const OtoRect       *rect,
                              const OtoPaintStyle *style);

G_END_DECLS
