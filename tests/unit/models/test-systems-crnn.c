/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "layers/oto-param.h"
#include "models/oto-model-private.h"

#include <math.h>
#include <string.h>

static void
init_config (OtoModelConfig *config,
             const char     *system,
             int             n_classes,
             int             n_frames,
             int             n_mels,
             double          width)
{
  g_autoptr (GError) error = NULL;

  oto_model_config_init (config, oto_systems_find (system), n_classes, n_frames, n_mels, width,
                         &error);
  g_assert_no_error (error);
}

/* systems.md 3.6, 3.7, 6.17 and 6.18: parameters as published, multiply-adds to three digits. */
static void
test_sizes (void)
{
  const struct
  {
    const char *system, *option;
    double      value;
    int         n_classes, n_frames;
    guint64     n_params;
    double      giga_macs;
  } rows[] =
  {
    { "gated-crnn", NULL, 0, 41, 311, 1196643, 4.25 },
    { "gated-crnn", NULL, 0, 10, 311, 1187064, 4.24 },
    { "gated-crnn", "attention", 1, 41, 311, 1196643 + 8815, 4.25 },
    { "gated-crnn", "attention", 2, 41, 311, 1196643 + 8815, 4.25 },
    { "gated-crnn", "blocks", 8, 41, 311, 1196643 + 73984, 4.25 + 0.184 },
    { "talnet", NULL, 0, 10, 311, 9450602, 2.74 },
    { "talnet", NULL, 0, 41, 311, 9482377, 2.74 },
    { "talnet", NULL, 0, 527, 400, 9980527, 3.60 },
    { "talnet-small", NULL, 0, 10, 311, 934634, 1.09 },
    { "talnet-small", NULL, 0, 10, 400, 934634, 1.40 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OtoModelConfig config;

      init_config (&config, rows[i].system, rows[i].n_classes, rows[i].n_frames, 64, 1.0);
      if (rows[i].option != NULL)
        g_assert_true (oto_model_config_set_option (&config, rows[i].option, rows[i].value, NULL));
      g_assert_cmpuint (oto_model_config_get_n_params (&config), ==, rows[i].n_params);
      g_assert_cmpfloat (fabs (1e-9 * oto_model_config_get_n_macs (&config) - rows[i].giga_macs),
                         <=, 0.0051);
    }
}

static const OtoParam *
find_param (OtoNetwork *network,
            const char *name)
{
  guint n;
  const OtoParam *list = oto_graph_get_params (network->graph, &n);

  for (guint i = 0; i < n; i++)
    if (g_str_equal (list[i].name, name))
      return &list[i];
  g_error ("There is no tensor “%s”", name);
}

static OtoModel *
make_model (const OtoModelConfig *config,
            int                   n_batch)
{
  g_autoptr (GError) error = NULL;
  OtoModel *model = oto_model_new (config, 1, oto_test_get_engine (2), OTO_PRIORITY_BATCH, &error);

  g_assert_no_error (error);
  oto_model_reserve (model, n_batch, OTO_MODEL_EVAL, &error);
  g_assert_no_error (error);
  return model;
}

/* Frame t shows step t / 4, those behind the last step that one. */
static void
check_steps (const char *system)
{
  const int n_frames = 31, n_mels = 32, n_classes = 3, n_steps = n_frames / 4;
  g_autofree float *x = g_new (float, n_frames * n_mels);
  g_autofree float *scores = g_new (float, n_frames);
  g_autofree float *weights = g_new (float, n_frames);
  g_autoptr (OtoModel) model = NULL;
  OtoModelConfig config;
  const OtoEdge *frames;

  init_config (&config, system, n_classes, n_frames, n_mels, 0.05);
  model = make_model (&config, 1);
  oto_test_fill (x, n_frames * n_mels, 1);
  g_assert_true (oto_model_forward (model, x, 1, OTO_MODEL_EVAL,
                                    OTO_MAP_STEP1 | OTO_MAP_TIME_ATT));
  frames = oto_graph_find_edge (model->network->graph, "frames");
  g_assert_cmpint (frames->shape.n_frames, ==, n_steps);

  for (int k = 0; k < n_classes; k++)
    {
      double sum = 0.0;

      oto_model_get_class_map (model, OTO_MAP_STEP1, 0, k, scores);
      oto_model_get_class_map (model, OTO_MAP_TIME_ATT, 0, k, weights);
      for (int t = 0; t < n_frames; t++)
        {
          g_assert_cmpfloat (scores[t], ==,
                             frames->plain[MIN (t / 4, n_steps - 1) * n_classes + k]);
          sum += scores[t];
        }
      for (int t = 0; t < n_frames; t++)
        g_assert_cmpfloat (fabs (weights[t] - scores[t] / sum), <, 1e-6);
    }
}

static void
test_steps (void)
{
  check_steps ("talnet");
  check_steps ("talnet-small");
}

/* Its frame scores are its frames'; its attention is shown divided by its sum over time. */
static void
check_attention (const char *attention)
{
  const int n_frames = 9, n_mels = 17, n_classes = 3;
  g_autofree float *x = g_new (float, n_frames * n_mels);
  float scores[9], weights[9];
  g_autoptr (OtoModel) model = NULL;
  OtoModelConfig config;
  const OtoEdge *frames, *att;

  init_config (&config, "gated-crnn", n_classes, n_frames, n_mels, 0.05);
  g_assert_true (oto_model_config_parse_option (&config, "attention", attention, NULL));
  g_assert_true (oto_model_config_has_learned_time_att (&config));
  model = make_model (&config, 1);
  oto_test_fill (x, n_frames * n_mels, 1);
  g_assert_true (oto_model_forward (model, x, 1, OTO_MODEL_EVAL,
                                    OTO_MAP_STEP1 | OTO_MAP_TIME_ATT));
  frames = oto_graph_find_edge (model->network->graph, "frames");
  att = oto_graph_find_edge (model->network->graph, "att");

  for (int k = 0; k < n_classes; k++)
    {
      double sum = 0.0;

      oto_model_get_class_map (model, OTO_MAP_STEP1, 0, k, scores);
      oto_model_get_class_map (model, OTO_MAP_TIME_ATT, 0, k, weights);
      for (int t = 0; t < n_frames; t++)
        sum += att->plain[t * n_classes + k];
      for (int t = 0; t < n_frames; t++)
        {
          g_assert_cmpfloat (scores[t], ==, frames->plain[t * n_classes + k]);
          g_assert_cmpfloat (fabs (weights[t] - att->plain[t * n_classes + k] / sum), <, 1e-6);
        }
    }
}

static void
test_attention (void)
{
  check_attention ("released");
  check_attention ("paper");
  check_attention ("time-softmax");
}

/* A mean of the frame scores by a softmax over time, of logits that are clamped. */
static void
test_time_softmax (void)
{
  const int n_frames = 9, n_mels = 17, n_classes = 3;
  g_autofree float *x = g_new (float, n_frames * n_mels);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModel) model = NULL;
  OtoModelConfig config;
  const OtoEdge *frames, *att;
  OtoEdge *logits;
  guint n_clamped = 0;

  init_config (&config, "gated-crnn", n_classes, n_frames, n_mels, 0.05);
  g_assert_true (oto_model_config_parse_option (&config, "attention", "time-softmax", NULL));
  model = oto_model_new (&config, 1, oto_test_get_engine (2), OTO_PRIORITY_BATCH, &error);
  g_assert_no_error (error);
  frames = oto_graph_find_edge (model->network->graph, "frames");
  att = oto_graph_find_edge (model->network->graph, "att");
  logits = att->writer->inputs[0]->writer->inputs[0];
  oto_graph_keep_edge (model->network->graph, logits);
  oto_model_reserve (model, 1, OTO_MODEL_EVAL, &error);
  g_assert_no_error (error);

  /* A class whose logits are below the clamp in all frames has the mean of its scores. */
  model->params[find_param (model->network, "att_paper.bias")->pos + 1] = -1000.f;
  oto_model_weights_changed (model);
  oto_test_fill (x, n_frames * n_mels, 1);
  g_assert_true (oto_model_forward (model, x, 1, OTO_MODEL_EVAL, OTO_MAP_TIME_ATT));

  for (int k = 0; k < n_classes; k++)
    {
      double sum = 0.0, clip_prob = 0.0;

      for (int t = 0; t < n_frames; t++)
        sum += exp (CLAMP (logits->plain[t * n_classes + k], -10.0, 10.0));
      for (int t = 0; t < n_frames; t++)
        {
          const int i = t * n_classes + k;
          const double weight = exp (CLAMP (logits->plain[i], -10.0, 10.0)) / sum;

          n_clamped += fabsf (logits->plain[i]) > 10.f;
          g_assert_cmpfloat (fabs (att->plain[i] - weight), <, 1e-6);
          clip_prob += weight * frames->plain[i];
        }
      g_assert_cmpfloat (fabs (model->network->head.clip_prob->plain[k] - clip_prob), <, 1e-6);
    }
  g_assert_cmpuint (n_clamped, ==, n_frames);
}

