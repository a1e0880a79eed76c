/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-cursor-overlay.h"

#include "views/oto-panel-view.h"
#include "views/oto-ruler-view.h"

#include <math.h>

#define MARK_PX 9                /* the playhead's triangle on the ruler */

typedef struct
{
  OtoPlotView *plot;
  GtkWidget   *clip;
} Overlaid;

struct _OtoCursorOverlay
{
  GtkWidget     parent_instance;

  OtoViewState *view;
  OtoTimeScale *scale;           /* of @view */
  GArray       *plots;           /* of Overlaid; the widgets are siblings below */
  int           playhead_px;     /* where it was drawn last */
};

G_DEFINE_FINAL_TYPE (OtoCursorOverlay, oto_cursor_overlay, GTK_TYPE_WIDGET)

/* Where a plot's rectangle and its visible part lie on the overlay. */
static gboolean
get_bounds (OtoCursorOverlay  *self,
            const Overlaid *overlaid,
            OtoRect           *ret_plot,
            graphene_rect_t   *ret_visible)
{
  graphene_rect_t clip;
  graphene_point_t origin;
  OtoRect plot;

  /* A notice in place of a map has no time axis. */
  if (OTO_IS_PANEL_VIEW (overlaid->plot))
    {
      OtoPanelData *data = oto_panel_view_get_data (OTO_PANEL_VIEW (overlaid->plot));

      if (data == NULL || !data->is_available)
        return FALSE;
    }

  if (!gtk_widget_get_mapped (GTK_WIDGET (overlaid->plot))
      || !oto_plot_view_get_plot (overlaid->plot, &plot)
      || !gtk_widget_compute_point (GTK_WIDGET (overlaid->plot), GTK_WIDGET (self),
                                    &GRAPHENE_POINT_INIT ((float) plot.x, (float) plot.y),
                                    &origin))
    return FALSE;

  *ret_plot = (OtoRect) { origin.x, origin.y, plot.width, plot.height };
  *ret_visible = GRAPHENE_RECT_INIT (origin.x, origin.y, (float) plot.width, (float) plot.height);

  return overlaid->clip == NULL
         || (gtk_widget_compute_bounds (overlaid->clip, GTK_WIDGET (self), &clip)
             && graphene_rect_intersection (ret_visible, &clip, ret_visible));
}

static void
append_line (GtkSnapshot           *snapshot,
             const graphene_rect_t *visible,
             const graphene_rect_t *line,
             const GdkRGBA         *color)
{
  graphene_rect_t part;

  if (graphene_rect_intersection (visible, line, &part))
    gtk_snapshot_append_color (snapshot, color, &part);
}

/* A line of one pixel between two dark ones, so that it shows on any map. */
static void
append_cross (OtoCursorOverlay      *self,
              GtkSnapshot           *snapshot,
              const OtoRect         *plot,
              const graphene_rect_t *visible,
              gboolean               has_mel)
{
  const GdkRGBA light = { 1, 1, 1, 1 };
  const GdkRGBA dark = { 0, 0, 0, 0.75f };
  const double time_s = oto_view_state_get_time_s (self->view);
  const double level = oto_view_state_get_height (self->view);

  if (!isnan (time_s) && time_s >= oto_time_scale_get_start_s (self->scale)
      && time_s <= oto_time_scale_get_end_s (self->scale))
    {
      float x = (float) floor (plot->x + oto_time_scale_x_from_s (self->scale, time_s,
                                                                  plot->width));

      append_line (snapshot, visible, &GRAPHENE_RECT_INIT (x - 1, (float) plot->y, 3,
                                                           (float) plot->height), &dark);
      append_line (snapshot, visible, &GRAPHENE_RECT_INIT (x, (float) plot->y, 1,
                                                           (float) plot->height), &light);
    }

  if (has_mel && !isnan (level))
    {
      const GdkRGBA faint = { 1, 1, 1, 0.55f };
      double low, high;
      float y;

      oto_view_state_get_mel_range (self->view, &low, &high);
      y = (float) floor (plot->y + (high - level) / (high - low) * plot->height);
      append_line (snapshot, visible, &GRAPHENE_RECT_INIT ((float) plot->x, y, (float) plot->width,
                                                           1), &faint);
    }
}

