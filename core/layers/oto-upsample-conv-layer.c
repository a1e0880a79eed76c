/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-upsample-conv-layer.h"

#include "nn/oto-gemm.h"
#include "nn/oto-planes.h"

#include <string.h>

/* y[r t + i] = W_i x[t] + b for i = 0 … r - 1: as no kernel overlaps the next, one product
 * (T, C_in) (C_in, r C_out), whose rows are r frames of the output as they stand in memory. */

typedef struct
{
  OtoLayer  parent;
  int       factor;              /* r */
  size_t    weight_pos, bias_pos;

  float    *matrix;              /* (C_in, r C_out): W in the order of the product */
  float    *packed;              /* of it */
  float    *adjoint;             /* training: packed transpose; NULL: no gradient goes on */
} OtoUpsampleConvLayer;

typedef struct
{
  const OtoUpsampleConvLayer *layer;
  OtoPass                    *pass;
  gboolean                    adds;
} UpsampleJob;

/* Rows of the input's gradient that go through the scratch at a time. */
#define TILE_ROWS 32

static int
get_c_in (const OtoUpsampleConvLayer *self)
{
  return self->parent.inputs[0]->shape.n_channels;
}

/* r C_out: columns of the product. */
static int
get_n_columns (const OtoUpsampleConvLayer *self)
{
  return self->factor * self->parent.out.shape.n_channels;
}

static size_t
get_matrix_len (const OtoUpsampleConvLayer *self)
{
  return (size_t) get_c_in (self) * get_n_columns (self);
}

/* --- memory -------------------------------------------------------------------------------- */

static size_t
get_scratch_len (const OtoLayer *layer)
{
  return TILE_ROWS * (size_t) get_c_in ((const OtoUpsampleConvLayer *) layer);
}

/* The gradients of the matrix and of the bias. */
static size_t
get_partials_len (const OtoLayer *layer)
{
  return get_matrix_len ((const OtoUpsampleConvLayer *) layer) + layer->out.shape.n_channels;
}

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  OtoUpsampleConvLayer *self = (OtoUpsampleConvLayer *) layer;
  const int c_in = get_c_in (self), n_columns = get_n_columns (self);

  self->adjoint = NULL;
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_ALWAYS, get_matrix_len (self), &self->matrix);
  oto_graph_plan_take (graph_plan, layer, OTO_STORE_ALWAYS,
                       oto_gemm_get_packed_len (c_in, n_columns), &self->packed);
  if (oto_graph_plan_has_backward (graph_plan) && layer->inputs[0]->wants_d)
    oto_graph_plan_take (graph_plan, layer, OTO_STORE_ALWAYS,
                         oto_gemm_get_packed_len (n_columns, c_in), &self->adjoint);
}

/* Weights stand in files as (C_in, C_out, r). */
static void
prepare (OtoLayer *layer,
         OtoPass  *pass)
{
  OtoUpsampleConvLayer *self = (OtoUpsampleConvLayer *) layer;
  const int c_in = get_c_in (self), c_out = layer->out.shape.n_channels;
  const int n_columns = get_n_columns (self);
  const float *weights = pass->params + self->weight_pos;

  for (int c = 0; c < c_in; c++)
    for (int o = 0; o < c_out; o++)
      for (int i = 0; i < self->factor; i++)
        self->matrix[(size_t) c * n_columns + i * c_out + o] = *weights++;
  oto_gemm_pack (c_in, n_columns, self->matrix, n_columns, self->packed);
  if (self->adjoint != NULL)
    oto_gemm_pack_transposed (n_columns, c_in, self->matrix, n_columns, self->adjoint);
}

/* --- passes -------------------------------------------------------------------------------- */

/* The first of a run's rows in the input, and in the output as rows of the product. */
static size_t
get_row (const UpsampleJob  *job,
         const OtoFrameRuns *runs)
{
  return (size_t) runs->clip * job->layer->parent.inputs[0]->shape.n_frames + runs->row_begin;
}

static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const UpsampleJob *job = user_data;
  const OtoUpsampleConvLayer *self = job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  const int c_in = get_c_in (self), n_columns = get_n_columns (self);
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, x->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    {
      const int n_rows = runs.row_end - runs.row_begin;
      const size_t row = get_row (job, &runs);
      float *y = out->data + row * n_columns;

      oto_gemm_packed (n_rows, c_in, n_columns, x->plain + row * c_in, c_in, self->packed, y,
                       n_columns);
      oto_rows_add_bias (job->pass->params + self->bias_pos, (size_t) n_rows * self->factor,
                         out->shape.n_channels, y);
    }
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  UpsampleJob job = { (const OtoUpsampleConvLayer *) layer, pass, FALSE };

  oto_pass_run (pass, oto_pass_get_n_items (pass), forward_worker, &job);
}

