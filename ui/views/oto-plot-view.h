/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "geometry/oto-rect.h"
#include "paint/oto-text-painter.h"
#include "state/oto-view-state.h"

G_BEGIN_DECLS

#define OTO_TYPE_PLOT_VIEW (oto_plot_view_get_type ())
G_DECLARE_DERIVABLE_TYPE (OtoPlotView, oto_plot_view, OTO, PLOT_VIEW, GtkWidget)

/* OtoPlotView: what panels, lanes and the ruler have in common: a plot on the time axis of a view
 * state that they share, its cursor, gestures that zoom and pan, and drawing that is kept until
 * something changes.
 *
 * A click puts cursor and playhead there, a drag selects, or changes what is selected. Property:
 * "view-state". Signal "resized": the plot is in another place. */
struct _OtoPlotViewClass
{
  GtkWidgetClass parent_class;

  gboolean scroll_zooms;         /* plain scrolling zooms time, as on the ruler */

  /* Around the plot: titles, axes, bars; drawn anew when data, size or theme change. */
  void (*paint_chrome) (OtoPlotView         *self,
                        cairo_t             *cr,
                        const OtoRect       *plot,
                        const OtoPaintStyle *style);
  /* What moves with the time axis. */
  void (*paint_body)   (OtoPlotView         *self,
                        cairo_t             *cr,
                        const OtoRect       *plot,
                        const OtoPaintStyle *style);
  /* Whether there is a mel axis to select on and to zoom; none by default. */
  gboolean (*has_mel)  (OtoPlotView         *self);
  /* A double click in the plot; selects nothing by default. */
  void (*activate)     (OtoPlotView         *self,
                        double               x,
                        double               y);
  /* Puts the cursor under the pointer; @y from the plot's upper edge. */
  void (*point)        (OtoPlotView         *self,
                        double               time_s,
                        double               y,
                        double               height);
};

/* Room for axes left of every plot, and for colour bars right of it, in pixels. */
#define OTO_PLOT_LEFT_PX  86
#define OTO_PLOT_RIGHT_PX 62

void            oto_plot_view_set_view     (OtoPlotView    *self,
                                            OtoViewState   *view);
OtoViewState   *oto_plot_view_get_view     (OtoPlotView    *self);
OtoTimeScale   *oto_plot_view_get_scale    (OtoPlotView    *self);
void            oto_plot_view_set_margins  (OtoPlotView    *self,
                                            int             top_px,
                                            int             bottom_px);
gboolean        oto_plot_view_get_plot     (OtoPlotView    *self,
                                            OtoRect        *ret_plot);
gboolean        oto_plot_view_has_mel      (OtoPlotView    *self);
double          oto_plot_view_get_level    (OtoPlotView    *self,
                                            double          y);
gboolean        oto_plot_view_place        (OtoPlotView    *self,
                                            const OtoRect  *plot,
                                            OtoRect        *ret_place);
void            oto_plot_view_invalidate   (OtoPlotView    *self);
void            oto_plot_view_describe     (OtoPlotView    *self,
                                            const char     *label,
                                            const char     *description);

/* For any widget that paints. */
const OtoTheme *oto_plot_view_get_theme    (void);
void            oto_plot_view_init_style   (GtkWidget      *widget,
                                            OtoClassColors *colors,
                                            double          font_px,
                                            OtoPaintStyle  *ret_style);

G_END_DECLS
