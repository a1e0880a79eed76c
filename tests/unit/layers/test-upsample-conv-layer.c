/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "base/oto-blas.h"
#include "layers/oto-norm-layer.h"
#include "layers/oto-sum-layer.h"
#include "layers/oto-upsample-conv-layer.h"

#include <math.h>

typedef struct
{
  int n_frames, c_in, c_out, factor;
} Case;

static const Case cases[] =
{
  { 1, 1, 1, 4 }, { 5, 3, 7, 4 }, { 11, 17, 5, 4 }, { 7, 10, 8, 1 }, { 37, 6, 33, 3 },
};

#define N_BATCH 3

static OtoMapShape
get_shape (const Case *self)
{
  return (OtoMapShape) { self->n_frames, 1, self->c_in };
}

static OtoEdge *
add_upsample (OtoGraph   *graph,
              OtoEdge    *x,
              const Case *self,
              const char *name)
{
  return oto_upsample_conv_layer_add (graph, x, &(OtoUpsampleConvSpec) {
    .name = name, .n_channels = self->c_out, .factor = self->factor, .init_bound = 0.7,
  });
}

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return add_upsample (graph, x, user_data, "up");
}

/* As in the pyramid: what it reads and what it writes are behind a norm. */
static OtoEdge *
build_between_norms (OtoGraph      *graph,
                     OtoEdge       *x,
                     gconstpointer  user_data)
{
  OtoEdge *y = oto_norm_layer_add (graph, x, "first", TRUE);

  return oto_norm_layer_add (graph, add_upsample (graph, y, user_data, "up"), "last", TRUE);
}

/* Two readers of one map: the second gradient is added to the first. */
static OtoEdge *
build_twice (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_sum_layer_add (graph, add_upsample (graph, x, user_data, "up"),
                            add_upsample (graph, x, user_data, "other"));
}

/* PyTorch: every frame of the input adds its kernel, from frame r t on. */
static void
check_values (const Case   *self,
              OtoTestGraph *graph,
              const float  *out)
{
  const float *weight = graph->params + oto_test_graph_get_pos (graph, "up.weight");
  const float *bias = graph->params + oto_test_graph_get_pos (graph, "up.bias");
  const size_t len = (size_t) self->n_frames * self->factor * self->c_out;
  g_autofree double *expected = g_new (double, len);

  for (int n = 0; n < N_BATCH; n++)
    {
      for (size_t i = 0; i < len; i++)
        expected[i] = bias[i % self->c_out];
      for (int t = 0; t < self->n_frames; t++)
        for (int c = 0; c < self->c_in; c++)
          for (int o = 0; o < self->c_out; o++)
            for (int i = 0; i < self->factor; i++)
              expected[(t * self->factor + i) * self->c_out + o] +=
                (double) graph->x[(n * self->n_frames + t) * self->c_in + c] *
                weight[(c * self->c_out + o) * self->factor + i];
      for (size_t i = 0; i < len; i++)
        g_assert_cmpfloat (fabs (out[n * len + i] - expected[i]), <, 1e-5);
    }
}

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OtoTestGraph) graph =
        oto_test_graph_new (build_alone, &cases[i], get_shape (&cases[i]), N_BATCH, 2, FALSE);
      const float *out = oto_test_graph_forward (graph, FALSE);

      g_assert_cmpint (graph->out->shape.n_frames, ==, cases[i].n_frames * cases[i].factor);
      g_assert_cmpint (graph->out->shape.n_channels, ==, cases[i].c_out);
      check_values (&cases[i], graph, out);
    }
}

static void
test_gradients (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, &cases[i],
                                                        get_shape (&cases[i]), N_BATCH), ==, 2);
      g_assert_cmpuint (oto_test_graph_check_gradients (build_twice, &cases[i],
                                                        get_shape (&cases[i]), N_BATCH), ==, 4);
    }
}

/* The last norm takes the bias away, which has no gradient then. */
static void
test_norms (void)
{
  static const Case self = { 13, 6, 5, 4 };

  g_assert_cmpuint (oto_test_graph_check_gradients (build_between_norms, &self, get_shape (&self),
                                                    N_BATCH), ==, 5);
}

static void
test_macs (void)
{
  static const Case self = { 56, 384, 256, 4 };
  g_autoptr (OtoGraph) graph = oto_graph_new ();
  OtoEdge *x = oto_graph_add_input (graph, get_shape (&self));

  add_upsample (graph, x, &self, "up");
  g_assert_cmpuint (oto_graph_count_macs (graph), ==, 56 * 4 * 256 * 384);
  g_assert_cmpuint (oto_graph_get_params_len (graph), ==, 384 * 256 * 4 + 256);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (oto_blas_init (NULL));

  g_test_add_func ("/layers/upsample-conv-layer/values-are-those-of-naive-loops", test_values);
  g_test_add_func ("/layers/upsample-conv-layer/gradients-are-slopes", test_gradients);
  g_test_add_func ("/layers/upsample-conv-layer/stands-between-norms", test_norms);
  g_test_add_func ("/layers/upsample-conv-layer/counts-multiplications-and-parameters", test_macs);

  return g_test_run ();
}
