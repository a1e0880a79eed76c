/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-plot-view.h"

#include <adwaita.h>
#include <math.h>

#define ZOOM_STEP   1.25         /* a notch of the wheel */
#define PAN_STEP    0.1          /* of the visible range */
#define TICK_FONT_PX 11.0
#define FOCUS_PX     2.f

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
  double          drag_start_s;
  double          pinch_scale;
} OtoPlotViewPrivate;

enum { PROP_0, PROP_VIEW_STATE, N_PROPS };
enum { RESIZED, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (OtoPlotView, oto_plot_view, GTK_TYPE_WIDGET)

#define PRIVATE(self) \
  ((OtoPlotViewPrivate *) oto_plot_view_get_instance_private (OTO_PLOT_VIEW (self)))

/**
 * oto_plot_view_get_theme:
 *
 * Returns: (transfer none): the colours around plots, as the system's style asks
 */
const OtoTheme *
oto_plot_view_get_theme (void)
{
  return adw_style_manager_get_dark (adw_style_manager_get_default ())
         ? &oto_theme_dark : &oto_theme_light;
}

/**
 * oto_plot_view_init_style:
 * @widget: a widget that paints
 * @colors: (nullable): which class has which colour
 * @font_px: size of tick labels
 * @ret_style: (out caller-allocates): the style of the window: its theme, font, scale and locale
 */
void
oto_plot_view_init_style (GtkWidget      *widget,
                          OtoClassColors *colors,
                          double          font_px,
                          OtoPaintStyle  *ret_style)
{
  PangoFontDescription *font =
    pango_context_get_font_description (gtk_widget_get_pango_context (widget));
  const char *family = pango_font_description_get_family (font);

  oto_paint_style_init (ret_style, oto_plot_view_get_theme (), colors, font_px,
                        gtk_widget_get_scale_factor (widget));
  ret_style->use_locale = TRUE;
  if (family != NULL)
    ret_style->font_family = family;
}

/**
 * oto_plot_view_get_plot:
 * @self: a view
 * @ret_plot: (out caller-allocates): its plot, in its own coordinates
 *
 * Returns: %FALSE while the view has no room for a plot
 */
gboolean
oto_plot_view_get_plot (OtoPlotView *self,
                        OtoRect     *ret_plot)
{
  OtoPlotViewPrivate *priv = PRIVATE (self);
  int width, height;

  g_return_val_if_fail (OTO_IS_PLOT_VIEW (self), FALSE);
  g_return_val_if_fail (ret_plot != NULL, FALSE);

  width = gtk_widget_get_width (GTK_WIDGET (self)) - OTO_PLOT_LEFT_PX - OTO_PLOT_RIGHT_PX;
  height = gtk_widget_get_height (GTK_WIDGET (self)) - priv->top_px - priv->bottom_px;
  if (width < 2 || height < 2)
    return FALSE;

  *ret_plot = (OtoRect) { OTO_PLOT_LEFT_PX, priv->top_px, width, height };

  return TRUE;
}

static void
forget_body (OtoPlotView *self)
{
  g_clear_pointer (&PRIVATE (self)->body, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * oto_plot_view_invalidate:
 * @self: a view
 *
 * Draws everything anew with the next frame.
 */
void
oto_plot_view_invalidate (OtoPlotView *self)
{
  g_return_if_fail (OTO_IS_PLOT_VIEW (self));

  g_clear_pointer (&PRIVATE (self)->chrome, gsk_render_node_unref);
  forget_body (self);
}

typedef void (*OtoPaintFunc) (OtoPlotView         *self,
                              cairo_t             *cr,
                              const OtoRect       *plot,
                              const OtoPaintStyle *style);

static GskRenderNode *
paint_node (OtoPlotView  *self,
            OtoPaintFunc  paint)
{
  OtoPlotViewPrivate *priv = PRIVATE (self);
  GtkSnapshot *snapshot = NULL;
  OtoPaintStyle style;
  OtoRect plot;
  cairo_t *cr = NULL;

  if (paint == NULL || priv->scale == NULL || !oto_plot_view_get_plot (self, &plot))
    return NULL;

  oto_plot_view_init_style (GTK_WIDGET (self), oto_view_state_get_colors (priv->view),
                            TICK_FONT_PX, &style);
  snapshot = gtk_snapshot_new ();
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0,
                                                       gtk_widget_get_width (GTK_WIDGET (self)),
                                                       gtk_widget_get_height (GTK_WIDGET (self))));
  paint (self, cr, &plot, &style);
  cairo_destroy (cr);

  return gtk_snapshot_free_to_node (snapshot);
}

static void
append_focus (OtoPlotView *self,
              GtkSnapshot *snapshot)
{
  const guint32 accent = oto_plot_view_get_theme ()->accent;
  const GdkRGBA rgba = { (accent >> 16 & 255) / 255.f, (accent >> 8 & 255) / 255.f,
                         (accent & 255) / 255.f, 1.f };
  const GdkRGBA colors[4] = { rgba, rgba, rgba, rgba };
  const float widths[4] = { FOCUS_PX, FOCUS_PX, FOCUS_PX, FOCUS_PX };
  GskRoundedRect outline;
  OtoRect plot;

  if (!gtk_widget_has_visible_focus (GTK_WIDGET (self)) || !oto_plot_view_get_plot (self, &plot))
    return;

  gsk_rounded_rect_init_from_rect (&outline,
                                   &GRAPHENE_RECT_INIT (plot.x - FOCUS_PX, plot.y - FOCUS_PX,
                                                        plot.width + 2 * FOCUS_PX,
                                                        plot.height + 2 * FOCUS_PX), 2);
  gtk_snapshot_append_border (snapshot, &outline, widths, colors);
}

static void
oto_plot_view_snapshot (GtkWidget   *widget,
                        GtkSnapshot *snapshot)
{
  OtoPlotView *self = OTO_PLOT_VIEW (widget);
  OtoPlotViewPrivate *priv = PRIVATE (self);
  OtoPlotViewClass *klass = OTO_PLOT_VIEW_GET_CLASS (self);
  const int width = gtk_widget_get_width (widget);
  const int height = gtk_widget_get_height (widget);

  if (width != priv->drawn_width || height != priv->drawn_height)
    {
      g_clear_pointer (&priv->chrome, gsk_render_node_unref);
      g_clear_pointer (&priv->body, gsk_render_node_unref);
      priv->drawn_width = width;
      priv->drawn_height = height;
    }

  if (priv->chrome == NULL)
    priv->chrome = paint_node (self, klass->paint_chrome);
  if (priv->body == NULL)
    priv->body = paint_node (self, klass->paint_body);

  if (priv->body != NULL)
    gtk_snapshot_append_node (snapshot, priv->body);
  if (priv->chrome != NULL)
    gtk_snapshot_append_node (snapshot, priv->chrome);
  append_focus (self, snapshot);
}

static void
oto_plot_view_size_allocate (GtkWidget *widget,
                             int        width,
                             int        height,
                             int        baseline)
{
  GTK_WIDGET_CLASS (oto_plot_view_parent_class)->size_allocate (widget, width, height, baseline);
  g_signal_emit (widget, signals[RESIZED], 0);
}

/* --- gestures --- */

static double
time_at (OtoPlotView *self,
         double       x)
{
  OtoRect plot;

  if (PRIVATE (self)->scale == NULL || !oto_plot_view_get_plot (self, &plot))
    return NAN;

  return oto_time_scale_s_from_x (PRIVATE (self)->scale, x - plot.x, plot.width);
}

static gboolean
has_clip (OtoPlotView *self)
{
  OtoViewState *view = PRIVATE (self)->view;

  return view != NULL && oto_view_state_has_clip (view);
}

static void
point_at (OtoPlotView *self,
          double       x,
          double       y)
{
  OtoPlotViewClass *klass = OTO_PLOT_VIEW_GET_CLASS (self);
  OtoRect plot;

  if (!has_clip (self) || !oto_plot_view_get_plot (self, &plot))
    return;

  klass->point (self, time_at (self, x), CLAMP (y - plot.y, 0, plot.height - 1), plot.height);
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           gpointer                  user_data)
{
  OtoPlotView *self = user_data;
  OtoPlotViewPrivate *priv = PRIVATE (self);
  OtoRect plot;

  /* GTK tells of a pointer at rest whenever something is laid out: where keys put the cursor it
   * stays. */
  if (priv->pointer_x == x && priv->pointer_y == y)
    return;

  priv->pointer_x = x;
  priv->pointer_y = y;
  if (oto_plot_view_get_plot (self, &plot) && x >= plot.x && x < plot.x + plot.width)
    point_at (self, x, y);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           gpointer                  user_data)
{
  OtoPlotView *self = user_data;
  OtoPlotViewPrivate *priv = PRIVATE (self);
  GdkModifierType state =
    gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));

  if (!has_clip (self))
    return GDK_EVENT_PROPAGATE;

  if ((state & GDK_CONTROL_MASK) != 0
      || (OTO_PLOT_VIEW_GET_CLASS (self)->scroll_zooms && (state & GDK_SHIFT_MASK) == 0 && dy != 0))
    {
      oto_time_scale_zoom_at (priv->scale, time_at (self, priv->pointer_x), pow (ZOOM_STEP, -dy));

      return GDK_EVENT_STOP;
    }

  if ((state & GDK_SHIFT_MASK) != 0 || dx != 0.0)
    {
      double by = (dx != 0.0 ? dx : dy) * PAN_STEP * oto_time_scale_get_span_s (priv->scale);

      oto_time_scale_pan (priv->scale, by);

      return GDK_EVENT_STOP;
    }

  return GDK_EVENT_PROPAGATE;
}

