/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-swatch.h"

#include "views/oto-plot-view.h"

#include <adwaita.h>

#define SIZE_PX   10
#define RADIUS_PX 3

struct _OtoSwatch
{
  GtkWidget parent_instance;

  int       slot;
};

G_DEFINE_FINAL_TYPE (OtoSwatch, oto_swatch, GTK_TYPE_WIDGET)

static GdkRGBA
to_rgba (guint32 rgb)
{
  return (GdkRGBA) { (rgb >> 16 & 255) / 255.f, (rgb >> 8 & 255) / 255.f, (rgb & 255) / 255.f, 1 };
}

static void
oto_swatch_snapshot (GtkWidget   *widget,
                     GtkSnapshot *snapshot)
{
  OtoSwatch *self = OTO_SWATCH (widget);
  const OtoTheme *theme = oto_plot_view_get_theme ();
  const GdkRGBA fill = to_rgba (oto_theme_get_class_rgb (theme, self->slot));
  const GdkRGBA hatch = to_rgba (theme->background);
  const float x = (gtk_widget_get_width (widget) - SIZE_PX) / 2.f;
  const float y = (gtk_widget_get_height (widget) - SIZE_PX) / 2.f;
  const graphene_rect_t square = GRAPHENE_RECT_INIT (x, y, SIZE_PX, SIZE_PX);
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, &square, RADIUS_PX);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &fill, &square);

  if (oto_theme_is_hatched (self->slot))
    for (int line = 2; line < SIZE_PX; line += 4)
      gtk_snapshot_append_color (snapshot, &hatch,
                                 &GRAPHENE_RECT_INIT (x, y + line, SIZE_PX, 1.5f));
  gtk_snapshot_pop (snapshot);
}

static void
oto_swatch_class_init (OtoSwatchClass *klass)
{
  GTK_WIDGET_CLASS (klass)->snapshot = oto_swatch_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
oto_swatch_init (OtoSwatch *self)
{
  self->slot = -1;
  gtk_widget_set_size_request (GTK_WIDGET (self), SIZE_PX, SIZE_PX);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

/**
 * oto_swatch_set_slot:
 * @self: a swatch
 * @slot: of #OtoClassColors; -1: neutral
 */
void
oto_swatch_set_slot (OtoSwatch *self,
                     int        slot)
{
  g_return_if_fail (OTO_IS_SWATCH (self));

  if (self->slot == slot)
    return;

  self->slot = slot;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
