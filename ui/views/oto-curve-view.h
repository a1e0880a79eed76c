/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "paint/oto-curve-painter.h"

G_BEGIN_DECLS

#define OTO_TYPE_CURVE_VIEW (oto_curve_view_get_type ())
G_DECLARE_FINAL_TYPE (OtoCurveView, oto_curve_view, OTO, CURVE_VIEW, GtkWidget)

/* OtoCurveView: curves that grow while something runs. Its axes grow with them. */

void oto_curve_view_set_titles (OtoCurveView *self,
                                const char   *title,
                                const char   *x_title);
void oto_curve_view_set_curve  (OtoCurveView *self,
                                guint         i,             /* existing, or the next */
                                const char   *name,
                                const double *values,        /* copied */
                                guint         n_values,
                                double        first_x,
                                double        step_x,
                                gboolean      is_faint,
                                gboolean      higher_is_better);
void oto_curve_view_clear      (OtoCurveView *self);

G_END_DECLS
