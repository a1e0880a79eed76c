/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

#include <math.h>

static void
open_clip (OtoUiFixture *fixture)
{
  g_autofree char *path = oto_ui_test_write_clip (fixture, "tone.wav", 2, 1);

  oto_ui_test_open (fixture, path);
  oto_ui_test_settle (fixture);
}

static OtoPanelItem *
get_item (OtoUiFixture *fixture,
          const char   *name)
{
  OtoPanelItem *item = oto_panel_list_find (fixture->page->panels, name);

  g_assert_nonnull (item);

  return item;
}

static int
get_plot_px (OtoUiFixture *fixture,
             const char   *name)
{
  return oto_panel_view_get_plot_px (OTO_PANEL_VIEW (oto_ui_test_get_plot (fixture, name)));
}

static gboolean
is_seen (OtoUiFixture *fixture,
         const char   *name)
{
  return gtk_widget_get_mapped (oto_ui_test_get_plot (fixture, name));
}

/* Where a plot is on the page, from above. */
static double
get_top (OtoUiFixture *fixture,
         const char   *name)
{
  double y;

  g_assert_true (gtk_widget_translate_coordinates (oto_ui_test_get_plot (fixture, name),
                                                   GTK_WIDGET (fixture->page->stack), 0, 0, NULL,
                                                   &y));

  return y;
}

/* However low the window, every plot can be read, and the rest is scrolled to. */
static void
test_readable (OtoUiFixture  *fixture,
               gconstpointer  data)
{
  open_clip (fixture);
  for (guint i = 0; i < oto_panel_list_get_n (fixture->page->panels); i++)
    {
      OtoPanelItem *item = oto_panel_list_get (fixture->page->panels, i);

      if (oto_panel_item_is_shown (item))
        g_assert_cmpint (get_plot_px (fixture, oto_panel_item_get_name (item)), >=, 48);
    }
}

/* The wheel scrolls panels where no key is held. */
static void
test_scrolls (OtoUiFixture  *fixture,
              gconstpointer  data)
{
  double start;

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  start = get_top (fixture, "mel");
  oto_ui_test_point (oto_ui_test_get_plot (fixture, "recon"), 300, 40);
  for (int i = 0; i < 3; i++)
    oto_ui_test_click (5);
  g_assert_cmpfloat (get_top (fixture, "mel"), <, start);
  g_assert_true (oto_time_scale_is_fit (oto_view_state_get_scale (fixture->page->view)));
}

/* A double click on the title gives the panel all of the room, another gives it back. */
static void
test_maximizes (OtoUiFixture  *fixture,
                gconstpointer  data)
{
  int height_px;

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  height_px = get_plot_px (fixture, "recon");
  oto_ui_test_point (oto_ui_test_get_plot (fixture, "recon"), 150, 10);
  oto_ui_test_double_click ();
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  g_assert_true (is_seen (fixture, "recon"));
  g_assert_false (is_seen (fixture, "mel"));
  g_assert_cmpint (get_plot_px (fixture, "recon"), >, 3 * height_px);
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "maximized");

  oto_ui_test_point (oto_ui_test_get_plot (fixture, "recon"), 150, 10);
  oto_ui_test_double_click ();
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  g_assert_true (is_seen (fixture, "mel"));
  g_assert_cmpint (get_plot_px (fixture, "recon"), ==, height_px);

  /* The keys do it for the panel that has the keyboard. */
  g_assert_true (gtk_widget_grab_focus (oto_ui_test_get_plot (fixture, "mel")));
  oto_ui_test_press (fixture, "shift+F11");
  g_assert_true (oto_panel_list_get_maximized (fixture->page->panels)
                 == get_item (fixture, "mel"));
  oto_ui_test_press (fixture, "shift+F11");
  g_assert_null (oto_panel_list_get_maximized (fixture->page->panels));
}

