/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-weights-view.h"

#include "geometry/oto-reading.h"
#include "paint/oto-panel-painter.h"
#include "views/oto-plot-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define ROW_PX    17
#define NAME_PX   84
#define BAR_PX    9
#define BAR_GAP_PX 8
#define NUMBER_PX 29             /* of the colour bar */
#define AXIS_PX   20
#define FONT_PX   12.0

struct _OtoWeightsView
{
  GtkWidget       parent_instance;

  OtoPanelData   *data;
  OtoClassColors *colors;
};

G_DEFINE_FINAL_TYPE (OtoWeightsView, oto_weights_view, GTK_TYPE_WIDGET)

static OtoRect
get_plot (OtoWeightsView *self)
{
  const int width = gtk_widget_get_width (GTK_WIDGET (self));
  const int height = gtk_widget_get_height (GTK_WIDGET (self));

  return (OtoRect) {
    NAME_PX, 0, width - NAME_PX - BAR_GAP_PX - BAR_PX - NUMBER_PX, height - AXIS_PX
  };
}

static void
oto_weights_view_snapshot (GtkWidget   *widget,
                           GtkSnapshot *snapshot)
{
  OtoWeightsView *self = OTO_WEIGHTS_VIEW (widget);
  const OtoRect plot = get_plot (self);
  const OtoRect bar = { plot.x + plot.width + BAR_GAP_PX, plot.y, BAR_PX, plot.height };
  OtoPaintStyle style;
  cairo_t *cr;

  if (self->data == NULL || plot.width < 8 || plot.height < 8)
    return;

  oto_plot_view_init_style (widget, self->colors, FONT_PX, &style);
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget),
                                                       gtk_widget_get_height (widget)));
  oto_panel_painter_paint_body (cr, self->data, &plot, 0, 0, &style);
  oto_panel_painter_paint_axis (cr, self->data, &plot, NAME_PX, &style);
  oto_panel_painter_paint_bin_axis (cr, self->data, &plot, &style);
  oto_panel_painter_paint_color_bar (cr, self->data, &bar, &style);
  cairo_destroy (cr);
}

/* "Bark, 820 Hz: ×2.9" */
static char *
dup_cell_text (OtoWeightsView *self,
               int             row,
               int             bin)
{
  const OtoPanelData *data = self->data;
  const int n_mels = (int) oto_pyramid_get_n_frames (data->pyramid);
  g_autofree char *frequency = oto_reading_localize (
    oto_reading_format_frequency (oto_mel_bank_get_center_hz (n_mels, data->min_hz, data->max_hz,
                                                              bin)));
  g_autofree char *times = oto_reading_localize (
    oto_panel_data_format_value (data, oto_panel_data_get_value (data, row, bin + 0.5)));

  /* Translators: a class, a frequency, and how much the class hears there: “Bark, 820 Hz: ×2.9”. */
  return g_strdup_printf (_("%s, %s: %s"), data->row_names[row], frequency, times);
}

static gboolean
oto_weights_view_query_tooltip (GtkWidget  *widget,
                                int         x,
                                int         y,
                                gboolean    is_from_keyboard,
                                GtkTooltip *tooltip)
{
  OtoWeightsView *self = OTO_WEIGHTS_VIEW (widget);
  const OtoRect plot = get_plot (self);
  g_autofree char *text = NULL;
  int row, n_mels;

  if (self->data == NULL || is_from_keyboard || x < plot.x || x >= plot.x + plot.width)
    return FALSE;

  row = oto_panel_data_row_from_y (self->data, y - plot.y, plot.height);
  if (row < 0)
    return FALSE;

  n_mels = (int) oto_pyramid_get_n_frames (self->data->pyramid);
  text = dup_cell_text (self, row, (int) ((x - plot.x) / plot.width * n_mels));
  gtk_tooltip_set_text (tooltip, text);

  return TRUE;
}

static void
oto_weights_view_dispose (GObject *object)
{
  OtoWeightsView *self = OTO_WEIGHTS_VIEW (object);

  g_clear_pointer (&self->data, oto_panel_data_unref);
  g_clear_pointer (&self->colors, oto_class_colors_unref);

  G_OBJECT_CLASS (oto_weights_view_parent_class)->dispose (object);
}

static void
oto_weights_view_class_init (OtoWeightsViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = oto_weights_view_dispose;
  GTK_WIDGET_CLASS (klass)->snapshot = oto_weights_view_snapshot;
  GTK_WIDGET_CLASS (klass)->query_tooltip = oto_weights_view_query_tooltip;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
oto_weights_view_init (OtoWeightsView *self)
{
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

static int
find_largest_bin (const OtoPanelData *data,
                  int                 row)
{
  const int n_mels = (int) oto_pyramid_get_n_frames (data->pyramid);
  int largest = 0;

  for (int f = 1; f < n_mels; f++)
    if (oto_panel_data_get_value (data, row, f + 0.5)
        > oto_panel_data_get_value (data, row, largest + 0.5))
      largest = f;

  return largest;
}

/* Where every class hears most, in words. */
static void
describe (OtoWeightsView *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int row = 0; self->data != NULL && row < self->data->n_rows; row++)
    {
      g_autofree char *cell = dup_cell_text (self, row, find_largest_bin (self->data, row));

      g_string_append_printf (text, "%s%s", row > 0 ? "; " : "", cell);
    }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Weights of mel bins"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
}

/**
 * oto_weights_view_set_data:
 * @self: panel 9
 * @data: (nullable): what it shows; one that is not available is nothing
 */
void
oto_weights_view_set_data (OtoWeightsView *self,
                           OtoPanelData   *data)
{
  g_return_if_fail (OTO_IS_WEIGHTS_VIEW (self));

  if (data != NULL && !data->is_available)
    data = NULL;
  if (self->data == data)
    return;

  g_clear_pointer (&self->data, oto_panel_data_unref);
  self->data = data != NULL ? oto_panel_data_ref (data) : NULL;
  gtk_widget_set_size_request (GTK_WIDGET (self), -1,
                               data != NULL ? MAX (data->n_rows, 3) * ROW_PX + AXIS_PX : 0);
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * oto_weights_view_get_data:
 * @self: panel 9
 *
 * Returns: (transfer none) (nullable): what it shows
 */
OtoPanelData *
oto_weights_view_get_data (OtoWeightsView *self)
{
  g_return_val_if_fail (OTO_IS_WEIGHTS_VIEW (self), NULL);

  return self->data;
}

/**
 * oto_weights_view_set_colors:
 * @self: panel 9
 * @colors: which class has which colour
 */
void
oto_weights_view_set_colors (OtoWeightsView *self,
                             OtoClassColors *colors)
{
  g_return_if_fail (OTO_IS_WEIGHTS_VIEW (self));

  g_clear_pointer (&self->colors, oto_class_colors_unref);
  self->colors = oto_class_colors_ref (colors);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