static void
pressed_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            gpointer         user_data)
{
  OtoPlotView *self = user_data;
  OtoRect plot;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (!has_clip (self) || !oto_plot_view_get_plot (self, &plot) || x < plot.x
      || x >= plot.x + plot.width
      || (y < plot.y && !OTO_PLOT_VIEW_GET_CLASS (self)->scroll_zooms))
    return;

  point_at (self, x, y);
  oto_view_state_seek (PRIVATE (self)->view, time_at (self, x));
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               gpointer        user_data)
{
  OtoPlotViewPrivate *priv = PRIVATE (user_data);

  if (has_clip (user_data))
    priv->drag_start_s = oto_time_scale_get_start_s (priv->scale);
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          dx,
                double          dy,
                gpointer        user_data)
{
  OtoPlotView *self = user_data;
  OtoPlotViewPrivate *priv = PRIVATE (self);
  OtoRect plot;
  double span, start;

  if (!has_clip (self) || !oto_plot_view_get_plot (self, &plot))
    return;

  span = oto_time_scale_get_span_s (priv->scale);
  start = priv->drag_start_s - dx / plot.width * span;
  oto_time_scale_pan (priv->scale, start - oto_time_scale_get_start_s (priv->scale));
}

static void
pinch_begin_cb (GtkGesture       *gesture,
                GdkEventSequence *sequence,
                gpointer          user_data)
{
  PRIVATE (user_data)->pinch_scale = 1;
}

