/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-pseudo-label-layer.h"
#include "losses/oto-pseudo-label-loss.h"

#include <math.h>

#define N_BATCH    3
#define N_SEGMENTS 11
#define N_CLASSES  5

static const float class_weights[N_CLASSES] = { 0.5f, 1.f, 2.f, 3.f, 0.25f };

/* The input is the activation map, too. */
static OtoEdge *
build (OtoGraph      *graph,
       OtoEdge       *x,
       gconstpointer  user_data)
{
  OtoEdge *logits = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "det", .n_channels = N_CLASSES, .has_bias = TRUE, .kernel_frames = 3, .is_1d = TRUE,
  });
  OtoEdge *labels =
    oto_pseudo_label_layer_add (graph, x, *(const OtoPseudoLabelForm *) user_data);

  oto_graph_name_edge (graph, labels, "labels");
  oto_graph_target_edge (graph, labels);
  return logits;
}

static double
get_label (const float        *cam,
           float               y,
           int                 t,
           OtoPseudoLabelForm  form)
{
  double min = INFINITY, max = -INFINITY, scaled;

  for (int s = 0; s < N_SEGMENTS; s++)
    {
      min = fmin (min, cam[s * N_CLASSES]);
      max = fmax (max, cam[s * N_CLASSES]);
    }
  scaled = (cam[t * N_CLASSES] - min) / (max - min);
  return y * (form == OTO_PSEUDO_LABEL_SOFT ? scaled : scaled > 0.5 ? 1.0 : 0.0);
}

/* Value and, in @ret_d, gradient, by loops over single elements. */
static double
compute_naively (const float        *logits,
                 const float        *cam,
                 const float        *y,
                 OtoPseudoLabelForm  form,
                 float              *ret_d)
{
  const double n_total = N_BATCH * N_SEGMENTS * N_CLASSES;
  double sum = 0.0;

  for (int n = 0; n < N_BATCH; n++)
    for (int k = 0; k < N_CLASSES; k++)
      for (int t = 0; t < N_SEGMENTS; t++)
        {
          const int i = (n * N_SEGMENTS + t) * N_CLASSES + k;
          const double p = 1.0 / (1.0 + exp (-logits[i]));
          const double label = get_label (cam + n * N_SEGMENTS * N_CLASSES + k,
                                          y[n * N_CLASSES + k], t, form);
          const double weight = class_weights[k] * label + 1.0 - label;

          sum -= weight * (label * log (p) + (1.0 - label) * log (1.0 - p));
          ret_d[i] = (float) (weight * (p - label) / n_total);
        }
  return sum / n_total;
}

static void
check_loss (OtoPseudoLabelForm form)
{
  const OtoMapShape shape = { N_SEGMENTS, 1, N_CLASSES };
  g_autoptr (OtoTestGraph) graph = oto_test_graph_new (build, &form, shape, N_BATCH, 2, TRUE);
  OtoEdge *labels = oto_graph_find_edge (graph->graph, "labels");
  g_autofree float *d = g_new (float, graph->out_len);
  float y[N_BATCH * N_CLASSES];
  OtoLossTerm term;
  double value;

  for (int i = 0; i < N_BATCH * N_CLASSES; i++)
    y[i] = i % 3 == 0 ? 1.f : 0.f;
  graph->pass.y = y;
  graph->pass.class_weights = class_weights;
  oto_test_graph_forward (graph, TRUE);
  oto_graph_begin_backward (graph->graph);
  value = compute_naively (graph->out->plain, graph->x, y, form, d);

  term = oto_pseudo_label_loss ("micro", graph->out, labels);
  g_assert_cmpfloat (fabs (term.funcs->compute (&term, &graph->pass) - value), <=, 1e-6 * value);
  oto_assert_rel_below (graph->out->d, d, graph->out_len, 2e-6);
  /* Labels are constants. */
  g_assert_null (labels->d);

  term.weight = 2.0;
  g_assert_cmpfloat (fabs (term.funcs->compute (&term, &graph->pass) - value), <=, 1e-6 * value);
  for (size_t i = 0; i < graph->out_len; i++)
    d[i] *= 3.f;
  oto_assert_rel_below (graph->out->d, d, graph->out_len, 2e-6);
}

static void
test_values (void)
{
  check_loss (OTO_PSEUDO_LABEL_HARD);
  check_loss (OTO_PSEUDO_LABEL_SOFT);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/losses/pseudo-label-loss/values-and-gradients", test_values);

  return g_test_run ();
}
