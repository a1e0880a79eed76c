/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-dense-stack.h"
#include "encoders/oto-resnet1d.h"
#include "heads/oto-frame-head.h"
#include "layers/oto-channel-sum-layer.h"
#include "layers/oto-concat-layer.h"
#include "layers/oto-dropout-layer.h"
#include "layers/oto-ensemble-layer.h"
#include "layers/oto-norm-layer.h"
#include "layers/oto-sigmoid-layer.h"
#include "layers/oto-sum-layer.h"
#include "layers/oto-time-pool-layer.h"
#include "layers/oto-time-softmax-layer.h"
#include "layers/oto-time-sum-layer.h"
#include "layers/oto-upsample-conv-layer.h"
#include "losses/oto-micro-loss-term.h"
#include "losses/oto-weighted-bce-loss.h"
#include "models/oto-systems-private.h"

#include <glib/gi18n-lib.h>

/* The 1-D residual network with two heads: macro, of the whole clip, and micro, of its segments
 * (systems.md 6.31 to 6.33). */

/* Channels at width 1: the stages, then the dense layers; the released file of several resolutions
 * has a first convolution of its own width. */
static const int mmnet_widths[] = { 256, 384, 384, 1024, 1024 };
static const int ms_released_widths[] = { 196, 392, 588, 784, 1024, 1024 };

#define MAX_WEIGHT  1e6
#define MAX_DROPOUT 0.95
#define N_HIDDEN    2
/* Feature maps of three resolutions, and of those that are made finer again. */
#define N_MAPS      5
/* The map of the coarsest resolution, whose micro predictions are part of the ensemble. */
#define LAST_MAP    (OTO_RESNET1D_N_STAGES - 1)

/* In the order of their indices, below. */
static const char *const losses[] = { "released", "music", "paper", NULL };
static const char *const averages[] = { "logits", "probabilities", NULL };
static const char *const kernels[] = { "3", "1", NULL };
static const char *const orders[] = { "released", "preact", NULL };
static const char *const ep_maps[] = { "last", "all", NULL };
static const char *const taps[] = { "inputs", "outputs", NULL };

enum { AVERAGE_LOGITS, AVERAGE_PROBABILITIES };
enum { KERNEL_3, KERNEL_1 };
enum { ORDER_RELEASED, ORDER_PREACT };
enum { EP_LAST, EP_ALL };
enum { TAPS_INPUTS, TAPS_OUTPUTS };

G_STATIC_ASSERT (OTO_MICRO_RELEASED == 0 && OTO_MICRO_MUSIC == 1 && OTO_MICRO_PAPER == 2);

#define EP_OPTIONS \
  { "ep", OTO_OPTION_SWITCH, 1, 0, 0, NULL, \
    "whether the clip's prediction is an ensemble with that of its segments" }, \
  { "ep-average", OTO_OPTION_CHOICE, AVERAGE_LOGITS, 0, 0, averages, \
    "what the ensemble averages: logits as in the authors' program, or probabilities" }, \
  { "mu", OTO_OPTION_NUMBER, 0.5, 0.0, 1.0, NULL, \
    "share of the clip's own prediction in the ensemble" }

#define LOSS_OPTIONS(form) \
  { "loss", OTO_OPTION_CHOICE, form, 0, 0, losses, \
    "released: attention, a constant, weighs positives; music: all; paper: all, and it learns" }, \
  { "lambda", OTO_OPTION_NUMBER, 1.0, 0.0, MAX_WEIGHT, NULL, \
    "weight of each loss of segments" }

#define TRUNK_OPTIONS(has_bias) \
  { "order", OTO_OPTION_CHOICE, ORDER_RELEASED, 0, 0, orders, \
    "preact: the first convolution of a block reads its norm behind a ReLU, as is usual; the " \
    "authors' program leaves that out" }, \
  { "conv-bias", OTO_OPTION_SWITCH, has_bias, 0, 0, NULL, \
    "biases in the convolutions of blocks and heads; the authors' program for music has none" }, \
  OTO_INIT_OPTION

static const OtoOption mmnet_options[] =
{
  EP_OPTIONS,
  LOSS_OPTIONS (OTO_MICRO_RELEASED),
  { "kernel", OTO_OPTION_CHOICE, KERNEL_3, 0, 0, kernels,
    "segments that attention and detector see: 3 gives the published size, 1 is the program's" },
  TRUNK_OPTIONS (1),
};

