/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-norm-layer.h"
#include "layers/oto-pool-layer.h"
#include "layers/oto-reshape-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_norm_layer_add (graph, x, "bn", user_data != NULL);
}

/* A convolution applies the norm as it reads. */
static OtoEdge *
build_read (OtoGraph      *graph,
            OtoEdge       *x,
            gconstpointer  user_data)
{
  return oto_conv_layer_add (graph, build_alone (graph, x, user_data), &(OtoConvSpec) {
    .name = "conv", .n_channels = 3, .kernel_frames = 3, .kernel_mels = 3,
  });
}

/* Behind a map that still lacks another norm, ReLU and pooling, and that is read besides: as in
 * residual blocks whose norm comes first. */
static OtoEdge *
build_residual (OtoGraph      *graph,
                OtoEdge       *x,
                gconstpointer  user_data)
{
  OtoEdge *first = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "first", .norm_name = "bn0", .n_channels = 3, .activation = OTO_CONV_RELU,
    .has_pool = TRUE,
  });

  return oto_sum_layer_add (graph, build_read (graph, first, user_data), first);
}

/* Behind a pooling, and over mel bins that have become channels. */
static OtoEdge *
build_1d (OtoGraph      *graph,
          OtoEdge       *x,
          gconstpointer  user_data)
{
  OtoEdge *pooled = oto_pool_layer_add (graph, x, OTO_POOL_AVERAGE, 1, 2);

  return build_read (graph, oto_mels_to_channels (graph, pooled), user_data);
}

static double
normalise (OtoTestGraph *graph,
           size_t        i,
           int           n_channels,
           gboolean      is_training,
           gboolean      has_relu)
{
  const int c = (int) (i % n_channels);
  const size_t mean_pos = oto_test_graph_get_pos (graph, "bn.running_mean") + c;
  const size_t var_pos = oto_test_graph_get_pos (graph, "bn.running_var") + c;
  const double n = (double) graph->x_len / n_channels;
  double mean = 0.0, var = 0.0, value;

  for (size_t j = c; j < graph->x_len; j += n_channels)
    mean += graph->x[j] / n;
  for (size_t j = c; j < graph->x_len; j += n_channels)
    var += pow (graph->x[j] - mean, 2.0) / n;
  if (is_training)
    {
      g_assert_cmpfloat (fabs (graph->buffers[mean_pos] -
                               (0.9 * graph->first_buffers[mean_pos] + 0.1 * mean)), <, 1e-6);
      g_assert_cmpfloat (fabs (graph->buffers[var_pos] -
                               (0.9 * graph->first_buffers[var_pos] + 0.1 * var * n / (n - 1.0))),
                         <, 1e-6);
    }
  else
    {
      mean = graph->first_buffers[mean_pos];
      var = graph->first_buffers[var_pos];
    }
  value = (graph->x[i] - mean) / sqrt (var + 1e-5) *
          graph->params[oto_test_graph_get_pos (graph, "bn.weight") + c] +
          graph->params[oto_test_graph_get_pos (graph, "bn.bias") + c];
  return has_relu ? fmax (value, 0.0) : value;
}

static void
test_values (void)
{
  for (int flags = 0; flags < 4; flags++)
    {
      const gboolean is_training = flags & 1, has_relu = (flags & 2) != 0;
      g_autoptr (OtoTestGraph) graph =
        oto_test_graph_new (build_alone, GINT_TO_POINTER (has_relu), (OtoMapShape) { 7, 5, 19 }, 3,
                            2, is_training);
      const float *values = oto_test_graph_forward (graph, is_training);

      for (size_t i = 0; i < graph->out_len; i++)
        g_assert_cmpfloat (fabs (values[i] - normalise (graph, i, 19, is_training, has_relu)), <,
                           1e-5);
    }
}

static void
test_gradients (void)
{
  for (int has_relu = 0; has_relu < 2; has_relu++)
    {
      gconstpointer relu = GINT_TO_POINTER (has_relu);

      g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, relu,
                                                        (OtoMapShape) { 7, 5, 3 }, 3), ==, 2);
      /* More than the scratch holds at a time. */
      g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, relu,
                                                        (OtoMapShape) { 11, 64, 33 }, 1), ==, 2);
      g_assert_cmpuint (oto_test_graph_check_gradients (build_read, relu,
                                                        (OtoMapShape) { 7, 5, 3 }, 3), ==, 3);
      g_assert_cmpuint (oto_test_graph_check_gradients (build_residual, relu,
                                                        (OtoMapShape) { 7, 5, 2 }, 3), ==, 6);
      g_assert_cmpuint (oto_test_graph_check_gradients (build_1d, relu,
                                                        (OtoMapShape) { 9, 5, 3 }, 3), ==, 3);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/norm-layer/values", test_values);
  g_test_add_func ("/layers/norm-layer/gradients", test_gradients);

  return g_test_run ();
}
