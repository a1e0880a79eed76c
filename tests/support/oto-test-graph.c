/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include <math.h>
#include <string.h>

/* --- where the gradient of the input is read ------------------------------------------------ */

/* A layer that hands its input on, as if it had parameters. */
typedef struct
{
  OtoLayer  parent;
  float   **d_x;                 /* where its gradient is copied to */
} EntryLayer;

static void
entry_forward (OtoLayer *layer,
               OtoPass  *pass)
{
  memcpy (layer->out.data, layer->inputs[0]->plain,
          pass->n_batch * oto_map_shape_get_len (&layer->out.shape) * sizeof (float));
}

static void
entry_backward (OtoLayer *layer,
                OtoPass  *pass)
{
  memcpy (*((EntryLayer *) layer)->d_x, layer->out.d,
          pass->n_batch * oto_map_shape_get_len (&layer->out.shape) * sizeof (float));
}

static const OtoLayerFuncs entry_layer_funcs =
{
  .name = "entry",
  .instance_size = sizeof (EntryLayer),
  .forward = entry_forward,
  .backward = entry_backward,
};

static OtoEdge *
add_entry (OtoTestGraph *self,
           OtoMapShape   shape)
{
  OtoEdge *x = oto_graph_add_input (self->graph, shape);
  EntryLayer *layer = oto_graph_add_layer (self->graph, &entry_layer_funcs, "", &x, 1, shape);

  layer->d_x = &self->d_x;
  layer->parent.has_params = TRUE;
  return &layer->parent.out;
}

/* --- tiny networks -------------------------------------------------------------------------- */

/* Scales near 1, shifts near 0, variances above 0: no two alike. */
static void
draw_tensors (OtoTestGraph *self)
{
  OtoRng rng;
  guint n;
  const OtoParam *list = oto_graph_get_params (self->graph, &n);

  oto_rng_init (&rng, 5);
  for (guint i = 0; i < n; i++)
    {
      float *values = (list[i].is_buffer ? self->first_buffers : self->params) + list[i].pos;

      oto_param_init (&list[i], &rng, values);
      for (size_t j = 0; j < list[i].len && list[i].init == OTO_PARAM_INIT_CONSTANT; j++)
        values[j] += (float) (list[i].is_buffer ? oto_rng_range (&rng, 0.1, 0.6)
                                                : oto_rng_range (&rng, -0.3, 0.3));
    }
}

static void
alloc_values (OtoTestGraph *self,
              int           n_batch)
{
  const OtoMapShape *shape = &oto_graph_get_input (self->graph)->shape;

  self->x_len = n_batch * oto_map_shape_get_len (shape);
  self->out_len = n_batch * oto_map_shape_get_len (&self->out->shape);
  self->params_len = oto_graph_get_params_len (self->graph);
  self->buffers_len = oto_graph_get_buffers_len (self->graph);
  self->x = g_new (float, self->x_len);
  self->d_x = g_new0 (float, self->x_len);
  self->d_out = g_new (float, self->out_len);
  self->params = g_new0 (float, self->params_len + 1);
  self->grads = g_new0 (float, self->params_len + 1);
  self->buffers = g_new0 (float, self->buffers_len + 1);
  self->first_buffers = g_new0 (float, self->buffers_len + 1);
  oto_test_fill (self->x, self->x_len, 11);
  oto_test_fill (self->d_out, self->out_len, 12);
}