static const OtoOption ms_options[] =
{
  EP_OPTIONS,
  { "ep-maps", OTO_OPTION_CHOICE, EP_LAST, 0, 0, ep_maps,
    "whose segments are part of the ensemble: those of the last encoder map, or of all maps" },
  LOSS_OPTIONS (OTO_MICRO_RELEASED),
  { "taps", OTO_OPTION_CHOICE, TAPS_INPUTS, 0, 0, taps,
    "feature maps: what blocks read, behind norm and ReLU, or what they write" },
  { "pyramid-add", OTO_OPTION_SWITCH, 0, 0, 0, NULL,
    "whether a map that is made finer again is added to the encoder's of that resolution" },
  TRUNK_OPTIONS (1),
};

static const OtoOption ms_released_options[] =
{
  EP_OPTIONS,
  LOSS_OPTIONS (OTO_MICRO_MUSIC),
  TRUNK_OPTIONS (0),
  { "dropout", OTO_OPTION_NUMBER, 0.5, 0.0, MAX_DROPOUT, NULL,
    "probability of a dropout before each detector and dense layer" },
};

static gboolean
is_on (const OtoModelConfig *config,
       const char           *name)
{
  return oto_model_config_get_option (config, name) != 0.0;
}

static gboolean
is_paper (const OtoModelConfig *config)
{
  return oto_model_config_get_option (config, "loss") == OTO_MICRO_PAPER;
}

static OtoResnet1d
add_trunk (OtoNetwork           *network,
           const OtoModelConfig *config,
           const int            *channels,
           int                   stem_channels,
           gboolean              has_taps)
{
  return oto_resnet1d_add (network->graph, network->x, &(OtoResnet1dSpec) {
    .channels = channels, .stem_channels = stem_channels,
    .is_preact = oto_model_config_get_option (config, "order") == ORDER_PREACT,
    .has_block_bias = is_on (config, "conv-bias"), .has_taps = has_taps,
  });
}

/* --- micro --------------------------------------------------------------------------------- */

/* The heads on one feature map. */
typedef struct
{
  OtoEdge  *weights;             /* (T, 1, C): softmax over time */
  OtoEdge  *att;                 /* (T, 1, 1): their sum, which is C over time */
  OtoEdge  *det;                 /* (T, 1, K): logits */
  OtoEdge  *frames;              /* (T, 1, K): probabilities */
  gboolean  is_att_trained;      /* whether any loss has a gradient of it */
} Micro;

/* "att" alone, or "att1" and so on. */
static char *
dup_name (const char *stem,
          int         number)
{
  return number > 0 ? g_strdup_printf ("%s%d", stem, number) : g_strdup (stem);
}

static OtoEdge *
add_head_conv (OtoNetwork           *network,
               const OtoModelConfig *config,
               OtoEdge              *map,
               const char           *stem,
               int                   number,
               int                   n_channels,
               int                   kernel)
{
  g_autofree char *name = dup_name (stem, number);

  return oto_resnet1d_add_conv (network->graph, map, &(OtoConvSpec) {
    .name = name, .n_channels = n_channels, .kernel_frames = kernel,
    .has_bias = is_on (config, "conv-bias"),
  });
}

static Micro
add_micro (OtoNetwork           *network,
           const OtoModelConfig *config,
           OtoEdge              *map,
           int                   number,
           int                   kernel,
           double                dropout)
{
  OtoGraph *graph = network->graph;
  g_autofree char *att_name = dup_name ("a", number);
  g_autofree char *det_name = dup_name ("det", number);
  Micro self = { .is_att_trained = is_paper (config) && is_on (config, "lambda") };

  self.weights = oto_time_softmax_layer_add (
    graph, add_head_conv (network, config, map, "att", number, map->shape.n_channels, kernel));
  self.att = oto_graph_name_edge (graph, oto_channel_sum_layer_add (graph, self.weights), att_name);
  self.det = add_head_conv (network, config, oto_dropout_layer_add (graph, map, dropout), "det",
                            number, config->n_classes, kernel);
  oto_graph_name_edge (graph, self.det, det_name);
  self.frames = oto_sigmoid_layer_add (graph, self.det);
  return self;
}

