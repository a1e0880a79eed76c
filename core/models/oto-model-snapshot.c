/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model-snapshot.h"

#include "base/oto-arena.h"
#include "models/oto-model-snapshot-private.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (OtoModelSnapshot, oto_model_snapshot,
                     oto_model_snapshot_ref, oto_model_snapshot_unref)

/**
 * oto_model_snapshot_new:
 * @config: a valid configuration; copied
 * @class_names: (array length=K): names in the order of the outputs; copied
 * @front_end: the features that the network was trained on; copied
 * @scaler: their standardisation, finished; copied
 * @params: the weights, in the order of oto_model_config_list_params(); copied
 * @buffers: the running statistics; copied
 * @training_json: (nullable): the record of the training, a JSON object; copied
 * @name: what to call the model; copied
 * @error: return location
 *
 * Makes a snapshot of a network.
 *
 * Returns: (transfer full) (nullable): a snapshot; %NULL when memory is short
 */
OtoModelSnapshot *
oto_model_snapshot_new (const OtoModelConfig  *config,
                        const char * const    *class_names,
                        const OtoLogmelConfig *front_end,
                        const OtoScaler       *scaler,
                        const float           *params,
                        const float           *buffers,
                        const char            *training_json,
                        const char            *name,
                        GError               **error)
{
  g_autofree OtoParam *list = NULL;
  g_autoptr (OtoModelSnapshot) self = NULL;
  guint n;

  g_return_val_if_fail (config != NULL, NULL);
  g_return_val_if_fail (class_names != NULL, NULL);
  g_return_val_if_fail (front_end != NULL && front_end->n_mels == config->n_mels, NULL);
  g_return_val_if_fail (scaler != NULL && scaler->n_mels == config->n_mels, NULL);
  g_return_val_if_fail (params != NULL && buffers != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  self = g_new0 (OtoModelSnapshot, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->config = *config;
  self->front_end = *front_end;
  oto_scaler_set (&self->scaler, scaler->n_mels, scaler->mean_f, scaler->std_f);
  self->class_names = g_new0 (char *, config->n_classes + 1);
  for (int k = 0; k < config->n_classes; k++)
    self->class_names[k] = g_strdup (class_names[k]);
  self->training_json = g_strdup (training_json);
  self->name = g_strdup (name);

  list = oto_model_config_list_params (config, &n, &self->params_len, &self->buffers_len);
  self->params = oto_try_alloc (self->params_len, sizeof (float), error);
  if (self->params == NULL)
    return NULL;
  self->buffers = oto_try_alloc (self->buffers_len, sizeof (float), error);
  if (self->buffers == NULL)
    return NULL;
  memcpy (self->params, params, self->params_len * sizeof (float));
  memcpy (self->buffers, buffers, self->buffers_len * sizeof (float));
  oto_model_snapshot_take_hash (self);
  return g_steal_pointer (&self);
}

/**
 * oto_model_snapshot_ref:
 * @self: a snapshot
 *
 * Returns: (transfer full): a new reference
 */
OtoModelSnapshot *
oto_model_snapshot_ref (OtoModelSnapshot *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * oto_model_snapshot_unref:
 * @self: (transfer full): a snapshot
 *
 * Drops a reference; the last one frees the weights.
 */
void
oto_model_snapshot_unref (OtoModelSnapshot *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_strfreev (self->class_names);
  if (self->base == NULL)
    {
      oto_free (self->params);
      oto_free (self->buffers);
    }
  g_clear_pointer (&self->base, oto_model_snapshot_unref);
  oto_tuning_free (self->tuning);
  g_free (self->training_json);
  g_free (self->name);
  g_free (self->hash);
  g_free (self);
}

/**
 * oto_model_snapshot_with_tuning:
 * @self: a snapshot
 * @tuning: (nullable): what validation data say of it; copied; %NULL: the published settings
 *
 * Returns: (transfer full): the same model, which shares its weights, tuned so
 */
OtoModelSnapshot *
oto_model_snapshot_with_tuning (OtoModelSnapshot *self,
                                const OtoTuning  *tuning)
{
  OtoModelSnapshot *tuned;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (tuning == NULL || (int) tuning->n_classes == self->config.n_classes, NULL);

  tuned = g_new0 (OtoModelSnapshot, 1);
  g_atomic_ref_count_init (&tuned->ref_count);
  tuned->config = self->config;
  tuned->front_end = self->front_end;
  oto_scaler_set (&tuned->scaler, self->scaler.n_mels, self->scaler.mean_f, self->scaler.std_f);
  tuned->class_names = g_strdupv (self->class_names);
  tuned->training_json = g_strdup (self->training_json);
  tuned->name = g_strdup (self->name);
  tuned->base = oto_model_snapshot_ref (self->base != NULL ? self->base : self);
  tuned->params = self->params;
  tuned->buffers = self->buffers;
  tuned->params_len = self->params_len;
  tuned->buffers_len = self->buffers_len;
  tuned->tuning = tuning != NULL ? oto_tuning_copy (tuning) : NULL;
  oto_model_snapshot_take_hash (tuned);
  return tuned;
}

/* The scalars that change results; names, widths and the training record do not. */
void
oto_model_snapshot_take_hash (OtoModelSnapshot *self)
{
  const OtoModelConfig *config = &self->config;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *front_end = oto_logmel_config_dup_json (&self->front_end);
  g_autofree char *options = oto_model_config_dup_options_json (config);
  g_autofree char *text = NULL;

  text = g_strdup_printf ("%s %d %d %d %s %s", config->system->name, config->n_classes,
                          config->n_frames, config->n_mels, options, front_end);
  g_checksum_update (checksum, (const guchar *) text, -1);
  g_checksum_update (checksum, (const guchar *) config->widths, sizeof config->widths);
  for (int k = 0; k < config->n_classes; k++)
    g_checksum_update (checksum, (const guchar *) self->class_names[k],
                       strlen (self->class_names[k]) + 1);
  g_checksum_update (checksum, (const guchar *) self->scaler.mean_f,
                     config->n_mels * sizeof (float));
  g_checksum_update (checksum, (const guchar *) self->scaler.std_f,
                     config->n_mels * sizeof (float));
  g_checksum_update (checksum, (const guchar *) self->params, self->params_len * sizeof (float));
  g_checksum_update (checksum, (const guchar *) self->buffers, self->buffers_len * sizeof (float));
  if (self->tuning != NULL)
    {
      g_autofree char *tuning = oto_tuning_dup_json (self->tuning,
                                                     (const char * const *) self->class_names);

      g_checksum_update (checksum, (const guchar *) tuning, -1);
    }
  self->hash = g_strdup (g_checksum_get_string (checksum));
}

/**
 * oto_model_snapshot_get_config:
 * @self: a snapshot
 *
 * Returns: (transfer none): the configuration
 */
const OtoModelConfig *
oto_model_snapshot_get_config (OtoModelSnapshot *self)
{
  return &self->config;
}

/**
 * oto_model_snapshot_get_front_end:
 * @self: a snapshot
 *
 * Returns: (transfer none): the features that the network takes
 */
const OtoLogmelConfig *
oto_model_snapshot_get_front_end (OtoModelSnapshot *self)
{
  return &self->front_end;
}

/**
 * oto_model_snapshot_get_scaler:
 * @self: a snapshot
 *
 * Returns: (transfer none): their standardisation
 */
const OtoScaler *
oto_model_snapshot_get_scaler (OtoModelSnapshot *self)
{
  return &self->scaler;
}

/**
 * oto_model_snapshot_get_class_names:
 * @self: a snapshot
 *
 * Returns: (transfer none) (array zero-terminated=1): the classes, in the order of the outputs
 */
const char * const *
oto_model_snapshot_get_class_names (OtoModelSnapshot *self)
{
  return (const char * const *) self->class_names;
}

/**
 * oto_model_snapshot_get_params:
 * @self: a snapshot
 * @ret_len: (out) (optional): their number
 *
 * Returns: (transfer none) (array length=ret_len): the weights
 */
const float *
oto_model_snapshot_get_params (OtoModelSnapshot *self,
                               size_t           *ret_len)
{
  if (ret_len != NULL)
    *ret_len = self->params_len;
  return self->params;
}

/**
 * oto_model_snapshot_get_buffers:
 * @self: a snapshot
 * @ret_len: (out) (optional): their number
 *
 * Returns: (transfer none) (array length=ret_len): the running statistics
 */
const float *
oto_model_snapshot_get_buffers (OtoModelSnapshot *self,
                                size_t           *ret_len)
{
  if (ret_len != NULL)
    *ret_len = self->buffers_len;
  return self->buffers;
}

/**
 * oto_model_snapshot_get_training_json:
 * @self: a snapshot
 *
 * Returns: (transfer none) (nullable): the record of the training, a JSON object
 */
const char *
oto_model_snapshot_get_training_json (OtoModelSnapshot *self)
{
  return self->training_json;
}

/**
 * oto_model_snapshot_get_tuning:
 * @self: a snapshot
 *
 * Returns: (transfer none) (nullable): what validation data say of it; %NULL: nothing was asked
 */
const OtoTuning *
oto_model_snapshot_get_tuning (OtoModelSnapshot *self)
{
  return self->tuning;
}

/**
 * oto_model_snapshot_dup_binarizers:
 * @self: a snapshot
 *
 * Returns: (transfer full) (array): (K): what makes events of each class: what was found on
 *   validation data, or else the published settings
 */
OtoBinarizer *
oto_model_snapshot_dup_binarizers (OtoModelSnapshot *self)
{
  OtoBinarizer *binarizers = g_new (OtoBinarizer, self->config.n_classes + 1);

  for (int k = 0; k < self->config.n_classes; k++)
    binarizers[k] = self->tuning != NULL ? self->tuning->classes[k] : oto_binarizer_default;
  return binarizers;
}

/**
 * oto_model_snapshot_get_name:
 * @self: a snapshot
 *
 * Returns: (transfer none): what to call the model
 */
const char *
oto_model_snapshot_get_name (OtoModelSnapshot *self)
{
  return self->name;
}

/**
 * oto_model_snapshot_get_hash:
 * @self: a snapshot
 *
 * Returns: (transfer none): SHA-256 of what decides the results, in hexadecimal digits
 */
const char *
oto_model_snapshot_get_hash (OtoModelSnapshot *self)
{
  return self->hash;
}
