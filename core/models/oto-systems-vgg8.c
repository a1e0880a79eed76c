/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-vgg8.h"
#include "heads/oto-rank-head.h"
#include "heads/oto-two-step-head.h"
#include "layers/oto-conv-layer.h"
#include "losses/oto-bce-loss.h"
#include "losses/oto-recon-loss.h"
#include "models/oto-systems-private.h"

#include <math.h>

/* Channels at width 1: systems.md 3.1 to 3.3. */
static const int vgg8_widths[] = { 32, 64, 128, 128 };
static const int vgg8_ap_widths[] = { 32, 64, 128, 256, 128, 64, 32, 1 };

#define MAX_ALPHA 1e6

/* Bins that the published decay is for. */
#define PUBLISHED_N_BINS (311.0 * 64.0)

static const char *const forms[] = { "released", "equations", NULL };

#define RECON_OPTIONS \
  { "recon-pool", OTO_OPTION_SWITCH, 1, 0, 0, NULL, \
    "whether the decoder's last block ends in pooling, as in the program; the paper has none" }, \
  { "recon-linear", OTO_OPTION_SWITCH, 0, 0, 0, NULL, \
    "ours: no ReLU at the end, so that the reconstruction can also be below the mean" }

static const OtoOption gwrp_options[] =
{
  { "decay", OTO_OPTION_NUMBER, 0.9998, 0.0, 1.0, NULL,
    "weight of a bin as a share of the next larger one (r); 0 is max, 1 average pooling" },
  { "decay-scaled", OTO_OPTION_SWITCH, 0, 0, 0, NULL,
    "whether the decay is taken to the power of 311 x 64 through the number of bins" },
};

static const OtoOption two_step_options[] =
{
  { "alpha", OTO_OPTION_NUMBER, 1e-3, 0.0, MAX_ALPHA, NULL,
    "weight of the reconstruction in the loss; 0 leaves the decoder out" },
  { "form", OTO_OPTION_CHOICE, 0, 0, 0, forms,
    "where the sigmoid of the pooling sits: authors' program, or the paper's equations" },
  RECON_OPTIONS,
};

static const OtoOption two_step_local_options[] =
{
  { "alpha", OTO_OPTION_NUMBER, 1e-3, 0.0, MAX_ALPHA, NULL,
    "weight of the reconstruction in the loss; 0 leaves the decoder out" },
  RECON_OPTIONS,
};

static OtoEdge *
add_class_conv (OtoNetwork           *network,
                OtoEdge              *x,
                const OtoModelConfig *config,
                const char           *name,
                OtoLayout             layout)
{
  OtoEdge *logits = oto_conv_layer_add (network->graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = config->n_classes, .has_bias = TRUE, .layout = layout,
  });

  return oto_graph_name_edge (network->graph, logits, "class_x");
}

/* --- masks and rank pooling ---------------------------------------------------------------- */

static void
build_rank (OtoNetwork           *network,
            const OtoModelConfig *config,
            double                decay)
{
  OtoEdge *x = oto_vgg8_add (network->graph, network->x, "block", "block", config->widths,
                              OTO_VGG8_PLAIN);

  x = add_class_conv (network, x, config, "final_conv", OTO_LAYOUT_PLANES);
  network->head = oto_rank_head_add (network->graph, x, decay);
  oto_network_add_term (network, oto_bce_loss (network->head.clip_prob));
}

static void
build_gap (OtoNetwork           *network,
           const OtoModelConfig *config)
{
  build_rank (network, config, 1.0);
}

static void
build_gmp (OtoNetwork           *network,
           const OtoModelConfig *config)
{
  build_rank (network, config, 0.0);
}

static void
build_gwrp (OtoNetwork           *network,
            const OtoModelConfig *config)
{
  const double n_bins = (double) config->n_frames * config->n_mels;
  const double decay = oto_model_config_get_option (config, "decay");
  const gboolean is_scaled = oto_model_config_get_option (config, "decay-scaled") != 0.0;

  build_rank (network, config, is_scaled ? pow (decay, PUBLISHED_N_BINS / n_bins) : decay);
}

/* --- two-step attention -------------------------------------------------------------------- */

static void
add_decoder (OtoNetwork           *network,
             OtoEdge              *encoded,
             const OtoModelConfig *config)
{
  OtoVgg8Form form = OTO_VGG8_POOLS;

  if (oto_model_config_get_option (config, "recon-pool") == 0.0)
    form |= OTO_VGG8_LAST_UNPOOLED;
  if (oto_model_config_get_option (config, "recon-linear") != 0.0)
    form |= OTO_VGG8_LAST_LINEAR;
  oto_network_set_recon (network, oto_vgg8_add (network->graph, encoded, "dec.cb", "dec",
                                                config->widths + OTO_VGG8_N_BLOCKS, form));
}

