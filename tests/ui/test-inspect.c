/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-ui-test.h"

#include "geometry/oto-reading.h"
#include "paint/oto-class-name.h"

#include <math.h>

static void
open_clip (OtoUiFixture *fixture)
{
  g_autofree char *path = oto_ui_test_write_clip (fixture, "tone.wav", 4, 2);

  oto_ui_test_open (fixture, path);
  oto_ui_test_settle (fixture);
}

static OtoEventList *
get_events (OtoUiFixture *fixture)
{
  return oto_detection_get_events (fixture->page->detection);
}

static void
test_zoom (OtoUiFixture  *fixture,
           gconstpointer  data)
{
  OtoTimeScale *scale = oto_view_state_get_scale (fixture->page->view);

  open_clip (fixture);
  g_assert_true (oto_time_scale_is_fit (scale));

  oto_view_state_move_to (fixture->page->view, 1);
  oto_ui_test_activate (fixture, "win.zoom-in");
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_span_s (scale), 4 / 1.25, 0.01);
  /* The cursor keeps its place on the screen. */
  g_assert_cmpfloat_with_epsilon (oto_time_scale_x_from_s (scale, 1, 1000), 250, 1);

  oto_ui_test_activate (fixture, "win.zoom-out");
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_span_s (scale), 4, 0.01);
  oto_ui_test_activate (fixture, "win.zoom-in");
  oto_ui_test_activate (fixture, "win.zoom-fit");
  g_assert_true (oto_time_scale_is_fit (scale));
}

static void
test_accessible_action (OtoUiFixture  *fixture,
                        gconstpointer  data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  open_clip (fixture);
  oto_ui_test_spin (300);
  before = oto_ui_test_describe (oto_ui_test_get_plot (fixture, "mel"));
  g_assert_nonnull (strstr (before, "shows 0.00 to 4.00 s"));

  g_assert_true (gtk_widget_activate_action (oto_ui_test_get_plot (fixture, "mel"), "view.zoom-in",
                                             NULL));
  oto_ui_test_spin (300);
  after = oto_ui_test_describe (oto_ui_test_get_plot (fixture, "mel"));
  g_assert_null (strstr (after, "shows 0.00 to 4.00 s"));
}

