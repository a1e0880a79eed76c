/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model.h"

#include "base/oto-arena.h"
#include "base/oto-blas.h"
#include "base/oto-rng.h"
#include "models/oto-model-private.h"
#include "models/oto-model-snapshot.h"
#include "nn/oto-class-weight.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static OtoModel *
model_new (const OtoModelConfig *config,
           OtoEngine            *engine,
           OtoPriority           priority,
           GError              **error)
{
  g_autoptr (OtoModel) self = NULL;

  if (!oto_blas_init (error))
    return NULL;

  self = g_new0 (OtoModel, 1);
  self->config = *config;
  self->network = oto_network_new (config);
  if (!oto_graph_check (self->network->graph, error))
    return NULL;
  self->params_len = oto_graph_get_params_len (self->network->graph);
  self->buffers_len = oto_graph_get_buffers_len (self->network->graph);
  self->params = oto_try_alloc (self->params_len, sizeof (float), error);
  if (self->params == NULL)
    return NULL;
  self->buffers = oto_try_alloc (self->buffers_len, sizeof (float), error);
  if (self->buffers == NULL)
    return NULL;

  self->pass = (OtoPass) {
    .engine = oto_engine_ref (engine), .priority = priority,
    .n_threads = oto_engine_get_n_threads (engine),
    .params = self->params, .buffers = self->buffers,
  };
  return g_steal_pointer (&self);
}

/**
 * oto_model_new: (skip)
 * @config: a valid configuration; copied
 * @seed: of the initial weights
 * @engine: what it runs on
 * @priority: who goes first where others run on it, too
 * @error: return location
 *
 * Makes a network with fresh weights.
 *
 * Returns: (transfer full) (nullable): a network
 */
OtoModel *
oto_model_new (const OtoModelConfig *config,
               guint64               seed,
               OtoEngine            *engine,
               OtoPriority           priority,
               GError              **error)
{
  const OtoParam *list;
  OtoModel *self;
  OtoRng rng;
  guint n;

  g_return_val_if_fail (config != NULL, NULL);
  g_return_val_if_fail (engine != NULL, NULL);

  self = model_new (config, engine, priority, error);
  if (self == NULL)
    return NULL;

  oto_rng_init (&rng, seed);
  list = oto_graph_get_params (self->network->graph, &n);
  for (guint i = 0; i < n; i++)
    oto_param_init (&list[i], &rng,
                    (list[i].is_buffer ? self->buffers : self->params) + list[i].pos);
  return self;
}

/**
 * oto_model_new_from_snapshot: (skip)
 * @snapshot: whose weights to copy
 * @engine: what it runs on
 * @priority: who goes first where others run on it, too
 * @error: return location
 *
 * Makes a network with the weights of a trained one.
 *
 * Returns: (transfer full) (nullable): a network
 */
OtoModel *
oto_model_new_from_snapshot (OtoModelSnapshot *snapshot,
                             OtoEngine        *engine,
                             OtoPriority       priority,
                             GError          **error)
{
  OtoModel *self;

  g_return_val_if_fail (snapshot != NULL, NULL);
  g_return_val_if_fail (engine != NULL, NULL);

  self = model_new (oto_model_snapshot_get_config (snapshot), engine, priority, error);
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
  oto_network_free (self->network);
  oto_engine_unref (self->pass.engine);
  g_clear_object (&self->pass.cancellable);
  oto_free (self->params);
  oto_free (self->grads);
  oto_free (self->buffers);
  g_free (self->class_weights);
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
 * oto_model_get_n_terms: (skip)
 * @self: a network
 *
 * Returns: the number of terms of its loss
 */
guint
oto_model_get_n_terms (OtoModel *self)
{
  return self->network->n_terms;
}

/**
 * oto_model_get_term_name: (skip)
 * @self: a network
 * @i: a term of its loss
 *
 * Returns: (transfer none): what log and curves call it
 */
const char *
oto_model_get_term_name (OtoModel *self,
                         guint     i)
{
  g_return_val_if_fail (i < self->network->n_terms, NULL);

  return self->network->terms[i].name;
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
  oto_graph_weights_changed (self->network->graph);
  self->has_forward = FALSE;
}

/**
 * oto_model_config_get_workspace_bytes: (skip)
 * @config: a valid configuration
 * @n_batch: clips of a pass (N)
 * @n_threads: threads to run on, or 0 for all cores
 * @mode: inference or training
 *
 * Returns: what oto_model_reserve() takes for it; weights and their gradients come on top
 */
size_t
oto_model_config_get_workspace_bytes (const OtoModelConfig *config,
                                      int                   n_batch,
                                      int                   n_threads,
                                      OtoModelMode          mode)
{
  g_autoptr (OtoNetwork) network = NULL;

  g_return_val_if_fail (n_batch > 0 && n_threads >= 0, 0);

  network = oto_network_new (config);
  return oto_graph_get_workspace_bytes (network->graph, n_batch,
                                        n_threads > 0 ? n_threads : oto_workers_get_n_cores (),
                                        mode == OTO_MODEL_TRAIN);
}

/**
 * oto_model_reserve: (skip)
 * @self: a network
 * @n_batch: the largest batch (N) of the passes to come
 * @mode: what they do; memory for training serves inference, too
 * @error: return location
 *
 * Takes all memory that passes need; they take none themselves.
 *
 * Returns: whether there was enough
 */
gboolean
oto_model_reserve (OtoModel      *self,
                   int            n_batch,
                   OtoModelMode   mode,
                   GError       **error)
{
  const gboolean has_backward = mode == OTO_MODEL_TRAIN;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (n_batch > 0, FALSE);

  if (self->has_memory && self->pass.max_batch == n_batch
      && self->pass.has_backward == has_backward)
    return TRUE;

  self->has_memory = self->has_forward = FALSE;
  if (has_backward && self->grads == NULL)
    {
      self->grads = oto_try_alloc (self->params_len, sizeof (float), error);
      if (self->grads == NULL)
        return FALSE;
      self->pass.grads = self->grads;
    }
  if (!oto_graph_reserve (self->network->graph, &self->pass, n_batch, has_backward, error))
    {
      g_prefix_error (error, _("A batch of %d clips does not fit. "), n_batch);
      return FALSE;
    }
  self->has_memory = TRUE;
  return TRUE;
}

/**
 * oto_model_set_priority: (skip)
 * @self: a network on which nothing runs
 * @priority: who goes first where others run on its engine, too
 */
void
oto_model_set_priority (OtoModel    *self,
                        OtoPriority  priority)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (priority < OTO_N_PRIORITIES);

  self->pass.priority = priority;
}

