/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-conv-stack-private.h"
#include "nn/oto-pool2d.h"

#include <string.h>

static void
zero_sums (OtoConvLayer *layer,
           int           thread)
{
  memset (layer->d_sums[thread], 0, 2 * layer->shape.c_out * sizeof (double));
}

/* Sums of batch norm's backward pass over a tile of the gradient of the layer's activations. */
static void
add_sums (OtoConvLayer   *layer,
          int             thread,
          const OtoTiles *tiles,
          const float    *d_y)
{
  const int c_out = layer->shape.c_out;
  const size_t pos = tiles->clip * oto_conv_layer_get_clip_len (layer, c_out) +
                     (size_t) tiles->row_begin * layer->shape.n_mels * c_out;

  oto_batch_norm_relu_backward_sums (layer->y + pos, d_y + pos,
                                     (size_t) (tiles->row_end - tiles->row_begin) *
                                     layer->shape.n_mels,
                                     c_out, layer->scale, layer->shift, layer->mean,
                                     layer->inv_std, layer->d_sums[thread],
                                     layer->d_sums[thread] + c_out);
}

/* The gradient goes back through the pooling, if there is one, and is summed for batch norm. */
static void
pool_backward_worker (int      thread,
                      size_t   begin,
                      size_t   end,
                      gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  OtoConvLayer *layer = job->layer;
  const OtoConv2dShape *shape = &layer->shape;
  const size_t clip_len = oto_conv_layer_get_clip_len (layer, shape->c_out);
  OtoTiles tiles;

  zero_sums (layer, thread);
  oto_tiles_init (&tiles, job->engine, begin, end, 1, (size_t) shape->n_mels * shape->c_out);
  while (oto_tiles_next (&tiles))
    {
      if (layer->has_pool)
        oto_pool2d_average3 (job->d_y + tiles.clip * clip_len, shape->n_frames, shape->n_mels,
                             shape->c_out, NULL, NULL, tiles.row_begin, tiles.row_end,
                             job->d_x + tiles.clip * clip_len, job->engine->scratch[thread]);
      add_sums (layer, thread, &tiles, layer->has_pool ? job->d_x : job->d_y);
    }
}

/* The gradient goes back through ReLU and batch norm, in place, and gives that of the weights. */
static void
weights_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  const OtoConvLayer *layer = job->layer;
  const OtoConv2dShape *shape = &layer->shape;
  const int c_out = shape->c_out;
  const size_t x_clip_len = oto_conv_layer_get_clip_len (layer, shape->c_in);
  const size_t clip_len = oto_conv_layer_get_clip_len (layer, c_out);
  const size_t row_len = (size_t) shape->n_mels * c_out;
  const double n_total = (double) job->engine->n_batch * shape->n_frames * shape->n_mels;
  float *d_filters = job->engine->d_filters[thread];
  OtoTiles tiles;

  memset (d_filters, 0, oto_conv2d_get_filters_len (shape) * sizeof (float));
  oto_tiles_init (&tiles, job->engine, begin, end, oto_conv2d_get_row_grain (shape), row_len);
  while (oto_tiles_next (&tiles))
    {
      float *d_y = job->d_y + tiles.clip * clip_len;
      const size_t pos = tiles.row_begin * row_len;

      oto_batch_norm_relu_backward (layer->y + tiles.clip * clip_len + pos, d_y + pos,
                                    (size_t) (tiles.row_end - tiles.row_begin) * shape->n_mels,
                                    c_out, layer->scale, layer->shift, layer->mean, layer->inv_std,
                                    layer->d_sums[0], layer->d_sums[0] + c_out, n_total, d_y + pos);
      oto_conv2d_backward_weights (shape, job->x.prologue,
                                   job->x.data + tiles.clip * x_clip_len, d_y, tiles.row_begin,
                                   tiles.row_end, d_filters, job->engine->scratch[thread]);
    }
}

