/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-conv-layer-private.h"
#include "nn/oto-activation.h"
#include "nn/oto-planes.h"
#include "nn/oto-pool2d.h"

#include <string.h>

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
  const OtoEdge *out = &job->layer->parent.out;
  float *scratch = job->pass->scratch[thread];
  Scratch self = { .conv = scratch };

  if (out->prologue.has_pool)
    {
      self.tile = scratch;
      self.row = self.tile + oto_map_shape_get_tile_len (&out->shape);
      self.conv = self.row + oto_pool2d_get_scratch_len (out->shape.n_mels, out->shape.n_channels);
    }
  return self;
}

/* --- the gradient of the convolution's own output ------------------------------------------ */

/* The gradient of the layer's activations on a few rows: of what its reader sees, back through the
 * pooling if there is one. */
static const float *
get_activation_gradient (const OtoConvLayerJob *job,
                         const Scratch         *scratch,
                         int                    clip,
                         int                    row_begin,
                         int                    row_end)
{
  const OtoEdge *out = &job->layer->parent.out;
  const float *d = out->d + oto_edge_get_clip_pos (out, clip);

  if (!out->prologue.has_pool)
    return d + row_begin * oto_map_shape_get_row_len (&out->shape);
  oto_pool2d_average3 (d, out->shape.n_frames, out->shape.n_mels, out->shape.n_channels, NULL,
                       NULL, row_begin, row_end, scratch->tile, scratch->row);
  return scratch->tile;
}

/* Sums of a norm whose reader could not make them. */
static void
sums_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  OtoConvLayer *self = job->layer;
  const OtoEdge *out = &self->parent.out;
  const Scratch scratch = divide_scratch (job, thread);
  const int n_rows = oto_map_shape_get_tile_rows (&out->shape);
  OtoFrameRuns runs;

  oto_norm_begin_sums (&self->norm, thread);
  oto_frame_runs_init (&runs, job->pass, out->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    for (int row = runs.row_begin; row < runs.row_end; row += n_rows)
      {
        const int row_end = MIN (row + n_rows, runs.row_end);

        oto_norm_add_sums (&self->norm, thread, &out->prologue,
                           out->data + oto_map_shape_get_row_pos (&out->shape, runs.clip, row),
                           get_activation_gradient (job, &scratch, runs.clip, row, row_end),
                           (size_t) (row_end - row) * out->shape.n_mels);
      }
}

/* Back through pooling, ReLU and norm, just before the gradient of the weights reads it. */
static void
fill_norm_gradient (const OtoConvLayerJob *job,
                    int                    thread,
                    int                    clip,
                    int                    row_begin,
                    int                    row_end)
{
  const OtoConvLayer *self = job->layer;
  const OtoEdge *out = &self->parent.out;
  const Scratch scratch = divide_scratch (job, thread);
  const int n_rows = oto_map_shape_get_tile_rows (&out->shape);
  const double n_total = (double) job->pass->n_batch * out->shape.n_frames * out->shape.n_mels;

  for (int row = row_begin; row < row_end; row += n_rows)
    {
      const int end = MIN (row + n_rows, row_end);
      const size_t pos = oto_map_shape_get_row_pos (&out->shape, clip, row);

      oto_norm_backward (&self->norm, &out->prologue, out->data + pos,
                         get_activation_gradient (job, &scratch, clip, row, end),
                         (size_t) (end - row) * out->shape.n_mels, n_total, job->d_y + pos);
    }
}

/* From planes to rows, class by class through the activation, in the output's place of the
 * gradient. */
static void
fill_planes_gradient (const OtoConvLayerJob *job,
                      int                    clip,
                      int                    row_begin,
                      int                    row_end)
{
  const OtoConvLayer *self = job->layer;
  const OtoEdge *out = &self->parent.out;
  const size_t plane_len = (size_t) out->shape.n_frames * out->shape.n_mels;
  const size_t place = (size_t) row_begin * out->shape.n_mels;
  const size_t n_places = (size_t) (row_end - row_begin) * out->shape.n_mels;
  const size_t clip_pos = oto_edge_get_clip_pos (out, clip);
  float *d = out->d + clip_pos + place;

  for (int c = 0; c < out->shape.n_channels && self->activation == OTO_CONV_SIGMOID; c++)
    oto_activation_sigmoid_backward (out->data + clip_pos + place + c * plane_len,
                                     d + c * plane_len, n_places, d + c * plane_len);
  oto_planes_to_rows (d, n_places, out->shape.n_channels, plane_len,
                      job->d_y + clip_pos + place * out->shape.n_channels);
}

