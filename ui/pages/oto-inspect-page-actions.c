/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include <glib/gi18n.h>
#include <math.h>

#define ZOOM_STEP      1.25
#define THRESHOLD_STEP 0.01

static OtoViewState *
get_view (gpointer page)
{
  return OTO_INSPECT_PAGE (page)->view;
}

/* --- view --- */

static void
zoom_in_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  oto_view_state_zoom (get_view (user_data), ZOOM_STEP);
}

static void
zoom_out_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  oto_view_state_zoom (get_view (user_data), 1 / ZOOM_STEP);
}

static void
zoom_fit_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  oto_view_state_fit (get_view (user_data));
}

/* --- cursor --- */

static void
frame_back_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  oto_view_state_move_frames (get_view (user_data), -1);
}

static void
frame_forward_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  oto_view_state_move_frames (get_view (user_data), 1);
}

static void
second_back_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  oto_view_state_move_by (get_view (user_data), -1);
}

static void
second_forward_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  oto_view_state_move_by (get_view (user_data), 1);
}

static void
screen_back_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  oto_view_state_move_screens (get_view (user_data), -1);
}

static void
screen_forward_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  oto_view_state_move_screens (get_view (user_data), 1);
}

static void
go_start_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  oto_view_state_move_to (get_view (user_data), 0);
}

static void
go_end_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  oto_view_state_move_to (get_view (user_data), INFINITY);
}

static void
go_playhead_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  OtoViewState *view = get_view (user_data);

  oto_view_state_move_to (view, oto_view_state_get_playhead_s (view));
}

static void
move_bins (OtoInspectPage *self,
           int             n_bins)
{
  OtoPanelData *data = oto_panel_stack_find_data (self->stack, "mel");

  if (data != NULL)
    oto_view_state_move_bins (self->view, n_bins, data->n_rows);
}

static void
bin_up_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  move_bins (user_data, 1);
}

static void
bin_down_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  move_bins (user_data, -1);
}

/* --- panels --- */

static void
maximize_panel_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  OtoInspectPage *self = user_data;
  OtoPanelItem *item = oto_panel_stack_get_focus (self->stack);

  if (oto_panel_list_get_maximized (self->panels) != NULL)
    oto_panel_list_set_maximized (self->panels, NULL);
  else
    oto_panel_list_set_maximized (self->panels, item != NULL
                                                ? item : oto_panel_list_get (self->panels, 0));
}

static void
move_panel (OtoInspectPage *self,
            int             by)
{
  OtoPanelItem *item = oto_panel_stack_get_focus (self->stack);

  if (item != NULL)
    oto_panel_list_move (self->panels, item, by);
}

static void
panel_up_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  move_panel (user_data, -1);
}

static void
panel_down_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  move_panel (user_data, 1);
}

/* --- listening --- */

static void
play_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  OtoPlayer *player = oto_listening_get_player (OTO_INSPECT_PAGE (user_data)->listening);

  oto_player_set_playing (player, !oto_player_is_playing (player));
}

static void
rewind_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  oto_view_state_seek (get_view (user_data), 0);
}

/* Whether classes can be heard alone; says so if not. */
static gboolean
need_masks (OtoInspectPage *self)
{
  if (self->analysis == NULL)
    return FALSE;
  if (oto_analysis_has_mask (self->analysis, OTO_MASK_LISTENING))
    return TRUE;

  oto_inspect_page_set_notice (self, _(oto_map_info_find (OTO_MAP_MASK)->lacks));

  return FALSE;
}

static void
toggle_solo (OtoInspectPage *self,
             gboolean        is_exclusive)
{
  if (need_masks (self))
    oto_strips_toggle_solo (oto_listening_get_strips (self->listening),
                            oto_view_state_get_focus_class (self->view), is_exclusive);
}

static void
solo_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  toggle_solo (user_data, FALSE);
}

static void
solo_only_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  toggle_solo (user_data, TRUE);
}

static void
mute_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  OtoInspectPage *self = user_data;

  if (need_masks (self))
    oto_strips_toggle_mute (oto_listening_get_strips (self->listening),
                            oto_view_state_get_focus_class (self->view));
}

static void
unsolo_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  oto_strips_clear (oto_listening_get_strips (OTO_INSPECT_PAGE (user_data)->listening));
}

static void
focus_rank_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  OtoInspectPage *self = user_data;
  const int rank = g_variant_get_int32 (parameter);

  if (self->analysis == NULL || rank < 0 || rank > oto_analysis_get_n_classes (self->analysis))
    return;

  oto_view_state_set_focus_class (self->view, rank == 0 ? OTO_VIEW_BACKGROUND
                                  : oto_analysis_get_ranking (self->analysis)[rank - 1]);
}

