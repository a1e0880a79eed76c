/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "encoders/oto-ddc.h"
#include "heads/oto-fap-head.h"
#include "layers/oto-conv-layer.h"
#include "losses/oto-bce-loss.h"
#include "losses/oto-segment-loss.h"
#include "losses/oto-silent-loss-term.h"
#include "models/oto-systems-private.h"

/* Channels at width 1: systems.md 3.5. */
static const int widths[] = { 32, 64, 128, 128 };

/* Dilations of the blocks, and what they are called. */
static const int dilations[][OTO_DDC_N_BLOCKS] =
{
  { 1, 2, 4, 8 }, { 1, 2, 3, 4 }, { 1, 1, 1, 1 },
};
static const char *const dilation_names[] = { "1-2-4-8", "1-2-3-4", "1-1-1-1", NULL };

/* In the order of OtoFapForm. */
static const char *const fap_forms[] = { "A", "B", "C", NULL };

/* In the order of OtoDiceForm. */
static const char *const pair_forms[] = { "sum", "mean", NULL };

enum { SILENT_SET_COMPLEMENT, SILENT_SET_LABELS };
static const char *const silent_sets[] = { "complement", "labels", NULL };

#define MAX_WEIGHT 1e6
#define MAX_TOP    4096.0

#define DDC_OPTIONS \
  { "fap", OTO_OPTION_CHOICE, OTO_FAP_FORM_BANDS, 0, 0, fap_forms, \
    "reading of the pooling: A pools frame scores, B does with weights that are free, C pools " \
    "each bin" }, \
  { "dilations", OTO_OPTION_CHOICE, 0, 0, 0, dilation_names, \
    "dilations of the four blocks" }, \
  { "residual", OTO_OPTION_SWITCH, 0, 0, 1, NULL, \
    "layers that keep the number of channels add their input" }, \
  { "activation", OTO_OPTION_SWITCH, 0, 0, 1, NULL, \
    "a ReLU between depthwise and pointwise convolution" }

#define SEGMENT_OPTIONS \
  { "segment-weight", OTO_OPTION_NUMBER, 0.2, 0.0, MAX_WEIGHT, NULL, \
    "weight of the segment loss (lambda 2)" }, \
  { "pairs", OTO_OPTION_CHOICE, OTO_DICE_SUM, 0, 0, pair_forms, \
    "sum or mean of the segment loss over pairs of classes" }

#define SILENT_OPTIONS \
  { "silent-weight", OTO_OPTION_NUMBER, 0.2, 0.0, MAX_WEIGHT, NULL, \
    "weight of the silent loss (lambda 3)" }

#define TOP_OPTIONS \
  { "k", OTO_OPTION_INTEGER, 2, 2, MAX_TOP, NULL, \
    "classes of the highest probabilities that are taken to sound; published are 2, 3 and 5" }

static const OtoOption fap_options[] = { DDC_OPTIONS };

static const OtoOption segment_options[] = { DDC_OPTIONS, SEGMENT_OPTIONS };

static const OtoOption segment_top_options[] = { DDC_OPTIONS, SEGMENT_OPTIONS, TOP_OPTIONS };

static const OtoOption silent_options[] = { DDC_OPTIONS, SEGMENT_OPTIONS, SILENT_OPTIONS };

static const OtoOption silent_top_options[] =
{
  DDC_OPTIONS, SEGMENT_OPTIONS, SILENT_OPTIONS, TOP_OPTIONS,
  { "silent-set", OTO_OPTION_CHOICE, SILENT_SET_COMPLEMENT, 0, 0, silent_sets,
    "classes that are taken to be silent: all but the k, or all but those of the labels" },
};

static OtoEdge *
add_masks (OtoNetwork           *network,
           const OtoModelConfig *config)
{
  const int *chosen = dilations[(int) oto_model_config_get_option (config, "dilations")];
  OtoDdcSpec spec = {
    .has_activation = oto_model_config_get_option (config, "activation") != 0.0,
    .has_residual = oto_model_config_get_option (config, "residual") != 0.0,
  };
  OtoEdge *x;

  for (int b = 0; b < OTO_DDC_N_BLOCKS; b++)
    {
      spec.channels[b] = config->widths[b];
      spec.dilations[b] = chosen[b];
    }
  x = oto_ddc_add (network->graph, network->x, &spec);
  x = oto_conv_layer_add (network->graph, x, &(OtoConvSpec) {
    .name = "final", .n_channels = config->n_classes, .has_bias = TRUE,
    .activation = OTO_CONV_SIGMOID,
  });
  return oto_graph_name_edge (network->graph, x, "mask");
}

