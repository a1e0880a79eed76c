/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-cnn14.h"
#include "heads/oto-frame-head.h"
#include "layers/oto-clamp-layer.h"
#include "layers/oto-conv-layer.h"
#include "layers/oto-norm-layer.h"
#include "layers/oto-sigmoid-layer.h"
#include "layers/oto-time-pool-layer.h"
#include "layers/oto-time-softmax-layer.h"
#include "layers/oto-time-sum-layer.h"
#include "losses/oto-bce-loss.h"
#include "models/oto-systems-private.h"

/* PANNs, pretrained audio neural networks: CNN14 that decides on segments. */

static const int widths[] = { 64, 128, 256, 512, 1024, 2048, 2048 };

G_STATIC_ASSERT (G_N_ELEMENTS (widths) == OTO_CNN14_N_WIDTHS);

#define MAX_DROPOUT 0.95

/* Where the attention over time is clamped. */
#define MAX_LOGIT 10.0

static const OtoOption options[] =
{
  { "block-dropout", OTO_OPTION_NUMBER, 0.2, 0.0, MAX_DROPOUT, NULL,
    "probability of a dropout behind each block of convolutions" },
  { "dropout", OTO_OPTION_NUMBER, 0.5, 0.0, MAX_DROPOUT, NULL,
    "probability of a dropout before and behind the dense layer" },
};

static OtoEdge *
add_embedding (OtoNetwork           *network,
               const OtoModelConfig *config)
{
  return oto_cnn14_add (network->graph, network->x, config->widths,
                        oto_model_config_get_option (config, "block-dropout"),
                        oto_model_config_get_option (config, "dropout"));
}

/* A value for each class and segment. */
static OtoEdge *
add_classes (OtoNetwork           *network,
             OtoEdge              *x,
             const OtoModelConfig *config,
             const char           *name,
             gboolean              is_1d)
{
  return oto_conv_layer_add (network->graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = config->n_classes, .has_bias = TRUE, .is_dense = !is_1d,
    .is_1d = is_1d,
    .init_bound = oto_param_get_glorot_uniform (x->shape.n_channels, config->n_classes),
  });
}

static OtoEdge *
add_segments (OtoNetwork *network,
              OtoEdge    *logits)
{
  return oto_graph_name_edge (network->graph, oto_sigmoid_layer_add (network->graph, logits),
                              "segments");
}

static void
build_pooled (OtoNetwork           *network,
              const OtoModelConfig *config,
              OtoTimePoolKind       kind)
{
  OtoEdge *x = add_embedding (network, config);
  OtoEdge *segments = add_segments (network,
                                    add_classes (network, x, config, "fc_audioset", FALSE));

  network->head = oto_frame_head_new (network->graph, &(OtoFrameHeadSpec) {
    .clip_prob = oto_time_pool_layer_add (network->graph, segments, kind),
    .frames = { segments }, .step_frames = OTO_CNN14_STEP_FRAMES,
  });
  oto_network_add_term (network, oto_bce_loss (network->head.clip_prob));
}

static void
build_max (OtoNetwork           *network,
           const OtoModelConfig *config)
{
  build_pooled (network, config, OTO_TIME_POOL_MAX);
}

static void
build_avg (OtoNetwork           *network,
           const OtoModelConfig *config)
{
  build_pooled (network, config, OTO_TIME_POOL_MEAN);
}

static void
build_att (OtoNetwork           *network,
           const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  OtoEdge *x = add_embedding (network, config);
  OtoEdge *logits = add_classes (network, x, config, "att_block.att", TRUE);
  OtoEdge *segments, *att;

  logits = oto_clamp_layer_add (graph, logits, -MAX_LOGIT, MAX_LOGIT);
  att = oto_graph_name_edge (graph, oto_time_softmax_layer_add (graph, logits), "norm_att");
  segments = add_segments (network, add_classes (network, x, config, "att_block.cla", TRUE));
  /* The released network has the tensors of a norm that its program never applies. */
  oto_norm_layer_add (graph, segments, "att_block.bn_att", FALSE);
  network->head = oto_frame_head_new (graph, &(OtoFrameHeadSpec) {
    .clip_prob = oto_time_sum_layer_add_each (graph, att, segments),
    .frames = { segments }, .att = att, .is_att_learned = TRUE,
    .step_frames = OTO_CNN14_STEP_FRAMES,
  });
  oto_network_add_term (network, oto_bce_loss (network->head.clip_prob));
}

#define PAPER "Kong et al., PANNs (IEEE/ACM TASLP 2020; arXiv:1912.10211)"
#define NOTE \
  "A frame score stands for a segment of 32 frames, 0.32 s, and of a window at least one segment " \
  "must be there. Trained on AudioSet: convert-panns.py turns the released weights into a model. "

#define COMMON \
  .evidence = OTO_EVIDENCE_CODE, .front_end = "PANNs", .recipe = "panns", .n_classes = 527, \
  OTO_SYSTEM_WIDTHS (widths), \
  OTO_SYSTEM_OPTIONS (options)

static const OtoSystem rows[] =
{
  {
    .name = "panns-cnn14-max",
    .title = "PANNs CNN14, maximum of decisions on segments",
    .source = PAPER ", released program, Cnn14_DecisionLevelMax; in no published row",
    .note = NOTE "The time attention is what the pooling implies: each segment weighs as much as "
            "its score.",
    COMMON,
    .build = build_max,
  },
  {
    .name = "panns-cnn14-avg",
    .title = "PANNs CNN14, mean of decisions on segments",
    .source = PAPER ", released program, Cnn14_DecisionLevelAvg; in no published row",
    .note = NOTE "The time attention is what the pooling implies: each segment weighs as much as "
            "its score.",
    COMMON,
    .build = build_avg,
  },
  {
    .name = "panns-cnn14-att",
    .title = "PANNs CNN14, decisions on segments weighed by attention",
    .source = PAPER ", released program, Cnn14_DecisionLevelAtt; in no published row",
    .note = NOTE "Its frame scores are the decisions alone, without the attention. 1054 of its "
            "parameters are a norm that the released program never applies.",
    COMMON,
    .build = build_att,
  },
};

const OtoSystemFamily oto_systems_panns = { rows, G_N_ELEMENTS (rows) };
