/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-time-sum-layer.h"

#include <math.h>

#define N_MAPS  3
#define N_CLIPS 3
#define SCALE   0.375

typedef enum { ONE_MAP, SEVERAL_MAPS, EACH_CHANNEL } Form;

static const Form forms[] = { ONE_MAP, SEVERAL_MAPS, EACH_CHANNEL };

static OtoEdge *
add_conv (OtoGraph   *graph,
          OtoEdge    *x,
          const char *name,
          int         n_channels)
{
  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = n_channels, .has_bias = TRUE, .activation = OTO_CONV_SIGMOID,
  });
}

/* Weights that are a function of what they weigh, which has two readers so. */
static OtoEdge *
build (OtoGraph      *graph,
       OtoEdge       *x,
       gconstpointer  user_data)
{
  const Form form = *(const Form *) user_data;
  OtoEdge *values = oto_graph_name_edge (graph, add_conv (graph, x, "values", 7), "values");
  OtoEdge *att = add_conv (graph, values, "att", form == EACH_CHANNEL ? 7
                                                 : form == ONE_MAP ? 1 : N_MAPS);

  oto_graph_name_edge (graph, att, "att");
  return form == EACH_CHANNEL ? oto_time_sum_layer_add_each (graph, att, values)
                              : oto_time_sum_layer_add (graph, att, values, SCALE);
}

static void
check_values (Form form)
{
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new_kept (build, &form, (OtoMapShape) { 13, 1, 5 }, N_CLIPS, 2, FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);
  const OtoEdge *att = oto_graph_find_edge (graph->graph, "att");
  const OtoEdge *values = oto_graph_find_edge (graph->graph, "values");
  const int n_maps = form == EACH_CHANNEL ? 1 : att->shape.n_channels, n_channels = 7;

  g_assert_cmpint (graph->out->shape.n_frames, ==, 1);
  g_assert_cmpint (graph->out->shape.n_channels, ==, n_maps * n_channels);
  for (int n = 0; n < N_CLIPS; n++)
    for (int a = 0; a < n_maps; a++)
      for (int c = 0; c < n_channels; c++, out++)
        {
          double sum = 0.0;

          for (int t = 0; t < 13; t++)
            sum += (form == EACH_CHANNEL ? 1.0 : SCALE) *
                   att->plain[(size_t) (n * 13 + t) * att->shape.n_channels +
                              (form == EACH_CHANNEL ? c : a)] *
                   values->plain[(size_t) (n * 13 + t) * n_channels + c];
          g_assert_cmpfloat (fabs (*out - sum), <, 3e-6);
        }
}

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    check_values (forms[i]);
}

static void
test_gradients (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    g_assert_cmpuint (oto_test_graph_check_gradients (build, &forms[i], (OtoMapShape) { 13, 1, 5 },
                                                      N_CLIPS), ==, 4);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/time-sum-layer/values", test_values);
  g_test_add_func ("/layers/time-sum-layer/gradients", test_gradients);

  return g_test_run ();
}
