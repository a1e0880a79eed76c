/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-flatten-layer.h"
#include "layers/oto-sum-layer.h"

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_flatten_layer_add (graph, x);
}

/* What is turned still lacks norm and ReLU, and is turned twice, so that the second adds. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  OtoEdge *conv = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .norm_name = "bn", .n_channels = 4, .activation = OTO_CONV_RELU,
  });

  return oto_sum_layer_add (graph, oto_flatten_layer_add (graph, conv),
                            oto_flatten_layer_add (graph, conv));
}

static void
test_values (void)
{
  const OtoMapShape shape = { 5, 3, 7 };
  g_autoptr (OtoTestGraph) graph = oto_test_graph_new (build_alone, NULL, shape, 3, 2, FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);

  g_assert_cmpint (graph->out->shape.n_frames, ==, shape.n_frames);
  g_assert_cmpint (graph->out->shape.n_mels, ==, 1);
  g_assert_cmpint (graph->out->shape.n_channels, ==, 3 * 7);
  for (int row = 0; row < 3 * shape.n_frames; row++)
    for (int c = 0; c < 7; c++)
      for (int f = 0; f < 3; f++)
        g_assert_cmpfloat (out[row * 21 + c * 3 + f], ==, graph->x[row * 21 + f * 7 + c]);
}

static void
test_gradients (void)
{
  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL,
                                                    (OtoMapShape) { 5, 3, 7 }, 3), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL,
                                                    (OtoMapShape) { 1, 2, 5 }, 1), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, NULL,
                                                    (OtoMapShape) { 7, 5, 3 }, 3), ==, 3);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/flatten-layer/values", test_values);
  g_test_add_func ("/layers/flatten-layer/gradients", test_gradients);

  return g_test_run ();
}
