/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-atrous.h"
#include "heads/oto-att2d-head.h"
#include "layers/oto-conv-layer.h"
#include "losses/oto-bce-loss.h"
#include "models/oto-systems-private.h"

/* Channels at width 1, the last of the four-layer network alone: systems.md 3.4. */
static const int widths[] = { 64, 128, 256, 512 };

/* In the order of OtoAtt2dForm. */
static const char *const classes[] = { "log-softmax", "softmax", "sigmoid", NULL };

static const OtoOption options[] =
{
  { "layers", OTO_OPTION_INTEGER, OTO_ATROUS_MIN_LAYERS, OTO_ATROUS_MIN_LAYERS,
    OTO_ATROUS_MAX_LAYERS, NULL,
    "convolutions: 3 as run for the published rows, 4 as in the program of Ren et al." },
  { "class", OTO_OPTION_CHOICE, OTO_ATT2D_LOG_SOFTMAX, 0, 0, classes,
    "what is averaged: logarithms of posteriors and a sigmoid behind (released), posteriors, or "
    "independent probabilities" },
  { "offset", OTO_OPTION_SWITCH, 0, 0, 1, NULL,
    "add 0.1 to the attention before it is clamped, as Ren et al. do" },
};

static OtoEdge *
add_logits (OtoNetwork           *network,
            OtoEdge              *x,
            const OtoModelConfig *config,
            const char           *name,
            gboolean              starts_at_zero)
{
  OtoEdge *logits = oto_conv_layer_add (network->graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = config->n_classes, .has_bias = TRUE,
    .starts_at_zero = starts_at_zero,
  });

  return oto_graph_name_edge (network->graph, logits, name);
}

/* The attention starts even. */
static void
build (OtoNetwork           *network,
       const OtoModelConfig *config)
{
  OtoEdge *x = oto_atrous_add (network->graph, network->x, config->widths,
                               (int) oto_model_config_get_option (config, "layers"));
  OtoEdge *att = add_logits (network, x, config, "att", TRUE);
  OtoEdge *cla = add_logits (network, x, config, "cla", FALSE);

  network->head =
    oto_att2d_head_add (network->graph, att, cla,
                        (OtoAtt2dForm) oto_model_config_get_option (config, "class"),
                        oto_model_config_get_option (config, "offset") != 0.0);
  oto_network_add_term (network, oto_bce_loss (network->head.clip_prob));
}

static const OtoSystem rows[] =
{
  {
    .row = 4,
    .name = "atrous",
    .title = "Dilated convolutions 5x5 with attention over all bins",
    .source = "arXiv:2008.07085, Table IV, Atrous AP",
    .evidence = OTO_EVIDENCE_CODE,
    .note = "As released it averages logarithms and puts a sigmoid behind, so that its clip "
            "probabilities never exceed 0.5: they rank, and a threshold of 0.5 finds nothing. Its "
            "attention sums to one over time and mel bins together; shown are the share of each "
            "frame and, within a frame, the share of each bin.",
    .front_end = "F-K", .recipe = "T-000", .n_classes = 41,
    OTO_SYSTEM_WIDTHS (widths),
    OTO_SYSTEM_OPTIONS (options),
    .build = build,
  },
};

const OtoSystemFamily oto_systems_atrous = { rows, G_N_ELEMENTS (rows) };
