/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-conv-layer.h"

#include "layers/oto-conv-layer-private.h"
#include "nn/oto-activation.h"
#include "nn/oto-planes.h"
#include "nn/oto-pool2d.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* --- building ------------------------------------------------------------------------------ */

static void
add_weight (OtoConvLayer      *self,
            const OtoConvSpec *spec)
{
  const OtoConv2dShape *shape = &self->shape;
  const int n_read = shape->is_depthwise ? 1 : shape->c_in;
  const gint64 dims[4] = { shape->c_out, n_read, shape->kernel_frames, shape->kernel_mels };
  const double fan_in = (double) n_read * shape->kernel_frames * shape->kernel_mels;
  const double bound = spec->init_bound > 0.0 ? spec->init_bound
                                              : oto_param_get_he_uniform (fan_in);

  self->weight_pos = oto_layer_add_param (&self->parent, "weight",
                                          spec->starts_at_zero ? OTO_PARAM_INIT_CONSTANT
                                                               : OTO_PARAM_INIT_UNIFORM,
                                          spec->starts_at_zero ? 0.0 : bound,
                                          spec->is_dense ? 2 : spec->is_1d ? 3 : 4, dims);
}

static void
add_tensors (OtoConvLayer      *self,
             const OtoConvSpec *spec)
{
  OtoLayer *layer = &self->parent;
  const gint64 n_channels = spec->n_channels;

  add_weight (self, spec);
  if (spec->has_bias)
    self->bias_pos = oto_layer_add_param (layer, "bias",
                                          spec->bias_bound > 0.0 ? OTO_PARAM_INIT_UNIFORM
                                                                 : OTO_PARAM_INIT_CONSTANT,
                                          spec->bias_bound, 1, &n_channels);
  if (!self->has_norm)
    return;
  /* A norm's tensors have a name of their own. */
  g_strlcpy (layer->name, spec->norm_name, sizeof layer->name);
  oto_norm_init (&self->norm, layer, "", spec->n_channels, spec->norm_eps, spec->norm_momentum);
  g_strlcpy (layer->name, spec->name, sizeof layer->name);
  self->norm.has_bias = spec->has_bias;
  self->norm.bias_pos = self->bias_pos;
}

static void
share_tensors (OtoConvLayer *self,
               const OtoEdge *twin)
{
  const OtoConvLayer *other = (const OtoConvLayer *) twin->writer;

  self->weight_pos = other->weight_pos;
  self->bias_pos = other->bias_pos;
  if (self->has_norm)
    oto_norm_share (&self->norm, &other->norm);
  self->parent.is_frozen = TRUE;
}

static void
set_edge (OtoConvLayer      *self,
          const OtoConvSpec *spec)
{
  OtoEdge *edge = &self->parent.out;

  edge->layout = spec->layout;
  edge->is_pending = self->has_norm;
  edge->norm = self->has_norm ? &self->norm : NULL;
  edge->prologue = (OtoConv2dPrologue) {
    .has_pool = spec->has_pool, .is_linear = spec->activation == OTO_CONV_LINEAR,
  };

  self->parent.traits = OTO_LAYER_READS_PENDING | OTO_LAYER_KEEPS_INPUTS;
  if (self->has_norm || spec->activation != OTO_CONV_LINEAR)
    self->parent.traits |= OTO_LAYER_KEEPS_OUTPUT | OTO_LAYER_EARLY;
  if (spec->layout == OTO_LAYOUT_PLANES)
    self->parent.traits |= OTO_LAYER_EARLY;
}

/**
 * oto_conv_layer_add: (skip)
 * @graph: a graph
 * @x: what the convolution reads
 * @spec: what it does
 *
 * Adds a convolution of stride 1 with all that follows it up to the next one.
 *
 * Returns: (transfer none): what it writes
 */
OtoEdge *
oto_conv_layer_add (OtoGraph          *graph,
                    OtoEdge           *x,
                    const OtoConvSpec *spec)
{
  const OtoConv2dShape shape = {
    .n_frames = x->shape.n_frames, .n_mels = x->shape.n_mels,
    .c_in = x->shape.n_channels, .c_out = spec->n_channels,
    .kernel_frames = MAX (spec->kernel_frames, 1), .kernel_mels = MAX (spec->kernel_mels, 1),
    .dilation = MAX (spec->dilation, 1), .is_depthwise = spec->is_depthwise,
    .padding = spec->is_unpadded ? OTO_CONV2D_VALID : OTO_CONV2D_SAME,
  };
  const OtoMapShape out = {
    oto_conv2d_get_out_frames (&shape), oto_conv2d_get_out_mels (&shape), shape.c_out,
  };
  OtoConvLayer *self;

  g_assert (spec->norm_name == NULL || spec->layout == OTO_LAYOUT_ROWS);
  g_assert (spec->norm_name == NULL || spec->activation != OTO_CONV_SIGMOID);
  g_assert (spec->layout == OTO_LAYOUT_ROWS || spec->activation != OTO_CONV_RELU);
  g_assert (spec->layout == OTO_LAYOUT_ROWS || spec->has_bias);
  g_assert (spec->norm_name != NULL || !spec->has_pool);

  if (out.n_frames < 1 || out.n_mels < 1)
    oto_graph_fail (graph, _("A window of %d frames and %d mel bins is too small for the layer "
                             "“%s”. Choose a longer window."),
                    oto_graph_get_input (graph)->shape.n_frames,
                    oto_graph_get_input (graph)->shape.n_mels, spec->name);

  self = oto_graph_add_layer (graph, &oto_conv_layer_funcs, spec->name, &x, 1, out);
  self->shape = shape;
  self->adjoint_shape = oto_conv2d_get_adjoint_shape (&shape);
  self->activation = spec->activation;
  self->has_norm = spec->norm_name != NULL;
  self->has_bias = spec->has_bias && !self->has_norm;
  if (spec->twin != NULL)
    share_tensors (self, spec->twin);
  else
    add_tensors (self, spec);
  set_edge (self, spec);
  return &self->parent.out;
}

