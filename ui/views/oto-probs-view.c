/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-probs-view.h"

#include "geometry/oto-reading.h"
#include "paint/oto-panel-painter.h"
#include "views/oto-plot-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define ROW_PX    21
#define NAME_PX   84
#define NUMBER_PX 46
#define FONT_PX   12.0

struct _OtoProbsView
{
  GtkWidget       parent_instance;

  OtoPanelData   *data;
  OtoClassColors *colors;
  double          threshold;
};

G_DEFINE_FINAL_TYPE (OtoProbsView, oto_probs_view, GTK_TYPE_WIDGET)

static void
oto_probs_view_snapshot (GtkWidget   *widget,
                         GtkSnapshot *snapshot)
{
  OtoProbsView *self = OTO_PROBS_VIEW (widget);
  const int width = gtk_widget_get_width (widget);
  const int height = gtk_widget_get_height (widget);
  const OtoRect plot = { NAME_PX, 0, width - NAME_PX - NUMBER_PX, height };
  OtoPaintStyle style;
  cairo_t *cr;

  if (self->data == NULL || plot.width < 8 || height <= 0)
    return;

  oto_plot_view_init_style (widget, self->colors, FONT_PX, &style);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  oto_panel_painter_paint_probs (cr, self->data, &plot, NAME_PX, self->threshold, &style);
  cairo_destroy (cr);
}

static void
oto_probs_view_dispose (GObject *object)
{
  OtoProbsView *self = OTO_PROBS_VIEW (object);

  g_clear_pointer (&self->data, oto_panel_data_unref);
  g_clear_pointer (&self->colors, oto_class_colors_unref);

  G_OBJECT_CLASS (oto_probs_view_parent_class)->dispose (object);
}

static void
oto_probs_view_class_init (OtoProbsViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = oto_probs_view_dispose;
  GTK_WIDGET_CLASS (klass)->snapshot = oto_probs_view_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
oto_probs_view_init (OtoProbsView *self)
{
  self->threshold = 0.5;
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
 * oto_probs_view_set_colors:
 * @self: panel 8
 * @colors: which class has which colour
 */
void
oto_probs_view_set_colors (OtoProbsView   *self,
                           OtoClassColors *colors)
{
  g_return_if_fail (OTO_IS_PROBS_VIEW (self));

  g_clear_pointer (&self->colors, oto_class_colors_unref);
  self->colors = oto_class_colors_ref (colors);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * oto_probs_view_set_threshold:
 * @self: panel 8
 * @threshold: where the line stands, in [0, 1]
 */
void
oto_probs_view_set_threshold (OtoProbsView *self,
                              double        threshold)
{
  g_return_if_fail (OTO_IS_PROBS_VIEW (self));

  if (self->threshold == threshold)
    return;

  self->threshold = threshold;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
