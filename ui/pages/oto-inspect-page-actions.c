/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-inspect-page-private.h"

#include <math.h>

#define ZOOM_STEP      1.25
#define THRESHOLD_STEP 0.01

typedef void (*OtoStepFunc) (OtoInspectPage *self,
                             double          step);

static gboolean
has_clip (OtoInspectPage *self)
{
  return oto_time_scale_get_duration_s (self->scale) > 0;
}

/* --- view --- */

static void
zoom (OtoInspectPage *self,
      double          factor)
{
  const double start_s = oto_time_scale_get_start_s (self->scale);
  const double end_s = oto_time_scale_get_end_s (self->scale);
  double about_s = oto_cursor_get_time_s (self->cursor);

  if (!(about_s >= start_s && about_s <= end_s))
    about_s = (start_s + end_s) / 2;

  oto_time_scale_zoom_at (self->scale, about_s, factor);
}

static void
zoom_in_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  zoom (user_data, ZOOM_STEP);
}

static void
zoom_out_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  zoom (user_data, 1 / ZOOM_STEP);
}

static void
zoom_fit_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  oto_time_scale_fit (OTO_INSPECT_PAGE (user_data)->scale);
}

/* --- cursor --- */

static void
move_to (OtoInspectPage *self,
         double          time_s)
{
  if (!has_clip (self))
    return;

  time_s = CLAMP (time_s, 0, oto_time_scale_get_duration_s (self->scale));
  oto_cursor_set_time_s (self->cursor, time_s);
  oto_time_scale_reveal (self->scale, time_s);
}

static void
move_by (OtoInspectPage *self,
         double          by_s)
{
  double time_s = oto_cursor_get_time_s (self->cursor);

  if (isnan (time_s))
    time_s = oto_time_scale_get_start_s (self->scale);

  move_to (self, time_s + by_s);
}

static double
get_hop_s (OtoInspectPage *self)
{
  return self->analysis != NULL
         ? oto_analysis_get_hop_s (self->analysis)
         : (double) oto_logmel_config_default.hop_len / oto_logmel_config_default.sample_rate_hz;
}

static void
frame_back_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  move_by (user_data, -get_hop_s (user_data));
}

static void
frame_forward_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  move_by (user_data, get_hop_s (user_data));
}

static void
second_back_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  move_by (user_data, -1);
}

static void
second_forward_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  move_by (user_data, 1);
}

/* A screen on or back: the view moves, and the cursor with it. */
static void
move_screen (OtoInspectPage *self,
             int             direction)
{
  const double span_s = oto_time_scale_get_span_s (self->scale);

  if (!has_clip (self))
    return;

  oto_time_scale_pan (self->scale, direction * span_s);
  move_by (self, direction * span_s);
}

static void
screen_back_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  move_screen (user_data, -1);
}

static void
screen_forward_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  move_screen (user_data, 1);
}

static void
go_start_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  move_to (user_data, 0);
}

static void
go_end_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  move_to (user_data, INFINITY);
}

static void
go_playhead_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  move_to (user_data, oto_cursor_get_playhead_s (OTO_INSPECT_PAGE (user_data)->cursor));
}

static void
move_bin (OtoInspectPage *self,
          int             by)
{
  OtoPanelData *data = oto_panel_view_get_data (self->panels[0]);
  double level = oto_cursor_get_height (self->cursor);
  double time_s = oto_cursor_get_time_s (self->cursor);
  int row;

  if (data == NULL || data->n_rows <= 0)
    return;

  row = isnan (level) ? 0 : (int) floor (level * data->n_rows) + by;
  row = CLAMP (row, 0, data->n_rows - 1);
  if (isnan (time_s))
    time_s = oto_time_scale_get_start_s (self->scale);
  oto_cursor_set (self->cursor, time_s, (row + 0.5) / data->n_rows, OTO_PANEL_LOGMEL, row);
}

static void
bin_up_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  move_bin (user_data, 1);
}

static void
bin_down_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  move_bin (user_data, -1);
}

/* --- listening --- */

static void
play_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  OtoInspectPage *self = user_data;

  oto_player_set_playing (self->player, !oto_player_is_playing (self->player));
}

static void
rewind_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  OtoInspectPage *self = user_data;

  oto_player_seek (self->player, 0);
  oto_inspect_page_update_transport (self);
}

static void
change_loop_cb (GSimpleAction *action,
                GVariant      *state,
                gpointer       user_data)
{
  OtoInspectPage *self = user_data;

  g_simple_action_set_state (action, state);
  oto_inspect_page_apply_loop (self);
}

static void
solo_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  oto_inspect_page_toggle_solo (user_data, FALSE);
}

static void
solo_only_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  oto_inspect_page_toggle_solo (user_data, TRUE);
}

static void
mute_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  oto_inspect_page_toggle_mute (user_data);
}

static void
unsolo_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  oto_inspect_page_clear_strips (user_data);
}

static void
focus_rank_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  OtoInspectPage *self = user_data;
  const int rank = g_variant_get_int32 (parameter);

  if (self->analysis == NULL || rank < 0 || rank > self->n_classes)
    return;

  self->focus_class = rank == 0 ? OTO_MIXER_BACKGROUND
                                : oto_analysis_get_ranking (self->analysis)[rank - 1];
  oto_inspect_page_fill_classes (self);
  oto_inspect_page_update_reading (self);
}

static void
threshold_down_cb (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  GtkRange *range = OTO_INSPECT_PAGE (user_data)->threshold_scale;

  gtk_range_set_value (range, gtk_range_get_value (range) - THRESHOLD_STEP);
}

static void
threshold_up_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  GtkRange *range = OTO_INSPECT_PAGE (user_data)->threshold_scale;

  gtk_range_set_value (range, gtk_range_get_value (range) + THRESHOLD_STEP);
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
    { .name = "play", .activate = play_cb },
    { .name = "rewind", .activate = rewind_cb },
    { .name = "loop", .state = "false", .change_state = change_loop_cb },
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

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
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