/**
 * oto_conv_layer_get_shape: (skip)
 * @self: a layer
 *
 * Returns: (transfer none) (nullable): its convolution; %NULL if it is no convolution
 */
const OtoConv2dShape *
oto_conv_layer_get_shape (const OtoLayer *self)
{
  return self->funcs == &oto_conv_layer_funcs ? &((const OtoConvLayer *) self)->shape : NULL;
}

static void
clear (OtoLayer *layer)
{
  OtoConvLayer *self = (OtoConvLayer *) layer;

  oto_norm_clear (&self->norm);
}

/* --- memory -------------------------------------------------------------------------------- */

static size_t
get_scratch_len (const OtoLayer *layer)
{
  const OtoConvLayer *self = (const OtoConvLayer *) layer;
  const size_t conv_len = oto_conv2d_get_scratch_len (&self->shape);
  const size_t pool_len =
    oto_map_shape_get_tile_len (&layer->out.shape) +
    oto_pool2d_get_scratch_len (layer->out.shape.n_mels, layer->out.shape.n_channels);
  const size_t d_x_len = oto_map_shape_get_tile_len (&layer->inputs[0]->shape);

  return conv_len + MAX (layer->out.prologue.has_pool ? pool_len : 0,
                         oto_conv_layer_is_pointwise (self) ? d_x_len : 0);
}

static size_t
get_partials_len (const OtoLayer *layer)
{
  return oto_conv2d_get_filters_len (&((const OtoConvLayer *) layer)->shape);
}

static void
plan_backward (OtoConvLayer *self,
               OtoGraphPlan *plan)
{
  OtoLayer *layer = &self->parent;
  const OtoEdge *x = layer->inputs[0];
  const int n_channels = self->shape.c_out, n_threads = oto_graph_plan_get_n_threads (plan);
  const int max_batch = oto_graph_plan_get_max_batch (plan);
  const size_t out_len = max_batch * oto_map_shape_get_len (&layer->out.shape);

  if (x->wants_d)
    oto_graph_plan_take (plan, layer, OTO_STORE_ALWAYS,
                         oto_conv2d_get_filters_len (&self->adjoint_shape), &self->adjoint);
  if (layer->out.layout == OTO_LAYOUT_PLANES
      || (layer->out.is_kept && layer->traits & OTO_LAYER_KEEPS_OUTPUT))
    oto_graph_plan_take (plan, layer, OTO_STORE_BACKWARD, out_len, &self->d_rows);
  if (x->wants_d && !oto_conv_layer_is_pointwise (self)
      && oto_graph_plan_adds_d (plan, layer, x))
    oto_graph_plan_take (plan, layer, OTO_STORE_BACKWARD,
                         max_batch * oto_map_shape_get_len (&x->shape), &self->d_x);
  if (self->has_bias)
    oto_graph_plan_take_doubles (plan, layer, OTO_STORE_BACKWARD,
                                 (size_t) n_threads * n_channels, &self->d_bias_block);
}

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  OtoConvLayer *self = (OtoConvLayer *) layer;
  const size_t out_len = oto_graph_plan_get_max_batch (graph_plan) *
                         oto_map_shape_get_len (&layer->out.shape);

  self->adjoint = self->rows = self->d_rows = self->d_x = NULL;
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_ALWAYS,
                       oto_conv2d_get_filters_len (&self->shape), &self->filters);
  if (layer->out.layout == OTO_LAYOUT_PLANES)
    oto_graph_plan_take (graph_plan, layer, OTO_STORE_FORWARD, out_len, &self->rows);
  if (self->has_norm)
    oto_norm_plan (&self->norm, layer, graph_plan);
  if (oto_graph_plan_has_backward (graph_plan) && layer->out.wants_d)
    plan_backward (self, graph_plan);
}

/* --- filters ------------------------------------------------------------------------------- */

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

