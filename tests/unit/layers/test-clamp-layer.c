/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-clamp-layer.h"
#include "layers/oto-conv-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_clamp_layer_add (graph, x, -0.25, 0.5);
}

/* What is clamped still lacks its norm, and is clamped twice, so that the second adds. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  OtoEdge *conv = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .norm_name = "bn", .n_channels = 3,
  });

  return oto_sum_layer_add (graph, oto_clamp_layer_add (graph, conv, -0.5, 0.75),
                            oto_clamp_layer_add (graph, conv, -1.0, 0.25));
}

static void
test_values (void)
{
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_alone, NULL, (OtoMapShape) { 5, 3, 7 }, 3, 2, FALSE);
  const float *out;
  guint n_held = 0;

  graph->x[0] = NAN;
  graph->x[1] = INFINITY;
  graph->x[2] = -INFINITY;
  out = oto_test_graph_forward (graph, FALSE);
  g_assert_true (isnan (out[0]));
  for (size_t i = 1; i < graph->out_len; i++)
    {
      g_assert_cmpfloat (out[i], ==, CLAMP (graph->x[i], -0.25f, 0.5f));
      n_held += out[i] != graph->x[i];
    }
  g_assert_cmpuint (n_held, >, graph->out_len / 4);
}

static void
test_gradients (void)
{
  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL,
                                                    (OtoMapShape) { 5, 3, 7 }, 3), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, NULL,
                                                    (OtoMapShape) { 7, 5, 2 }, 3), ==, 3);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/clamp-layer/values", test_values);
  g_test_add_func ("/layers/clamp-layer/gradients", test_gradients);

  return g_test_run ();
}