static OtoTestGraph *
graph_new (OtoTestBuildFunc build,
           gconstpointer    user_data,
           OtoMapShape      shape,
           int              n_batch,
           int              n_threads,
           gboolean         has_backward,
           gboolean         is_kept)
{
  OtoTestGraph *self = g_new0 (OtoTestGraph, 1);
  g_autoptr (GError) error = NULL;

  self->graph = oto_graph_new ();
  self->out = build (self->graph, add_entry (self, shape), user_data);
  oto_graph_target_edge (self->graph, self->out);
  oto_graph_check (self->graph, &error);
  g_assert_no_error (error);
  alloc_values (self, n_batch);
  draw_tensors (self);

  self->pass = (OtoPass) {
    .engine = oto_test_get_engine (n_threads), .priority = OTO_PRIORITY_BATCH,
    .n_threads = n_threads, .params = self->params, .buffers = self->buffers,
    .grads = self->grads, .seed = 3, .step = 5,
  };
  for (guint i = 0; i <= self->graph->layers->len && is_kept; i++)
    oto_graph_keep_edge (self->graph, oto_graph_get_edge (self->graph, i));
  oto_graph_reserve (self->graph, &self->pass, n_batch, has_backward, &error);
  g_assert_no_error (error);
  return self;
}

OtoTestGraph *
oto_test_graph_new (OtoTestBuildFunc build,
                    gconstpointer    user_data,
                    OtoMapShape      shape,
                    int              n_batch,
                    int              n_threads,
                    gboolean         has_backward)
{
  return graph_new (build, user_data, shape, n_batch, n_threads, has_backward, FALSE);
}

OtoTestGraph *
oto_test_graph_new_kept (OtoTestBuildFunc build,
                         gconstpointer    user_data,
                         OtoMapShape      shape,
                         int              n_batch,
                         int              n_threads,
                         gboolean         has_backward)
{
  return graph_new (build, user_data, shape, n_batch, n_threads, has_backward, TRUE);
}

void
oto_test_graph_free (OtoTestGraph *self)
{
  if (self == NULL)
    return;
  oto_graph_free (self->graph);
  g_free (self->x);
  g_free (self->d_x);
  g_free (self->d_out);
  g_free (self->params);
  g_free (self->grads);
  g_free (self->buffers);
  g_free (self->first_buffers);
  g_free (self);
}

size_t
oto_test_graph_get_pos (OtoTestGraph *self,
                        const char   *name)
{
  guint n;
  const OtoParam *list = oto_graph_get_params (self->graph, &n);

  for (guint i = 0; i < n; i++)
    if (g_str_equal (list[i].name, name))
      return list[i].pos;
  g_error ("The graph has no tensor “%s”", name);
}

/* --- passes --------------------------------------------------------------------------------- */

void
oto_test_graph_fill_memory (OtoGraph *graph)
{
  const size_t len = oto_arena_get_len (graph->arena);
  /* All of it was taken: what comes next begins at its end. */
  float *floats = oto_arena_take (graph->arena, 0) - len;

  memset (floats, 0xff, len * sizeof (float));
  oto_graph_weights_changed (graph);
}

const float *
oto_test_graph_forward (OtoTestGraph *self,
                        gboolean      is_training)
{
  oto_test_graph_fill_memory (self->graph);
  memcpy (self->buffers, self->first_buffers, self->buffers_len * sizeof (float));
  self->pass.is_training = is_training;
  oto_pass_begin (&self->pass, self->pass.max_batch);
  oto_graph_want_none (self->graph);
  oto_graph_want (self->graph, self->out);
  g_assert_true (oto_graph_forward (self->graph, &self->pass, self->x));
  return self->out->plain;
}

static double
get_value (OtoTestGraph *self)
{
  const float *out = oto_test_graph_forward (self, TRUE);
  double value = 0.0;

  for (size_t i = 0; i < self->out_len; i++)
    value += (double) self->d_out[i] * out[i];
  return value;
}

double
oto_test_graph_step (OtoTestGraph *self)
{
  const double value = get_value (self);
  gboolean adds;

  memset (self->grads, 0, self->params_len * sizeof (float));
  memset (self->d_x, 0, self->x_len * sizeof (float));
  oto_graph_begin_backward (self->graph);
  g_assert_true (oto_edge_begin_d (self->out, &adds));
  memcpy (self->out->d, self->d_out, self->out_len * sizeof (float));
  g_assert_true (oto_graph_backward (self->graph, &self->pass));
  return value;
}

