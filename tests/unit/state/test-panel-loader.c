/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "oto-test-model.h"

#include "state/oto-panel-loader.h"

#define N_CLASSES 4

/* A loader and what it told. */
typedef struct
{
  OtoPanelLoader *loader;
  OtoPanelData   *panels[OTO_N_PANELS + 1];
  guint           n_loaded;
  guint           n_done;
} Fixture;

static void
loaded_cb (OtoPanelLoader *loader,
           OtoPanelData   *data,
           Fixture        *fixture)
{
  g_assert_null (fixture->panels[data->kind]);
  fixture->panels[data->kind] = oto_panel_data_ref (data);
  fixture->n_loaded++;
}

static void
done_cb (OtoPanelLoader *loader,
         Fixture        *fixture)
{
  g_assert_false (oto_panel_loader_is_busy (loader));
  fixture->n_done++;
}

static void
failed_cb (OtoPanelLoader *loader,
           const char     *message,
           Fixture        *fixture)
{
  g_error ("%s", message);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->loader = oto_panel_loader_new ();
  g_signal_connect (fixture->loader, "loaded", G_CALLBACK (loaded_cb), fixture);
  g_signal_connect (fixture->loader, "done", G_CALLBACK (done_cb), fixture);
  g_signal_connect (fixture->loader, "failed", G_CALLBACK (failed_cb), fixture);
}

/* Whatever is still at work holds the loader. */
static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  for (int i = 0; i <= OTO_N_PANELS; i++)
    g_clear_pointer (&fixture->panels[i], oto_panel_data_unref);
  oto_panel_loader_stop (fixture->loader);
  while (G_OBJECT (fixture->loader)->ref_count > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_finalize_object (fixture->loader);
}

static void
wait_for (Fixture *fixture)
{
  while (oto_panel_loader_is_busy (fixture->loader))
    g_main_context_iteration (NULL, TRUE);
}

static OtoAnalysis *
analysis_new (double duration_s)
{
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot ("2apae-local", N_CLASSES, 311);
  g_autoptr (OtoAnalyzer) analyzer = oto_analyzer_new (model, oto_test_get_engine (2), NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (duration_s, 32000, 1);
  g_autoptr (GError) error = NULL;
  OtoAnalysis *analysis = oto_analyzer_analyze (analyzer, clip, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return analysis;
}

static void
test_loads (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (OtoAnalysis) analysis = analysis_new (2);

  oto_panel_loader_load (fixture->loader, analysis);
  g_assert_true (oto_panel_loader_is_busy (fixture->loader));
  wait_for (fixture);
  g_assert_cmpuint (fixture->n_loaded, ==, OTO_N_PANELS);
  g_assert_cmpuint (fixture->n_done, ==, 1);

  /* Frequency attention has one scale, and the first classes in their order. */
  for (int i = 0; i < OTO_N_FOCUS; i++)
    {
      const OtoPanelData *panel = fixture->panels[OTO_PANEL_FREQ_ATT_1 + i];

      g_assert_cmpint (panel->class_index, ==, oto_analysis_get_ranking (analysis)[i]);
      g_assert_cmpfloat (panel->shown_high, ==,
                         fixture->panels[OTO_PANEL_FREQ_ATT_1]->shown_high);
    }
}

/* Of a clip that is not asked for any more nothing is told. */
static void
test_drops (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (OtoAnalysis) former = analysis_new (4);
  g_autoptr (OtoAnalysis) analysis = analysis_new (1);

  oto_panel_loader_load (fixture->loader, former);
  oto_panel_loader_load (fixture->loader, analysis);
  wait_for (fixture);
  g_assert_cmpuint (fixture->n_done, ==, 1);
  g_assert_cmpuint (fixture->n_loaded, ==, OTO_N_PANELS);
  for (int kind = OTO_PANEL_LOGMEL; kind <= OTO_PANEL_TIME_ATT; kind++)
    g_assert_cmpint (oto_pyramid_get_n_frames (fixture->panels[kind]->pyramid), ==,
                     oto_analysis_get_n_frames (analysis));
}

static void
test_stops (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (OtoAnalysis) analysis = analysis_new (1);

  oto_panel_loader_load (fixture->loader, analysis);
  oto_panel_loader_stop (fixture->loader);
  g_assert_false (oto_panel_loader_is_busy (fixture->loader));
  while (G_OBJECT (fixture->loader)->ref_count > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->n_loaded, ==, 0);
  g_assert_cmpuint (fixture->n_done, ==, 0);
}

static void
test_previews (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (2, 32000, 1);

  oto_panel_loader_preview (fixture->loader, clip);
  wait_for (fixture);
  g_assert_cmpuint (fixture->n_loaded, ==, 1);
  g_assert_cmpuint (fixture->n_done, ==, 0);
  g_assert_nonnull (fixture->panels[OTO_PANEL_LOGMEL]);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/state/panel-loader/loads-all", test_loads);
  ADD ("/state/panel-loader/drops-another-clip", test_drops);
  ADD ("/state/panel-loader/stops", test_stops);
  ADD ("/state/panel-loader/previews", test_previews);

  return g_test_run ();
}
