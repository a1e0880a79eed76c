/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-att-mean-layer.h"
#include "layers/oto-class-softmax-layer.h"
#include "layers/oto-conv-layer.h"

#include <math.h>

/* ATT-X whose weights come from the scores themselves. */
static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_att_mean_layer_add (graph, x, oto_class_softmax_layer_add (graph, x));
}

/* As gated-crnn has it, where both readers of the scores go back to them. */
static OtoEdge *
build_code (OtoGraph      *graph,
            OtoEdge       *x,
            gconstpointer  user_data)
{
  OtoEdge *scores = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "loc", .n_channels = 5, .has_bias = TRUE, .is_dense = TRUE,
    .activation = OTO_CONV_SIGMOID,
  });
  OtoEdge *att = oto_conv_layer_add (graph, scores, &(OtoConvSpec) {
    .name = "att", .n_channels = 5, .has_bias = TRUE, .is_dense = TRUE,
  });

  return oto_att_mean_layer_add (graph, scores, oto_class_softmax_layer_add (graph, att));
}

static double
get_softmax (const float *logits,
             int          n,
             int          k)
{
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    sum += exp ((double) logits[i] - logits[k]);
  return 1.0 / sum;
}

static void
test_values (void)
{
  const int n_frames = 7, n_classes = 5;
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_alone, NULL, (OtoMapShape) { n_frames, 1, n_classes }, 3, 2, FALSE);
  const float *out;

  /* A class whose weights lie below the clip in all frames of a clip: only its divisor is held. */
  for (int t = 0; t < n_frames; t++)
    graph->x[t * n_classes] = -30.f;
  out = oto_test_graph_forward (graph, FALSE);
  g_assert_cmpint (graph->out->shape.n_frames, ==, 1);
  for (int n = 0; n < 3; n++)
    for (int k = 0; k < n_classes; k++)
      {
        double sum = 0.0, divisor = 0.0;

        for (int t = 0; t < n_frames; t++)
          {
            const float *row = graph->x + (n * n_frames + t) * n_classes;
            const double weight = get_softmax (row, n_classes, k);

            sum += weight * row[k];
            divisor += CLAMP (weight, 1e-7, 1.0);
          }
        g_assert_cmpfloat (fabs (out[n * n_classes + k] - sum / divisor), <=,
                           1e-6 + 1e-5 * fabs (sum / divisor));
      }
}

static void
test_gradients (void)
{
  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL,
                                                    (OtoMapShape) { 7, 1, 5 }, 3), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, NULL,
                                                    (OtoMapShape) { 1, 1, 3 }, 1), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_code, NULL,
                                                    (OtoMapShape) { 7, 1, 4 }, 3), ==, 4);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/att-mean-layer/values", test_values);
  g_test_add_func ("/layers/att-mean-layer/gradients", test_gradients);

  return g_test_run ();
}
