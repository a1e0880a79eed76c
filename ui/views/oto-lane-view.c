/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-lane-view.h"

#include "geometry/oto-reading.h"

#include <glib/gi18n.h>
#include <math.h>

#define ROW_PX   18
#define GAP_PX   1
#define LEFT_PX  10              /* of the title */
#define NOTE_PX  8               /* half the distance of the title and the note below it */

struct _OtoLaneView
{
  OtoPlotView   parent_instance;

  OtoLaneLook   look;
  OtoEventList *events;
  OtoEventList *other;
  guint         n_hidden;        /* events that found no room */
};

enum { PROP_0, PROP_IS_REFERENCE, N_PROPS };
enum { EVENT_ACTIVATED, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OtoLaneView, oto_lane_view, OTO_TYPE_PLOT_VIEW)

static const char *
get_title (OtoLaneView *self)
{
  return self->look == OTO_LANE_EVENTS ? _("Events") : _("Reference");
}

/* The title, and below it how many events found no room. */
static void
paint_note (OtoLaneView         *self,
            cairo_t             *cr,
            const OtoRect       *plot,
            const OtoPaintStyle *style)
{
  /* Translators: so many events are not shown. */
  g_autofree char *note = g_strdup_printf (_("+%u more"), self->n_hidden);
  const double y = plot->y + plot->height / 2;
  const OtoTextLook look = { .rgb = style->theme->dim, .size_px = style->font_px, .align_y = 0.5 };

  oto_text_painter_paint (cr, get_title (self), LEFT_PX, y - NOTE_PX, &look, style);
  oto_text_painter_paint (cr, note, LEFT_PX, y + NOTE_PX, &look, style);
}

static void
oto_lane_view_paint_body (OtoPlotView         *view,
                          cairo_t             *cr,
                          const OtoRect       *plot,
                          const OtoPaintStyle *style)
{
  OtoLaneView *self = OTO_LANE_VIEW (view);
  OtoTimeScale *scale = oto_plot_view_get_scale (view);
  const char *title = get_title (self);

  if (self->n_hidden > 0 && plot->height >= 2 * ROW_PX)
    {
      paint_note (self, cr, plot, style);
      title = NULL;
    }

  if (self->events == NULL || oto_time_scale_get_duration_s (scale) <= 0)
    return;

  oto_lane_painter_paint (cr, self->events, self->other, self->look, title, plot,
                          plot->x - LEFT_PX,
                          oto_time_scale_get_start_s (scale), oto_time_scale_get_end_s (scale),
                          style);
}

static const OtoEvent *
find_event (OtoLaneView *self,
            double       x,
            double       y)
{
  OtoTimeScale *scale = oto_plot_view_get_scale (OTO_PLOT_VIEW (self));
  OtoRect plot;

  if (self->events == NULL || !oto_plot_view_get_plot (OTO_PLOT_VIEW (self), &plot))
    return NULL;

  return oto_lane_painter_find (self->events, &plot, oto_time_scale_get_start_s (scale),
                                oto_time_scale_get_end_s (scale), x, y);
}

static char *
dup_event_text (OtoLaneView    *self,
                const OtoEvent *event)
{
  const gboolean is_matched = self->other == NULL
                              || oto_lane_painter_is_matched (event, self->other);
  g_autofree char *name = oto_reading_format_class (event->label);
  g_autofree char *onset = oto_reading_localize (g_strdup_printf ("%.2f", event->onset_s));
  g_autofree char *offset = oto_reading_localize (g_strdup_printf ("%.2f", event->offset_s));

  if (is_matched)
    /* Translators: a sound event, its start and its end in seconds. */
    return g_strdup_printf (_("%s from %s s to %s s"), name, onset, offset);
  if (self->look == OTO_LANE_EVENTS)
    /* Translators: a sound event that nobody labelled, its start and its end in seconds. */
    return g_strdup_printf (_("false alarm: %s from %s s to %s s"), name, onset, offset);

  /* Translators: a label that the model missed, its start and its end in seconds. */
  return g_strdup_printf (_("missed: %s from %s s to %s s"), name, onset, offset);
}

/* The name of an event may have found no room. */
static gboolean
oto_lane_view_query_tooltip (GtkWidget  *widget,
                             int         x,
                             int         y,
                             gboolean    is_keyboard,
                             GtkTooltip *tooltip)
{
  OtoLaneView *self = OTO_LANE_VIEW (widget);
  const OtoEvent *event = is_keyboard ? NULL : find_event (self, x, y);
  g_autofree char *words = NULL;
  g_autofree char *score = NULL;
  g_autofree char *text = NULL;

  if (event == NULL)
    return FALSE;

  words = dup_event_text (self, event);
  if (isfinite (event->score))
    {
      score = oto_reading_localize (oto_reading_format_prob (event->score));
      /* Translators: an event in words; then the probability of its class in the whole clip. */
      text = g_strdup_printf (_("%s\nclip probability %s"), words, score);
    }
  gtk_tooltip_set_text (tooltip, text != NULL ? text : words);

  return TRUE;
}

