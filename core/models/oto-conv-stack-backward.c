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

/* Scratch of a thread: a tile of rows, a row for the pooling, the convolution's own. */
typedef struct
{
  float *tile;
  float *row;
  float *conv;
} Scratch;

static Scratch
divide_scratch (const OtoConvLayerJob *job,
                int                    thread)
{
  const OtoConvLayer *layer = job->layer;
  float *scratch = job->engine->scratch[thread];
  Scratch self = { .conv = scratch };

  if (layer->has_pool)
    {
      self.tile = scratch;
      self.row = self.tile + oto_conv_layer_get_tile_len (layer);
      self.conv = self.row + oto_pool2d_get_scratch_len (layer->shape.n_mels, layer->shape.c_out);
    }
  return self;
}

/* The gradient of the layer's activations on a few rows: of what its reader sees, back through the
 * pooling if there is one. */
static const float *
get_activation_gradient (const OtoConvLayerJob *job,
                         const Scratch         *scratch,
                         int                    clip,
                         int                    row_begin,
                         int                    row_end)
{
  const OtoConv2dShape *shape = &job->layer->shape;
  const float *d_out = job->d_out + oto_conv_layer_get_row_pos (job->layer, shape->c_out, clip, 0);
  const size_t row_len = (size_t) shape->n_mels * shape->c_out;

  if (!job->layer->has_pool)
    return d_out + row_begin * row_len;
  oto_pool2d_average3 (d_out, shape->n_frames, shape->n_mels, shape->c_out, NULL, NULL,
                       row_begin, row_end, scratch->tile, scratch->row);
  return scratch->tile;
}

/* Sums of batch norm's backward pass over rows of the gradient of the layer's activations. */
static void
add_sums (OtoConvLayer *layer,
          int           thread,
          int           clip,
          int           row_begin,
          int           row_end,
          const float  *d_rows)
{
  const int c_out = layer->shape.c_out;

  oto_batch_norm_relu_backward_sums (layer->y + oto_conv_layer_get_row_pos (layer, c_out, clip,
                                                                            row_begin),
                                     d_rows, (size_t) (row_end - row_begin) * layer->shape.n_mels,
                                     c_out, layer->scale, layer->shift, layer->mean,
                                     layer->inv_std, layer->d_sums[thread],
                                     layer->d_sums[thread] + c_out);
}

/* Sums of a layer whose reader could not make them. */
static void
sums_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  OtoConvLayer *layer = job->layer;
  const Scratch scratch = divide_scratch (job, thread);
  const int n_rows = oto_conv_layer_get_tile_rows (layer);
  OtoFrameRuns runs;

  zero_sums (layer, thread);
  oto_frame_runs_init (&runs, job->engine, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    for (int row = runs.row_begin; row < runs.row_end; row += n_rows)
      {
        const int row_end = MIN (row + n_rows, runs.row_end);

        add_sums (layer, thread, runs.clip, row, row_end,
                  get_activation_gradient (job, &scratch, runs.clip, row, row_end));
      }
}

/* The gradient goes back through pooling, ReLU and batch norm to the convolution's output, just
 * before that of the weights reads it. */
static void
fill_output_gradient_cb (int      row_begin,
                         int      row_end,
                         gpointer user_data)
{
  const OtoConvLayerPass *pass = user_data;
  const OtoConvLayerJob *job = pass->job;
  const OtoConvLayer *layer = job->layer;
  const OtoConv2dShape *shape = &layer->shape;
  const Scratch scratch = divide_scratch (job, pass->thread);
  const int n_rows = oto_conv_layer_get_tile_rows (layer);
  const double n_total = (double) job->engine->n_batch * shape->n_frames * shape->n_mels;

  for (int row = row_begin; row < row_end; row += n_rows)
    {
      const int end = MIN (row + n_rows, row_end);
      const size_t pos = oto_conv_layer_get_row_pos (layer, shape->c_out, pass->clip, row);

      oto_batch_norm_relu_backward (layer->y + pos,
                                    get_activation_gradient (job, &scratch, pass->clip, row, end),
                                    (size_t) (end - row) * shape->n_mels, shape->c_out,
                                    layer->scale, layer->shift, layer->mean, layer->inv_std,
                                    layer->d_sums[0], layer->d_sums[0] + shape->c_out, n_total,
                                    layer->d_y + pos);
    }
}

static void
weights_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  const OtoConvLayer *layer = job->layer;
  const OtoConv2dShape *shape = &layer->shape;
  OtoConvLayerPass pass = { job, thread, 0 };
  float *d_filters = job->engine->d_filters[thread];
  OtoFrameRuns runs;

  memset (d_filters, 0, oto_conv2d_get_filters_len (shape) * sizeof (float));
  oto_frame_runs_init (&runs, job->engine, begin, end, oto_conv2d_get_row_grain (shape));
  while (oto_frame_runs_next (&runs))
    {
      pass.clip = runs.clip;
      oto_conv2d_backward_weights (shape, job->x.prologue,
                                   job->x.data + oto_conv_layer_get_row_pos (layer, shape->c_in,
                                                                             runs.clip, 0),
                                   layer->d_y + oto_conv_layer_get_row_pos (layer, shape->c_out,
                                                                            runs.clip, 0),
                                   runs.row_begin, runs.row_end, fill_output_gradient_cb, &pass,
                                   d_filters, divide_scratch (job, thread).conv);
    }
}

