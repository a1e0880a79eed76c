/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model.h"

#include "models/oto-model-private.h"
#include "nn/oto-loss.h"
#include "nn/oto-pool2d.h"

#include <string.h>

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
prepare_filters (OtoModel *self,
                 gboolean  wants_recon)
{
  if (!self->has_filters)
    {
      oto_conv_stack_prepare (&self->encoder, self->params);
      oto_head_prepare (&self->head, self->params);
      self->has_filters = TRUE;
    }
  if (wants_recon && !self->has_decoder_filters)
    {
      oto_conv_stack_prepare (&self->decoder, self->params);
      self->has_decoder_filters = TRUE;
    }
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
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, engine, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    oto_pool2d_average3 (last->y + runs.clip * clip_len, engine->n_frames, engine->n_mels, 1,
                         last->scale, last->shift, runs.row_begin, runs.row_end,
                         self->recon + runs.clip * clip_len + runs.row_begin * engine->n_mels,
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
  prepare_filters (self, wants_recon);
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
  return run_forward (self, mode,
                      (wanted_maps & OTO_MAP_RECON) != 0 && oto_model_has_decoder (self));
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
  self->has_forward = FALSE;
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
  self->has_forward = engine->keeps_gradients;
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
  wants_recon = oto_model_has_decoder (self) &&
                (self->config.alpha > 0.0 || self->runs_idle_decoder);
  if (!run_forward (self, OTO_MODEL_TRAIN, wants_recon))
    return FALSE;
  compute_loss (self, y, ret_loss);
  return run_backward (self);
}
