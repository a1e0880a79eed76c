/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include <math.h>
#include <string.h>

#define ZOOM_STEP 1.25

/* Actions on what is selected, and on what is looked at. */

static void
play_selection (OtoInspectPage *self)
{
  OtoSelection selection;

  if (oto_view_state_get_selection (self->view, &selection))
    oto_player_play_range (oto_listening_get_player (self->listening), selection.start_s,
                           selection.end_s);
}

static void
play_here (OtoInspectPage *self)
{
  oto_view_state_seek (self->view, oto_view_state_get_time_s (self->view));
  oto_player_set_playing (oto_listening_get_player (self->listening), TRUE);
}

/* The event of the class in focus that begins next after the cursor, or before it. */
static void
go_to_event (OtoInspectPage *self,
             gboolean        is_next)
{
  OtoEventList *events = oto_detection_get_events (self->detection);
  const int focus_class = oto_view_state_get_focus_class (self->view);
  const double time_s = oto_view_state_get_time_s (self->view);
  const double from_s = isnan (time_s) ? oto_view_state_get_playhead_s (self->view) : time_s;
  double best_s = NAN;

  for (guint i = 0; events != NULL && i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);
      const double onset_s = event->onset_s;

      if (oto_analysis_find_class (self->analysis, event->label) != focus_class)
        continue;
      if (is_next && onset_s > from_s + 1e-6 && !(onset_s >= best_s))
        best_s = onset_s;
      if (!is_next && onset_s < from_s - 1e-6 && !(onset_s <= best_s))
        best_s = onset_s;
    }

  oto_view_state_move_to (self->view, best_s);
}

static void
toggle_lock (OtoInspectPage *self)
{
  const int focus_class = oto_view_state_get_focus_class (self->view);

  if (self->analysis != NULL && focus_class >= 0)
    oto_class_locks_toggle (oto_view_state_get_locks (self->view), self->analysis, focus_class);
}

static void
copy_reading (OtoInspectPage *self)
{
  const char *reading = oto_reading_strip_get_reading (self->reading_strip);
  g_auto (GStrv) parts = g_strsplit (reading, "\u2003", -1);
  g_autofree char *row = g_strjoinv ("\t", parts);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), row);
}

static void
select_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  OtoInspectPage *self = user_data;
  const char *name = g_action_get_name (G_ACTION (action));

  if (strcmp (name, "select-start") == 0)
    oto_view_state_select_edge (self->view, FALSE);
  else if (strcmp (name, "select-end") == 0)
    oto_view_state_select_edge (self->view, TRUE);
  else if (strcmp (name, "select-all") == 0)
    oto_view_state_select_all (self->view);
  else if (strcmp (name, "clear-selection") == 0)
    {
      /* A step of its own, however soon it follows. */
      oto_history_settle (self->history);
      oto_view_state_set_selection (self->view, NULL);
    }
  else if (strcmp (name, "extend-back") == 0)
    oto_view_state_extend_frames (self->view, -1);
  else if (strcmp (name, "extend-forward") == 0)
    oto_view_state_extend_frames (self->view, 1);
  else if (strcmp (name, "zoom-selection") == 0)
    oto_view_state_zoom_to_selection (self->view);
  else if (strcmp (name, "play-selection") == 0)
    play_selection (self);
  else if (strcmp (name, "play-here") == 0)
    play_here (self);
  else if (strcmp (name, "copy-reading") == 0)
    copy_reading (self);
}

static void
view_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  OtoInspectPage *self = user_data;
  const char *name = g_action_get_name (G_ACTION (action));

  if (strcmp (name, "mel-in") == 0)
    oto_view_state_zoom_mel (self->view, oto_view_state_get_height (self->view), ZOOM_STEP);
  else if (strcmp (name, "mel-out") == 0)
    oto_view_state_zoom_mel (self->view, oto_view_state_get_height (self->view), 1 / ZOOM_STEP);
  else if (strcmp (name, "next-event") == 0)
    go_to_event (self, TRUE);
  else if (strcmp (name, "previous-event") == 0)
    go_to_event (self, FALSE);
  else if (strcmp (name, "lock") == 0)
    toggle_lock (self);
}

/* What needs a selection can be chosen while there is one. */
static void
selection_changed_cb (OtoViewState   *view,
                      OtoInspectPage *self)
{
  static const char * const names[] = { "clear-selection", "zoom-selection", "play-selection" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_simple_action_set_enabled (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), names[i])),
      oto_view_state_get_selection (view, NULL));
}

void
oto_inspect_page_add_select_actions (OtoInspectPage *self)
{
  const GActionEntry entries[] = {
    { .name = "select-start", .activate = select_cb },
    { .name = "select-end", .activate = select_cb },
    { .name = "select-all", .activate = select_cb },
    { .name = "clear-selection", .activate = select_cb },
    { .name = "extend-back", .activate = select_cb },
    { .name = "extend-forward", .activate = select_cb },
    { .name = "zoom-selection", .activate = select_cb },
    { .name = "play-selection", .activate = select_cb },
    { .name = "play-here", .activate = select_cb },
    { .name = "copy-reading", .activate = select_cb },
    { .name = "mel-in", .activate = view_cb },
    { .name = "mel-out", .activate = view_cb },
    { .name = "next-event", .activate = view_cb },
    { .name = "previous-event", .activate = view_cb },
    { .name = "lock", .activate = view_cb },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  g_signal_connect_object (self->view, "selection-changed", G_CALLBACK (selection_changed_cb), self,
                           0);
  selection_changed_cb (self->view, self);
}
