/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-model-private.h"

#include "models/oto-head-kernels.h"
#include "nn/oto-batch-norm.h"
#include "nn/oto-pool2d.h"

#include <string.h>

/* The channels of a channels-last map (T, F, C), one after the other. */
static float *
dup_channels (const OtoModel *self,
              const float    *map,
              int             n_channels,
              size_t         *ret_len)
{
  const size_t n_bins = (size_t) self->config.n_frames * self->config.n_mels;
  g_autofree float *zeros = g_new0 (float, n_channels);
  float *values = g_new (float, n_bins * n_channels);

  oto_head_rows_to_maps (map, zeros, n_bins, n_channels, n_bins, values);
  *ret_len = n_bins * n_channels;
  return values;
}

static float *
dup_block (const OtoModel *self,
           const float    *values,
           int             n,
           size_t          len,
           size_t         *ret_len)
{
  *ret_len = len;
  return g_memdup2 (values + n * len, len * sizeof (float));
}

/* "conv1", "bn1", "relu1", "conv2", "bn2" and "relu2" of a block. */
static float *
dup_step (const OtoModel     *self,
          const OtoConvLayer *layer,
          const char         *step,
          int                 n,
          size_t             *ret_len)
{
  const int c_out = layer->shape.c_out;
  const size_t n_bins = (size_t) self->config.n_frames * self->config.n_mels;
  const size_t len = n_bins * c_out;
  g_autofree float *map = g_memdup2 (layer->y + n * len, len * sizeof (float));

  if (g_str_has_prefix (step, "bn"))
    for (size_t i = 0; i < len; i++)
      map[i] = layer->scale[i % c_out] * map[i] + layer->shift[i % c_out];
  else if (g_str_has_prefix (step, "relu"))
    oto_batch_norm_relu_forward (map, n_bins, c_out, layer->scale, layer->shift, map);
  return dup_channels (self, map, c_out, ret_len);
}

/* A block, or a step of it: what follows "enc", "dec" or "block". */
static float *
dup_stack (const OtoModel     *self,
           const OtoConvStack *stack,
           const char         *name,
           int                 n,
           size_t             *ret_len)
{
  const int block = *name - '1';
  const OtoConvLayer *last;
  g_autofree float *pooled = NULL;
  const size_t n_bins = (size_t) self->config.n_frames * self->config.n_mels;

  g_assert (block >= 0 && block < OTO_MODEL_N_BLOCKS);
  last = &stack->layers[2 * block + 1];
  if (name[1] == '.')
    {
      const int index = name[strlen (name) - 1] - '1';

      g_assert (index == 0 || index == 1);
      return dup_step (self, &stack->layers[2 * block + index], name + 2, n, ret_len);
    }
  if (!last->has_pool)
    return dup_step (self, last, "relu2", n, ret_len);
  pooled = g_new (float, n_bins * last->shape.c_out);
  oto_pool2d_average3 (last->y + n * n_bins * last->shape.c_out, self->config.n_frames,
                       self->config.n_mels, last->shape.c_out, last->scale, last->shift,
                       0, self->config.n_frames, pooled, self->engine.scratch[0]);
  return dup_channels (self, pooled, last->shape.c_out, ret_len);
}

/* Values of the pooling, as the reference data call them. */
static float *
dup_pooling (const OtoModel *self,
             const char     *name,
             int             n,
             size_t         *ret_len)
{
  const OtoHead *head = &self->head;
  const size_t n_classes = head->n_classes;
  const size_t n_scores = n_classes * self->config.n_frames;
  const size_t n_values = n_scores * self->config.n_mels;
  const struct { const char *name; const float *values; size_t len; } maps[] =
  {
    { "class_x", head->maps, n_values },
    { "mask", head->maps, n_values },
    { "mel_probs", head->mel_prob, n_values },
    { "mel_attw", head->mel_att, n_values },
    { "mel_x", head->mel_x, n_scores },
    { "time_probs", head->time_prob, n_scores },
    { "time_attw", head->time_att, n_scores },
    { "time_x_unclamped", head->clip_raw, n_classes },
    { "time_x", head->clip, n_classes },
    { "grad.mel_x", head->d_mel_x, n_scores },
    { "grad.class_x", head->d_maps, n_values },
  };

  for (guint i = 0; i < G_N_ELEMENTS (maps); i++)
    if (g_str_equal (maps[i].name, name))
      return dup_block (self, maps[i].values, n, maps[i].len, ret_len);
  return NULL;
}

/**
 * oto_model_dup_intermediate: (skip)
 * @self: a network that keeps its gradients, after a pass; its pooling is not local
 * @name: what the reference data call it: "enc1.conv1", "dec4", "class_x", "mel_x", "grad.x" …
 * @n: a clip of the batch
 * @ret_len: (out): number of values
 *
 * Looks at what the network computed on its way. For tests.
 *
 * Returns: (transfer full) (nullable): (C, T, F), (K, T, F), (K, T) or (K); %NULL for another name
 */
float *
oto_model_dup_intermediate (OtoModel   *self,
                            const char *name,
                            int         n,
                            size_t     *ret_len)
{
  const size_t n_bins = (size_t) self->config.n_frames * self->config.n_mels;

  g_return_val_if_fail (self->has_forward && self->engine.keeps_gradients, NULL);

  if (g_str_has_prefix (name, "enc"))
    return dup_stack (self, &self->encoder, name + strlen ("enc"), n, ret_len);
  if (g_str_has_prefix (name, "block"))
    return dup_stack (self, &self->encoder, name + strlen ("block"), n, ret_len);
  if (g_str_has_prefix (name, "dec"))
    return dup_stack (self, &self->decoder, name + strlen ("dec"), n, ret_len);
  if (g_str_equal (name, "x_rec"))
    return dup_stack (self, &self->decoder, "4", n, ret_len);
  if (g_str_equal (name, "grad.x"))
    return dup_block (self, self->d_x, n, n_bins, ret_len);
  if (g_str_equal (name, "grad.x_rec"))
    return dup_block (self, self->d_recon, n, n_bins, ret_len);
  if (g_str_equal (name, "grad.enc4"))
    return dup_channels (self, self->d_encoded + n * n_bins * self->config.enc_channels[3],
                         self->config.enc_channels[3], ret_len);
  return dup_pooling (self, name, n, ret_len);
}
