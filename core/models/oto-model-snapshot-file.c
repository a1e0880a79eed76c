/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model-snapshot.h"

#include "base/oto-arena.h"
#include "base/oto-error.h"
#include "io/oto-safetensors.h"
#include "models/oto-model-snapshot-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

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

  oto_model_snapshot_add_metadata (self, file);
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
    return oto_model_snapshot_fail (error, _("Its tensor “%s” of shape %s is missing"), name,
                                    expected);
  found = format_shape (tensor->shape, tensor->n_dims);
  if (tensor->n_dims != n_dims || memcmp (tensor->shape, shape, n_dims * sizeof *shape) != 0)
    return oto_model_snapshot_fail (error, _("Its tensor “%s” has shape %s instead of %s"), name,
                                    found, expected);
  if (tensor->dtype != OTO_DTYPE_F32 && tensor->dtype != OTO_DTYPE_F16)
    return oto_model_snapshot_fail (error, _("Its tensor “%s” is neither of type F32 nor F16"),
                                    name);
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
      return oto_model_snapshot_fail (error, _("Its tensor “%s” has the value %g at position %zu"),
                                      name, values[i], i);
  return TRUE;
}

/* Whether a tensor without a place in the network may stand in a file. */
static gboolean
is_known_extra (const char *name)
{
  return g_str_equal (name, "scaler.mean") || g_str_equal (name, "scaler.std")
         || g_str_has_suffix (name, "num_batches_tracked")
         || g_str_has_prefix (name, OTO_MODEL_SNAPSHOT_TRAIN_PREFIX);
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
        return oto_model_snapshot_fail (error,
                                        _("It holds a tensor “%s” that its system does not have"),
                                        name);
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

      if (!oto_safetensors_copy_float (file, params[i].name, params[i].len, values, error)
          || !check_values (params[i].name, values, params[i].len, low, error))
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
    return oto_model_snapshot_fail (error, _("Its front end has %d mel bins, the network %d"),
                                    self->front_end.n_mels, (int) n_mels);
  if (!check_tensor (file, "scaler.mean", 1, &n_mels, error)
      || !check_tensor (file, "scaler.std", 1, &n_mels, error)
      || !oto_safetensors_copy_float (file, "scaler.mean", n_mels, mean, error)
      || !oto_safetensors_copy_float (file, "scaler.std", n_mels, std, error)
      || !check_values ("scaler.mean", mean, n_mels, -G_MAXFLOAT, error)
      || !check_values ("scaler.std", std, n_mels, G_MINFLOAT, error))
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
  if (!oto_model_snapshot_parse_metadata (self, file, error)
      || !load_scaler (self, file, error)
      || !load_weights (self, file, error))
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
    g_prefix_error (error, _("The model “%s” cannot be used. "), name);
  return self;
}

/* Documented in the private header. */
char *
oto_model_snapshot_dup_run_path (const char *dir,
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
               _("The folder “%s” holds neither best.safetensors nor checkpoint.safetensors. "
               "Choose a model file or the folder of a run that has finished an epoch."), dir);
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
    file_path = oto_model_snapshot_dup_run_path (path, error);
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
    g_prefix_error (error, _("The model “%s” cannot be used. "), file_path);
  return self;
}