/* Back through the activation of a layer without norm. */
static void
fill_rows_gradient (const OtoConvLayerJob *job,
                    int                    clip,
                    int                    row_begin,
                    int                    row_end)
{
  const OtoConvLayer *self = job->layer;
  const OtoEdge *out = &self->parent.out;
  const size_t pos = oto_map_shape_get_row_pos (&out->shape, clip, row_begin);
  const size_t n = (row_end - row_begin) * oto_map_shape_get_row_len (&out->shape);

  if (self->activation == OTO_CONV_RELU)
    oto_rows_rectify_backward (out->data + pos, out->d + pos, n, job->d_y + pos);
  else if (self->activation == OTO_CONV_SIGMOID)
    oto_activation_sigmoid_backward (out->data + pos, out->d + pos, n, job->d_y + pos);
}

static void
fill_output_gradient_cb (int      row_begin,
                         int      row_end,
                         gpointer user_data)
{
  const OtoConvLayerClip *clip = user_data;
  const OtoConvLayerJob *job = clip->job;
  OtoConvLayer *self = job->layer;
  const OtoEdge *out = &self->parent.out;

  if (self->has_norm)
    fill_norm_gradient (job, clip->thread, clip->clip, row_begin, row_end);
  else if (out->layout == OTO_LAYOUT_PLANES)
    fill_planes_gradient (job, clip->clip, row_begin, row_end);
  else
    fill_rows_gradient (job, clip->clip, row_begin, row_end);
  if (self->has_bias)
    oto_rows_sum_columns (job->d_y + oto_map_shape_get_row_pos (&out->shape, clip->clip, row_begin),
                          (size_t) (row_end - row_begin) * out->shape.n_mels, self->shape.c_out,
                          self->d_bias_block + (size_t) clip->thread * self->shape.c_out);
}

/* --- the gradient of the weights ----------------------------------------------------------- */

static void
weights_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  OtoConvLayer *self = job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  OtoConvLayerClip clip = { job, thread, 0 };
  float *partial = job->pass->partials[thread];
  OtoFrameRuns runs;

  memset (partial, 0, oto_conv2d_get_filters_len (&self->shape) * sizeof (float));
  if (self->has_bias)
    memset (self->d_bias_block + (size_t) thread * self->shape.c_out, 0,
            self->shape.c_out * sizeof (double));
  oto_frame_runs_init (&runs, job->pass, out->shape.n_frames, begin, end,
                       oto_conv2d_get_row_grain (&self->shape));
  while (oto_frame_runs_next (&runs))
    {
      clip.clip = runs.clip;
      oto_conv2d_backward_weights (&self->shape, oto_edge_get_prologue (x),
                                   x->data + oto_edge_get_clip_pos (x, runs.clip),
                                   job->d_y + oto_edge_get_clip_pos (out, runs.clip),
                                   runs.row_begin, runs.row_end, fill_output_gradient_cb, &clip,
                                   partial, divide_scratch (job, thread).conv);
    }
}

typedef struct
{
  const OtoConvLayer *layer;
  const float        *partial;
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

  oto_conv2d_finish_weights (&job->layer->shape, job->partial, (int) begin, (int) end,
                             job->d_weights);
}

static void
take_bias (const OtoConvLayer *self,
           OtoPass            *pass,
           int                 n_active)
{
  const int n_channels = self->shape.c_out;

  for (int c = 0; c < n_channels; c++)
    {
      double sum = 0.0;

      for (int i = 0; i < n_active; i++)
        sum += self->d_bias_block[(size_t) i * n_channels + c];
      pass->grads[self->bias_pos + c] += (float) sum;
    }
}

/* The gradient of the layer's parameters, of all threads. */
static void
compute_parameters (OtoConvLayerJob *job)
{
  const OtoConvLayer *self = job->layer;
  OtoPass *pass = job->pass;
  const size_t n_items = oto_pass_get_n_items (pass);
  const int n_active = oto_pass_get_n_active (pass, n_items);
  FinishJob finish = { self, pass->partials[0], pass->grads + self->weight_pos };

  oto_pass_run (pass, n_items, weights_worker, job);
  oto_pass_add_up (pass, pass->partials, n_active, oto_conv2d_get_filters_len (&self->shape));
  oto_pass_run (pass, self->shape.c_in, finish_worker, &finish);
  if (self->has_bias)
    take_bias (self, pass, n_active);
}

/* --- the gradient of the input ------------------------------------------------------------- */

/* Sums for the norm before, from rows of the gradient that have just been written. */
static void
add_input_sums_cb (int      row_begin,
                   int      row_end,
                   gpointer user_data)
{
  const OtoConvLayerClip *clip = user_data;
  const OtoEdge *x = clip->job->layer->parent.inputs[0];
  const size_t pos = oto_map_shape_get_row_pos (&x->shape, clip->clip, row_begin);

  oto_norm_add_sums (clip->job->input_norm, clip->thread, &x->prologue, x->data + pos, x->d + pos,
                     (size_t) (row_end - row_begin) * x->shape.n_mels);
}

