/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-glu-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_glu_layer_add (graph, x);
}

static OtoEdge *
add_conv (OtoGraph *graph,
          OtoEdge  *x)
{
  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .norm_name = "bn", .n_channels = 6, .kernel_frames = 3, .kernel_mels = 3,
    .norm_eps = 1e-3, .norm_momentum = 0.01,
  });
}

/* What is gated still lacks its norm: a gated block. */
static OtoEdge *
build_pending (OtoGraph      *graph,
               OtoEdge       *x,
               gconstpointer  user_data)
{
  return oto_glu_layer_add (graph, add_conv (graph, x));
}

/* Two gates read one norm, so that the second adds. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  OtoEdge *conv = add_conv (graph, x);

  return oto_sum_layer_add (graph, oto_glu_layer_add (graph, conv),
                            oto_glu_layer_add (graph, conv));
}

/* One gate behind the other, and no norm. */
static OtoEdge *
build_twice (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_glu_layer_add (graph, oto_glu_layer_add (graph, x));
}

static void
test_values (void)
{
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_alone, NULL, (OtoMapShape) { 5, 3, 14 }, 3, 2, FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);

  g_assert_cmpint (graph->out->shape.n_channels, ==, 7);
  for (size_t i = 0; i < graph->out_len; i++)
    {
      const float *place = graph->x + i / 7 * 14;
      const double value = place[i % 7], gate = place[7 + i % 7];

      g_assert_cmpfloat (fabs (out[i] - value / (1.0 + exp (-gate))), <, 1e-6);
    }
}

static void
test_gradients (void)
{
  const OtoMapShape shape = { 7, 5, 3 };

  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL,
                                                    (OtoMapShape) { 5, 3, 14 }, 3), ==, 0);
  /* More than a tile. */
  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL,
                                                    (OtoMapShape) { 61, 43, 8 }, 1), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_twice, NULL,
                                                    (OtoMapShape) { 1, 3, 4 }, 2), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_pending, NULL, shape, 1), ==, 3);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_pending, NULL, shape, 3), ==, 3);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, NULL, shape, 3), ==, 3);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/glu-layer/values", test_values);
  g_test_add_func ("/layers/glu-layer/gradients", test_gradients);

  return g_test_run ();
}