/* The gradient goes back through the convolution, and is summed for the layer before. */
static void
adjoint_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  const OtoConvLayer *layer = job->layer;
  const OtoConv2dShape *shape = &layer->adjoint_shape;
  const size_t d_y_clip_len = oto_conv_layer_get_clip_len (layer, shape->c_in);
  const size_t d_x_clip_len = oto_conv_layer_get_clip_len (layer, shape->c_out);
  OtoTiles tiles;

  if (job->previous != NULL)
    zero_sums (job->previous, thread);
  oto_tiles_init (&tiles, job->engine, begin, end, oto_conv2d_get_row_grain (shape),
                  (size_t) shape->n_mels * shape->c_out);
  while (oto_tiles_next (&tiles))
    {
      oto_conv2d_forward (shape, layer->adjoint, NULL,
                          job->d_y + tiles.clip * d_y_clip_len, tiles.row_begin,
                          tiles.row_end, job->d_x + tiles.clip * d_x_clip_len,
                          job->engine->scratch[thread]);
      if (job->previous != NULL)
        add_sums (job->previous, thread, &tiles, job->d_x);
    }
}

/* Adds the threads' sums to the first one's, and to the gradients of batch norm's parameters. */
static void
take_sums (OtoConvLayer *layer,
           int           n_active,
           float        *grads)
{
  const int n_channels = layer->shape.c_out;
  double *sums = layer->d_sums[0];

  for (int i = 1; i < n_active; i++)
    for (int j = 0; j < 2 * n_channels; j++)
      sums[j] += layer->d_sums[i][j];
  for (int c = 0; c < n_channels; c++)
    {
      grads[layer->gamma_pos + c] += (float) sums[c];
      grads[layer->beta_pos + c] += (float) sums[n_channels + c];
    }
}

/**
 * oto_conv_stack_backward: (skip)
 * @self: a stack, after a forward pass in training
 * @x: what it read
 * @grads: the network's gradients; added to
 * @turn: (inout): which of the engine's maps holds the gradient of the output, and at the end that
 *   of the input; the other one is overwritten
 *
 * Returns: %FALSE when cancelled
 */
gboolean
oto_conv_stack_backward (OtoConvStack        *self,
                         const OtoFeatureMap *x,
                         float               *grads,
                         int                 *turn)
{
  OtoEngine *engine = self->engine;
  const size_t n_items = oto_engine_get_n_items (engine);
  const int n_active = oto_engine_get_n_active (engine, n_items);
  gboolean has_sums = FALSE;

  for (int l = OTO_CONV_STACK_N_LAYERS - 1; l >= 0; l--)
    {
      OtoConvLayer *layer = &self->layers[l];
      OtoConvLayerJob job = { .engine = engine, .layer = layer };

      if (oto_engine_is_cancelled (engine))
        return FALSE;

      job.x = oto_conv_stack_get_input (self, x, l);
      if (!has_sums)
        {
          job.d_y = engine->maps[*turn];
          job.d_x = engine->maps[*turn ^ 1];
          oto_workers_run (engine->workers, n_items, pool_backward_worker, &job);
          *turn ^= layer->has_pool;
        }
      take_sums (layer, n_active, grads);

      job.d_y = engine->maps[*turn];
      job.d_x = engine->maps[*turn ^ 1];
      oto_workers_run (engine->workers, n_items, weights_worker, &job);
      oto_engine_add_up (engine, engine->d_filters, n_active,
                         oto_conv2d_get_filters_len (&layer->shape));
      oto_conv2d_finish_weights (&layer->shape, engine->d_filters[0], grads + layer->weight_pos);

      if (layer->adjoint == NULL)
        break;
      job.previous = l > 0 && !self->layers[l - 1].has_pool ? &self->layers[l - 1] : NULL;
      oto_workers_run (engine->workers, n_items, adjoint_worker, &job);
      has_sums = job.previous != NULL;
      *turn ^= 1;
    }
  return TRUE;
}