static void
threshold_down_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  OtoViewState *view = get_view (user_data);

  oto_view_state_set_threshold (view, oto_view_state_get_threshold (view) - THRESHOLD_STEP);
}

static void
threshold_up_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  OtoViewState *view = get_view (user_data);

  oto_view_state_set_threshold (view, oto_view_state_get_threshold (view) + THRESHOLD_STEP);
}

/* --- files --- */

static void
save_figure_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  oto_inspect_page_save_figure (user_data);
}

static void
save_stem_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  oto_inspect_page_save_stems (user_data, FALSE);
}

static void
save_stems_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  oto_inspect_page_save_stems (user_data, TRUE);
}

/* Hides and shows panels; each has an action of its name. */
static void
add_panel_actions (OtoInspectPage *self)
{
  for (guint i = 0; i < oto_panel_list_get_n (self->panels); i++)
    {
      OtoPanelItem *item = oto_panel_list_get (self->panels, i);
      g_autofree char *name = g_strconcat ("panel-", oto_panel_item_get_name (item), NULL);
      g_autoptr (GPropertyAction) action = g_property_action_new (name, item, "is-shown");

      g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
    }
}

static void
player_changed_cb (OtoPlayer     *player,
                   GSimpleAction *play)
{
  g_simple_action_set_enabled (play, oto_player_get_problem (player) == NULL
                                     && oto_player_get_mixer (player) != NULL);
}

/**
 * oto_inspect_page_init_actions:
 * @self: a page that is being made
 */
void
oto_inspect_page_init_actions (OtoInspectPage *self)
{
  const GActionEntry entries[] = {
    { .name = "zoom-in", .activate = zoom_in_cb },
    { .name = "zoom-out", .activate = zoom_out_cb },
    { .name = "zoom-fit", .activate = zoom_fit_cb },
    { .name = "frame-back", .activate = frame_back_cb },
    { .name = "frame-forward", .activate = frame_forward_cb },
    { .name = "second-back", .activate = second_back_cb },
    { .name = "second-forward", .activate = second_forward_cb },
    { .name = "screen-back", .activate = screen_back_cb },
    { .name = "screen-forward", .activate = screen_forward_cb },
    { .name = "go-start", .activate = go_start_cb },
    { .name = "go-end", .activate = go_end_cb },
    { .name = "go-playhead", .activate = go_playhead_cb },
    { .name = "bin-up", .activate = bin_up_cb },
    { .name = "bin-down", .activate = bin_down_cb },
    { .name = "maximize-panel", .activate = maximize_panel_cb },
    { .name = "panel-up", .activate = panel_up_cb },
    { .name = "panel-down", .activate = panel_down_cb },
    { .name = "play", .activate = play_cb },
    { .name = "rewind", .activate = rewind_cb },
    { .name = "solo", .activate = solo_cb },
    { .name = "solo-only", .activate = solo_only_cb },
    { .name = "mute", .activate = mute_cb },
    { .name = "unsolo", .activate = unsolo_cb },
    { .name = "focus-rank", .activate = focus_rank_cb, .parameter_type = "i" },
    { .name = "threshold-down", .activate = threshold_down_cb },
    { .name = "threshold-up", .activate = threshold_up_cb },
    { .name = "save-figure", .activate = save_figure_cb },
    { .name = "save-stem", .activate = save_stem_cb },
    { .name = "save-stems", .activate = save_stems_cb },
  };

  OtoPlayer *player = oto_listening_get_player (self->listening);
  g_autoptr (GPropertyAction) loop = g_property_action_new ("loop", self->view, "is-looping");
  g_autoptr (GPropertyAction) weighted = g_property_action_new ("weighted", self->panels,
                                                                "is-weighted");
  GAction *play;

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (loop));
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (weighted));
  add_panel_actions (self);
  oto_inspect_page_add_select_actions (self);

  play = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "play");
  g_signal_connect_object (player, "changed", G_CALLBACK (player_changed_cb), play, 0);
  player_changed_cb (player, G_SIMPLE_ACTION (play));
}

/**
 * oto_inspect_page_add_actions:
 * @self: a page
 * @map: the window, which offers the page's actions as its own
 */
void
oto_inspect_page_add_actions (OtoInspectPage *self,
                              GActionMap     *map)
{
  g_auto (GStrv) names = NULL;

  g_return_if_fail (OTO_IS_INSPECT_PAGE (self));
  g_return_if_fail (G_IS_ACTION_MAP (map));

  names = g_action_group_list_actions (G_ACTION_GROUP (self->actions));
  for (guint i = 0; names[i] != NULL; i++)
    g_action_map_add_action (map, g_action_map_lookup_action (G_ACTION_MAP (self->actions),
                                                              names[i]));
}