/* --- ensemble, losses, what is shown ------------------------------------------------------- */

/* The share m that makes the ensemble with the @index-th of @n_maps maps end in one of mu clip and
 * (1 - mu) / n_maps of each map. */
static double
get_share (double mu,
           int    index,
           int    n_maps)
{
  const double share = (1.0 - mu) / n_maps, before = mu + index * share;

  return before / (before + share);
}

/* From clip to clip: logits, or probabilities. */
static OtoEdge *
add_ensemble (OtoNetwork           *network,
              const OtoModelConfig *config,
              OtoEdge              *clip,
              Micro                *micros,
              int                   n_micros)
{
  const double mu = oto_model_config_get_option (config, "mu");
  const gboolean has_logits =
    oto_model_config_get_option (config, "ep-average") == AVERAGE_LOGITS;

  for (int i = 0; i < n_micros; i++)
    {
      clip = oto_ensemble_layer_add (network->graph, clip,
                                     has_logits ? micros[i].det : micros[i].frames, micros[i].att,
                                     get_share (mu, i, n_micros));
      micros[i].is_att_trained |= mu < 1.0 && !is_paper (config);
    }
  return clip;
}

/* What the clip comes to, and the macro loss: of the clip's own logits, or in the released programs
 * of the ensemble. */
static OtoEdge *
add_macro (OtoNetwork           *network,
           const OtoModelConfig *config,
           OtoEdge              *logits,
           Micro                *micros,
           int                   n_micros)
{
  OtoGraph *graph = network->graph;
  const OtoMicroForm form = (OtoMicroForm) oto_model_config_get_option (config, "loss");
  OtoWeightedBceInput input = OTO_WEIGHTED_BCE_LOGIT;
  OtoEdge *scores = logits, *prob;

  if (!is_on (config, "ep"))
    prob = oto_sigmoid_layer_add (graph, logits);
  else if (oto_model_config_get_option (config, "ep-average") == AVERAGE_LOGITS)
    {
      scores = add_ensemble (network, config, logits, micros, n_micros);
      oto_graph_name_edge (graph, scores, "ens_logits");
      prob = oto_sigmoid_layer_add (graph, scores);
    }
  else
    {
      scores = prob = add_ensemble (network, config, oto_sigmoid_layer_add (graph, logits), micros,
                                    n_micros);
      input = OTO_WEIGHTED_BCE_PROB;
    }

  if (is_paper (config))
    oto_network_add_term (network, oto_weighted_bce_loss ("macro", logits, OTO_WEIGHTED_BCE_LOGIT,
                                                          1.0));
  else if (form == OTO_MICRO_MUSIC)
    oto_network_add_term (network, oto_weighted_bce_loss_two_sided ("macro", scores, input, 1.0));
  else
    oto_network_add_term (network, oto_weighted_bce_loss ("macro", scores, input, 1.0));
  return prob;
}

/* The terms of the segments, and the head. It shows no attention that nothing trains. */
static void
add_micros (OtoNetwork           *network,
            const OtoModelConfig *config,
            OtoEdge              *clip_prob,
            const Micro          *micros,
            int                   n_micros)
{
  static const char *const term_names[N_MAPS] = {
    "micro1", "micro2", "micro3", "micro4", "micro5",
  };
  OtoFrameHeadSpec head = { .clip_prob = clip_prob };
  int n_atts = 0;

  for (int i = 0; i < n_micros; i++)
    {
      oto_network_add_term (
        network, oto_micro_loss_term (n_micros > 1 ? term_names[i] : "micro", micros[i].det,
                                      micros[i].att, micros[i].weights->shape.n_channels,
                                      (OtoMicroForm) oto_model_config_get_option (config, "loss"),
                                      oto_model_config_get_option (config, "lambda")));
      head.frames[i] = micros[i].frames;
      if (micros[i].is_att_trained)
        *(n_atts == 0 ? &head.att : &head.more_atts[n_atts - 1]) = micros[i].att;
      n_atts += micros[i].is_att_trained;
    }
  head.is_att_learned = n_atts > 0;
  network->head = oto_frame_head_new (network->graph, &head);
}

static OtoEdge *
add_mean (OtoNetwork *network,
          OtoEdge    *x)
{
  return oto_time_pool_layer_add (network->graph, x, OTO_TIME_POOL_MEAN);
}

