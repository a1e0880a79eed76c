/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-systems.h"

#define MAPS_OF_MASKS (OTO_MAP_MASK | OTO_MAP_STEP1 | OTO_MAP_TIME_ATT | OTO_MAP_CLIP_PROB)
#define MAPS_OF_TWO_STEP (MAPS_OF_MASKS | OTO_MAP_FREQ_ATT | OTO_MAP_RECON)

static const OtoSystem systems[] =
{
  {
    .row = 0,
    .name = "2apae-local",
    .title = "VGG-8-AP with two-step attention over classes, whose positions are exact",
    .source = "ours, after arXiv:2008.07085; in no published row",
    .encoder = OTO_ENCODER_VGG8_AP,
    .head = OTO_HEAD_TWO_STEP_LOCAL,
    .has_decoder = TRUE,
    .alpha = 1e-3,
    .maps = MAPS_OF_TWO_STEP,
    .learned_time_att = TRUE,
    .exact_positions = TRUE,
  },
  {
    .row = 1,
    .name = "gap",
    .title = "VGG-8 with global average pooling of its masks",
    .source = "arXiv:1804.04715, Table II, GAP",
    .encoder = OTO_ENCODER_VGG8,
    .head = OTO_HEAD_GAP,
    .gwrp_decay = 1.0,
    .maps = MAPS_OF_MASKS,
    .exact_positions = TRUE,
  },
  {
    .row = 2,
    .name = "gmp",
    .title = "VGG-8 with global max pooling of its masks",
    .source = "arXiv:1804.04715, Table II, GMP",
    .encoder = OTO_ENCODER_VGG8,
    .head = OTO_HEAD_GMP,
    .gwrp_decay = 0.0,
    .maps = MAPS_OF_MASKS,
    .exact_positions = TRUE,
  },
  {
    .row = 3,
    .name = "gwrp",
    .title = "VGG-8 with global weighted rank pooling of its masks",
    .source = "arXiv:1804.04715, Table II, GWRP",
    .encoder = OTO_ENCODER_VGG8,
    .head = OTO_HEAD_GWRP,
    .gwrp_decay = 0.9998,
    .maps = MAPS_OF_MASKS,
    .exact_positions = TRUE,
  },
  {
    .row = 6,
    .name = "2apae",
    .title = "VGG-8-AP with two-step attention, reconstruction weighted by alpha (rows 5 to 7)",
    .source = "arXiv:2008.07085, Tables IV and V, 2APAE",
    .encoder = OTO_ENCODER_VGG8_AP,
    .head = OTO_HEAD_TWO_STEP,
    .has_decoder = TRUE,
    .alpha = 1e-3,
    .maps = MAPS_OF_TWO_STEP,
    .learned_time_att = TRUE,
  },
};

/**
 * oto_systems_get:
 * @i: place in the table
 *
 * Returns: (transfer none) (nullable): the system, or %NULL past the last
 */
const OtoSystem *
oto_systems_get (guint i)
{
  return i < G_N_ELEMENTS (systems) ? &systems[i] : NULL;
}

/**
 * oto_systems_find:
 * @name: what `--system` takes
 *
 * Returns: (transfer none) (nullable): the system of that name
 */
const OtoSystem *
oto_systems_find (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (systems); i++)
    if (g_str_equal (systems[i].name, name))
      return &systems[i];
  return NULL;
}

/**
 * oto_systems_dup_names:
 *
 * Returns: (transfer full): all names, separated by commas, for messages
 */
char *
oto_systems_dup_names (void)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (systems); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", systems[i].name);
  return g_string_free (names, FALSE);
}
