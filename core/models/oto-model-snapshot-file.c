/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model-snapshot.h"

#include "base/oto-arena.h"
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

static void
add_metadata (OtoModelSnapshot *self,
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

/* Whether every value is also one in half precision, without overflow. */
static gboolean
fits_half (const float *values,
           size_t       len)
{
  for (size_t i = 0; i < len; i++)
    if (!(fabsf (values[i]) <= 65504.f))
      return FALSE;
  return TRUE;
}

/**
 * oto_model_snapshot_to_safetensors:
 * @self: a snapshot
 * @half: whether to round the weights of convolutions and linear maps to F16
 *
 * Names that begin with %OTO_MODEL_SNAPSHOT_TRAIN_PREFIX are free for what a checkpoint adds.
 *
 * Returns: (transfer full): what a model file holds
 */
OtoSafetensors *
oto_model_snapshot_to_safetensors (OtoModelSnapshot *self,
                                   gboolean          half)
{
  OtoSafetensors *file = oto_safetensors_new ();
  const gint64 n_mels = self->config.n_mels;
  g_autofree OtoParam *params = NULL;
  guint n;

  add_metadata (self, file);
  params = oto_model_config_list_params (&self->config, &n, NULL, NULL);
  for (guint i = 0; i < n; i++)
    {
      const float *values = (params[i].is_buffer ? self->buffers : self->params) + params[i].pos;
      const gboolean is_half = half && params[i].n_dims > 1 && fits_half (values, params[i].len);

      oto_safetensors_add (file, params[i].name, is_half ? OTO_DTYPE_F16 : OTO_DTYPE_F32,
                           params[i].n_dims, params[i].shape, values);
    }
  oto_safetensors_add (file, "scaler.mean", OTO_DTYPE_F32, 1, &n_mels, self->scaler.mean_f);
  oto_safetensors_add (file, "scaler.std", OTO_DTYPE_F32, 1, &n_mels, self->scaler.std_f);
  return file;
}

/**
 * oto_model_snapshot_save:
 * @self: a snapshot
 * @path: where to
 * @half: whether to round the weights of convolutions and linear maps to F16
 * @error: return location
 *
 * Writes a model file, beside @path and then renamed.
 *
 * Returns: whether it was written
 */
gboolean
oto_model_snapshot_save (OtoModelSnapshot *self,
                         const char       *path,
                         gboolean          half,
                         GError          **error)
{
  g_autoptr (OtoSafetensors) file = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  file = oto_model_snapshot_to_safetensors (self, half);
  return oto_safetensors_save (file, path, error);
}

static gboolean G_GNUC_PRINTF (2, 3)
set_mismatch (GError    **error,
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
  set_mismatch (error, text == NULL ? "The entry “%s” is missing from its metadata"
                                    : "The entry “%s” of its metadata cannot be read", key);
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
  return set_mismatch (error, text == NULL ? "The entry “%s” is missing from its metadata"
                                           : "The entry “%s” of its metadata is not a number", key);
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
    return set_mismatch (error, "The entry “%s” of its metadata is not a whole number", key);
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
    return set_mismatch (error, "The entry “%s” of its metadata has %u numbers instead of 4", key,
                         json_array_get_length (array));
  for (guint b = 0; b < 4; b++)
    {
      JsonNode *item = json_array_get_element (array, b);
      const gint64 value = JSON_NODE_HOLDS_VALUE (item) ? json_node_get_int (item) : -1;

      if (value < 0 || value > G_MAXINT)
        return set_mismatch (error, "The entry “%s” of its metadata is not a list of channels",
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
    return set_mismatch (error, "Its front end has no usable number “%s”", name);
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
    return set_mismatch (error, "The analysis window of its front end is unknown");

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
        set_mismatch (error, "Class %u has no readable name", k + 1);
      else if (!g_hash_table_add (seen, (gpointer) name))
        set_mismatch (error, "Two classes are called “%s”", name);
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
    return set_mismatch (error, "The entry “%s” is missing from its metadata", "system");
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
    return set_mismatch (error, "Its pooling form “%s” is unknown", form);
  config->pooling_form = (OtoPoolingForm) form_index;
  return TRUE;
}

static gboolean
parse_metadata (OtoModelSnapshot *self,
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

static char *
format_shape (const gint64 *shape,
              int           n_dims)
{
  GString *text = g_string_new ("(");

  for (int d = 0; d < n_dims; d++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, d > 0 ? ", " : "", shape[d]);
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

static gboolean
check_tensor (OtoSafetensors *file,
              const char     *name,
              int             n_dims,
              const gint64   *shape,
              GError        **error)
{
  const OtoSafetensor *tensor = oto_safetensors_find (file, name);
  g_autofree char *expected = format_shape (shape, n_dims);
  g_autofree char *found = NULL;

  if (tensor == NULL)
    return set_mismatch (error, "Its tensor “%s” of shape %s is missing", name, expected);
  found = format_shape (tensor->shape, tensor->n_dims);
  if (tensor->n_dims != n_dims || memcmp (tensor->shape, shape, n_dims * sizeof *shape) != 0)
    return set_mismatch (error, "Its tensor “%s” has shape %s instead of %s", name, found,
                         expected);
  if (tensor->dtype != OTO_DTYPE_F32 && tensor->dtype != OTO_DTYPE_F16)
    return set_mismatch (error, "Its tensor “%s” is neither of type F32 nor F16", name);
  return TRUE;
}

static gboolean
check_values (const char  *name,
              const float *values,
              size_t       len,
              float        low,
              GError     **error)
{
  for (size_t i = 0; i < len; i++)
    if (!isfinite (values[i]) || values[i] < low)
      return set_mismatch (error, "Its tensor “%s” has the value %g at position %" G_GSIZE_FORMAT,
                           name, values[i], i);
  return TRUE;
}

/* Whether a tensor without a place in the network may stand in a file. */
static gboolean
is_known_extra (const char *name)
{
  return g_str_equal (name, "scaler.mean") || g_str_equal (name, "scaler.std") ||
         g_str_has_suffix (name, "num_batches_tracked") ||
         g_str_has_prefix (name, OTO_MODEL_SNAPSHOT_TRAIN_PREFIX);
}

static gboolean
check_no_others (OtoSafetensors *file,
                 const OtoParam *params,
                 guint           n_params,
                 GError        **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n_params; i++)
    g_hash_table_add (known, (gpointer) params[i].name);
  for (guint i = 0; i < oto_safetensors_get_n (file); i++)
    {
      const char *name = oto_safetensors_get (file, i)->name;

      if (!g_hash_table_contains (known, name) && !is_known_extra (name))
        return set_mismatch (error, "It holds a tensor “%s” that its system does not have", name);
    }
  return TRUE;
}

static gboolean
load_weights (OtoModelSnapshot *self,
              OtoSafetensors   *file,
              GError          **error)
{
  g_autofree OtoParam *params = NULL;
  guint n;

  params = oto_model_config_list_params (&self->config, &n, &self->params_len, &self->buffers_len);
  for (guint i = 0; i < n; i++)
    if (!check_tensor (file, params[i].name, params[i].n_dims, params[i].shape, error))
      return FALSE;
  if (!check_no_others (file, params, n, error))
    return FALSE;

  self->params = oto_try_alloc (self->params_len, sizeof (float), error);
  if (self->params == NULL)
    return FALSE;
  self->buffers = oto_try_alloc (self->buffers_len, sizeof (float), error);
  if (self->buffers == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      float *values = (params[i].is_buffer ? self->buffers : self->params) + params[i].pos;
      const float low = g_str_has_suffix (params[i].name, "running_var") ? 0.f : -G_MAXFLOAT;

      if (!oto_safetensors_copy_float (file, params[i].name, params[i].len, values, error) ||
          !check_values (params[i].name, values, params[i].len, low, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
load_scaler (OtoModelSnapshot *self,
             OtoSafetensors   *file,
             GError          **error)
{
  const gint64 n_mels = self->config.n_mels;
  float mean[OTO_SCALER_MAX_MELS], std[OTO_SCALER_MAX_MELS];

  if (self->front_end.n_mels != n_mels)
    return set_mismatch (error, "Its front end has %d mel bins, the network %d",
                         self->front_end.n_mels, (int) n_mels);
  if (!check_tensor (file, "scaler.mean", 1, &n_mels, error) ||
      !check_tensor (file, "scaler.std", 1, &n_mels, error) ||
      !oto_safetensors_copy_float (file, "scaler.mean", n_mels, mean, error) ||
      !oto_safetensors_copy_float (file, "scaler.std", n_mels, std, error) ||
      !check_values ("scaler.mean", mean, n_mels, -G_MAXFLOAT, error) ||
      !check_values ("scaler.std", std, n_mels, G_MINFLOAT, error))
    return FALSE;
  oto_scaler_set (&self->scaler, (int) n_mels, mean, std);
  return TRUE;
}

static OtoModelSnapshot *
load_file (OtoSafetensors *file,
           const char     *name,
           GError        **error)
{
  g_autoptr (OtoModelSnapshot) self = g_new0 (OtoModelSnapshot, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  if (!parse_metadata (self, file, error) ||
      !load_scaler (self, file, error) ||
      !load_weights (self, file, error))
    return NULL;
  oto_model_snapshot_take_hash (self);
  return g_steal_pointer (&self);
}

/**
 * oto_model_snapshot_load_bytes:
 * @bytes: a model file
 * @name: what to call the model, also in messages
 * @error: return location
 *
 * Reads a model file from memory; trusts nothing in it.
 *
 * Returns: (transfer full) (nullable): a snapshot
 */
OtoModelSnapshot *
oto_model_snapshot_load_bytes (GBytes     *bytes,
                               const char *name,
                               GError    **error)
{
  g_autoptr (OtoSafetensors) file = NULL;
  OtoModelSnapshot *self;

  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  file = oto_safetensors_load_bytes (bytes, name, error);
  if (file == NULL)
    return NULL;
  self = load_file (file, name, error);
  if (self == NULL)
    g_prefix_error (error, "The model “%s” cannot be used. ", name);
  return self;
}

/* The model file of a run folder: its best, else its last. */
static char *
dup_run_model_path (const char *dir,
                    GError    **error)
{
  static const char *const names[] = { "best.safetensors", "checkpoint.safetensors" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (dir, names[i], NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
    }
  g_set_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_NOT_FOUND,
               "The folder “%s” holds neither best.safetensors nor checkpoint.safetensors. "
               "Choose a model file or the folder of a run that has finished an epoch.", dir);
  return NULL;
}

static char *
dup_model_name (const char *path)
{
  char *name = g_path_get_basename (path);

  if (g_str_has_suffix (name, ".safetensors"))
    name[strlen (name) - strlen (".safetensors")] = '\0';
  return name;
}

/**
 * oto_model_snapshot_load:
 * @path: a model file, or a run folder: its best model, else its last
 * @error: return location
 *
 * Reads a model file; trusts nothing in it. The model is called after the file, or after the run.
 *
 * Returns: (transfer full) (nullable): a snapshot
 */
OtoModelSnapshot *
oto_model_snapshot_load (const char *path,
                         GError    **error)
{
  g_autoptr (OtoSafetensors) file = NULL;
  g_autofree char *file_path = NULL;
  g_autofree char *name = NULL;
  OtoModelSnapshot *self;

  g_return_val_if_fail (path != NULL, NULL);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    file_path = dup_run_model_path (path, error);
  else
    file_path = g_strdup (path);
  if (file_path == NULL)
    return NULL;

  file = oto_safetensors_load (file_path, error);
  if (file == NULL)
    return NULL;
  name = dup_model_name (path);
  self = load_file (file, name, error);
  if (self == NULL)
    g_prefix_error (error, "The model “%s” cannot be used. ", file_path);
  return self;
}