/* Adds rows that have just been written elsewhere. */
static void
add_rows_cb (int      row_begin,
             int      row_end,
             gpointer user_data)
{
  const OtoConvLayerClip *clip = user_data;
  const OtoConvLayer *self = clip->job->layer;
  const OtoEdge *x = self->parent.inputs[0];
  const size_t pos = oto_map_shape_get_row_pos (&x->shape, clip->clip, row_begin);

  oto_rows_add (self->d_x + pos, (row_end - row_begin) * oto_map_shape_get_row_len (&x->shape),
                x->d + pos);
}

static OtoConv2dRowsFunc
choose_finish (const OtoConvLayerJob *job)
{
  if (job->adds_d_x)
    return add_rows_cb;
  return job->input_norm != NULL ? add_input_sums_cb : NULL;
}

static void
adjoint_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  const OtoConvLayer *self = job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  float *d_x = job->adds_d_x ? self->d_x : x->d;
  OtoConvLayerClip clip = { job, thread, 0 };
  OtoFrameRuns runs;

  if (job->input_norm != NULL)
    oto_norm_begin_sums (job->input_norm, thread);
  oto_frame_runs_init (&runs, job->pass, x->shape.n_frames, begin, end,
                       oto_conv2d_get_row_grain (&self->adjoint_shape));
  while (oto_frame_runs_next (&runs))
    {
      clip.clip = runs.clip;
      oto_conv2d_forward (&self->adjoint_shape, self->adjoint, NULL,
                          job->d_y + oto_edge_get_clip_pos (out, runs.clip), runs.row_begin,
                          runs.row_end, d_x + oto_edge_get_clip_pos (x, runs.clip),
                          choose_finish (job), &clip, job->pass->scratch[thread]);
    }
}

/* A kernel that sees one place only needs no map of its own to add from: a tile is enough. */
static void
add_pointwise_worker (int      thread,
                      size_t   begin,
                      size_t   end,
                      gpointer user_data)
{
  const OtoConvLayerJob *job = user_data;
  const OtoConvLayer *self = job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  const int n_rows = oto_map_shape_get_tile_rows (&x->shape);
  float *tile = job->pass->scratch[thread];
  float *scratch = tile + oto_map_shape_get_tile_len (&x->shape);
  OtoConv2dShape shape = self->adjoint_shape;
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, x->shape.n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    for (int row = runs.row_begin; row < runs.row_end; row += n_rows)
      {
        shape.n_frames = MIN (n_rows, runs.row_end - row);
        oto_conv2d_forward (&shape, self->adjoint, NULL,
                            job->d_y + oto_map_shape_get_row_pos (&out->shape, runs.clip, row), 0,
                            shape.n_frames, tile, NULL, NULL, scratch);
        oto_rows_add (tile, shape.n_frames * oto_map_shape_get_row_len (&x->shape),
                      x->d + oto_map_shape_get_row_pos (&x->shape, runs.clip, row));
      }
}

static void
compute_input (OtoConvLayerJob *job)
{
  OtoConvLayer *self = job->layer;
  OtoEdge *x = self->parent.inputs[0];
  OtoPass *pass = job->pass;
  const size_t n_items = oto_pass_get_n_items (pass);

  if (!oto_edge_begin_d (x, &job->adds_d_x))
    return;
  if (x->n_readers == 1 && !job->adds_d_x && !x->prologue.has_pool)
    job->input_norm = x->norm;
  if (job->adds_d_x && oto_conv_layer_is_pointwise (self))
    oto_pass_run (pass, n_items, add_pointwise_worker, job);
  else
    oto_pass_run (pass, n_items, adjoint_worker, job);
  if (job->input_norm != NULL)
    job->input_norm->has_sums = TRUE;
}

/* Where the gradient of the convolution's own output goes. Unless it is kept, what it is made of is
 * not needed any more. */
static float *
get_d_y (const OtoConvLayer *self)
{
  if (self->d_rows != NULL)
    return self->d_rows;
  return self->parent.traits & OTO_LAYER_KEEPS_OUTPUT ? self->parent.out.data
                                                      : self->parent.out.d;
}

/* Documented in the private header. */
void
oto_conv_layer_backward (OtoLayer *layer,
                         OtoPass  *pass)
{
  OtoConvLayer *self = (OtoConvLayer *) layer;
  const size_t n_items = oto_pass_get_n_items (pass);
  OtoConvLayerJob job = { .layer = self, .pass = pass, .d_y = get_d_y (self) };

  if (self->has_norm)
    {
      if (!self->norm.has_sums)
        oto_pass_run (pass, n_items, sums_worker, &job);
      oto_norm_take_sums (&self->norm, pass, oto_pass_get_n_active (pass, n_items));
    }
  compute_parameters (&job);
  if (!oto_pass_is_cancelled (pass))
    compute_input (&job);
}
