/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-plot-view-private.h"

#include <math.h>

#define ZOOM_STEP 1.25           /* a notch of the wheel */
#define PAN_STEP  0.1            /* of the visible range */
#define DRAG_PX   4.0            /* less is a click */

#define PRIVATE(self) oto_plot_view_get_private (OTO_PLOT_VIEW (self))

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

/* On the ruler all of its height counts. */
static gboolean
is_in_plot (OtoPlotView *self,
            double       x,
            double       y)
{
  const gboolean is_ruler = OTO_PLOT_VIEW_GET_CLASS (self)->scroll_zooms;
  OtoRect plot;

  return oto_plot_view_get_plot (self, &plot) && x >= plot.x && x < plot.x + plot.width
         && (is_ruler || (y >= plot.y && y < plot.y + plot.height));
}

static GdkModifierType
get_state (gpointer controller)
{
  return gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
}

/* --- pointing --- */

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

static OtoGrip
find_grip (OtoPlotView *self,
           double       x,
           double       y)
{
  OtoRect plot, place;

  if (!oto_plot_view_get_plot (self, &plot) || !oto_plot_view_place (self, &plot, &place))
    return OTO_GRIP_NONE;

  return oto_selection_find_grip (&place, oto_plot_view_has_mel (self), x, y);
}

/* What a drag would do is seen before it begins. */
static const char *
get_cursor_name (OtoGrip grip)
{
  const OtoGrip falling = OTO_GRIP_START | OTO_GRIP_HIGH;

  if (grip == OTO_GRIP_NONE)
    return NULL;
  if (grip == OTO_GRIP_INSIDE)
    return "move";
  if (grip == OTO_GRIP_START || grip == OTO_GRIP_END)
    return "ew-resize";
  if (grip == OTO_GRIP_LOW || grip == OTO_GRIP_HIGH)
    return "ns-resize";

  return grip == falling || grip == (OTO_GRIP_END | OTO_GRIP_LOW) ? "nwse-resize" : "nesw-resize";
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
  if (is_in_plot (self, x, y) && !priv->is_dragging)
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), get_cursor_name (find_grip (self, x, y)));
}

/* --- the wheel --- */

static void
scroll_mel (OtoPlotView *self,
            double       dy,
            gboolean     zooms)
{
  OtoPlotViewPrivate *priv = PRIVATE (self);

  if (zooms)
    oto_view_state_zoom_mel (priv->view, oto_plot_view_get_level (self, priv->pointer_y),
                             pow (ZOOM_STEP, -dy));
  else
    oto_view_state_pan_mel (priv->view, -dy * PAN_STEP);
}

static void
pan_time (OtoPlotView *self,
          double       by)
{
  OtoTimeScale *scale = PRIVATE (self)->scale;

  oto_time_scale_pan (scale, by * PAN_STEP * oto_time_scale_get_span_s (scale));
}

/* Plain scrolling belongs to the stack, but on an axis, which it moves. */
static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           gpointer                  user_data)
{
  OtoPlotView *self = user_data;
  OtoPlotViewPrivate *priv = PRIVATE (self);
  const GdkModifierType state = get_state (controller);
  const gboolean has_control = (state & GDK_CONTROL_MASK) != 0;
  const gboolean has_shift = (state & GDK_SHIFT_MASK) != 0;
  const gboolean has_alt = (state & GDK_ALT_MASK) != 0;
  const gboolean has_mel = oto_plot_view_has_mel (self);
  const gboolean is_on_axis = has_mel && priv->pointer_x < OTO_PLOT_LEFT_PX;
  const double by = dy != 0.0 ? dy : dx;

  if (!has_clip (self))
    return GDK_EVENT_PROPAGATE;

  if ((has_control && has_shift) || has_alt || is_on_axis)
    {
      if (!has_mel)
        return GDK_EVENT_STOP;
      scroll_mel (self, by, has_control || has_alt);
    }
  else if (has_control || (OTO_PLOT_VIEW_GET_CLASS (self)->scroll_zooms && !has_shift && dy != 0.0))
    {
      oto_time_scale_zoom_at (priv->scale, time_at (self, priv->pointer_x), pow (ZOOM_STEP, -by));
    }
  else if (has_shift || dx != 0.0)
    {
      pan_time (self, dx != 0.0 ? dx : dy);
    }
  else
    {
      return GDK_EVENT_PROPAGATE;
    }

  return GDK_EVENT_STOP;
}

