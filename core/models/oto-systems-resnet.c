/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-dense-stack.h"
#include "encoders/oto-resnet1d.h"
#include "heads/oto-frame-head.h"
#include "layers/oto-channel-sum-layer.h"
#include "layers/oto-concat-layer.h"
#include "layers/oto-pseudo-label-layer.h"
#include "layers/oto-sigmoid-layer.h"
#include "layers/oto-time-pool-layer.h"
#include "layers/oto-time-softmax-layer.h"
#include "layers/oto-time-sum-layer.h"
#include "losses/oto-pseudo-label-loss.h"
#include "losses/oto-weighted-bce-loss.h"
#include "models/oto-systems-private.h"

/* The 1-D networks of Chou et al. but for M&mnet itself: one trunk and one classifier, which differ
 * in how segments become a clip. */

/* Channels of the stages, outputs of the dense layers: systems.md 3.9. */
static const int resnet_widths[] = { 256, 384, 384, 1024, 1024 };
static const int resnet28_widths[] = { 256, 448, 512, 1024, 1024 };
static const int convnet_widths[] = { 128, 128, 256, 256, 384, 384, 1024 };
static const int resnet28_blocks[] = { 4, 4, 4 };
static const int resnet50_blocks[] = { 8, 8, 7 };

#define N_HIDDEN     2
#define SEGMENT_LEN  (OTO_RESNET1D_POOL * OTO_RESNET1D_POOL)
#define MAX_N_PARTS  64

/* In the order of their indices, below. */
static const char *const poolings[] = { "mean", "max", NULL };
static const char *const orders[] = { "released", "preact", NULL };
static const char *const kernels[] = { "3", "1", NULL };
static const char *const att_forms[] = { "decision", "feature", NULL };
static const char *const label_forms[] = { "hard", "soft", NULL };

enum { POOLING_MEAN, POOLING_MAX };
enum { ORDER_RELEASED, ORDER_PREACT };
enum { KERNEL_3, KERNEL_1 };
enum { ATT_DECISION, ATT_FEATURE };

#define POOLING_OPTION \
  { "pooling", OTO_OPTION_CHOICE, POOLING_MEAN, 0, 0, poolings, \
    "what the classifier reads of the segments" }
#define ORDER_OPTION \
  { "order", OTO_OPTION_CHOICE, ORDER_RELEASED, 0, 0, orders, \
    "preact: the first convolution of a block reads its norm behind a ReLU, as is usual; the " \
    "authors' program leaves that out" }
#define BIAS_OPTION \
  { "conv-bias", OTO_OPTION_SWITCH, 1, 0, 0, NULL, \
    "biases in the convolutions of the blocks; the authors' program for music has none" }
#define KERNEL_OPTION(help) \
  { "kernel", OTO_OPTION_CHOICE, KERNEL_3, 0, 0, kernels, help }

static const OtoOption convnet_options[] = { POOLING_OPTION, BIAS_OPTION, OTO_INIT_OPTION };
static const OtoOption resnet_options[] = { ORDER_OPTION, BIAS_OPTION, OTO_INIT_OPTION };
static const OtoOption deep_options[] =
{
  POOLING_OPTION, ORDER_OPTION, BIAS_OPTION, OTO_INIT_OPTION
};

static const OtoOption plat_options[] =
{
  ORDER_OPTION, BIAS_OPTION, OTO_INIT_OPTION,
  KERNEL_OPTION ("segments that the detector sees: 3 gives the printed size, 1 is in the program"),
  { "labels", OTO_OPTION_CHOICE, OTO_PSEUDO_LABEL_HARD, 0, 0, label_forms,
    "of segments: the clip's where the activation exceeds one half, or times the activation" },
};

static const OtoOption att_options[] =
{
  ORDER_OPTION, BIAS_OPTION, OTO_INIT_OPTION,
  KERNEL_OPTION ("segments that the attention sees: 3 gives the printed size, 1 is in the program"),
  { "att", OTO_OPTION_CHOICE, ATT_DECISION, 0, 0, att_forms,
    "what attention weighs: the decisions on segments, or the features of a single decision" },
};

static const OtoOption spda_options[] =
{
  ORDER_OPTION, BIAS_OPTION, OTO_INIT_OPTION,
  { "parts", OTO_OPTION_INTEGER, 8, 1, MAX_N_PARTS, NULL,
    "vectors that attention pools, beside the mean" },
};

