/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "heads/oto-fap-head.h"
#include "layers/oto-conv-layer.h"

#include <math.h>

#define T 7
#define F 5
#define C 4
#define K 3
#define N 3

static const OtoMapShape shape = { T, F, C };
static const OtoFapForm forms[] = {
  OTO_FAP_FORM_FRAMES, OTO_FAP_FORM_FREE, OTO_FAP_FORM_BANDS,
};

typedef struct
{
  OtoFapForm  form;
  OtoHead    *ret_head;          /* (nullable) */
} Spec;

/* Masks, and their pooling. */
static OtoEdge *
build (OtoGraph      *graph,
       OtoEdge       *x,
       gconstpointer  user_data)
{
  const Spec *spec = user_data;
  OtoEdge *masks = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "final", .n_channels = K, .has_bias = TRUE, .activation = OTO_CONV_SIGMOID,
  });
  OtoHead head = oto_fap_head_add (graph, oto_graph_name_edge (graph, masks, "mask"), spec->form);

  if (spec->ret_head != NULL)
    *spec->ret_head = head;
  return head.clip_prob;
}

static void
test_gradients (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      const Spec spec = { forms[i], NULL };

      g_assert_cmpuint (oto_test_graph_check_gradients (build, &spec, shape, N), ==, 4);
    }
}

/* --- values -------------------------------------------------------------------------------- */

typedef struct
{
  OtoTestGraph *graph;
  OtoHead       head;
  OtoFapForm    form;
  const float  *masks;           /* (N, T, F, K) */
  const float  *alpha, *w;
} Fap;

static void
fap_init (Fap        *self,
          OtoFapForm  form)
{
  const Spec spec = { form, &self->head };

  self->form = form;
  self->graph = oto_test_graph_new (build, &spec, shape, N, 2, FALSE);
  self->alpha = self->graph->params + oto_test_graph_get_pos (self->graph, "fap_alpha");
  self->w = self->graph->params + oto_test_graph_get_pos (self->graph, "fap_w");
}

static void
fap_forward (Fap *self)
{
  oto_test_graph_forward (self->graph, FALSE);
  self->masks = oto_graph_find_edge (self->graph->graph, "mask")->plain;
}

static void
fap_clear (Fap *self)
{
  oto_test_graph_free (self->graph);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fap, fap_clear)

static double
get_mask (const Fap *self,
          int        n,
          int        k,
          int        t,
          int        f)
{
  return self->masks[((n * T + t) * F + f) * K + k];
}

static double
get_weight (const Fap *self,
            int        k,
            int        f)
{
  double sum = 0.0;

  if (self->form == OTO_FAP_FORM_FREE)
    return self->w[k * F + f];
  for (int i = 0; i < F; i++)
    sum += exp (self->w[k * F + i]);
  return exp (self->w[k * F + f]) / sum;
}

static double
get_frame (const Fap *self,
           int        n,
           int        k,
           int        t)
{
  double sum = 0.0;

  for (int f = 0; f < F; f++)
    sum += get_weight (self, k, f) * get_mask (self, n, k, t, f);
  return sum;
}

/* Auto-pooling of a bin's mask, or with @f < 0 of the frame scores. */
static double
get_pooled (const Fap *self,
            int        n,
            int        k,
            int        f)
{
  const double alpha = f < 0 ? self->alpha[k] : self->alpha[k * F + f];
  double sum = 0.0, weights = 0.0;

  for (int t = 0; t < T; t++)
    {
      const double x = f < 0 ? get_frame (self, n, k, t) : get_mask (self, n, k, t, f);

      sum += exp (alpha * x) * x;
      weights += exp (alpha * x);
    }
  return sum / weights;
}

static double
get_clip (const Fap *self,
          int        n,
          int        k)
{
  double sum = 0.0;

  if (self->form != OTO_FAP_FORM_BANDS)
    return get_pooled (self, n, k, -1);
  for (int f = 0; f < F; f++)
    sum += get_weight (self, k, f) * get_pooled (self, n, k, f);
  return sum;
}

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_auto (Fap) fap = { 0 };

      fap_init (&fap, forms[i]);
      fap_forward (&fap);
      for (int n = 0; n < N; n++)
        for (int k = 0; k < K; k++)
          g_assert_cmpfloat (fabs (fap.graph->out->plain[n * K + k] -
                                   CLAMP (get_clip (&fap, n, k), 0.0, 1.0)), <, 2e-6);
    }
}

/* Training begins with the mean of the masks in every form. */
static void
test_start_is_the_mean (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_auto (Fap) fap = { 0 };
      const OtoParam *list;
      guint n_params;
      OtoRng rng;

      fap_init (&fap, forms[i]);
      oto_rng_init (&rng, 1);
      list = oto_graph_get_params (fap.graph->graph, &n_params);
      for (guint j = 0; j < n_params; j++)
        if (g_str_has_prefix (list[j].name, "fap_"))
          oto_param_init (&list[j], &rng, fap.graph->params + list[j].pos);
      fap_forward (&fap);
      for (int n = 0; n < N; n++)
        for (int k = 0; k < K; k++)
          {
            double mean = 0.0;

            for (int j = 0; j < T * F; j++)
              mean += fap.masks[(n * T * F + j) * K + k] / (double) (T * F);
            g_assert_cmpfloat (fabs (fap.graph->out->plain[n * K + k] - mean), <, 1e-6);
          }
    }
}

