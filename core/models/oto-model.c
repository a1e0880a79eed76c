/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model.h"

#include "base/oto-blas.h"
#include "base/oto-rng.h"
#include "models/oto-model-private.h"
#include "models/oto-model-snapshot.h"

#include <string.h>

static OtoModel *
model_new (const OtoModelConfig *config,
           int                   n_threads,
           gboolean              background,
           GError              **error)
{
  g_autoptr (OtoModel) self = NULL;

  if (!oto_blas_init (error))
    return NULL;

  self = g_new0 (OtoModel, 1);
  self->config = *config;
  self->list = oto_model_config_list_params (config, &self->n_list, &self->params_len,
                                             &self->buffers_len);
  self->params = oto_try_alloc (self->params_len, sizeof (float), error);
  if (self->params == NULL)
    return NULL;
  self->buffers = oto_try_alloc (self->buffers_len, sizeof (float), error);
  if (self->buffers == NULL)
    return NULL;

  self->engine.workers = oto_workers_new (n_threads, background);
  self->engine.n_threads = oto_workers_get_n_threads (self->engine.workers);
  return g_steal_pointer (&self);
}

/**
 * oto_model_new: (skip)
 * @config: a valid configuration; copied
 * @seed: of the initial weights
 * @n_threads: threads to run on, or 0 for all cores
 * @background: whether they run at reduced priority
 * @error: return location
 *
 * Makes a network with fresh weights.
 *
 * Returns: (transfer full) (nullable): a network
 */
OtoModel *
oto_model_new (const OtoModelConfig *config,
               guint64               seed,
               int                   n_threads,
               gboolean              background,
               GError              **error)
{
  OtoModel *self;
  OtoRng rng;

  g_return_val_if_fail (config != NULL, NULL);
  g_return_val_if_fail (n_threads >= 0, NULL);

  self = model_new (config, n_threads, background, error);
  if (self == NULL)
    return NULL;

  oto_rng_init (&rng, seed);
  for (guint i = 0; i < self->n_list; i++)
    oto_param_init (&self->list[i], &rng,
                    (self->list[i].is_buffer ? self->buffers : self->params) + self->list[i].pos);
  return self;
}

/**
 * oto_model_new_from_snapshot: (skip)
 * @snapshot: whose weights to copy
 * @n_threads: threads to run on, or 0 for all cores
 * @background: whether they run at reduced priority
 * @error: return location
 *
 * Makes a network with the weights of a trained one.
 *
 * Returns: (transfer full) (nullable): a network
 */
OtoModel *
oto_model_new_from_snapshot (OtoModelSnapshot *snapshot,
                             int               n_threads,
                             gboolean          background,
                             GError          **error)
{
  OtoModel *self;

  g_return_val_if_fail (snapshot != NULL, NULL);
  g_return_val_if_fail (n_threads >= 0, NULL);

  self = model_new (oto_model_snapshot_get_config (snapshot), n_threads, background, error);
  if (self == NULL)
    return NULL;

  memcpy (self->params, oto_model_snapshot_get_params (snapshot, NULL),
          self->params_len * sizeof (float));
  memcpy (self->buffers, oto_model_snapshot_get_buffers (snapshot, NULL),
          self->buffers_len * sizeof (float));
  return self;
}

/**
 * oto_model_free: (skip)
 * @self: (nullable) (transfer full): a network on which nothing runs
 */
void
oto_model_free (OtoModel *self)
{
  if (self == NULL)
    return;
  oto_model_clear_parts (self);
  oto_workers_free (self->engine.workers);
  g_clear_object (&self->engine.cancellable);
  g_free (self->engine.scratch);
  g_free (self->engine.d_filters);
  oto_free (self->params);
  oto_free (self->grads);
  oto_free (self->buffers);
  g_free (self->list);
  g_free (self);
}

/**
 * oto_model_get_config: (skip)
 * @self: a network
 *
 * Returns: (transfer none): its configuration
 */