static void
prepare (OtoLayer *layer,
         OtoPass  *pass)
{
  const OtoConvLayer *self = (OtoConvLayer *) layer;
  PrepareJob job = { self, pass->params + self->weight_pos };

  oto_pass_run (pass, self->shape.c_in, prepare_worker, &job);
  if (self->adjoint != NULL)
    oto_pass_run (pass, self->shape.c_out, prepare_adjoint_worker, &job);
}

/* --- forward pass -------------------------------------------------------------------------- */

/* Rows that the convolution has just written, where there is no norm: bias and activation. */
static void
finish_rows (const OtoConvLayer *self,
             const float        *bias,
             float              *rows,
             size_t              n_places)
{
  const size_t n = n_places * self->shape.c_out;

  if (self->has_bias)
    oto_rows_add_bias (bias, n_places, self->shape.c_out, rows);
  if (self->activation == OTO_CONV_RELU)
    oto_rows_rectify (n, rows);
  else if (self->activation == OTO_CONV_SIGMOID)
    oto_activation_sigmoid (rows, n, rows);
}

/* The same rows turned, for readers that know one class at a time. */
static void
finish_planes (const OtoConvLayer *self,
               const float        *bias,
               const float        *rows,
               size_t              n_places,
               float              *planes)
{
  const OtoMapShape *shape = &self->parent.out.shape;
  const size_t plane_len = (size_t) shape->n_frames * shape->n_mels;

  oto_rows_to_planes (rows, bias, n_places, shape->n_channels, plane_len, planes);
  for (int c = 0; c < shape->n_channels && self->activation == OTO_CONV_SIGMOID; c++)
    oto_activation_sigmoid (planes + c * plane_len, n_places, planes + c * plane_len);
}

static void
finish_rows_cb (int      row_begin,
                int      row_end,
                gpointer user_data)
{
  const OtoConvLayerClip *clip = user_data;
  OtoConvLayer *self = clip->job->layer;
  const OtoEdge *out = &self->parent.out;
  const size_t pos = oto_map_shape_get_row_pos (&out->shape, clip->clip, row_begin);
  const size_t n_places = (size_t) (row_end - row_begin) * out->shape.n_mels;
  const float *bias = clip->job->pass->params + self->bias_pos;
  float *rows = oto_conv_layer_get_rows (self) + pos;

  if (self->has_norm)
    oto_batch_norm_add_stats (rows, n_places, self->shape.c_out, &self->norm.stats[clip->thread]);
  else if (out->layout == OTO_LAYOUT_PLANES)
    finish_planes (self, bias, rows, n_places,
                   out->data + oto_edge_get_clip_pos (out, clip->clip) +
                   (size_t) row_begin * out->shape.n_mels);
  else
    finish_rows (self, bias, rows, n_places);
}

static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  OtoConvLayer *self = job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  const gboolean wants_stats = self->has_norm && oto_norm_wants_stats (&self->norm, job->pass);
  const gboolean finishes = !self->has_norm || wants_stats;
  OtoConvLayerClip clip = { job, thread, 0 };
  OtoFrameRuns runs;

  if (wants_stats)
    oto_norm_begin_stats (&self->norm, thread);
  oto_frame_runs_init (&runs, job->pass, out->shape.n_frames, begin, end,
                       oto_conv2d_get_row_grain (&self->shape));
  while (oto_frame_runs_next (&runs))
    {
      clip.clip = runs.clip;
      oto_conv2d_forward (&self->shape, self->filters, oto_edge_get_prologue (x),
                          x->data + oto_edge_get_clip_pos (x, runs.clip), runs.row_begin,
                          runs.row_end,
                          oto_conv_layer_get_rows (self) + oto_edge_get_clip_pos (out, runs.clip),
                          finishes ? finish_rows_cb : NULL, &clip, job->pass->scratch[thread]);
    }
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  OtoConvLayer *self = (OtoConvLayer *) layer;
  const size_t n_items = oto_pass_get_n_items (pass);
  OtoConvLayerJob job = { .layer = self, .pass = pass };

  oto_pass_run (pass, n_items, forward_worker, &job);
  if (!self->has_norm)
    return;
  oto_norm_take_stats (&self->norm, pass, oto_pass_get_n_active (pass, n_items));
  layer->out.prologue.scale = self->norm.scale;
  layer->out.prologue.shift = self->norm.shift;
}

static guint64
count_macs (const OtoLayer *layer)
{
  const OtoConv2dShape *shape = &((const OtoConvLayer *) layer)->shape;

  return (guint64) oto_map_shape_get_len (&layer->out.shape) * shape->kernel_frames *
         shape->kernel_mels * (shape->is_depthwise ? 1 : shape->c_in);
}

const OtoLayerFuncs oto_conv_layer_funcs =
{
  .name = "conv2d",
  .instance_size = sizeof (OtoConvLayer),
  .clear = clear,
  .get_scratch_len = get_scratch_len,
  .get_partials_len = get_partials_len,
  .plan = plan,
  .prepare = prepare,
  .forward = forward,
  .backward = oto_conv_layer_backward,
  .count_macs = count_macs,
};