/* --- mmnet --------------------------------------------------------------------------------- */

/* @hidden: two of the configuration's widths. */
static OtoEdge *
add_classifier (OtoNetwork           *network,
                OtoEdge              *x,
                const OtoModelConfig *config,
                const int            *hidden,
                double                dropout)
{
  OtoEdge *logits = oto_dense_stack_add_dropped (network->graph, x, hidden, N_HIDDEN,
                                                 config->n_classes, dropout);

  return oto_graph_name_edge (network->graph, logits, "logits");
}

static void
build_mmnet (OtoNetwork           *network,
             const OtoModelConfig *config)
{
  const int kernel = oto_model_config_get_option (config, "kernel") == KERNEL_3 ? 3 : 1;
  const OtoResnet1d trunk = add_trunk (network, config, config->widths, 0, FALSE);
  OtoEdge *logits = add_classifier (network, add_mean (network, trunk.x), config,
                                    config->widths + OTO_RESNET1D_N_STAGES, 0.0);
  Micro micro = add_micro (network, config, trunk.x, 0, kernel, 0.0);

  add_micros (network, config, add_macro (network, config, logits, &micro, 1), &micro, 1);
}

/* --- mmnet-ms ------------------------------------------------------------------------------ */

/* A map made finer again, to the channels of the encoder's. */
static OtoEdge *
add_finer (OtoNetwork           *network,
           const OtoModelConfig *config,
           OtoEdge              *x,
           OtoEdge              *encoder_map,
           int                   number)
{
  OtoGraph *graph = network->graph;
  const int n_channels = encoder_map->shape.n_channels, factor = OTO_RESNET1D_POOL;
  g_autofree char *name = dup_name ("up", number);
  g_autofree char *norm_name = dup_name ("upbn", number);
  g_autofree char *edge_name = dup_name ("u", number);

  x = oto_upsample_conv_layer_add (graph, x, &(OtoUpsampleConvSpec) {
    .name = name, .n_channels = n_channels, .factor = factor,
    .init_bound = oto_param_get_glorot_relu ((double) factor * n_channels,
                                             (double) factor * x->shape.n_channels),
  });
  x = oto_norm_layer_add (graph, x, norm_name, TRUE);
  if (is_on (config, "pyramid-add") && x->shape.n_frames == encoder_map->shape.n_frames)
    x = oto_sum_layer_add (graph, x, encoder_map);
  else if (is_on (config, "pyramid-add"))
    oto_graph_fail (graph, _("The maps of the pyramid can only be added for a window whose frames "
                             "are a multiple of %d. Choose such a window, or pyramid-add=off."),
                    OTO_RESNET1D_POOL * OTO_RESNET1D_POOL);
  return oto_graph_name_edge (graph, x, edge_name);
}

/* The encoder's maps from the finest on, then the finer ones. */
static void
add_maps (OtoNetwork           *network,
          const OtoModelConfig *config,
          OtoResnet1d          *trunk,
          OtoEdge             **ret_maps)
{
  const gboolean has_outputs = oto_model_config_get_option (config, "taps") == TAPS_OUTPUTS;

  ret_maps[0] = has_outputs ? oto_graph_find_edge (network->graph, "block1") : trunk->taps[0];
  ret_maps[1] = has_outputs ? oto_graph_find_edge (network->graph, "block2") : trunk->taps[1];
  ret_maps[LAST_MAP] = trunk->x;
  ret_maps[3] = add_finer (network, config, trunk->x, ret_maps[1], 2);
  ret_maps[4] = add_finer (network, config, ret_maps[3], ret_maps[0], 1);
}

static void
build_ms (OtoNetwork           *network,
          const OtoModelConfig *config)
{
  OtoResnet1d trunk = add_trunk (network, config, config->widths, 0, TRUE);
  OtoEdge *logits = add_classifier (network, add_mean (network, trunk.x), config,
                                    config->widths + OTO_RESNET1D_N_STAGES, 0.0);
  const gboolean has_all = oto_model_config_get_option (config, "ep-maps") == EP_ALL;
  OtoEdge *maps[N_MAPS], *clip_prob;
  Micro micros[N_MAPS];

  add_maps (network, config, &trunk, maps);
  for (int i = 0; i < N_MAPS; i++)
    micros[i] = add_micro (network, config, maps[i], i + 1, 3, 0.0);
  clip_prob = add_macro (network, config, logits, has_all ? micros : &micros[LAST_MAP],
                         has_all ? N_MAPS : 1);
  add_micros (network, config, clip_prob, micros, N_MAPS);
}