/* --- what they share ----------------------------------------------------------------------- */

static gboolean
has_option_value (const OtoModelConfig *config,
                  const char           *name,
                  int                   value)
{
  return (int) oto_model_config_get_option (config, name) == value;
}

/* The trunk; (T / 16, 1, C). */
static OtoEdge *
add_trunk (OtoNetwork           *network,
           const OtoModelConfig *config,
           const int            *n_blocks)
{
  return oto_resnet1d_add (network->graph, network->x, &(OtoResnet1dSpec) {
    .channels = config->widths, .n_blocks = n_blocks,
    .is_preact = has_option_value (config, "order", ORDER_PREACT),
    .has_block_bias = oto_model_config_get_option (config, "conv-bias") != 0.0,
  }).x;
}

static OtoEdge *
add_classifier (OtoNetwork           *network,
                OtoEdge              *x,
                const OtoModelConfig *config,
                const OtoEdge        *twin)
{
  return oto_dense_stack_add (network->graph, x, config->widths + OTO_RESNET1D_N_STAGES, N_HIDDEN,
                              config->n_classes, twin);
}

/* A convolution over segments for a head. */
static OtoEdge *
add_head_conv (OtoNetwork           *network,
               OtoEdge              *x,
               const OtoModelConfig *config,
               const char           *name,
               int                   n_channels)
{
  return oto_resnet1d_add_conv (network->graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = n_channels, .has_bias = TRUE,
    .kernel_frames = has_option_value (config, "kernel", KERNEL_3) ? 3 : 1,
  });
}

static OtoEdge *
add_named_sigmoid (OtoNetwork *network,
                   OtoEdge    *logits,
                   const char *name)
{
  OtoEdge *prob = oto_sigmoid_layer_add (network->graph, logits);

  return name != NULL ? oto_graph_name_edge (network->graph, prob, name) : prob;
}

/* A head of one decision a clip; @cam: logits of the classifier on each segment alone. */
static void
add_clip_decision (OtoNetwork *network,
                   OtoEdge    *logits,
                   OtoEdge    *cam,
                   OtoEdge    *att)
{
  OtoGraph *graph = network->graph;

  oto_graph_name_edge (graph, logits, "logits");
  oto_graph_name_edge (graph, cam, "cam");
  network->head = oto_frame_head_new (graph, &(OtoFrameHeadSpec) {
    .clip_prob = add_named_sigmoid (network, logits, NULL),
    .frames = { add_named_sigmoid (network, cam, NULL) }, .is_derived = TRUE,
    .att = att, .is_att_learned = att != NULL, .step_frames = SEGMENT_LEN,
  });
  oto_network_add_term (network,
                        oto_weighted_bce_loss ("bce", logits, OTO_WEIGHTED_BCE_LOGIT, 1.0));
}

static OtoEdge *
add_pool (OtoNetwork      *network,
          OtoEdge         *x,
          OtoTimePoolKind  kind)
{
  return oto_graph_name_edge (network->graph, oto_time_pool_layer_add (network->graph, x, kind),
                              "pooled");
}

static OtoTimePoolKind
get_pool_kind (const OtoModelConfig *config)
{
  return has_option_value (config, "pooling", POOLING_MAX) ? OTO_TIME_POOL_MAX
                                                           : OTO_TIME_POOL_MEAN;
}

/* --- one decision a clip ------------------------------------------------------------------- */

static void
build_convnet (OtoNetwork           *network,
               const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  const int *hidden = config->widths + OTO_CONVNET1D_N_CONVS;
  OtoEdge *x = oto_convnet1d_add (graph, network->x, config->widths,
                                  oto_model_config_get_option (config, "conv-bias") != 0.0);
  OtoEdge *logits =
    oto_dense_stack_add_named (graph, add_pool (network, x, get_pool_kind (config)), "fcls",
                               hidden, 1, config->n_classes, NULL);
  OtoEdge *cam =
    oto_dense_stack_add_named (graph, x, "fcls", hidden, 1, config->n_classes, logits);

  add_clip_decision (network, logits, cam, NULL);
}

static void
build_macro (OtoNetwork           *network,
             const OtoModelConfig *config,
             const int            *n_blocks,
             OtoTimePoolKind       kind)
{
  OtoEdge *x = add_trunk (network, config, n_blocks);
  OtoEdge *logits = add_classifier (network, add_pool (network, x, kind), config, NULL);

  add_clip_decision (network, logits, add_classifier (network, x, config, logits), NULL);
}

