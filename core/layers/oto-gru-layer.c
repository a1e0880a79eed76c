/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "layers/oto-gru-layer.h"

#include "nn/oto-planes.h"

#include <string.h>

/* A bidirectional layer of gated recurrent units.
 *
 * Frames wait for each other, clips and directions do not: a task is one direction of a group of
 * clips. There are as many groups as keep all threads busy and no more, as the products at a frame
 * are faster the more clips they take together. So two threads take a direction each, also of a
 * single clip. */

#define N_DIRECTIONS 2

/* In the order of OtoGruParams and of the parameter block. */
enum { W, U, B, B2, N_TENSORS };

typedef struct
{
  OtoLayer      parent;
  OtoGruConfig  configs[N_DIRECTIONS];
  size_t        pos[N_DIRECTIONS][N_TENSORS];
  size_t        direction_len;   /* floats of a direction's parameters, which stand together */

  int           max_batch, n_threads;                /* of the plan */
  gboolean      is_training;
  float        *prepared[N_DIRECTIONS];
  float        *kept[N_DIRECTIONS];                  /* (N, T, 4 u) */
  float        *d_x[N_DIRECTIONS];                   /* what is not written to the input's own */
} OtoGruLayer;

typedef struct
{
  OtoGruLayer *layer;
  OtoPass     *pass;
  int          n_groups;
  gboolean     adds;
} GruJob;

/* --- tasks --------------------------------------------------------------------------------- */

static int
count_groups (int n_threads,
              int n_clips)
{
  const int n_groups = n_threads % N_DIRECTIONS == 0 ? n_threads / N_DIRECTIONS : n_threads;

  return n_threads == 1 ? 1 : MIN (n_groups, n_clips);
}

/* One direction of a group of clips. */
typedef struct
{
  int group, direction;
  int clip_begin, n_clips;
} Task;

static Task
get_task (const GruJob *job,
          size_t        item)
{
  const int group = (int) item / N_DIRECTIONS, n_batch = job->pass->n_batch;
  const int begin = n_batch * group / job->n_groups, end = n_batch * (group + 1) / job->n_groups;

  return (Task) { group, (int) item % N_DIRECTIONS, begin, end - begin };
}

/* The most clips that a group has. */
static int
get_group_len (const OtoGruLayer *self)
{
  const int n_groups = count_groups (self->n_threads, self->max_batch);

  return (self->max_batch + n_groups - 1) / n_groups;
}

/* --- memory -------------------------------------------------------------------------------- */

static size_t
get_scratch_len (const OtoLayer *layer)
{
  const OtoGruLayer *self = (const OtoGruLayer *) layer;

  /* The gates stand in planned memory, in inference, too. */
  return oto_gru_get_scratch_len (&self->configs[0], get_group_len (self),
                                  layer->out.shape.n_frames, TRUE);
}

/* The first groups add to the gradients themselves. */
static size_t
get_partials_len (const OtoLayer *layer)
{
  const OtoGruLayer *self = (const OtoGruLayer *) layer;

  return count_groups (self->n_threads, self->max_batch) > 1
         ? N_DIRECTIONS * self->direction_len : 0;
}

static void
plan (OtoLayer     *layer,
      OtoGraphPlan *graph_plan)
{
  OtoGruLayer *self = (OtoGruLayer *) layer;
  const OtoEdge *x = layer->inputs[0];

  self->max_batch = oto_graph_plan_get_max_batch (graph_plan);
  self->n_threads = oto_graph_plan_get_n_threads (graph_plan);
  self->is_training = oto_graph_plan_has_backward (graph_plan);
  for (int d = 0; d < N_DIRECTIONS; d++)
    {
      const OtoGruConfig *config = &self->configs[d];

      self->d_x[d] = NULL;
      oto_graph_plan_take (graph_plan, layer, OTO_STORE_ALWAYS,
                           oto_gru_get_prepared_len (config, self->is_training),
                           &self->prepared[d]);
      oto_graph_plan_take (graph_plan, layer,
                           self->is_training ? OTO_STORE_KEPT : OTO_STORE_FORWARD,
                           oto_gru_get_kept_len (config, self->max_batch, x->shape.n_frames),
                           &self->kept[d]);
      /* The directions run at once, so that only one can write to the input's gradient. */
      if (self->is_training && (d > 0 || !x->wants_d))
        oto_graph_plan_take (graph_plan, layer, OTO_STORE_BACKWARD,
                             self->max_batch * oto_map_shape_get_len (&x->shape), &self->d_x[d]);
    }
}

/* --- weights ------------------------------------------------------------------------------- */

static OtoGruParams
get_params (const OtoGruLayer *self,
            int                direction,
            const float       *block)
{
  const size_t *pos = self->pos[direction];

  return (OtoGruParams) {
    .w = block + pos[W], .u = block + pos[U], .b = block + pos[B],
    .b2 = self->configs[direction].kind == OTO_GRU_KIND_TORCH ? block + pos[B2] : NULL,
  };
}

