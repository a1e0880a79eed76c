/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "heads/oto-att2d-head.h"
#include "layers/oto-conv-layer.h"

#include <math.h>

#define T 7
#define F 5
#define C 4
#define K 3
#define N 3

static const OtoMapShape shape = { T, F, C };
static const OtoAtt2dForm forms[] = {
  OTO_ATT2D_LOG_SOFTMAX, OTO_ATT2D_SOFTMAX, OTO_ATT2D_SIGMOID,
};

typedef struct
{
  OtoAtt2dForm  form;
  gboolean      has_offset;
  OtoHead      *ret_head;        /* (nullable) */
} Spec;

static OtoEdge *
add_logits (OtoGraph   *graph,
            OtoEdge    *x,
            const char *name)
{
  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = K, .has_bias = TRUE,
  });
}

static OtoEdge *
build (OtoGraph      *graph,
       OtoEdge       *x,
       gconstpointer  user_data)
{
  const Spec *spec = user_data;
  OtoEdge *att = add_logits (graph, x, "att"), *cla = add_logits (graph, x, "cla");
  OtoHead head = oto_att2d_head_add (graph, att, cla, spec->form, spec->has_offset);

  if (spec->ret_head != NULL)
    *spec->ret_head = head;
  return head.clip_prob;
}

static void
test_gradients (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (forms); i++)
    {
      const Spec spec = { forms[i / 2], i % 2, NULL };

      g_assert_cmpuint (oto_test_graph_check_gradients (build, &spec, shape, N), ==, 4);
    }
}

/* --- values -------------------------------------------------------------------------------- */

typedef struct
{
  OtoTestGraph *graph;
  OtoHead       head;
  Spec          spec;
  double        att[N][T * F][K], prob[N][T * F][K], log_prob[N][T * F][K];
} Att2d;

static double
get_logit (const Att2d *self,
           const char  *name,
           int          bin,
           int          k)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (name, ".bias", NULL);
  const float *w = self->graph->params + oto_test_graph_get_pos (self->graph, weight);
  double sum = self->graph->params[oto_test_graph_get_pos (self->graph, bias) + k];

  for (int c = 0; c < C; c++)
    sum += (double) w[k * C + c] * self->graph->x[bin * C + c];
  return sum;
}

/* The forward pass in double. */
static void
att2d_fill (Att2d *self,
            int    n,
            int    bin)
{
  double sum = 0.0;

  for (int k = 0; k < K; k++)
    sum += exp (get_logit (self, "cla", n * T * F + bin, k));
  for (int k = 0; k < K; k++)
    {
      const double att = 1.0 / (1.0 + exp (-get_logit (self, "att", n * T * F + bin, k)));
      const double cla = get_logit (self, "cla", n * T * F + bin, k);

      self->att[n][bin][k] = CLAMP (att + (self->spec.has_offset ? 0.1 : 0.0), 0.1, 0.9);
      self->prob[n][bin][k] = self->spec.form == OTO_ATT2D_SIGMOID ? 1.0 / (1.0 + exp (-cla))
                                                                   : exp (cla) / sum;
      self->log_prob[n][bin][k] = log (self->prob[n][bin][k]);
    }
}

/* Weights so large that some of the attention is clamped. */
static void
att2d_init (Att2d      *self,
            const Spec *spec)
{
  float *w;

  self->spec = *spec;
  self->spec.ret_head = &self->head;
  self->graph = oto_test_graph_new (build, &self->spec, shape, N, 2, FALSE);
  w = self->graph->params + oto_test_graph_get_pos (self->graph, "att.weight");
  for (int i = 0; i < K * C; i++)
    w[i] *= 3.f;
  oto_test_graph_forward (self->graph, FALSE);
  for (int n = 0; n < N; n++)
    for (int bin = 0; bin < T * F; bin++)
      att2d_fill (self, n, bin);
}

static void
att2d_clear (Att2d *self)
{
  oto_test_graph_free (self->graph);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Att2d, att2d_clear)

