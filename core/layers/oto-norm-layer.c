/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-norm-layer.h"

#include "layers/oto-norm.h"
#include "nn/oto-planes.h"

/* Batch norm that follows no convolution. It writes nothing: its output is its input, pending. */

typedef struct
{
  OtoLayer parent;
  OtoNorm  norm;
} OtoNormLayer;

typedef struct
{
  OtoNormLayer *layer;
  OtoPass      *pass;
  gboolean      adds;
} NormJob;

/* Values that go through the scratch at a time. */
#define TILE_LEN (16 * 1024)

static int
get_tile_rows (const OtoMapShape *shape)
{
  return (int) MAX (1, TILE_LEN / oto_map_shape_get_row_len (shape));
}

static size_t
get_scratch_len (const OtoLayer *layer)
{
  const OtoMapShape *shape = &layer->out.shape;

  return get_tile_rows (shape) * oto_map_shape_get_row_len (shape);
}

static void
clear (OtoLayer *layer)
{
  oto_norm_clear (&((OtoNormLayer *) layer)->norm);
}

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  oto_norm_plan (&((OtoNormLayer *) layer)->norm, layer, graph_plan);
}

/* Calls for the rows of a thread: x, the gradient of the output, that of the input. */
typedef void (*RowsFunc) (const NormJob *job,
                          int            thread,
                          const float   *x,
                          const float   *d_y,
                          float         *d_x,
                          int            n_rows);

static void
for_rows (const NormJob *job,
          int            thread,
          size_t         begin,
          size_t         end,
          RowsFunc       func)
{
  const OtoLayer *layer = &job->layer->parent;
  const OtoMapShape *shape = &layer->out.shape;
  const size_t row_len = oto_map_shape_get_row_len (shape);
  OtoFrameRuns runs;

  oto_frame_runs_init (&runs, job->pass, shape->n_frames, begin, end, 1);
  while (oto_frame_runs_next (&runs))
    {
      const size_t pos = ((size_t) runs.clip * shape->n_frames + runs.row_begin) * row_len;

      func (job, thread, layer->out.data + pos, layer->out.d != NULL ? layer->out.d + pos : NULL,
            layer->inputs[0]->d != NULL ? layer->inputs[0]->d + pos : NULL,
            runs.row_end - runs.row_begin);
    }
}

static void
add_stats (const NormJob *job,
           int            thread,
           const float   *x,
           const float   *d_y,
           float         *d_x,
           int            n_rows)
{
  const OtoMapShape *shape = &job->layer->parent.out.shape;

  oto_batch_norm_add_stats (x, (size_t) n_rows * shape->n_mels, shape->n_channels,
                            &job->layer->norm.stats[thread]);
}

static void
stats_worker (int      thread,
              size_t   begin,
              size_t   end,
              gpointer user_data)
{
  const NormJob *job = user_data;

  oto_norm_begin_stats (&job->layer->norm, thread);
  for_rows (job, thread, begin, end, add_stats);
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  OtoNormLayer *self = (OtoNormLayer *) layer;
  const size_t n_items = oto_pass_get_n_items (pass);
  NormJob job = { self, pass, FALSE };

  if (oto_norm_wants_stats (&self->norm, pass))
    oto_pass_run (pass, n_items, stats_worker, &job);
  oto_norm_take_stats (&self->norm, pass, oto_pass_get_n_active (pass, n_items));
  layer->out.prologue.scale = self->norm.scale;
  layer->out.prologue.shift = self->norm.shift;
}

static void
add_sums (const NormJob *job,
          int            thread,
          const float   *x,
          const float   *d_y,
          float         *d_x,
          int            n_rows)
{
  const OtoEdge *out = &job->layer->parent.out;

  oto_norm_add_sums (&job->layer->norm, thread, &out->prologue, x, d_y,
                     (size_t) n_rows * out->shape.n_mels);
}

static void
sums_worker (int      thread,
             size_t   begin,
             size_t   end,
             gpointer user_data)
{
  const NormJob *job = user_data;

  oto_norm_begin_sums (&job->layer->norm, thread);
  for_rows (job, thread, begin, end, add_sums);
}

static void
add_gradient (const NormJob *job,
              int            thread,
              const float   *x,
              const float   *d_y,
              float         *d_x,
              int            n_rows)
{
  const OtoEdge *out = &job->layer->parent.out;
  const size_t row_len = oto_map_shape_get_row_len (&out->shape);
  const double n_total = (double) job->pass->n_batch * out->shape.n_frames * out->shape.n_mels;
  const int tile_rows = get_tile_rows (&out->shape);
  float *tile = job->pass->scratch[thread];

  for (int row = 0; row < n_rows; row += tile_rows)
    {
      const int n = MIN (tile_rows, n_rows - row);
      const size_t pos = row * row_len;

      oto_norm_backward (&job->layer->norm, &out->prologue, x + pos, d_y + pos,
                         (size_t) n * out->shape.n_mels, n_total, job->adds ? tile : d_x + pos);
      if (job->adds)
        oto_rows_add (tile, n * row_len, d_x + pos);
    }
}

static void
gradient_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  for_rows (user_data, thread, begin, end, add_gradient);
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  OtoNormLayer *self = (OtoNormLayer *) layer;
  const size_t n_items = oto_pass_get_n_items (pass);
  NormJob job = { self, pass, FALSE };

  if (!self->norm.has_sums)
    oto_pass_run (pass, n_items, sums_worker, &job);
  oto_norm_take_sums (&self->norm, pass, oto_pass_get_n_active (pass, n_items));
  if (oto_edge_begin_d (layer->inputs[0], &job.adds))
    oto_pass_run (pass, n_items, gradient_worker, &job);
}

static const OtoLayerFuncs norm_layer_funcs =
{
  .name = "batch norm",
  .instance_size = sizeof (OtoNormLayer),
  .clear = clear,
  .get_scratch_len = get_scratch_len,
  .plan = plan,
  .forward = forward,
  .backward = backward,
};

/**
 * oto_norm_layer_add: (skip)
 * @graph: a graph
 * @x: (T, F, C): what it reads
 * @name: what the names of its tensors begin with
 * @has_relu: whether max (0, y) follows
 *
 * PyTorch's batch norm, of a map that no convolution has just written.
 *
 * Returns: (transfer none): (T, F, C), pending
 */
OtoEdge *
oto_norm_layer_add (OtoGraph   *graph,
                    OtoEdge    *x,
                    const char *name,
                    gboolean    has_relu)
{
  OtoNormLayer *self = oto_graph_add_layer (graph, &norm_layer_funcs, name, &x, 1, x->shape);

  g_assert (x->layout == OTO_LAYOUT_ROWS);

  oto_norm_init (&self->norm, &self->parent, "", x->shape.n_channels, 0.0, 0.0);
  self->parent.traits = OTO_LAYER_VIEWS | OTO_LAYER_KEEPS_INPUTS;
  self->parent.out.is_pending = TRUE;
  self->parent.out.prologue.is_linear = !has_relu;
  self->parent.out.norm = &self->norm;
  return &self->parent.out;
}
