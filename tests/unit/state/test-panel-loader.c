/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"
#include "oto-test-model.h"

#include "state/oto-panel-loader.h"

#define N_CLASSES 4

static const OtoPanelSpec clip_specs[] = {
  { OTO_MAP_RECON, OTO_PANEL_NO_CLASS },
  { OTO_MAP_FREQ_ATT, 0 },
  { OTO_MAP_FREQ_ATT, 2 },
  { OTO_MAP_LOGMEL, OTO_PANEL_NO_CLASS },
  { OTO_MAP_STEP1, OTO_PANEL_NO_CLASS },
  { OTO_MAP_FREQ_ATT, 3 },
};

static const int rows[] = { 2, 0, 1, 3 };

#define N_SPECS G_N_ELEMENTS (clip_specs)

/* A loader and what it told. */
typedef struct
{
  OtoPanelLoader *loader;
  GPtrArray      *panels;        /* of OtoPanelData, in the order in which they came */
  guint           n_done;
} Fixture;

static void
loaded_cb (OtoPanelLoader *loader,
           OtoPanelData   *data,
           Fixture        *fixture)
{
  g_ptr_array_add (fixture->panels, oto_panel_data_ref (data));
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
  fixture->panels = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_panel_data_unref);
  g_signal_connect (fixture->loader, "loaded", G_CALLBACK (loaded_cb), fixture);
  g_signal_connect (fixture->loader, "done", G_CALLBACK (done_cb), fixture);
  g_signal_connect (fixture->loader, "failed", G_CALLBACK (failed_cb), fixture);
}

/* Whatever is still at work holds the loader. */
static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_ptr_array_unref (fixture->panels);
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
load (Fixture            *fixture,
      OtoAnalysis        *analysis,
      const OtoPanelSpec *specs,
      guint               n_specs)
{
  oto_panel_loader_load (fixture->loader, analysis, specs, n_specs, rows, G_N_ELEMENTS (rows));
}

static OtoPanelData *
get (Fixture *fixture,
     guint    i)
{
  g_assert_cmpuint (i, <, fixture->panels->len);
  return g_ptr_array_index (fixture->panels, i);
}

static void
test_loads (Fixture       *fixture,
            gconstpointer  data)
{
  static const OtoPanelSpec expected[] = {
    { OTO_MAP_LOGMEL, OTO_PANEL_NO_CLASS }, { OTO_MAP_STEP1, OTO_PANEL_NO_CLASS },
    { OTO_MAP_FREQ_ATT, 0 }, { OTO_MAP_FREQ_ATT, 2 }, { OTO_MAP_FREQ_ATT, 3 },
    { OTO_MAP_RECON, OTO_PANEL_NO_CLASS },
  };
  g_autoptr (OtoAnalysis) analysis = analysis_new (2);

  load (fixture, analysis, clip_specs, N_SPECS);
  g_assert_true (oto_panel_loader_is_busy (fixture->loader));
  wait_for (fixture);
  g_assert_cmpuint (fixture->n_done, ==, 1);
  g_assert_cmpuint (fixture->panels->len, ==, N_SPECS);

  /* What is ready soon comes first; frequency attention has one scale. */
  for (guint i = 0; i < N_SPECS; i++)
    g_assert_true (oto_panel_spec_is_equal (&get (fixture, i)->spec, &expected[i]));
  for (guint i = 3; i < 5; i++)
    g_assert_cmpfloat (get (fixture, i)->shown_high, ==, get (fixture, 2)->shown_high);
  g_assert_cmpint (get (fixture, 1)->row_classes[0], ==, rows[0]);
}

