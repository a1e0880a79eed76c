/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-concat-layer.h"
#include "layers/oto-conv-layer.h"

static OtoEdge *
add_conv (OtoGraph   *graph,
          OtoEdge    *x,
          const char *name,
          int         n_channels)
{
  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = n_channels, .has_bias = TRUE,
  });
}

/* Two maps and their common input, which has three readers so. */
static OtoEdge *
build_inputs (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  OtoEdge *const inputs[3] = {
    oto_graph_name_edge (graph, add_conv (graph, x, "a", 3), "a"), x,
    oto_graph_name_edge (graph, add_conv (graph, x, "b", 1), "b"),
  };

  return oto_concat_layer_add (graph, inputs, 3);
}

static OtoEdge *
build_copies (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  return oto_concat_layer_add_copies (graph, add_conv (graph, x, "a", 3), 4);
}

static const OtoMapShape shape = { 5, 3, 2 };

static void
test_inputs (void)
{
  g_autoptr (OtoTestGraph) graph = oto_test_graph_new_kept (build_inputs, NULL, shape, 3, 2, FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);
  const float *a = oto_graph_find_edge (graph->graph, "a")->plain;
  const float *b = oto_graph_find_edge (graph->graph, "b")->plain;

  g_assert_cmpint (graph->out->shape.n_channels, ==, 3 + 2 + 1);
  for (size_t place = 0; place < graph->x_len / 2; place++, out += 6)
    {
      g_assert_cmpmem (out, 3 * sizeof (float), a + 3 * place, 3 * sizeof (float));
      g_assert_cmpmem (out + 3, 2 * sizeof (float), graph->x + 2 * place, 2 * sizeof (float));
      g_assert_cmpfloat (out[5], ==, b[place]);
    }
}

static void
test_copies (void)
{
  g_autoptr (OtoTestGraph) graph = oto_test_graph_new (build_copies, NULL, shape, 3, 2, FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);

  g_assert_cmpint (graph->out->shape.n_channels, ==, 4 * 3);
  for (size_t place = 0; place < graph->out_len / 12; place++, out += 12)
    for (int copy = 1; copy < 4; copy++)
      g_assert_cmpmem (out, 3 * sizeof (float), out + 3 * copy, 3 * sizeof (float));
}

static void
test_gradients (void)
{
  g_assert_cmpuint (oto_test_graph_check_gradients (build_inputs, NULL, shape, 3), ==, 4);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_copies, NULL, shape, 3), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/concat-layer/inputs-side-by-side", test_inputs);
  g_test_add_func ("/layers/concat-layer/copies", test_copies);
  g_test_add_func ("/layers/concat-layer/gradients", test_gradients);

  return g_test_run ();
}
