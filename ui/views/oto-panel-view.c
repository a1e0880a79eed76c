/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-panel-view.h"

#include "paint/oto-panel-painter.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define TITLE_PX      24
#define TITLE_LEFT_PX 8
#define GAP_PX        5          /* below the plot: where it is resized */
#define BAR_GAP_PX    8
#define BAR_PX        9
#define ONE_ROW_PX    24         /* of a row that all classes share */
#define NOTICE_PX     2          /* a panel that the model lacks is little more than its title */

struct _OtoPanelView
{
  OtoPlotView   parent_instance;

  OtoPanelList *list;
  OtoPanelItem *item;
  OtoPanelData *data;
  char         *notice;
  GtkWidget    *buttons;         /* in the title, at its end */
  GtkWidget    *menu_button;

  gboolean      is_moving;       /* a drag of the title */
  int           drag_px;         /* height where a drag of the edge began */
};

enum { RESIZE_BEGIN, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoPanelView, oto_panel_view, OTO_TYPE_PLOT_VIEW)

static void
oto_panel_view_paint_chrome (OtoPlotView         *view,
                             cairo_t             *cr,
                             const OtoRect       *plot,
                             const OtoPaintStyle *style)
{
  OtoPanelView *self = OTO_PANEL_VIEW (view);
  const double right = gtk_widget_get_width (GTK_WIDGET (self))
                       - gtk_widget_get_width (self->buttons) - BAR_GAP_PX;
  const OtoRect row = { TITLE_LEFT_PX, 0, right - TITLE_LEFT_PX, TITLE_PX };
  const OtoRect bar = { plot->x + plot->width + BAR_GAP_PX, plot->y, BAR_PX, plot->height };
  const char *badge = oto_panel_item_get_badge (self->item);
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

static gboolean
oto_panel_view_has_mel (OtoPlotView *view)
{
  const OtoPanelData *data = OTO_PANEL_VIEW (view)->data;

  return data != NULL && data->is_available && data->bottom_up;
}

static void
oto_panel_view_point (OtoPlotView *view,
                      double       time_s,
                      double       y,
                      double       height)
{
  const OtoPanelData *data = OTO_PANEL_VIEW (view)->data;
  int read_class = OTO_VIEW_ANY_CLASS;
  double level = NAN;

  if (data != NULL && data->is_available)
    {
      const int row = oto_panel_data_row_from_y (data, y, height);

      if (data->bottom_up)
        {
          double low, high;

          oto_view_state_get_mel_range (oto_plot_view_get_view (view), &low, &high);
          level = high - (y + 0.5) / height * (high - low);
        }
      if (data->spec.class_index >= 0)
        read_class = data->spec.class_index;
      else if (data->row_classes != NULL && row >= 0)
        read_class = data->row_classes[row];
    }

  oto_view_state_point (oto_plot_view_get_view (view), time_s, level, read_class);
}

/* --- the button in the title --- */

static void
oto_panel_view_snapshot (GtkWidget   *widget,
                         GtkSnapshot *snapshot)
{
  GTK_WIDGET_CLASS (oto_panel_view_parent_class)->snapshot (widget, snapshot);
  gtk_widget_snapshot_child (widget, OTO_PANEL_VIEW (widget)->buttons, snapshot);
}

static void
oto_panel_view_size_allocate (GtkWidget *widget,
                              int        width,
                              int        height,
                              int        baseline)
{
  GtkWidget *buttons = OTO_PANEL_VIEW (widget)->buttons;
  GtkAllocation place = { 0, 0, 0, TITLE_PX };

  gtk_widget_measure (buttons, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &place.width, NULL, NULL);
  place.x = width - place.width;
  gtk_widget_size_allocate (buttons, &place, -1);
  GTK_WIDGET_CLASS (oto_panel_view_parent_class)->size_allocate (widget, width, height, baseline);
}

static GMenu *
menu_new (OtoPanelView *self)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) own = g_menu_new ();
  g_autoptr (GMenu) all = g_menu_new ();
  g_autoptr (GMenu) last = g_menu_new ();
  g_autoptr (GMenuItem) restore = g_menu_item_new (_("Restore"), "panel.restore");
  g_autoptr (GMenuItem) maximize = g_menu_item_new (_("Maximise"), "panel.maximize");

  g_menu_item_set_attribute (restore, "hidden-when", "s", "action-disabled");
  g_menu_item_set_attribute (maximize, "hidden-when", "s", "action-disabled");
  g_menu_append_item (own, maximize);
  g_menu_append_item (own, restore);
  g_menu_append (own, _("Move Up"), "panel.move-up");
  g_menu_append (own, _("Move Down"), "panel.move-down");
  g_menu_append (own, _("Hide"), "panel.hide");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (own));

  for (guint i = 0; i < oto_panel_list_get_n (self->list); i++)
    {
      OtoPanelItem *item = oto_panel_list_get (self->list, i);
      g_autofree char *title = oto_panel_item_dup_title (item);
      g_autofree char *action = g_strconcat ("panels.", oto_panel_item_get_name (item), NULL);

      g_menu_append (all, title, action);
    }
  g_menu_append_section (menu, _("Panels"), G_MENU_MODEL (all));
  g_menu_append (last, _("Reset Panels"), "panel.reset");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (last));

  return menu;
}