/* --- slopes --------------------------------------------------------------------------------- */

gboolean
oto_test_is_slope (OtoTestValueFunc func,
                   gpointer         user_data,
                   double           slope,
                   double           largest_step,
                   double           limit)
{
  const double middle = func (0.0, user_data);
  double found[6];

  for (guint i = 0; i < G_N_ELEMENTS (found); i++)
    {
      const double h = largest_step * pow (0.25, i);
      const double right = (func (h, user_data) - middle) / h;
      const double left = (middle - func (-h, user_data)) / h;

      found[i] = (left + right) / 2.0;
      if (fabs (found[i] - slope) <= limit || fabs (left - slope) <= limit
          || fabs (right - slope) <= limit)
        return TRUE;
    }
  g_test_message ("slopes %.6g, %.6g, %.6g, %.6g, %.6g, %.6g, gradient %.6g, limit %.3g",
                  found[0], found[1], found[2], found[3], found[4], found[5], slope, limit);
  return FALSE;
}

/* Values and a direction to move them along. */
typedef struct
{
  OtoTestGraph *graph;
  float        *values;
  const float  *kept;
  const double *direction;
  size_t        len;
} Line;

static double
get_value_along (double   h,
                 gpointer user_data)
{
  const Line *line = user_data;
  double value;

  for (size_t i = 0; i < line->len; i++)
    line->values[i] = (float) (line->kept[i] + h * line->direction[i]);
  value = get_value (line->graph);
  memcpy (line->values, line->kept, line->len * sizeof (float));
  return value;
}

#define N_RANDOM  3
#define N_SINGLE  6
#define STEP      1e-2
/* Of the gradient's length. */
#define LIMIT     5e-3
/* Of the output: single precision, and long sums of it. */
#define ROUNDING  3e-6

/* Directions of length 1: random ones, the gradient's, single elements. */
static void
set_direction (int           n,
               const float  *gradient,
               size_t        len,
               double        length,
               OtoRng       *rng,
               double       *direction)
{
  memset (direction, 0, len * sizeof *direction);
  if (n < N_RANDOM)
    for (size_t i = 0; i < len; i++)
      direction[i] = (oto_rng_range (rng, -1.0, 1.0) < 0.0 ? -1.0 : 1.0) / sqrt ((double) len);
  else if (n == N_RANDOM && length > 0.0)
    for (size_t i = 0; i < len; i++)
      direction[i] = gradient[i] / length;
  else
    direction[MIN ((size_t) oto_rng_range (rng, 0.0, (double) len), len - 1)] = 1.0;
}

/* Returns whether the gradient is other than zero. */
static gboolean
check_slopes (OtoTestGraph *self,
              const char   *name,
              float        *values,
              const float  *gradient,
              size_t        len)
{
  g_autofree float *kept = g_memdup2 (values, len * sizeof *values);
  g_autofree float *slopes = g_memdup2 (gradient, len * sizeof *gradient);
  g_autofree double *direction = g_new (double, len);
  Line line = { self, values, kept, direction, len };
  double length = 0.0, weight = 0.0;
  OtoRng rng;

  for (size_t i = 0; i < len; i++)
    length += (double) slopes[i] * slopes[i];
  length = sqrt (length);
  for (size_t i = 0; i < self->out_len; i++)
    weight += (double) self->d_out[i] * self->d_out[i];

  oto_rng_init (&rng, 21);
  for (int n = 0; n < N_RANDOM + 1 + N_SINGLE; n++)
    {
      double slope = 0.0;

      set_direction (n, slopes, len, length, &rng, direction);
      for (size_t i = 0; i < len; i++)
        slope += slopes[i] * direction[i];
      if (oto_test_is_slope (get_value_along, &line, slope, STEP,
                             LIMIT * length + ROUNDING * sqrt (weight) / STEP))
        continue;
      g_test_message ("direction %d of %s, whose gradient has length %.6g", n, name, length);
      g_test_fail ();
    }
  /* A gradient that rounding left of nothing counts as zero. */
  return length > 1e-4 * sqrt (weight);
}

