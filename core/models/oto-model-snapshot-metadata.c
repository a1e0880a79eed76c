/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "encoders/oto-vgg8.h"
#include "io/oto-json.h"
#include "io/oto-safetensors.h"
#include "models/oto-model-snapshot-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A model file is a safetensors file whose metadata holds strings:
 *
 *   format          "otoscope-model"
 *   format_version  "2"
 *   system          a name of oto_systems_find ()
 *   classes         JSON array of names, in the order of the outputs
 *   front_end       JSON object with the fields of OtoLogmelConfig
 *   n_frames, n_mels, width                      numbers
 *   widths          JSON array of the numbers of channels, in the order of the system's table;
 *                   zeros where a decoder is left out
 *   options         JSON object: the system's options by name, all of them
 *   training        JSON object, optional
 *   tuning          JSON object of oto_tuning_parse_json (), optional
 *
 * and whose tensors are those of oto_model_config_list_params (), scaler.mean and scaler.std.
 *
 * Format 1 had entries of their own for the three options that there were (pooling_form, alpha,
 * gwrp_decay), and two lists of four channels (enc_channels, dec_channels) for the widths. */
#define FORMAT "otoscope-model"
#define FORMAT_VERSION "2"
#define OLD_FORMAT_VERSION "1"

static char *
format_double (double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_dtostr (buffer, sizeof buffer, value));
}

static void
set_meta_take (OtoSafetensors *file,
               const char     *key,
               char           *value)
{
  oto_safetensors_set_meta (file, key, value);
  g_free (value);
}

static char *
format_widths (const OtoModelConfig *config)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < config->system->n_widths; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? ", " : "", config->widths[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

/* Documented in the private header. */
void
oto_model_snapshot_add_metadata (OtoModelSnapshot *self,
                                 OtoSafetensors   *file)
{
  const OtoModelConfig *config = &self->config;

  oto_safetensors_set_meta (file, "format", FORMAT);
  oto_safetensors_set_meta (file, "format_version", FORMAT_VERSION);
  oto_safetensors_set_meta (file, "system", config->system->name);
  set_meta_take (file, "classes",
                 oto_json_format_strings ((const char * const *) self->class_names));
  set_meta_take (file, "front_end", oto_logmel_config_dup_json (&self->front_end));
  set_meta_take (file, "n_frames", g_strdup_printf ("%d", config->n_frames));
  set_meta_take (file, "n_mels", g_strdup_printf ("%d", config->n_mels));
  set_meta_take (file, "width", format_double (config->width));
  set_meta_take (file, "widths", format_widths (config));
  set_meta_take (file, "options", oto_model_config_dup_options_json (config));
  if (self->training_json != NULL)
    oto_safetensors_set_meta (file, "training", self->training_json);
  if (self->tuning != NULL)
    set_meta_take (file, OTO_MODEL_SNAPSHOT_TUNING_KEY,
                   oto_tuning_dup_json (self->tuning, (const char * const *) self->class_names));
}

/* Documented in the private header. */
gboolean
oto_model_snapshot_fail (GError    **error,
                         const char *format,
                         ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH,
               _("%s. Export or fetch the model again."), message);
  return FALSE;
}

static gboolean
fail_entry (const char *text,
            const char *key,
            const char *cause,
            GError    **error)
{
  if (text == NULL)
    return oto_model_snapshot_fail (error, _("The entry “%s” is missing from its metadata"), key);
  return oto_model_snapshot_fail (error, _("The entry “%s” of its metadata %s"), key, cause);
}

/* A metadata entry that must hold a JSON array or object. */
static JsonNode *
parse_json_meta (OtoSafetensors *file,
                 const char     *key,
                 JsonNodeType    type,
                 GError        **error)
{
  const char *text = oto_safetensors_get_meta (file, key);
  g_autoptr (JsonNode) node = NULL;

  if (text != NULL)
    node = oto_json_parse (text, strlen (text), NULL);
  if (node != NULL && json_node_get_node_type (node) == type)
    return g_steal_pointer (&node);
  fail_entry (text, key, "cannot be read", error);
  return NULL;
}

