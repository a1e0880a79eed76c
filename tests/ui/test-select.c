/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

#include <math.h>

#define DURATION_S 2.0

static void
open_clip (OtoUiFixture *fixture)
{
  g_autofree char *path = oto_ui_test_write_clip (fixture, "tone.wav", DURATION_S, 1);

  oto_ui_test_open (fixture, path);
  oto_ui_test_settle (fixture);
}

/* Puts the pointer at a share of a plot's width and height. */
static OtoRect
point (OtoUiFixture *fixture,
       const char   *name,
       double        x,
       double        y)
{
  GtkWidget *widget = oto_ui_test_get_plot (fixture, name);
  OtoRect plot;

  g_assert_true (oto_plot_view_get_plot (OTO_PLOT_VIEW (widget), &plot));
  oto_ui_test_point (widget, round (plot.x + x * plot.width), round (plot.y + y * plot.height));

  return plot;
}

static OtoSelection
get_selection (OtoUiFixture *fixture)
{
  OtoSelection selection;

  g_assert_true (oto_view_state_get_selection (fixture->page->view, &selection));

  return selection;
}

static void
assert_near (double value,
             double expected)
{
  g_assert_cmpfloat_with_epsilon (value, expected, 0.04);
}

/* A drag on rows of classes selects time, from frame to frame. */
static void
test_range (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  OtoSelection selection;
  OtoRect plot;

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  plot = point (fixture, "ruler", 0.25, 0.5);
  oto_ui_test_drag (NULL, (int) (plot.width / 2), 0);
  selection = get_selection (fixture);
  g_assert_false (oto_selection_is_box (&selection));
  assert_near (selection.start_s, 0.25 * DURATION_S);
  assert_near (selection.end_s, 0.75 * DURATION_S);
  g_assert_cmpfloat (selection.start_s, ==,
                     oto_view_state_snap_s (fixture->page->view, selection.start_s));
  /* A drag is no click. */
  g_assert_cmpfloat (oto_view_state_get_playhead_s (fixture->page->view), ==, 0);
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "range");

  /* An edge is dragged by itself, all of it from inside. */
  point (fixture, "ruler", 0.75, 0.5);
  oto_ui_test_drag (NULL, (int) (plot.width / 10), 0);
  assert_near (get_selection (fixture).start_s, 0.25 * DURATION_S);
  assert_near (get_selection (fixture).end_s, 0.85 * DURATION_S);
  point (fixture, "ruler", 0.5, 0.5);
  oto_ui_test_drag (NULL, -(int) (plot.width / 10), 0);
  assert_near (get_selection (fixture).start_s, 0.15 * DURATION_S);
  assert_near (get_selection (fixture).end_s, 0.75 * DURATION_S);

  /* Keys work on it, and let it go. */
  oto_ui_test_press (fixture, "z");
  assert_near (oto_time_scale_get_start_s (oto_view_state_get_scale (fixture->page->view)),
               0.15 * DURATION_S);
  oto_ui_test_press (fixture, "Escape");
  g_assert_false (oto_view_state_get_selection (fixture->page->view, NULL));
  oto_ui_test_press (fixture, "alt+Left");
  g_assert_true (oto_time_scale_is_fit (oto_view_state_get_scale (fixture->page->view)));
  oto_ui_test_press (fixture, "alt+Right");
  g_assert_false (oto_time_scale_is_fit (oto_view_state_get_scale (fixture->page->view)));
  oto_ui_test_press (fixture, "ctrl+z");
  g_assert_true (oto_view_state_get_selection (fixture->page->view, NULL));
}

/* On a spectrogram a box is selected, with corners. */
static void
test_box (OtoUiFixture  *fixture,
          gconstpointer  data)
{
  OtoSelection selection;
  OtoRect plot;

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  plot = point (fixture, "mel", 0.25, 0.75);
  oto_ui_test_drag (NULL, (int) (plot.width / 2), -(int) (plot.height / 2));
  selection = get_selection (fixture);
  g_assert_true (oto_selection_is_box (&selection));
  assert_near (selection.low, 0.25);
  assert_near (selection.high, 0.75);
  assert_near (selection.end_s, 0.75 * DURATION_S);
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "box");

  point (fixture, "mel", 0.75, 0.25);
  oto_ui_test_drag (NULL, (int) (plot.width / 8), -(int) (plot.height / 8));
  selection = get_selection (fixture);
  assert_near (selection.low, 0.25);
  assert_near (selection.high, 0.875);
  assert_near (selection.end_s, 0.875 * DURATION_S);

  /* It is the same box in every panel that has frequencies. */
  point (fixture, "freq-att-2", 0.25, 0.75);
  oto_ui_test_drag (NULL, (int) (plot.width / 8), 0);
  assert_near (get_selection (fixture).start_s, 0.375 * DURATION_S);
  assert_near (get_selection (fixture).low, 0.25);

  /* Shift and a click take the nearer edge along. */
  point (fixture, "mel", 0.1, 0.5);
  oto_ui_test_click_with ("shift", 1);
  assert_near (get_selection (fixture).start_s, 0.1 * DURATION_S);

  point (fixture, "mel", 0.03, 0.5);
  oto_ui_test_double_click ();
  g_assert_false (oto_view_state_get_selection (fixture->page->view, NULL));
}

