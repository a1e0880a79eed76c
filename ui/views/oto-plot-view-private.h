/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "views/oto-plot-view.h"

G_BEGIN_DECLS

typedef struct
{
  OtoViewState   *view;
  OtoTimeScale   *scale;         /* of @view */
  int             top_px;
  int             bottom_px;

  /* What was drawn last, kept until it changes. */
  GskRenderNode  *chrome;
  GskRenderNode  *body;
  int             drawn_width;
  int             drawn_height;

  double          pointer_x;
  double          pointer_y;
  double          pinch_scale;
  GtkWidget      *menu;          /* (nullable): until it is first asked for */

  /* A drag with the middle button: what was visible where it began. */
  double          pan_start_s;
  double          pan_low;

  /* A drag with the first button. */
  gboolean        is_dragging;
  OtoGrip         grip;
  OtoSelection    dragged;       /* the selection where it began */
} OtoPlotViewPrivate;

OtoPlotViewPrivate *oto_plot_view_get_private  (OtoPlotView    *self);

/* Of oto-plot-view-gestures.c. */
void                oto_plot_view_add_gestures (OtoPlotView    *self);

/* Of oto-plot-view-menu.c. */
void                oto_plot_view_install_menu (GtkWidgetClass *klass);
void                oto_plot_view_popup        (OtoPlotView    *self,
                                                double          x,
                                                double          y);

G_END_DECLS
