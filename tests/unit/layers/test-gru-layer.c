/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "base/oto-blas.h"
#include "layers/oto-gru-layer.h"
#include "layers/oto-product-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>
#include <string.h>

typedef struct
{
  OtoGruKind kind;
  int        n_frames, n_inputs, n_units;
} Case;

/* 0 frames end the list. */
static const Case cases[] =
{
  { OTO_GRU_KIND_TORCH, 1, 1, 1 },
  { OTO_GRU_KIND_TORCH, 7, 5, 3 },
  { OTO_GRU_KIND_TORCH, 4, 3, 17 },
  { OTO_GRU_KIND_KERAS_LINEAR, 7, 5, 3 },
  { OTO_GRU_KIND_KERAS_SIGMOID, 5, 6, 9 },
  { OTO_GRU_KIND_KERAS_TANH, 3, 2, 5 },
  { 0 },
};

/* One clip is fewer than there are threads. */
static const int batches[] = { 1, 2, 5 };

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  const Case *self = user_data;

  return oto_gru_layer_add (graph, x, &(OtoGruSpec) {
    .name = "gru", .kind = self->kind, .n_units = self->n_units, .init_bound = 0.5,
  });
}

/* Two layers read one map, as in gated-crnn, and the sum of it: gradients are added to. */
static OtoEdge *
build_gated (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  OtoEdge *sum = oto_sum_layer_add (graph, x, x);
  OtoEdge *linear = oto_gru_layer_add (graph, sum, &(OtoGruSpec) {
    .name = "gru_linear", .kind = OTO_GRU_KIND_KERAS_LINEAR, .n_units = 3,
  });
  OtoEdge *gate = oto_gru_layer_add (graph, sum, &(OtoGruSpec) {
    .name = "gru_sigmoid", .kind = OTO_GRU_KIND_KERAS_SIGMOID, .n_units = 3,
  });

  return oto_product_layer_add (graph, linear, gate);
}

/* --- a naive layer -------------------------------------------------------------------------- */

typedef struct
{
  const Case  *shape;
  gboolean     is_reverse;
  const float *w, *u, *b, *b2;
} Direction;

static double
logistic (double v)
{
  return 1.0 / (1.0 + exp (-v));
}

static double
multiply (const float  *row,
          const double *vector,
          int           n)
{
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    sum += row[i] * vector[i];
  return sum;
}

static double
read_input (const Direction *self,
            int              row,
            const float     *x)
{
  double sum = self->b[row];

  for (int i = 0; i < self->shape->n_inputs; i++)
    sum += (double) self->w[row * self->shape->n_inputs + i] * x[i];
  return sum;
}

static double
activate (OtoGruKind kind,
          double     v)
{
  if (kind == OTO_GRU_KIND_KERAS_LINEAR)
    return v;
  return kind == OTO_GRU_KIND_KERAS_SIGMOID ? logistic (v) : tanh (v);
}

static double
clip_gate (double v)
{
  return CLAMP (0.2 * v + 0.5, 0.0, 1.0);
}

/* The states after a frame, in the place of those before. */
static void
step_torch (const Direction *self,
            const float     *x,
            double          *h)
{
  const int u = self->shape->n_units;
  double next[32];

  for (int j = 0; j < u; j++)
    {
      double v[3], n;

      for (int g = 0; g < 3; g++)
        v[g] = multiply (self->u + (g * u + j) * u, h, u) + self->b2[g * u + j];
      n = tanh (read_input (self, 2 * u + j, x) +
                logistic (read_input (self, j, x) + v[0]) * v[2]);
      v[1] = logistic (read_input (self, u + j, x) + v[1]);
      next[j] = (1.0 - v[1]) * n + v[1] * h[j];
    }
  memcpy (h, next, u * sizeof *h);
}

static void
step_keras (const Direction *self,
            const float     *x,
            double          *h)
{
  const int u = self->shape->n_units;
  double z[32], reset[32], next[32];

  for (int j = 0; j < u; j++)
    {
      z[j] = clip_gate (read_input (self, j, x) + multiply (self->u + j * u, h, u));
      reset[j] = h[j] * clip_gate (read_input (self, u + j, x) +
                                   multiply (self->u + (u + j) * u, h, u));
    }
  for (int j = 0; j < u; j++)
    next[j] = z[j] * h[j] + (1.0 - z[j]) *
              activate (self->shape->kind, read_input (self, 2 * u + j, x) +
                                           multiply (self->u + (2 * u + j) * u, reset, u));
  memcpy (h, next, u * sizeof *h);
}

static void
run_direction (const Direction *self,
               const float     *x,
               double          *ret_y)
{
  const int n_frames = self->shape->n_frames, u = self->shape->n_units;
  double h[32] = { 0.0 };

  g_assert_cmpint (u, <=, 32);
  for (int s = 0; s < n_frames; s++)
    {
      const int t = self->is_reverse ? n_frames - 1 - s : s;

      if (self->shape->kind == OTO_GRU_KIND_TORCH)
        step_torch (self, x + t * self->shape->n_inputs, h);
      else
        step_keras (self, x + t * self->shape->n_inputs, h);
      for (int j = 0; j < u; j++)
        ret_y[t * 2 * u + (self->is_reverse ? u : 0) + j] = h[j];
    }
}