/* --- mmnet-ms-released --------------------------------------------------------------------- */

static void
build_ms_released (OtoNetwork           *network,
                   const OtoModelConfig *config)
{
  OtoGraph *graph = network->graph;
  const double dropout = oto_model_config_get_option (config, "dropout");
  const int *widths = config->widths + 1;
  const OtoResnet1d trunk = add_trunk (network, config, widths, config->widths[0], TRUE);
  OtoEdge *const maps[] = { trunk.taps[0], trunk.taps[1], trunk.x };
  Micro micros[G_N_ELEMENTS (maps)];
  OtoEdge *pooled[2], *logits;

  for (int i = 0; i < (int) G_N_ELEMENTS (maps); i++)
    micros[i] = add_micro (network, config, maps[i], i + 1, 3, dropout);
  pooled[0] = add_mean (network, trunk.x);
  micros[LAST_MAP].is_att_trained = TRUE;
  pooled[1] = oto_time_sum_layer_add_each (graph, micros[LAST_MAP].weights, trunk.x);
  logits = oto_concat_layer_add (graph, pooled, G_N_ELEMENTS (pooled));
  oto_graph_name_edge (graph, logits, "pooled");
  logits = add_classifier (network, logits, config, widths + OTO_RESNET1D_N_STAGES, dropout);
  add_micros (network, config, add_macro (network, config, logits, &micros[LAST_MAP], 1), micros,
              G_N_ELEMENTS (maps));
}

/* --- rows ---------------------------------------------------------------------------------- */

#define SOURCE "Learning to Recognize Transient Sound Events Using Attentional Supervision, "
#define ONE_HOT_NOTE \
  "The ensemble takes a softmax over time of an attention that is itself a sum of hundreds of " \
  "them: nearly all of its weight is on one segment. In the released losses attention is a " \
  "constant: only what is part of the ensemble is trained, and shown. "

static const OtoSystem rows[] =
{
  {
    .row = 31,
    .name = "mmnet",
    .title = "1-D residual network with a clip's and its segments' heads (rows 31 and 32)",
    .source = SOURCE "Table 1, M&mnet",
    .evidence = OTO_EVIDENCE_CODE,
    .note = ONE_HOT_NOTE "Heads see three segments, which gives the published size; the released "
            "file has one.",
    .front_end = "F-M", .recipe = "mmnet", .n_classes = 17,
    OTO_SYSTEM_WIDTHS (mmnet_widths),
    OTO_SYSTEM_OPTIONS (mmnet_options),
    .build = build_mmnet,
  },
  {
    .row = 33,
    .name = "mmnet-ms",
    .title = "mmnet with segments of three resolutions, coarse to fine and back",
    .source = SOURCE "Tables 2 to 4, M&mnet-MS",
    .evidence = OTO_EVIDENCE_INFERRED,
    .note = ONE_HOT_NOTE "Which maps have heads is inferred from the published size. The released "
            "file of that name differs: mmnet-ms-released.",
    .front_end = "F-M", .recipe = "mmnet", .n_classes = 17,
    OTO_SYSTEM_WIDTHS (mmnet_widths),
    OTO_SYSTEM_OPTIONS (ms_options),
    .build = build_ms,
  },
  {
    .row = 33,
    .name = "mmnet-ms-released",
    .title = "The released file of mmnet-ms, for tags of music",
    .source = SOURCE "released program for music; in no published row",
    .evidence = OTO_EVIDENCE_CODE,
    .note = ONE_HOT_NOTE "It has three maps and no finer ones, and the classifier also reads an "
            "attention's mean. Of its published training only the loss is known.",
    .front_end = "F-M", .recipe = "mmnet", .n_classes = 17,
    OTO_SYSTEM_WIDTHS (ms_released_widths),
    OTO_SYSTEM_OPTIONS (ms_released_options),
    .build = build_ms_released,
  },
};

const OtoSystemFamily oto_systems_mmnet = { rows, G_N_ELEMENTS (rows) };