static gboolean
parse_number (OtoSafetensors *file,
              const char     *key,
              double         *ret_value,
              GError        **error)
{
  const char *text = oto_safetensors_get_meta (file, key);
  char *end = NULL;
  double value = 0.0;

  if (text != NULL && *text != '\0')
    {
      errno = 0;
      value = g_ascii_strtod (text, &end);
      if (errno == 0 && *end == '\0' && isfinite (value))
        {
          *ret_value = value;
          return TRUE;
        }
    }
  return fail_entry (text, key, "is not a number", error);
}

static gboolean
parse_int (OtoSafetensors *file,
           const char     *key,
           int            *ret_value,
           GError        **error)
{
  double value = 0.0;

  if (!parse_number (file, key, &value, error))
    return FALSE;
  if (value != floor (value) || fabs (value) > G_MAXINT)
    return oto_model_snapshot_fail (error,
                                    _("The entry “%s” of its metadata is not a whole number"), key);
  *ret_value = (int) value;
  return TRUE;
}

/* A list of numbers of channels, @n or at most so many of them. */
static gboolean
parse_widths (OtoSafetensors *file,
              const char     *key,
              guint           n,
              int            *ret_widths,
              GError        **error)
{
  g_autoptr (JsonNode) node = parse_json_meta (file, key, JSON_NODE_ARRAY, error);
  JsonArray *array;

  if (node == NULL)
    return FALSE;
  array = json_node_get_array (node);
  if (json_array_get_length (array) != n)
    return oto_model_snapshot_fail (error,
                                    _("The entry “%s” of its metadata has %u numbers instead of "
                                      "%u"), key, json_array_get_length (array), n);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      const gboolean is_whole = JSON_NODE_HOLDS_VALUE (item)
                                && json_node_get_value_type (item) == G_TYPE_INT64;
      const gint64 value = is_whole ? json_node_get_int (item) : -1;

      if (value < 0 || value > G_MAXINT)
        return oto_model_snapshot_fail (error,
                                        _("The entry “%s” of its metadata is not a list of "
                                          "channels"), key);
      ret_widths[i] = (int) value;
    }
  return TRUE;
}

static char **
parse_classes (OtoSafetensors *file,
               int            *ret_n,
               GError        **error)
{
  g_autoptr (JsonNode) node = parse_json_meta (file, "classes", JSON_NODE_ARRAY, error);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;
  guint n;

  if (node == NULL)
    return NULL;
  array = json_node_get_array (node);
  n = json_array_get_length (array);
  for (guint k = 0; k < n; k++)
    {
      JsonNode *item = json_array_get_element (array, k);
      const char *name = NULL;

      if (JSON_NODE_HOLDS_VALUE (item) && json_node_get_value_type (item) == G_TYPE_STRING)
        name = json_node_get_string (item);
      if (name == NULL || *name == '\0' || !g_utf8_validate (name, -1, NULL))
        oto_model_snapshot_fail (error, _("Class %u has no readable name"), k + 1);
      else if (!g_hash_table_add (seen, (gpointer) name))
        oto_model_snapshot_fail (error, _("Two classes are called “%s”"), name);
      else
        {
          g_strv_builder_add (builder, name);
          continue;
        }
      return NULL;
    }
  *ret_n = (int) n;
  return g_strv_builder_end (builder);
}

static gboolean
parse_system (OtoSafetensors *file,
              OtoModelConfig *config,
              GError        **error)
{
  const char *name = oto_safetensors_get_meta (file, "system");
  g_autofree char *names = NULL;

  if (name == NULL)
    return fail_entry (NULL, "system", NULL, error);
  config->system = oto_systems_find (name);
  if (config->system == NULL)
    {
      names = oto_systems_dup_names ();
      g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_SYSTEM,
                   _("It is of system “%s”, which this version does not know (it knows %s). "
                     "Use a newer version."), name, names);
      return FALSE;
    }
  return TRUE;
}

static gboolean
parse_options (OtoSafetensors *file,
               OtoModelConfig *config,
               GError        **error)
{
  g_autoptr (JsonNode) node = parse_json_meta (file, "options", JSON_NODE_OBJECT, error);

  return node != NULL
         && oto_model_config_parse_options_json (config, json_node_get_object (node), error);
}

/* An entry of format 1 that is an option of some systems; the others had it, too, with a value that
 * says nothing. */
static gboolean
parse_old_option (OtoSafetensors *file,
                  const char     *key,
                  const char     *option,
                  OtoModelConfig *config,
                  GError        **error)
{
  double value = 0.0;

  return parse_number (file, key, &value, error)
         && (!oto_model_config_has_option (config, option)
          || oto_model_config_set_option (config, option, value, error));
}

