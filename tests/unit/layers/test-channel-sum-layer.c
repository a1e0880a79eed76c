/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-channel-sum-layer.h"
#include "layers/oto-conv-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_channel_sum_layer_add (graph, x);
}

/* Twice the same values, so that the second gradient is added. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  OtoEdge *values = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .n_channels = 5, .has_bias = TRUE, .activation = OTO_CONV_SIGMOID,
  });

  return oto_sum_layer_add (graph, oto_channel_sum_layer_add (graph, values),
                            oto_channel_sum_layer_add (graph, values));
}

static void
test_values (void)
{
  const OtoMapShape shape = { 11, 3, 37 };
  g_autoptr (OtoTestGraph) graph = oto_test_graph_new (build_alone, NULL, shape, 2, 2, FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);

  g_assert_cmpuint (graph->out_len, ==, 2 * 11 * 3);
  for (size_t i = 0; i < graph->out_len; i++)
    {
      double sum = 0.0;

      for (int c = 0; c < shape.n_channels; c++)
        sum += graph->x[i * shape.n_channels + c];
      g_assert_cmpfloat (fabs (out[i] - sum), <, 1e-5);
    }
}

static void
test_gradients (void)
{
  const OtoMapShape shape = { 13, 3, 7 };

  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL, shape, 3), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, NULL, shape, 3), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/channel-sum-layer/values", test_values);
  g_test_add_func ("/layers/channel-sum-layer/gradients", test_gradients);

  return g_test_run ();
}
