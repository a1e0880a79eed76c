/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model.h"

#include "models/oto-model-private.h"

/**
 * oto_model_clear_parts: (skip)
 * @self: a network
 *
 * Gives the workspace back.
 */
void
oto_model_clear_parts (OtoModel *self)
{
  if (self->arena == NULL)
    return;
  oto_conv_stack_clear (&self->encoder);
  oto_conv_stack_clear (&self->decoder);
  oto_head_clear (&self->head);
  g_clear_pointer (&self->arena, oto_arena_free);
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
  if (oto_model_has_decoder (self))
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
  const size_t head_len = oto_head_get_logits_len (&self->head);
  const size_t d_encoded_len = oto_engine_get_map_len (engine, n_encoded);
  size_t len = 0, encoder_len, peak;
  float *block;

  peak = find_peak (self, &self->encoder, 0, &len);
  encoder_len = len;
  peak = MAX (peak, encoder_len + head_len + d_encoded_len);
  if (oto_model_has_decoder (self))
    peak = find_peak (self, &self->decoder, peak, &len);
  /* What tests want to look at must not be grown over. */
  if (engine->keeps_gradients)
    peak += len;

  block = oto_plan_take (plan, peak);
  if (block == NULL)
    return;
  oto_conv_stack_place_maps (&self->encoder, block);
  oto_head_place_logits (&self->head, block + (engine->keeps_gradients ? len : encoder_len));
  if (oto_model_has_decoder (self))
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

  if (oto_model_has_decoder (self))
    n_channels = MAX (n_channels, oto_conv_stack_get_n_channels (&self->decoder));
  for (int i = 0; i < 2; i++)
    maps[i] = oto_plan_take (plan, oto_engine_get_map_len (&self->engine, n_channels));
  oto_conv_stack_place_maps_in_turn (&self->encoder, maps, &turn);
  oto_head_place_logits (&self->head,
                         oto_plan_take (plan, oto_head_get_logits_len (&self->head)));
  if (oto_model_has_decoder (self))
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
  if (oto_model_has_decoder (self))
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
  if (oto_model_has_decoder (self))
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

  oto_model_clear_parts (self);
  oto_model_weights_changed (self);
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