static void
check_init (OtoNetwork   *network,
            const char   *name,
            OtoParamInit  init,
            double        scale)
{
  const OtoParam *param = find_param (network, name);

  g_assert_cmpint (param->init, ==, init);
  g_assert_cmpfloat (fabs (param->init_scale - scale), <=, 1e-12);
}

/* Glorot's bounds, orthogonal recurrent weights, zeros; TALNet's convolutions keep PyTorch's
 * biases. */
static void
test_inits (void)
{
  OtoModelConfig config;
  g_autoptr (OtoNetwork) gated = NULL;
  g_autoptr (OtoNetwork) talnet = NULL;

  init_config (&config, "gated-crnn", 41, 16, 64, 1.0);
  gated = oto_network_new (&config);
  check_init (gated, "block.0.conv.weight", OTO_PARAM_INIT_UNIFORM, sqrt (6.0 / (9 * 129)));
  check_init (gated, "block.6.conv.weight", OTO_PARAM_INIT_UNIFORM, sqrt (6.0 / (9 * 192)));
  check_init (gated, "block.6.bn.weight", OTO_PARAM_INIT_CONSTANT, 1.0);
  check_init (gated, "conv.weight", OTO_PARAM_INIT_UNIFORM, sqrt (6.0 / (9 * 320)));
  check_init (gated, "conv.bias", OTO_PARAM_INIT_CONSTANT, 0.0);
  check_init (gated, "gru_linear.fwd.W", OTO_PARAM_INIT_UNIFORM, sqrt (6.0 / (256 + 384)));
  check_init (gated, "gru_sigmoid.bwd.U", OTO_PARAM_INIT_ORTHOGONAL, 1.0);
  check_init (gated, "gru_sigmoid.bwd.b", OTO_PARAM_INIT_CONSTANT, 0.0);
  check_init (gated, "loc.weight", OTO_PARAM_INIT_UNIFORM, sqrt (6.0 / (256 + 41)));
  check_init (gated, "att_code.weight", OTO_PARAM_INIT_UNIFORM, sqrt (6.0 / (41 + 41)));

  init_config (&config, "talnet", 10, 16, 64, 1.0);
  talnet = oto_network_new (&config);
  check_init (talnet, "conv.0.weight", OTO_PARAM_INIT_UNIFORM, sqrt (6.0 / (9 * 33)));
  check_init (talnet, "conv.9.bias", OTO_PARAM_INIT_UNIFORM, 1.0 / sqrt (9 * 512));
  check_init (talnet, "gru.weight_ih_l0", OTO_PARAM_INIT_ORTHOGONAL, 1.0);
  check_init (talnet, "gru.weight_hh_l0_reverse", OTO_PARAM_INIT_ORTHOGONAL, 1.0);
  check_init (talnet, "gru.bias_hh_l0", OTO_PARAM_INIT_CONSTANT, 0.0);
  check_init (talnet, "fc.weight", OTO_PARAM_INIT_UNIFORM, sqrt (6.0 / (1024 + 10)));
  check_init (talnet, "fc.bias", OTO_PARAM_INIT_CONSTANT, 0.0);
}

