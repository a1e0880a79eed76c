/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-reading.h"

#include "oto-test-model.h"
#include "oto-test.h"
#include "paint/oto-class-name.h"
#include "state/oto-cursor-reading.h"
#include "state/oto-detection.h"

#include <math.h>

#define N_CLASSES 4

static OtoAnalysis *
analysis_new (const char *system)
{
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot (system, N_CLASSES, 311);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (model, oto_test_get_engine (2), NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (2.0, 32000, 1);
  g_autoptr (GError) error = NULL;
  OtoAnalysis *analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return analysis;
}

static GPtrArray *
panels_new (OtoAnalysis *analysis,
            int          class_index)
{
  static const int rows[] = { 0, 1 };
  const OtoPanelSpec specs[] = {
    { OTO_MAP_LOGMEL, OTO_PANEL_NO_CLASS }, { OTO_MAP_FREQ_ATT, class_index },
  };
  GPtrArray *panels = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_panel_data_unref);

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    g_ptr_array_add (panels, oto_panel_data_new (analysis, &specs[i], rows, 2, NULL, NULL));

  return panels;
}

/* Time, place and class are those of the cursor; attention is read where its panel is on show. */
static void
test_reads (void)
{
  g_autoptr (OtoAnalysis) analysis = analysis_new ("2apae-local");
  g_autoptr (GPtrArray) panels = panels_new (analysis, 2);
  g_autoptr (OtoViewState) view = oto_view_state_new ();
  const OtoPanelData *mel = g_ptr_array_index (panels, 0);
  const int row = 20;
  g_autofree char *level = NULL;
  g_autofree char *frequency = NULL;
  g_autofree char *name = oto_class_name_dup (analysis, 2);
  g_autofree char *own = NULL;
  g_autofree char *other = NULL;
  g_autofree char *nowhere = oto_cursor_reading_dup (view, analysis, panels, &oto_theme_light);

  g_assert_cmpstr (nowhere, ==, "");
  oto_view_state_set_clip (view, 2.0, 0.032);
  oto_view_state_point (view, 1.5, (row + 0.5) / mel->n_rows, 2);
  own = oto_cursor_reading_dup (view, analysis, panels, &oto_theme_light);
  level = oto_reading_format_level (oto_panel_data_get_value (mel, row, 1.5));
  frequency = oto_reading_format_frequency (oto_panel_data_hz_from_row (mel, row));
  g_assert_nonnull (strstr (own, "1.500"));
  g_assert_nonnull (strstr (own, level));
  g_assert_nonnull (strstr (own, frequency));
  g_assert_nonnull (strstr (own, name));
  g_assert_nonnull (strstr (own, "frequency attention"));
  g_assert_nonnull (strstr (own, "frame score"));

  /* Over rows of classes there is no frequency. */
  oto_view_state_point (view, 1.5, NAN, 1);
  other = oto_cursor_reading_dup (view, analysis, panels, &oto_theme_light);
  g_assert_null (strstr (other, "Hz"));
  g_assert_null (strstr (other, "frequency attention"));
  g_assert_nonnull (strstr (other, "frame score"));
}

/* Where the cursor is on no class, that in focus is read, the first where that is Background. */
static void
test_class (void)
{
  g_autoptr (OtoAnalysis) analysis = analysis_new ("2apae-local");
  g_autoptr (GPtrArray) panels = g_ptr_array_new ();
  g_autoptr (OtoViewState) view = oto_view_state_new ();
  g_autofree char *first = oto_class_name_dup (analysis, oto_analysis_get_ranking (analysis)[0]);
  g_autofree char *third = oto_class_name_dup (analysis, oto_analysis_get_ranking (analysis)[2]);
  g_autofree char *of_background = NULL;
  g_autofree char *of_focus = NULL;

  oto_view_state_set_clip (view, 2.0, 0.032);
  oto_view_state_point (view, 0.5, NAN, OTO_VIEW_ANY_CLASS);
  of_background = oto_cursor_reading_dup (view, analysis, panels, &oto_theme_light);
  g_assert_nonnull (strstr (of_background, first));
  oto_view_state_set_focus_class (view, oto_analysis_get_ranking (analysis)[2]);
  of_focus = oto_cursor_reading_dup (view, analysis, panels, &oto_theme_light);
  g_assert_nonnull (strstr (of_focus, third));
}

static void
count_cb (guint *n)
{
  (*n)++;
}

/* Events follow the thresholds; classes that matter have colours. */
static void
test_detection (void)
{
  g_autoptr (OtoAnalysis) analysis = analysis_new ("2apae-local");
  g_autoptr (OtoViewState) view = oto_view_state_new ();
  OtoDetection *detection = oto_detection_new (view);
  g_autoptr (OtoEventList) expected = NULL;
  g_autofree char *first = oto_class_name_dup (analysis, oto_analysis_get_ranking (analysis)[0]);
  OtoBinarizer binarizer = oto_binarizer_default;
  guint n = 0;

  g_signal_connect_swapped (detection, "changed", G_CALLBACK (count_cb), &n);
  g_assert_null (oto_detection_get_events (detection));
  oto_detection_set_analysis (detection, analysis);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (oto_class_colors_find (oto_view_state_get_colors (view), first), ==, 0);

  oto_view_state_set_threshold (view, 0.05);
  oto_view_state_set_clip_threshold (view, 0.0);
  g_assert_cmpuint (n, ==, 3);
  binarizer.high = 0.05;
  binarizer.clip_threshold = 0.0;
  binarizer.is_centred = TRUE;
  binarizer.low = MIN (oto_binarizer_default.low, 0.05);
  expected = oto_analysis_find_events (analysis, &binarizer);
  g_assert_cmpuint (oto_event_list_get_n (oto_detection_get_events (detection)), ==,
                    oto_event_list_get_n (expected));
  oto_detection_set_analysis (detection, NULL);
  g_assert_null (oto_detection_get_events (detection));
  g_assert_finalize_object (detection);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/state/cursor-reading/reads", test_reads);
  g_test_add_func ("/state/cursor-reading/class", test_class);
  g_test_add_func ("/state/detection/thresholds", test_detection);

  return g_test_run ();
}
