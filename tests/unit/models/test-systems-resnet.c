/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "models/oto-model-private.h"

#include <math.h>
#include <string.h>

/* "convnet" and the resnet systems. That they compute what they should is tested by
 * tests/golden/test-golden-resnet.c. */

#define N_BATCH 2

static void
set_options (OtoModelConfig *config,
             const char     *options)
{
  g_auto (GStrv) list = g_strsplit (options, " ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (list[i], "=", 2);
      g_autoptr (GError) error = NULL;

      oto_model_config_parse_option (config, parts[0], parts[1], &error);
      g_assert_no_error (error);
    }
}

static void
init_config (OtoModelConfig *config,
             const char     *name,
             const char     *options,
             int             n_classes,
             int             n_frames,
             int             n_mels,
             double          width)
{
  const OtoSystem *system = oto_systems_find (name);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (system);
  oto_model_config_init (config, system, n_classes, n_frames, n_mels, width, &error);
  g_assert_no_error (error);
  set_options (config, options);
  oto_model_config_validate (config, &error);
  g_assert_no_error (error);
}

/* systems.md 1.2, 3.9 and 6.23 to 6.35, where sizes of the deep ones and all MACs are rounded.
 * Convolutions of a block and its skip have 3 biases a channel; an attention or detector that sees
 * one segment has a third of the weights. */
static void
test_sizes (void)
{
  const struct
  {
    const char *name, *options;
    int         n_classes;
    double      n_params, params_unit, macs, macs_unit;
  } rows[] =
  {
    { "convnet", "", 17, 1549073, 0, 0.196e9, 0.001e9 },
    { "convnet", "pooling=max", 17, 1549073, 0, 0.196e9, 0.001e9 },
    { "convnet", "conv-bias=off", 17, 1549073 - 2 * (128 + 256 + 384), 0, 0.196e9, 0.001e9 },
    { "resnet-max", "", 17, 3719825, 0, 0.584e9, 0.001e9 },
    { "resnet", "", 17, 3719825, 0, 0.584e9, 0.001e9 },
    { "resnet", "", 527, 4242575, 0, 0.584e9, 0.002e9 },
    { "resnet", "order=preact", 17, 3719825, 0, 0.584e9, 0.001e9 },
    { "resnet", "conv-bias=off", 17, 3719825 - 3 * (256 + 384 + 384), 0, 0.584e9, 0.001e9 },
    { "resnet-wlat", "", 17, 3719825, 0, 0.664e9, 0.001e9 },
    { "resnet-slat", "", 17, 3719825, 0, 0.664e9, 0.001e9 },
    { "resnet-plat", "", 17, 3739426, 0, 0.585e9, 0.001e9 },
    { "resnet-plat", "kernel=1", 17, 3739426 - 2 * 384 * 17, 0, 0.584e9, 0.001e9 },
    { "resnet-att", "", 17, 4162577, 0, 0.689e9, 0.001e9 },
    { "resnet-att", "att=feature", 17, 4162577, 0, 0.609e9, 0.001e9 },
    { "resnet-att", "kernel=1", 17, 4162577 - 2 * 384 * 384, 0, 0.673e9, 0.001e9 },
    { "resnet-spda", "", 17, 6868633, 0, 0.587e9, 0.001e9 },
    { "resnet-28", "", 527, 16.4e6, 0.1e6, 3.16e9, 0.01e9 },
    { "resnet-50", "", 527, 20.9e6, 0.1e6, 5.43e9, 0.01e9 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OtoModelConfig config;
      double n_params, n_macs;

      init_config (&config, rows[i].name, rows[i].options, rows[i].n_classes, 896, 128, 1.0);
      n_params = (double) oto_model_config_get_n_params (&config);
      n_macs = (double) oto_model_config_get_n_macs (&config);
      g_test_message ("%s %s: %.0f parameters, %.4f G", rows[i].name, rows[i].options, n_params,
                      n_macs / 1e9);
      g_assert_cmpfloat (fabs (n_params - rows[i].n_params), <=, rows[i].params_unit / 2.0);
      g_assert_cmpfloat (fabs (n_macs - rows[i].macs), <=, rows[i].macs_unit / 2.0);
    }
}

static const char *const names[] =
{
  "convnet", "resnet-max", "resnet", "resnet-wlat", "resnet-slat", "resnet-plat", "resnet-att",
  "resnet-spda", "resnet-28", "resnet-50",
};

static void
test_short_windows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (int n_frames = 15; n_frames <= 16; n_frames++)
      {
        g_autoptr (GError) error = NULL;
        OtoModelConfig config;

        g_assert_cmpint (oto_model_config_init (&config, oto_systems_find (names[i]), 3, n_frames,
                                                8, 0.02, &error), ==, n_frames == 16);
        if (n_frames < 16)
          g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
      }
}