static void
test_names (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  OtoPanelData *attention = NULL;
  g_autofree char *label = NULL;

  open_clip (fixture);
  oto_ui_test_spin (300);
  gtk_test_accessible_assert_role (oto_ui_test_get_plot (fixture, "mel"),
                                   GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_test_accessible_assert_property (oto_ui_test_get_plot (fixture, "mel"),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Log-mel spectrogram");

  attention = oto_ui_test_get_data (fixture, "freq-att-1");
  label = g_strdup_printf ("%s, %s", attention->title, attention->class_name);
  gtk_test_accessible_assert_property (oto_ui_test_get_plot (fixture, "freq-att-1"),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, label);
}

static void
test_reading (OtoUiFixture  *fixture,
              gconstpointer  data)
{
  OtoPanelData *mel = NULL;
  const char *text;
  g_autofree char *frequency = NULL;
  g_autofree char *level = NULL;
  const int row = 40;

  open_clip (fixture);
  mel = oto_ui_test_get_data (fixture, "mel");
  oto_view_state_point (fixture->page->view, 1.5, (row + 0.5) / mel->n_rows, OTO_VIEW_ANY_CLASS);

  text = oto_reading_strip_get_reading (fixture->page->reading_strip);
  frequency = oto_reading_format_frequency (oto_panel_data_hz_from_row (mel, row));
  level = oto_reading_format_level (oto_panel_data_get_value (mel, row, 1.5));
  g_test_message ("%s", text);
  g_assert_true (g_str_has_prefix (text, "1.500\u202fs"));
  g_assert_nonnull (strstr (text, frequency));
  g_assert_nonnull (strstr (text, level));
  g_assert_nonnull (strstr (text, "frequency attention ×"));
  g_assert_nonnull (strstr (text, "frame score 0."));
  g_assert_null (strchr (text, '_'));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "reading");
}

/* Wherever the pointer goes nothing on the page moves, and no reading needs more room than there
 * is. */
static void
test_nothing_moves (OtoUiFixture  *fixture,
                    gconstpointer  data)
{
  OtoInspectPage *page = fixture->page;
  GtkWidget *strip = GTK_WIDGET (page->reading_strip);
  GtkWidget *panel = oto_ui_test_get_plot (fixture, "step1");
  GtkWidget *label = NULL;
  int strip_height, panel_height, width, needed;

  open_clip (fixture);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
  strip_height = gtk_widget_get_height (strip);
  panel_height = gtk_widget_get_height (panel);
  label = gtk_widget_get_last_child (gtk_widget_get_first_child (
    gtk_widget_get_first_child (strip)));
  gtk_test_accessible_assert_role (label, GTK_ACCESSIBLE_ROLE_STATUS);

  for (int i = 0; i < 8; i++)
    for (int row = 0; row < 4; row++)
      {
        oto_view_state_point (page->view, 3.9, i < 5 ? 0.99 - 0.2 * row : NAN,
                              MIN (i, oto_analysis_get_n_classes (page->analysis)) - 1);
        oto_inspect_page_set_notice (page, row % 2 == 0 ? NULL : "One sentence that says a lot, "
                                     "about a file, what is wrong with it, and what to do.");
        gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
        g_assert_cmpint (gtk_widget_get_height (strip), ==, strip_height);
        g_assert_cmpint (gtk_widget_get_height (panel), ==, panel_height);

        width = gtk_widget_get_width (gtk_widget_get_parent (label));
        gtk_widget_measure (label, GTK_ORIENTATION_VERTICAL, width, NULL, &needed, NULL, NULL);
        g_assert_cmpint (needed, <=, gtk_widget_get_height (gtk_widget_get_parent (label)));
      }
}

static void
test_cursor_keys (OtoUiFixture  *fixture,
                  gconstpointer  data)
{
  OtoViewState *view = fixture->page->view;
  double hop_s;
  int n_mels;

  open_clip (fixture);
  n_mels = oto_analysis_get_n_mels (fixture->page->analysis);
  hop_s = oto_analysis_get_hop_s (fixture->page->analysis);

  oto_ui_test_activate (fixture, "win.go-start");
  g_assert_cmpfloat (oto_view_state_get_time_s (view), ==, 0);
  oto_ui_test_activate (fixture, "win.frame-forward");
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_time_s (view), hop_s, 1e-9);
  oto_ui_test_activate (fixture, "win.second-forward");
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_time_s (view), hop_s + 1, 1e-9);
  oto_ui_test_activate (fixture, "win.go-end");
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_time_s (view), 4, 0.01);
  oto_ui_test_activate (fixture, "win.frame-forward");
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_time_s (view), 4, 0.01);
  oto_ui_test_activate (fixture, "win.bin-up");
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_height (view), 0.5 / n_mels, 1e-9);
  oto_ui_test_activate (fixture, "win.bin-up");
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_height (view), 1.5 / n_mels, 1e-9);
}

/* Fits after the wheel, wherever the focus is. */
static void
test_keys_anywhere (OtoUiFixture  *fixture,
                    gconstpointer  data)
{
  g_autofree char *path = oto_ui_test_write_clip (fixture, "f.wav", 4, 1);
  OtoInspectPage *page = fixture->page;
  OtoTimeScale *scale = oto_view_state_get_scale (page->view);
  GtkWidget * const places[] = {
    oto_ui_test_get_plot (fixture, "mel"), GTK_WIDGET (page->transport_bar->play_button),
    GTK_WIDGET (page->transport_bar->volume_scale),
    GTK_WIDGET (fixture->window->clip_list),
  };

  if (!oto_ui_test_has_input (fixture))
    return;

  oto_ui_test_open (fixture, path);
  oto_ui_test_settle (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_assert_true (gtk_widget_grab_focus (places[i]));
      oto_time_scale_zoom_at (scale, 1, 2);
      g_assert_false (oto_time_scale_is_fit (scale));
      oto_ui_test_press (fixture, "f");
      g_assert_true (oto_time_scale_is_fit (scale));
    }

  /* Without any focus too, as beside a clip that cannot be opened. */
  gtk_window_set_focus (GTK_WINDOW (fixture->window), NULL);
  oto_time_scale_zoom_at (scale, 1, 2);
  oto_ui_test_press (fixture, "f");
  g_assert_true (oto_time_scale_is_fit (scale));

  /* Where text is typed it is a letter. */
  oto_time_scale_zoom_at (scale, 1, 2);
  g_assert_true (gtk_widget_grab_focus (GTK_WIDGET (fixture->window->filter_entry)));
  oto_ui_test_press (fixture, "f");
  oto_ui_test_press (fixture, "Home");
  g_assert_false (oto_time_scale_is_fit (scale));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (fixture->window->filter_entry)), ==, "f");
}

