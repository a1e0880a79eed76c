/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-dropout-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>

#define N_BATCH 3

static const OtoMapShape odd_shape = { 17, 3, 5 };

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_dropout_layer_add (graph, x, *(const double *) user_data);
}

/* Behind a norm and a ReLU, read by another one, too: two dropouts in one graph. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  x = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .norm_name = "bn", .n_channels = 7, .activation = OTO_CONV_RELU,
  });
  return oto_sum_layer_add (graph, build_alone (graph, x, user_data),
                            build_alone (graph, x, user_data));
}

static OtoTestGraph *
graph_new (OtoTestBuildFunc build,
           double           prob)
{
  return oto_test_graph_new (build, &prob, odd_shape, N_BATCH, 2, TRUE);
}

static void
test_training (void)
{
  const double probs[] = { 0.1, 0.5, 0.9 };

  for (guint i = 0; i < G_N_ELEMENTS (probs); i++)
    {
      g_autoptr (OtoTestGraph) graph = graph_new (build_alone, probs[i]);
      const float *out = oto_test_graph_forward (graph, TRUE);
      const float scale = (float) (1.0 / (1.0 - probs[i]));
      size_t n_dropped = 0;

      for (size_t j = 0; j < graph->out_len; j++)
        {
          n_dropped += out[j] == 0.f;
          if (out[j] != 0.f)
            g_assert_cmpfloat (fabsf (out[j] - scale * graph->x[j]), <=, 1e-6f * scale);
        }
      /* Five standard deviations of so many draws. */
      g_assert_cmpfloat (fabs ((double) n_dropped / graph->out_len - probs[i]), <,
                         5.0 * sqrt (probs[i] * (1.0 - probs[i]) / graph->out_len));
    }
}

static void
test_evaluation (void)
{
  g_autoptr (OtoTestGraph) graph = graph_new (build_alone, 0.5);
  const float *out = oto_test_graph_forward (graph, FALSE);

  g_assert_cmpmem (out, graph->out_len * sizeof (float), graph->x, graph->x_len * sizeof (float));
}

static void
test_no_layer (void)
{
  g_autoptr (OtoGraph) graph = oto_graph_new ();
  OtoEdge *x = oto_graph_add_input (graph, odd_shape);

  g_assert_true (oto_dropout_layer_add (graph, x, 0.0) == x);
  g_assert_cmpuint (oto_graph_get_n_layers (graph), ==, 0);
}

/* How many values of two passes are both dropped or both kept. */
static double
get_share_alike (const float *a,
                 const float *b,
                 size_t       n)
{
  size_t n_alike = 0;

  for (size_t i = 0; i < n; i++)
    n_alike += (a[i] == 0.f) == (b[i] == 0.f);
  return (double) n_alike / n;
}

static float *
dup_dropped (OtoTestGraph *graph,
             guint64       seed,
             guint64       step)
{
  graph->pass.seed = seed;
  graph->pass.step = step;
  return g_memdup2 (oto_test_graph_forward (graph, TRUE), graph->out_len * sizeof (float));
}

static void
test_draws (void)
{
  g_autoptr (OtoTestGraph) graph = graph_new (build_alone, 0.5);
  const size_t len = graph->out_len;
  g_autofree float *first = dup_dropped (graph, 1, 1);
  g_autofree float *next = dup_dropped (graph, 1, 2);
  g_autofree float *other = dup_dropped (graph, 2, 1);
  g_autofree float *again = dup_dropped (graph, 1, 1);

  g_assert_cmpmem (first, len * sizeof (float), again, len * sizeof (float));
  g_assert_cmpfloat (get_share_alike (first, next, len), <, 0.65);
  g_assert_cmpfloat (get_share_alike (first, other, len), <, 0.65);
  g_assert_cmpfloat (get_share_alike (next, other, len), <, 0.65);
}

/* Two dropouts in one graph do not drop the same values. */
static void
test_layers_differ (void)
{
  const double prob = 0.5;
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new_kept (build_shared, &prob, odd_shape, N_BATCH, 2, TRUE);
  const OtoLayer *sum = graph->out->writer;
  size_t n_once = 0, n_twice = 0;

  oto_test_graph_forward (graph, TRUE);
  for (size_t i = 0; i < graph->out_len; i++)
    {
      const int n = (sum->inputs[0]->plain[i] > 0.f) + (sum->inputs[1]->plain[i] > 0.f);

      n_once += n == 1;
      n_twice += n == 2;
    }
  /* One in two, and one in four, of the values that are positive. */
  g_assert_cmpuint (n_twice, >, 50);
  g_assert_cmpfloat ((double) n_once / n_twice, >, 1.4);
  g_assert_cmpfloat ((double) n_once / n_twice, <, 2.8);
}

static void
test_keep (void)
{
  g_autoptr (OtoTestGraph) graph = graph_new (build_alone, 0.2);
  g_autofree float *keep = g_new (float, graph->out_len);
  const float *out;

  for (size_t i = 0; i < graph->out_len; i++)
    keep[i] = i % 3 == 0 ? 0.f : 1.f;
  g_assert_false (oto_dropout_layer_set_keep (graph->out->writer->inputs[0]->writer, keep));
  g_assert_true (oto_dropout_layer_set_keep (graph->out->writer, keep));
  out = oto_test_graph_forward (graph, TRUE);
  for (size_t i = 0; i < graph->out_len; i++)
    g_assert_cmpfloat (fabsf (out[i] - 1.25f * keep[i] * graph->x[i]), <=, 1e-6f);
  oto_test_graph_step (graph);
  for (size_t i = 0; i < graph->out_len; i++)
    g_assert_cmpfloat (fabsf (graph->d_x[i] - 1.25f * keep[i] * graph->d_out[i]), <=, 1e-6f);
  out = oto_test_graph_forward (graph, FALSE);
  g_assert_cmpmem (out, graph->out_len * sizeof (float), graph->x, graph->x_len * sizeof (float));
}

static void
test_gradients (void)
{
  const double prob = 0.4;

  g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, &prob, odd_shape, N_BATCH), ==, 0);
  /* Weight, scale, shift. */
  g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, &prob, odd_shape, N_BATCH),
                    ==, 3);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/dropout-layer/training-drops-its-share", test_training);
  g_test_add_func ("/layers/dropout-layer/evaluation-drops-nothing", test_evaluation);
  g_test_add_func ("/layers/dropout-layer/zero-adds-no-layer", test_no_layer);
  g_test_add_func ("/layers/dropout-layer/seed-and-step-decide", test_draws);
  g_test_add_func ("/layers/dropout-layer/layers-differ", test_layers_differ);
  g_test_add_func ("/layers/dropout-layer/tests-can-say-what-is-kept", test_keep);
  g_test_add_func ("/layers/dropout-layer/gradients", test_gradients);

  return g_test_run ();
}