/* Free weights can leave [0, 1]; clip probabilities cannot, and have no gradient there. */
static void
test_free_weights_are_clamped (void)
{
  const Spec spec = { OTO_FAP_FORM_FREE, NULL };
  g_autoptr (OtoTestGraph) graph = oto_test_graph_new (build, &spec, shape, N, 2, TRUE);
  float *w = graph->params + oto_test_graph_get_pos (graph, "fap_w");
  const float *d_w = graph->grads + oto_test_graph_get_pos (graph, "fap_w");

  for (int i = 0; i < F; i++)
    {
      w[i] = 4.f;
      w[F + i] = -1.f;
      w[2 * F + i] = 1.f / F;
    }
  oto_test_graph_step (graph);
  for (int i = 0; i < F; i++)
    {
      g_assert_cmpfloat (d_w[i], ==, 0.f);
      g_assert_cmpfloat (d_w[F + i], ==, 0.f);
      g_assert_cmpfloat (d_w[2 * F + i], !=, 0.f);
    }
  oto_test_graph_forward (graph, FALSE);
  for (int n = 0; n < N; n++)
    {
      g_assert_cmpfloat (graph->out->plain[n * K], ==, 1.f);
      g_assert_cmpfloat (graph->out->plain[n * K + 1], ==, 0.f);
    }
}

/* --- what it shows ------------------------------------------------------------------------- */

static void
read_map (Fap    *fap,
          OtoMap  map,
          int     n,
          int     k,
          float  *ret_values)
{
  oto_head_get_class_map (&fap->head, &fap->graph->pass, map, n, k, ret_values);
}

/* What frame @t counts in the clip's score. */
static double
get_share (const Fap *self,
           int        n,
           int        k,
           int        t,
           int        f)
{
  const double alpha = f < 0 ? self->alpha[k] : self->alpha[k * F + f];
  double sum = 0.0, own = 0.0;

  for (int i = 0; i < T; i++)
    {
      const double x = f < 0 ? get_frame (self, n, k, i) : get_mask (self, n, k, i, f);

      sum += exp (alpha * x);
      own = i == t ? exp (alpha * x) : own;
    }
  return own / sum;
}

static void
check_time_att (Fap *fap,
                int  n,
                int  k)
{
  float att[T];
  double sum = 0.0;

  read_map (fap, OTO_MAP_TIME_ATT, n, k, att);
  for (int t = 0; t < T; t++)
    {
      double expected = 0.0;

      for (int f = 0; f < F && fap->form == OTO_FAP_FORM_BANDS; f++)
        expected += get_weight (fap, k, f) * get_share (fap, n, k, t, f);
      if (fap->form != OTO_FAP_FORM_BANDS)
        expected = get_share (fap, n, k, t, -1);
      g_assert_cmpfloat (fabs (att[t] - expected), <, 1e-6);
      sum += att[t];
    }
  g_assert_cmpfloat (fabs (sum - 1.0), <, 1e-6);
}

static void
check_freq_att (Fap         *fap,
                const float *weights,
                int          n,
                int          k)
{
  float att[T * F];

  read_map (fap, OTO_MAP_FREQ_ATT, n, k, att);
  for (int t = 0; t < T; t++)
    {
      double sum = 0.0;

      for (int f = 0; f < F; f++)
        {
          g_assert_cmpfloat (att[t * F + f], ==, weights[f]);
          sum += att[t * F + f];
        }
      g_assert_cmpfloat (fabs (sum - 1.0), <, 1e-6);
    }
}

static void
check_class (Fap *fap,
             int  n,
             int  k)
{
  float mask[T * F], weights[F], frames[T], prob;

  read_map (fap, OTO_MAP_MASK, n, k, mask);
  for (int i = 0; i < T * F; i++)
    g_assert_cmpfloat (mask[i], ==, fap->masks[(n * T * F + i) * K + k]);
  read_map (fap, OTO_MAP_MEL_WEIGHTS, n, k, weights);
  for (int f = 0; f < F; f++)
    g_assert_cmpfloat (fabs (weights[f] - get_weight (fap, k, f)), <, 1e-6);
  read_map (fap, OTO_MAP_STEP1, n, k, frames);
  for (int t = 0; t < T; t++)
    g_assert_cmpfloat (fabs (frames[t] - CLAMP (get_frame (fap, n, k, t), 0.0, 1.0)), <, 1e-6);
  read_map (fap, OTO_MAP_CLIP_PROB, n, k, &prob);
  g_assert_cmpfloat (prob, ==, fap->graph->out->plain[n * K + k]);
  check_time_att (fap, n, k);
  if (fap->form != OTO_FAP_FORM_FREE)
    check_freq_att (fap, weights, n, k);
}

static void
test_maps (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_auto (Fap) fap = { 0 };

      fap_init (&fap, forms[i]);
      g_assert_cmpint ((fap.head.funcs->maps & OTO_MAP_FREQ_ATT) != 0, ==,
                       forms[i] != OTO_FAP_FORM_FREE);
      fap_forward (&fap);
      /* Also back to a clip that was looked at before another. */
      for (int j = 0; j < 2 * N * K; j++)
        check_class (&fap, j / K % N, j % K);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/heads/fap-head/gradients", test_gradients);
  g_test_add_func ("/heads/fap-head/values", test_values);
  g_test_add_func ("/heads/fap-head/start-is-the-mean", test_start_is_the_mean);
  g_test_add_func ("/heads/fap-head/free-weights-are-clamped", test_free_weights_are_clamped);
  g_test_add_func ("/heads/fap-head/maps", test_maps);

  return g_test_run ();
}
