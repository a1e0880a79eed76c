/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include "geometry/oto-reading.h"

#include <glib/gi18n.h>
#include <math.h>

#define N_SHOWN   5              /* classes with a row, unless all are asked for */
#define STATUS_MS 100

static OtoStrips *
get_strips (OtoInspectPage *self)
{
  return oto_listening_get_strips (self->listening);
}

/* --- classes and their strips --- */

static void
strips_changed_cb (OtoStrips      *strips,
                   OtoInspectPage *self)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->class_list, i)) != NULL; i++)
    {
      const int class_index = oto_class_row_get_class_index (OTO_CLASS_ROW (row));

      /* Rows of another model are about to go. */
      if (class_index < oto_strips_get_n_classes (strips))
        oto_class_row_set_strip (OTO_CLASS_ROW (row), oto_strips_get (strips, class_index));
    }
}

static void
strip_changed_cb (OtoClassRow    *row,
                  OtoInspectPage *self)
{
  OtoStrip strip;

  oto_class_row_get_strip (row, &strip);
  oto_strips_set (get_strips (self), oto_class_row_get_class_index (row), &strip);
}

static void
add_class_row (OtoInspectPage *self,
               int             class_index,
               int             rank)
{
  g_autofree char *name = oto_inspect_page_dup_class_name (self, class_index);
  GtkWidget *row = oto_class_row_new (class_index);
  double prob = NAN;
  int slot = -1;

  if (class_index >= 0)
    {
      prob = oto_analysis_get_clip_prob (self->analysis)[class_index];
      slot = oto_class_colors_find (oto_view_state_get_colors (self->view), name);
    }

  oto_class_row_set_class (OTO_CLASS_ROW (row), name, prob, slot,
                           class_index >= 0 && rank < OTO_N_FOCUS);
  oto_class_row_set_strip (OTO_CLASS_ROW (row), oto_strips_get (get_strips (self), class_index));
  oto_class_row_set_audible (OTO_CLASS_ROW (row),
                             oto_analysis_has_map (self->analysis, OTO_MAP_MASK));
  g_signal_connect (row, "strip-changed", G_CALLBACK (strip_changed_cb), self);
  gtk_list_box_append (self->class_list, row);

  if (class_index == oto_view_state_get_focus_class (self->view))
    gtk_list_box_select_row (self->class_list, GTK_LIST_BOX_ROW (row));
}

/**
 * oto_inspect_page_fill_classes:
 * @self: a page
 *
 * Lists the first classes by rank, or all, the one in focus in any case, and Background; without
 * masks no class can be heard alone, and nothing is Background.
 */
void
oto_inspect_page_fill_classes (OtoInspectPage *self)
{
  const gboolean shows_all = gtk_toggle_button_get_active (self->all_button);
  const int focus_class = oto_view_state_get_focus_class (self->view);
  const int n_classes = self->analysis != NULL ? oto_analysis_get_n_classes (self->analysis) : 0;
  g_autofree char *text = NULL;
  const int *ranking;
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->class_list, 0)) != NULL)
    gtk_list_box_remove (self->class_list, GTK_WIDGET (row));
  oto_view_state_set_focus_class (self->view, focus_class);

  gtk_widget_set_visible (GTK_WIDGET (self->all_button), n_classes > N_SHOWN);
  if (self->analysis == NULL)
    return;

  ranking = oto_analysis_get_ranking (self->analysis);
  for (int i = 0; i < n_classes; i++)
    if (shows_all || i < N_SHOWN || ranking[i] == focus_class)
      add_class_row (self, ranking[i], i);
  if (oto_analysis_has_map (self->analysis, OTO_MAP_MASK))
    add_class_row (self, OTO_MIXER_BACKGROUND, 0);

  text = shows_all ? g_strdup (_("Show Fewer Classes"))
                   : g_strdup_printf (ngettext ("Show %d Class", "Show All %d Classes",
                                                n_classes), n_classes);
  gtk_button_set_label (GTK_BUTTON (self->all_button), text);
}

/**
 * oto_inspect_page_show_focus:
 * @self: a page
 *
 * Selects the class in focus; lists it where it has no row.
 */
void
oto_inspect_page_show_focus (OtoInspectPage *self)
{
  const int focus_class = oto_view_state_get_focus_class (self->view);
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->class_list, i)) != NULL; i++)
    if (oto_class_row_get_class_index (OTO_CLASS_ROW (row)) == focus_class)
      {
        gtk_list_box_select_row (self->class_list, row);

        return;
      }

  oto_inspect_page_fill_classes (self);
}

/* Whether classes can be heard alone; says so if not. */
static gboolean
need_masks (OtoInspectPage *self)
{
  if (self->analysis == NULL)
    return FALSE;
  if (oto_analysis_has_map (self->analysis, OTO_MAP_MASK))
    return TRUE;

  oto_inspect_page_set_notice (self, _(oto_map_info_find (OTO_MAP_MASK)->lacks));

  return FALSE;
}