static void
test_wheel (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  OtoInspectPage *page = fixture->page;
  OtoTimeScale *scale = oto_view_state_get_scale (page->view);

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  g_assert_true (gtk_widget_grab_focus (GTK_WIDGET (page->transport_bar->play_button)));
  oto_ui_test_point (oto_ui_test_get_plot (fixture, "ruler"), 300, 15);
  oto_ui_test_click (4);
  g_assert_false (oto_time_scale_is_fit (scale));
  oto_ui_test_press (fixture, "f");
  g_assert_true (oto_time_scale_is_fit (scale));
}

/* The canvas takes Home, Page Down and Ctrl+Left before the pane that scrolls it. */
static void
test_keys_on_canvas (OtoUiFixture  *fixture,
                     gconstpointer  data)
{
  OtoViewState *view = fixture->page->view;

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  oto_ui_test_point (GTK_WIDGET (fixture->page->transport_bar->play_button), 10, 10);
  g_assert_true (gtk_widget_grab_focus (oto_ui_test_get_plot (fixture, "freq-att-1")));
  oto_ui_test_press (fixture, "End");
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_time_s (view), 4, 0.01);
  oto_ui_test_press (fixture, "ctrl+Left");
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_time_s (view), 3, 0.01);
  oto_ui_test_press (fixture, "Home");
  g_assert_cmpfloat (oto_view_state_get_time_s (view), ==, 0);
  oto_ui_test_press (fixture, "Up");
  oto_ui_test_press (fixture, "Up");
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_height (view),
                                  1.5 / oto_analysis_get_n_mels (fixture->page->analysis), 1e-9);

  /* Keys move the cursor although the pointer rests on a panel. */
  oto_ui_test_point (oto_ui_test_get_plot (fixture, "mel"), 300, 40);
  oto_ui_test_press (fixture, "Home");
  gtk_widget_queue_resize (oto_ui_test_get_plot (fixture, "mel"));
  oto_ui_test_spin (100);
  g_assert_cmpfloat (oto_view_state_get_time_s (view), ==, 0);
}

/* Up and Down walk a list, and leave the cursor alone. */
static void
test_keys_in_lists (OtoUiFixture  *fixture,
                    gconstpointer  data)
{
  g_autofree char *first = oto_ui_test_write_clip (fixture, "a.wav", 2, 1);
  g_autofree char *second = oto_ui_test_write_clip (fixture, "b.wav", 2, 1);
  OtoInspectPage *page = fixture->page;
  GtkListBoxRow *row;

  if (!oto_ui_test_has_input (fixture))
    return;

  oto_ui_test_open (fixture, fixture->dir);
  oto_ui_test_settle (fixture);
  g_assert_cmpstr (oto_clip_item_get_path (fixture->window->item), ==, first);
  g_assert_true (gtk_widget_grab_focus (GTK_WIDGET (fixture->window->clip_list)));
  oto_ui_test_press (fixture, "Down");
  g_assert_cmpstr (oto_clip_item_get_path (fixture->window->item), ==, second);
  oto_ui_test_press (fixture, "Up");
  g_assert_cmpstr (oto_clip_item_get_path (fixture->window->item), ==, first);
  g_assert_true (isnan (oto_view_state_get_height (page->view)));

  oto_ui_test_settle (fixture);
  row = gtk_list_box_get_row_at_index (page->class_list->list, 0);
  g_assert_true (gtk_widget_grab_focus (GTK_WIDGET (row)));
  oto_ui_test_press (fixture, "Down");
  g_assert_cmpint (oto_view_state_get_focus_class (page->view), ==,
                   oto_analysis_get_ranking (page->analysis)[1]);
  g_assert_true (isnan (oto_view_state_get_height (page->view)));
}

static OtoStrips *
get_strips (OtoUiFixture *fixture)
{
  return oto_listening_get_strips (fixture->page->listening);
}

static gboolean
has_all_stems (gpointer data)
{
  OtoUiFixture *fixture = data;
  const int *ranking = oto_analysis_get_ranking (fixture->page->analysis);
  OtoMixer *mixer = oto_player_get_mixer (oto_listening_get_player (fixture->page->listening));

  return oto_mixer_has_stem (mixer, ranking[0]) && oto_mixer_has_stem (mixer, ranking[1])
         && oto_mixer_has_stem (mixer, ranking[2]);
}

