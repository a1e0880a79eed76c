/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-plot-view-private.h"

#include <glib/gi18n.h>

/* What is offered where the cursor is; each row an action of the window. */
static GMenu *
menu_new (void)
{
  static const struct { const char *title; const char *action; } rows[] = {
    { N_("Play From Here"), "win.play-here" },
    { N_("Play Selection"), "win.play-selection" },
    { NULL, NULL },
    { N_("Zoom to Selection"), "win.zoom-selection" },
    { N_("Show All"), "win.zoom-fit" },
    { NULL, NULL },
    { N_("Select All"), "win.select-all" },
    { N_("Clear Selection"), "win.clear-selection" },
    { NULL, NULL },
    { N_("Copy Reading"), "win.copy-reading" },
    { N_("Save Figure…"), "win.save-figure" },
  };
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) section = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (rows[i].title != NULL)
        {
          g_menu_append (section, _(rows[i].title), rows[i].action);
          continue;
        }
      g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
      g_object_unref (section);
      section = g_menu_new ();
    }
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));

  return menu;
}

/**
 * oto_plot_view_popup:
 * @self: a view
 * @x: where its menu points at
 * @y: likewise
 */
void
oto_plot_view_popup (OtoPlotView *self,
                     double       x,
                     double       y)
{
  OtoPlotViewPrivate *priv = oto_plot_view_get_private (self);

  if (priv->menu == NULL)
    {
      g_autoptr (GMenu) menu = menu_new ();

      priv->menu = gtk_popover_menu_new_from_model (G_MENU_MODEL (menu));
      gtk_popover_set_has_arrow (GTK_POPOVER (priv->menu), FALSE);
      gtk_widget_set_halign (priv->menu, GTK_ALIGN_START);
      gtk_widget_set_parent (priv->menu, GTK_WIDGET (self));
    }

  gtk_popover_set_pointing_to (GTK_POPOVER (priv->menu),
                               &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (priv->menu));
}

/* By the keyboard it opens at the cursor, or in the middle. */
static void
popup_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  OtoPlotView *self = OTO_PLOT_VIEW (widget);
  OtoPlotViewPrivate *priv = oto_plot_view_get_private (self);
  const double time_s = priv->view != NULL ? oto_view_state_get_time_s (priv->view) : 0.0;
  OtoRect plot;
  double x;

  if (!oto_plot_view_get_plot (self, &plot))
    return;

  x = plot.width / 2.0;
  if (priv->view != NULL && time_s >= oto_time_scale_get_start_s (priv->scale)
      && time_s <= oto_time_scale_get_end_s (priv->scale))
    x = oto_time_scale_x_from_s (priv->scale, time_s, plot.width);
  oto_plot_view_popup (self, plot.x + x, plot.y + plot.height / 2.0);
}

void
oto_plot_view_install_menu (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "menu.popup", NULL, popup_cb);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F10, GDK_SHIFT_MASK, "menu.popup", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Menu, 0, "menu.popup", NULL);
}
