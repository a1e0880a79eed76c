/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "views/oto-transport-bar-private.h"

#include "geometry/oto-reading.h"

#include <glib/gi18n.h>
#include <string.h>

enum { PROP_0, PROP_VIEW_STATE, PROP_LISTENING, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (OtoTransportBar, oto_transport_bar, GTK_TYPE_WIDGET)

static void
set_text (GtkLabel   *label,
          const char *text)
{
  if (strcmp (gtk_label_get_text (label), text) != 0)
    gtk_label_set_text (label, text);
}

static void
update_position (OtoTransportBar *self)
{
  g_autofree char *position = NULL;

  if (self->view == NULL)
    return;

  position = oto_reading_localize (
    oto_reading_format_clock (oto_view_state_get_playhead_s (self->view)));
  set_text (self->position_label, position);
}

static void
update_duration (OtoTransportBar *self)
{
  g_autofree char *duration = NULL;
  g_autofree char *of_duration = NULL;

  if (self->view == NULL)
    return;

  duration = oto_reading_localize (oto_reading_format_clock (
    oto_time_scale_get_duration_s (oto_view_state_get_scale (self->view))));
  of_duration = g_strdup_printf ("/\u2002%s", duration);
  set_text (self->duration_label, of_duration);
}

static void
update_threshold (OtoTransportBar *self)
{
  g_autofree char *text =
    oto_reading_localize (g_strdup_printf ("%.2f", oto_view_state_get_threshold (self->view)));

  gtk_label_set_text (self->threshold_label, text);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  OtoTransportBar *self = user_data;

  if (self->view != NULL && self->listening != NULL)
    oto_view_state_play_on (self->view, oto_player_get_position_s (
                              oto_listening_get_player (self->listening)));

  return G_SOURCE_CONTINUE;
}

static void
stop_tick (OtoTransportBar *self)
{
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
}

static void
player_changed_cb (OtoPlayer       *player,
                   OtoTransportBar *self)
{
  const gboolean is_playing = oto_player_is_playing (player);
  const char *problem = oto_player_get_problem (player);
  const char *name = is_playing ? _("Pause") : _("Play");

  gtk_button_set_icon_name (self->play_button, is_playing ? "media-playback-pause-symbolic"
                                                          : "media-playback-start-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button), problem != NULL ? problem : name);

  if (is_playing && self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, self, NULL);
  else if (!is_playing)
    stop_tick (self);

  if (self->view != NULL)
    oto_view_state_set_playhead_s (self->view, oto_player_get_position_s (player));
}

static void
bind (OtoTransportBar *self,
      GObject         *source,
      const char      *name,
      GtkRange        *range,
      GBindingFlags    flags)
{
  g_ptr_array_add (self->bindings,
                   g_object_ref (g_object_bind_property (source, name,
                                                         gtk_range_get_adjustment (range), "value",
                                                         flags | G_BINDING_SYNC_CREATE)));
}

static void
set_view (OtoTransportBar *self,
          OtoViewState    *view)
{
  /* A bar has its view for life. */
  g_return_if_fail (self->view == NULL || self->view == view);

  if (!g_set_object (&self->view, view))
    return;

  bind (self, G_OBJECT (view), "threshold", self->threshold_scale, G_BINDING_BIDIRECTIONAL);
  g_signal_connect_object (view, "notify::threshold", G_CALLBACK (update_threshold), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "notify::playhead-s", G_CALLBACK (update_position), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (oto_view_state_get_scale (view), "changed",
                           G_CALLBACK (update_duration), self, G_CONNECT_SWAPPED);
  update_threshold (self);
  update_position (self);
  update_duration (self);
}

static void
set_listening (OtoTransportBar *self,
               OtoListening    *listening)
{
  OtoPlayer *player;

  g_return_if_fail (self->listening == NULL || self->listening == listening);

  if (!g_set_object (&self->listening, listening))
    return;

  player = oto_listening_get_player (listening);
  bind (self, G_OBJECT (listening), "blend", self->blend_scale, G_BINDING_BIDIRECTIONAL);
  bind (self, G_OBJECT (listening), "volume", self->volume_scale, G_BINDING_BIDIRECTIONAL);
  g_signal_connect_object (player, "changed", G_CALLBACK (player_changed_cb), self, 0);
  player_changed_cb (player, self);
}

static void
oto_transport_bar_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  OtoTransportBar *self = OTO_TRANSPORT_BAR (object);

  if (prop_id == PROP_VIEW_STATE)
    g_value_set_object (value, self->view);
  else if (prop_id == PROP_LISTENING)
    g_value_set_object (value, self->listening);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_transport_bar_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  OtoTransportBar *self = OTO_TRANSPORT_BAR (object);

  if (prop_id == PROP_VIEW_STATE)
    set_view (self, g_value_get_object (value));
  else if (prop_id == PROP_LISTENING)
    set_listening (self, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
oto_transport_bar_dispose (GObject *object)
{
  OtoTransportBar *self = OTO_TRANSPORT_BAR (object);

  stop_tick (self);
  for (guint i = 0; i < self->bindings->len; i++)
    g_binding_unbind (g_ptr_array_index (self->bindings, i));
  g_ptr_array_set_size (self->bindings, 0);
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  if (self->listening != NULL)
    g_signal_handlers_disconnect_by_data (oto_listening_get_player (self->listening), self);
  g_clear_object (&self->listening);
  g_clear_object (&self->view);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), OTO_TYPE_TRANSPORT_BAR);

  G_OBJECT_CLASS (oto_transport_bar_parent_class)->dispose (object);
}

static void
oto_transport_bar_finalize (GObject *object)
{
  g_ptr_array_unref (OTO_TRANSPORT_BAR (object)->bindings);

  G_OBJECT_CLASS (oto_transport_bar_parent_class)->finalize (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, OtoTransportBar, name)

static void
oto_transport_bar_class_init (OtoTransportBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = oto_transport_bar_get_property;
  object_class->set_property = oto_transport_bar_set_property;
  object_class->dispose = oto_transport_bar_dispose;
  object_class->finalize = oto_transport_bar_finalize;

  properties[PROP_VIEW_STATE] = g_param_spec_object ("view-state", NULL, NULL, OTO_TYPE_VIEW_STATE,
                                                     flags);
  properties[PROP_LISTENING] = g_param_spec_object ("listening", NULL, NULL, OTO_TYPE_LISTENING,
                                                    flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/otoscope/Otoscope/ui/oto-transport-bar.ui");
  BIND (content);
  BIND (play_button);
  BIND (position_label);
  BIND (duration_label);
  BIND (blend_scale);
  BIND (volume_scale);
  BIND (threshold_scale);
  BIND (threshold_label);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
oto_transport_bar_init (OtoTransportBar *self)
{
  self->bindings = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * oto_transport_bar_new:
 *
 * Returns: (transfer floating): a bar that controls nothing yet
 */
GtkWidget *
oto_transport_bar_new (void)
{
  return g_object_new (OTO_TYPE_TRANSPORT_BAR, NULL);
}
