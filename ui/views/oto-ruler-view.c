/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-ruler-view.h"

#include "paint/oto-panel-painter.h"

#include <glib/gi18n.h>

#define HEIGHT_PX 30
#define BOTTOM_PX 2              /* what counts as the plot, under the ticks */

struct _OtoRulerView
{
  OtoPlotView parent_instance;
};

G_DEFINE_FINAL_TYPE (OtoRulerView, oto_ruler_view, OTO_TYPE_PLOT_VIEW)

static void
oto_ruler_view_paint_body (OtoPlotView         *view,
                           cairo_t             *cr,
                           const OtoRect       *plot,
                           const OtoPaintStyle *style)
{
  OtoTimeScale *scale = oto_plot_view_get_scale (view);
  OtoTextLook look = { style->theme->dim, style->font_px, FALSE, 0, 1, 0.5 };

  if (oto_time_scale_get_duration_s (scale) <= 0)
    return;

  oto_panel_painter_paint_time_axis (cr, plot, oto_time_scale_get_start_s (scale),
                                     oto_time_scale_get_end_s (scale), OTO_AXIS_ABOVE, NULL,
                                     style);
  oto_text_painter_paint (cr, _("Time (s)"), plot->x - 12, HEIGHT_PX / 2.0 - 2, &look, style);
}

static void
oto_ruler_view_class_init (OtoRulerViewClass *klass)
{
  OtoPlotViewClass *plot_class = OTO_PLOT_VIEW_CLASS (klass);

  plot_class->scroll_zooms = TRUE;
  plot_class->paint_body = oto_ruler_view_paint_body;
}

static void
oto_ruler_view_init (OtoRulerView *self)
{
  oto_plot_view_set_margins (OTO_PLOT_VIEW (self), HEIGHT_PX - BOTTOM_PX, 0);
  gtk_widget_set_size_request (GTK_WIDGET (self), -1, HEIGHT_PX);
}

/**
 * oto_ruler_view_new:
 *
 * Returns: (transfer floating): a ruler
 */
GtkWidget *
oto_ruler_view_new (void)
{
  return g_object_new (OTO_TYPE_RULER_VIEW, NULL);
}
