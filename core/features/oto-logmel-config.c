/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "features/oto-logmel.h"

#include "base/oto-error.h"
#include "features/oto-scaler.h"
#include "io/oto-json.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Far beyond any published front end; a hostile model file gets no further. */
#define MIN_RATE_HZ 1000
#define MAX_RATE_HZ 1000000
#define MIN_WINDOW_LEN 16
#define MAX_WINDOW_LEN 16384

/* What stands in a model file. */
static const char *const window_names[] = { [OTO_WINDOW_HAMMING] = "hamming",
                                            [OTO_WINDOW_HANN] = "hann" };
static const char *const framing_names[] = { [OTO_FRAMING_INSIDE] = "inside",
                                             [OTO_FRAMING_CENTRED] = "centred",
                                             [OTO_FRAMING_CENTRED_HOPS] = "centred-hops" };
static const char *const spectrum_names[] = { [OTO_SPECTRUM_MAGNITUDE] = "magnitude",
                                              [OTO_SPECTRUM_POWER] = "power" };
static const char *const compression_names[] = { [OTO_COMPRESSION_LN] = "ln",
                                                 [OTO_COMPRESSION_LN_1_PLUS] = "ln-1-plus",
                                                 [OTO_COMPRESSION_DECIBELS] = "decibels" };

const OtoLogmelConfig oto_logmel_config_default = {
  .sample_rate_hz = 32000,
  .window_len = 2048,
  .hop_len = 1024,
  .n_mels = 64,
  .min_hz = 50.0,
  .max_hz = 16000.0,
  .window = OTO_WINDOW_HAMMING,
  .floor = 1e-8,
};

/**
 * oto_logmel_config_validate:
 * @config: settings, from a file or a user
 * @error: return location for a #GError
 *
 * Checks that features can be computed with these settings.
 *
 * Returns: %TRUE, or %FALSE with %OTO_MODELS_ERROR_MISMATCH
 */
gboolean
oto_logmel_config_validate (const OtoLogmelConfig  *config,
                            GError                **error)
{
  const char *cause = NULL;

  g_return_val_if_fail (config != NULL, FALSE);

  if (config->sample_rate_hz < MIN_RATE_HZ || config->sample_rate_hz > MAX_RATE_HZ)
    cause = _("a sample rate outside of 1000 to 1000000 Hz");
  else if (config->window_len < MIN_WINDOW_LEN || config->window_len > MAX_WINDOW_LEN)
    cause = _("a window outside of 16 to 16384 samples");
  else if (config->hop_len < 1 || config->hop_len > config->window_len)
    cause = _("a hop that is not between one sample and the window");
  else if (config->n_mels < 1 || config->n_mels > OTO_SCALER_MAX_MELS)
    cause = _("a number of mel bins that is too large, or not even 1");
  else if (!(config->min_hz >= 0.0 && config->min_hz < config->max_hz
             && config->max_hz <= config->sample_rate_hz / 2.0))
    cause = _("band limits that are not ordered between 0 and half the sample rate");
  else if ((guint) config->window >= G_N_ELEMENTS (window_names))
    cause = _("an unknown window");
  else if ((guint) config->framing >= G_N_ELEMENTS (framing_names))
    cause = _("an unknown framing");
  else if (config->framing != OTO_FRAMING_INSIDE && config->window_len % 2 != 0)
    cause = _("centred frames of an odd number of samples");
  else if ((guint) config->spectrum >= G_N_ELEMENTS (spectrum_names))
    cause = _("an unknown spectrum");
  else if ((guint) config->compression >= G_N_ELEMENTS (compression_names))
    cause = _("an unknown compression");
  else if (!(config->floor >= 1e-30 && config->floor <= 1.0))
    cause = _("a floor outside of 1e-30 to 1");

  if (cause != NULL)
    g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
                 _("The front end has %s. Correct it, or fetch the model again."), cause);
  return cause == NULL;
}

/**
 * oto_logmel_config_is_equal:
 * @a: settings
 * @b: settings
 *
 * Returns: whether both give the same features
 */
