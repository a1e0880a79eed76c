/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* --- states, as values --- */

static GVariant *
save_selection (GObject *object)
{
  OtoSelection selection = { 0.0, 0.0, 0.0, 0.0 };
  const gboolean has_selection = oto_view_state_get_selection (OTO_VIEW_STATE (object),
                                                               &selection);

  return g_variant_new ("(bdddd)", has_selection, selection.start_s, selection.end_s,
                        selection.low, selection.high);
}

static void
restore_selection (GObject  *object,
                   GVariant *state)
{
  OtoSelection selection;
  gboolean has_selection;

  g_variant_get (state, "(bdddd)", &has_selection, &selection.start_s, &selection.end_s,
                 &selection.low, &selection.high);
  oto_view_state_set_selection (OTO_VIEW_STATE (object), has_selection ? &selection : NULL);
}

static GVariant *
save_threshold (GObject *object)
{
  return g_variant_new_double (oto_view_state_get_threshold (OTO_VIEW_STATE (object)));
}

static void
restore_threshold (GObject  *object,
                   GVariant *state)
{
  oto_view_state_set_threshold (OTO_VIEW_STATE (object), g_variant_get_double (state));
}

static GVariant *
save_clip_threshold (GObject *object)
{
  return g_variant_new_double (oto_view_state_get_clip_threshold (OTO_VIEW_STATE (object)));
}

static void
restore_clip_threshold (GObject  *object,
                        GVariant *state)
{
  oto_view_state_set_clip_threshold (OTO_VIEW_STATE (object), g_variant_get_double (state));
}

static GVariant *
save_panels (GObject *object)
{
  OtoPanelList *panels = OTO_PANEL_LIST (object);
  g_auto (GStrv) layout = oto_panel_list_dup_layout (panels);

  return g_variant_new ("(b@as)", oto_panel_list_is_weighted (panels),
                        g_variant_new_strv ((const char * const *) layout, -1));
}

static void
restore_panels (GObject  *object,
                GVariant *state)
{
  g_auto (GStrv) layout = NULL;
  gboolean is_weighted;

  g_variant_get (state, "(b^as)", &is_weighted, &layout);
  oto_panel_list_set_weighted (OTO_PANEL_LIST (object), is_weighted);
  oto_panel_list_set_layout (OTO_PANEL_LIST (object), (const char * const *) layout);
}

static GVariant *
save_locks (GObject *object)
{
  return oto_class_locks_save (OTO_CLASS_LOCKS (object));
}

static void
restore_locks (GObject  *object,
               GVariant *state)
{
  oto_class_locks_restore (OTO_CLASS_LOCKS (object), state);
}

static GVariant *
save_strips (GObject *object)
{
  OtoStrips *strips = OTO_STRIPS (object);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(bbd)"));
  for (int k = -1; k < oto_strips_get_n_classes (strips); k++)
    {
      const OtoStrip *strip = oto_strips_get (strips, k);

      g_variant_builder_add (&builder, "(bbd)", strip->is_solo, strip->is_muted, strip->gain_db);
    }

  return g_variant_builder_end (&builder);
}

static void
restore_strips (GObject  *object,
                GVariant *state)
{
  OtoStrips *strips = OTO_STRIPS (object);

  for (int k = -1; k < oto_strips_get_n_classes (strips)
                   && k + 1 < (int) g_variant_n_children (state); k++)
    {
      OtoStrip strip;

      g_variant_get_child (state, (size_t) (k + 1), "(bbd)", &strip.is_solo, &strip.is_muted,
                           &strip.gain_db);
      oto_strips_set (strips, k, &strip);
    }
}

static GVariant *
save_view (GObject *object)
{
  OtoViewState *view = OTO_VIEW_STATE (object);
  OtoTimeScale *scale = oto_view_state_get_scale (view);
  double low, high;

  oto_view_state_get_mel_range (view, &low, &high);

  return g_variant_new ("(dddd)", oto_time_scale_get_start_s (scale),
                        oto_time_scale_get_end_s (scale), low, high);
}

static void
restore_view (GObject  *object,
              GVariant *state)
{
  OtoViewState *view = OTO_VIEW_STATE (object);
  double start_s, end_s, low, high;

  g_variant_get (state, "(dddd)", &start_s, &end_s, &low, &high);
  oto_time_scale_set_range (oto_view_state_get_scale (view), start_s, end_s);
  oto_view_state_set_mel_range (view, low, high);
}

/* --- actions --- */

