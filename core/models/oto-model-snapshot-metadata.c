/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/oto-error.h"
#include "io/oto-json.h"
#include "io/oto-safetensors.h"
#include "models/oto-model-snapshot-private.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* A model file is a safetensors file whose metadata holds strings:
 *
 *   format          "otoscope-model"
 *   format_version  "1"
 *   system          a name of oto_systems_find ()
 *   pooling_form    "released" or "equations"
 *   classes         JSON array of names, in the order of the outputs
 *   front_end       JSON object with the fields of OtoLogmelConfig; window is "hamming" or "hann"
 *   n_frames, n_mels, width, alpha, gwrp_decay   numbers
 *   enc_channels, dec_channels                   JSON arrays of four numbers; zeros: no decoder
 *   training        JSON object, optional
 *
 * and whose tensors are those of oto_model_config_list_params (), scaler.mean and scaler.std. */
#define FORMAT "otoscope-model"
#define FORMAT_VERSION "1"

static const char *const window_names[] = { [OTO_WINDOW_HAMMING] = "hamming",
                                            [OTO_WINDOW_HANN] = "hann" };
static const char *const form_names[] = { [OTO_POOLING_FORM_RELEASED] = "released",
                                          [OTO_POOLING_FORM_EQUATIONS] = "equations" };

static char *
format_double (double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_dtostr (buffer, sizeof buffer, value));
}

/* Written by hand: models are told apart by a hash of this text, so that its digits are fixed. */
static void
append_number (GString    *text,
               const char *name,
               double      value)
{
  g_autofree char *number = format_double (value);

  g_string_append_printf (text, "%s\"%s\":%s", text->len > 1 ? "," : "", name, number);
}

char *
oto_model_snapshot_dup_front_end_json (OtoModelSnapshot *self)
{
  const OtoLogmelConfig *config = &self->front_end;
  GString *text = g_string_new ("{");

  append_number (text, "sample_rate_hz", config->sample_rate_hz);
  append_number (text, "window_len", config->window_len);
  append_number (text, "hop_len", config->hop_len);
  append_number (text, "n_mels", config->n_mels);
  append_number (text, "min_hz", config->min_hz);
  append_number (text, "max_hz", config->max_hz);
  append_number (text, "floor", config->floor);
  g_string_append_printf (text, ",\"window\":\"%s\"}", window_names[config->window]);
  return g_string_free (text, FALSE);
}

static void
set_meta_take (OtoSafetensors *file,
               const char     *key,
               char           *value)
{
  oto_safetensors_set_meta (file, key, value);
  g_free (value);
}

/* Documented in the private header. */
void
oto_model_snapshot_add_metadata (OtoModelSnapshot *self,
                                 OtoSafetensors   *file)
{
  const OtoModelConfig *config = &self->config;
  const int *enc = config->enc_channels, *dec = config->dec_channels;

  oto_safetensors_set_meta (file, "format", FORMAT);
  oto_safetensors_set_meta (file, "format_version", FORMAT_VERSION);
  oto_safetensors_set_meta (file, "system", config->system->name);
  oto_safetensors_set_meta (file, "pooling_form", form_names[config->pooling_form]);
  set_meta_take (file, "classes",
                 oto_json_format_strings ((const char * const *) self->class_names));
  set_meta_take (file, "front_end", oto_model_snapshot_dup_front_end_json (self));
  set_meta_take (file, "n_frames", g_strdup_printf ("%d", config->n_frames));
  set_meta_take (file, "n_mels", g_strdup_printf ("%d", config->n_mels));
  set_meta_take (file, "width", format_double (config->width));
  set_meta_take (file, "alpha", format_double (config->alpha));
  set_meta_take (file, "gwrp_decay", format_double (config->gwrp_decay));
  set_meta_take (file, "enc_channels",
                 g_strdup_printf ("[%d, %d, %d, %d]", enc[0], enc[1], enc[2], enc[3]));
  set_meta_take (file, "dec_channels",
                 g_strdup_printf ("[%d, %d, %d, %d]", dec[0], dec[1], dec[2], dec[3]));
  if (self->training_json != NULL)
    oto_safetensors_set_meta (file, "training", self->training_json);
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
               "%s. Export or fetch the model again.", message);
  return FALSE;
}

static gboolean
fail_entry (const char *text,
            const char *key,
            const char *cause,
            GError    **error)
{
  if (text == NULL)
    return oto_model_snapshot_fail (error, "The entry “%s” is missing from its metadata", key);
  return oto_model_snapshot_fail (error, "The entry “%s” of its metadata %s", key, cause);
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
    return oto_model_snapshot_fail (error, "The entry “%s” of its metadata is not a whole number",
                                    key);
  *ret_value = (int) value;
  return TRUE;
}