static OtoModel *
model_new (const OtoModelConfig *config,
           OtoModelMode          mode)
{
  g_autoptr (GError) error = NULL;
  OtoModel *model = oto_model_new (config, 7, oto_test_get_engine (2), OTO_PRIORITY_BATCH, &error);

  g_assert_no_error (error);
  oto_model_reserve (model, N_BATCH, mode, &error);
  g_assert_no_error (error);
  return model;
}

static float *
dup_input (const OtoModelConfig *config)
{
  const size_t len = (size_t) N_BATCH * config->n_frames * config->n_mels;
  float *x = g_new (float, len);

  oto_test_fill (x, len, 3);
  return x;
}

/* Weights begin uniform in +- sqrt (2) sqrt (6 / fans), biases at 0. */
static void
test_initial_weights (void)
{
  const struct { const char *system, *name; double fans; } tensors[] =
  {
    { "convnet", "trunk.conv.0.weight", 3 * (64 + 13) },
    { "convnet", "fcls.fc1.weight", 38 + 102 },
    { "resnet", "conv1.weight", 3 * (64 + 64) },
    { "resnet", "b1.conv1.weight", 3 * (64 + 26) },
    { "resnet", "b2.sk.weight", 26 + 38 },
    { "resnet", "den1.weight", 38 + 102 },
    { "resnet-att", "att.weight", 3 * (38 + 38) },
    { "resnet", "b1.conv1.bias", INFINITY },
    { "resnet", "prd.bias", INFINITY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      const double bound = G_SQRT2 * sqrt (6.0 / tensors[i].fans);
      g_autoptr (OtoModel) model = NULL;
      const OtoParam *list, *param = NULL;
      OtoModelConfig config;
      double largest = 0.0;
      guint n;

      init_config (&config, tensors[i].system, "", 17, 32, 64, 0.1);
      model = model_new (&config, OTO_MODEL_EVAL);
      list = oto_graph_get_params (model->network->graph, &n);
      for (guint j = 0; j < n; j++)
        if (g_str_equal (list[j].name, tensors[i].name))
          param = &list[j];
      g_assert_nonnull (param);
      for (size_t j = 0; j < param->len; j++)
        largest = fmax (largest, fabs (model->params[param->pos + j]));
      g_assert_cmpfloat (largest, <=, bound * (1.0 + 1e-6));
      g_assert_cmpfloat (largest, >=, 0.9 * bound);
    }
}

/* --- derived frame scores ------------------------------------------------------------------- */

static const struct { const char *name, *options; } derived[] =
{
  { "convnet", "" }, { "convnet", "pooling=max" }, { "resnet-max", "" }, { "resnet", "" },
  { "resnet-att", "att=feature" }, { "resnet-spda", "parts=3" }, { "resnet-28", "" },
  { "resnet-50", "pooling=max" },
};

/* A clip of a single segment is decided on as that segment is. */
static void
test_single_segment (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (derived); i++)
    {
      g_autoptr (OtoModel) model = NULL;
      g_autofree float *x = NULL;
      float scores[19], clip_prob;
      OtoModelConfig config;

      init_config (&config, derived[i].name, derived[i].options, 5, 19, 8, 0.02);
      model = model_new (&config, OTO_MODEL_EVAL);
      g_assert_cmpstr (model->network->head.funcs->name, ==,
                       g_str_has_prefix (derived[i].name, "resnet-att")
                       || g_str_equal (derived[i].name, "resnet-spda") ? "shared frame attention"
                                                                    : "derived frame scores");
      x = dup_input (&config);
      g_assert_true (oto_model_forward (model, x, N_BATCH, OTO_MODEL_EVAL,
                                        OTO_MAP_STEP1 | OTO_MAP_CLIP_PROB));
      for (int n = 0; n < N_BATCH; n++)
        for (int k = 0; k < config.n_classes; k++)
          {
            oto_model_get_class_map (model, OTO_MAP_CLIP_PROB, n, k, &clip_prob);
            oto_model_get_class_map (model, OTO_MAP_STEP1, n, k, scores);
            for (int t = 0; t < config.n_frames; t++)
              g_assert_cmpfloat (fabsf (scores[t] - clip_prob), <, 2e-6f);
          }
    }
}

