/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

/* Every panel that is shown has a map, or none has. */
static void
assert_panels (OtoUiFixture *fixture,
               gboolean      has_data)
{
  for (guint i = 0; i < oto_panel_list_get_n (fixture->page->panels); i++)
    {
      OtoPanelItem *item = oto_panel_list_get (fixture->page->panels, i);

      if (oto_panel_item_is_shown (item))
        g_assert_cmpint (oto_ui_test_get_data (fixture, oto_panel_item_get_name (item)) != NULL, ==,
                         has_data);
    }
}

/* What is shown is dimmed. */
static gboolean
is_stale (OtoUiFixture *fixture)
{
  return gtk_widget_get_opacity (gtk_widget_get_first_child (
    GTK_WIDGET (fixture->page->stack))) < 0.9;
}

static void
test_welcome (OtoUiFixture  *fixture,
              gconstpointer  data)
{
  oto_ui_test_settle (fixture);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->window->stack), ==, "welcome");
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "run"));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "play"));
  g_assert_cmpstr (gtk_label_get_text (fixture->window->model_label), ==, "Model: test");
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "welcome");
}

static void
test_opens (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  g_autofree char *path = oto_ui_test_write_clip (fixture, "tone.wav", 3, 1);

  oto_ui_test_open (fixture, path);
  oto_ui_test_settle (fixture);

  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->window->stack), ==, "inspect");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->page->pages), ==, "plots");
  g_assert_cmpint (oto_clip_item_get_state (fixture->window->item), ==, OTO_CLIP_STATE_DONE);
  assert_panels (fixture, TRUE);

  /* Plots are there, not an empty window. */
  g_assert_cmpuint (oto_ui_test_count_colors (oto_ui_test_get_plot (fixture, "mel")), >, 100);
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "run"));
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "inspect");

  /* Single keys act at once. */
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (fixture->window))
                 == oto_ui_test_get_plot (fixture, "mel"));
}

static void
test_bad_file (OtoUiFixture  *fixture,
               gconstpointer  data)
{
  g_autofree char *bad = g_build_filename (fixture->dir, "a-bad.wav", NULL);
  g_autofree char *good = oto_ui_test_write_clip (fixture, "b-good.wav", 2, 1);
  g_autofree char *text = NULL;
  g_autoptr (OtoClipItem) other = NULL;

  g_assert_true (g_file_set_contents (bad, "not audio", -1, NULL));
  oto_ui_test_open (fixture, fixture->dir);
  oto_ui_test_settle (fixture);

  /* The bad one is on show, with the reason; the good one was analysed all the same. */
  g_assert_cmpstr (oto_clip_item_get_path (fixture->window->item), ==, bad);
  g_assert_cmpint (oto_clip_item_get_state (fixture->window->item), ==, OTO_CLIP_STATE_FAILED);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->page->pages), ==, "problem");
  text = oto_clip_item_dup_text (fixture->window->item);
  g_assert_cmpuint (strlen (text), >, 5);
  g_assert_nonnull (strstr (adw_status_page_get_title (fixture->page->problem_page), "a-bad.wav"));
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "problem");

  other = g_list_model_get_item (oto_session_get_clips (fixture->window->session), 1);
  g_assert_cmpint (oto_clip_item_get_state (other), ==, OTO_CLIP_STATE_DONE);
  oto_ui_test_activate (fixture, "win.next-clip");
  oto_ui_test_settle (fixture);
  g_assert_true (fixture->window->item == other);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->page->pages), ==, "plots");
}

static void
test_bad_model (OtoUiFixture  *fixture,
                gconstpointer  data)
{
  g_autofree char *bad = g_build_filename (fixture->dir, "bad.safetensors", NULL);

  oto_ui_test_settle (fixture);
  g_assert_true (g_file_set_contents (bad, "\x08\0\0\0\0\0\0\0{broken}", 16, NULL));
  oto_ui_test_open (fixture, bad);
  oto_ui_test_settle (fixture);

  g_assert_true (gtk_info_bar_get_revealed (fixture->window->info_bar));
  g_assert_cmpstr (oto_model_snapshot_get_name (oto_session_get_model (fixture->window->session)),
                   ==, "test");
}

static void
test_labels (OtoUiFixture  *fixture,
             gconstpointer  data)
{
  g_autofree char *clip = oto_ui_test_write_clip (fixture, "tone.wav", 3, 1);
  g_autofree char *labels = g_build_filename (fixture->dir, "labels.tsv", NULL);

  g_assert_true (g_file_set_contents (labels, "filename\tonset\toffset\tevent_label\n"
                                      "tone.wav\t0.5\t1.5\tChurch_bell\n"
                                      "other.wav\t0\t1\tBark\n", -1, NULL));
  oto_ui_test_open (fixture, clip);
  oto_ui_test_open (fixture, labels);
  oto_ui_test_settle (fixture);

  g_assert_true (gtk_widget_get_visible (oto_ui_test_get_plot (fixture, "reference")));
  g_assert_cmpuint (
    oto_event_list_get_n (oto_detection_get_reference (fixture->page->detection)), ==, 1);
}

