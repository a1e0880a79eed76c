/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "models/oto-model-private.h"

#include <math.h>

static const char *const systems[] = { "panns-cnn14-max", "panns-cnn14-avg", "panns-cnn14-att" };

static void
init_config (OtoModelConfig *config,
             const char     *system,
             int             n_classes,
             int             n_frames,
             double          width)
{
  g_autoptr (GError) error = NULL;

  oto_model_config_init (config, oto_systems_find (system), n_classes, n_frames, 64, width,
                         &error);
  g_assert_no_error (error);
}

/* Parameters as published, multiply-adds to three digits. */
static void
test_sizes (void)
{
  const guint64 n_params[] = { 80753615, 80753615, 81834492 };

  for (guint i = 0; i < G_N_ELEMENTS (systems); i++)
    {
      OtoModelConfig config;

      init_config (&config, systems[i], 527, 1001, 1.0);
      g_assert_cmpuint (oto_model_config_get_n_params (&config), ==, n_params[i]);
      g_assert_cmpfloat (fabs (1e-9 * oto_model_config_get_n_macs (&config) - 20.2), <=, 0.051);
    }
}

/* Clip probabilities, frame scores, time attention, and nothing of time and frequency. */
static void
test_shown_maps (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (systems); i++)
    {
      OtoModelConfig config;

      init_config (&config, systems[i], 3, 64, 0.05);
      g_assert_cmpuint (oto_model_config_get_maps (&config), ==,
                        OTO_MAP_STEP1 | OTO_MAP_TIME_ATT | OTO_MAP_CLIP_PROB);
      g_assert_cmpint (oto_model_config_has_learned_time_att (&config), ==, i == 2);
      g_assert_false (oto_model_config_has_shared_time_att (&config));
      g_assert_true (oto_model_config_has_exact_positions (&config));
      g_assert_cmpint (oto_model_config_get_step_frames (&config), ==, 32);
    }
}

static OtoModel *
make_model (const OtoModelConfig *config)
{
  g_autoptr (GError) error = NULL;
  OtoModel *model = oto_model_new (config, 1, oto_test_get_engine (2), OTO_PRIORITY_BATCH, &error);

  g_assert_no_error (error);
  oto_model_reserve (model, 1, OTO_MODEL_EVAL, &error);
  g_assert_no_error (error);
  return model;
}

/* What the published formula makes of the segments of a class. */
static double
pool (const char  *system,
      const float *segments,
      const float *att,
      int          n_segments,
      int          n_classes,
      int          k)
{
  double max = 0.0, sum = 0.0, weighed = 0.0;

  for (int s = 0; s < n_segments; s++)
    {
      const double score = segments[s * n_classes + k];

      max = MAX (max, score);
      sum += score;
      weighed += score * (att != NULL ? att[s * n_classes + k] : 0.0);
    }
  if (att != NULL)
    return weighed;
  return g_str_has_suffix (system, "max") ? max : sum / n_segments;
}

/* Frame t shows segment t / 32, those behind the last segment that one. */
static void
check_segments (const char *system,
                int         n_frames)
{
  const int n_classes = 3, n_segments = n_frames / 32;
  g_autofree float *x = g_new (float, n_frames * 64);
  g_autofree float *scores = g_new (float, n_frames);
  g_autofree float *weights = g_new (float, n_frames);
  g_autoptr (OtoModel) model = NULL;
  OtoModelConfig config;
  const OtoEdge *segments, *att;

  init_config (&config, system, n_classes, n_frames, 0.02);
  model = make_model (&config);
  oto_test_fill (x, n_frames * 64, 1);
  for (int i = 0; i < n_frames * 64; i++)
    x[i] = 20.f * x[i] - 40.f;
  g_assert_true (oto_model_forward (model, x, 1, OTO_MODEL_EVAL,
                                    OTO_MAP_STEP1 | OTO_MAP_TIME_ATT));
  segments = oto_graph_find_edge (model->network->graph, "segments");
  att = oto_graph_find_edge (model->network->graph, "norm_att");
  g_assert_cmpint (segments->shape.n_frames, ==, n_segments);

  for (int k = 0; k < n_classes; k++)
    {
      const float *shown = att != NULL ? att->plain : segments->plain;
      double sum = 0.0;

      g_assert_cmpfloat_with_epsilon (model->network->head.clip_prob->plain[k],
                                      pool (system, segments->plain, att != NULL ? shown : NULL,
                                            n_segments, n_classes, k), 1e-6);
      oto_model_get_class_map (model, OTO_MAP_STEP1, 0, k, scores);
      oto_model_get_class_map (model, OTO_MAP_TIME_ATT, 0, k, weights);
      for (int t = 0; t < n_frames; t++)
        sum += shown[MIN (t / 32, n_segments - 1) * n_classes + k];
      for (int t = 0; t < n_frames; t++)
        {
          const int at = MIN (t / 32, n_segments - 1) * n_classes + k;

          g_assert_cmpfloat (scores[t], ==, segments->plain[at]);
          g_assert_cmpfloat_with_epsilon (weights[t], shown[at] / sum, 1e-6);
        }
    }
}

static void
test_segments (void)
{
  const int lengths[] = { 32, 63, 64, 105, 150 };

  for (guint i = 0; i < G_N_ELEMENTS (systems); i++)
    for (guint j = 0; j < G_N_ELEMENTS (lengths); j++)
      check_segments (systems[i], lengths[j]);
}

/* Less than a segment, or mel bins that the poolings leave nothing of, are told. */
static void
test_small_windows (void)
{
  const struct { int n_frames, n_mels; gboolean fits; } cases[] =
  {
    { 32, 64, TRUE }, { 31, 64, FALSE }, { 32, 32, TRUE }, { 32, 31, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (systems); i++)
    for (guint j = 0; j < G_N_ELEMENTS (cases); j++)
      {
        g_autoptr (GError) error = NULL;
        OtoModelConfig config;
        gboolean fits = oto_model_config_init (&config, oto_systems_find (systems[i]), 3,
                                               cases[j].n_frames, cases[j].n_mels, 0.05, &error);

        g_assert_cmpint (fits, ==, cases[j].fits);
        if (!fits)
          g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
      }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/systems-panns/sizes", test_sizes);
  g_test_add_func ("/models/systems-panns/shown-maps", test_shown_maps);
  g_test_add_func ("/models/systems-panns/segments", test_segments);
  g_test_add_func ("/models/systems-panns/small-windows", test_small_windows);

  return g_test_run ();
}
