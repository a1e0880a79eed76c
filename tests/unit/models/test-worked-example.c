/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-vgg8.h"
#include "heads/oto-rank-head.h"
#include "layers/oto-conv-layer.h"
#include "losses/oto-bce-loss.h"
#include "losses/oto-recon-loss.h"
#include "models/oto-model-private.h"
#include "models/oto-systems-private.h"
#include "oto-test.h"

/* The worked example of CONTRIBUTING: a system whose parts exist. tests/style holds both against
 * each other. */

static const int widths[] = { 32, 64, 128, 256, 128, 64, 32, 1 };

static const OtoOption options[] =
{
  { "alpha", OTO_OPTION_NUMBER, 1e-3, 0.0, 1e6, NULL,
    "weight of the reconstruction in the loss" },
};

static void
build (OtoNetwork           *network,
       const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  OtoEdge *encoded = oto_vgg8_add (graph, network->x, "enc.cb", "enc", config->widths,
                                   OTO_VGG8_POOLS);
  OtoEdge *logits = oto_conv_layer_add (graph, encoded, &(OtoConvSpec) {
    .name = "enc.class_conv", .n_channels = config->n_classes, .has_bias = TRUE,
    .layout = OTO_LAYOUT_PLANES,
  });

  oto_network_set_recon (network, oto_vgg8_add (graph, encoded, "dec.cb", "dec",
                                                config->widths + OTO_VGG8_N_BLOCKS,
                                                OTO_VGG8_POOLS));
  network->head = oto_rank_head_add (graph, logits, 0.0);
  oto_network_add_term (network, oto_bce_loss (network->head.clip_prob));
  oto_network_add_term (network, oto_recon_loss (network->recon, network->x,
                                                 oto_model_config_get_option (config, "alpha")));
}

static const OtoSystem row =
{
  .row = 0,
  .name = "2apae-max",
  .title = "VGG-8-AP with global max pooling of its masks and reconstruction",
  .source = "ours; in no published row",
  .evidence = OTO_EVIDENCE_OURS,
  .front_end = "F-K", .recipe = "T-000", .n_classes = 41,
  OTO_SYSTEM_WIDTHS (widths),
  OTO_SYSTEM_OPTIONS (options),
  .build = build,
};

static OtoModel *
make_model (OtoModelConfig *ret_config)
{
  g_autoptr (GError) error = NULL;
  OtoModel *model;

  oto_model_config_init (ret_config, &row, 3, 24, 16, 0.1, &error);
  g_assert_no_error (error);
  model = oto_model_new (ret_config, 5, oto_test_get_engine (2), OTO_PRIORITY_BATCH, &error);
  g_assert_no_error (error);
  oto_model_reserve (model, 2, OTO_MODEL_TRAIN, &error);
  g_assert_no_error (error);
  return model;
}

/* A few steps of plain descent make it learn two clips by heart. */
static void
test_trains (void)
{
  OtoModelConfig config;
  g_autoptr (OtoModel) model = make_model (&config);
  const float y[6] = { 1.f, 0.f, 0.f, 0.f, 1.f, 0.f };
  float x[2 * 24 * 16];
  double first = 0.0;
  OtoModelLoss loss;

  oto_test_fill (x, G_N_ELEMENTS (x), 3);
  for (int step = 0; step < 40; step++)
    {
      g_assert_true (oto_model_train_step (model, x, y, 2, &loss));
      first = step == 0 ? loss.total : first;
      for (size_t i = 0; i < model->params_len; i++)
        model->params[i] -= 0.1f * model->grads[i];
      oto_model_weights_changed (model);
    }
  g_assert_cmpuint (loss.n_terms, ==, 2);
  g_assert_cmpstr (oto_model_get_term_name (model, 1), ==, "mse");
  g_assert_cmpfloat (loss.total, <, 0.5 * first);
}

static void
test_shows (void)
{
  OtoModelConfig config;
  g_autoptr (OtoModel) model = make_model (&config);
  g_autofree float *mask = g_new (float, 24 * 16);
  float x[24 * 16], prob[3], largest = 0.f;

  g_assert_cmphex (oto_model_config_get_maps (&config), ==,
                   OTO_MAP_RECON | OTO_MAP_MASK | OTO_MAP_STEP1 | OTO_MAP_TIME_ATT |
                   OTO_MAP_CLIP_PROB);
  oto_test_fill (x, G_N_ELEMENTS (x), 4);
  g_assert_true (oto_model_forward (model, x, 1, OTO_MODEL_EVAL, OTO_MAP_MASK));
  oto_model_get_map (model, OTO_MAP_CLIP_PROB, 0, prob);
  oto_model_get_class_map (model, OTO_MAP_MASK, 0, 1, mask);
  for (int i = 0; i < 24 * 16; i++)
    largest = MAX (largest, mask[i]);
  g_assert_cmpfloat (prob[1], ==, largest);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/worked-example/trains", test_trains);
  g_test_add_func ("/models/worked-example/shows", test_shows);

  return g_test_run ();
}