typedef struct
{
  const OtoConvLayer *layer;
  const float        *d_filters;
  float              *d_weights;
} FinishJob;

/* An item is an input channel. */
static void
finish_worker (int      thread,
               size_t   begin,
               size_t   end,
               gpointer user_data)
{
  const FinishJob *job = user_data;

  oto_conv2d_finish_weights (&job->layer->shape, job->d_filters, (int) begin, (int) end,
                             job->d_weights);
}

/* The gradient of the layer's weights, of all threads. */
static void
compute_weights (OtoEngine       *engine,
                 OtoConvLayerJob *job,
                 float           *grads)
{
  const OtoConvLayer *layer = job->layer;
  const size_t n_items = oto_engine_get_n_items (engine);
  FinishJob finish = { layer, engine->d_filters[0], grads + layer->weight_pos };

  oto_workers_run (engine->workers, n_items, weights_worker, job);
  oto_engine_add_up (engine, engine->d_filters, oto_engine_get_n_active (engine, n_items),
                     oto_conv2d_get_filters_len (&layer->shape));
  oto_workers_run (engine->workers, layer->shape.c_in, finish_worker, &finish);
}

/* Sums for the layer before, from rows of its gradient that have just been written. */
static void
add_previous_sums_cb (int      row_begin,
                      int      row_end,
                      gpointer user_data)
{
  const OtoConvLayerPass *pass = user_data;
  const OtoConvLayerJob *job = pass->job;
  OtoConvLayer *previous = job->previous;

  add_sums (previous, pass->thread, pass->clip, row_begin, row_end,
            job->d_x + oto_conv_layer_get_row_pos (previous, previous->shape.c_out, pass->clip,
                                                   row_begin));
}

/* The gradient goes back through the convolution. */
static void
adjoint_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  const OtoConvLayer *layer = job->layer;
  const OtoConv2dShape *shape = &layer->adjoint_shape;
  OtoConvLayerPass pass = { job, thread, 0 };
  OtoFrameRuns runs;

  if (job->previous != NULL)
    zero_sums (job->previous, thread);
  oto_frame_runs_init (&runs, job->engine, begin, end, oto_conv2d_get_row_grain (shape));
  while (oto_frame_runs_next (&runs))
    {
      pass.clip = runs.clip;
      oto_conv2d_forward (shape, layer->adjoint, NULL,
                          layer->d_y + oto_conv_layer_get_row_pos (layer, shape->c_in, runs.clip,
                                                                   0),
                          runs.row_begin, runs.row_end,
                          job->d_x + oto_conv_layer_get_row_pos (layer, shape->c_out, runs.clip,
                                                                 0),
                          job->previous != NULL ? add_previous_sums_cb : NULL, &pass,
                          job->engine->scratch[thread]);
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
 *
 * The gradient of what the stack's reader sees is in the engine's gradient map of as many channels;
 * at the end that of @x is, if it was planned. The layers' outputs are overwritten by their
 * gradients.
 *
 * Returns: %FALSE when cancelled
 */
gboolean
oto_conv_stack_backward (OtoConvStack        *self,
                         const OtoFeatureMap *x,
                         float               *grads)
{
  OtoEngine *engine = self->engine;
  const size_t n_items = oto_engine_get_n_items (engine);
  const int n_active = oto_engine_get_n_active (engine, n_items);
  gboolean has_sums = FALSE;

  for (int l = OTO_CONV_STACK_N_LAYERS - 1; l >= 0; l--)
    {
      OtoConvLayer *layer = &self->layers[l];
      OtoConvLayerJob job = {
        .engine = engine,
        .layer = layer,
        .previous = l > 0 && !self->layers[l - 1].has_pool ? &self->layers[l - 1] : NULL,
        .x = oto_conv_stack_get_input (self, x, l),
        .d_out = oto_engine_get_gradient (engine, layer->shape.c_out),
        .d_x = oto_engine_get_gradient (engine, layer->shape.c_in),
      };

      if (oto_engine_is_cancelled (engine))
        return FALSE;

      if (!has_sums)
        oto_workers_run (engine->workers, n_items, sums_worker, &job);
      take_sums (layer, n_active, grads);

      compute_weights (engine, &job, grads);
      if (layer->adjoint == NULL)
        break;
      if (oto_engine_is_cancelled (engine))
        return FALSE;
      oto_workers_run (engine->workers, n_items, adjoint_worker, &job);
      has_sums = job.previous != NULL;
    }
  return TRUE;
}
