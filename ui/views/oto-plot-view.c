/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-plot-view-private.h"

#include <adwaita.h>
#include <math.h>

#define TICK_FONT_PX 11.0
#define FOCUS_PX     2.f

enum { PROP_0, PROP_VIEW_STATE, N_PROPS };
enum { RESIZED, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (OtoPlotView, oto_plot_view, GTK_TYPE_WIDGET)

#define PRIVATE(self) oto_plot_view_get_private (OTO_PLOT_VIEW (self))

OtoPlotViewPrivate *
oto_plot_view_get_private (OtoPlotView *self)
{
  return oto_plot_view_get_instance_private (self);
}

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

/**
 * oto_plot_view_has_mel:
 * @self: a view
 *
 * Returns: whether it has a mel axis now
 */
gboolean
oto_plot_view_has_mel (OtoPlotView *self)
{
  OtoPlotViewClass *klass;

  g_return_val_if_fail (OTO_IS_PLOT_VIEW (self), FALSE);

  klass = OTO_PLOT_VIEW_GET_CLASS (self);

  return klass->has_mel != NULL && klass->has_mel (self);
}

/**
 * oto_plot_view_get_level:
 * @self: a view with a mel axis
 * @y: a place, in its own coordinates
 *
 * Returns: the place of the mel axis there, from 0 to 1; NaN without a plot
 */
double
oto_plot_view_get_level (OtoPlotView *self,
                         double       y)
{
  double low, high, level;
  OtoRect plot;

  if (PRIVATE (self)->view == NULL || !oto_plot_view_get_plot (self, &plot))
    return NAN;

  oto_view_state_get_mel_range (PRIVATE (self)->view, &low, &high);
  level = high - (y - plot.y) / plot.height * (high - low);

  return CLAMP (level, low, high);
}

/**
 * oto_plot_view_place:
 * @self: a view
 * @plot: its plot, in any coordinates
 * @ret_place: (out caller-allocates): where the selection is drawn; parts may lie outside
 *
 * Returns: %FALSE while nothing is selected
 */
gboolean
oto_plot_view_place (OtoPlotView   *self,
                     const OtoRect *plot,
                     OtoRect       *ret_place)
{
  OtoPlotViewPrivate *priv = PRIVATE (self);
  OtoSelection selection;
  double low, high, start, end;

  if (priv->view == NULL || !oto_view_state_get_selection (priv->view, &selection))
    return FALSE;

  start = oto_time_scale_x_from_s (priv->scale, selection.start_s, plot->width);
  end = oto_time_scale_x_from_s (priv->scale, selection.end_s, plot->width);
  *ret_place = (OtoRect) { plot->x + start, plot->y, end - start, plot->height };
  if (!oto_plot_view_has_mel (self))
    return TRUE;

  oto_view_state_get_mel_range (priv->view, &low, &high);
  ret_place->y = plot->y + (high - selection.high) / (high - low) * plot->height;
  ret_place->height = (selection.high - selection.low) / (high - low) * plot->height;

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

static void
mel_changed_cb (OtoPlotView *self)
{
  if (oto_plot_view_has_mel (self))
    oto_plot_view_invalidate (self);
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
  oto_view_state_get_mel_range (priv->view, &style.mel_low, &style.mel_high);
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
  if (PRIVATE (widget)->menu != NULL)
    gtk_popover_present (GTK_POPOVER (PRIVATE (widget)->menu));
  g_signal_emit (widget, signals[RESIZED], 0);
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
oto_plot_view_real_activate (OtoPlotView *self,
                             double       x,
                             double       y)
{
  oto_view_state_set_selection (PRIVATE (self)->view, NULL);
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
  if (priv->view != NULL)
    g_signal_handlers_disconnect_by_data (priv->view, self);
  g_clear_object (&priv->view);
  g_clear_pointer (&priv->menu, gtk_widget_unparent);
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
    { "view.play-selection", "win.play-selection" },
    { "view.zoom-selection", "win.zoom-selection" },
    { "view.select-all", "win.select-all" },
    { "view.clear-selection", "win.clear-selection" },
    { "view.next-event", "win.next-event" },
    { "view.previous-event", "win.previous-event" },
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
    "view.play-selection", "view.zoom-selection", "view.select-all", "view.clear-selection",
    "view.next-event", "view.previous-event",
  };

  G_OBJECT_CLASS (klass)->get_property = oto_plot_view_get_property;
  G_OBJECT_CLASS (klass)->set_property = oto_plot_view_set_property;
  G_OBJECT_CLASS (klass)->dispose = oto_plot_view_dispose;
  widget_class->size_allocate = oto_plot_view_size_allocate;
  widget_class->snapshot = oto_plot_view_snapshot;
  klass->point = oto_plot_view_real_point;
  klass->activate = oto_plot_view_real_activate;

  properties[PROP_VIEW_STATE] =
    g_param_spec_object ("view-state", NULL, NULL, OTO_TYPE_VIEW_STATE,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, activate_window_action);

  oto_plot_view_install_menu (widget_class);
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
  oto_plot_view_add_gestures (self);
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
    {
      g_signal_handlers_disconnect_by_data (priv->scale, self);
      g_signal_handlers_disconnect_by_data (priv->view, self);
    }
  g_set_object (&priv->view, view);
  priv->scale = view != NULL ? oto_view_state_get_scale (view) : NULL;
  if (priv->scale != NULL)
    {
      g_signal_connect_swapped (priv->scale, "changed", G_CALLBACK (forget_body), self);
      g_signal_connect_swapped (view, "mel-changed", G_CALLBACK (mel_changed_cb), self);
    }
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
