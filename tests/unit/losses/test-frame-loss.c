/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "losses/oto-frame-loss.h"

#include <math.h>

#define N_BATCH   3
#define N_CLASSES 5

/* Scores of a 1x1 convolution: probabilities or logits. */
static OtoEdge *
build (OtoGraph      *graph,
       OtoEdge       *x,
       gconstpointer  user_data)
{
  const OtoFrameLossForm form = *(const OtoFrameLossForm *) user_data;

  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "fc", .n_channels = N_CLASSES, .has_bias = TRUE, .is_dense = TRUE,
    .activation = form == OTO_FRAME_LOSS_PROB ? OTO_CONV_SIGMOID : OTO_CONV_LINEAR,
  });
}

static OtoTestGraph *
graph_new (OtoFrameLossForm form,
           int              n_steps,
           const float     *y)
{
  OtoTestGraph *graph =
    oto_test_graph_new (build, &form, (OtoMapShape) { n_steps, 1, 4 }, N_BATCH, 2, TRUE);

  graph->pass.y = y;
  oto_test_graph_forward (graph, TRUE);
  oto_graph_begin_backward (graph->graph);
  return graph;
}

static void
fill_labels (float *y)
{
  for (int i = 0; i < N_BATCH * N_CLASSES; i++)
    y[i] = i % 3 == 0 ? 1.f : 0.f;
}

/* Value and, in @ret_d, gradient, by loops over single elements. */
static double
compute_naively (const float      *scores,
                 const float      *y,
                 const float      *weights,
                 int               n_steps,
                 OtoFrameLossForm  form,
                 float            *ret_d)
{
  const double n_total = (double) N_BATCH * n_steps * N_CLASSES;
  double sum = 0.0;

  for (int n = 0; n < N_BATCH; n++)
    for (int t = 0; t < n_steps; t++)
      for (int k = 0; k < N_CLASSES; k++)
        {
          const size_t i = ((size_t) n * n_steps + t) * N_CLASSES + k;
          const double score = scores[i], label = y[n * N_CLASSES + k];
          const double p = form == OTO_FRAME_LOSS_PROB ? score : 1.0 / (1.0 + exp (-score));
          const double weight = label > 0.5 && weights != NULL ? weights[k] : 1.0;

          sum -= weight * (label * log (p) + (1.0 - label) * log (1.0 - p));
          ret_d[i] = (float) (weight * (p - label) / n_total);
          if (form == OTO_FRAME_LOSS_PROB)
            ret_d[i] /= (float) (p * (1.0 - p));
        }
  return sum / n_total;
}

static void
check_loss (OtoFrameLossForm  form,
            int               n_steps,
            const float      *weights)
{
  float y[N_BATCH * N_CLASSES];
  g_autoptr (OtoTestGraph) graph = NULL;
  g_autofree float *d = NULL;
  OtoLossTerm term;
  double value;

  fill_labels (y);
  graph = graph_new (form, n_steps, y);
  graph->pass.class_weights = weights;
  d = g_new (float, graph->out_len);
  value = compute_naively (graph->out->plain, y, weights, n_steps, form, d);

  term = oto_frame_loss ("slat", graph->out, form);
  g_assert_cmpstr (term.name, ==, "slat");
  g_assert_cmpfloat (term.weight, ==, 1.0);
  g_assert_cmpfloat (fabs (term.funcs->compute (&term, &graph->pass) - value), <=, 1e-6 * value);
  oto_assert_rel_below (graph->out->d, d, graph->out_len, 2e-6);

  /* A second term adds its gradient, times its weight; one without weight has none. */
  term.weight = 2.0;
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
  static const float weights[N_CLASSES] = { 0.5f, 1.f, 2.f, 3.f, 0.25f };
  static const int lengths[] = { 1, 7, 37 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      check_loss (OTO_FRAME_LOSS_PROB, lengths[i], NULL);
      check_loss (OTO_FRAME_LOSS_LOGIT, lengths[i], NULL);
      check_loss (OTO_FRAME_LOSS_PROB, lengths[i], weights);
      check_loss (OTO_FRAME_LOSS_LOGIT, lengths[i], weights);
    }
}

/* Scores that are not a number do not look like a loss. */
static void
test_nan (void)
{
  for (int form = OTO_FRAME_LOSS_PROB; form <= OTO_FRAME_LOSS_LOGIT; form++)
    {
      float y[N_BATCH * N_CLASSES];
      g_autoptr (OtoTestGraph) graph = NULL;
      OtoLossTerm term;

      fill_labels (y);
      graph = graph_new ((OtoFrameLossForm) form, 7, y);
      graph->out->plain[11] = NAN;
      term = oto_frame_loss ("bce", graph->out, (OtoFrameLossForm) form);
      g_assert_false (isfinite (term.funcs->compute (&term, &graph->pass)));
      g_assert_true (isnan (graph->out->d[11]));
      g_assert_false (isnan (graph->out->d[10]));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/losses/frame-loss/naive-reference", test_values);
  g_test_add_func ("/losses/frame-loss/nan-stays", test_nan);

  return g_test_run ();
}