gboolean
oto_logmel_config_is_equal (const OtoLogmelConfig *a,
                            const OtoLogmelConfig *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return a->sample_rate_hz == b->sample_rate_hz && a->window_len == b->window_len
         && a->hop_len == b->hop_len && a->n_mels == b->n_mels && a->min_hz == b->min_hz
         && a->max_hz == b->max_hz && a->window == b->window && a->floor == b->floor
         && a->framing == b->framing && a->spectrum == b->spectrum
         && a->compression == b->compression;
}

/**
 * oto_logmel_config_get_lead_len:
 * @config: settings
 *
 * Returns: how many samples before the signal its first frame begins
 */
int
oto_logmel_config_get_lead_len (const OtoLogmelConfig *config)
{
  g_return_val_if_fail (config != NULL, 0);

  return config->framing == OTO_FRAMING_INSIDE ? 0 : config->window_len / 2;
}

/**
 * oto_logmel_config_get_n_frames:
 * @config: settings
 * @n_samples: length of a signal at their rate
 *
 * Returns: number of its frames (T), see #OtoFramingKind; 0 for no samples
 */
gint64
oto_logmel_config_get_n_frames (const OtoLogmelConfig *config,
                                gint64                 n_samples)
{
  g_return_val_if_fail (config != NULL, 0);

  switch (config->framing)
    {
    case OTO_FRAMING_INSIDE:
      return oto_stft_get_n_frames (n_samples, config->window_len, config->hop_len);
    case OTO_FRAMING_CENTRED:
      return n_samples > 0 ? n_samples / config->hop_len + 1 : 0;
    case OTO_FRAMING_CENTRED_HOPS:
      return n_samples > 0 ? n_samples / config->hop_len : 0;
    }
  g_return_val_if_reached (0);
}

/**
 * oto_logmel_config_get_frame_centre_s:
 * @config: settings
 * @frame: a frame (t)
 *
 * Returns: the time at which the middle of the frame's window stands: (t hop + window / 2) / rate,
 *   or t hop / rate where frames are centred
 */
double
oto_logmel_config_get_frame_centre_s (const OtoLogmelConfig *config,
                                      gint64                 frame)
{
  double centre;

  g_return_val_if_fail (config != NULL, 0.0);

  centre = (double) (frame * config->hop_len - oto_logmel_config_get_lead_len (config))
           + config->window_len / 2.0;
  return centre / config->sample_rate_hz;
}

/**
 * oto_logmel_config_get_frame_begin_s:
 * @config: settings
 * @frame: index of a frame
 *
 * Where a frame stands on a time axis: it takes the hop around the centre of its window, so that
 * frames lie side by side and what is seen stands where it is heard. Panels, figures, readings and
 * centred events all go by this.
 *
 * Returns: the left edge of @frame in seconds; below 0 for the first one where frames are centred
 */
double
oto_logmel_config_get_frame_begin_s (const OtoLogmelConfig *config,
                                     gint64                 frame)
{
  g_return_val_if_fail (config != NULL, 0.0);

  return oto_logmel_config_get_frame_centre_s (config, frame)
         - 0.5 * config->hop_len / config->sample_rate_hz;
}

/**
 * oto_logmel_config_get_window_s:
 * @config: settings
 * @n_frames: frames (T), at least 1
 *
 * Returns: seconds of the shortest signal that has so many frames
 */
double
oto_logmel_config_get_window_s (const OtoLogmelConfig *config,
                                gint64                 n_frames)
{
  double n_samples = 0.0;

  g_return_val_if_fail (config != NULL && n_frames > 0, 0.0);

  switch (config->framing)
    {
    case OTO_FRAMING_INSIDE:
      n_samples = config->window_len + (n_frames - 1.0) * config->hop_len;
      break;
    case OTO_FRAMING_CENTRED:
      n_samples = MAX (1.0, (n_frames - 1.0) * config->hop_len);
      break;
    case OTO_FRAMING_CENTRED_HOPS:
      n_samples = (double) n_frames * config->hop_len;
      break;
    }
  return n_samples / config->sample_rate_hz;
}