/**
 * oto_inspect_page_toggle_solo:
 * @self: a page
 * @is_exclusive: alone; once more restores what was
 *
 * Solos the class in focus, or no longer.
 */
void
oto_inspect_page_toggle_solo (OtoInspectPage *self,
                              gboolean        is_exclusive)
{
  if (need_masks (self))
    oto_strips_toggle_solo (get_strips (self), oto_view_state_get_focus_class (self->view),
                            is_exclusive);
}

/**
 * oto_inspect_page_toggle_mute:
 * @self: a page
 *
 * Mutes the class in focus, or no longer.
 */
void
oto_inspect_page_toggle_mute (OtoInspectPage *self)
{
  if (need_masks (self))
    oto_strips_toggle_mute (get_strips (self), oto_view_state_get_focus_class (self->view));
}

/* --- transport --- */

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  OtoInspectPage *self = user_data;
  OtoPlayer *player = oto_listening_get_player (self->listening);

  oto_view_state_play_on (self->view, oto_player_get_position_s (player));
  oto_inspect_page_update_transport (self);

  return G_SOURCE_CONTINUE;
}

static void
set_text (GtkLabel   *label,
          const char *text)
{
  if (strcmp (gtk_label_get_text (label), text) != 0)
    gtk_label_set_text (label, text);
}

/**
 * oto_inspect_page_update_transport:
 * @self: a page
 *
 * Moves the playhead to what is heard.
 */
void
oto_inspect_page_update_transport (OtoInspectPage *self)
{
  OtoClip *clip = self->item != NULL ? oto_clip_item_get_clip (self->item) : NULL;
  const double position_s = oto_player_get_position_s (oto_listening_get_player (self->listening));
  g_autofree char *position = oto_reading_localize (oto_reading_format_clock (position_s));
  g_autofree char *duration = NULL;
  g_autofree char *of_duration = NULL;

  oto_view_state_set_playhead_s (self->view, position_s);
  set_text (self->position_label, position);

  duration = oto_reading_localize (oto_reading_format_clock (
    clip != NULL ? oto_clip_get_duration_s (clip) : 0));
  of_duration = g_strdup_printf ("/\u2002%s", duration);
  set_text (self->duration_label, of_duration);
}

static void
player_changed_cb (OtoPlayer      *player,
                   OtoInspectPage *self)
{
  const gboolean is_playing = oto_player_is_playing (player);
  const char *problem = oto_player_get_problem (player);
  const char *name = is_playing ? _("Pause") : _("Play");

  gtk_button_set_icon_name (self->play_button, is_playing ? "media-playback-pause-symbolic"
                                                          : "media-playback-start-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button), problem != NULL ? problem : name);
  g_simple_action_set_enabled (
    G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "play")),
    problem == NULL && oto_player_get_mixer (player) != NULL);

  if (is_playing && self->tick_id == 0)
    {
      self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, self, NULL);
    }
  else if (!is_playing && self->tick_id != 0)
    {
      gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
      self->tick_id = 0;
    }

  oto_inspect_page_update_transport (self);
  oto_inspect_page_update_status (self);
}

/* Looks at a stem on its way until it is there. */
static gboolean
status_cb (gpointer user_data)
{
  OtoInspectPage *self = user_data;

  oto_inspect_page_update_status (self);
  if (oto_listening_get_stem (self->listening, NULL) >= 0)
    return G_SOURCE_CONTINUE;

  self->status_id = 0;

  return G_SOURCE_REMOVE;
}

static void
listening_changed_cb (OtoListening   *listening,
                      OtoInspectPage *self)
{
  oto_inspect_page_update_status (self);
  if (self->status_id == 0 && oto_listening_get_stem (listening, NULL) >= 0)
    self->status_id = g_timeout_add (STATUS_MS, status_cb, self);
}

static void
listening_failed_cb (OtoListening   *listening,
                     const char     *message,
                     OtoInspectPage *self)
{
  oto_inspect_page_set_notice (self, message);
}

/**
 * oto_inspect_page_init_listening:
 * @self: a page that is being made
 */
void
oto_inspect_page_init_listening (OtoInspectPage *self)
{
  OtoPlayer *player = oto_listening_get_player (self->listening);

  g_object_bind_property (gtk_range_get_adjustment (self->blend_scale), "value",
                          self->listening, "blend", G_BINDING_SYNC_CREATE);
  g_object_bind_property (gtk_range_get_adjustment (self->volume_scale), "value",
                          self->listening, "volume", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (self->listening, "changed", G_CALLBACK (listening_changed_cb), self, 0);
  g_signal_connect_object (self->listening, "failed", G_CALLBACK (listening_failed_cb), self, 0);
  g_signal_connect_object (get_strips (self), "changed", G_CALLBACK (strips_changed_cb), self, 0);
  g_signal_connect_object (player, "changed", G_CALLBACK (player_changed_cb), self, 0);
  player_changed_cb (player, self);
}