/* Solo plays what `oto stems` would save, null test included. */
static void
test_solo (OtoUiFixture  *fixture,
           gconstpointer  data)
{
  const gint64 n = 4 * 32000;
  g_autofree float *heard = g_new (float, 2 * n);
  g_autofree float *mix = g_new (float, 2 * n);
  OtoMixer *mixer;
  float *stem;
  int k;

  open_clip (fixture);
  mixer = oto_player_get_mixer (oto_listening_get_player (fixture->page->listening));
  g_assert_true (oto_clip_read (oto_clip_item_get_clip (fixture->window->item), 0, n, mix, NULL));
  oto_mixer_seek (mixer, 0);
  g_assert_cmpint (oto_mixer_fill (mixer, n, heard, NULL), ==, n);
  oto_assert_abs_below (heard, mix, 2 * n, 3e-5);

  oto_ui_test_wait (has_all_stems, fixture);
  oto_ui_test_activate (fixture, "win.focus-rank(1)");
  oto_ui_test_activate (fixture, "win.solo");
  k = oto_analysis_get_ranking (fixture->page->analysis)[0];
  g_assert_true (oto_strips_get (get_strips (fixture), k)->is_solo);
  stem = oto_stems_render (fixture->page->analysis, OTO_MASK_LISTENING, k, NULL, NULL, NULL, NULL);
  oto_mixer_seek (mixer, 0);
  g_assert_cmpint (oto_mixer_fill (mixer, n, heard, NULL), ==, n);
  oto_assert_abs_below (heard + 2 * 640, stem + 2 * 640, 2 * (n - 640), 1e-5);
  oto_free (stem);

  /* All is heard again. */
  oto_ui_test_activate (fixture, "win.unsolo");
  oto_mixer_seek (mixer, 0);
  g_assert_cmpint (oto_mixer_fill (mixer, n, heard, NULL), ==, n);
  oto_assert_abs_below (heard + 2 * 640, mix + 2 * 640, 2 * (n - 640), 3e-5);
}

static OtoClassRow *
get_row (OtoUiFixture *fixture,
         int           i)
{
  return OTO_CLASS_ROW (gtk_list_box_get_row_at_index (fixture->page->class_list->list, i));
}

static GtkWidget *
find_solo (GtkWidget *widget)
{
  if (GTK_IS_TOGGLE_BUTTON (widget) && gtk_widget_has_css_class (widget, "solo"))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_solo (child);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
test_class_rows (OtoUiFixture  *fixture,
                 gconstpointer  data)
{
  g_autofree char *name = NULL;
  g_autofree char *label = NULL;
  OtoStrip strip;
  GtkWidget *solo;
  int k;

  open_clip (fixture);
  k = oto_analysis_get_ranking (fixture->page->analysis)[0];
  g_assert_cmpint (oto_class_row_get_class_index (get_row (fixture, 0)), ==, k);

  name = oto_class_name_dup (fixture->page->analysis, k);
  label = g_strdup_printf ("Solo %s", name);
  solo = find_solo (GTK_WIDGET (get_row (fixture, 0)));
  gtk_test_accessible_assert_property (solo, GTK_ACCESSIBLE_PROPERTY_LABEL, label);

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (solo), TRUE);
  g_assert_true (oto_strips_get (get_strips (fixture), k)->is_solo);

  /* An exclusive solo of another class and back. */
  oto_ui_test_activate (fixture, "win.focus-rank(2)");
  oto_ui_test_activate (fixture, "win.solo-only");
  g_assert_false (oto_strips_get (get_strips (fixture), k)->is_solo);
  oto_ui_test_activate (fixture, "win.solo-only");
  g_assert_true (oto_strips_get (get_strips (fixture), k)->is_solo);
  oto_class_row_get_strip (get_row (fixture, 0), &strip);
  g_assert_true (strip.is_solo);

  /* The last row is Background. */
  oto_ui_test_activate (fixture, "win.focus-rank(0)");
  g_assert_cmpint (oto_view_state_get_focus_class (fixture->page->view), ==, OTO_MIXER_BACKGROUND);
  oto_ui_test_activate (fixture, "win.mute");
  g_assert_true (oto_strips_get (get_strips (fixture), -1)->is_muted);
}

