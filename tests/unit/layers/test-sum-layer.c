/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>

static OtoEdge *
add_conv (OtoGraph   *graph,
          OtoEdge    *x,
          const char *name,
          const char *norm_name)
{
  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .norm_name = norm_name, .n_channels = x->shape.n_channels,
    .activation = norm_name != NULL ? OTO_CONV_RELU : OTO_CONV_LINEAR,
  });
}

/* x + x. */
static OtoEdge *
build_twice (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_sum_layer_add (graph, x, x);
}

/* x + conv (x), whose sum another layer and a second sum read: a residual block. */
static OtoEdge *
build_residual (OtoGraph      *graph,
                OtoEdge       *x,
                gconstpointer  user_data)
{
  OtoEdge *sum = oto_sum_layer_add (graph, x, add_conv (graph, x, "conv1", NULL));

  return oto_sum_layer_add (graph, add_conv (graph, sum, "conv2", NULL), sum);
}

/* What is added still lacks norm and ReLU, and has two readers. */
static OtoEdge *
build_pending (OtoGraph      *graph,
               OtoEdge       *x,
               gconstpointer  user_data)
{
  OtoEdge *a = add_conv (graph, x, "conv1", "bn1");
  OtoEdge *b = add_conv (graph, a, "conv2", "bn2");

  return oto_sum_layer_add (graph, a, b);
}

static void
test_values (void)
{
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_twice, NULL, (OtoMapShape) { 5, 3, 2 }, 2, 2, FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);

  for (size_t i = 0; i < graph->out_len; i++)
    g_assert_cmpfloat (out[i], ==, 2.f * graph->x[i]);
}

static void
test_gradients (void)
{
  const OtoMapShape shape = { 7, 5, 3 };

  g_assert_cmpuint (oto_test_graph_check_gradients (build_twice, NULL, shape, 3), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_residual, NULL, shape, 3), ==, 2);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_pending, NULL, shape, 3), ==, 6);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/sum-layer/values", test_values);
  g_test_add_func ("/layers/sum-layer/gradients", test_gradients);

  return g_test_run ();
}