/* The wheel: on its own it is the stack's, with keys it is time's or frequency's. */
static void
test_wheel (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  OtoViewState *view = fixture->page->view;
  OtoTimeScale *scale = oto_view_state_get_scale (view);
  double low, high;

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  point (fixture, "mel", 0.5, 0.5);
  oto_ui_test_click_with ("ctrl+shift", 4);
  g_assert_true (oto_time_scale_is_fit (scale));
  g_assert_true (oto_view_state_get_mel_range (view, &low, &high));
  assert_near (high - low, 1 / 1.25);
  assert_near ((low + high) / 2, 0.5);
  oto_ui_test_click_with ("alt", 4);
  oto_view_state_get_mel_range (view, &low, &high);
  assert_near (high - low, 1 / 1.25 / 1.25);

  /* On the axis it moves frequencies. */
  oto_ui_test_point (oto_ui_test_get_plot (fixture, "mel"), 40, 60);
  oto_ui_test_click (4);
  g_assert_cmpfloat (low, <, (oto_view_state_get_mel_range (view, &low, &high), low));
  g_assert_true (oto_time_scale_is_fit (scale));
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "frequencies");

  point (fixture, "mel", 0.5, 0.5);
  oto_ui_test_click_with ("ctrl", 4);
  assert_near (oto_time_scale_get_span_s (scale), DURATION_S / 1.25);
  oto_ui_test_press (fixture, "f");
  g_assert_true (oto_time_scale_is_fit (scale));
  g_assert_false (oto_view_state_get_mel_range (view, NULL, NULL));
}

/* Keys select at the cursor. */
static void
test_keys (OtoUiFixture  *fixture,
           gconstpointer  data)
{
  OtoViewState *view = fixture->page->view;

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  oto_view_state_move_to (view, 0.5);
  oto_ui_test_press (fixture, "bracketleft");
  oto_view_state_move_to (view, 1.5);
  oto_ui_test_press (fixture, "bracketright");
  assert_near (get_selection (fixture).start_s, 0.5);
  assert_near (get_selection (fixture).end_s, 1.5);
  oto_ui_test_press (fixture, "ctrl+a");
  assert_near (get_selection (fixture).end_s, DURATION_S);
  oto_ui_test_press (fixture, "Escape");
  oto_ui_test_press (fixture, "shift+Right");
  g_assert_cmpfloat (get_selection (fixture).end_s, ==, oto_view_state_get_time_s (view));
}

static gboolean
has_menu (OtoUiFixture *fixture,
          const char   *name)
{
  for (GtkWidget *child = gtk_widget_get_first_child (oto_ui_test_get_plot (fixture, name));
       child != NULL; child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_POPOVER (child) && gtk_widget_get_mapped (child))
      return TRUE;

  return FALSE;
}

static void
test_menu (OtoUiFixture  *fixture,
           gconstpointer  data)
{
  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  point (fixture, "recon", 0.5, 0.5);
  oto_ui_test_click (3);
  g_assert_true (has_menu (fixture, "recon"));
  assert_near (oto_view_state_get_time_s (fixture->page->view), DURATION_S / 2);
  oto_ui_test_press (fixture, "Escape");
  g_assert_false (has_menu (fixture, "recon"));

  g_assert_true (gtk_widget_grab_focus (oto_ui_test_get_plot (fixture, "mel")));
  oto_ui_test_press (fixture, "shift+F10");
  g_assert_true (has_menu (fixture, "mel"));
  oto_ui_test_press (fixture, "Escape");
}

/* From event to event of the focused class, and no further than the last. */
static void
test_events (OtoUiFixture  *fixture,
             gconstpointer  data)
{
  OtoInspectPage *page = fixture->page;
  double last_s = -1.0;
  guint n = 0;

  if (!oto_ui_test_has_input (fixture))
    return;

  oto_view_state_set_threshold (page->view, 0.01);
  oto_view_state_set_clip_threshold (page->view, 0.0);
  open_clip (fixture);
  oto_view_state_move_to (page->view, 0.0);
  for (int i = 0; i < 5; i++)
    {
      oto_ui_test_press (fixture, "e");
      if (oto_view_state_get_time_s (page->view) == last_s)
        break;
      g_assert_cmpfloat (oto_view_state_get_time_s (page->view), >, last_s);
      last_s = oto_view_state_get_time_s (page->view);
      n++;
    }
  g_assert_cmpuint (n, >=, 1);
}

static gboolean
is_paused (gpointer data)
{
  return !oto_player_is_playing (data);
}

/* A selection plays once and is gone back to. */
static void
test_plays (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  const OtoSelection selection = { 0.5, 1.7, 0.0, 1.0 };
  OtoPlayer *player = oto_listening_get_player (fixture->page->listening);

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  oto_view_state_set_selection (fixture->page->view, &selection);
  oto_ui_test_press (fixture, "shift+space");
  g_assert_true (oto_player_is_playing (player));
  oto_ui_test_wait (is_paused, player);
  assert_near (oto_player_get_position_s (player), 0.5);
  g_assert_cmpint (oto_mixer_get_pos (oto_player_get_mixer (player)), <=, (gint64) (1.7 * 32000));
}

int
main (int    argc,
      char **argv)
{
  oto_ui_test_init (&argc, &argv);

  OTO_UI_TEST ("/ui/select/range", test_range);
  OTO_UI_TEST ("/ui/select/box", test_box);
  OTO_UI_TEST ("/ui/select/wheel", test_wheel);
  OTO_UI_TEST ("/ui/select/keys", test_keys);
  OTO_UI_TEST ("/ui/select/menu", test_menu);
  OTO_UI_TEST ("/ui/select/events", test_events);
  OTO_UI_TEST ("/ui/select/plays-once", test_plays);

  return g_test_run ();
}