/* An item is a direction. */
static void
prepare_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const GruJob *job = user_data;
  const OtoGruLayer *self = job->layer;

  for (size_t d = begin; d < end; d++)
    {
      const OtoGruParams params = get_params (self, (int) d, job->pass->params);

      oto_gru_prepare (&self->configs[d], &params, self->is_training, self->prepared[d]);
    }
}

static void
prepare (OtoLayer *layer,
         OtoPass  *pass)
{
  GruJob job = { .layer = (OtoGruLayer *) layer, .pass = pass };

  oto_pass_run (pass, N_DIRECTIONS, prepare_worker, &job);
}

/* --- passes -------------------------------------------------------------------------------- */

static float *
get_kept (const OtoGruLayer *self,
          const Task        *task)
{
  return self->kept[task->direction] +
         oto_gru_get_kept_len (&self->configs[0], task->clip_begin,
                               self->parent.out.shape.n_frames);
}

static void
forward_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const GruJob *job = user_data;
  const OtoGruLayer *self = job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  const int n_units = self->configs[0].n_units;

  for (size_t i = begin; i < end; i++)
    {
      const Task task = get_task (job, i);

      oto_gru_forward (&self->configs[task.direction], self->prepared[task.direction],
                       task.n_clips, x->shape.n_frames,
                       x->plain + oto_edge_get_clip_pos (x, task.clip_begin),
                       out->data + oto_edge_get_clip_pos (out, task.clip_begin) +
                       task.direction * n_units, N_DIRECTIONS * n_units,
                       get_kept (self, &task), job->pass->scratch[thread]);
    }
}

static void
forward (OtoLayer *layer,
         OtoPass  *pass)
{
  GruJob job = {
    .layer = (OtoGruLayer *) layer, .pass = pass,
    .n_groups = count_groups (pass->n_threads, pass->n_batch),
  };

  oto_pass_run (pass, (size_t) N_DIRECTIONS * job.n_groups, forward_worker, &job);
}

/* Where a task's gradients of the parameters go: the first group's to the network's, those of the
 * others to partial sums that have the layer's tensors alone. */
static OtoGruGrads
begin_grads (const GruJob *job,
             const Task   *task)
{
  const OtoGruLayer *self = job->layer;
  const size_t *pos = self->pos[task->direction];
  float *first = job->pass->grads + pos[W];

  if (task->group > 0)
    {
      first = job->pass->partials[task->group - 1] + task->direction * self->direction_len;
      memset (first, 0, self->direction_len * sizeof *first);
    }
  return (OtoGruGrads) {
    .w = first, .u = first + (pos[U] - pos[W]), .b = first + (pos[B] - pos[W]),
    .b2 = self->configs[0].kind == OTO_GRU_KIND_TORCH ? first + (pos[B2] - pos[W]) : NULL,
  };
}

static void
backward_worker (int      thread,
                 size_t   begin,
                 size_t   end,
                 gpointer user_data)
{
  const GruJob *job = user_data;
  const OtoGruLayer *self = job->layer;
  const OtoEdge *x = self->parent.inputs[0], *out = &self->parent.out;
  const int n_units = self->configs[0].n_units;

  for (size_t i = begin; i < end; i++)
    {
      const Task task = get_task (job, i);
      const int d = task.direction;
      const OtoGruParams params = get_params (self, d, job->pass->params);
      const OtoGruGrads grads = begin_grads (job, &task);
      const size_t x_pos = oto_edge_get_clip_pos (x, task.clip_begin);
      const size_t y_pos = oto_edge_get_clip_pos (out, task.clip_begin) + d * n_units;
      const gboolean is_own = self->d_x[d] != NULL;

      oto_gru_backward (&self->configs[d], &params, self->prepared[d], task.n_clips,
                        x->shape.n_frames, x->plain + x_pos, out->data + y_pos,
                        N_DIRECTIONS * n_units, out->d + y_pos, N_DIRECTIONS * n_units,
                        get_kept (self, &task), !is_own && job->adds,
                        (is_own ? self->d_x[d] : x->d) + x_pos, &grads,
                        job->pass->scratch[thread]);
    }
}

/* An item is a value of the parameters. */
static void
add_partials_worker (int      thread,
                     size_t   begin,
                     size_t   end,
                     gpointer user_data)
{
  const GruJob *job = user_data;

  for (int g = 1; g < job->n_groups; g++)
    oto_rows_add (job->pass->partials[g - 1] + begin, end - begin,
                  job->pass->grads + job->layer->pos[0][W] + begin);
}

