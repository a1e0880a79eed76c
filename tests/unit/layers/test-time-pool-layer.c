/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-sum-layer.h"
#include "layers/oto-time-pool-layer.h"

#include <math.h>

static const OtoTimePoolKind kinds[] =
{
  OTO_TIME_POOL_MEAN, OTO_TIME_POOL_MAX, OTO_TIME_POOL_LINEAR, OTO_TIME_POOL_LINEAR_CLAMPED,
};

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_time_pool_layer_add (graph, x, *(const OtoTimePoolKind *) user_data);
}

/* Behind probabilities, which another pooling reads, too. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  OtoEdge *prob = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .n_channels = 5, .has_bias = TRUE, .activation = OTO_CONV_SIGMOID,
  });

  return oto_sum_layer_add (graph, build_alone (graph, prob, user_data),
                            oto_time_pool_layer_add (graph, prob, OTO_TIME_POOL_MEAN));
}

static double
pool (OtoTimePoolKind  kind,
      const float     *x,
      int              n_frames,
      int              n_channels,
      int              c)
{
  const gboolean is_clamped = kind == OTO_TIME_POOL_LINEAR_CLAMPED;
  double largest = -INFINITY, sum = 0.0, squares = 0.0;

  for (int t = 0; t < n_frames; t++)
    {
      double value = x[t * n_channels + c];

      largest = fmax (largest, value);
      if (is_clamped)
        value = CLAMP (value, 1e-7, 1.0 - 1e-7);
      sum += value;
      squares += value * value;
    }
  if (kind == OTO_TIME_POOL_MAX)
    return largest;
  return kind == OTO_TIME_POOL_MEAN ? sum / n_frames : squares / sum;
}

static void
test_values (void)
{
  const int n_frames = 37, n_channels = 19;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (OtoTestGraph) graph =
        oto_test_graph_new (build_alone, &kinds[i], (OtoMapShape) { n_frames, 1, n_channels }, 3, 2,
                            FALSE);
      const float *out;

      for (size_t j = 0; j < graph->x_len; j++)
        graph->x[j] = 0.5f + 0.5f * graph->x[j];
      out = oto_test_graph_forward (graph, FALSE);
      for (int n = 0; n < 3; n++)
        for (int c = 0; c < n_channels; c++)
          g_assert_cmpfloat (fabs (*out++ - pool (kinds[i], graph->x + n * n_frames * n_channels,
                                                  n_frames, n_channels, c)), <, 2e-6);
    }
}

static void
test_gradients (void)
{
  const OtoMapShape shape = { 13, 1, 7 };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, &kinds[i], shape, 3), ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, &kinds[i], shape, 3), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/time-pool-layer/values", test_values);
  g_test_add_func ("/layers/time-pool-layer/gradients", test_gradients);

  return g_test_run ();
}