/* Made when it is opened: there are many panels, and few menus are looked at. */
static void
open_menu_cb (GtkMenuButton *button,
              gpointer       user_data)
{
  g_autoptr (GMenu) menu = menu_new (user_data);

  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

static void
oto_panel_view_activate (GtkWidget  *widget,
                         const char *action_name,
                         GVariant   *parameter)
{
  OtoPanelView *self = OTO_PANEL_VIEW (widget);

  if (strcmp (action_name, "panel.maximize") == 0)
    oto_panel_list_set_maximized (self->list, self->item);
  else if (strcmp (action_name, "panel.restore") == 0)
    oto_panel_list_set_maximized (self->list, NULL);
  else if (strcmp (action_name, "panel.move-up") == 0)
    oto_panel_list_move (self->list, self->item, -1);
  else if (strcmp (action_name, "panel.move-down") == 0)
    oto_panel_list_move (self->list, self->item, 1);
  else if (strcmp (action_name, "panel.hide") == 0)
    oto_panel_item_set_shown (self->item, FALSE);
  else if (strcmp (action_name, "panel.reset") == 0)
    oto_panel_list_reset (self->list);
}

/* --- moved and resized --- */

static gboolean
is_on_edge (OtoPanelView *self,
            double        y)
{
  return y >= gtk_widget_get_height (GTK_WIDGET (self)) - GAP_PX;
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           OtoPanelView             *self)
{
  if (is_on_edge (self, y))
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "ns-resize");
  else if (y < TITLE_PX)
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), NULL);
}

static void
pressed_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            OtoPanelView    *self)
{
  /* Four clicks in a row are two double ones. */
  if (n_press % 2 != 0 || y >= TITLE_PX)
    return;

  oto_panel_list_set_maximized (self->list, oto_panel_list_get_maximized (self->list) == self->item
                                            ? NULL : self->item);
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               OtoPanelView   *self)
{
  self->is_moving = y < TITLE_PX;
  if (!self->is_moving && !is_on_edge (self, y))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);

      return;
    }

  self->drag_px = oto_panel_view_get_plot_px (self);
  if (!self->is_moving)
    g_signal_emit (self, signals[RESIZE_BEGIN], 0);
}

/* The widget goes where it is dragged, and what is measured from its corner with it. */
static void
drag_update_cb (GtkGestureDrag *gesture,
                double          dx,
                double          dy,
                OtoPanelView   *self)
{
  const int height = gtk_widget_get_height (GTK_WIDGET (self));
  double y;

  if (!self->is_moving)
    {
      oto_panel_item_set_height_px (self->item, self->drag_px + (int) lround (dy));

      return;
    }

  gtk_gesture_drag_get_start_point (gesture, NULL, &y);
  if (y + dy < -height / 4.0)
    oto_panel_list_move (self->list, self->item, -1);
  else if (y + dy > height * 1.25)
    oto_panel_list_move (self->list, self->item, 1);
}

static void
add_gestures (OtoPanelView *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

/* --- the widget --- */

static void
oto_panel_view_dispose (GObject *object)
{
  g_clear_pointer (&OTO_PANEL_VIEW (object)->buttons, gtk_widget_unparent);

  G_OBJECT_CLASS (oto_panel_view_parent_class)->dispose (object);
}

static void
oto_panel_view_finalize (GObject *object)
{
  OtoPanelView *self = OTO_PANEL_VIEW (object);

  g_clear_object (&self->list);
  g_clear_object (&self->item);
  g_clear_pointer (&self->data, oto_panel_data_unref);
  g_free (self->notice);

  G_OBJECT_CLASS (oto_panel_view_parent_class)->finalize (object);
}

static void
oto_panel_view_class_init (OtoPanelViewClass *klass)
{
  OtoPlotViewClass *plot_class = OTO_PLOT_VIEW_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  static const char * const actions[] = {
    "panel.maximize", "panel.restore", "panel.move-up", "panel.move-down", "panel.hide",
    "panel.reset",
  };

  G_OBJECT_CLASS (klass)->dispose = oto_panel_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = oto_panel_view_finalize;
  widget_class->snapshot = oto_panel_view_snapshot;
  widget_class->size_allocate = oto_panel_view_size_allocate;
  plot_class->paint_chrome = oto_panel_view_paint_chrome;
  plot_class->paint_body = oto_panel_view_paint_body;
  plot_class->has_mel = oto_panel_view_has_mel;
  plot_class->point = oto_panel_view_point;

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, oto_panel_view_activate);

  signals[RESIZE_BEGIN] = g_signal_new ("resize-begin", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oto_panel_view_init (OtoPanelView *self)
{
  self->menu_button = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->menu_button), "view-more-symbolic");
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->menu_button), open_menu_cb, self,
                                         NULL);
  gtk_widget_add_css_class (self->menu_button, "panel-menu");
  gtk_widget_add_css_class (self->menu_button, "flat");
  self->buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  gtk_box_append (GTK_BOX (self->buttons), self->menu_button);
  gtk_widget_set_parent (self->buttons, GTK_WIDGET (self));
  oto_plot_view_set_margins (OTO_PLOT_VIEW (self), TITLE_PX, GAP_PX);
  add_gestures (self);
}