/* An item is a value of the input. */
static void
add_d_x_worker (int      thread,
                size_t   begin,
                size_t   end,
                gpointer user_data)
{
  const GruJob *job = user_data;

  oto_rows_add (job->layer->d_x[1] + begin, end - begin,
                job->layer->parent.inputs[0]->d + begin);
}

static void
backward (OtoLayer *layer,
          OtoPass  *pass)
{
  OtoEdge *x = layer->inputs[0];
  GruJob job = {
    .layer = (OtoGruLayer *) layer, .pass = pass,
    .n_groups = count_groups (pass->n_threads, pass->n_batch),
  };
  const gboolean wants = oto_edge_begin_d (x, &job.adds);

  oto_pass_run (pass, (size_t) N_DIRECTIONS * job.n_groups, backward_worker, &job);
  if (job.n_groups > 1)
    oto_pass_run (pass, N_DIRECTIONS * job.layer->direction_len, add_partials_worker, &job);
  if (wants)
    oto_pass_run (pass, pass->n_batch * oto_map_shape_get_len (&x->shape), add_d_x_worker, &job);
}

static guint64
count_macs (const OtoLayer *layer)
{
  const OtoGruConfig *config = &((const OtoGruLayer *) layer)->configs[0];

  return (guint64) N_DIRECTIONS * layer->out.shape.n_frames * 3 * config->n_units *
         (config->n_inputs + config->n_units);
}

static const OtoLayerFuncs gru_layer_funcs =
{
  .name = "gru",
  .instance_size = sizeof (OtoGruLayer),
  .get_scratch_len = get_scratch_len,
  .get_partials_len = get_partials_len,
  .plan = plan,
  .prepare = prepare,
  .forward = forward,
  .backward = backward,
  .count_macs = count_macs,
};

/* --- building ------------------------------------------------------------------------------ */

/* As PyTorch's files call them, and as ours call those of Keras. */
static const char *const torch_names[N_DIRECTIONS][N_TENSORS] = {
  { "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0" },
  { "weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse", "bias_hh_l0_reverse" },
};
static const char *const keras_names[N_DIRECTIONS][N_TENSORS] = {
  { "fwd.W", "fwd.U", "fwd.b", NULL },
  { "bwd.W", "bwd.U", "bwd.b", NULL },
};

static void
add_direction (OtoGruLayer      *self,
               const OtoGruSpec *spec,
               int               direction)
{
  const OtoGruConfig *config = &self->configs[direction];
  const char *const *names = config->kind == OTO_GRU_KIND_TORCH ? torch_names[direction]
                                                                : keras_names[direction];
  const gint64 w_shape[2] = { 3 * config->n_units, config->n_inputs };
  const gint64 u_shape[2] = { 3 * config->n_units, config->n_units };
  size_t *pos = self->pos[direction];

  if (spec->init_bound > 0.0)
    pos[W] = oto_layer_add_param (&self->parent, names[W], OTO_PARAM_INIT_UNIFORM,
                                  spec->init_bound, 2, w_shape);
  else
    pos[W] = oto_layer_add_param (&self->parent, names[W], OTO_PARAM_INIT_ORTHOGONAL, 1.0, 2,
                                  w_shape);
  pos[U] = oto_layer_add_param (&self->parent, names[U], OTO_PARAM_INIT_ORTHOGONAL, 1.0, 2,
                                u_shape);
  pos[B] = oto_layer_add_vector (&self->parent, names[B], 0.0, 3 * config->n_units);
  if (names[B2] != NULL)
    pos[B2] = oto_layer_add_vector (&self->parent, names[B2], 0.0, 3 * config->n_units);
}

/**
 * oto_gru_layer_add: (skip)
 * @graph: a graph
 * @x: (T, 1, C)
 * @spec: what the layer is
 *
 * Returns: (transfer none): (T, 1, 2 u): states of the forward direction, then of the other
 */
OtoEdge *
oto_gru_layer_add (OtoGraph         *graph,
                   OtoEdge          *x,
                   const OtoGruSpec *spec)
{
  OtoGruLayer *self = oto_graph_add_layer (graph, &gru_layer_funcs, spec->name, &x, 1,
                                           (OtoMapShape) {
    x->shape.n_frames, 1, N_DIRECTIONS * spec->n_units,
  });

  g_assert (x->shape.n_mels == 1 && x->layout == OTO_LAYOUT_ROWS);

  for (int d = 0; d < N_DIRECTIONS; d++)
    {
      self->configs[d] = (OtoGruConfig) { spec->kind, d > 0, x->shape.n_channels, spec->n_units };
      add_direction (self, spec, d);
    }
  self->direction_len = self->pos[1][W] - self->pos[0][W];
  self->parent.traits = OTO_LAYER_KEEPS_INPUTS | OTO_LAYER_KEEPS_OUTPUT;
  return &self->parent.out;
}