/* On the ruler a bar says which times are selected. */
static void
append_selected_time (GtkSnapshot   *snapshot,
                      OtoPlotView   *view,
                      const OtoRect *plot)
{
  const guint32 accent = oto_plot_view_get_theme ()->accent;
  const GdkRGBA color = { (accent >> 16 & 255) / 255.f, (accent >> 8 & 255) / 255.f,
                          (accent & 255) / 255.f, 1 };
  float left, right;
  OtoRect place;

  if (!oto_plot_view_place (view, plot, &place))
    return;

  left = (float) round (MAX (place.x, plot->x));
  right = (float) round (MIN (place.x + place.width, plot->x + plot->width));
  if (right > left)
    gtk_snapshot_append_color (snapshot, &color,
                               &GRAPHENE_RECT_INIT (left, (float) plot->y - 1, right - left, 3));
}

/* What is not selected is dimmed, what is has an outline: a tint would change its colours. */
static void
append_selection (GtkSnapshot           *snapshot,
                  OtoPlotView           *view,
                  const OtoRect         *plot,
                  const graphene_rect_t *visible)
{
  /* Events lie on the window's own ground. */
  const GdkRGBA dim = { 0, 0, 0, OTO_IS_PANEL_VIEW (view) ? 0.45f : 0.12f };
  const GdkRGBA light = { 1, 1, 1, 1 };
  const GdkRGBA dark = { 0, 0, 0, 0.75f };
  const GdkRGBA light4[4] = { light, light, light, light };
  const GdkRGBA dark4[4] = { dark, dark, dark, dark };
  const float widths[4] = { 1, 1, 1, 1 };
  float left, right, top, bottom;
  GskRoundedRect outline;
  OtoRect place;

  if (!oto_plot_view_place (view, plot, &place))
    return;

  left = (float) round (place.x);
  right = (float) round (place.x + MAX (place.width, 1.0));
  top = (float) round (place.y);
  bottom = (float) round (place.y + place.height);
  gtk_snapshot_push_clip (snapshot, visible);
  append_line (snapshot, visible, &GRAPHENE_RECT_INIT ((float) plot->x - 1, (float) plot->y,
                                                       MAX (left - (float) plot->x + 1, 0),
                                                       (float) plot->height), &dim);
  append_line (snapshot, visible, &GRAPHENE_RECT_INIT (right, (float) plot->y,
                                                       MAX ((float) (plot->x + plot->width) - right,
                                                            0), (float) plot->height), &dim);
  append_line (snapshot, visible, &GRAPHENE_RECT_INIT (left, (float) plot->y, right - left,
                                                       MAX (top - (float) plot->y, 0)), &dim);
  append_line (snapshot, visible,
               &GRAPHENE_RECT_INIT (left, bottom, right - left,
                                    MAX ((float) (plot->y + plot->height) - bottom, 0)), &dim);
  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (left - 1, top - 1,
                                                                  right - left + 2,
                                                                  bottom - top + 2), 0);
  gtk_snapshot_append_border (snapshot, &outline, widths, dark4);
  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (left, top, right - left,
                                                                  bottom - top), 0);
  gtk_snapshot_append_border (snapshot, &outline, widths, light4);
  gtk_snapshot_pop (snapshot);
}

static void
append_playhead (OtoCursorOverlay      *self,
                 GtkSnapshot           *snapshot,
                 const OtoRect         *plot,
                 const graphene_rect_t *visible,
                 gboolean               is_ruler)
{
  const guint32 accent = oto_theme_dark.accent;
  const GdkRGBA color = { (accent >> 16 & 255) / 255.f, (accent >> 8 & 255) / 255.f,
                          (accent & 255) / 255.f, 1 };
  const GdkRGBA dark = { 0, 0, 0, 0.6f };
  const double time_s = oto_view_state_get_playhead_s (self->view);
  float x;

  if (time_s < oto_time_scale_get_start_s (self->scale)
      || time_s > oto_time_scale_get_end_s (self->scale))
    return;

  x = (float) floor (plot->x + oto_time_scale_x_from_s (self->scale, time_s, plot->width));
  if (is_ruler)
    {
      /* Rows that become shorter towards the point: a triangle without a path. */
      for (int row = 0; row < MARK_PX; row += 2)
        gtk_snapshot_append_color (snapshot, &color,
                                   &GRAPHENE_RECT_INIT (x - (MARK_PX - row) / 2,
                                                        (float) plot->y - MARK_PX + row,
                                                        MARK_PX - row, 2));

      return;
    }

  append_line (snapshot, visible, &GRAPHENE_RECT_INIT (x - 1, (float) plot->y, 4,
                                                       (float) plot->height), &dark);
  append_line (snapshot, visible, &GRAPHENE_RECT_INIT (x, (float) plot->y, 2,
                                                       (float) plot->height), &color);
}

