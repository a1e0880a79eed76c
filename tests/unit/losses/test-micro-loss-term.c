/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-ensemble-layer.h"
#include "layers/oto-sigmoid-layer.h"
#include "layers/oto-time-pool-layer.h"
#include "losses/oto-micro-loss-term.h"

#include <string.h>

#define T          7
#define K          5
#define N_BATCH    3
#define N_CHANNELS 6
#define LAMBDA     0.7

static const float y[N_BATCH * K] = { 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1 };
static const float positive[K] = { 1.3f, 0.8f, 1.1f, 0.6f, 1.9f };
static const float negative[K] = { 0.7f, 1.2f, 0.9f, 1.4f, 0.1f };

/* Segments and an attention that both lead to the output. */
static OtoEdge *
build (OtoGraph      *graph,
       OtoEdge       *x,
       gconstpointer  user_data)
{
  OtoEdge *det = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "det", .n_channels = K, .has_bias = TRUE, .is_1d = TRUE,
  });
  OtoEdge *att = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "att", .n_channels = 1, .has_bias = TRUE, .activation = OTO_CONV_SIGMOID, .is_1d = TRUE,
  });

  oto_graph_target_edge (graph, oto_graph_name_edge (graph, det, "det"));
  oto_graph_target_edge (graph, oto_graph_name_edge (graph, att, "att"));
  return oto_ensemble_layer_add (graph, oto_time_pool_layer_add (graph, det, OTO_TIME_POOL_MEAN),
                                 det, att, 0.5);
}

/* What the kernel says of all clips. */
static double
compute_naively (const OtoLossTerm *term,
                 float             *d_det,
                 float             *d_att)
{
  const OtoBceWeights weights = { positive, term->form == OTO_MICRO_MUSIC ? negative : NULL };
  const double n_total = (double) N_BATCH * K * (term->form == OTO_MICRO_PAPER ? N_CHANNELS : T);
  double sum = 0.0;

  for (int n = 0; n < N_BATCH; n++)
    {
      const float *det = term->edges[0]->plain + n * T * K, *att = term->edges[1]->plain + n * T;

      sum += oto_micro_loss_forward (term->form, &weights, det, y + n * K, att, T, K, n_total);
      oto_micro_loss_backward (term->form, &weights, det, y + n * K, att, T, K, n_total, LAMBDA,
                               d_det + n * T * K, d_att + n * T);
    }
  return sum;
}

/* As another term might have begun a gradient. */
static void
begin (OtoEdge *edge,
       float    value)
{
  gboolean adds = TRUE;

  g_assert_true (oto_edge_begin_d (edge, &adds));
  g_assert_false (adds);
  for (size_t i = 0; i < N_BATCH * oto_map_shape_get_len (&edge->shape); i++)
    edge->d[i] = value;
}

static void
check_form (OtoMicroForm form,
            int          n_threads,
            gboolean     adds)
{
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build, NULL, (OtoMapShape) { T, 1, 4 }, N_BATCH, n_threads, TRUE);
  OtoEdge *det = oto_graph_find_edge (graph->graph, "det");
  OtoEdge *att = oto_graph_find_edge (graph->graph, "att");
  const OtoLossTerm term = oto_micro_loss_term ("micro", det, att, N_CHANNELS, form, LAMBDA);
  float d_det[N_BATCH * T * K], d_att[N_BATCH * T];
  double expected;

  for (size_t i = 0; i < G_N_ELEMENTS (d_det); i++)
    d_det[i] = adds ? 0.25f : 0.f;
  for (size_t i = 0; i < G_N_ELEMENTS (d_att); i++)
    d_att[i] = adds ? -0.5f : 0.f;
  graph->pass.y = y;
  graph->pass.class_weights = positive;
  graph->pass.negative_weights = negative;
  oto_test_graph_forward (graph, TRUE);
  oto_graph_begin_backward (graph->graph);
  if (adds)
    {
      begin (det, 0.25f);
      begin (att, -0.5f);
    }

  expected = compute_naively (&term, d_det, d_att);
  g_assert_cmpfloat_with_epsilon (term.funcs->compute (&term, &graph->pass), expected, 1e-12);
  g_assert_cmpmem (det->d, sizeof d_det, d_det, sizeof d_det);
  g_assert_cmpint (att->has_d, ==, adds || form == OTO_MICRO_PAPER);
  if (att->has_d)
    g_assert_cmpmem (att->d, sizeof d_att, d_att, sizeof d_att);
}

static void
test_forms (void)
{
  for (int n_threads = 1; n_threads <= 4; n_threads++)
    for (int adds = 0; adds <= 1; adds++)
      {
        check_form (OTO_MICRO_RELEASED, n_threads, adds);
        check_form (OTO_MICRO_MUSIC, n_threads, adds);
        check_form (OTO_MICRO_PAPER, n_threads, adds);
      }
}

/* A term without weight has a value, and begins nothing. */
static void
test_weightless (void)
{
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build, NULL, (OtoMapShape) { T, 1, 4 }, N_BATCH, 2, TRUE);
  OtoEdge *det = oto_graph_find_edge (graph->graph, "det");
  OtoEdge *att = oto_graph_find_edge (graph->graph, "att");
  const OtoLossTerm term =
    oto_micro_loss_term ("micro", det, att, N_CHANNELS, OTO_MICRO_PAPER, 0.0);

  graph->pass.y = y;
  oto_test_graph_forward (graph, TRUE);
  oto_graph_begin_backward (graph->graph);
  g_assert_cmpfloat (term.funcs->compute (&term, &graph->pass), >, 0.0);
  g_assert_false (det->has_d);
  g_assert_false (att->has_d);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/losses/micro-loss-term/forms-are-those-of-the-kernel", test_forms);
  g_test_add_func ("/losses/micro-loss-term/without-weight-begins-no-gradient", test_weightless);

  return g_test_run ();
}