/**
 * oto_model_set_cancellable: (skip)
 * @self: a network
 * @cancellable: (nullable): looked at between layers
 */
void
oto_model_set_cancellable (OtoModel     *self,
                           GCancellable *cancellable)
{
  g_return_if_fail (self != NULL);

  g_set_object (&self->pass.cancellable, cancellable);
}

/**
 * oto_model_set_class_weights: (skip)
 * @self: a network
 * @weights: (nullable) (array): (K): of positive examples in a weighted loss; copied. Negative ones
 *   get 2 less that in the losses that weigh them. %NULL: ones
 */
void
oto_model_set_class_weights (OtoModel    *self,
                             const float *weights)
{
  guint n_classes;

  g_return_if_fail (self != NULL);
  n_classes = (guint) self->config.n_classes;

  g_clear_pointer (&self->class_weights, g_free);
  self->pass.class_weights = self->pass.negative_weights = NULL;
  if (weights == NULL)
    return;
  self->class_weights = g_new (float, 2 * n_classes);
  memcpy (self->class_weights, weights, n_classes * sizeof *weights);
  oto_class_weight_compute_negative (weights, n_classes, self->class_weights + n_classes);
  self->pass.class_weights = self->class_weights;
  self->pass.negative_weights = self->class_weights + n_classes;
}

/**
 * oto_model_set_step: (skip)
 * @self: a network
 * @seed: of the training
 * @step: of the training, from 0
 *
 * Says what dropout draws from in the next training pass.
 */
void
oto_model_set_step (OtoModel *self,
                    guint64   seed,
                    guint64   step)
{
  g_return_if_fail (self != NULL);

  self->pass.seed = seed;
  self->pass.step = step;
}

/* --- passes -------------------------------------------------------------------------------- */

static gboolean
run_forward (OtoModel    *self,
             const float *x,
             int          n_batch,
             gboolean     is_training)
{
  self->has_forward = FALSE;
  self->pass.is_training = is_training;
  oto_pass_begin (&self->pass, n_batch);
  self->has_forward = oto_graph_forward (self->network->graph, &self->pass, x);
  return self->has_forward;
}

/**
 * oto_model_forward: (skip)
 * @self: a network with a workspace
 * @x: (array): (N, T, F), standardised; must stay until the results have been read
 * @n_batch: N, at most what was reserved
 * @mode: in training, the statistics of the batch normalise and the running ones move
 * @wanted_maps: #OtoMap flags; without %OTO_MAP_RECON the decoder does not run
 *
 * Runs the network.
 *
 * Returns: %FALSE when cancelled
 */
gboolean
oto_model_forward (OtoModel     *self,
                   const float  *x,
                   int           n_batch,
                   OtoModelMode  mode,
                   guint         wanted_maps)
{
  OtoNetwork *network;

  g_return_val_if_fail (self != NULL && self->has_memory, FALSE);
  g_return_val_if_fail (x != NULL, FALSE);
  g_return_val_if_fail (n_batch > 0 && n_batch <= self->pass.max_batch, FALSE);
  g_return_val_if_fail (mode == OTO_MODEL_EVAL || self->pass.has_backward, FALSE);

  network = self->network;
  self->has_recon = (wanted_maps & OTO_MAP_RECON) != 0 && network->recon != NULL;
  oto_graph_want_none (network->graph);
  oto_head_want (&network->head, wanted_maps);
  if (self->has_recon)
    oto_graph_want (network->graph, network->recon);
  return run_forward (self, x, n_batch, mode == OTO_MODEL_TRAIN);
}