/**
 * oto_logmel_config_get_level_db:
 * @config: settings
 * @value: a value of the log-mel spectrogram
 *
 * Undoes the compression.
 *
 * Returns: the level of the bin in decibels, -INFINITY for what is no sound at all; not finite
 *   where @value is not
 */
double
oto_logmel_config_get_level_db (const OtoLogmelConfig *config,
                                double                 value)
{
  const double per_ten = config->spectrum == OTO_SPECTRUM_POWER ? 10.0 : 20.0;

  switch (config->compression)
    {
    case OTO_COMPRESSION_LN:
      return per_ten / G_LN10 * value;
    case OTO_COMPRESSION_LN_1_PLUS:
      /* ln (e^x - 1) = x + ln (1 - e^-x); expm1() for what is hardly above 0. */
      if (value <= 0.0)
        return -INFINITY;
      return per_ten / G_LN10 * (value + log (-expm1 (-value)) + log (config->floor));
    case OTO_COMPRESSION_DECIBELS:
      return per_ten / 10.0 * value;
    }
  g_return_val_if_reached (NAN);
}

/**
 * oto_logmel_config_get_unit:
 * @config: settings
 *
 * Returns: (transfer none): what the values of the log-mel spectrogram are, in a formula
 */
const char *
oto_logmel_config_get_unit (const OtoLogmelConfig *config)
{
  switch (config->compression)
    {
    case OTO_COMPRESSION_LN:
      return config->spectrum == OTO_SPECTRUM_POWER ? "ln power" : "ln magnitude";
    case OTO_COMPRESSION_LN_1_PLUS:
      return config->spectrum == OTO_SPECTRUM_POWER ? "ln (1 + power / floor)"
                                                    : "ln (1 + magnitude / floor)";
    case OTO_COMPRESSION_DECIBELS:
      return config->spectrum == OTO_SPECTRUM_POWER ? "dB" : "dB of magnitude, 10 log10";
    }
  g_return_val_if_reached (NULL);
}

/* Written by hand: models are told apart by a hash of this text, so that its digits are fixed. */
static void
append_number (GString    *text,
               const char *name,
               double      value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (text, "\"%s\":%s,", name, g_ascii_dtostr (buffer, sizeof buffer, value));
}

static void
append_kind (GString           *text,
             const char        *name,
             const char *const *kinds,
             guint              kind)
{
  if (kind != 0)
    g_string_append_printf (text, ",\"%s\":\"%s\"", name, kinds[kind]);
}

/**
 * oto_logmel_config_dup_json:
 * @config: valid settings
 *
 * Writes settings for a model's metadata. The members that came later, framing, spectrum and
 * compression, stand there only where they are not 0, so that the hashes of earlier models stay.
 *
 * Returns: (transfer full): a JSON object
 */
char *
oto_logmel_config_dup_json (const OtoLogmelConfig *config)
{
  GString *text;

  g_return_val_if_fail (config != NULL, NULL);
  g_return_val_if_fail (oto_logmel_config_validate (config, NULL), NULL);

  text = g_string_new ("{");
  append_number (text, "sample_rate_hz", config->sample_rate_hz);
  append_number (text, "window_len", config->window_len);
  append_number (text, "hop_len", config->hop_len);
  append_number (text, "n_mels", config->n_mels);
  append_number (text, "min_hz", config->min_hz);
  append_number (text, "max_hz", config->max_hz);
  append_number (text, "floor", config->floor);
  g_string_append_printf (text, "\"window\":\"%s\"", window_names[config->window]);
  append_kind (text, "framing", framing_names, config->framing);
  append_kind (text, "spectrum", spectrum_names, config->spectrum);
  append_kind (text, "compression", compression_names, config->compression);
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static gboolean
fail (GError     **error,
      const char  *format,
      const char  *name)
{
  g_autofree char *message = g_strdup_printf (format, name);

  g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
               _("%s. Export or fetch the model again."), message);
  return FALSE;
}

