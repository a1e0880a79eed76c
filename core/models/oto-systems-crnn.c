/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-gated-crnn.h"
#include "encoders/oto-talnet.h"
#include "heads/oto-frame-head.h"
#include "layers/oto-att-mean-layer.h"
#include "layers/oto-clamp-layer.h"
#include "layers/oto-class-softmax-layer.h"
#include "layers/oto-conv-layer.h"
#include "layers/oto-time-pool-layer.h"
#include "layers/oto-time-softmax-layer.h"
#include "layers/oto-time-sum-layer.h"
#include "losses/oto-bce-loss.h"
#include "models/oto-systems-private.h"

/* Channels and units at width 1: systems.md 3.6 and 3.7. */
static const int gated_crnn_widths[] = { 64, 256, 128 };
static const int talnet_widths[] = { 32, 64, 128, 256, 512, 512 };
static const int talnet_small_widths[] = { 32, 64, 128, 100 };

G_STATIC_ASSERT (G_N_ELEMENTS (gated_crnn_widths) == OTO_GATED_CRNN_N_WIDTHS);
G_STATIC_ASSERT (G_N_ELEMENTS (talnet_widths) == OTO_TALNET_N_WIDTHS);
G_STATIC_ASSERT (G_N_ELEMENTS (talnet_small_widths) == OTO_TALNET_SMALL_N_WIDTHS);

enum { ATTENTION_RELEASED, ATTENTION_PAPER, ATTENTION_TIME_SOFTMAX };

/* Where the attention over time is clamped. */
#define MAX_LOGIT 10.0

static const char *const attentions[] = { "released", "paper", "time-softmax", NULL };

static const OtoOption gated_crnn_options[] =
{
  { "attention", OTO_OPTION_CHOICE, ATTENTION_RELEASED, 0, 0, attentions,
    "what attention is: a softmax over classes of the frame scores, as in the authors' program, or "
    "of the recurrent features, as in the paper; or of those a softmax over time" },
  { "blocks", OTO_OPTION_INTEGER, OTO_GATED_CRNN_MIN_BLOCKS, OTO_GATED_CRNN_MIN_BLOCKS,
    OTO_GATED_CRNN_MAX_BLOCKS, NULL,
    "gated blocks: 7 act in the authors' program, which drops the output of the 8th" },
};

#define CLAMP_OPTION(value) \
  { "clamp", OTO_OPTION_SWITCH, (value), 0, 0, NULL, \
    "whether frame scores are kept within [1e-7, 1 - 1e-7] before they are pooled" }

static const OtoOption talnet_options[] = { CLAMP_OPTION (1) };
static const OtoOption talnet_small_options[] = { CLAMP_OPTION (0) };

/* A value for each class and frame. */
static OtoEdge *
add_dense (OtoNetwork           *network,
           OtoEdge              *x,
           const OtoModelConfig *config,
           const char           *name,
           OtoConvActivation     activation)
{
  return oto_conv_layer_add (network->graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = config->n_classes, .has_bias = TRUE, .is_dense = TRUE,
    .activation = activation,
    .init_bound = oto_param_get_glorot_uniform (x->shape.n_channels, config->n_classes),
  });
}

static OtoEdge *
add_frames (OtoNetwork           *network,
            OtoEdge              *x,
            const OtoModelConfig *config,
            const char           *name)
{
  return oto_graph_name_edge (network->graph,
                              add_dense (network, x, config, name, OTO_CONV_SIGMOID), "frames");
}

/* The attention of a later program of the table's authors: exp (clamp (a, -10, 10)) over its sum
 * over time. Their network around it is another. */
static OtoEdge *
pool_by_time_softmax (OtoNetwork *network,
                      OtoEdge    *frames,
                      OtoEdge    *att_logits,
                      OtoEdge   **ret_att)
{
  OtoEdge *clamped = oto_clamp_layer_add (network->graph, att_logits, -MAX_LOGIT, MAX_LOGIT);

  *ret_att = oto_time_softmax_layer_add (network->graph, clamped);
  return oto_time_sum_layer_add_each (network->graph, *ret_att, frames);
}

/* ATT-X: a softmax over the classes of each frame. */
static OtoEdge *
pool_by_class_softmax (OtoNetwork *network,
                       OtoEdge    *frames,
                       OtoEdge    *att_logits,
                       OtoEdge   **ret_att)
{
  *ret_att = oto_class_softmax_layer_add (network->graph, att_logits);
  return oto_att_mean_layer_add (network->graph, frames, *ret_att);
}

