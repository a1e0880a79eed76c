/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "state/oto-history.h"
#include "state/oto-panel-list.h"
#include "state/oto-view-state.h"

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
save_layout (GObject *object)
{
  g_auto (GStrv) layout = oto_panel_list_dup_layout (OTO_PANEL_LIST (object));

  return g_variant_new_strv ((const char * const *) layout, -1);
}

static void
restore_layout (GObject  *object,
                GVariant *state)
{
  g_autofree const char **layout = g_variant_get_strv (state, NULL);

  oto_panel_list_set_layout (OTO_PANEL_LIST (object), layout);
}

typedef struct
{
  OtoViewState *view;
  OtoPanelList *panels;
  OtoHistory   *history;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->view = oto_view_state_new ();
  fixture->panels = oto_panel_list_new_fig3 ();
  fixture->history = oto_history_new ();
  oto_history_watch (fixture->history, G_OBJECT (fixture->view), "notify::threshold", "Threshold",
                     OTO_HISTORY_OF_CLIP, save_threshold, restore_threshold);
  oto_history_watch (fixture->history, G_OBJECT (fixture->panels), "changed", "Panels",
                     OTO_HISTORY_OF_WINDOW, save_layout, restore_layout);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->history);
  g_assert_finalize_object (fixture->view);
  g_assert_finalize_object (fixture->panels);
}

/* Back to the start in steps, and forth again, exactly. */
static void
test_steps (Fixture       *fixture,
            gconstpointer  data)
{
  const double start = oto_view_state_get_threshold (fixture->view);
  OtoPanelItem *mel = oto_panel_list_find (fixture->panels, "mel");

  g_assert_null (oto_history_get_undo_name (fixture->history));
  g_assert_false (oto_history_undo (fixture->history));
  oto_view_state_set_threshold (fixture->view, 0.7);
  oto_panel_list_move (fixture->panels, mel, 2);
  oto_history_settle (fixture->history);
  oto_panel_item_set_shown (mel, FALSE);
  g_assert_cmpstr (oto_history_get_undo_name (fixture->history), ==, "Panels");

  g_assert_true (oto_history_undo (fixture->history));
  g_assert_true (oto_panel_item_is_shown (mel));
  g_assert_true (oto_panel_list_get (fixture->panels, 2) == mel);
  g_assert_true (oto_history_undo (fixture->history));
  g_assert_true (oto_panel_list_get (fixture->panels, 0) == mel);
  g_assert_cmpfloat (oto_view_state_get_threshold (fixture->view), ==, 0.7);
  g_assert_cmpstr (oto_history_get_undo_name (fixture->history), ==, "Threshold");
  g_assert_true (oto_history_undo (fixture->history));
  g_assert_cmpfloat (oto_view_state_get_threshold (fixture->view), ==, start);
  g_assert_false (oto_history_undo (fixture->history));

  for (int i = 0; i < 3; i++)
    g_assert_true (oto_history_redo (fixture->history));
  g_assert_false (oto_history_redo (fixture->history));
  g_assert_false (oto_panel_item_is_shown (mel));
  g_assert_cmpfloat (oto_view_state_get_threshold (fixture->view), ==, 0.7);
}

/* A drag is one step; a change after an undo ends what could be done again. */
static void
test_merges (Fixture       *fixture,
             gconstpointer  data)
{
  const double start = oto_view_state_get_threshold (fixture->view);

  for (int i = 0; i < 20; i++)
    oto_view_state_set_threshold (fixture->view, 0.3 + 0.01 * i);
  g_assert_true (oto_history_undo (fixture->history));
  g_assert_cmpfloat (oto_view_state_get_threshold (fixture->view), ==, start);
  g_assert_cmpstr (oto_history_get_redo_name (fixture->history), ==, "Threshold");

  oto_view_state_set_threshold (fixture->view, 0.9);
  g_assert_null (oto_history_get_redo_name (fixture->history));
  g_assert_true (oto_history_undo (fixture->history));
  g_assert_false (oto_history_undo (fixture->history));
  g_assert_cmpfloat (oto_view_state_get_threshold (fixture->view), ==, start);
}

/* What belonged to a clip goes with it, what did not stays, done or undone. */
static void
test_forgets (Fixture       *fixture,
              gconstpointer  data)
{
  OtoPanelItem *mel = oto_panel_list_find (fixture->panels, "mel");

  oto_view_state_set_threshold (fixture->view, 0.9);
  oto_panel_item_set_shown (mel, FALSE);
  oto_history_settle (fixture->history);
  oto_panel_item_set_shown (mel, TRUE);
  oto_view_state_set_threshold (fixture->view, 0.8);
  g_assert_true (oto_history_undo (fixture->history));
  g_assert_true (oto_history_undo (fixture->history));
  g_assert_false (oto_panel_item_is_shown (mel));

  oto_history_forget_clip (fixture->history);
  g_assert_cmpstr (oto_history_get_redo_name (fixture->history), ==, "Panels");
  g_assert_true (oto_history_undo (fixture->history));
  g_assert_true (oto_panel_item_is_shown (mel));
  g_assert_false (oto_history_undo (fixture->history));
  g_assert_cmpfloat (oto_view_state_get_threshold (fixture->view), ==, 0.9);
  oto_view_state_set_threshold (fixture->view, 0.4);
  g_assert_true (oto_history_undo (fixture->history));
  g_assert_cmpfloat (oto_view_state_get_threshold (fixture->view), ==, 0.9);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/state/history/steps", test_steps);
  ADD ("/state/history/merges", test_merges);
  ADD ("/state/history/forgets", test_forgets);

  return g_test_run ();
}