static void
pinch_cb (GtkGestureZoom *gesture,
          double          scale,
          gpointer        user_data)
{
  OtoPlotView *self = user_data;
  OtoPlotViewPrivate *priv = PRIVATE (self);
  double x, y;

  if (!has_clip (self) || scale <= 0.0
      || !gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    return;

  oto_time_scale_zoom_at (priv->scale, time_at (self, x), scale / priv->pinch_scale);
  priv->pinch_scale = scale;
}

static void
add_gestures (OtoPlotView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), GDK_BUTTON_MIDDLE);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);

  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
}

/* --- the widget --- */

static void
oto_plot_view_real_point (OtoPlotView *self,
                          double       time_s,
                          double       y,
                          double       height)
{
  oto_view_state_point (PRIVATE (self)->view, time_s, NAN, OTO_VIEW_ANY_CLASS);
}

static void
oto_plot_view_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  if (prop_id == PROP_VIEW_STATE)
    g_value_set_object (value, PRIVATE (object)->view);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_plot_view_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  if (prop_id == PROP_VIEW_STATE)
    oto_plot_view_set_view (OTO_PLOT_VIEW (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_plot_view_dispose (GObject *object)
{
  OtoPlotView *self = OTO_PLOT_VIEW (object);
  OtoPlotViewPrivate *priv = PRIVATE (self);

  if (priv->scale != NULL)
    g_signal_handlers_disconnect_by_data (priv->scale, self);
  priv->scale = NULL;
  g_clear_object (&priv->view);
  g_clear_pointer (&priv->chrome, gsk_render_node_unref);
  g_clear_pointer (&priv->body, gsk_render_node_unref);

  G_OBJECT_CLASS (oto_plot_view_parent_class)->dispose (object);
}

/* Actions of the widget show up as accessible actions; those of the window with parameters would
 * not. */
static void
activate_window_action (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  static const char * const twins[][2] = {
    { "view.zoom-in", "win.zoom-in" },
    { "view.zoom-out", "win.zoom-out" },
    { "view.fit", "win.zoom-fit" },
    { "view.pan-back", "win.screen-back" },
    { "view.pan-forward", "win.screen-forward" },
    { "view.play", "win.play" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (twins); i++)
    if (strcmp (twins[i][0], action_name) == 0)
      gtk_widget_activate_action (widget, twins[i][1], NULL);
}

static void
oto_plot_view_class_init (OtoPlotViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  static const char * const actions[] = {
    "view.zoom-in", "view.zoom-out", "view.fit", "view.pan-back", "view.pan-forward", "view.play",
  };

  G_OBJECT_CLASS (klass)->get_property = oto_plot_view_get_property;
  G_OBJECT_CLASS (klass)->set_property = oto_plot_view_set_property;
  G_OBJECT_CLASS (klass)->dispose = oto_plot_view_dispose;
  widget_class->size_allocate = oto_plot_view_size_allocate;
  widget_class->snapshot = oto_plot_view_snapshot;
  klass->point = oto_plot_view_real_point;

  properties[PROP_VIEW_STATE] =
    g_param_spec_object ("view-state", NULL, NULL, OTO_TYPE_VIEW_STATE,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, activate_window_action);

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_css_name (widget_class, "plot");

  signals[RESIZED] = g_signal_new ("resized", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
oto_plot_view_init (OtoPlotView *self)
{
  PRIVATE (self)->pointer_x = NAN;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (oto_plot_view_invalidate), NULL);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (oto_plot_view_invalidate), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::high-contrast",
                           G_CALLBACK (oto_plot_view_invalidate), self, G_CONNECT_SWAPPED);
  add_gestures (self);
}

/**
 * oto_plot_view_set_view:
 * @self: a view
 * @view: (nullable): the state that it shares: time axis, cursor, colours
 */
void
oto_plot_view_set_view (OtoPlotView  *self,
                        OtoViewState *view)
{
  OtoPlotViewPrivate *priv = PRIVATE (self);

  g_return_if_fail (OTO_IS_PLOT_VIEW (self));
  g_return_if_fail (view == NULL || OTO_IS_VIEW_STATE (view));

  if (priv->view == view)
    return;

  if (priv->scale != NULL)
    g_signal_handlers_disconnect_by_data (priv->scale, self);
  g_set_object (&priv->view, view);
  priv->scale = view != NULL ? oto_view_state_get_scale (view) : NULL;
  if (priv->scale != NULL)
    g_signal_connect_swapped (priv->scale, "changed", G_CALLBACK (forget_body), self);
  oto_plot_view_invalidate (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VIEW_STATE]);
}

/**
 * oto_plot_view_get_view:
 * @self: a view
 *
 * Returns: (transfer none) (nullable): the state that it shares
 */
OtoViewState *
oto_plot_view_get_view (OtoPlotView *self)
{
  g_return_val_if_fail (OTO_IS_PLOT_VIEW (self), NULL);

  return PRIVATE (self)->view;
}

/**
 * oto_plot_view_get_scale:
 * @self: a view
 *
 * Returns: (transfer none) (nullable): the time axis of that state
 */
OtoTimeScale *
oto_plot_view_get_scale (OtoPlotView *self)
{
  g_return_val_if_fail (OTO_IS_PLOT_VIEW (self), NULL);

  return PRIVATE (self)->scale;
}

/**
 * oto_plot_view_set_margins:
 * @self: a view
 * @top_px: room above the plot
 * @bottom_px: room below it
 */
void
oto_plot_view_set_margins (OtoPlotView *self,
                           int          top_px,
                           int          bottom_px)
{
  g_return_if_fail (OTO_IS_PLOT_VIEW (self));

  PRIVATE (self)->top_px = top_px;
  PRIVATE (self)->bottom_px = bottom_px;
  oto_plot_view_invalidate (self);
}

/**
 * oto_plot_view_describe:
 * @self: a view
 * @label: its name for assistive technology
 * @description: what is read at the cursor, and the range on show
 */
void
oto_plot_view_describe (OtoPlotView *self,
                        const char  *label,
                        const char  *description)
{
  g_return_if_fail (OTO_IS_PLOT_VIEW (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}
