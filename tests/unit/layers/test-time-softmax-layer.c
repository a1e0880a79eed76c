/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-sum-layer.h"
#include "layers/oto-time-softmax-layer.h"

#include <math.h>

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_time_softmax_layer_add (graph, x);
}

/* Of logits that another layer reads, too. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  OtoEdge *logits = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .n_channels = 5, .has_bias = TRUE,
  });

  return oto_sum_layer_add (graph, oto_time_softmax_layer_add (graph, logits), logits);
}

static void
test_values (void)
{
  const int n_frames = 29, n_channels = 19, n_batch = 3;
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_alone, NULL, (OtoMapShape) { n_frames, 1, n_channels }, n_batch, 2,
                        FALSE);
  const float *out;

  for (size_t i = 0; i < graph->x_len; i++)
    graph->x[i] *= 200.f;
  out = oto_test_graph_forward (graph, FALSE);
  for (int n = 0; n < n_batch; n++)
    for (int c = 0; c < n_channels; c++)
      {
        const size_t pos = (size_t) n * n_frames * n_channels + c;
        double max = -INFINITY, sum = 0.0;

        for (int t = 0; t < n_frames; t++)
          max = fmax (max, graph->x[pos + (size_t) t * n_channels]);
        for (int t = 0; t < n_frames; t++)
          sum += exp (graph->x[pos + (size_t) t * n_channels] - max);
        for (int t = 0; t < n_frames; t++)
          {
            const size_t i = pos + (size_t) t * n_channels;

            g_assert_cmpfloat (fabs (out[i] - exp (graph->x[i] - max) / sum), <, 1e-6);
          }
      }
}

/* One frame has all the attention. */
static void
test_single_frame (void)
{
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_alone, NULL, (OtoMapShape) { 1, 1, 3 }, 2, 1, FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);

  for (size_t i = 0; i < graph->out_len; i++)
    g_assert_cmpfloat (out[i], ==, 1.f);
}

static void
test_gradients (void)
{
  const OtoMapShape shape = { 13, 1, 7 };

  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL, shape, 3), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, NULL, shape, 3), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/time-softmax-layer/values", test_values);
  g_test_add_func ("/layers/time-softmax-layer/single-frame", test_single_frame);
  g_test_add_func ("/layers/time-softmax-layer/gradients", test_gradients);

  return g_test_run ();
}