static void
build_two_step (OtoNetwork           *network,
                const OtoModelConfig *config,
                gboolean              is_local)
{
  OtoGraph *graph = network->graph;
  OtoEdge *encoded = oto_vgg8_add (graph, network->x, "enc.cb", "enc", config->widths,
                                   OTO_VGG8_POOLS);
  OtoEdge *logits = add_class_conv (network, encoded, config, "enc.class_conv",
                                    is_local ? OTO_LAYOUT_ROWS : OTO_LAYOUT_PLANES);

  if (config->widths[OTO_VGG8_N_BLOCKS] > 0)
    add_decoder (network, encoded, config);
  if (is_local)
    network->head = oto_two_step_local_head_add (graph, logits);
  else
    network->head =
      oto_two_step_head_add (graph, logits,
                             (OtoPoolingForm) oto_model_config_get_option (config, "form"));
  oto_network_add_term (network, oto_bce_loss (network->head.clip_prob));
  if (network->recon != NULL)
    oto_network_add_term (network, oto_recon_loss (network->recon, network->x,
                                                   oto_model_config_get_option (config, "alpha")));
}

static void
build_2apae (OtoNetwork           *network,
             const OtoModelConfig *config)
{
  build_two_step (network, config, FALSE);
}

static void
build_2apae_local (OtoNetwork           *network,
                   const OtoModelConfig *config)
{
  build_two_step (network, config, TRUE);
}

/* --- rows ---------------------------------------------------------------------------------- */

static const OtoSystem rows[] =
{
  {
    .row = 0,
    .name = "2apae-local",
    .title = "VGG-8-AP with two-step attention over classes, whose positions are exact",
    .source = "ours, after arXiv:2008.07085; in no published row",
    .evidence = OTO_EVIDENCE_OURS,
    .front_end = "F-K", .recipe = "T-000", .n_classes = 41,
    OTO_SYSTEM_WIDTHS (vgg8_ap_widths), .n_optional = OTO_VGG8_N_BLOCKS,
    OTO_SYSTEM_OPTIONS (two_step_local_options),
    .build = build_2apae_local,
  },
  {
    .row = 1,
    .name = "gap",
    .title = "VGG-8 with global average pooling of its masks",
    .source = "arXiv:1804.04715, Table II, GAP",
    .evidence = OTO_EVIDENCE_CODE,
    .note = "Its clip probabilities are small, as an event fills few of the bins: thresholds must "
            "stay at 0.1.",
    .front_end = "F-K", .recipe = "T-000", .n_classes = 41,
    OTO_SYSTEM_WIDTHS (vgg8_widths),
    .build = build_gap,
  },
  {
    .row = 2,
    .name = "gmp",
    .title = "VGG-8 with global max pooling of its masks",
    .source = "arXiv:1804.04715, Table II, GMP",
    .evidence = OTO_EVIDENCE_CODE,
    .note = "One bin decides, so that frame scores, which average all bins, stay near 0: it names "
            "events and does not place them.",
    .front_end = "F-K", .recipe = "T-000", .n_classes = 41,
    OTO_SYSTEM_WIDTHS (vgg8_widths),
    .build = build_gmp,
  },
  {
    .row = 3,
    .name = "gwrp",
    .title = "VGG-8 with global weighted rank pooling of its masks",
    .source = "arXiv:1804.04715, Table II, GWRP",
    .evidence = OTO_EVIDENCE_CODE,
    .front_end = "F-K", .recipe = "T-000", .n_classes = 41,
    OTO_SYSTEM_WIDTHS (vgg8_widths),
    OTO_SYSTEM_OPTIONS (gwrp_options),
    .build = build_gwrp,
  },
  {
    .row = 6,
    .name = "2apae",
    .title = "VGG-8-AP with two-step attention, reconstruction weighted by alpha (rows 5 to 7)",
    .source = "arXiv:2008.07085, Tables IV and V, 2APAE",
    .evidence = OTO_EVIDENCE_CODE,
    .note = "Its linear maps are dense along mel and time: an index of its attention is only "
            "nominally that mel bin or frame.",
    .front_end = "F-K", .recipe = "T-000", .n_classes = 41,
    OTO_SYSTEM_WIDTHS (vgg8_ap_widths), .n_optional = OTO_VGG8_N_BLOCKS,
    OTO_SYSTEM_OPTIONS (two_step_options),
    .build = build_2apae,
  },
};

const OtoSystemFamily oto_systems_vgg8 = { rows, G_N_ELEMENTS (rows) };
