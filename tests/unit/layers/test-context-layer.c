/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-context-layer.h"
#include "layers/oto-sum-layer.h"

static const int contexts[] = { 1, 2, 3, 4, 11 };
static const int lengths[] = { 1, 2, 7, 37 };

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_context_layer_add (graph, x, *(const int *) user_data);
}

/* Read by two. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  return oto_sum_layer_add (graph, build_alone (graph, x, user_data),
                            build_alone (graph, x, user_data));
}

static void
check_values (int n_frames,
              int n_context)
{
  const int n_channels = 5, n_batch = 3;
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_alone, &n_context, (OtoMapShape) { n_frames, 1, n_channels }, n_batch,
                        2, FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);

  g_assert_cmpuint (graph->out_len, ==, (size_t) n_batch * n_frames * n_context * n_channels);
  for (int n = 0; n < n_batch; n++)
    for (int t = 0; t < n_frames; t++)
      for (int w = 0; w < n_context; w++)
        for (int c = 0; c < n_channels; c++, out++)
          {
            int from = t - (n_context - 1) / 2 + w;

            if (from < 0)
              from = 0;
            if (from > n_frames - 1)
              from = n_frames - 1;
            g_assert_cmpfloat (*out, ==, graph->x[(n * n_frames + from) * n_channels + c]);
          }
}

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (guint j = 0; j < G_N_ELEMENTS (contexts); j++)
      check_values (lengths[i], contexts[j]);
}

static void
test_gradients (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (guint j = 0; j < G_N_ELEMENTS (contexts); j++)
      {
        const OtoMapShape shape = { lengths[i], 1, 3 };

        g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, &contexts[j], shape, 2),
                          ==, 0);
        g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, &contexts[j], shape, 3),
                          ==, 0);
      }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/context-layer/windows-repeat-the-edges", test_values);
  g_test_add_func ("/layers/context-layer/gradients", test_gradients);

  return g_test_run ();
}
