/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-near-pool-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>

static const int lengths[] = { 1, 2, 3, 19 };

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_near_pool_layer_add (graph, x);
}

/* Read by two. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  return oto_sum_layer_add (graph, oto_near_pool_layer_add (graph, x), x);
}

static void
check_values (int n_frames)
{
  const int n_channels = 5, n_batch = 3;
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_alone, NULL, (OtoMapShape) { n_frames, 1, n_channels }, n_batch, 2,
                        FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);

  g_assert_cmpuint (graph->out_len, ==, (size_t) n_batch * n_frames * n_channels);
  for (int n = 0; n < n_batch; n++)
    for (int t = 0; t < n_frames; t++)
      for (int c = 0; c < n_channels; c++, out++)
        {
          double largest = -INFINITY, sum = 0.0;

          for (int s = MAX (t - 1, 0); s <= MIN (t + 1, n_frames - 1); s++)
            {
              const double value = graph->x[(n * n_frames + s) * n_channels + c];

              largest = fmax (largest, value);
              sum += value;
            }
          g_assert_cmpfloat_with_epsilon (*out, largest + sum / 3.0, 5e-7);
        }
}

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    check_values (lengths[i]);
}

static void
test_gradients (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      const OtoMapShape shape = { lengths[i], 1, 3 };

      g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL, shape, 2), ==, 0);
      g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, NULL, shape, 3), ==, 0);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/near-pool-layer/values", test_values);
  g_test_add_func ("/layers/near-pool-layer/gradients", test_gradients);

  return g_test_run ();
}