static gboolean
parse_channels (OtoSafetensors *file,
                const char     *key,
                int            *ret_channels,
                GError        **error)
{
  g_autoptr (JsonNode) node = parse_json_meta (file, key, JSON_NODE_ARRAY, error);
  JsonArray *array;

  if (node == NULL)
    return FALSE;
  array = json_node_get_array (node);
  if (json_array_get_length (array) != 4)
    return oto_model_snapshot_fail (error,
                                    "The entry “%s” of its metadata has %u numbers instead of 4",
                                    key, json_array_get_length (array));
  for (guint b = 0; b < 4; b++)
    {
      JsonNode *item = json_array_get_element (array, b);
      const gint64 value = JSON_NODE_HOLDS_VALUE (item) ? json_node_get_int (item) : -1;

      if (value < 0 || value > G_MAXINT)
        return oto_model_snapshot_fail (error,
                                        "The entry “%s” of its metadata is not a list of channels",
                                        key);
      ret_channels[b] = (int) value;
    }
  return TRUE;
}

/* Looks @text up among @n names; -1 when it is none of them. */
static int
find_name (const char *const *names,
           int                n,
           const char        *text)
{
  for (int i = 0; i < n; i++)
    if (g_strcmp0 (names[i], text) == 0)
      return i;
  return -1;
}

static gboolean
parse_member (JsonObject *object,
              const char *name,
              double     *ret_value,
              GError    **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      (json_node_get_value_type (node) != G_TYPE_INT64 &&
       json_node_get_value_type (node) != G_TYPE_DOUBLE) ||
      !isfinite (json_node_get_double (node)) || fabs (json_node_get_double (node)) > 1e9)
    return oto_model_snapshot_fail (error, "Its front end has no usable number “%s”", name);
  *ret_value = json_node_get_double (node);
  return TRUE;
}

static gboolean
parse_front_end (OtoSafetensors  *file,
                 OtoLogmelConfig *ret_config,
                 GError         **error)
{
  g_autoptr (JsonNode) node = parse_json_meta (file, "front_end", JSON_NODE_OBJECT, error);
  double rate_hz, window_len, hop_len, n_mels;
  JsonNode *window_node;
  JsonObject *object;
  int window = -1;

  if (node == NULL)
    return FALSE;
  object = json_node_get_object (node);
  if (!parse_member (object, "sample_rate_hz", &rate_hz, error) ||
      !parse_member (object, "window_len", &window_len, error) ||
      !parse_member (object, "hop_len", &hop_len, error) ||
      !parse_member (object, "n_mels", &n_mels, error) ||
      !parse_member (object, "min_hz", &ret_config->min_hz, error) ||
      !parse_member (object, "max_hz", &ret_config->max_hz, error) ||
      !parse_member (object, "floor", &ret_config->floor, error))
    return FALSE;

  window_node = json_object_get_member (object, "window");
  if (window_node != NULL && JSON_NODE_HOLDS_VALUE (window_node))
    window = find_name (window_names, G_N_ELEMENTS (window_names),
                        json_node_get_string (window_node));
  if (window < 0)
    return oto_model_snapshot_fail (error, "The analysis window of its front end is unknown");

  ret_config->sample_rate_hz = (int) rate_hz;
  ret_config->window_len = (int) window_len;
  ret_config->hop_len = (int) hop_len;
  ret_config->n_mels = (int) n_mels;
  ret_config->window = (OtoWindowKind) window;
  return oto_logmel_config_validate (ret_config, error);
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
        oto_model_snapshot_fail (error, "Class %u has no readable name", k + 1);
      else if (!g_hash_table_add (seen, (gpointer) name))
        oto_model_snapshot_fail (error, "Two classes are called “%s”", name);
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
  const char *form = oto_safetensors_get_meta (file, "pooling_form");
  g_autofree char *names = NULL;
  int form_index;

  if (name == NULL)
    return fail_entry (NULL, "system", NULL, error);
  config->system = oto_systems_find (name);
  if (config->system == NULL)
    {
      names = oto_systems_dup_names ();
      g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_SYSTEM,
                   "It is of system “%s”, which this version does not know (it knows %s). "
                   "Use a newer version.", name, names);
      return FALSE;
    }
  form_index = form == NULL ? OTO_POOLING_FORM_RELEASED
                            : find_name (form_names, G_N_ELEMENTS (form_names), form);
  if (form_index < 0)
    return oto_model_snapshot_fail (error, "Its pooling form “%s” is unknown", form);
  config->pooling_form = (OtoPoolingForm) form_index;
  return TRUE;
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
                   "It is a safetensors file, but no Otoscope model. Choose a model, or convert a "
                   "released checkpoint with convert-released-checkpoint.py.");
      return FALSE;
    }
  if (g_strcmp0 (version, FORMAT_VERSION) != 0)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_FORMAT,
                   "It is of format version %s, this program reads %s. Use a newer version.",
                   version != NULL ? version : "none", FORMAT_VERSION);
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
  return self->class_names != NULL &&
         parse_system (file, config, error) &&
         parse_front_end (file, &self->front_end, error) &&
         parse_int (file, "n_frames", &config->n_frames, error) &&
         parse_int (file, "n_mels", &config->n_mels, error) &&
         parse_number (file, "width", &config->width, error) &&
         parse_number (file, "alpha", &config->alpha, error) &&
         parse_number (file, "gwrp_decay", &config->gwrp_decay, error) &&
         parse_channels (file, "enc_channels", config->enc_channels, error) &&
         parse_channels (file, "dec_channels", config->dec_channels, error) &&
         oto_model_config_validate (config, error);
}