static void
clicked_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            gpointer         user_data)
{
  const OtoEvent *event = find_event (user_data, x, y);

  if (event != NULL)
    g_signal_emit (user_data, signals[EVENT_ACTIVATED], 0, event->label);
}

/* A double click on an event selects all of it. */
static void
oto_lane_view_activate (OtoPlotView *view,
                        double       x,
                        double       y)
{
  const OtoEvent *event = find_event (OTO_LANE_VIEW (view), x, y);
  OtoSelection selection = { 0.0, 0.0, 0.0, 1.0 };

  if (event != NULL)
    selection = (OtoSelection) { event->onset_s, event->offset_s, 0.0, 1.0 };
  oto_view_state_set_selection (oto_plot_view_get_view (view), &selection);
}

static void
oto_lane_view_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  if (prop_id == PROP_IS_REFERENCE)
    g_value_set_boolean (value, OTO_LANE_VIEW (object)->look == OTO_LANE_REFERENCE);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_lane_view_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  if (prop_id == PROP_IS_REFERENCE)
    OTO_LANE_VIEW (object)->look =
      g_value_get_boolean (value) ? OTO_LANE_REFERENCE : OTO_LANE_EVENTS;
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_lane_view_constructed (GObject *object)
{
  G_OBJECT_CLASS (oto_lane_view_parent_class)->constructed (object);

  oto_lane_view_set_events (OTO_LANE_VIEW (object), NULL, 0, NULL);
}

static void
oto_lane_view_finalize (GObject *object)
{
  g_clear_pointer (&OTO_LANE_VIEW (object)->events, oto_event_list_unref);
  g_clear_pointer (&OTO_LANE_VIEW (object)->other, oto_event_list_unref);

  G_OBJECT_CLASS (oto_lane_view_parent_class)->finalize (object);
}

static void
oto_lane_view_class_init (OtoLaneViewClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = oto_lane_view_get_property;
  G_OBJECT_CLASS (klass)->set_property = oto_lane_view_set_property;
  G_OBJECT_CLASS (klass)->constructed = oto_lane_view_constructed;
  G_OBJECT_CLASS (klass)->finalize = oto_lane_view_finalize;
  OTO_PLOT_VIEW_CLASS (klass)->paint_body = oto_lane_view_paint_body;
  GTK_WIDGET_CLASS (klass)->query_tooltip = oto_lane_view_query_tooltip;
  OTO_PLOT_VIEW_CLASS (klass)->activate = oto_lane_view_activate;

  properties[PROP_IS_REFERENCE] =
    g_param_spec_boolean ("is-reference", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);

  signals[EVENT_ACTIVATED] = g_signal_new ("event-activated", G_TYPE_FROM_CLASS (klass),
                                           G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
oto_lane_view_init (OtoLaneView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect (click, "released", G_CALLBACK (clicked_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  oto_plot_view_set_margins (OTO_PLOT_VIEW (self), GAP_PX, GAP_PX);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

/* What assistive technology reads: every event in words. */
static char *
describe (OtoLaneView *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const guint n = self->events != NULL ? oto_event_list_get_n (self->events) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *words = dup_event_text (self, oto_event_list_get (self->events, i));

      g_string_append_printf (text, "%s%s", i > 0 ? "; " : "", words);
    }

  if (self->n_hidden > 0)
    g_string_append_printf (text, ngettext ("; and %u more event", "; and %u more events",
                                            self->n_hidden), self->n_hidden);

  return n > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup (_("No events"));
}

/**
 * oto_lane_view_set_events:
 * @self: a lane
 * @events: (nullable): what it shows
 * @n_hidden: how many more events there are
 * @other: (nullable): what they are held against
 */
void
oto_lane_view_set_events (OtoLaneView  *self,
                          OtoEventList *events,
                          guint         n_hidden,
                          OtoEventList *other)
{
  g_autofree char *description = NULL;
  guint n_rows = 1;

  g_return_if_fail (OTO_IS_LANE_VIEW (self));

  if (events != NULL && self->events == events && self->other == other)
    return;

  g_clear_pointer (&self->events, oto_event_list_unref);
  g_clear_pointer (&self->other, oto_event_list_unref);
  self->events = events != NULL ? oto_event_list_ref (events) : NULL;
  self->other = other != NULL ? oto_event_list_ref (other) : NULL;
  self->n_hidden = n_hidden;

  if (events != NULL)
    n_rows = MIN (oto_lane_painter_count_rows (events), OTO_LANE_MAX_ROWS);
  gtk_widget_set_size_request (GTK_WIDGET (self), -1, (int) n_rows * ROW_PX + 2 * GAP_PX);

  description = describe (self);
  oto_plot_view_describe (OTO_PLOT_VIEW (self), get_title (self), description);
  oto_plot_view_invalidate (OTO_PLOT_VIEW (self));
}
