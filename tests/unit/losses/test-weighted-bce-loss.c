/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "losses/oto-weighted-bce-loss.h"

#include <math.h>

#define N_BATCH   3
#define N_CLASSES 5

static const float class_weights[N_CLASSES] = { 0.5f, 1.f, 2.f, 3.f, 0.25f };

static OtoEdge *
build (OtoGraph      *graph,
       OtoEdge       *x,
       gconstpointer  user_data)
{
  const OtoWeightedBceInput input = *(const OtoWeightedBceInput *) user_data;

  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "prd", .n_channels = N_CLASSES, .has_bias = TRUE, .is_dense = TRUE,
    .activation = input == OTO_WEIGHTED_BCE_PROB ? OTO_CONV_SIGMOID : OTO_CONV_LINEAR,
  });
}

/* Value and, in @ret_d, gradient, by loops over single elements. */
static double
compute_naively (const float         *scores,
                 const float         *y,
                 const float         *weights,
                 int                  n_segments,
                 OtoWeightedBceInput  input,
                 float               *ret_d)
{
  const double n_total = (double) N_BATCH * n_segments * N_CLASSES;
  double sum = 0.0;

  for (int n = 0; n < N_BATCH; n++)
    for (int t = 0; t < n_segments; t++)
      for (int k = 0; k < N_CLASSES; k++)
        {
          const size_t i = ((size_t) n * n_segments + t) * N_CLASSES + k;
          const double score = scores[i], label = y[n * N_CLASSES + k];
          const double p = input == OTO_WEIGHTED_BCE_PROB ? score : 1.0 / (1.0 + exp (-score));
          const double weight = label > 0.5 && weights != NULL ? weights[k] : 1.0;

          sum -= weight * (label * log (p) + (1.0 - label) * log (1.0 - p));
          ret_d[i] = (float) (weight * (p - label) / n_total);
          if (input == OTO_WEIGHTED_BCE_PROB)
            ret_d[i] /= (float) (p * (1.0 - p));
        }
  return sum / n_total;
}

static void
check_loss (OtoWeightedBceInput  input,
            int                  n_segments,
            const float         *weights)
{
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build, &input, (OtoMapShape) { n_segments, 1, 4 }, N_BATCH, 2, TRUE);
  g_autofree float *d = g_new (float, graph->out_len);
  float y[N_BATCH * N_CLASSES];
  OtoLossTerm term;
  double value;

  for (int i = 0; i < N_BATCH * N_CLASSES; i++)
    y[i] = i % 3 == 0 ? 1.f : 0.f;
  graph->pass.y = y;
  graph->pass.class_weights = weights;
  oto_test_graph_forward (graph, TRUE);
  oto_graph_begin_backward (graph->graph);
  value = compute_naively (graph->out->plain, y, weights, n_segments, input, d);

  term = oto_weighted_bce_loss ("macro", graph->out, input, 0.5);
  g_assert_cmpstr (term.name, ==, "macro");
  g_assert_cmpfloat (fabs (term.funcs->compute (&term, &graph->pass) - value), <=, 1e-6 * value);
  for (size_t i = 0; i < graph->out_len; i++)
    d[i] *= 0.5f;
  oto_assert_rel_below (graph->out->d, d, graph->out_len, 2e-6);

  /* A second term adds its gradient, times its weight; one without weight has none. */
  term.weight = 1.0;
  g_assert_cmpfloat (fabs (term.funcs->compute (&term, &graph->pass) - value), <=, 1e-6 * value);
  term.weight = 0.0;
  g_assert_cmpfloat (fabs (term.funcs->compute (&term, &graph->pass) - value), <=, 1e-6 * value);
  for (size_t i = 0; i < graph->out_len; i++)
    d[i] *= 3.f;
  oto_assert_rel_below (graph->out->d, d, graph->out_len, 2e-6);
}

static void
test_values (void)
{
  static const int lengths[] = { 1, 7, 37 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      check_loss (OTO_WEIGHTED_BCE_PROB, lengths[i], NULL);
      check_loss (OTO_WEIGHTED_BCE_LOGIT, lengths[i], NULL);
      check_loss (OTO_WEIGHTED_BCE_PROB, lengths[i], class_weights);
      check_loss (OTO_WEIGHTED_BCE_LOGIT, lengths[i], class_weights);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/losses/weighted-bce-loss/values-and-gradients", test_values);

  return g_test_run ();
}