/**
 * oto_panel_view_update:
 * @self: a panel
 *
 * Takes the height that its item asks for, and is seen or not.
 */
void
oto_panel_view_update (OtoPanelView *self)
{
  OtoPanelItem *maximized;
  gboolean is_notice, is_one_row, is_maximized;
  int height_px;

  g_return_if_fail (OTO_IS_PANEL_VIEW (self));

  maximized = oto_panel_list_get_maximized (self->list);
  is_maximized = maximized == self->item;
  is_notice = self->data != NULL && !self->data->is_available;
  is_one_row = self->data != NULL && self->data->is_shared;
  height_px = is_notice ? NOTICE_PX
              : is_one_row ? ONE_ROW_PX : oto_panel_item_get_height_px (self->item);

  gtk_widget_set_size_request (GTK_WIDGET (self), -1, TITLE_PX + GAP_PX + height_px);
  gtk_widget_set_vexpand (GTK_WIDGET (self), is_maximized
                                             || (!is_notice && !is_one_row
                                                 && !oto_panel_list_is_resized (self->list)));
  /* One line says that there is no frequency attention, not three. */
  gtk_widget_set_visible (GTK_WIDGET (self),
                          maximized != NULL
                          ? is_maximized
                          : oto_panel_item_is_shown (self->item)
                            && (!is_notice || oto_panel_item_get_rank (self->item) == 0));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "panel.maximize", !is_maximized);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "panel.restore", is_maximized);
}

/* Attention sums to one in every frame, in silence too; weighted it shows where it matters. */
static void
add_weight_button (OtoPanelView *self)
{
  /* Translators: a button in the title of a panel of attention; short. */
  GtkWidget *button = gtk_toggle_button_new_with_label (_("Weighted"));

  gtk_widget_add_css_class (button, "panel-toggle");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button,
                               _("Show what each place brings to the clip probability: attention "
                                 "times frame score times time attention"));
  g_object_bind_property (self->list, "is-weighted", button, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  gtk_box_prepend (GTK_BOX (self->buttons), button);
}

/**
 * oto_panel_view_new:
 * @list: a list of panels
 * @item: one of them
 *
 * Returns: (transfer floating): a panel without data
 */
GtkWidget *
oto_panel_view_new (OtoPanelList *list,
                    OtoPanelItem *item)
{
  OtoPanelView *self;
  g_autofree char *title = NULL;
  g_autofree char *label = NULL;

  g_return_val_if_fail (OTO_IS_PANEL_LIST (list), NULL);
  g_return_val_if_fail (OTO_IS_PANEL_ITEM (item), NULL);

  self = g_object_new (OTO_TYPE_PANEL_VIEW, NULL);
  self->list = g_object_ref (list);
  self->item = g_object_ref (item);
  if (oto_panel_item_get_map (item) == OTO_MAP_FREQ_ATT
      || oto_panel_item_get_map (item) == OTO_MAP_CONTRIBUTION)
    add_weight_button (self);
  title = oto_panel_item_dup_title (item);
  /* Translators: the name of a button; %s is the title of a panel. */
  label = g_strdup_printf (_("Menu of %s"), title);
  gtk_widget_set_tooltip_text (self->menu_button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  oto_panel_view_update (self);

  return GTK_WIDGET (self);
}

/**
 * oto_panel_view_get_item:
 * @self: a panel
 *
 * Returns: (transfer none): its place in the list
 */
OtoPanelItem *
oto_panel_view_get_item (OtoPanelView *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_VIEW (self), NULL);

  return self->item;
}

/**
 * oto_panel_view_get_plot_px:
 * @self: a panel
 *
 * Returns: how high its plot is on the screen now
 */
int
oto_panel_view_get_plot_px (OtoPanelView *self)
{
  g_return_val_if_fail (OTO_IS_PANEL_VIEW (self), 0);

  return gtk_widget_get_height (GTK_WIDGET (self)) - TITLE_PX - GAP_PX;
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
 * @data: (nullable): what it shows; of the same data, its scale may be another
 */
void
oto_panel_view_set_data (OtoPanelView *self,
                         OtoPanelData *data)
{
  OtoPanelData *former;

  g_return_if_fail (OTO_IS_PANEL_VIEW (self));

  former = self->data;
  self->data = data != NULL ? oto_panel_data_ref (data) : NULL;
  g_clear_pointer (&former, oto_panel_data_unref);

  /* That positions are mixtures is more than the title's mark can say. */
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), data != NULL && data->is_mixed
                               ? _("Attention of this model is mixed over bins and frames by its "
                                   "dense layers: its positions are not places in the clip.")
                               : NULL);
  oto_panel_view_update (self);
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
