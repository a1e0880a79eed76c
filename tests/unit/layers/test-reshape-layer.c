/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-reshape-layer.h"
#include "layers/oto-sum-layer.h"

/* What has a kernel along frames sees all mel bins of its frames: 1-D. */
static OtoEdge *
build_1d (OtoGraph      *graph,
          OtoEdge       *x,
          gconstpointer  user_data)
{
  OtoEdge *pending = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv1", .norm_name = "bn", .n_channels = 3, .activation = OTO_CONV_RELU,
  });

  return oto_conv_layer_add (graph, oto_mels_to_channels (graph, pending), &(OtoConvSpec) {
    .name = "conv2", .n_channels = 4, .kernel_frames = 3, .is_1d = TRUE,
  });
}

/* The map is read both as it was and in another shape. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  const OtoMapShape shape = { x->shape.n_frames * x->shape.n_mels, 1, x->shape.n_channels };
  OtoEdge *conv = oto_conv_layer_add (graph, x, &(OtoConvSpec) { .name = "conv", .n_channels = 2 });
  OtoEdge *a = oto_reshape_layer_add (graph, conv, shape);
  OtoEdge *b = oto_conv_layer_add (graph, conv, &(OtoConvSpec) {
    .name = "again", .n_channels = 2, .kernel_frames = 3, .kernel_mels = 3,
  });

  return oto_sum_layer_add (graph, a, oto_reshape_layer_add (graph, b, shape));
}

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_mels_to_channels (graph, x);
}

static void
test_values (void)
{
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_alone, NULL, (OtoMapShape) { 5, 3, 2 }, 2, 2, FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);

  g_assert_cmpint (graph->out->shape.n_frames, ==, 5);
  g_assert_cmpint (graph->out->shape.n_mels, ==, 1);
  g_assert_cmpint (graph->out->shape.n_channels, ==, 6);
  g_assert_cmpmem (out, graph->out_len * sizeof (float), graph->x, graph->x_len * sizeof (float));
}

static void
test_gradients (void)
{
  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL,
                                                    (OtoMapShape) { 7, 5, 3 }, 3), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_1d, NULL,
                                                    (OtoMapShape) { 7, 5, 2 }, 3), ==, 4);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, NULL,
                                                    (OtoMapShape) { 7, 5, 2 }, 3), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/reshape-layer/values", test_values);
  g_test_add_func ("/layers/reshape-layer/gradients", test_gradients);

  return g_test_run ();
}
