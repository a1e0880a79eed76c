/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-frame-mlp.h"
#include "encoders/oto-wld.h"
#include "heads/oto-frame-head.h"
#include "layers/oto-conv-layer.h"
#include "layers/oto-dropout-layer.h"
#include "layers/oto-pool-layer.h"
#include "layers/oto-reshape-layer.h"
#include "layers/oto-sigmoid-layer.h"
#include "layers/oto-time-pool-layer.h"
#include "losses/oto-bce-loss.h"
#include "losses/oto-weighted-bce-loss.h"
#include "models/oto-systems-private.h"

/* Baselines that judge frames or segments and pool what comes out. */

/* Channels at width 1: systems.md 3.8 and 6.22. */
static const int dnn_widths[] = { 500 };
static const int wld_widths[] = { 16, 32, 64, 128, 256, 512, 1024 };
static const int framecnn_widths[] = { 128, 256, 384, 512 };

#define MAX_CONTEXT 101
#define MAX_DROPOUT 0.95

/* In the order of their indices, below. */
static const char *const losses[] = { "frame", "clip", NULL };
static const char *const poolings[] = { "max", "mean", NULL };
static const char *const dropout_forms[] = { "all", "released", NULL };

enum { LOSS_FRAME, LOSS_CLIP };
enum { POOLING_MAX, POOLING_MEAN };
enum { DROPOUT_ALL, DROPOUT_RELEASED };

static const OtoOption dnn_options[] =
{
  { "loss", OTO_OPTION_CHOICE, LOSS_FRAME, 0, 0, losses,
    "what is compared with a clip's labels: each frame, or the mean of its frames" },
  { "context", OTO_OPTION_INTEGER, 11, 1, MAX_CONTEXT, NULL,
    "frames of the window that each frame is judged by" },
  { "dropout", OTO_OPTION_NUMBER, 0.1, 0.0, MAX_DROPOUT, NULL,
    "probability of a dropout before each layer" },
};

static const OtoOption wld_options[] =
{
  { "pooling", OTO_OPTION_CHOICE, POOLING_MAX, 0, 0, poolings,
    "of the segments: the largest, or their mean as in the authors' program" },
};

static const OtoOption framecnn_options[] =
{
  { "dropout", OTO_OPTION_NUMBER, 0.5, 0.0, MAX_DROPOUT, NULL,
    "probability of a dropout before each detector and dense layer" },
  { "dropout-form", OTO_OPTION_CHOICE, DROPOUT_ALL, 0, 0, dropout_forms,
    "released: none before the last dense layer" },
};

/* --- dnn ----------------------------------------------------------------------------------- */

static void
build_dnn (OtoNetwork           *network,
           const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  OtoEdge *logits =
    oto_frame_mlp_add (graph, network->x, config->widths[0], config->n_classes,
                       (int) oto_model_config_get_option (config, "context"),
                       oto_model_config_get_option (config, "dropout"));
  OtoEdge *frames = oto_graph_name_edge (graph, oto_sigmoid_layer_add (graph, logits), "frames");
  OtoEdge *clip_prob = oto_time_pool_layer_add (graph, frames, OTO_TIME_POOL_MEAN);

  network->head = oto_frame_head_new (graph, &(OtoFrameHeadSpec) {
    .clip_prob = clip_prob, .frames = { frames },
  });
  if (oto_model_config_get_option (config, "loss") == LOSS_FRAME)
    oto_network_add_term (network,
                          oto_weighted_bce_loss ("bce", logits, OTO_WEIGHTED_BCE_LOGIT, 1.0));
  else
    oto_network_add_term (network, oto_bce_loss (clip_prob));
}

/* --- wld-cnn ------------------------------------------------------------------------------- */

static void
build_wld (OtoNetwork           *network,
           const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  const gboolean is_max = oto_model_config_get_option (config, "pooling") == POOLING_MAX;
  OtoEdge *segments = oto_wld_add (graph, network->x, config->widths, config->n_classes);
  OtoEdge *clip_prob = oto_time_pool_layer_add (graph, segments,
                                                is_max ? OTO_TIME_POOL_MAX : OTO_TIME_POOL_MEAN);

  network->head = oto_frame_head_new (graph, &(OtoFrameHeadSpec) {
    .clip_prob = clip_prob, .frames = { segments },
    .step_frames = OTO_WLD_STEP_FRAMES, .support_frames = OTO_WLD_SUPPORT_FRAMES,
  });
  oto_network_add_term (network, oto_bce_loss (clip_prob));
}

/* --- framecnn ------------------------------------------------------------------------------ */

#define N_LEVELS    3
#define LEVEL_STEPS 4            /* of a level for one of the next */

/* Xavier's uniform distribution with the gain of a ReLU, as in the released programs of the 1-D
 * networks. */
static double
get_init_bound (const OtoEdge *x,
                int            n_channels,
                int            kernel_len)
{
  return oto_param_get_glorot_relu ((double) x->shape.n_channels * kernel_len,
                                    (double) n_channels * kernel_len);
}

static OtoEdge *
add_conv (OtoGraph *graph,
          OtoEdge  *x,
          int       level,
          int       n_channels)
{
  g_autofree char *name = g_strdup_printf ("conv.%d", level);
  g_autofree char *norm_name = g_strdup_printf ("bn.%d", level);
  g_autofree char *edge_name = g_strdup_printf ("c%d", level + 1);

  x = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .norm_name = norm_name, .n_channels = n_channels, .has_bias = TRUE,
    .kernel_frames = 3, .is_1d = TRUE, .activation = OTO_CONV_RELU,
    .init_bound = get_init_bound (x, n_channels, 3),
  });
  return oto_graph_name_edge (graph, x, edge_name);
}

