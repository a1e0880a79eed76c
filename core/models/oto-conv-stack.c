/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "models/oto-conv-stack.h"

#include "models/oto-conv-stack-private.h"
#include "nn/oto-pool2d.h"

#include <math.h>
#include <string.h>

#define N_LAYERS OTO_CONV_STACK_N_LAYERS

static size_t
find_pos (const OtoParam *params,
          guint           n_params,
          const char     *prefix,
          int             layer,
          const char     *format)
{
  g_autofree char *rest = g_strdup_printf (format, layer % 2 + 1);
  g_autofree char *name = g_strdup_printf ("%s%d.%s", prefix, layer / 2 + 1, rest);

  for (guint i = 0; i < n_params; i++)
    if (g_str_equal (params[i].name, name))
      return params[i].pos;
  g_assert_not_reached ();
}

/**
 * oto_conv_stack_init: (skip)
 * @self: (out caller-allocates): a stack
 * @engine: what it runs on; must outlive it
 * @params: (array length=n_params): the network's tensors
 * @n_params: their number
 * @prefix: what the names of its blocks begin with, before the number
 * @c_in: channels that it reads
 * @channels: (array fixed-size=4): channels of the blocks
 * @has_pool: whether each block ends in average pooling
 */
void
oto_conv_stack_init (OtoConvStack   *self,
                     OtoEngine      *engine,
                     const OtoParam *params,
                     guint           n_params,
                     const char     *prefix,
                     int             c_in,
                     const int      *channels,
                     gboolean        has_pool)
{
  *self = (OtoConvStack) { .engine = engine };
  for (int l = 0; l < N_LAYERS; l++)
    {
      OtoConvLayer *layer = &self->layers[l];

      layer->shape = (OtoConv2dShape) {
        .n_frames = engine->n_frames, .n_mels = engine->n_mels,
        .c_in = c_in, .c_out = channels[l / 2],
        .kernel_frames = 3, .kernel_mels = 3, .dilation = 1,
      };
      layer->adjoint_shape = layer->shape;
      layer->adjoint_shape.c_in = layer->shape.c_out;
      layer->adjoint_shape.c_out = layer->shape.c_in;
      layer->has_pool = has_pool && l % 2 == 1;
      layer->weight_pos = find_pos (params, n_params, prefix, l, "conv%d.weight");
      layer->gamma_pos = find_pos (params, n_params, prefix, l, "bn%d.weight");
      layer->beta_pos = find_pos (params, n_params, prefix, l, "bn%d.bias");
      layer->mean_pos = find_pos (params, n_params, prefix, l, "bn%d.running_mean");
      layer->var_pos = find_pos (params, n_params, prefix, l, "bn%d.running_var");
      layer->stats = g_new0 (OtoBatchStats, engine->n_threads);
      layer->d_sums = g_new0 (double *, engine->n_threads);
      c_in = channels[l / 2];
    }
}

/**
 * oto_conv_stack_clear: (skip)
 * @self: a stack
 */
void
oto_conv_stack_clear (OtoConvStack *self)
{
  for (int l = 0; l < N_LAYERS; l++)
    {
      g_clear_pointer (&self->layers[l].stats, g_free);
      g_clear_pointer (&self->layers[l].d_sums, g_free);
    }
}

/**
 * oto_conv_stack_get_scratch_len: (skip)
 * @self: a stack
 *
 * Returns: floats of scratch that a thread needs
 */
size_t
oto_conv_stack_get_scratch_len (const OtoConvStack *self)
{
  size_t len = 0;

  for (int l = 0; l < N_LAYERS; l++)
    {
      const OtoConvLayer *layer = &self->layers[l];

      len = MAX (len, oto_conv2d_get_scratch_len (&layer->shape));
      len = MAX (len, oto_conv2d_get_scratch_len (&layer->adjoint_shape));
      if (layer->has_pool)
        len = MAX (len, oto_conv_layer_get_tile_len (layer) +
                        oto_pool2d_get_scratch_len (layer->shape.n_mels, layer->shape.c_out) +
                        oto_conv2d_get_scratch_len (&layer->shape));
    }
  return len;
}

/**
 * oto_conv_stack_get_filters_len: (skip)
 * @self: a stack
 *
 * Returns: floats of the largest layer's prepared gradient
 */
size_t
oto_conv_stack_get_filters_len (const OtoConvStack *self)
{
  size_t len = 0;

  for (int l = 0; l < N_LAYERS; l++)
    len = MAX (len, oto_conv2d_get_filters_len (&self->layers[l].shape));
  return len;
}

/**
 * oto_conv_stack_get_n_channels: (skip)
 * @self: a stack
 *
 * Returns: channels of the widest map that its layers write, or whose gradient they write
 */
int
oto_conv_stack_get_n_channels (const OtoConvStack *self)
{
  int n = 0;

  for (int l = 0; l < N_LAYERS; l++)
    n = MAX (n, MAX (self->layers[l].shape.c_in, self->layers[l].shape.c_out));
  return n;
}