static gboolean
parse_old_form (OtoSafetensors *file,
                OtoModelConfig *config,
                GError        **error)
{
  const char *form = oto_safetensors_get_meta (file, "pooling_form");

  if (form == NULL || (!oto_model_config_has_option (config, "form")
                       && g_str_equal (form, "released")))
    return TRUE;
  return oto_model_config_parse_option (config, "form", form, error);
}

/* What format 1 says of widths and options. */
static gboolean
parse_old_config (OtoSafetensors *file,
                  OtoModelConfig *config,
                  GError        **error)
{
  int dec_channels[OTO_VGG8_N_BLOCKS];
  const guint n_widths = config->system->n_widths;

  if (n_widths != OTO_VGG8_N_BLOCKS && n_widths != 2 * OTO_VGG8_N_BLOCKS)
    return oto_model_snapshot_fail (error, _("Its system is newer than its format"));
  if (!parse_old_form (file, config, error)
      || !parse_old_option (file, "alpha", "alpha", config, error)
      || !parse_old_option (file, "gwrp_decay", "decay", config, error)
      || !parse_widths (file, "enc_channels", OTO_VGG8_N_BLOCKS, config->widths, error)
      || !parse_widths (file, "dec_channels", OTO_VGG8_N_BLOCKS, dec_channels, error))
    return FALSE;
  memcpy (config->widths + OTO_VGG8_N_BLOCKS, dec_channels, sizeof dec_channels);
  return TRUE;
}

static gboolean
parse_config (OtoSafetensors *file,
              OtoModelConfig *config,
              GError        **error)
{
  const char *version = oto_safetensors_get_meta (file, "format_version");

  if (!parse_system (file, config, error)
      || !parse_int (file, "n_frames", &config->n_frames, error)
      || !parse_int (file, "n_mels", &config->n_mels, error)
      || !parse_number (file, "width", &config->width, error))
    return FALSE;
  for (guint i = 0; i < config->system->n_options; i++)
    config->options[i] = config->system->options[i].value;
  if (g_str_equal (version, OLD_FORMAT_VERSION))
    return parse_old_config (file, config, error);
  return parse_widths (file, "widths", config->system->n_widths, config->widths, error)
         && parse_options (file, config, error);
}

static gboolean
parse_tuning (OtoModelSnapshot *self,
              OtoSafetensors   *file,
              GError          **error)
{
  const char *text = oto_safetensors_get_meta (file, OTO_MODEL_SNAPSHOT_TUNING_KEY);

  if (text == NULL)
    return TRUE;
  self->tuning = oto_tuning_parse_json (text, (const char * const *) self->class_names, error);
  return self->tuning != NULL;
}

/* Documented in the private header. */
gboolean
oto_model_snapshot_parse_metadata (OtoModelSnapshot *self,
                                   OtoSafetensors   *file,
                                   GError          **error)
{
  const char *format = oto_safetensors_get_meta (file, "format");
  const char *version = oto_safetensors_get_meta (file, "format_version");
  const char *training = oto_safetensors_get_meta (file, "training");
  OtoModelConfig *config = &self->config;

  if (g_strcmp0 (format, FORMAT) != 0)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("It is a safetensors file, but no Otoscope model. Choose a model, or convert "
                     "a released checkpoint with convert-released-checkpoint.py or "
                     "convert-panns.py."));
      return FALSE;
    }
  if (g_strcmp0 (version, FORMAT_VERSION) != 0 && g_strcmp0 (version, OLD_FORMAT_VERSION) != 0)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   _("It is of format version %s, this program reads %s. Use a newer version."),
                   version != NULL ? version : _("none"), FORMAT_VERSION);
      return FALSE;
    }
  if (training != NULL)
    {
      g_autoptr (JsonNode) node = parse_json_meta (file, "training", JSON_NODE_OBJECT, error);

      if (node == NULL)
        return FALSE;
      self->training_json = g_strdup (training);
    }

  self->class_names = parse_classes (file, &config->n_classes, error);
  return self->class_names != NULL
         && parse_tuning (self, file, error)
         && oto_logmel_config_parse_json (oto_safetensors_get_meta (file, "front_end"),
                                       &self->front_end, error)
         && parse_config (file, config, error)
         && oto_model_config_validate (config, error);
}