/* A level's classes, and what they cost. Returns their probabilities. */
static OtoEdge *
add_detector (OtoNetwork           *network,
              OtoEdge              *x,
              int                   level,
              const OtoModelConfig *config)
{
  static const char *const term_names[N_LEVELS] = { "slat1", "slat2", "slat3" };
  OtoGraph *graph = network->graph;
  g_autofree char *name = g_strdup_printf ("det.%d", level);
  g_autofree char *edge_name = g_strdup_printf ("det%d", level + 1);

  /* What goes on to the next level is not dropped. */
  x = oto_dropout_layer_add (graph, x, oto_model_config_get_option (config, "dropout"));
  x = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = config->n_classes, .has_bias = TRUE, .kernel_frames = 3,
    .is_1d = TRUE, .init_bound = get_init_bound (x, config->n_classes, 3),
  });
  oto_graph_name_edge (graph, x, edge_name);
  oto_network_add_term (network, oto_weighted_bce_loss (term_names[level], x,
                                                        OTO_WEIGHTED_BCE_LOGIT, 1.0));
  return oto_sigmoid_layer_add (graph, x);
}

static OtoEdge *
add_dense (OtoGraph   *graph,
           OtoEdge    *x,
           const char *name,
           const char *norm_name,
           int         n_channels,
           double      dropout)
{
  x = oto_dropout_layer_add (graph, x, dropout);
  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .norm_name = norm_name, .n_channels = n_channels, .has_bias = TRUE,
    .activation = norm_name != NULL ? OTO_CONV_RELU : OTO_CONV_LINEAR, .is_dense = TRUE,
    .init_bound = get_init_bound (x, n_channels, 1),
  });
}

static OtoEdge *
add_classifier (OtoGraph             *graph,
                OtoEdge              *x,
                const OtoModelConfig *config)
{
  const int n_hidden = config->widths[N_LEVELS];
  const double dropout = oto_model_config_get_option (config, "dropout");
  const gboolean drops_last =
    oto_model_config_get_option (config, "dropout-form") == DROPOUT_ALL;

  x = oto_graph_name_edge (graph, oto_time_pool_layer_add (graph, x, OTO_TIME_POOL_MEAN), "mean");
  x = add_dense (graph, x, "fc1", "fcbn1", n_hidden, dropout);
  x = add_dense (graph, x, "fc2", "fcbn2", n_hidden, dropout);
  x = add_dense (graph, x, "fc3", NULL, config->n_classes, drops_last ? dropout : 0.0);
  return oto_graph_name_edge (graph, x, "logits");
}

static void
build_framecnn (OtoNetwork           *network,
                const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  OtoEdge *x = oto_mels_to_channels (graph, network->x), *logits;
  OtoFrameHeadSpec head = { 0 };

  for (int level = 0; level < N_LEVELS; level++)
    {
      if (level > 0)
        x = oto_pool_layer_add (graph, x, OTO_POOL_MAX, LEVEL_STEPS, 1);
      x = add_conv (graph, x, level, config->widths[level]);
      head.frames[level] = add_detector (network, x, level, config);
    }
  logits = add_classifier (graph, x, config);
  head.clip_prob = oto_sigmoid_layer_add (graph, logits);
  network->head = oto_frame_head_new (graph, &head);
  oto_network_add_term (network,
                        oto_weighted_bce_loss ("bce", logits, OTO_WEIGHTED_BCE_LOGIT, 1.0));
}

/* --- rows ---------------------------------------------------------------------------------- */

static const OtoSystem rows[] =
{
  {
    .row = 20,
    .name = "dnn",
    .title = "Dense layers on windows of frames, averaged over the clip",
    .source = "arXiv:1804.04715, Table II, DNN, after the program for DCASE 2016 task 4",
    .evidence = OTO_EVIDENCE_CODE,
    .note = "Each frame is trained on the labels of its whole clip, so that it finds events where "
            "there are none. Context and width are its author's; the table's paper names neither.",
    .front_end = "F-K", .recipe = "T-003", .n_classes = 41,
    OTO_SYSTEM_WIDTHS (dnn_widths),
    OTO_SYSTEM_OPTIONS (dnn_options),
    .build = build_dnn,
  },
  {
    .row = 21,
    .name = "wld-cnn",
    .title = "VGG-like network with scores of segments, of which the largest counts",
    .source = "arXiv:1804.04715, Table II, WLD CNN, after its authors' programs",
    .evidence = OTO_EVIDENCE_INFERRED,
    .note = "Its segments are 2 s apart and 4 s long: it names events and does not place them. "
            "Published for 128 mel bins; how it was run on 64 is inferred. Its published figures "
            "rise with the noise, which is no target.",
    .front_end = "F-K", .recipe = "T-003", .n_classes = 41,
    OTO_SYSTEM_WIDTHS (wld_widths),
    OTO_SYSTEM_OPTIONS (wld_options),
    .build = build_wld,
  },
  {
    .row = 22,
    .name = "framecnn",
    .title = "1-D convolutions with classes at three resolutions and a classifier of their mean",
    .source = "arXiv:1804.04715, Table II, FrameCNN, after a released network of that name",
    .evidence = OTO_EVIDENCE_INFERRED,
    .note = "Of the published network widths, detectors, dense layers and dropout are known; that "
            "it is 1-D and how its frame scores are made is inferred. Each frame is trained on the "
            "labels of its whole clip, so that it finds events where there are none.",
    .front_end = "F-K", .recipe = "T-003", .n_classes = 41,
    OTO_SYSTEM_WIDTHS (framecnn_widths),
    OTO_SYSTEM_OPTIONS (framecnn_options),
    .build = build_framecnn,
  },
};

const OtoSystemFamily oto_systems_frame = { rows, G_N_ELEMENTS (rows) };