static void
oto_cursor_overlay_snapshot (GtkWidget   *widget,
                             GtkSnapshot *snapshot)
{
  OtoCursorOverlay *self = OTO_CURSOR_OVERLAY (widget);

  if (self->scale == NULL || oto_time_scale_get_duration_s (self->scale) <= 0)
    return;

  for (guint i = 0; i < self->plots->len; i++)
    {
      const Overlaid *overlaid = &g_array_index (self->plots, Overlaid, i);
      gboolean is_ruler = OTO_IS_RULER_VIEW (overlaid->plot);
      gboolean has_mel;
      graphene_rect_t visible;
      OtoRect plot;

      if (!get_bounds (self, overlaid, &plot, &visible))
        continue;

      has_mel = OTO_IS_PANEL_VIEW (overlaid->plot)
                && oto_panel_view_get_data (OTO_PANEL_VIEW (overlaid->plot))->bottom_up;
      if (is_ruler)
        append_selected_time (snapshot, overlaid->plot, &plot);
      else
        append_selection (snapshot, overlaid->plot, &plot, &visible);
      append_playhead (self, snapshot, &plot, &visible, is_ruler);
      if (!is_ruler)
        append_cross (self, snapshot, &plot, &visible, has_mel);
    }
}

/* The playhead is told of far more often than it crosses a pixel. */
static void
playhead_changed_cb (OtoViewState     *view,
                     GParamSpec       *pspec,
                     OtoCursorOverlay *self)
{
  const Overlaid *first;
  OtoRect plot;
  int px;

  if (self->plots->len == 0)
    return;

  first = &g_array_index (self->plots, Overlaid, 0);
  if (!oto_plot_view_get_plot (first->plot, &plot))
    return;

  px = (int) floor (oto_time_scale_x_from_s (self->scale, oto_view_state_get_playhead_s (view),
                                             plot.width));
  if (px == self->playhead_px)
    return;

  self->playhead_px = px;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
oto_cursor_overlay_dispose (GObject *object)
{
  OtoCursorOverlay *self = OTO_CURSOR_OVERLAY (object);

  self->scale = NULL;
  g_clear_object (&self->view);
  if (self->plots != NULL)
    g_array_set_size (self->plots, 0);

  G_OBJECT_CLASS (oto_cursor_overlay_parent_class)->dispose (object);
}

static void
oto_cursor_overlay_finalize (GObject *object)
{
  g_array_unref (OTO_CURSOR_OVERLAY (object)->plots);

  G_OBJECT_CLASS (oto_cursor_overlay_parent_class)->finalize (object);
}

static void
oto_cursor_overlay_class_init (OtoCursorOverlayClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = oto_cursor_overlay_dispose;
  G_OBJECT_CLASS (klass)->finalize = oto_cursor_overlay_finalize;
  GTK_WIDGET_CLASS (klass)->snapshot = oto_cursor_overlay_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
oto_cursor_overlay_init (OtoCursorOverlay *self)
{
  self->plots = g_array_new (FALSE, FALSE, sizeof (Overlaid));
  self->playhead_px = -1;
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_widget_set_can_focus (GTK_WIDGET (self), FALSE);
}

/**
 * oto_cursor_overlay_set_view:
 * @self: an overlay
 * @view: (nullable): the state that the views below share
 */
void
oto_cursor_overlay_set_view (OtoCursorOverlay *self,
                             OtoViewState     *view)
{
  g_return_if_fail (OTO_IS_CURSOR_OVERLAY (self));
  g_return_if_fail (view == NULL || OTO_IS_VIEW_STATE (view));

  if (self->view == view)
    return;

  if (self->view != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->scale, self);
      g_signal_handlers_disconnect_by_data (self->view, self);
    }
  self->scale = view != NULL ? oto_view_state_get_scale (view) : NULL;
  g_set_object (&self->view, view);
  if (view == NULL)
    return;

  g_signal_connect_object (self->scale, "changed", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "cursor-changed", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "selection-changed", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "mel-changed", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "notify::playhead-s", G_CALLBACK (playhead_changed_cb), self, 0);
}

/**
 * oto_cursor_overlay_add_plot:
 * @self: an overlay
 * @plot: a view below it
 * @clip: (nullable): the widget that scrolls @plot
 */
void
oto_cursor_overlay_add_plot (OtoCursorOverlay *self,
                             OtoPlotView      *plot,
                             GtkWidget        *clip)
{
  const Overlaid overlaid = { plot, clip };

  g_return_if_fail (OTO_IS_CURSOR_OVERLAY (self));
  g_return_if_fail (OTO_IS_PLOT_VIEW (plot));

  g_array_append_val (self->plots, overlaid);
  g_signal_connect_object (plot, "resized", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
}