static void
step_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  OtoInspectPage *self = user_data;
  const char *name = g_action_get_name (G_ACTION (action));
  g_autofree char *undone = g_strdup (oto_history_get_undo_name (self->history));
  g_autofree char *redone = g_strdup (oto_history_get_redo_name (self->history));
  g_autofree char *notice = NULL;

  if (strcmp (name, "view-back") == 0)
    oto_history_undo (self->view_history);
  else if (strcmp (name, "view-forward") == 0)
    oto_history_redo (self->view_history);
  else if (strcmp (name, "undo") == 0 && oto_history_undo (self->history))
    /* Translators: %s is what was changed: “Threshold”, “Selection”. */
    notice = g_strdup_printf (_("Undone: %s"), undone);
  else if (strcmp (name, "redo") == 0 && oto_history_redo (self->history))
    /* Translators: %s is what was changed: “Threshold”, “Selection”. */
    notice = g_strdup_printf (_("Done again: %s"), redone);

  if (notice != NULL)
    oto_inspect_page_set_notice (self, notice);
}

static void
set_enabled (OtoInspectPage *self,
             const char     *name,
             gboolean        is_enabled)
{
  g_simple_action_set_enabled (
    G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), name)), is_enabled);
}

static void
update_actions (OtoInspectPage *self)
{
  set_enabled (self, "undo", oto_history_get_undo_name (self->history) != NULL);
  set_enabled (self, "redo", oto_history_get_redo_name (self->history) != NULL);
  set_enabled (self, "view-back", oto_history_get_undo_name (self->view_history) != NULL);
  set_enabled (self, "view-forward", oto_history_get_redo_name (self->view_history) != NULL);
}

/* What a button does from its press to its release is a step. */
static gboolean
event_cb (GtkEventControllerLegacy *controller,
          GdkEvent                 *event,
          OtoInspectPage           *self)
{
  const GdkEventType type = gdk_event_get_event_type (event);

  if (type == GDK_BUTTON_PRESS || type == GDK_BUTTON_RELEASE)
    {
      oto_history_settle (self->history);
      oto_history_settle (self->view_history);
    }
  return GDK_EVENT_PROPAGATE;
}

/**
 * oto_inspect_page_init_history:
 * @self: a page that is being made
 *
 * Watches what can be undone; where one looks has a history of its own.
 */
void
oto_inspect_page_init_history (OtoInspectPage *self)
{
  GObject *view = G_OBJECT (self->view);
  GtkEventController *pointer = gtk_event_controller_legacy_new ();
  const GActionEntry entries[] = {
    { .name = "undo", .activate = step_cb },
    { .name = "redo", .activate = step_cb },
    { .name = "view-back", .activate = step_cb },
    { .name = "view-forward", .activate = step_cb },
  };

  self->history = oto_history_new ();
  self->view_history = oto_history_new ();
  oto_history_watch (self->history, view, "selection-changed", _("Selection"), OTO_HISTORY_OF_CLIP,
                     save_selection, restore_selection);
  oto_history_watch (self->history, view, "notify::threshold", _("Frame Threshold"),
                     OTO_HISTORY_OF_WINDOW, save_threshold, restore_threshold);
  oto_history_watch (self->history, view, "notify::clip-threshold", _("Clip Threshold"),
                     OTO_HISTORY_OF_WINDOW, save_clip_threshold, restore_clip_threshold);
  oto_history_watch (self->history, G_OBJECT (self->panels), "changed", _("Panels"),
                     OTO_HISTORY_OF_WINDOW, save_panels, restore_panels);
  oto_history_watch (self->history, G_OBJECT (oto_view_state_get_locks (self->view)), "changed",
                     _("Locks"), OTO_HISTORY_OF_WINDOW, save_locks, restore_locks);
  oto_history_watch (self->history, G_OBJECT (oto_listening_get_strips (self->listening)),
                     "changed", _("Strips"), OTO_HISTORY_OF_CLIP, save_strips, restore_strips);
  oto_history_watch (self->view_history, view, "view-changed", _("View"), OTO_HISTORY_OF_CLIP,
                     save_view, restore_view);

  gtk_event_controller_set_propagation_phase (pointer, GTK_PHASE_CAPTURE);
  g_signal_connect (pointer, "event", G_CALLBACK (event_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), pointer);

  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  g_signal_connect_object (self->history, "notify::undo-name", G_CALLBACK (update_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view_history, "notify::undo-name", G_CALLBACK (update_actions),
                           self, G_CONNECT_SWAPPED);
  update_actions (self);
}