/* --- the first button --- */

static void
pressed_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            gpointer         user_data)
{
  OtoPlotView *self = user_data;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (has_clip (self) && n_press % 2 == 0 && is_in_plot (self, x, y))
    OTO_PLOT_VIEW_GET_CLASS (self)->activate (self, x, y);
}

static void
select_begin_cb (GtkGestureDrag *gesture,
                 double          x,
                 double          y,
                 gpointer        user_data)
{
  OtoPlotView *self = user_data;
  OtoPlotViewPrivate *priv = PRIVATE (self);

  if (!has_clip (self) || !is_in_plot (self, x, y))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);

      return;
    }

  priv->is_dragging = FALSE;
  priv->grip = find_grip (self, x, y);
  oto_view_state_get_selection (priv->view, &priv->dragged);
}

/* From where a drag began to where it is; edges are those of frames, but with Shift. */
static void
select_new (OtoPlotView *self,
            double       x0,
            double       y0,
            double       x,
            double       y,
            gboolean     snaps)
{
  OtoPlotViewPrivate *priv = PRIVATE (self);
  OtoSelection selection = { time_at (self, x0), time_at (self, x), 0.0, 1.0 };

  if (oto_plot_view_has_mel (self))
    {
      selection.low = oto_plot_view_get_level (self, y0);
      selection.high = oto_plot_view_get_level (self, y);
    }
  if (snaps)
    {
      selection.start_s = oto_view_state_snap_s (priv->view, selection.start_s);
      selection.end_s = oto_view_state_snap_s (priv->view, selection.end_s);
    }
  oto_view_state_set_selection (priv->view, &selection);
}

static void
change_selection (OtoPlotView   *self,
                  const OtoRect *plot,
                  double         dx,
                  double         dy,
                  gboolean       snaps)
{
  OtoPlotViewPrivate *priv = PRIVATE (self);
  const double span_s = oto_time_scale_get_span_s (priv->scale);
  const double edge_s = (priv->grip & OTO_GRIP_END) != 0 ? priv->dragged.end_s
                                                        : priv->dragged.start_s;
  double by_s = dx / plot->width * span_s;
  double by_level = 0.0, low, high;
  OtoSelection selection;

  if (snaps)
    by_s = oto_view_state_snap_s (priv->view, edge_s + by_s) - edge_s;
  if (oto_plot_view_has_mel (self))
    {
      oto_view_state_get_mel_range (priv->view, &low, &high);
      by_level = -dy / plot->height * (high - low);
    }
  oto_selection_drag (&priv->dragged, priv->grip, by_s, by_level,
                      oto_time_scale_get_duration_s (priv->scale), &selection);
  oto_view_state_set_selection (priv->view, &selection);
}

static void
select_update_cb (GtkGestureDrag *gesture,
                  double          dx,
                  double          dy,
                  gpointer        user_data)
{
  OtoPlotView *self = user_data;
  OtoPlotViewPrivate *priv = PRIVATE (self);
  const gboolean snaps = (get_state (gesture) & GDK_SHIFT_MASK) == 0;
  OtoRect plot;
  double x, y;

  if (!oto_plot_view_get_plot (self, &plot)
      || (!priv->is_dragging && hypot (dx, dy) < DRAG_PX))
    return;

  priv->is_dragging = TRUE;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  point_at (self, x + dx, y + dy);
  if (priv->grip == OTO_GRIP_NONE)
    select_new (self, x, y, x + dx, y + dy, snaps);
  else
    change_selection (self, &plot, dx, dy, snaps);
}

static void
extend_to (OtoPlotView *self,
           double       x,
           double       y)
{
  OtoPlotViewPrivate *priv = PRIVATE (self);
  const double time_s = oto_view_state_snap_s (priv->view, time_at (self, x));
  OtoSelection selection;

  if (!oto_view_state_get_selection (priv->view, &selection))
    selection = (OtoSelection) { oto_view_state_get_playhead_s (priv->view), time_s, 0.0, 1.0 };
  else
    oto_selection_extend (&selection, time_s,
                          oto_plot_view_has_mel (self) ? oto_plot_view_get_level (self, y) : NAN);
  oto_view_state_set_selection (priv->view, &selection);
}