static guint
check_all_slopes (OtoTestGraph *self)
{
  guint n, n_found = 0;
  const OtoParam *list = oto_graph_get_params (self->graph, &n);
  g_autofree float *grads = NULL;
  g_autofree float *d_x = NULL;

  oto_test_graph_step (self);
  grads = g_memdup2 (self->grads, (self->params_len + 1) * sizeof (float));
  d_x = g_memdup2 (self->d_x, self->x_len * sizeof (float));
  if (!check_slopes (self, "x", self->x, d_x, self->x_len))
    {
      g_test_message ("The input has no gradient");
      g_test_fail ();
    }
  for (guint i = 0; i < n; i++)
    if (!list[i].is_buffer)
      n_found += check_slopes (self, list[i].name, self->params + list[i].pos,
                               grads + list[i].pos, list[i].len);
  return n_found;
}

/* --- the same numbers ----------------------------------------------------------------------- */

static void
assert_same_step (OtoTestGraph *self,
                  OtoTestGraph *other)
{
  g_assert_cmpfloat (oto_test_graph_step (self), ==, oto_test_graph_step (other));
  g_assert_cmpmem (self->grads, self->params_len * sizeof (float),
                   other->grads, other->params_len * sizeof (float));
  g_assert_cmpmem (self->d_x, self->x_len * sizeof (float),
                   other->d_x, other->x_len * sizeof (float));
  g_assert_cmpmem (self->buffers, self->buffers_len * sizeof (float),
                   other->buffers, other->buffers_len * sizeof (float));
}

/* Another order of sums: some roundings. */
static void
assert_near_step (OtoTestGraph *self,
                  OtoTestGraph *other)
{
  oto_test_graph_step (self);
  oto_test_graph_step (other);
  oto_assert_rel_below (self->d_x, other->d_x, self->x_len, 2e-5);
  if (self->params_len > 0)
    oto_assert_rel_below (self->grads, other->grads, self->params_len, 2e-5);
  if (self->buffers_len > 0)
    oto_assert_rel_below (self->buffers, other->buffers, self->buffers_len, 2e-6);
}

static void
assert_same_inference (OtoTestGraph *self,
                       OtoTestGraph *other)
{
  const float *out = oto_test_graph_forward (self, FALSE);
  const float *other_out = oto_test_graph_forward (other, FALSE);

  g_assert_cmpmem (out, self->out_len * sizeof (float), other_out,
                   other->out_len * sizeof (float));
  g_assert_cmpmem (self->buffers, self->buffers_len * sizeof (float),
                   self->first_buffers, self->buffers_len * sizeof (float));
}

guint
oto_test_graph_check_gradients (OtoTestBuildFunc build,
                                gconstpointer    user_data,
                                OtoMapShape      shape,
                                int              n_batch)
{
  g_autoptr (OtoTestGraph) alone = oto_test_graph_new (build, user_data, shape, n_batch, 1, TRUE);

  for (int n_threads = 1; n_threads <= 3; n_threads++)
    {
      g_autoptr (OtoTestGraph) self =
        oto_test_graph_new (build, user_data, shape, n_batch, n_threads, TRUE);
      g_autoptr (OtoTestGraph) kept =
        oto_test_graph_new_kept (build, user_data, shape, n_batch, n_threads, TRUE);
      g_autoptr (OtoTestGraph) inference =
        oto_test_graph_new (build, user_data, shape, n_batch, n_threads, FALSE);

      assert_same_step (self, kept);
      assert_near_step (self, alone);
      assert_same_inference (self, alone);
      assert_same_inference (inference, alone);
    }
  return check_all_slopes (alone);
}