static void
test_threshold (OtoUiFixture  *fixture,
                gconstpointer  data)
{
  OtoTransportBar *bar = fixture->page->transport_bar;
  OtoBinarizer binarizer = oto_binarizer_default;
  g_autoptr (OtoEventList) expected = NULL;

  open_clip (fixture);
  gtk_range_set_value (bar->threshold_scale, 0.45);
  binarizer.high = 0.45;
  expected = oto_analysis_find_events (fixture->page->analysis, &binarizer);
  g_assert_cmpuint (oto_event_list_get_n (get_events (fixture)), ==,
                    oto_event_list_get_n (expected));

  oto_ui_test_activate (fixture, "win.threshold-up");
  g_assert_cmpfloat_with_epsilon (gtk_range_get_value (bar->threshold_scale), 0.46, 1e-9);
  g_assert_cmpstr (gtk_label_get_text (bar->threshold_label), ==, "0.46");

  gtk_range_set_value (bar->threshold_scale, 1);
  g_assert_cmpuint (oto_event_list_get_n (get_events (fixture)), ==, 0);
}

/* The lane shows what was found, at once, and after each change of the threshold. */
static void
test_lane (OtoUiFixture  *fixture,
           gconstpointer  data)
{
  GtkWidget *lane = oto_ui_test_get_plot (fixture, "events");
  g_autofree char *some = NULL;
  g_autofree char *none = NULL;

  oto_view_state_set_threshold (fixture->page->view, 0.01);
  oto_view_state_set_clip_threshold (fixture->page->view, 0.0);
  open_clip (fixture);
  g_assert_cmpuint (oto_event_list_get_n (get_events (fixture)), >,
                    0);
  some = oto_ui_test_describe (lane);
  g_assert_nonnull (strstr (some, " from "));
  oto_view_state_set_threshold (fixture->page->view, 1.0);
  none = oto_ui_test_describe (lane);
  g_assert_nonnull (strstr (none, "No events"));
}

/* Panel 8's line is the clip threshold: events are of classes right of it, and of no others. */
static void
test_clip_threshold (OtoUiFixture  *fixture,
                     gconstpointer  data)
{
  OtoInspectPage *page = fixture->page;
  const float *probs;
  const int *ranking;

  open_clip (fixture);
  probs = oto_analysis_get_clip_prob (page->analysis);
  ranking = oto_analysis_get_ranking (page->analysis);
  oto_view_state_set_threshold (page->view, 0.01);
  oto_view_state_set_clip_threshold (page->view, (probs[ranking[0]] + probs[ranking[1]]) / 2);
  g_assert_cmpuint (oto_event_list_get_n (get_events (fixture)), >, 0);
  for (guint i = 0; i < oto_event_list_get_n (get_events (fixture)); i++)
    {
      const char *label = oto_event_list_get (get_events (fixture), i)->label;

      g_assert_cmpint (oto_analysis_find_class (page->analysis, label), ==, ranking[0]);
    }
  g_assert_cmpfloat (gtk_range_get_value (page->transport_bar->threshold_scale), ==, 0.01);
  g_assert_cmpfloat_with_epsilon (gtk_range_get_value (page->class_list->clip_threshold_scale),
                                  (probs[ranking[0]] + probs[ranking[1]]) / 2, 1e-9);
  oto_view_state_set_clip_threshold (page->view, probs[ranking[0]]);
  g_assert_cmpuint (oto_event_list_get_n (get_events (fixture)), ==, 0);
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "clip-threshold");
}

static void
test_click (OtoUiFixture  *fixture,
            gconstpointer  data)
{
  OtoPlayer *player = oto_listening_get_player (fixture->page->listening);
  GtkWidget *panel = oto_ui_test_get_plot (fixture, "freq-att-1");
  const char *text;
  OtoRect plot;

  if (!oto_ui_test_has_input (fixture))
    return;

  open_clip (fixture);
  g_assert_true (oto_plot_view_get_plot (OTO_PLOT_VIEW (panel), &plot));
  oto_ui_test_point (panel, plot.x + plot.width / 4, plot.y + plot.height / 2);
  oto_ui_test_click (1);
  g_assert_cmpfloat_with_epsilon (oto_player_get_position_s (player), 1, 0.01);
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_playhead_s (fixture->page->view), 1, 0.01);
  g_assert_cmpfloat_with_epsilon (oto_view_state_get_time_s (fixture->page->view), 1, 0.01);
  text = gtk_label_get_text (fixture->page->transport_bar->position_label);
  g_assert_true (g_str_has_prefix (text, "0:00.99") || g_str_has_prefix (text, "0:01.00"));
}