static const float *
get_tensor (OtoTestGraph *graph,
            const char   *name)
{
  return graph->params + oto_test_graph_get_pos (graph, name);
}

static void
get_directions (OtoTestGraph *graph,
                const Case   *shape,
                Direction    *ret_directions)
{
  if (shape->kind == OTO_GRU_KIND_TORCH)
    {
      ret_directions[0] = (Direction) {
        shape, FALSE, get_tensor (graph, "gru.weight_ih_l0"),
        get_tensor (graph, "gru.weight_hh_l0"), get_tensor (graph, "gru.bias_ih_l0"),
        get_tensor (graph, "gru.bias_hh_l0"),
      };
      ret_directions[1] = (Direction) {
        shape, TRUE, get_tensor (graph, "gru.weight_ih_l0_reverse"),
        get_tensor (graph, "gru.weight_hh_l0_reverse"),
        get_tensor (graph, "gru.bias_ih_l0_reverse"),
        get_tensor (graph, "gru.bias_hh_l0_reverse"),
      };
      return;
    }
  ret_directions[0] = (Direction) {
    shape, FALSE, get_tensor (graph, "gru.fwd.W"), get_tensor (graph, "gru.fwd.U"),
    get_tensor (graph, "gru.fwd.b"), NULL,
  };
  ret_directions[1] = (Direction) {
    shape, TRUE, get_tensor (graph, "gru.bwd.W"), get_tensor (graph, "gru.bwd.U"),
    get_tensor (graph, "gru.bwd.b"), NULL,
  };
}

/* --- tests ---------------------------------------------------------------------------------- */

static void
check_values (const Case *shape,
              int         n_batch,
              int         n_threads)
{
  const OtoMapShape x_shape = { shape->n_frames, 1, shape->n_inputs };
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_alone, shape, x_shape, n_batch, n_threads, FALSE);
  g_autofree double *y = g_new (double, 2 * shape->n_units * shape->n_frames);
  Direction directions[2];
  const float *out;

  /* Some of Keras' gates are clipped. */
  for (size_t i = 0; i < graph->x_len; i++)
    graph->x[i] *= 4.f;
  get_directions (graph, shape, directions);
  out = oto_test_graph_forward (graph, FALSE);
  for (int n = 0; n < n_batch; n++)
    {
      for (int d = 0; d < 2; d++)
        run_direction (&directions[d], graph->x + n * shape->n_frames * shape->n_inputs, y);
      for (int i = 0; i < 2 * shape->n_units * shape->n_frames; i++)
        g_assert_cmpfloat (fabs (*out++ - y[i]), <=, 5e-6 * MAX (1.0, fabs (y[i])));
    }
}

static void
test_values (void)
{
  for (const Case *shape = cases; shape->n_frames > 0; shape++)
    for (guint b = 0; b < G_N_ELEMENTS (batches); b++)
      for (int n_threads = 1; n_threads <= 5; n_threads++)
        check_values (shape, batches[b], n_threads);
}

static void
test_gradients (void)
{
  for (const Case *shape = cases; shape->n_frames > 0; shape++)
    for (guint b = 0; b < G_N_ELEMENTS (batches); b++)
      {
        const OtoMapShape x_shape = { shape->n_frames, 1, shape->n_inputs };
        const guint n = oto_test_graph_check_gradients (build_alone, shape, x_shape, batches[b]);

        /* A single frame meets no state before it. */
        if (shape->n_frames > 1)
          g_assert_cmpuint (n, ==, shape->kind == OTO_GRU_KIND_TORCH ? 8 : 6);
      }
}

static void
test_two_readers (void)
{
  for (guint b = 0; b < G_N_ELEMENTS (batches); b++)
    g_assert_cmpuint (oto_test_graph_check_gradients (build_gated, NULL,
                                                      (OtoMapShape) { 5, 1, 4 }, batches[b]),
                      ==, 12);
}

/* A gradient of the parameters alone, where nothing before the layer wants one. */
static void
test_first_layer (void)
{
  const Case shape = { OTO_GRU_KIND_TORCH, 7, 5, 3 };
  const OtoMapShape x_shape = { shape.n_frames, 1, shape.n_inputs };
  g_autoptr (OtoTestGraph) wants = oto_test_graph_new (build_alone, &shape, x_shape, 3, 2, TRUE);
  g_autoptr (OtoTestGraph) alone = NULL;

  oto_graph_get_layer (wants->graph, 0)->has_params = TRUE;
  oto_test_graph_step (wants);
  alone = oto_test_graph_new (build_alone, &shape, x_shape, 3, 2, TRUE);
  oto_graph_get_layer (alone->graph, 0)->has_params = FALSE;
  oto_graph_reserve (alone->graph, &alone->pass, 3, TRUE, NULL);
  g_assert_null (oto_graph_get_layer (alone->graph, 0)->out.d);
  oto_test_graph_step (alone);
  g_assert_cmpmem (alone->grads, alone->params_len * sizeof (float),
                   wants->grads, wants->params_len * sizeof (float));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  oto_blas_init (&error);
  g_assert_no_error (error);

  g_test_add_func ("/layers/gru-layer/values", test_values);
  g_test_add_func ("/layers/gru-layer/gradients", test_gradients);
  g_test_add_func ("/layers/gru-layer/two-readers", test_two_readers);
  g_test_add_func ("/layers/gru-layer/first-layer", test_first_layer);

  return g_test_run ();
}