static void
test_hides (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  oto_ui_test_press (fixture, "ctrl+2");
  g_assert_false (is_seen (fixture, "recon"));
  g_assert_true (is_seen (fixture, "mel"));
  oto_ui_test_press (fixture, "ctrl+2");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  g_assert_true (is_seen (fixture, "recon"));

  /* The mask is loaded when it is first asked for, and is that of the class in focus. */
  g_assert_null (oto_ui_test_get_data (fixture, "mask"));
  oto_ui_test_press (fixture, "ctrl+shift+m");
  oto_ui_test_settle (fixture);
  g_assert_nonnull (oto_ui_test_get_data (fixture, "mask"));
  g_assert_cmpint (oto_ui_test_get_data (fixture, "mask")->spec.class_index, ==,
                   oto_analysis_get_ranking (fixture->page->analysis)[0]);
  oto_ui_test_press (fixture, "2");
  oto_ui_test_settle (fixture);
  g_assert_cmpint (oto_ui_test_get_data (fixture, "mask")->spec.class_index, ==,
                   oto_analysis_get_ranking (fixture->page->analysis)[1]);
}

static void
test_weighted (OtoUiFixture  *fixture,
               gconstpointer  data)
{
  const char *reading;

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  oto_ui_test_press (fixture, "c");
  oto_ui_test_settle (fixture);
  for (int i = 1; i <= 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("freq-att-%d", i);

      g_assert_cmpint (oto_ui_test_get_data (fixture, name)->spec.map, ==, OTO_MAP_CONTRIBUTION);
    }
  oto_view_state_point (fixture->page->view, 1, 0.5,
                        oto_analysis_get_ranking (fixture->page->analysis)[1]);
  reading = oto_reading_strip_get_reading (fixture->page->reading_strip);
  g_assert_nonnull (strstr (reading, "contribution "));
  g_assert_null (strstr (reading, "frequency attention"));
  gtk_widget_queue_draw (GTK_WIDGET (fixture->window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "weighted");
  oto_ui_test_press (fixture, "c");
  oto_ui_test_settle (fixture);
  g_assert_cmpint (oto_ui_test_get_data (fixture, "freq-att-1")->spec.map, ==, OTO_MAP_FREQ_ATT);
}

/* A locked class keeps its panel whatever clip is on show; undo takes the lock away. */
static void
test_locks (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  int k;

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  k = oto_analysis_get_ranking (fixture->page->analysis)[4];
  oto_ui_test_press (fixture, "5");
  oto_ui_test_press (fixture, "k");
  oto_ui_test_settle (fixture);
  g_assert_cmpint (oto_ui_test_get_data (fixture, "freq-att-3")->spec.class_index, ==, k);
  g_assert_cmpint (oto_ui_test_get_data (fixture, "step1")->row_classes[0], ==, k);
  gtk_widget_queue_draw (GTK_WIDGET (fixture->window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "locked");
  oto_ui_test_press (fixture, "ctrl+z");
  oto_ui_test_settle (fixture);
  g_assert_cmpint (oto_ui_test_get_data (fixture, "freq-att-3")->spec.class_index, ==,
                   oto_analysis_get_ranking (fixture->page->analysis)[2]);
  oto_ui_test_press (fixture, "ctrl+shift+z");
  oto_ui_test_settle (fixture);
  g_assert_cmpint (oto_ui_test_get_data (fixture, "freq-att-3")->spec.class_index, ==, k);
}

/* A drag of the lower edge makes a panel higher, and leaves the others as they were. */
static void
test_resizes (OtoUiFixture  *fixture,
              gconstpointer  data)
{
  GtkWidget *plot = oto_ui_test_get_plot (fixture, "mel");
  int before_px, other_px;

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  before_px = get_plot_px (fixture, "mel");
  other_px = get_plot_px (fixture, "recon");
  oto_ui_test_point (plot, 300, gtk_widget_get_height (plot) - 2);
  oto_ui_test_drag (NULL, 0, 60);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  g_assert_cmpint (ABS (get_plot_px (fixture, "mel") - before_px - 60), <=, 2);
  g_assert_cmpint (get_plot_px (fixture, "recon"), ==, other_px);

  oto_ui_test_point (plot, 300, gtk_widget_get_height (plot) - 2);
  oto_ui_test_drag (NULL, 0, -200);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  g_assert_cmpint (get_plot_px (fixture, "mel"), ==, 48);
  g_assert_true (gtk_widget_activate_action (plot, "panel.reset", NULL));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  g_assert_cmpint (get_plot_px (fixture, "mel"), ==, before_px);
}

static guint
find_place (OtoUiFixture *fixture,
            const char   *name)
{
  for (guint i = 0; i < oto_panel_list_get_n (fixture->page->panels); i++)
    if (oto_panel_list_get (fixture->page->panels, i) == get_item (fixture, name))
      return i;

  g_assert_not_reached ();
}

/* A panel goes where its title is dragged, or by keys. */
static void
test_reorders (OtoUiFixture  *fixture,
               gconstpointer  data)
{
  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  g_assert_cmpuint (find_place (fixture, "recon"), ==, 1);
  oto_ui_test_point (oto_ui_test_get_plot (fixture, "recon"), 150, 10);
  oto_ui_test_drag (NULL, 0, -90);
  g_assert_cmpuint (find_place (fixture, "recon"), ==, 0);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  g_assert_cmpfloat (get_top (fixture, "recon"), <, get_top (fixture, "mel"));
  g_assert_cmpfloat (oto_view_state_get_playhead_s (fixture->page->view), ==, 0);

  g_assert_true (gtk_widget_grab_focus (oto_ui_test_get_plot (fixture, "recon")));
  oto_ui_test_press (fixture, "ctrl+shift+Down");
  g_assert_cmpuint (find_place (fixture, "recon"), ==, 1);
  oto_ui_test_press (fixture, "ctrl+shift+Up");
  g_assert_cmpuint (find_place (fixture, "recon"), ==, 0);
  g_assert_true (gtk_widget_has_focus (oto_ui_test_get_plot (fixture, "recon")));
}

/* What one window leaves, the next begins with; settings that make no sense are passed over. */
static void
test_remembers (OtoUiFixture  *fixture,
                gconstpointer  data)
{
  g_autoptr (GSettings) settings = g_settings_new (OTO_APPLICATION_ID);
  const char * const broken[] = { "time-att 60 shown", "no-such 70 shown", "mel x", NULL };
  g_auto (GStrv) kept = NULL;
  OtoWindow *other;

  oto_panel_item_set_height_px (get_item (fixture, "step1"), 222);
  oto_panel_item_set_shown (get_item (fixture, "recon"), FALSE);
  gtk_window_close (GTK_WINDOW (fixture->window));
  kept = g_settings_get_strv (settings, "panels");
  g_assert_true (g_strv_contains ((const char * const *) kept, "step1 222 shown"));
  g_assert_true (g_strv_contains ((const char * const *) kept, "recon 56 hidden"));

  g_settings_set_strv (settings, "panels", broken);
  other = oto_window_new (ADW_APPLICATION (fixture->application), NULL);
  g_assert_cmpstr (oto_panel_item_get_name (oto_panel_list_get (other->page->panels, 0)), ==,
                   "time-att");
  g_assert_true (oto_panel_item_is_shown (oto_panel_list_find (other->page->panels, "recon")));
  gtk_window_destroy (GTK_WINDOW (other));
  g_settings_reset (settings, "panels");

  fixture->window = oto_window_new (ADW_APPLICATION (fixture->application), NULL);
}

int
main (int    argc,
      char **argv)
{
  oto_ui_test_init (&argc, &argv);

  OTO_UI_TEST ("/ui/panels/readable", test_readable);
  OTO_UI_TEST ("/ui/panels/scroll", test_scrolls);
  OTO_UI_TEST ("/ui/panels/maximize", test_maximizes);
  OTO_UI_TEST ("/ui/panels/hide", test_hides);
  OTO_UI_TEST ("/ui/panels/weighted", test_weighted);
  OTO_UI_TEST ("/ui/panels/lock", test_locks);
  OTO_UI_TEST ("/ui/panels/resize", test_resizes);
  OTO_UI_TEST ("/ui/panels/reorder", test_reorders);
  OTO_UI_TEST ("/ui/panels/remembered", test_remembers);

  return g_test_run ();
}