/* A model without attention over frequency says so instead of showing a map. */
static void
test_missing_panels (OtoUiFixture  *fixture,
                     gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "gap.safetensors", NULL);
  g_autoptr (OtoModelSnapshot) model = oto_ui_test_make_model ("gap");

  g_assert_true (oto_model_snapshot_save (model, path, FALSE, NULL));
  oto_window_open_model (fixture->window, path);
  open_clip (fixture);
  g_assert_false (oto_ui_test_get_data (fixture, "freq-att-1")->is_available);
  g_assert_true (oto_ui_test_get_data (fixture, "step1")->is_available);
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "gap");
}

/* A clip as a model hears it that shows @maps and no more. */
static void
show_maps (OtoUiFixture *fixture,
           guint         maps)
{
  g_autofree char *path = oto_ui_test_write_clip (fixture, "few.wav", 4, 1);
  g_autoptr (OtoModelSnapshot) model = oto_ui_test_make_model ("2apae-local");
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new_for_maps (model, maps, NULL, NULL);
  g_autoptr (OtoClip) clip = oto_audio_file_open (path, NULL);
  g_autoptr (OtoAnalysis) analysis =
    oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, NULL);
  g_autoptr (OtoClipItem) item = oto_clip_item_new (path);

  open_clip (fixture);
  oto_clip_item_set_clip (item, clip);
  oto_clip_item_set_state (item, OTO_CLIP_STATE_DONE, NULL);
  oto_clip_item_set_analysis (item, analysis);
  oto_inspect_page_set_item (fixture->page, item);
  for (int i = 0; i < 500 && !oto_inspect_page_is_settled (fixture->page); i++)
    oto_ui_test_spin (20);
  g_assert_true (oto_inspect_page_is_settled (fixture->page));
}

/* With clip probabilities alone, pointing at every panel reads what there is, and nothing else. */
static void
test_clip_prob_alone (OtoUiFixture  *fixture,
                      gconstpointer  data)
{
  OtoInspectPage *page = fixture->page;
  const char *text;

  show_maps (fixture, OTO_MAP_CLIP_PROB);
  for (guint i = 1; i < oto_panel_list_get_n (page->panels); i++)
    {
      OtoPanelItem *item = oto_panel_list_get (page->panels, i);
      OtoPanelData *panel = oto_ui_test_get_data (fixture, oto_panel_item_get_name (item));

      if (!oto_panel_item_is_shown (item))
        continue;

      g_assert_false (panel->is_available);
      g_assert_nonnull (panel->note);
      oto_view_state_point (page->view, 1.5, NAN, OTO_VIEW_ANY_CLASS);
      text = oto_reading_strip_get_reading (page->reading_strip);
      g_assert_true (g_str_has_prefix (text, "1.500\u202fs"));
    }
  oto_view_state_point (page->view, 1.5, 0.5, OTO_VIEW_ANY_CLASS);
  text = oto_reading_strip_get_reading (page->reading_strip);
  g_assert_nonnull (strstr (text, "dB"));
  g_assert_null (strstr (text, "frame score"));
  g_assert_null (strstr (text, "time attention"));
  g_assert_cmpuint (oto_event_list_get_n (get_events (fixture)), ==, 0);
  g_assert_nonnull (strstr (gtk_label_get_text (page->class_list->note_label), "no frame scores"));
  g_assert_false (gtk_widget_get_visible (page->class_list->weights_box));

  /* No class can be heard alone: there are no strips, no Background, and keys say why. */
  g_assert_null (gtk_list_box_get_row_at_index (page->class_list->list,
                                                oto_analysis_get_n_classes (page->analysis)));
  oto_ui_test_activate (fixture, "win.solo");
  g_assert_nonnull (strstr (oto_reading_strip_get_status (page->reading_strip),
                            "No mask in this model"));
  oto_inspect_page_set_notice (page, NULL);

  oto_ui_test_spin (300);
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "clip-prob-alone");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      ADW_COLOR_SCHEME_FORCE_DARK);
  oto_ui_test_spin (300);
  oto_ui_test_picture (GTK_WIDGET (fixture->window), "clip-prob-alone-dark");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
}