/* Of a clip that is not asked for any more nothing is told. */
static void
test_drops (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (OtoAnalysis) former = analysis_new (4);
  g_autoptr (OtoAnalysis) analysis = analysis_new (1);

  load (fixture, former, clip_specs, N_SPECS);
  load (fixture, analysis, clip_specs, N_SPECS);
  wait_for (fixture);
  g_assert_cmpuint (fixture->n_done, ==, 1);
  g_assert_cmpuint (fixture->panels->len, ==, N_SPECS);
  for (guint i = 0; i < N_SPECS; i++)
    g_assert_cmpint (oto_pyramid_get_n_frames (get (fixture, i)->pyramid), ==,
                     oto_analysis_get_n_frames (analysis));
}

/* Another class in focus has its mask made, and nothing else. */
static void
test_keeps (Fixture       *fixture,
            gconstpointer  data)
{
  OtoPanelSpec specs[] = {
    { OTO_MAP_LOGMEL, OTO_PANEL_NO_CLASS }, { OTO_MAP_STEP1, OTO_PANEL_NO_CLASS },
    { OTO_MAP_FREQ_ATT, 0 }, { OTO_MAP_MASK, 0 },
  };
  static const int other_rows[] = { 3, 2 };
  g_autoptr (OtoAnalysis) analysis = analysis_new (1);

  load (fixture, analysis, specs, G_N_ELEMENTS (specs));
  wait_for (fixture);
  g_assert_cmpuint (fixture->panels->len, ==, 4);
  load (fixture, analysis, specs, G_N_ELEMENTS (specs));
  g_assert_false (oto_panel_loader_is_busy (fixture->loader));
  g_assert_cmpuint (fixture->panels->len, ==, 4);

  specs[3].class_index = 1;
  load (fixture, analysis, specs, G_N_ELEMENTS (specs));
  wait_for (fixture);
  g_assert_cmpuint (fixture->panels->len, ==, 5);
  g_assert_true (oto_panel_spec_is_equal (&get (fixture, 4)->spec, &specs[3]));

  /* Another class of frequency attention gives all of them their scale once more. */
  specs[0] = (OtoPanelSpec) { OTO_MAP_FREQ_ATT, 3 };
  load (fixture, analysis, specs, G_N_ELEMENTS (specs));
  wait_for (fixture);
  g_assert_cmpuint (fixture->panels->len, ==, 7);
  g_assert_cmpfloat (get (fixture, 5)->shown_high, ==, get (fixture, 6)->shown_high);

  /* Other rows: the panel that has rows is made anew. */
  oto_panel_loader_load (fixture->loader, analysis, specs, G_N_ELEMENTS (specs), other_rows, 2);
  wait_for (fixture);
  g_assert_cmpuint (fixture->panels->len, ==, 8);
  g_assert_cmpint (get (fixture, 7)->spec.map, ==, OTO_MAP_STEP1);
  g_assert_cmpint (get (fixture, 7)->n_rows, ==, 2);
}

static void
test_stops (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (OtoAnalysis) analysis = analysis_new (1);

  load (fixture, analysis, clip_specs, N_SPECS);
  oto_panel_loader_stop (fixture->loader);
  g_assert_false (oto_panel_loader_is_busy (fixture->loader));
  while (G_OBJECT (fixture->loader)->ref_count > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->panels->len, ==, 0);
  g_assert_cmpuint (fixture->n_done, ==, 0);
}

static void
test_previews (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (2, 32000, 1);

  oto_panel_loader_preview (fixture->loader, clip);
  wait_for (fixture);
  g_assert_cmpuint (fixture->panels->len, ==, 1);
  g_assert_cmpuint (fixture->n_done, ==, 0);
  g_assert_cmpint (get (fixture, 0)->spec.map, ==, OTO_MAP_LOGMEL);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/state/panel-loader/loads-all", test_loads);
  ADD ("/state/panel-loader/drops-another-clip", test_drops);
  ADD ("/state/panel-loader/keeps-what-is-there", test_keeps);
  ADD ("/state/panel-loader/stops", test_stops);
  ADD ("/state/panel-loader/previews", test_previews);

  return g_test_run ();
}