const OtoModelConfig *
oto_model_get_config (OtoModel *self)
{
  return &self->config;
}

/**
 * oto_model_get_params: (skip)
 * @self: a network
 * @ret_len: (out) (optional): their number
 *
 * Call oto_model_weights_changed() after writing to them.
 *
 * Returns: (transfer none) (array length=ret_len): the live weights
 */
float *
oto_model_get_params (OtoModel *self,
                      size_t   *ret_len)
{
  if (ret_len != NULL)
    *ret_len = self->params_len;
  return self->params;
}

/**
 * oto_model_get_grads: (skip)
 * @self: a network
 *
 * Returns: (transfer none) (nullable): gradients of the last training step, in the order of the
 *   weights; %NULL before memory for training is reserved
 */
float *
oto_model_get_grads (OtoModel *self)
{
  return self->grads;
}

/**
 * oto_model_get_buffers: (skip)
 * @self: a network
 * @ret_len: (out) (optional): their number
 *
 * Returns: (transfer none) (array length=ret_len): the live running statistics
 */
float *
oto_model_get_buffers (OtoModel *self,
                       size_t   *ret_len)
{
  if (ret_len != NULL)
    *ret_len = self->buffers_len;
  return self->buffers;
}

/**
 * oto_model_weights_changed: (skip)
 * @self: a network whose weights were written to
 *
 * The next pass prepares its filters again; there is nothing to look at before it.
 */
void
oto_model_weights_changed (OtoModel *self)
{
  self->has_filters = FALSE;
  self->has_decoder_filters = FALSE;
  self->has_forward = FALSE;
}

static size_t
get_class_len (const OtoModel *self,
               OtoMap          map)
{
  if (map == OTO_MAP_CLIP_PROB)
    return 1;
  if (map == OTO_MAP_STEP1 || map == OTO_MAP_TIME_ATT)
    return self->config.n_frames;
  return (size_t) self->config.n_frames * self->config.n_mels;
}

/**
 * oto_model_get_class_map: (skip)
 * @self: a network, after a forward pass
 * @map: a map that the system can show, by class
 * @n: a clip of the batch
 * @k: a class
 * @ret_values: (out caller-allocates): (T, F), (T) or one value
 *
 * Copies one class of a map of the last forward pass.
 */
void
oto_model_get_class_map (OtoModel *self,
                         OtoMap    map,
                         int       n,
                         int       k,
                         float    *ret_values)
{
  g_return_if_fail (self != NULL && self->has_forward);
  g_return_if_fail (n >= 0 && n < self->engine.n_batch);
  g_return_if_fail (k >= 0 && k < self->config.n_classes);
  g_return_if_fail (map != OTO_MAP_RECON && (self->config.system->maps & map) != 0);

  oto_head_get_class_map (&self->head, map, n, k, ret_values);
}

/**
 * oto_model_get_map: (skip)
 * @self: a network, after a forward pass
 * @map: a map that the system can show; the reconstruction only when it was wanted
 * @n: a clip of the batch
 * @ret_values: (out caller-allocates): (T, F), (K, T, F), (K, T) or (K)
 *
 * Copies a map of the last forward pass.
 */
void
oto_model_get_map (OtoModel *self,
                   OtoMap    map,
                   int       n,
                   float    *ret_values)
{
  g_return_if_fail (self != NULL && self->has_forward);
  g_return_if_fail (n >= 0 && n < self->engine.n_batch);
  g_return_if_fail ((self->config.system->maps & map) != 0);

  if (map == OTO_MAP_RECON)
    {
      const size_t len = get_class_len (self, map);

      g_return_if_fail (self->has_recon);
      memcpy (ret_values, self->recon + n * len, len * sizeof (float));
      return;
    }
  for (int k = 0; k < self->config.n_classes; k++)
    oto_head_get_class_map (&self->head, map, n, k, ret_values + k * get_class_len (self, map));
}