static double
get_clip (const Att2d *self,
          int          n,
          int          k)
{
  const gboolean is_log = self->spec.form == OTO_ATT2D_LOG_SOFTMAX;
  double sum = 0.0, att_sum = 0.0;

  for (int i = 0; i < T * F; i++)
    {
      sum += self->att[n][i][k] * (is_log ? self->log_prob : self->prob)[n][i][k];
      att_sum += self->att[n][i][k];
    }
  return is_log ? 1.0 / (1.0 + exp (-sum / att_sum)) : sum / att_sum;
}

static void
check_values (const Spec *spec)
{
  g_auto (Att2d) att2d = { 0 };
  int n_clamped = 0;

  att2d_init (&att2d, spec);
  for (int i = 0; i < N * T * F * K; i++)
    n_clamped += (&att2d.att[0][0][0])[i] == 0.9;
  g_assert_cmpint (n_clamped, >, 0);
  for (int n = 0; n < N; n++)
    for (int k = 0; k < K; k++)
      {
        const float prob = att2d.graph->out->plain[n * K + k];

        g_assert_cmpfloat (fabs (prob - get_clip (&att2d, n, k)), <, 2e-6);
        if (spec->form == OTO_ATT2D_LOG_SOFTMAX)
          g_assert_cmpfloat (prob, <=, 0.5f);
      }
}

static void
test_values (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (forms); i++)
    check_values (&(Spec) { forms[i / 2], i % 2, NULL });
}

/* --- what it shows ------------------------------------------------------------------------- */

static void
read_map (Att2d  *att2d,
          OtoMap  map,
          int     n,
          int     k,
          float  *ret_values)
{
  oto_head_get_class_map (&att2d->head, &att2d->graph->pass, map, n, k, ret_values);
}

static void
check_class (Att2d *self,
             int    n,
             int    k)
{
  float mask[T * F], att[T * F], frames[T], time_att[T], prob;
  double total = 0.0;

  read_map (self, OTO_MAP_MASK, n, k, mask);
  read_map (self, OTO_MAP_FREQ_ATT, n, k, att);
  read_map (self, OTO_MAP_STEP1, n, k, frames);
  read_map (self, OTO_MAP_TIME_ATT, n, k, time_att);
  read_map (self, OTO_MAP_CLIP_PROB, n, k, &prob);
  g_assert_cmpfloat (prob, ==, self->graph->out->plain[n * K + k]);

  for (int i = 0; i < T * F; i++)
    total += self->att[n][i][k];
  for (int t = 0; t < T; t++)
    {
      double sum = 0.0, score = 0.0, share = 0.0;

      for (int i = t * F; i < (t + 1) * F; i++)
        {
          sum += self->att[n][i][k];
          score += self->att[n][i][k] * self->prob[n][i][k];
          share += att[i];
          g_assert_cmpfloat (fabs (mask[i] - self->att[n][i][k] * self->prob[n][i][k]), <, 1e-6);
          g_assert_cmpfloat (fabs (att[i] * time_att[t] - self->att[n][i][k] / total), <, 1e-6);
        }
      g_assert_cmpfloat (fabs (share - 1.0), <, 1e-6);
      g_assert_cmpfloat (fabs (frames[t] - score / sum), <, 1e-6);
      g_assert_cmpfloat (fabs (time_att[t] - sum / total), <, 1e-6);
    }
}

static void
test_maps (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_auto (Att2d) att2d = { 0 };

      att2d_init (&att2d, &(Spec) { forms[i], FALSE, NULL });
      /* Also back to a clip that was looked at before another. */
      for (int j = 0; j < 2 * N * K; j++)
        check_class (&att2d, j / K % N, j % K);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/heads/att2d-head/gradients", test_gradients);
  g_test_add_func ("/heads/att2d-head/values", test_values);
  g_test_add_func ("/heads/att2d-head/maps", test_maps);

  return g_test_run ();
}