static void
build_resnet_max (OtoNetwork           *network,
                  const OtoModelConfig *config)
{
  build_macro (network, config, NULL, OTO_TIME_POOL_MAX);
}

static void
build_resnet (OtoNetwork           *network,
              const OtoModelConfig *config)
{
  build_macro (network, config, NULL, OTO_TIME_POOL_MEAN);
}

static void
build_resnet28 (OtoNetwork           *network,
                const OtoModelConfig *config)
{
  build_macro (network, config, resnet28_blocks, get_pool_kind (config));
}

static void
build_resnet50 (OtoNetwork           *network,
                const OtoModelConfig *config)
{
  build_macro (network, config, resnet50_blocks, get_pool_kind (config));
}

/* --- a decision for each segment ----------------------------------------------------------- */

static OtoEdge *
add_segment_logits (OtoNetwork           *network,
                    OtoEdge              *x,
                    const OtoModelConfig *config)
{
  return oto_graph_name_edge (network->graph, add_classifier (network, x, config, NULL),
                              "seg_logits");
}

/* Returns the logits of the segments. */
static OtoEdge *
build_segments (OtoNetwork           *network,
                const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  OtoEdge *logits = add_segment_logits (network, add_trunk (network, config, NULL), config);
  OtoEdge *segments = add_named_sigmoid (network, logits, "segments");

  network->head = oto_frame_head_new (graph, &(OtoFrameHeadSpec) {
    .clip_prob = oto_time_pool_layer_add (graph, segments, OTO_TIME_POOL_MEAN),
    .frames = { segments }, .step_frames = SEGMENT_LEN,
  });
  return logits;
}

static void
build_wlat (OtoNetwork           *network,
            const OtoModelConfig *config)
{
  build_segments (network, config);
  oto_network_add_term (network, oto_weighted_bce_loss ("bce", network->head.clip_prob,
                                                        OTO_WEIGHTED_BCE_PROB, 1.0));
}

static void
build_slat (OtoNetwork           *network,
            const OtoModelConfig *config)
{
  OtoEdge *logits = build_segments (network, config);

  oto_network_add_term (network,
                        oto_weighted_bce_loss ("slat", logits, OTO_WEIGHTED_BCE_LOGIT, 1.0));
}

/* --- labels of segments from a decision on the clip ---------------------------------------- */

static void
build_plat (OtoNetwork           *network,
            const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  const OtoPseudoLabelForm form =
    (OtoPseudoLabelForm) oto_model_config_get_option (config, "labels");
  OtoEdge *x = add_trunk (network, config, NULL);
  OtoEdge *logits =
    add_classifier (network, add_pool (network, x, OTO_TIME_POOL_MEAN), config, NULL);
  OtoEdge *cam = add_classifier (network, x, config, logits);
  OtoEdge *det = add_head_conv (network, x, config, "det", config->n_classes);
  OtoEdge *labels = oto_pseudo_label_layer_add (graph, cam, form);

  oto_graph_name_edge (graph, logits, "logits");
  oto_graph_name_edge (graph, cam, "cam");
  oto_graph_name_edge (graph, det, "det");
  oto_graph_name_edge (graph, labels, "pseudo_labels");
  network->head = oto_frame_head_new (graph, &(OtoFrameHeadSpec) {
    .clip_prob = add_named_sigmoid (network, logits, NULL),
    .frames = { add_named_sigmoid (network, det, NULL) }, .step_frames = SEGMENT_LEN,
  });
  oto_network_add_term (network,
                        oto_weighted_bce_loss ("macro", logits, OTO_WEIGHTED_BCE_LOGIT, 1.0));
  oto_network_add_term (network, oto_pseudo_label_loss ("micro", det, labels));
}

/* --- attention ----------------------------------------------------------------------------- */

/* Attention that all classes share, from a softmax over the segments for each channel; it sums to
 * the number of channels. */
static OtoEdge *
add_joined_att (OtoNetwork *network,
                OtoEdge    *channel_att)
{
  return oto_graph_name_edge (network->graph,
                              oto_channel_sum_layer_add (network->graph, channel_att), "a");
}