/* Another model hears again; what the first one heard is shown until then, and kept. */
static void
test_model_changes (OtoUiFixture  *fixture,
                    gconstpointer  data)
{
  g_autofree char *path = oto_ui_test_write_clip (fixture, "tone.wav", 2, 1);
  g_autofree char *other_path = g_build_filename (fixture->dir, "gap.safetensors", NULL);
  g_autoptr (OtoModelSnapshot) other = oto_ui_test_make_model ("gap");
  g_autoptr (OtoAnalysis) first = NULL;

  g_assert_true (oto_model_snapshot_save (other, other_path, FALSE, NULL));
  oto_ui_test_open (fixture, path);
  oto_ui_test_settle (fixture);
  first = g_object_ref (oto_clip_item_get_analysis (fixture->window->item));

  oto_window_open_model (fixture->window, other_path);
  while (oto_clip_item_get_state (fixture->window->item) == OTO_CLIP_STATE_DONE)
    {
      g_assert_true (fixture->page->analysis == first);
      oto_ui_test_spin (1);
    }
  g_assert_true (fixture->page->analysis == first);
  g_assert_true (is_stale (fixture));
  oto_ui_test_settle (fixture);
  g_assert_true (fixture->page->analysis != first);
  g_assert_false (is_stale (fixture));

  oto_window_open_model (fixture->window, fixture->model_path);
  oto_ui_test_settle (fixture);
  g_assert_true (fixture->page->analysis == first);
}

/* Between two clips heard before no panel shows the one while the page names the other. */
static void
test_other_clip (OtoUiFixture  *fixture,
                 gconstpointer  data)
{
  g_autofree char *first = oto_ui_test_write_clip (fixture, "a.wav", 2, 1);
  g_autofree char *second = oto_ui_test_write_clip (fixture, "b.wav", 30, 1);

  oto_ui_test_open (fixture, fixture->dir);
  oto_ui_test_settle (fixture);
  g_assert_cmpstr (oto_clip_item_get_path (fixture->window->item), ==, first);
  g_assert_nonnull (oto_ui_test_get_data (fixture, "freq-att-1"));

  oto_ui_test_activate (fixture, "win.next-clip");
  g_assert_cmpstr (oto_clip_item_get_path (fixture->window->item), ==, second);
  g_assert_false (oto_inspect_page_is_settled (fixture->page));
  assert_panels (fixture, FALSE);
  oto_ui_test_settle (fixture);
  assert_panels (fixture, TRUE);
}

static void
test_cancel (OtoUiFixture  *fixture,
             gconstpointer  data)
{
  g_autofree char *path = oto_ui_test_write_clip (fixture, "long.wav", 120, 1);

  oto_ui_test_open (fixture, path);
  while (fixture->window->item == NULL
         || oto_clip_item_get_state (fixture->window->item) == OTO_CLIP_STATE_QUEUED)
    oto_ui_test_spin (5);

  if (oto_clip_item_get_state (fixture->window->item) == OTO_CLIP_STATE_RUNNING)
    oto_ui_test_activate (fixture, "win.cancel");
  oto_ui_test_settle (fixture);
  g_assert_cmpint (oto_clip_item_get_state (fixture->window->item), ==, OTO_CLIP_STATE_STOPPED);

  /* It can be started again. */
  oto_ui_test_activate (fixture, "win.run");
  oto_ui_test_settle (fixture);
  g_assert_cmpint (oto_clip_item_get_state (fixture->window->item), ==, OTO_CLIP_STATE_DONE);
}

static void
test_trace (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "trace.jsonl", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (oto_window_start_trace (fixture->window, "/nonexistent/trace", &error));
  g_assert_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE);
  g_clear_error (&error);

  g_assert_true (oto_window_start_trace (fixture->window, path, &error));
  for (int i = 0; i < 5; i++)
    {
      gtk_widget_queue_draw (GTK_WIDGET (fixture->window));
      gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
    }
  oto_window_stop_trace (fixture->window);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "{\"frame\": "));
  g_assert_nonnull (strstr (text, "\"paint_us\": "));
}

/* A window as wide as a telephone shows all of it, with the buttons of the system too. */
static void
test_narrow (OtoUiFixture  *fixture,
             gconstpointer  data)
{
  g_autofree char *path = oto_ui_test_write_clip (fixture, "narrow.wav", 1, 1);
  int width_px;

  oto_ui_test_open (fixture, path);
  oto_ui_test_settle (fixture);
  gtk_widget_measure (GTK_WIDGET (fixture->window), GTK_ORIENTATION_HORIZONTAL, -1, &width_px, NULL,
                      NULL, NULL);
  g_assert_cmpint (width_px, <=, 360);
}

int
main (int    argc,
      char **argv)
{
  oto_ui_test_init (&argc, &argv);

  OTO_UI_TEST ("/ui/window/welcomes", test_welcome);
  OTO_UI_TEST ("/ui/window/opens-a-clip", test_opens);
  OTO_UI_TEST ("/ui/window/bad-file-stops-no-other", test_bad_file);
  OTO_UI_TEST ("/ui/window/bad-model-keeps-the-former", test_bad_model);
  OTO_UI_TEST ("/ui/window/shows-labels", test_labels);
  OTO_UI_TEST ("/ui/window/new-model-hears-again", test_model_changes);
  OTO_UI_TEST ("/ui/window/shows-no-other-clip", test_other_clip);
  OTO_UI_TEST ("/ui/window/cancels", test_cancel);
  OTO_UI_TEST ("/ui/window/traces-frames", test_trace);

  OTO_UI_TEST ("/ui/window/narrow", test_narrow);

  return g_test_run ();
}