static gboolean
parse_number (JsonObject  *object,
              const char  *name,
              double      *ret_value,
              GError     **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_INT64
          && json_node_get_value_type (node) != G_TYPE_DOUBLE)
      || !isfinite (json_node_get_double (node)) || fabs (json_node_get_double (node)) > 1e9)
    return fail (error, "Its front end has no usable number “%s”", name);
  *ret_value = json_node_get_double (node);
  return TRUE;
}

/* Looks a member up among @n names; one that may be missing is then the first of them. */
static gboolean
parse_kind (JsonObject         *object,
            const char         *name,
            const char *const  *kinds,
            guint               n,
            gboolean            may_be_missing,
            guint              *ret_kind,
            GError            **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL && may_be_missing)
    {
      *ret_kind = 0;
      return TRUE;
    }
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node))
    for (guint i = 0; i < n; i++)
      if (g_strcmp0 (kinds[i], json_node_get_string (node)) == 0)
        {
          *ret_kind = i;
          return TRUE;
        }
  return fail (error, "The “%s” of its front end is unknown", name);
}

static gboolean
parse_kinds (JsonObject       *object,
             OtoLogmelConfig  *config,
             GError          **error)
{
  guint window, framing, spectrum, compression;

  if (!parse_kind (object, "window", window_names, G_N_ELEMENTS (window_names), FALSE, &window,
                   error)
      || !parse_kind (object, "framing", framing_names, G_N_ELEMENTS (framing_names), TRUE,
                      &framing, error)
      || !parse_kind (object, "spectrum", spectrum_names, G_N_ELEMENTS (spectrum_names), TRUE,
                      &spectrum, error)
      || !parse_kind (object, "compression", compression_names, G_N_ELEMENTS (compression_names),
                      TRUE, &compression, error))
    return FALSE;

  config->window = (OtoWindowKind) window;
  config->framing = (OtoFramingKind) framing;
  config->spectrum = (OtoSpectrumKind) spectrum;
  config->compression = (OtoCompressionKind) compression;
  return TRUE;
}

/**
 * oto_logmel_config_parse_json:
 * @text: (nullable): the entry “front_end” of a model's metadata; %NULL: there is none
 * @ret_config: (out caller-allocates): settings that work
 * @error: return location for a #GError
 *
 * Reads what oto_logmel_config_dup_json() wrote, or what anyone else did.
 *
 * Returns: %TRUE, or %FALSE with %OTO_MODELS_ERROR_MISMATCH
 */
gboolean
oto_logmel_config_parse_json (const char       *text,
                              OtoLogmelConfig  *ret_config,
                              GError          **error)
{
  g_autoptr (JsonNode) node = NULL;
  double rate_hz, window_len, hop_len, n_mels;
  OtoLogmelConfig config = { 0 };
  JsonObject *object;

  g_return_val_if_fail (ret_config != NULL, FALSE);

  if (text == NULL)
    return fail (error, "The entry “%s” is missing from its metadata", "front_end");
  node = oto_json_parse (text, strlen (text), NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return fail (error, "The entry “%s” of its metadata cannot be read", "front_end");

  object = json_node_get_object (node);
  if (!parse_number (object, "sample_rate_hz", &rate_hz, error)
      || !parse_number (object, "window_len", &window_len, error)
      || !parse_number (object, "hop_len", &hop_len, error)
      || !parse_number (object, "n_mels", &n_mels, error)
      || !parse_number (object, "min_hz", &config.min_hz, error)
      || !parse_number (object, "max_hz", &config.max_hz, error)
      || !parse_number (object, "floor", &config.floor, error)
      || !parse_kinds (object, &config, error))
    return FALSE;

  config.sample_rate_hz = (int) rate_hz;
  config.window_len = (int) window_len;
  config.hop_len = (int) hop_len;
  config.n_mels = (int) n_mels;
  if (!oto_logmel_config_validate (&config, error))
    return FALSE;
  *ret_config = config;
  return TRUE;
}