static void
build_att (OtoNetwork           *network,
           const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  OtoEdge *x = add_trunk (network, config, NULL);
  const int n_channels = x->shape.n_channels;
  OtoEdge *channel_att =
    oto_time_softmax_layer_add (graph, add_head_conv (network, x, config, "att", n_channels));
  OtoEdge *att = add_joined_att (network, channel_att), *logits, *segments;

  if (has_option_value (config, "att", ATT_FEATURE))
    {
      OtoEdge *pooled = oto_time_sum_layer_add_each (graph, channel_att, x);

      oto_graph_name_edge (graph, pooled, "pooled");
      logits = add_classifier (network, pooled, config, NULL);
      add_clip_decision (network, logits, add_classifier (network, x, config, logits), att);
      return;
    }
  segments = add_named_sigmoid (network, add_segment_logits (network, x, config), "segments");
  network->head = oto_frame_head_new (graph, &(OtoFrameHeadSpec) {
    .clip_prob = oto_time_sum_layer_add (graph, att, segments, 1.0 / n_channels),
    .frames = { segments }, .att = att, .is_att_learned = TRUE, .step_frames = SEGMENT_LEN,
  });
  oto_network_add_term (network, oto_weighted_bce_loss ("bce", network->head.clip_prob,
                                                        OTO_WEIGHTED_BCE_PROB, 1.0));
}

static void
build_spda (OtoNetwork           *network,
            const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  const int n_parts = (int) oto_model_config_get_option (config, "parts");
  const int *hidden = config->widths + OTO_RESNET1D_N_STAGES;
  OtoEdge *x = add_trunk (network, config, NULL), *pooled[2], *parts, *logits, *cam;

  parts = oto_resnet1d_add_conv (graph, x, &(OtoConvSpec) {
    .name = "part", .n_channels = n_parts, .has_bias = TRUE,
  });
  parts = oto_graph_name_edge (graph, oto_time_softmax_layer_add (graph, parts), "parts");
  pooled[0] = oto_time_sum_layer_add (graph, parts, x, 1.0);
  pooled[1] = oto_time_pool_layer_add (graph, x, OTO_TIME_POOL_MEAN);
  logits = oto_graph_name_edge (graph, oto_concat_layer_add (graph, pooled, 2), "pooled");
  logits = oto_dense_stack_add_named (graph, logits, "fcls_part", hidden, N_HIDDEN,
                                      config->n_classes, NULL);
  /* What it would say if every pooled vector were this segment. */
  cam = oto_concat_layer_add_copies (graph, x, n_parts + 1);
  cam = oto_dense_stack_add_named (graph, cam, "fcls_part", hidden, N_HIDDEN, config->n_classes,
                                   logits);
  add_clip_decision (network, logits, cam, add_joined_att (network, parts));
}

/* --- rows ---------------------------------------------------------------------------------- */

#define PAPER "Learning to Recognize Transient Sound Events Using Attentional Supervision"
#define DERIVED_NOTE \
  "It decides on whole clips: its frame scores are derived, namely what its classifier says of " \
  "each segment of 16 frames alone."
#define DCASE_CLASSES 17

#define COMMON \
  .front_end = "F-M", .recipe = "mmnet", .n_classes = DCASE_CLASSES

