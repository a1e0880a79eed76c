/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "models/oto-model-private.h"

#include <math.h>
#include <string.h>

/* The systems "dnn", "wld-cnn" and "framecnn". That they compute what they should is tested by
 * tests/golden/test-golden-frame.c. */

static void
init_config (OtoModelConfig *config,
             const char     *name,
             int             n_frames,
             int             n_mels,
             double          width)
{
  const OtoSystem *system = oto_systems_find (name);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (system);
  oto_model_config_init (config, system, system->n_classes, n_frames, n_mels, width, &error);
  g_assert_no_error (error);
}

/* systems.md 1.2, and 6.21 for 128 mel bins; MACs are rounded there. */
static void
test_sizes (void)
{
  const struct { const char *name; int n_frames, n_mels; guint64 n_params; double macs, unit; }
  rows[] =
  {
    { "dnn", 311, 64, 874041, 0.271e9, 0.001e9 },
    { "wld-cnn", 311, 64, 4503897, 0.348e9, 0.001e9 },
    { "wld-cnn", 896, 128, 4503897, 2.0e9, 0.1e9 },
    { "framecnn", 311, 64, 997540, 0.030e9, 0.001e9 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OtoModelConfig config;

      init_config (&config, rows[i].name, rows[i].n_frames, rows[i].n_mels, 1.0);
      g_assert_cmpuint (oto_model_config_get_n_params (&config), ==, rows[i].n_params);
      g_assert_cmpfloat (fabs (oto_model_config_get_n_macs (&config) - rows[i].macs), <=,
                         rows[i].unit / 2.0);
    }
}

/* A window of W frames is so many weights. */
static void
test_context (void)
{
  OtoModelConfig config;

  init_config (&config, "dnn", 311, 64, 1.0);
  g_assert_true (oto_model_config_set_option (&config, "context", 1, NULL));
  g_assert_cmpuint (oto_model_config_get_n_params (&config), ==, 874041 - 10 * 64 * 500);
}

static void
test_mels (void)
{
  const OtoSystem *system = oto_systems_find ("wld-cnn");
  const struct { int n_mels; gboolean fits; } mels[] =
  {
    { 1, FALSE }, { 40, FALSE }, { 63, FALSE }, { 64, TRUE }, { 95, TRUE }, { 96, FALSE },
    { 127, FALSE }, { 128, TRUE }, { 191, TRUE }, { 192, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (mels); i++)
    {
      g_autoptr (GError) error = NULL;
      OtoModelConfig config;

      g_assert_cmpint (oto_model_config_init (&config, system, 3, 311, mels[i].n_mels, 0.1, &error),
                       ==, mels[i].fits);
      if (mels[i].fits)
        continue;
      g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
      g_assert_nonnull (strstr (error->message, "64 to 95 or 128 to 191"));
    }
}

static void
test_short_windows (void)
{
  const struct { const char *name; int n_frames; gboolean fits; } windows[] =
  {
    { "dnn", 1, TRUE }, { "wld-cnn", 127, FALSE }, { "wld-cnn", 128, TRUE },
    { "framecnn", 15, FALSE }, { "framecnn", 16, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      g_autoptr (GError) error = NULL;
      OtoModelConfig config;

      g_assert_cmpint (oto_model_config_init (&config, oto_systems_find (windows[i].name), 3,
                                              windows[i].n_frames, 64, 0.1, &error),
                       ==, windows[i].fits);
      if (!windows[i].fits)
        g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
    }
}

#define N_BATCH 2

static OtoModel *
model_new (const OtoModelConfig *config,
           OtoModelMode          mode)
{
  g_autoptr (GError) error = NULL;
  OtoModel *model = oto_model_new (config, 7, oto_test_get_engine (2), OTO_PRIORITY_BATCH, &error);

  g_assert_no_error (error);
  oto_model_keep_edges (model);
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

/* Weights as they begin: uniform in +- bound. */
static void
check_bound (OtoModel   *model,
             const char *name,
             double      bound)
{
  guint n;
  const OtoParam *list = oto_graph_get_params (model->network->graph, &n), *param = NULL;
  double largest = 0.0;

  for (guint i = 0; i < n; i++)
    if (g_str_equal (list[i].name, name))
      param = &list[i];
  g_assert_nonnull (param);
  for (size_t i = 0; i < param->len; i++)
    largest = fmax (largest, fabs (model->params[param->pos + i]));
  g_assert_cmpfloat (largest, <=, bound * (1.0 + 1e-6));
  g_assert_cmpfloat (largest, >=, 0.9 * bound);
}

static void
test_initial_weights (void)
{
  const struct { const char *system, *name; double fans, gain; } tensors[] =
  {
    { "dnn", "fc.0.weight", 704 + 50, 1.0 },
    { "dnn", "fc.3.weight", 50 + 41, 1.0 },
    { "dnn", "fc.0.bias", INFINITY, 1.0 },
    { "wld-cnn", "conv.1.weight", 9 * (2 + 2), G_SQRT2 },
    { "wld-cnn", "conv.11.weight", 4 * (51 + 102), G_SQRT2 },
    { "wld-cnn", "final.weight", 102 + 41, G_SQRT2 },
    { "framecnn", "conv.0.weight", 3 * (64 + 13), G_SQRT2 },
    { "framecnn", "det.2.weight", 3 * (38 + 41), G_SQRT2 },
    { "framecnn", "fc2.weight", 51 + 51, G_SQRT2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      g_autoptr (OtoModel) model = NULL;
      OtoModelConfig config;

      init_config (&config, tensors[i].system, 128, 64, 0.1);
      model = model_new (&config, OTO_MODEL_EVAL);
      check_bound (model, tensors[i].name, tensors[i].gain * sqrt (6.0 / tensors[i].fans));
    }
}

/* A segment covers 128 frames and begins 64 behind the one before; the last one covers the rest. */
static void
test_segments (void)
{
  g_autoptr (OtoModel) model = NULL;
  g_autofree float *x = NULL;
  g_autofree float *segments = NULL;
  g_autofree float *scores = NULL;
  OtoModelConfig config;
  size_t len;
  int n_segments;

  init_config (&config, "wld-cnn", 311, 64, 0.1);
  model = model_new (&config, OTO_MODEL_EVAL);
  x = dup_input (&config);
  g_assert_true (oto_model_forward (model, x, N_BATCH, OTO_MODEL_EVAL, OTO_MAP_STEP1));
  segments = oto_model_dup_look (model, "segments", 1, &len);
  n_segments = (int) len / config.n_classes;
  g_assert_cmpint (n_segments, ==, 3);

  scores = g_new (float, config.n_frames);
  for (int k = 0; k < config.n_classes; k++)
    {
      oto_model_get_class_map (model, OTO_MAP_STEP1, 1, k, scores);
      for (int t = 0; t < config.n_frames; t++)
        {
          float expected = -1.f;

          for (int s = 0; s < n_segments; s++)
            if (t >= 64 * s && t < 64 * s + 128)
              expected = fmaxf (expected, segments[k * n_segments + s]);
          if (t >= 64 * (n_segments - 1) + 128)
            expected = segments[k * n_segments + n_segments - 1];
          g_assert_cmpfloat (scores[t], ==, expected);
        }
    }
}

static double
get_loss (OtoModel    *model,
          const float *x,
          const float *y,
          guint64      step)
{
  OtoModelLoss loss;

  oto_model_set_step (model, 5, step);
  g_assert_true (oto_model_train_step (model, x, y, N_BATCH, &loss));
  return loss.total;
}

/* The same step draws the same dropouts, another one others; without dropout there is no step. */
static void
test_steps (void)
{
  static const char *const names[] = { "dnn", "framecnn" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (int has_dropout = 0; has_dropout <= 1; has_dropout++)
      {
        g_autoptr (OtoModel) model = NULL;
        g_autofree float *x = NULL;
        g_autofree float *y = NULL;
        OtoModelConfig config;
        double first;

        init_config (&config, names[i], 40, 16, 0.1);
        if (!has_dropout)
          oto_model_config_set_option (&config, "dropout", 0.0, NULL);
        model = model_new (&config, OTO_MODEL_TRAIN);
        x = dup_input (&config);
        y = g_new0 (float, (size_t) N_BATCH * config.n_classes);
        y[0] = y[config.n_classes + 1] = 1.f;

        first = get_loss (model, x, y, 1);
        g_assert_cmpfloat (get_loss (model, x, y, 1), ==, first);
        if (has_dropout)
          g_assert_cmpfloat (get_loss (model, x, y, 2), !=, first);
        else
          g_assert_cmpfloat (get_loss (model, x, y, 2), ==, first);
      }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/systems-frame/published-sizes", test_sizes);
  g_test_add_func ("/models/systems-frame/context-counts-weights", test_context);
  g_test_add_func ("/models/systems-frame/mel-bins-that-do-not-fit-are-told", test_mels);
  g_test_add_func ("/models/systems-frame/windows-that-are-too-short-are-told",
                   test_short_windows);
  g_test_add_func ("/models/systems-frame/initial-weights", test_initial_weights);
  g_test_add_func ("/models/systems-frame/segments-cover-frames", test_segments);
  g_test_add_func ("/models/systems-frame/dropout-follows-the-step", test_steps);

  return g_test_run ();
}
