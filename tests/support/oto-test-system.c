/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-system.h"

#include "heads/oto-frame-head.h"
#include "layers/oto-conv-layer.h"
#include "layers/oto-pool-layer.h"
#include "layers/oto-reshape-layer.h"
#include "layers/oto-time-pool-layer.h"
#include "losses/oto-bce-loss.h"
#include "models/oto-network.h"

#define STEP_FRAMES 4

static OtoEdge *
add_dense (OtoNetwork *network,
           OtoEdge    *x,
           const char *name,
           int         n_channels)
{
  return oto_conv_layer_add (network->graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = n_channels, .is_dense = TRUE, .has_bias = TRUE,
    .activation = OTO_CONV_SIGMOID,
  });
}

static OtoEdge *
add_clip_prob (OtoNetwork *network,
               OtoEdge    *scores)
{
  OtoEdge *clip_prob = oto_time_pool_layer_add (network->graph, scores, OTO_TIME_POOL_MEAN);

  oto_network_add_term (network, oto_bce_loss (clip_prob));
  return clip_prob;
}

static void
build_shared (OtoNetwork           *network,
              const OtoModelConfig *config)
{
  OtoEdge *x = oto_pool_layer_add (network->graph, network->x, OTO_POOL_AVERAGE, STEP_FRAMES, 1);
  OtoEdge *steps = oto_mels_to_channels (network->graph, x);
  OtoEdge *scores = add_dense (network, steps, "scores", config->n_classes);
  OtoEdge *att = add_dense (network, steps, "att", 1);

  network->head = oto_frame_head_new (network->graph, &(OtoFrameHeadSpec) {
    .clip_prob = add_clip_prob (network, scores), .frames = { scores }, .att = att,
    .is_att_learned = TRUE,
  });
}

static void
build_clip (OtoNetwork           *network,
            const OtoModelConfig *config)
{
  OtoEdge *steps = oto_mels_to_channels (network->graph, network->x);
  OtoEdge *scores = add_dense (network, steps, "scores", config->n_classes);

  network->head = oto_frame_head_new (network->graph, &(OtoFrameHeadSpec) {
    .clip_prob = add_clip_prob (network, scores),
  });
}

static void
get_weights (const OtoHead *self,
             OtoPass       *pass,
             OtoMap         map,
             int            n,
             int            k,
             float         *ret_values)
{
  OtoGraph *graph = self->clip_prob->writer->graph;
  const int n_mels = oto_graph_get_input (graph)->shape.n_mels;
  const double sum = n_mels * (n_mels + 1) / 2.0;

  if (map == OTO_MAP_CLIP_PROB)
    *ret_values = self->clip_prob->plain[n * self->clip_prob->shape.n_channels + k];
  else
    for (int f = 0; f < n_mels; f++)
      ret_values[f] = (float) ((k + 1) * (f + 1) / sum);
}

static const OtoHeadFuncs weights_funcs =
{
  .name = "weights", .maps = OTO_MAP_CLIP_PROB | OTO_MAP_MEL_WEIGHTS,
  .has_exact_positions = TRUE, .get_class_map = get_weights,
};

static void
build_weights (OtoNetwork           *network,
               const OtoModelConfig *config)
{
  build_clip (network, config);
  network->head.funcs = &weights_funcs;
}

static const int widths[] = { 1 };

#define TEST_SYSTEM(system_name, build_func) \
  { \
    .name = system_name, .title = "of a test", .source = "ours", .evidence = OTO_EVIDENCE_OURS, \
    .front_end = "F-K", .recipe = "T-000", .n_classes = 3, .widths = widths, .n_widths = 1, \
    .build = build_func, \
  }

const OtoSystem oto_test_shared_system = TEST_SYSTEM ("test-shared", build_shared);
const OtoSystem oto_test_clip_system = TEST_SYSTEM ("test-clip", build_clip);
const OtoSystem oto_test_weights_system = TEST_SYSTEM ("test-weights", build_weights);