/* Each of the small maps alone: what is read is what there is. */
static void
test_single_maps (OtoUiFixture  *fixture,
                  gconstpointer  data)
{
  static const struct { OtoMap map; const char *reading; } maps[] = {
    { OTO_MAP_STEP1, "frame score " },
    { OTO_MAP_TIME_ATT, "time attention " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (maps); i++)
    {
      show_maps (fixture, maps[i].map);
      oto_view_state_point (fixture->page->view, 1.5, 0.5, OTO_VIEW_ANY_CLASS);
      for (guint j = 0; j < G_N_ELEMENTS (maps); j++)
        g_assert_cmpint (strstr (oto_reading_strip_get_reading (fixture->page->reading_strip),
                                 maps[j].reading) != NULL, ==, i == j);
    }
}

/* Systems that show what the bundled ones do not; those that the table has. */
static void
test_other_systems (OtoUiFixture  *fixture,
                    gconstpointer  data)
{
  static const char * const names[] = { "ddc-fap", "talnet", "dnn", "gated-crnn", "convnet" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->dir, "other.safetensors", NULL);
      g_autoptr (OtoModelSnapshot) model = NULL;
      guint maps;

      if (oto_systems_find (names[i]) == NULL)
        continue;
      model = oto_ui_test_make_model (names[i]);
      maps = oto_model_config_get_maps (oto_model_snapshot_get_config (model));
      g_assert_true (oto_model_snapshot_save (model, path, TRUE, NULL));
      oto_window_open_model (fixture->window, path);
      open_clip (fixture);
      g_assert_cmpint (oto_ui_test_get_data (fixture, "step1")
                         ->is_available, ==, (maps & OTO_MAP_STEP1) != 0);
      g_assert_cmpint (gtk_widget_get_visible (fixture->page->class_list->weights_box), ==,
                       (maps & OTO_MAP_MEL_WEIGHTS) != 0);
      oto_view_state_point (fixture->page->view, 1.5, 0.5, OTO_VIEW_ANY_CLASS);
      gtk_widget_queue_draw (GTK_WIDGET (fixture->window));
      gtk_test_widget_wait_for_draw (GTK_WIDGET (fixture->window));
      oto_ui_test_picture (GTK_WIDGET (fixture->window), names[i]);
    }
}

int
main (int    argc,
      char **argv)
{
  oto_ui_test_init (&argc, &argv);

  OTO_UI_TEST ("/ui/inspect/zooms-about-the-cursor", test_zoom);
  OTO_UI_TEST ("/ui/inspect/accessible-action-zooms", test_accessible_action);
  OTO_UI_TEST ("/ui/inspect/panels-have-names", test_names);
  OTO_UI_TEST ("/ui/inspect/readout-equals-the-data", test_reading);
  OTO_UI_TEST ("/ui/inspect/nothing-moves-with-the-pointer", test_nothing_moves);
  OTO_UI_TEST ("/ui/inspect/keys-move-the-cursor", test_cursor_keys);
  OTO_UI_TEST ("/ui/inspect/single-keys-act-anywhere", test_keys_anywhere);
  OTO_UI_TEST ("/ui/inspect/wheel-then-fit", test_wheel);
  OTO_UI_TEST ("/ui/inspect/keys-on-a-canvas", test_keys_on_canvas);
  OTO_UI_TEST ("/ui/inspect/keys-in-lists", test_keys_in_lists);
  OTO_UI_TEST ("/ui/inspect/lane-shows-events", test_lane);
  OTO_UI_TEST ("/ui/inspect/clip-threshold-is-its-own", test_clip_threshold);
  OTO_UI_TEST ("/ui/inspect/solo-is-the-stem", test_solo);
  OTO_UI_TEST ("/ui/inspect/class-rows-control-strips", test_class_rows);
  OTO_UI_TEST ("/ui/inspect/threshold-finds-events", test_threshold);
  OTO_UI_TEST ("/ui/inspect/click-seeks", test_click);
  OTO_UI_TEST ("/ui/inspect/missing-panels-say-so", test_missing_panels);

  OTO_UI_TEST ("/ui/inspect/clip-probabilities-alone", test_clip_prob_alone);
  OTO_UI_TEST ("/ui/inspect/single-maps", test_single_maps);
  OTO_UI_TEST ("/ui/inspect/other-systems", test_other_systems);

  return g_test_run ();
}
