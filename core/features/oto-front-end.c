/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "features/oto-front-end.h"

static const OtoFrontEnd front_ends[] =
{
  {
    .name = "F-K",
    .title = "32 kHz, 64 ms Hamming, 64 mel bins of the magnitude",
    .source = "arXiv:2008.07085 and arXiv:1804.04715, released programs",
    .config = {
      .sample_rate_hz = 32000, .window_len = 2048, .hop_len = 1024, .n_mels = 64,
      .min_hz = 50.0, .max_hz = 16000.0, .window = OTO_WINDOW_HAMMING, .floor = 1e-8,
    },
    .n_frames = 311,
  },
  {
    /* The paper names window and hop in ms alone; the rate is F-K's. */
    .name = "F-L",
    .title = "32 kHz, 64 ms Hann, 64 mel bins of the magnitude",
    .source = "MTL-DDC-FAP, as printed",
    .config = {
      .sample_rate_hz = 32000, .window_len = 2048, .hop_len = 1024, .n_mels = 64,
      .min_hz = 50.0, .max_hz = 16000.0, .window = OTO_WINDOW_HANN, .floor = 1e-8,
    },
    .n_frames = 311,
  },
  {
    .name = "F-L-16k",
    .title = "16 kHz, 64 ms Hann, 64 mel bins of the magnitude",
    .source = "the other reading of F-L",
    .config = {
      .sample_rate_hz = 16000, .window_len = 1024, .hop_len = 512, .n_mels = 64,
      .min_hz = 50.0, .max_hz = 8000.0, .window = OTO_WINDOW_HANN, .floor = 1e-8,
    },
    .n_frames = 311,
  },
  {
    /* ln (1 + 10000 m). 896 frames, where centring would give 897: the released program cuts. */
    .name = "F-M",
    .title = "44.1 kHz, 46 ms Hann, centred, 128 mel bins of the power",
    .source = "M&mnet, released program",
    .config = {
      .sample_rate_hz = 44100, .window_len = 2048, .hop_len = 492, .n_mels = 128,
      .min_hz = 0.0, .max_hz = 22050.0, .window = OTO_WINDOW_HANN, .floor = 1e-4,
      .framing = OTO_FRAMING_CENTRED_HOPS, .spectrum = OTO_SPECTRUM_POWER,
      .compression = OTO_COMPRESSION_LN_1_PLUS,
    },
    .n_frames = 896,
    .scaler_rule = OTO_SCALER_RULE_NON_ZERO_FRAMES,
  },
  {
    .name = "F-M-512",
    .title = "the same with a hop of a quarter of the window, as the paper has it",
    .source = "M&mnet, paper",
    .config = {
      .sample_rate_hz = 44100, .window_len = 2048, .hop_len = 512, .n_mels = 128,
      .min_hz = 0.0, .max_hz = 22050.0, .window = OTO_WINDOW_HANN, .floor = 1e-4,
      .framing = OTO_FRAMING_CENTRED_HOPS, .spectrum = OTO_SPECTRUM_POWER,
      .compression = OTO_COMPRESSION_LN_1_PLUS,
    },
    .n_frames = 861,
    .scaler_rule = OTO_SCALER_RULE_NON_ZERO_FRAMES,
  },
  {
    .name = "F-X",
    .title = "16 kHz, 64 ms Hamming, 64 mel bins of the magnitude",
    .source = "gated CRNN (Xu 2018), released program",
    .config = {
      .sample_rate_hz = 16000, .window_len = 1024, .hop_len = 664, .n_mels = 64,
      .min_hz = 0.0, .max_hz = 8000.0, .window = OTO_WINDOW_HAMMING, .floor = 1e-8,
    },
    .n_frames = 240,
  },
  {
    /* Released is the shape alone: 40 frames a second, 64 bins. The rest is ours. */
    .name = "F-T",
    .title = "16 kHz, 64 ms Hann, centred, 64 mel bins of the magnitude, 40 frames/s",
    .source = "TALNet, shape of the released features",
    .config = {
      .sample_rate_hz = 16000, .window_len = 1024, .hop_len = 400, .n_mels = 64,
      .min_hz = 0.0, .max_hz = 8000.0, .window = OTO_WINDOW_HANN, .floor = 1e-8,
      .framing = OTO_FRAMING_CENTRED_HOPS,
    },
    .n_frames = 400,
  },
  {
    .name = "PANNs",
    .title = "32 kHz, 32 ms Hann, centred, 64 mel bins of the power in decibels",
    .source = "PANNs, released program",
    .config = {
      .sample_rate_hz = 32000, .window_len = 1024, .hop_len = 320, .n_mels = 64,
      .min_hz = 50.0, .max_hz = 14000.0, .window = OTO_WINDOW_HANN, .floor = 1e-10,
      .framing = OTO_FRAMING_CENTRED, .spectrum = OTO_SPECTRUM_POWER,
      .compression = OTO_COMPRESSION_DECIBELS,
    },
    .n_frames = 1001,
    .scaler_rule = OTO_SCALER_RULE_NONE,
  },
};

/**
 * oto_front_end_get:
 * @i: index of a row
 *
 * Returns: (transfer none) (nullable): a front end, %NULL past the last
 */
const OtoFrontEnd *
oto_front_end_get (guint i)
{
  return i < G_N_ELEMENTS (front_ends) ? &front_ends[i] : NULL;
}

/**
 * oto_front_end_find:
 * @name: a name, as "F-K"
 *
 * Returns: (transfer none) (nullable): the front end of that name
 */
const OtoFrontEnd *
oto_front_end_find (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (front_ends); i++)
    if (g_str_equal (front_ends[i].name, name))
      return &front_ends[i];
  return NULL;
}

/**
 * oto_front_end_find_by_config:
 * @config: settings
 *
 * Returns: (transfer none) (nullable): the front end with exactly these settings; %NULL: a user's
 *   own
 */
const OtoFrontEnd *
oto_front_end_find_by_config (const OtoLogmelConfig *config)
{
  g_return_val_if_fail (config != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (front_ends); i++)
    if (oto_logmel_config_is_equal (&front_ends[i].config, config))
      return &front_ends[i];
  return NULL;
}

/**
 * oto_front_end_dup_names:
 *
 * Returns: (transfer full): all names, separated by commas, for messages
 */
char *
oto_front_end_dup_names (void)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (front_ends); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", front_ends[i].name);
  return g_string_free (names, FALSE);
}