/* A click: one that was no drag. */
static void
select_end_cb (GtkGestureDrag *gesture,
               double          dx,
               double          dy,
               gpointer        user_data)
{
  OtoPlotView *self = user_data;
  OtoPlotViewPrivate *priv = PRIVATE (self);
  double x, y;

  if (!priv->is_dragging && has_clip (self)
      && gtk_gesture_drag_get_start_point (gesture, &x, &y) && is_in_plot (self, x, y))
    {
      point_at (self, x, y);
      if ((get_state (gesture) & GDK_SHIFT_MASK) != 0)
        extend_to (self, x, y);
      else
        oto_view_state_seek (priv->view, time_at (self, x));
    }
  priv->is_dragging = FALSE;
}

/* --- the other buttons --- */

static void
menu_cb (GtkGesture *gesture,
         int         n_press,
         double      x,
         double      y,
         gpointer    user_data)
{
  if (!is_in_plot (user_data, x, y))
    return;

  point_at (user_data, x, y);
  oto_plot_view_popup (user_data, x, y);
}

static void
long_press_cb (GtkGesture *gesture,
               double      x,
               double      y,
               gpointer    user_data)
{
  menu_cb (gesture, 1, x, y, user_data);
}

static void
pan_begin_cb (GtkGestureDrag *gesture,
              double          x,
              double          y,
              gpointer        user_data)
{
  OtoPlotViewPrivate *priv = PRIVATE (user_data);

  if (!has_clip (user_data))
    return;

  priv->pan_start_s = oto_time_scale_get_start_s (priv->scale);
  oto_view_state_get_mel_range (priv->view, &priv->pan_low, NULL);
}

static void
pan_update_cb (GtkGestureDrag *gesture,
               double          dx,
               double          dy,
               gpointer        user_data)
{
  OtoPlotView *self = user_data;
  OtoPlotViewPrivate *priv = PRIVATE (self);
  double start, low, high, to_low;
  OtoRect plot;

  if (!has_clip (self) || !oto_plot_view_get_plot (self, &plot))
    return;

  start = priv->pan_start_s - dx / plot.width * oto_time_scale_get_span_s (priv->scale);
  oto_time_scale_pan (priv->scale, start - oto_time_scale_get_start_s (priv->scale));
  if (!oto_plot_view_has_mel (self))
    return;

  oto_view_state_get_mel_range (priv->view, &low, &high);
  to_low = CLAMP (priv->pan_low + dy / plot.height * (high - low), 0.0, 1.0 - (high - low));
  oto_view_state_set_mel_range (priv->view, to_low, to_low + high - low);
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

/* --- all of them --- */

static void
add_drag (OtoPlotView *self,
          guint        button,
          GCallback    begin,
          GCallback    update,
          GCallback    end)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  g_signal_connect (drag, "drag-begin", begin, self);
  g_signal_connect (drag, "drag-update", update, self);
  if (end != NULL)
    g_signal_connect (drag, "drag-end", end, self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

static void
add_menu_gestures (OtoPlotView *self)
{
  GtkGesture *menu = gtk_gesture_click_new ();
  GtkGesture *hold = gtk_gesture_long_press_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (hold), TRUE);
  g_signal_connect (menu, "pressed", G_CALLBACK (menu_cb), self);
  g_signal_connect (hold, "pressed", G_CALLBACK (long_press_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (menu));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (hold));
}

void
oto_plot_view_add_gestures (OtoPlotView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);

  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
  add_drag (self, GDK_BUTTON_PRIMARY, G_CALLBACK (select_begin_cb), G_CALLBACK (select_update_cb),
            G_CALLBACK (select_end_cb));
  add_drag (self, GDK_BUTTON_MIDDLE, G_CALLBACK (pan_begin_cb), G_CALLBACK (pan_update_cb), NULL);
  add_menu_gestures (self);
}