static void
build_gated_crnn (OtoNetwork           *network,
                  const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  const int attention = (int) oto_model_config_get_option (config, "attention");
  OtoEdge *x = oto_gated_crnn_add (graph, network->x, config->widths,
                                   (int) oto_model_config_get_option (config, "blocks"));
  OtoEdge *frames = add_frames (network, x, config, "loc");
  OtoEdge *logits = attention == ATTENTION_RELEASED
                    ? add_dense (network, frames, config, "att_code", OTO_CONV_LINEAR)
                    : add_dense (network, x, config, "att_paper", OTO_CONV_LINEAR);
  OtoEdge *att;
  OtoEdge *clip_prob = attention == ATTENTION_TIME_SOFTMAX
                       ? pool_by_time_softmax (network, frames, logits, &att)
                       : pool_by_class_softmax (network, frames, logits, &att);

  oto_graph_name_edge (graph, att, "att");
  network->head = oto_frame_head_new (graph, &(OtoFrameHeadSpec) {
    .clip_prob = clip_prob, .frames = { frames }, .att = att, .is_att_learned = TRUE,
  });
  oto_network_add_term (network, oto_bce_loss (network->head.clip_prob));
}

static void
add_linear_softmax (OtoNetwork           *network,
                    OtoEdge              *x,
                    const OtoModelConfig *config)
{
  OtoEdge *frames = add_frames (network, x, config, "fc");
  const OtoTimePoolKind kind = oto_model_config_get_option (config, "clamp") != 0.0
                               ? OTO_TIME_POOL_LINEAR_CLAMPED : OTO_TIME_POOL_LINEAR;

  network->head = oto_frame_head_new (network->graph, &(OtoFrameHeadSpec) {
    .clip_prob = oto_time_pool_layer_add (network->graph, frames, kind),
    .frames = { frames }, .step_frames = OTO_TALNET_STEP_FRAMES,
  });
  oto_network_add_term (network, oto_bce_loss (network->head.clip_prob));
}

static void
build_talnet (OtoNetwork           *network,
              const OtoModelConfig *config)
{
  add_linear_softmax (network, oto_talnet_add (network->graph, network->x, config->widths),
                      config);
}

static void
build_talnet_small (OtoNetwork           *network,
                    const OtoModelConfig *config)
{
  add_linear_softmax (network, oto_talnet_small_add (network->graph, network->x, config->widths),
                      config);
}

static const OtoSystem rows[] =
{
  {
    .row = 17,
    .name = "gated-crnn",
    .title = "Gated convolutions and gated recurrent layers with attention over time",
    .source = "arXiv:1710.00343; arXiv:1804.04715, Table II, Attention",
    .evidence = OTO_EVIDENCE_CODE,
    .note = "Its attention, unless time-softmax is chosen, is a softmax over classes: it shows "
            "which class owns a frame, and is divided by its sum over time for show. In the "
            "published tables its frame scores often stay below the thresholds of 0.1 and 0.2, "
            "though their order is good. Its authors' own recipe and features are xu-native and "
            "F-X.",
    .front_end = "F-K", .recipe = "T-003", .n_classes = 41,
    OTO_SYSTEM_WIDTHS (gated_crnn_widths),
    OTO_SYSTEM_OPTIONS (gated_crnn_options),
    .build = build_gated_crnn,
  },
  {
    .row = 18,
    .name = "talnet",
    .title = "TALNet: ten convolutions, a recurrent layer and linear softmax pooling",
    .source = "arXiv:1810.09050; A multi-task learning method for weakly supervised sound event "
              "detection, Table 2, TALNet",
    .evidence = OTO_EVIDENCE_CODE,
    .note = "A frame score stands for four frames. The time attention is what the pooling implies: "
            "each frame weighs as much as its score. With few clips its 9.5 million parameters "
            "overfit. Its author's own recipe and features are talnet-native and F-T, of which "
            "only the shape is known.",
    .front_end = "F-L", .recipe = "seed-001", .n_classes = 10,
    OTO_SYSTEM_WIDTHS (talnet_widths),
    OTO_SYSTEM_OPTIONS (talnet_options),
    .build = build_talnet,
  },
  {
    .row = 18,
    .name = "talnet-small",
    .title = "The smaller network of TALNet's author, for DCASE: three convolutions 5x5",
    .source = "arXiv:1810.09050, released program for DCASE; in no published row",
    .evidence = OTO_EVIDENCE_CODE,
    .note = "A frame score stands for four frames. The time attention is what the pooling implies: "
            "each frame weighs as much as its score. Its author's own recipe and features are "
            "talnet-small-native and F-T, of which only the shape is known. Its weights begin as "
            "those of the larger network.",
    .front_end = "F-L", .recipe = "seed-001", .n_classes = 10,
    OTO_SYSTEM_WIDTHS (talnet_small_widths),
    OTO_SYSTEM_OPTIONS (talnet_small_options),
    .build = build_talnet_small,
  },
};

const OtoSystemFamily oto_systems_crnn = { rows, G_N_ELEMENTS (rows) };
