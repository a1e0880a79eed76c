/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-ensemble-layer.h"
#include "layers/oto-time-pool-layer.h"

#include <math.h>

typedef struct
{
  int    n_frames, n_classes;
  double clip_share;
} Case;

static const Case cases[] =
{
  { 1, 1, 0.5 }, { 7, 5, 0.5 }, { 12, 67, 0.3 }, { 5, 3, 0.0 }, { 5, 3, 1.0 },
};

#define N_CHANNELS 4
#define N_BATCH    3

static OtoMapShape
get_shape (const Case *self)
{
  return (OtoMapShape) { self->n_frames, 1, N_CHANNELS };
}

static OtoEdge *
add_map (OtoGraph   *graph,
         OtoEdge    *x,
         const char *name,
         int         n_channels)
{
  OtoEdge *y = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = n_channels, .has_bias = TRUE, .is_1d = TRUE, .init_bound = 3.0,
  });

  return oto_graph_name_edge (graph, y, name);
}

static OtoEdge *
build_one (OtoGraph      *graph,
           OtoEdge       *x,
           gconstpointer  user_data)
{
  const Case *self = user_data;
  OtoEdge *steps = add_map (graph, x, "steps", self->n_classes);
  OtoEdge *att = add_map (graph, x, "att", 1);
  OtoEdge *clip = oto_time_pool_layer_add (graph, add_map (graph, x, "mean", self->n_classes),
                                           OTO_TIME_POOL_MEAN);

  oto_graph_name_edge (graph, clip, "clip");
  return oto_ensemble_layer_add (graph, clip, steps, att, self->clip_share);
}

/* One map twice, with two attentions: gradients are added up. */
static OtoEdge *
build_two (OtoGraph      *graph,
           OtoEdge       *x,
           gconstpointer  user_data)
{
  const Case *self = user_data;
  OtoEdge *first = build_one (graph, x, user_data);

  return oto_ensemble_layer_add (graph, first, oto_graph_find_edge (graph, "steps"),
                                 oto_graph_find_edge (graph, "att"), self->clip_share);
}

static double
compute_value (const Case   *self,
               OtoTestGraph *graph,
               int           n,
               int           k)
{
  const float *steps = oto_graph_find_edge (graph->graph, "steps")->plain;
  const float *att = oto_graph_find_edge (graph->graph, "att")->plain + n * self->n_frames;
  const float *clip = oto_graph_find_edge (graph->graph, "clip")->plain;
  double sum = 0.0, whole = 0.0;

  for (int t = 0; t < self->n_frames; t++)
    {
      sum += exp (att[t]) * steps[(n * self->n_frames + t) * self->n_classes + k];
      whole += exp (att[t]);
    }
  return self->clip_share * clip[n * self->n_classes + k] + (1.0 - self->clip_share) * sum / whole;
}

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OtoTestGraph) graph =
        oto_test_graph_new_kept (build_one, &cases[i], get_shape (&cases[i]), N_BATCH, 2, FALSE);
      const float *out = oto_test_graph_forward (graph, FALSE);

      for (int n = 0; n < N_BATCH; n++)
        for (int k = 0; k < cases[i].n_classes; k++)
          g_assert_cmpfloat (fabs (*out++ - compute_value (&cases[i], graph, n, k)), <, 1e-5);
    }
}

/* Attention of one step says nothing; neither do steps without a share. */
static guint
count_gradients (const Case *self)
{
  if (self->clip_share == 1.0)
    return 2;
  return (self->clip_share > 0.0 ? 2 : 0) + 2 + (self->n_frames > 1);
}

static void
test_gradients (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      /* A bias of all logits of the softmax has no gradient. */
      g_assert_cmpuint (oto_test_graph_check_gradients (build_one, &cases[i],
                                                        get_shape (&cases[i]), N_BATCH), ==,
                        count_gradients (&cases[i]));
      oto_test_graph_check_gradients (build_two, &cases[i], get_shape (&cases[i]), N_BATCH);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/ensemble-layer/values-are-those-of-naive-loops", test_values);
  g_test_add_func ("/layers/ensemble-layer/gradients-are-slopes", test_gradients);

  return g_test_run ();
}
