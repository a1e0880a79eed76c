/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-sigmoid-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_sigmoid_layer_add (graph, x);
}

/* Logits that are read both with the sigmoid and without. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  OtoEdge *logits = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .norm_name = "bn", .n_channels = 3,
  });

  return oto_sum_layer_add (graph, oto_sigmoid_layer_add (graph, logits), logits);
}

/* Planes stay planes. */
static OtoEdge *
build_planes (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  OtoEdge *logits = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .n_channels = 3, .has_bias = TRUE, .layout = OTO_LAYOUT_PLANES,
  });
  OtoEdge *out = oto_sigmoid_layer_add (graph, logits);

  g_assert_cmpint (out->layout, ==, OTO_LAYOUT_PLANES);
  return out;
}

static void
test_values (void)
{
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_alone, NULL, (OtoMapShape) { 5, 3, 2 }, 2, 2, FALSE);
  const float *out;

  graph->x[0] = 200.f;
  graph->x[1] = -200.f;
  out = oto_test_graph_forward (graph, FALSE);
  for (size_t i = 0; i < graph->out_len; i++)
    g_assert_cmpfloat (fabs (out[i] - 1.0 / (1.0 + exp (-(double) graph->x[i]))), <, 1e-6);
}

static void
test_gradients (void)
{
  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL,
                                                    (OtoMapShape) { 61, 43, 2 }, 2), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, NULL,
                                                    (OtoMapShape) { 7, 5, 2 }, 3), ==, 3);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_planes, NULL,
                                                    (OtoMapShape) { 7, 5, 2 }, 3), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/sigmoid-layer/values", test_values);
  g_test_add_func ("/layers/sigmoid-layer/gradients", test_gradients);

  return g_test_run ();
}
