/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-norm-layer.h"
#include "layers/oto-relu-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>

static OtoEdge *
add_norm (OtoGraph *graph,
          OtoEdge  *x)
{
  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .norm_name = "bn", .n_channels = 4, .kernel_frames = 3, .kernel_mels = 3,
  });
}

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_relu_layer_add (graph, add_norm (graph, x));
}

/* The norm is read with its ReLU, by a convolution that applies both, and without. */
static OtoEdge *
build_both (OtoGraph      *graph,
            OtoEdge       *x,
            gconstpointer  user_data)
{
  OtoEdge *norm = add_norm (graph, x);
  OtoEdge *read = oto_conv_layer_add (graph, oto_relu_layer_add (graph, norm), &(OtoConvSpec) {
    .name = "read", .n_channels = 4, .kernel_frames = 3, .kernel_mels = 3,
  });

  return oto_sum_layer_add (graph, read, norm);
}

/* The same behind a norm that follows no convolution; the one without ReLU is read first. */
static OtoEdge *
build_norm (OtoGraph      *graph,
            OtoEdge       *x,
            gconstpointer  user_data)
{
  OtoEdge *norm = oto_norm_layer_add (graph, x, "bn", FALSE);
  OtoEdge *plain = oto_conv_layer_add (graph, norm, &(OtoConvSpec) {
    .name = "plain", .n_channels = 3,
  });
  OtoEdge *read = oto_conv_layer_add (graph, oto_relu_layer_add (graph, norm), &(OtoConvSpec) {
    .name = "read", .n_channels = 3,
  });

  return oto_sum_layer_add (graph, plain, read);
}

/* Without the ReLU. */
static OtoEdge *
build_norm_only (OtoGraph      *graph,
                 OtoEdge       *x,
                 gconstpointer  user_data)
{
  return add_norm (graph, x);
}

static void
test_values (void)
{
  const OtoMapShape shape = { 7, 5, 3 };

  for (int is_training = 0; is_training < 2; is_training++)
    {
      g_autoptr (OtoTestGraph) with =
        oto_test_graph_new (build_alone, NULL, shape, 3, 2, is_training);
      g_autoptr (OtoTestGraph) without =
        oto_test_graph_new (build_norm_only, NULL, shape, 3, 2, is_training);
      const float *values = oto_test_graph_forward (with, is_training);
      const float *expected = oto_test_graph_forward (without, is_training);

      for (size_t i = 0; i < with->out_len; i++)
        g_assert_cmpfloat (values[i], ==, fmaxf (expected[i], 0.f));
    }
}

static void
test_gradients (void)
{
  const OtoMapShape shape = { 7, 5, 3 };

  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL, shape, 3), ==, 3);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_both, NULL, shape, 3), ==, 4);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_norm, NULL, shape, 3), ==, 4);
  /* More than a tile. */
  g_assert_cmpuint (oto_test_graph_check_gradients (build_both, NULL,
                                                    (OtoMapShape) { 67, 65, 1 }, 1), ==, 4);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/relu-layer/values", test_values);
  g_test_add_func ("/layers/relu-layer/gradients", test_gradients);

  return g_test_run ();
}
