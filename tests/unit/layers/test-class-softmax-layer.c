/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-class-softmax-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_class_softmax_layer_add (graph, x);
}

/* Logits that are read with the softmax and without: one of them adds. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  OtoEdge *softmax = oto_class_softmax_layer_add (graph, x);

  return oto_sum_layer_add (graph, softmax, x);
}

static void
test_values (void)
{
  const int n_classes = 5;
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_alone, NULL, (OtoMapShape) { 7, 3, n_classes }, 3, 2, FALSE);
  const float *out;

  /* What would overflow, and what vanishes beside it. */
  graph->x[0] = 200.f;
  graph->x[1] = -200.f;
  out = oto_test_graph_forward (graph, FALSE);
  for (size_t i = 0; i < graph->out_len; i++)
    {
      const size_t first = i / n_classes * n_classes;
      double sum = 0.0;

      for (int k = 0; k < n_classes; k++)
        sum += exp ((double) graph->x[first + k] - graph->x[i]);
      g_assert_cmpfloat (fabs (out[i] - 1.0 / sum), <, 1e-6);
    }
}

static void
test_gradients (void)
{
  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL,
                                                    (OtoMapShape) { 7, 1, 5 }, 3), ==, 0);
  /* More than a tile. */
  g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, NULL,
                                                    (OtoMapShape) { 37, 7, 3 }, 3), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/class-softmax-layer/values", test_values);
  g_test_add_func ("/layers/class-softmax-layer/gradients", test_gradients);

  return g_test_run ();
}
