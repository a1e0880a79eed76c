/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-panel-view.h"

#include "paint/oto-panel-painter.h"

#include <glib/gi18n.h>
#include <math.h>

#define TITLE_PX      20
#define TITLE_LEFT_PX 8
#define GAP_PX        2
#define BAR_GAP_PX    8
#define BAR_PX        9
#define ONE_ROW_PX    24         /* of a row that all classes share */
#define NOTICE_PX     2          /* a panel that the model lacks is little more than its title */

struct _OtoPanelView
{
  OtoPlotView   parent_instance;

  OtoPanelKind  kind;
  OtoPanelData *data;
  char         *notice;
  int           height_px;       /* at least, for the plot */
};

G_DEFINE_FINAL_TYPE (OtoPanelView, oto_panel_view, OTO_TYPE_PLOT_VIEW)

static void
oto_panel_view_paint_chrome (OtoPlotView         *view,
                             cairo_t             *cr,
                             const OtoRect       *plot,
                             const OtoPaintStyle *style)
{
  OtoPanelView *self = OTO_PANEL_VIEW (view);
  const OtoRect row = { TITLE_LEFT_PX, 0, plot->x + plot->width - TITLE_LEFT_PX + 40, TITLE_PX };
  const OtoRect bar = { plot->x + plot->width + BAR_GAP_PX, plot->y, BAR_PX, plot->height };
  g_autofree char *badge = g_strdup_printf ("%d", self->kind);
  double title_end;

  if (self->data == NULL)
    return;

  title_end = oto_panel_painter_paint_title (cr, self->data, badge, TRUE, &row, style);
  if (!self->data->is_available)
    {
      const double begin = MAX (plot->x, title_end);
      const OtoRect place = { begin, 0, plot->x + plot->width - begin, TITLE_PX };

      if (self->data->note != NULL)
        oto_panel_painter_paint_notice (cr, self->data->note, &place, style);

      return;
    }

  oto_panel_painter_paint_axis (cr, self->data, plot, plot->x, style);
  oto_panel_painter_paint_color_bar (cr, self->data, &bar, style);
}

static void
oto_panel_view_paint_body (OtoPlotView         *view,
                           cairo_t             *cr,
                           const OtoRect       *plot,
                           const OtoPaintStyle *style)
{
  OtoPanelView *self = OTO_PANEL_VIEW (view);
  OtoTimeScale *scale = oto_plot_view_get_scale (view);

  if (self->data != NULL && self->data->is_available)
    oto_panel_painter_paint_body (cr, self->data, plot, oto_time_scale_get_start_s (scale),
                                  oto_time_scale_get_end_s (scale), style);
  else if (self->data == NULL && self->notice != NULL)
    oto_panel_painter_paint_notice (cr, self->notice, plot, style);
}

static void
oto_panel_view_point (OtoPlotView *view,
                      double       time_s,
                      double       y,
                      double       height)
{
  OtoPanelView *self = OTO_PANEL_VIEW (view);
  double level = NAN;
  int row = -1;

  if (self->data != NULL && self->data->is_available)
    {
      row = oto_panel_data_row_from_y (self->data, y, height);
      if (self->data->bottom_up)
        level = 1.0 - (y + 0.5) / height;
    }

  oto_view_state_point (oto_plot_view_get_view (view), time_s, level, (int) self->kind, row);
}

static void
oto_panel_view_finalize (GObject *object)
{
  OtoPanelView *self = OTO_PANEL_VIEW (object);

  g_clear_pointer (&self->data, oto_panel_data_unref);
  g_free (self->notice);

  G_OBJECT_CLASS (oto_panel_view_parent_class)->finalize (object);
}

static void
oto_panel_view_class_init (OtoPanelViewClass *klass)
{
  OtoPlotViewClass *plot_class = OTO_PLOT_VIEW_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = oto_panel_view_finalize;
  plot_class->paint_chrome = oto_panel_view_paint_chrome;
  plot_class->paint_body = oto_panel_view_paint_body;
  plot_class->point = oto_panel_view_point;
}

static void
oto_panel_view_init (OtoPanelView *self)
{
}

static void
update_height (OtoPanelView *self)
{
  const gboolean is_notice = self->data != NULL && !self->data->is_available;
  const gboolean is_one_row = self->data != NULL && self->data->is_shared;
  const int height_px = is_notice ? NOTICE_PX : is_one_row ? ONE_ROW_PX : self->height_px;

  gtk_widget_set_size_request (GTK_WIDGET (self), -1, TITLE_PX + GAP_PX + height_px);
  gtk_widget_set_vexpand (GTK_WIDGET (self), !is_notice && !is_one_row);
  /* One line says that there is no frequency attention, not three. */
  gtk_widget_set_visible (GTK_WIDGET (self), !is_notice || (self->kind != OTO_PANEL_FREQ_ATT_2
                                                            && self->kind != OTO_PANEL_FREQ_ATT_3));
}

/**
 * oto_panel_view_new:
 * @kind: which panel, 1 to 7
 *
 * Returns: (transfer floating): a panel without data
 */
GtkWidget *
oto_panel_view_new (OtoPanelKind kind)
{
  static const int heights_px[] = { 0, 64, 46, 33, 33, 33, 88, 88 };
  OtoPanelView *self;

  g_return_val_if_fail (kind >= OTO_PANEL_LOGMEL && kind <= OTO_PANEL_TIME_ATT, NULL);

  self = g_object_new (OTO_TYPE_PANEL_VIEW, NULL);
  self->kind = kind;
  self->height_px = heights_px[kind];
  oto_plot_view_set_margins (OTO_PLOT_VIEW (self), TITLE_PX, GAP_PX);
  update_height (self);

  return GTK_WIDGET (self);
}

/**
 * oto_panel_view_get_kind:
 * @self: a panel
 *
 * Returns: which one it is
 */
OtoPanelKind
oto_panel_view_get_kind (OtoPanelView *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_VIEW (self), OTO_PANEL_LOGMEL);

  return self->kind;
}

/**
 * oto_panel_view_get_data:
 * @self: a panel
 *
 * Returns: (transfer none) (nullable): what it shows
 */
OtoPanelData *
oto_panel_view_get_data (OtoPanelView *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_VIEW (self), NULL);

  return self->data;
}

/**
 * oto_panel_view_set_data:
 * @self: a panel
 * @data: (nullable): what it shows
 */
void
oto_panel_view_set_data (OtoPanelView *self,
                         OtoPanelData *data)
{
  g_return_if_fail (OTO_IS_PANEL_VIEW (self));

  if (self->data == data)
    return;

  g_clear_pointer (&self->data, oto_panel_data_unref);
  self->data = data != NULL ? oto_panel_data_ref (data) : NULL;

  /* That positions are mixtures is more than the title's mark can say. */
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), data != NULL && data->is_mixed
                               ? _("Attention of this model is mixed over bins and frames by its "
                                   "dense layers: its positions are not places in the clip.")
                               : NULL);
  update_height (self);
  oto_plot_view_invalidate (OTO_PLOT_VIEW (self));
}

/**
 * oto_panel_view_set_notice:
 * @self: a panel
 * @notice: (nullable): words in place of a map that is not there yet
 */
void
oto_panel_view_set_notice (OtoPanelView *self,
                           const char   *notice)
{
  g_return_if_fail (OTO_IS_PANEL_VIEW (self));

  if (g_strcmp0 (self->notice, notice) == 0)
    return;

  g_free (self->notice);
  self->notice = g_strdup (notice);
  oto_plot_view_invalidate (OTO_PLOT_VIEW (self));
}