static const OtoSystem rows[] =
{
  {
    .row = 23,
    .name = "convnet",
    .title = "1-D convolutions along time, mel bins as channels, mean of segments",
    .source = PAPER ", Tables 1 and 3, ConvNet (mean)",
    .evidence = OTO_EVIDENCE_INFERRED,
    .note = "Its layout is inferred from the printed depth and number of parameters. " DERIVED_NOTE,
    COMMON,
    OTO_SYSTEM_WIDTHS (convnet_widths),
    OTO_SYSTEM_OPTIONS (convnet_options),
    .build = build_convnet,
  },
  {
    .row = 24,
    .name = "resnet-max",
    .title = "1-D residual network, mel bins as channels, maximum of segments",
    .source = PAPER ", Table 1, ResNet (max)",
    .evidence = OTO_EVIDENCE_CODE,
    .note = DERIVED_NOTE,
    COMMON,
    OTO_SYSTEM_WIDTHS (resnet_widths),
    OTO_SYSTEM_OPTIONS (resnet_options),
    .build = build_resnet_max,
  },
  {
    .row = 25,
    .name = "resnet",
    .title = "1-D residual network, mel bins as channels, mean of segments",
    .source = PAPER ", Tables 1 and 3, ResNet (mean)",
    .evidence = OTO_EVIDENCE_CODE,
    .note = DERIVED_NOTE,
    COMMON,
    OTO_SYSTEM_WIDTHS (resnet_widths),
    OTO_SYSTEM_OPTIONS (resnet_options),
    .build = build_resnet,
  },
  {
    .row = 26,
    .name = "resnet-wlat",
    .title = "1-D residual network, mean of decisions on segments, trained on clips",
    .source = PAPER ", Table 1, ResNet-WLAT",
    .evidence = OTO_EVIDENCE_INFERRED,
    .note = "That the classifier itself is applied to every segment is inferred from the printed "
            "number of parameters.",
    COMMON,
    OTO_SYSTEM_WIDTHS (resnet_widths),
    OTO_SYSTEM_OPTIONS (resnet_options),
    .build = build_wlat,
  },
  {
    .row = 27,
    .name = "resnet-slat",
    .title = "1-D residual network, mean of decisions on segments, trained on segments",
    .source = PAPER ", Table 1, ResNet-SLAT",
    .evidence = OTO_EVIDENCE_INFERRED,
    .note = "That the classifier itself is applied to every segment is inferred from the printed "
            "number of parameters. Each segment is trained on the labels of its whole clip, so "
            "that it finds events where there are none.",
    COMMON,
    OTO_SYSTEM_WIDTHS (resnet_widths),
    OTO_SYSTEM_OPTIONS (resnet_options),
    .build = build_slat,
  },
  {
    .row = 28,
    .name = "resnet-plat",
    .title = "1-D residual network with a detector trained on labels from its class activation",
    .source = PAPER ", Table 1, ResNet-PLAT",
    .evidence = OTO_EVIDENCE_INFERRED,
    .note = "How labels of segments are extrapolated is our choice: the paper names the method "
            "only.",
    COMMON,
    OTO_SYSTEM_WIDTHS (resnet_widths),
    OTO_SYSTEM_OPTIONS (plat_options),
    .build = build_plat,
  },
  {
    .row = 29,
    .name = "resnet-att",
    .title = "1-D residual network, decisions on segments weighed by attention",
    .source = PAPER ", Tables 1, 3 and 4, ResNet-ATT",
    .evidence = OTO_EVIDENCE_INFERRED,
    .note = "What attention weighs is inferred from the text and the printed number of parameters.",
    COMMON,
    OTO_SYSTEM_WIDTHS (resnet_widths),
    OTO_SYSTEM_OPTIONS (att_options),
    .build = build_att,
  },
  {
    .row = 30,
    .name = "resnet-spda",
    .title = "1-D residual network, several vectors pooled by attention beside the mean",
    .source = PAPER ", Tables 1 and 3, ResNet-SPDA",
    .evidence = OTO_EVIDENCE_RECONSTRUCTED,
    .note = "Reconstructed: of its part attention only the number of parameters is known. The time "
            "attention shown is the sum of the parts'. " DERIVED_NOTE,
    COMMON,
    OTO_SYSTEM_WIDTHS (resnet_widths),
    OTO_SYSTEM_OPTIONS (spda_options),
    .build = build_spda,
  },
  {
    .row = 34,
    .name = "resnet-28",
    .title = "1-D residual network of twelve blocks, mean of segments",
    .source = PAPER ", Table 4, ResNet-28",
    .evidence = OTO_EVIDENCE_INFERRED,
    .note = "Its widths are inferred from the printed size. " DERIVED_NOTE,
    .front_end = "F-M", .recipe = "mmnet", .n_classes = 527,
    OTO_SYSTEM_WIDTHS (resnet28_widths),
    OTO_SYSTEM_OPTIONS (deep_options),
    .build = build_resnet28,
  },
  {
    .row = 35,
    .name = "resnet-50",
    .title = "1-D residual network of 23 blocks, mean of segments",
    .source = PAPER ", Table 4, ResNet-50",
    .evidence = OTO_EVIDENCE_INFERRED,
    .note = "Its widths are inferred from the printed size. " DERIVED_NOTE,
    .front_end = "F-M", .recipe = "mmnet", .n_classes = 527,
    OTO_SYSTEM_WIDTHS (resnet_widths),
    OTO_SYSTEM_OPTIONS (deep_options),
    .build = build_resnet50,
  },
};

const OtoSystemFamily oto_systems_resnet = { rows, G_N_ELEMENTS (rows) };
