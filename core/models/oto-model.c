/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model.h"

#include "base/oto-blas.h"
#include "base/oto-error.h"
#include "base/oto-rng.h"
#include "models/oto-model-private.h"
#include "models/oto-model-snapshot.h"
#include "nn/oto-loss.h"
#include "nn/oto-pool2d.h"

#include <string.h>

static gboolean
has_decoder (const OtoModel *self)
{
  return oto_model_config_has_decoder (&self->config);
}

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

static void
clear_parts (OtoModel *self)
{
  if (self->arena == NULL)
    return;
  oto_conv_stack_clear (&self->encoder);
  oto_conv_stack_clear (&self->decoder);
  oto_head_clear (&self->head);
  g_clear_pointer (&self->arena, oto_arena_free);
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
  clear_parts (self);
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
 * The next pass prepares its filters again.
 */
void
oto_model_weights_changed (OtoModel *self)
{
  self->has_filters = FALSE;
}

/* The engine's own memory: scratch and gradients of filters. */
static void
plan_engine (OtoModel *self,
             OtoPlan  *plan)
{
  OtoEngine *engine = &self->engine;
  size_t scratch_len, filters_len;

  scratch_len = MAX (oto_conv_stack_get_scratch_len (&self->encoder),
                     oto_head_get_scratch_len (&self->head));
  filters_len = MAX (oto_conv_stack_get_filters_len (&self->encoder),
                     oto_head_get_filters_len (&self->head));
  if (has_decoder (self))
    {
      scratch_len = MAX (scratch_len, oto_conv_stack_get_scratch_len (&self->decoder));
      filters_len = MAX (filters_len, oto_conv_stack_get_filters_len (&self->decoder));
    }

  for (int i = 0; i < engine->n_threads; i++)
    {
      engine->scratch[i] = oto_plan_take (plan, scratch_len);
      if (engine->is_training)
        engine->d_filters[i] = oto_plan_take (plan, filters_len);
    }
}

/* Adds the outputs of a stack's layers to @len, and finds the most that a step of its backward pass
 * needs at once: the outputs up to a layer, and the gradient of what the layer read or of what its
 * reader sees. */
static size_t
find_peak (const OtoModel     *self,
           const OtoConvStack *stack,
           size_t              peak,
           size_t             *len)
{
  for (int l = 0; l < OTO_CONV_STACK_N_LAYERS; l++)
    {
      const OtoConv2dShape *shape = &stack->layers[l].shape;
      const int n_channels =
        l == OTO_CONV_STACK_N_LAYERS - 1 ? MAX (shape->c_in, shape->c_out) : shape->c_in;

      *len += oto_engine_get_map_len (&self->engine, shape->c_out);
      peak = MAX (peak, *len + oto_engine_get_map_len (&self->engine, n_channels));
    }
  return peak;
}

/* The maps of training are one block: outputs of the encoder, outputs of the decoder, and at its
 * end the gradient that the backward pass is at, which grows over outputs that are done with. The
 * head's own maps stand where the decoder's will, or have, been. */
static void
plan_training_maps (OtoModel *self,
                    OtoPlan  *plan)
{
  OtoEngine *engine = &self->engine;
  const int n_encoded = self->config.enc_channels[OTO_MODEL_N_BLOCKS - 1];
  const size_t head_len = oto_engine_get_map_len (engine, self->config.n_classes);
  const size_t d_encoded_len = oto_engine_get_map_len (engine, n_encoded);
  size_t len = 0, encoder_len, peak;
  float *block;

  peak = find_peak (self, &self->encoder, 0, &len);
  encoder_len = len;
  peak = MAX (peak, encoder_len + head_len + d_encoded_len);
  if (has_decoder (self))
    peak = find_peak (self, &self->decoder, peak, &len);
  /* What tests want to look at must not be grown over. */
  if (engine->keeps_gradients)
    peak += len;

  block = oto_plan_take (plan, peak);
  if (block == NULL)
    return;
  oto_conv_stack_place_maps (&self->encoder, block);
  oto_head_place_logits (&self->head, block + encoder_len);
  if (has_decoder (self))
    oto_conv_stack_place_maps (&self->decoder, block + encoder_len);
  engine->gradients_end = block + peak;
}

/* Inference writes to two maps in turn. */
static void
plan_inference_maps (OtoModel *self,
                     OtoPlan  *plan)
{
  int n_channels = oto_conv_stack_get_n_channels (&self->encoder), turn = 0;
  float *maps[2];

  if (has_decoder (self))
    n_channels = MAX (n_channels, oto_conv_stack_get_n_channels (&self->decoder));
  for (int i = 0; i < 2; i++)
    maps[i] = oto_plan_take (plan, oto_engine_get_map_len (&self->engine, n_channels));
  oto_conv_stack_place_maps_in_turn (&self->encoder, maps, &turn);
  oto_head_place_logits (&self->head,
                         oto_plan_take (plan, oto_engine_get_map_len (&self->engine,
                                                                      self->config.n_classes)));
  if (has_decoder (self))
    oto_conv_stack_place_maps_in_turn (&self->decoder, maps, &turn);
}

static void
plan_parts (OtoModel *self,
            OtoPlan  *plan)
{
  const OtoEngine *engine = &self->engine;
  const size_t x_len = oto_engine_get_map_len (engine, 1);
  const int n_encoded = self->config.enc_channels[OTO_MODEL_N_BLOCKS - 1];

  plan_engine (self, plan);
  oto_conv_stack_plan (&self->encoder, plan, engine->keeps_gradients);
  oto_head_plan (&self->head, plan);
  if (has_decoder (self))
    {
      oto_conv_stack_plan (&self->decoder, plan, TRUE);
      self->recon = oto_plan_take (plan, x_len);
    }
  if (engine->is_training)
    plan_training_maps (self, plan);
  else
    plan_inference_maps (self, plan);
  if (engine->keeps_gradients)
    {
      self->d_x = oto_plan_take (plan, x_len);
      self->d_recon = oto_plan_take (plan, x_len);
      self->d_encoded = oto_plan_take (plan, oto_engine_get_map_len (engine, n_encoded));
    }
}

static void
init_parts (OtoModel    *self,
            int          n_batch,
            OtoModelMode mode)
{
  const OtoModelConfig *config = &self->config;
  const gboolean has_pool = config->system->encoder == OTO_ENCODER_VGG8_AP;
  OtoEngine *engine = &self->engine;

  engine->n_frames = config->n_frames;
  engine->n_mels = config->n_mels;
  engine->max_batch = n_batch;
  engine->is_training = mode == OTO_MODEL_TRAIN;
  g_free (engine->scratch);
  g_free (engine->d_filters);
  engine->scratch = g_new0 (float *, engine->n_threads);
  engine->d_filters = g_new0 (float *, engine->n_threads);

  oto_conv_stack_init (&self->encoder, engine, self->list, self->n_list,
                       has_pool ? "enc.cb" : "block", 1, config->enc_channels, has_pool);
  oto_head_init (&self->head, engine, config, self->list, self->n_list);
  if (has_decoder (self))
    oto_conv_stack_init (&self->decoder, engine, self->list, self->n_list, "dec.cb",
                         config->enc_channels[3], config->dec_channels, TRUE);
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
  OtoModel model = { .config = *config };
  OtoPlan plan = { 0 };

  g_return_val_if_fail (n_batch > 0 && n_threads >= 0, 0);

  model.engine.n_threads = n_threads > 0 ? n_threads : oto_workers_get_n_cores ();
  model.list = oto_model_config_list_params (config, &model.n_list, NULL, NULL);
  init_parts (&model, n_batch, mode);
  plan_parts (&model, &plan);

  oto_conv_stack_clear (&model.encoder);
  oto_conv_stack_clear (&model.decoder);
  oto_head_clear (&model.head);
  g_free (model.engine.scratch);
  g_free (model.engine.d_filters);
  g_free (model.list);
  return plan.len * sizeof (float);
}

/**
 * oto_model_reserve: (skip)
 * @self: a network
 * @n_batch: the largest batch (N) of the passes to come
 * @mode: training also serves inference, with more memory
 * @error: return location
 *
 * Plans the workspace and takes it at once; no pass allocates anything.
 *
 * Returns: whether there is enough memory; without, no pass can run
 */
gboolean
oto_model_reserve (OtoModel     *self,
                   int           n_batch,
                   OtoModelMode  mode,
                   GError      **error)
{
  OtoPlan plan = { 0 };

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (n_batch > 0, FALSE);

  if (self->arena != NULL && self->engine.max_batch == n_batch &&
      self->engine.is_training == (mode == OTO_MODEL_TRAIN))
    return TRUE;

  clear_parts (self);
  self->has_filters = FALSE;
  self->has_forward = FALSE;
  if (mode == OTO_MODEL_TRAIN && self->grads == NULL)
    {
      self->grads = oto_try_alloc (self->params_len, sizeof (float), error);
      if (self->grads == NULL)
        return FALSE;
    }

  init_parts (self, n_batch, mode);
  plan_parts (self, &plan);
  self->arena = oto_arena_new (plan.len, error);
  if (self->arena == NULL)
    {
      g_prefix_error (error, "A batch of %d clips does not fit. ", n_batch);
      oto_conv_stack_clear (&self->encoder);
      oto_conv_stack_clear (&self->decoder);
      oto_head_clear (&self->head);
      return FALSE;
    }
  plan = (OtoPlan) { .arena = self->arena };
  plan_parts (self, &plan);
  return TRUE;
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

  g_set_object (&self->engine.cancellable, cancellable);
}

static void
prepare_filters (OtoModel *self)
{
  if (self->has_filters)
    return;
  oto_conv_stack_prepare (&self->encoder, self->params);
  oto_head_prepare (&self->head, self->params);
  if (has_decoder (self))
    oto_conv_stack_prepare (&self->decoder, self->params);
  self->has_filters = TRUE;
}

static OtoFeatureMap
get_input (const OtoModel *self)
{
  return (OtoFeatureMap) { self->x, NULL, 1 };
}

/* What the decoder's last layer gives its reader. */
static void
recon_worker (int      thread,
              size_t   begin,
              size_t   end,
              gpointer user_data)
{
  OtoModel *self = user_data;
  const OtoEngine *engine = &self->engine;
  const OtoConvLayer *last = &self->decoder.layers[OTO_CONV_STACK_N_LAYERS - 1];
  const size_t clip_len = (size_t) engine->n_frames * engine->n_mels;
  OtoTiles tiles;

  oto_tiles_init (&tiles, engine, begin, end, 1, 0);
  while (oto_tiles_next (&tiles))
    oto_pool2d_average3 (last->y + tiles.clip * clip_len, engine->n_frames, engine->n_mels, 1,
                         last->scale, last->shift, tiles.row_begin, tiles.row_end,
                         self->recon + tiles.clip * clip_len + tiles.row_begin * engine->n_mels,
                         engine->scratch[thread]);
}

static gboolean
run_forward (OtoModel     *self,
             OtoModelMode  mode,
             gboolean      wants_recon)
{
  const OtoFeatureMap x = get_input (self);
  OtoFeatureMap encoded;

  self->has_forward = FALSE;
  prepare_filters (self);
  if (!oto_conv_stack_forward (&self->encoder, &x, self->params, self->buffers, mode))
    return FALSE;
  encoded = oto_conv_stack_get_output (&self->encoder);
  if (!oto_head_forward (&self->head, &encoded, self->params))
    return FALSE;
  if (wants_recon &&
      !oto_conv_stack_forward (&self->decoder, &encoded, self->params, self->buffers, mode))
    return FALSE;
  if (wants_recon)
    oto_workers_run (self->engine.workers, oto_engine_get_n_items (&self->engine), recon_worker,
                     self);
  self->has_recon = wants_recon;
  self->has_forward = TRUE;
  return TRUE;
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
  g_return_val_if_fail (self != NULL && self->arena != NULL, FALSE);
  g_return_val_if_fail (x != NULL, FALSE);
  g_return_val_if_fail (n_batch > 0 && n_batch <= self->engine.max_batch, FALSE);
  g_return_val_if_fail (mode == OTO_MODEL_EVAL || self->engine.is_training, FALSE);

  self->x = x;
  oto_engine_begin (&self->engine, n_batch);
  return run_forward (self, mode, (wanted_maps & OTO_MAP_RECON) != 0 && has_decoder (self));
}

static void
compute_loss (OtoModel     *self,
              const float  *y,
              OtoModelLoss *ret_loss)
{
  const size_t n_probs = (size_t) self->engine.n_batch * self->config.n_classes;
  const size_t n_bins = (size_t) self->engine.n_batch * self->config.n_frames * self->config.n_mels;
  OtoModelLoss loss = { 0 };

  loss.bce = oto_loss_bce_forward (self->head.clip, y, n_probs, (double) n_probs);
  oto_loss_bce_backward (self->head.clip, y, n_probs, (double) n_probs, self->head.d_clip);
  if (self->has_recon)
    {
      float *d_recon = oto_engine_get_gradient (&self->engine, 1);

      loss.mse = oto_loss_mse_forward (self->recon, self->x, n_bins, (double) n_bins);
      oto_loss_mse_backward (self->recon, self->x, n_bins, (double) n_bins, self->config.alpha,
                             d_recon);
      if (self->engine.keeps_gradients)
        memcpy (self->d_recon, d_recon, n_bins * sizeof (float));
    }
  loss.total = loss.bce + self->config.alpha * loss.mse;
  *ret_loss = loss;
}

static gboolean
run_backward (OtoModel *self)
{
  const OtoFeatureMap x = get_input (self);
  const OtoFeatureMap encoded = oto_conv_stack_get_output (&self->encoder);
  const OtoEngine *engine = &self->engine;
  const size_t n_bins = (size_t) engine->n_batch * self->config.n_frames * self->config.n_mels;

  memset (self->grads, 0, self->params_len * sizeof (float));
  self->has_forward = engine->keeps_gradients;
  if (self->has_recon && !oto_conv_stack_backward (&self->decoder, &encoded, self->grads))
    return FALSE;
  if (!oto_head_backward (&self->head, &encoded, self->params, self->has_recon, self->grads))
    return FALSE;
  if (engine->keeps_gradients)
    memcpy (self->d_encoded, oto_engine_get_gradient (engine, encoded.n_channels),
            n_bins * encoded.n_channels * sizeof (float));
  if (!oto_conv_stack_backward (&self->encoder, &x, self->grads))
    return FALSE;
  if (engine->keeps_gradients)
    memcpy (self->d_x, oto_engine_get_gradient (engine, 1), n_bins * sizeof (float));
  return TRUE;
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
  gboolean wants_recon;

  g_return_val_if_fail (self != NULL && self->arena != NULL, FALSE);
  g_return_val_if_fail (self->engine.is_training, FALSE);
  g_return_val_if_fail (x != NULL && y != NULL && ret_loss != NULL, FALSE);
  g_return_val_if_fail (n_batch > 0 && n_batch <= self->engine.max_batch, FALSE);

  self->x = x;
  oto_engine_begin (&self->engine, n_batch);
  wants_recon = has_decoder (self) && (self->config.alpha > 0.0 || self->runs_idle_decoder);
  if (!run_forward (self, OTO_MODEL_TRAIN, wants_recon))
    return FALSE;
  compute_loss (self, y, ret_loss);
  return run_backward (self);
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
