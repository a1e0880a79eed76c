/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-probs-view.h"

#include "geometry/oto-reading.h"
#include "paint/oto-panel-painter.h"
#include "views/oto-plot-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define ROW_PX    21
#define NAME_PX   84
#define NUMBER_PX 46
#define FONT_PX   12.0
#define GRIP_PX   6.0            /* so near to the line a drag takes it */

struct _OtoProbsView
{
  GtkWidget       parent_instance;

  OtoPanelData   *data;
  OtoViewState   *view;
  double          drag_x;        /* where a drag began */
};

enum { PROP_0, PROP_VIEW_STATE, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (OtoProbsView, oto_probs_view, GTK_TYPE_WIDGET)

/* Length of a bar of 1. */
static int
get_bar_px (OtoProbsView *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self)) - NAME_PX - NUMBER_PX;
}

static void
oto_probs_view_snapshot (GtkWidget   *widget,
                         GtkSnapshot *snapshot)
{
  OtoProbsView *self = OTO_PROBS_VIEW (widget);
  const int width = gtk_widget_get_width (widget);
  const int height = gtk_widget_get_height (widget);
  const OtoRect plot = { NAME_PX, 0, get_bar_px (self), height };
  OtoPaintStyle style;
  cairo_t *cr;

  if (self->data == NULL || self->view == NULL || plot.width < 8 || height <= 0)
    return;

  oto_plot_view_init_style (widget, oto_view_state_get_colors (self->view), FONT_PX, &style);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  oto_panel_painter_paint_probs (cr, self->data, &plot, NAME_PX,
                                 oto_view_state_get_clip_threshold (self->view), &style);
  cairo_destroy (cr);
}

static void
oto_probs_view_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  if (prop_id == PROP_VIEW_STATE)
    g_value_set_object (value, OTO_PROBS_VIEW (object)->view);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_probs_view_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  if (prop_id == PROP_VIEW_STATE)
    oto_probs_view_set_view (OTO_PROBS_VIEW (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_probs_view_dispose (GObject *object)
{
  OtoProbsView *self = OTO_PROBS_VIEW (object);

  g_clear_pointer (&self->data, oto_panel_data_unref);
  g_clear_object (&self->view);

  G_OBJECT_CLASS (oto_probs_view_parent_class)->dispose (object);
}

static void
oto_probs_view_class_init (OtoProbsViewClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = oto_probs_view_get_property;
  G_OBJECT_CLASS (klass)->set_property = oto_probs_view_set_property;
  G_OBJECT_CLASS (klass)->dispose = oto_probs_view_dispose;
  GTK_WIDGET_CLASS (klass)->snapshot = oto_probs_view_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);

  properties[PROP_VIEW_STATE] = g_param_spec_object ("view-state", NULL, NULL, OTO_TYPE_VIEW_STATE,
                                                     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
}

/* --- the line --- */

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               OtoProbsView   *self)
{
  const int bar_px = get_bar_px (self);
  double line;

  if (self->view == NULL || self->data == NULL || bar_px < 1)
    return;

  line = oto_view_state_get_clip_threshold (self->view) * bar_px;
  if (fabs (x - NAME_PX - line) > GRIP_PX)
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
  else
    self->drag_x = line;
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          dx,
                double          dy,
                OtoProbsView   *self)
{
  oto_view_state_set_clip_threshold (self->view, (self->drag_x + dx) / get_bar_px (self));
}

static void
oto_probs_view_init (OtoProbsView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

/* Every bar in words. */
static void
describe (OtoProbsView *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; self->data != NULL && i < self->data->n_rows; i++)
    {
      g_autofree char *prob =
        oto_reading_localize (oto_reading_format_prob (self->data->row_probs[i]));

      g_string_append_printf (text, "%s%s %s", i > 0 ? "; " : "", self->data->row_names[i], prob);
    }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Clip probability"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
}

/**
 * oto_probs_view_set_data:
 * @self: panel 8
 * @data: (nullable): what it shows
 */
void
oto_probs_view_set_data (OtoProbsView *self,
                         OtoPanelData *data)
{
  g_return_if_fail (OTO_IS_PROBS_VIEW (self));

  if (self->data == data)
    return;

  g_clear_pointer (&self->data, oto_panel_data_unref);
  self->data = data != NULL ? oto_panel_data_ref (data) : NULL;
  gtk_widget_set_size_request (GTK_WIDGET (self), -1, data != NULL ? data->n_rows * ROW_PX : 0);
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * oto_probs_view_set_view:
 * @self: panel 8
 * @view: (nullable): colours and the clip threshold, where the line stands
 */
void
oto_probs_view_set_view (OtoProbsView *self,
                         OtoViewState *view)
{
  g_return_if_fail (OTO_IS_PROBS_VIEW (self));
  g_return_if_fail (view == NULL || OTO_IS_VIEW_STATE (view));

  if (self->view == view)
    return;

  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  g_set_object (&self->view, view);
  if (view != NULL)
    g_signal_connect_object (view, "notify::clip-threshold", G_CALLBACK (gtk_widget_queue_draw),
                             self, G_CONNECT_SWAPPED);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