/* They are computed for those who look at them, not in training. */
static void
test_derived_on_demand (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (derived); i++)
    {
      g_autoptr (OtoModel) model = NULL;
      g_autofree float *x = NULL;
      g_autofree float *y = NULL;
      OtoModelConfig config;
      OtoModelLoss loss;
      const OtoEdge *cam;

      init_config (&config, derived[i].name, derived[i].options, 5, 35, 8, 0.02);
      model = model_new (&config, OTO_MODEL_TRAIN);
      cam = oto_graph_find_edge (model->network->graph, "cam");
      x = dup_input (&config);
      y = g_new0 (float, (size_t) N_BATCH * config.n_classes);
      g_assert_true (oto_model_forward (model, x, N_BATCH, OTO_MODEL_EVAL, OTO_MAP_CLIP_PROB));
      g_assert_false (cam->writer->is_wanted);
      g_assert_true (oto_model_forward (model, x, N_BATCH, OTO_MODEL_EVAL, OTO_MAP_STEP1));
      g_assert_true (cam->writer->is_wanted);
      g_assert_true (oto_model_train_step (model, x, y, N_BATCH, &loss));
      g_assert_false (cam->writer->is_wanted);
      g_assert_null (cam->d);
    }
}

/* --- losses --------------------------------------------------------------------------------- */

/* Positives count by class. */
static void
test_class_weights (void)
{
  static const float weights[3] = { 4.f, 4.f, 4.f };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (OtoModel) model = NULL;
      g_autofree float *x = NULL;
      float y[N_BATCH * 3] = { 1.f, 1.f, 1.f, 1.f, 1.f, 1.f };
      OtoModelLoss plain, weighted;
      OtoModelConfig config;

      init_config (&config, names[i], "", 3, 35, 8, 0.02);
      model = model_new (&config, OTO_MODEL_TRAIN);
      x = dup_input (&config);
      g_assert_true (oto_model_train_step (model, x, y, N_BATCH, &plain));
      oto_model_set_class_weights (model, weights);
      g_assert_true (oto_model_train_step (model, x, y, N_BATCH, &weighted));
      g_assert_cmpfloat (fabs (weighted.terms[0] - 4.0 * plain.terms[0]), <,
                         1e-5 * weighted.terms[0]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/systems-resnet/published-sizes", test_sizes);
  g_test_add_func ("/models/systems-resnet/windows-that-are-too-short-are-told",
                   test_short_windows);
  g_test_add_func ("/models/systems-resnet/initial-weights", test_initial_weights);
  g_test_add_func ("/models/systems-resnet/single-segment-is-its-clip", test_single_segment);
  g_test_add_func ("/models/systems-resnet/derived-scores-on-demand", test_derived_on_demand);
  g_test_add_func ("/models/systems-resnet/positives-count-by-class", test_class_weights);

  return g_test_run ();
}