static void
weights_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const UpsampleJob *job = user_data;
  const OtoUpsampleConvLayer *self = job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  const int c_in = get_c_in (self), n_columns = get_n_columns (self);
  float *d_matrix = job->pass->partials[thread], *d_bias = d_matrix + get_matrix_len (self);
  OtoFrameRuns runs;

  memset (d_matrix, 0, get_partials_len (&self->parent) * sizeof (float));
  oto_frame_runs_init (&runs, job->pass, x->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    {
      const int n_rows = runs.row_end - runs.row_begin;
      const size_t row = get_row (job, &runs);
      const float *d_y = out->d + row * n_columns;

      oto_gemm_tn (c_in, n_rows, n_columns, x->plain + row * c_in, c_in, d_y, n_columns, TRUE,
                   d_matrix, n_columns);
      oto_gemm_add_column_sums (d_y, out->shape.n_channels, (size_t) n_rows * self->factor,
                                out->shape.n_channels, d_bias);
    }
}

/* From the order of the product to that of files. */
static void
add_parameters (const OtoUpsampleConvLayer *self,
                OtoPass                    *pass)
{
  const int c_in = get_c_in (self), c_out = self->parent.out.shape.n_channels;
  const int n_columns = get_n_columns (self);
  const float *d_matrix = pass->partials[0];
  float *d_weights = pass->grads + self->weight_pos;

  for (int c = 0; c < c_in; c++)
    for (int o = 0; o < c_out; o++)
      for (int i = 0; i < self->factor; i++)
        *d_weights++ += d_matrix[(size_t) c * n_columns + i * c_out + o];
  oto_rows_add (d_matrix + get_matrix_len (self), c_out, pass->grads + self->bias_pos);
}

static void
input_worker (int      thread,
              size_t   begin,
              size_t   end,
              gpointer user_data)
{
  const UpsampleJob *job = user_data;
  const OtoUpsampleConvLayer *self = job->layer;
  OtoEdge *x = self->parent.inputs[0];
  const int c_in = get_c_in (self), n_columns = get_n_columns (self);
  float *tile = job->pass->scratch[thread];
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, x->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    for (int done = 0; done < runs.row_end - runs.row_begin; done += TILE_ROWS)
      {
        const int n_rows = MIN (TILE_ROWS, runs.row_end - runs.row_begin - done);
        const size_t row = get_row (job, &runs) + done;
        float *d_x = x->d + row * c_in;

        oto_gemm_packed (n_rows, n_columns, c_in, self->parent.out.d + row * n_columns, n_columns,
                         self->adjoint, job->adds ? tile : d_x, c_in);
        if (job->adds)
          oto_rows_add (tile, (size_t) n_rows * c_in, d_x);
      }
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  const size_t n_items = oto_pass_get_n_items (pass);
  UpsampleJob job = { (const OtoUpsampleConvLayer *) layer, pass, FALSE };

  oto_pass_run (pass, n_items, weights_worker, &job);
  oto_pass_add_up (pass, pass->partials, oto_pass_get_n_active (pass, n_items),
                   get_partials_len (layer));
  add_parameters (job.layer, pass);
  if (oto_edge_begin_d (layer->inputs[0], &job.adds))
    oto_pass_run (pass, n_items, input_worker, &job);
}

static guint64
count_macs (const OtoLayer *layer)
{
  return (guint64) oto_map_shape_get_len (&layer->out.shape) *
         layer->inputs[0]->shape.n_channels;
}

static const OtoLayerFuncs upsample_conv_layer_funcs =
{
  .name = "upsample conv",
  .instance_size = sizeof (OtoUpsampleConvLayer),
  .get_scratch_len = get_scratch_len,
  .get_partials_len = get_partials_len,
  .plan = plan,
  .prepare = prepare,
  .forward = forward,
  .backward = backward,
  .count_macs = count_macs,
};

/**
 * oto_upsample_conv_layer_add: (skip)
 * @graph: a graph
 * @x: (T, 1, C_in)
 * @spec: what it does
 *
 * PyTorch's transposed 1-D convolution with a bias and a stride as long as the kernel. The weight
 * is (C_in, C_out, r) in files, the bias zero at first. Norm and ReLU may follow as a layer of
 * their own.
 *
 * Returns: (transfer none): (r T, 1, C_out)
 */
OtoEdge *
oto_upsample_conv_layer_add (OtoGraph                  *graph,
                             OtoEdge                   *x,
                             const OtoUpsampleConvSpec *spec)
{
  const gint64 dims[3] = { x->shape.n_channels, spec->n_channels, spec->factor };
  const OtoMapShape out = { x->shape.n_frames * spec->factor, 1, spec->n_channels };
  OtoUpsampleConvLayer *self;

  g_assert (x->shape.n_mels == 1 && x->layout == OTO_LAYOUT_ROWS);
  g_assert (spec->factor > 0 && spec->n_channels > 0);

  self = oto_graph_add_layer (graph, &upsample_conv_layer_funcs, spec->name, &x, 1, out);
  self->factor = spec->factor;
  self->weight_pos = oto_layer_add_param (&self->parent, "weight", OTO_PARAM_INIT_UNIFORM,
                                          spec->init_bound, 3, dims);
  self->bias_pos = oto_layer_add_vector (&self->parent, "bias", 0.0, spec->n_channels);
  self->parent.traits = OTO_LAYER_KEEPS_INPUTS;
  return &self->parent.out;
}