/* Terms without weight are idle: what only they need does not run. */
static gboolean
is_idle (const OtoModel    *self,
         const OtoLossTerm *term)
{
  return term->weight == 0.0 && !self->runs_idle;
}

static void
want_terms (OtoModel *self)
{
  OtoNetwork *network = self->network;

  oto_graph_want_none (network->graph);
  oto_graph_want (network->graph, network->head.clip_prob);
  for (guint i = 0; i < network->n_terms; i++)
    for (guint e = 0; e < network->terms[i].n_edges && !is_idle (self, &network->terms[i]); e++)
      oto_graph_want (network->graph, network->terms[i].edges[e]);
}

static void
compute_terms (OtoModel     *self,
               const float  *y,
               OtoModelLoss *ret_loss)
{
  OtoNetwork *network = self->network;
  OtoModelLoss loss = { .n_terms = network->n_terms };

  self->pass.y = y;
  oto_graph_begin_backward (network->graph);
  for (guint i = 0; i < network->n_terms; i++)
    {
      const OtoLossTerm *term = &network->terms[i];

      if (is_idle (self, term))
        continue;
      loss.terms[i] = term->funcs->compute (term, &self->pass);
      loss.total += term->weight * loss.terms[i];
    }
  *ret_loss = loss;
}

/**
 * oto_model_train_step: (skip)
 * @self: a network with a workspace for training
 * @x: (array): (N, T, F), standardised
 * @y: (array): (N, K), 0 or 1
 * @n_batch: N, at most what was reserved
 * @ret_loss: (out): of this batch, before the weights change
 *
 * Forward pass in training mode, loss, and backward pass. The gradients of the total are in
 * oto_model_get_grads(); the running statistics have moved; the weights have not. The gradients of
 * maps have taken their place: there is nothing to look at with oto_model_get_map().
 *
 * Returns: %FALSE when cancelled; the gradients are incomplete then
 */
gboolean
oto_model_train_step (OtoModel     *self,
                      const float  *x,
                      const float  *y,
                      int           n_batch,
                      OtoModelLoss *ret_loss)
{
  gboolean done;

  g_return_val_if_fail (self != NULL && self->has_memory, FALSE);
  g_return_val_if_fail (self->pass.has_backward, FALSE);
  g_return_val_if_fail (x != NULL && y != NULL && ret_loss != NULL, FALSE);
  g_return_val_if_fail (n_batch > 0 && n_batch <= self->pass.max_batch, FALSE);

  want_terms (self);
  if (!run_forward (self, x, n_batch, TRUE))
    return FALSE;
  self->has_forward = FALSE;
  memset (self->grads, 0, self->params_len * sizeof (float));
  compute_terms (self, y, ret_loss);
  done = oto_graph_backward (self->network->graph, &self->pass);
  self->has_forward = done && self->runs_idle;
  return done;
}

/* --- maps ---------------------------------------------------------------------------------- */

static size_t
get_class_len (const OtoModel *self,
               OtoMap          map)
{
  switch (map)
    {
    case OTO_MAP_CLIP_PROB:
      return 1;
    case OTO_MAP_STEP1:
    case OTO_MAP_TIME_ATT:
      return self->config.n_frames;
    case OTO_MAP_MEL_WEIGHTS:
      return self->config.n_mels;
    case OTO_MAP_RECON:
    case OTO_MAP_MASK:
    case OTO_MAP_FREQ_ATT:
    case OTO_MAP_CONTRIBUTION:
    case OTO_MAP_LOGMEL:
      return (size_t) self->config.n_frames * self->config.n_mels;
    }
  g_assert_not_reached ();
}

/**
 * oto_model_get_class_map: (skip)
 * @self: a network, after a forward pass
 * @map: a map that the system can show, by class
 * @n: a clip of the batch
 * @k: a class
 * @ret_values: (out caller-allocates): (T, F), (T), (F) or one value
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
  const OtoHead *head;

  g_return_if_fail (self != NULL && self->has_forward);
  g_return_if_fail (n >= 0 && n < self->pass.n_batch);
  g_return_if_fail (k >= 0 && k < self->config.n_classes);
  head = &self->network->head;
  g_return_if_fail ((oto_head_get_maps (head) & map) != 0);

  oto_head_get_class_map (head, &self->pass, map, n, k, ret_values);
}

/**
 * oto_model_get_map: (skip)
 * @self: a network, after a forward pass
 * @map: a map that the system can show; the reconstruction only when it was wanted
 * @n: a clip of the batch
 * @ret_values: (out caller-allocates): (T, F), (K, T, F), (K, T), (K, F) or (K)
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
  g_return_if_fail (n >= 0 && n < self->pass.n_batch);

  if (map == OTO_MAP_RECON)
    {
      const size_t len = get_class_len (self, map);

      g_return_if_fail (self->has_recon);
      memcpy (ret_values, self->network->recon->plain + n * len, len * sizeof (float));
      return;
    }
  for (int k = 0; k < self->config.n_classes; k++)
    oto_model_get_class_map (self, map, n, k, ret_values + k * get_class_len (self, map));
}
