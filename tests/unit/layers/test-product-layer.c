/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-product-layer.h"

/* x x. */
static OtoEdge *
build_square (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  return oto_product_layer_add (graph, x, x);
}

static OtoEdge *
add_conv (OtoGraph   *graph,
          OtoEdge    *x,
          const char *name,
          OtoLayout   layout)
{
  return oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = name, .n_channels = x->shape.n_channels, .has_bias = TRUE, .layout = layout,
  });
}

/* One map gates the other. */
static OtoEdge *
build_gate (OtoGraph      *graph,
            OtoEdge       *x,
            gconstpointer  user_data)
{
  return oto_product_layer_add (graph, add_conv (graph, x, "value", OTO_LAYOUT_ROWS),
                                add_conv (graph, x, "gate", OTO_LAYOUT_ROWS));
}

/* Planes stay planes. */
static OtoEdge *
build_planes (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  OtoEdge *out = oto_product_layer_add (graph, add_conv (graph, x, "value", OTO_LAYOUT_PLANES),
                                        add_conv (graph, x, "gate", OTO_LAYOUT_PLANES));

  g_assert_cmpint (out->layout, ==, OTO_LAYOUT_PLANES);
  return out;
}

/* A gradient is there already, to which the second product adds. */
static OtoEdge *
build_cube (OtoGraph      *graph,
            OtoEdge       *x,
            gconstpointer  user_data)
{
  return oto_product_layer_add (graph, x, oto_product_layer_add (graph, x, x));
}

static void
test_values (void)
{
  g_autoptr (OtoTestGraph) graph =
    oto_test_graph_new (build_cube, NULL, (OtoMapShape) { 5, 3, 7 }, 3, 2, FALSE);
  const float *out = oto_test_graph_forward (graph, FALSE);

  for (size_t i = 0; i < graph->out_len; i++)
    g_assert_cmpfloat (out[i], ==, graph->x[i] * (graph->x[i] * graph->x[i]));
}

static void
test_gradients (void)
{
  const OtoMapShape shape = { 7, 5, 3 };

  g_assert_cmpuint (oto_test_graph_check_gradients (build_square, NULL, shape, 3), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_cube, NULL, shape, 3), ==, 0);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_gate, NULL, shape, 3), ==, 4);
  g_assert_cmpuint (oto_test_graph_check_gradients (build_planes, NULL, shape, 3), ==, 4);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/product-layer/values", test_values);
  g_test_add_func ("/layers/product-layer/gradients", test_gradients);

  return g_test_run ();
}