/* Losses on the masks are what the options of the row are about. */
static void
build (OtoNetwork           *network,
       const OtoModelConfig *config)
{
  OtoEdge *masks = add_masks (network, config), *clip_prob;
  int n_top = 0, n_silent_top;

  network->head =
    oto_fap_head_add (network->graph, masks,
                      (OtoFapForm) oto_model_config_get_option (config, "fap"));
  clip_prob = network->head.clip_prob;
  oto_network_add_term (network, oto_bce_loss (clip_prob));

  if (oto_model_config_has_option (config, "k"))
    n_top = (int) oto_model_config_get_option (config, "k");
  n_silent_top = n_top;
  if (oto_model_config_has_option (config, "silent-set")
      && oto_model_config_get_option (config, "silent-set") == SILENT_SET_LABELS)
    n_silent_top = 0;
  if (oto_model_config_has_option (config, "segment-weight"))
    oto_network_add_term (network, oto_segment_loss (
      masks, clip_prob, n_top, (OtoDiceForm) oto_model_config_get_option (config, "pairs"),
      oto_model_config_get_option (config, "segment-weight")));
  if (oto_model_config_has_option (config, "silent-weight"))
    oto_network_add_term (network, oto_silent_loss_term (
      masks, clip_prob, n_silent_top, oto_model_config_get_option (config, "silent-weight")));
}

#define SOURCE "A multi-task learning method for weakly supervised sound event detection, "
#define NOTE \
  "Reconstructed: block layout, widths, dilations and the exact pooling are in no text that " \
  "could be read. Compare it with the published row by its order of size alone."

#define ROW_DEFAULTS \
  .evidence = OTO_EVIDENCE_RECONSTRUCTED, .note = NOTE, \
  .front_end = "F-L", .recipe = "seed-001", .n_classes = 41, \
  OTO_SYSTEM_WIDTHS (widths), .build = build

static const OtoSystem rows[] =
{
  {
    .row = 8,
    .name = "ddc-fap",
    .title = "Dilated depthwise separable convolutions with frequency-dependent auto-pooling",
    .source = SOURCE "Table 1, DDC-FAP",
    OTO_SYSTEM_OPTIONS (fap_options),
    ROW_DEFAULTS,
  },
  {
    .row = 9,
    .name = "ddc-fap-segment",
    .title = "DDC-FAP with the segment loss on the classes of the labels",
    .source = SOURCE "Table 1, segment loss, label-guided",
    OTO_SYSTEM_OPTIONS (segment_options),
    ROW_DEFAULTS,
  },
  {
    .row = 10,
    .name = "ddc-fap-segment-k",
    .title = "DDC-FAP with the segment loss on the k most probable classes (rows 10 to 12)",
    .source = SOURCE "Table 1, segment loss, self-supervised",
    OTO_SYSTEM_OPTIONS (segment_top_options),
    ROW_DEFAULTS,
  },
  {
    .row = 13,
    .name = "mtl-ddc-fap",
    .title = "DDC-FAP with segment and silent loss on the classes of the labels",
    .source = SOURCE "Tables 1 and 2, MTL-DDC-FAP",
    OTO_SYSTEM_OPTIONS (silent_options),
    ROW_DEFAULTS,
  },
  {
    .row = 14,
    .name = "mtl-ddc-fap-k",
    .title = "DDC-FAP with segment and silent loss on the k likeliest classes (rows 14 to 16)",
    .source = SOURCE "Table 1, segment and silent loss, self-supervised",
    OTO_SYSTEM_OPTIONS (silent_top_options),
    ROW_DEFAULTS,
  },
};

const OtoSystemFamily oto_systems_ddc = { rows, G_N_ELEMENTS (rows) };