/**
 * oto_conv_stack_plan: (skip)
 * @self: a stack
 * @plan: where the memory comes from
 * @wants_d_x: training: whether the gradient with respect to the input is wanted
 *
 * Takes the memory of all layers but that of their maps, for the engine's batch and mode.
 */
void
oto_conv_stack_plan (OtoConvStack *self,
                     OtoPlan      *plan,
                     gboolean      wants_d_x)
{
  const OtoEngine *engine = self->engine;

  for (int l = 0; l < N_LAYERS; l++)
    {
      OtoConvLayer *layer = &self->layers[l];
      const int c_out = layer->shape.c_out;

      layer->filters = oto_plan_take (plan, oto_conv2d_get_filters_len (&layer->shape));
      layer->adjoint = NULL;
      if (engine->is_training && (l > 0 || wants_d_x))
        layer->adjoint = oto_plan_take (plan, oto_conv2d_get_filters_len (&layer->adjoint_shape));
      layer->scale = oto_plan_take (plan, c_out);
      layer->shift = oto_plan_take (plan, c_out);
      layer->prologue = (OtoConv2dPrologue) { layer->scale, layer->shift, layer->has_pool };
      layer->mean = oto_plan_take_doubles (plan, c_out);
      layer->inv_std = oto_plan_take_doubles (plan, c_out);
      if (engine->keeps_gradients)
        layer->d_y = oto_plan_take (plan, oto_engine_get_map_len (engine, c_out));
      for (int i = 0; i < engine->n_threads && engine->is_training; i++)
        {
          layer->stats[i].mean = oto_plan_take_doubles (plan, c_out);
          layer->stats[i].m2 = oto_plan_take_doubles (plan, c_out);
          layer->d_sums[i] = oto_plan_take_doubles (plan, 2 * c_out);
        }
    }
}

/**
 * oto_conv_stack_place_maps: (skip)
 * @self: a stack
 * @maps: memory for training: the outputs of all layers stand there one after the other
 */
void
oto_conv_stack_place_maps (OtoConvStack *self,
                           float        *maps)
{
  for (int l = 0; l < N_LAYERS; l++)
    {
      OtoConvLayer *layer = &self->layers[l];

      layer->y = maps;
      if (!self->engine->keeps_gradients)
        layer->d_y = layer->y;
      maps += oto_engine_get_map_len (self->engine, layer->shape.c_out);
    }
}

/**
 * oto_conv_stack_place_maps_in_turn: (skip)
 * @self: a stack
 * @maps: memory for inference
 * @turn: (inout): which of the two is free
 *
 * A layer reads one of the maps and writes the other.
 */
void
oto_conv_stack_place_maps_in_turn (OtoConvStack *self,
                                   float        *maps[2],
                                   int          *turn)
{
  for (int l = 0; l < N_LAYERS; l++)
    {
      self->layers[l].y = maps[*turn];
      *turn ^= 1;
    }
}

typedef struct
{
  const OtoConvLayer *layer;
  const float        *weights;
} PrepareJob;

/* An item is an input channel. */
static void
prepare_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const PrepareJob *job = user_data;

  oto_conv2d_prepare (&job->layer->shape, job->weights, (int) begin, (int) end,
                      job->layer->filters);
}

/* An item is an output channel, which the adjoint reads. */
static void
prepare_adjoint_worker (int      thread,
                        size_t   begin,
                        size_t   end,
                        gpointer user_data)
{
  const PrepareJob *job = user_data;

  oto_conv2d_prepare_adjoint (&job->layer->shape, job->weights, (int) begin, (int) end,
                              job->layer->adjoint);
}

/**
 * oto_conv_stack_prepare: (skip)
 * @self: a stack
 * @params: the network's parameter block
 *
 * Prepares the filters of all layers; after every change of the weights.
 */
void
oto_conv_stack_prepare (OtoConvStack *self,
                        const float  *params)
{
  OtoWorkers *workers = self->engine->workers;

  for (int l = 0; l < N_LAYERS; l++)
    {
      const OtoConvLayer *layer = &self->layers[l];
      PrepareJob job = { layer, params + layer->weight_pos };

      oto_workers_run (workers, layer->shape.c_in, prepare_worker, &job);
      if (layer->adjoint != NULL)
        oto_workers_run (workers, layer->shape.c_out, prepare_adjoint_worker, &job);
    }
}

/**
 * oto_conv_stack_get_output: (skip)
 * @self: a stack
 *
 * Returns: the map that the last block writes, for its reader to apply what is still to be applied
 */
OtoFeatureMap
oto_conv_stack_get_output (const OtoConvStack *self)
{
  return oto_conv_stack_get_input (self, NULL, N_LAYERS);
}