/* Poolings that leave nothing of a window are told. */
static void
test_small_windows (void)
{
  const struct { const char *system; int n_frames, n_mels; gboolean fits; } cases[] =
  {
    { "gated-crnn", 1, 16, TRUE }, { "gated-crnn", 1, 15, FALSE },
    { "talnet", 4, 32, TRUE }, { "talnet", 3, 32, FALSE }, { "talnet", 4, 31, FALSE },
    { "talnet-small", 4, 8, TRUE }, { "talnet-small", 3, 8, FALSE },
    { "talnet-small", 4, 7, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      OtoModelConfig config;
      gboolean fits = oto_model_config_init (&config, oto_systems_find (cases[i].system), 3,
                                             cases[i].n_frames, cases[i].n_mels, 0.1, &error);

      g_assert_cmpint (fits, ==, cases[i].fits);
      if (!fits)
        g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/systems-crnn/sizes", test_sizes);
  g_test_add_func ("/models/systems-crnn/steps", test_steps);
  g_test_add_func ("/models/systems-crnn/attention", test_attention);
  g_test_add_func ("/models/systems-crnn/time-softmax", test_time_softmax);
  g_test_add_func ("/models/systems-crnn/inits", test_inits);
  g_test_add_func ("/models/systems-crnn/small-windows", test_small_windows);

  return g_test_run ();
}