/* Statistics of rows that the convolution has just written. */
static void
add_stats_cb (int      row_begin,
              int      row_end,
              gpointer user_data)
{
  const OtoConvLayerPass *pass = user_data;
  const OtoConvLayer *layer = pass->job->layer;
  const int c_out = layer->shape.c_out;
  const size_t pos = oto_conv_layer_get_row_pos (layer, c_out, pass->clip, row_begin);

  oto_batch_norm_add_stats (layer->y + pos, (size_t) (row_end - row_begin) * layer->shape.n_mels,
                            c_out, &layer->stats[pass->thread]);
}

static void
conv_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  const OtoConvLayer *layer = job->layer;
  const OtoConv2dShape *shape = &layer->shape;
  OtoConvLayerPass pass = { job, thread, 0 };
  OtoBatchStats *stats = &layer->stats[thread];
  OtoFrameRuns runs;

  if (job->wants_stats)
    {
      stats->n = 0.0;
      memset (stats->mean, 0, shape->c_out * sizeof (double));
      memset (stats->m2, 0, shape->c_out * sizeof (double));
    }
  oto_frame_runs_init (&runs, job->engine, begin, end, oto_conv2d_get_row_grain (shape));
  while (oto_frame_runs_next (&runs))
    {
      pass.clip = runs.clip;
      oto_conv2d_forward (shape, layer->filters, job->x.prologue,
                          job->x.data + oto_conv_layer_get_row_pos (layer, shape->c_in, runs.clip,
                                                                    0),
                          runs.row_begin, runs.row_end,
                          layer->y + oto_conv_layer_get_row_pos (layer, shape->c_out, runs.clip,
                                                                 0),
                          job->wants_stats ? add_stats_cb : NULL, &pass,
                          job->engine->scratch[thread]);
    }
}

/* Batch norm of this pass from the statistics of the batch, which also move the running ones. */
static void
take_batch_stats (OtoConvLayer *layer,
                  int           n_active,
                  const float  *params,
                  float        *buffers)
{
  const int n_channels = layer->shape.c_out;
  OtoBatchStats *stats = &layer->stats[0];

  for (int i = 1; i < n_active; i++)
    oto_batch_norm_merge_stats (stats, &layer->stats[i], n_channels);
  oto_batch_norm_update_running (stats, n_channels, OTO_BATCH_NORM_MOMENTUM,
                                 buffers + layer->mean_pos, buffers + layer->var_pos);

  /* inv_std holds the variance until the affine map is made. */
  for (int c = 0; c < n_channels; c++)
    {
      layer->mean[c] = stats->mean[c];
      layer->inv_std[c] = stats->m2[c] / stats->n;
    }
  oto_batch_norm_make_affine (layer->mean, layer->inv_std, params + layer->gamma_pos,
                              params + layer->beta_pos, n_channels, OTO_BATCH_NORM_EPS,
                              layer->scale, layer->shift);
  for (int c = 0; c < n_channels; c++)
    layer->inv_std[c] = 1.0 / sqrt (layer->inv_std[c] + OTO_BATCH_NORM_EPS);
}

static void
take_running_stats (OtoConvLayer *layer,
                    const float  *params,
                    const float  *buffers)
{
  const int n_channels = layer->shape.c_out;

  for (int c = 0; c < n_channels; c++)
    {
      layer->mean[c] = buffers[layer->mean_pos + c];
      layer->inv_std[c] = buffers[layer->var_pos + c];
    }
  oto_batch_norm_make_affine (layer->mean, layer->inv_std, params + layer->gamma_pos,
                              params + layer->beta_pos, n_channels, OTO_BATCH_NORM_EPS,
                              layer->scale, layer->shift);
}

/**
 * oto_conv_stack_forward: (skip)
 * @self: a stack whose filters are prepared
 * @x: what it reads
 * @params: the network's parameter block
 * @buffers: the network's buffer block; in training its running statistics move
 * @mode: whose statistics normalise: the batch's or the running ones
 *
 * Returns: %FALSE when cancelled
 */
gboolean
oto_conv_stack_forward (OtoConvStack        *self,
                        const OtoFeatureMap *x,
                        const float         *params,
                        float               *buffers,
                        OtoModelMode         mode)
{
  OtoEngine *engine = self->engine;
  const size_t n_items = oto_engine_get_n_items (engine);

  for (int l = 0; l < N_LAYERS; l++)
    {
      OtoConvLayer *layer = &self->layers[l];
      OtoConvLayerJob job = {
        .engine = engine, .layer = layer, .wants_stats = mode == OTO_MODEL_TRAIN,
      };

      if (oto_engine_is_cancelled (engine))
        return FALSE;

      job.x = oto_conv_stack_get_input (self, x, l);
      oto_workers_run (engine->workers, n_items, conv_worker, &job);
      if (mode == OTO_MODEL_TRAIN)
        take_batch_stats (layer, oto_engine_get_n_active (engine, n_items), params, buffers);
      else
        take_running_stats (layer, params, buffers);
    }
  return TRUE;
}
