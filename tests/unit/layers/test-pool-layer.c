/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-pool-layer.h"
#include "layers/oto-sum-layer.h"

#include <math.h>
#include <string.h>

typedef struct
{
  OtoPoolKind kind;
  int         kernel_frames, kernel_mels;
  OtoMapShape shape;
} Case;

/* Whole windows and dropped rests; 0 frames end the list. */
static const Case cases[] =
{
  { OTO_POOL_MAX, 2, 2, { 8, 6, 3 } },
  { OTO_POOL_MAX, 2, 3, { 9, 7, 5 } },
  { OTO_POOL_MAX, 1, 4, { 5, 9, 17 } },
  { OTO_POOL_AVERAGE, 2, 2, { 9, 7, 3 } },
  { OTO_POOL_AVERAGE, 3, 1, { 11, 5, 4 } },
  { 0 },
};

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  const Case *self = user_data;

  return oto_pool_layer_add (graph, x, self->kind, self->kernel_frames, self->kernel_mels);
}

/* What is pooled still lacks its norm, and its ReLU. */
static OtoEdge *
build_pending (OtoGraph      *graph,
               OtoEdge       *x,
               gconstpointer  user_data)
{
  OtoEdge *conv = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .norm_name = "bn", .n_channels = 4, .activation = OTO_CONV_RELU,
  });

  return build_alone (graph, conv, user_data);
}

/* Two poolings of one map. */
static OtoEdge *
build_shared (OtoGraph      *graph,
              OtoEdge       *x,
              gconstpointer  user_data)
{
  const Case *self = user_data;
  OtoEdge *conv = oto_conv_layer_add (graph, x, &(OtoConvSpec) {
    .name = "conv", .norm_name = "bn", .n_channels = 4,
  });
  OtoEdge *a = oto_pool_layer_add (graph, conv, OTO_POOL_MAX, self->kernel_frames,
                                   self->kernel_mels);
  OtoEdge *b = oto_pool_layer_add (graph, conv, OTO_POOL_AVERAGE, self->kernel_frames,
                                   self->kernel_mels);

  return oto_sum_layer_add (graph, a, b);
}

static double
pool (const Case  *self,
      const float *x,
      int          t,
      int          f,
      int          c)
{
  const OtoMapShape *shape = &self->shape;
  double largest = -INFINITY, sum = 0.0;

  for (int i = 0; i < self->kernel_frames; i++)
    for (int j = 0; j < self->kernel_mels; j++)
      {
        const double value = x[((t * self->kernel_frames + i) * shape->n_mels +
                                f * self->kernel_mels + j) * shape->n_channels + c];

        largest = fmax (largest, value);
        sum += value;
      }
  return self->kind == OTO_POOL_MAX ? largest : sum / (self->kernel_frames * self->kernel_mels);
}

static void
test_values (void)
{
  for (const Case *self = cases; self->shape.n_frames > 0; self++)
    {
      g_autoptr (OtoTestGraph) graph =
        oto_test_graph_new (build_alone, self, self->shape, 3, 2, FALSE);
      const float *out = oto_test_graph_forward (graph, FALSE);
      const OtoMapShape *shape = &graph->out->shape;

      g_assert_cmpint (shape->n_frames, ==, self->shape.n_frames / self->kernel_frames);
      g_assert_cmpint (shape->n_mels, ==, self->shape.n_mels / self->kernel_mels);
      for (int n = 0; n < 3; n++)
        for (int t = 0; t < shape->n_frames; t++)
          for (int f = 0; f < shape->n_mels; f++)
            for (int c = 0; c < shape->n_channels; c++)
              g_assert_cmpfloat (fabs (*out++ -
                                       pool (self, graph->x +
                                             n * oto_map_shape_get_len (&self->shape), t, f, c)),
                                 <, 1e-6);
    }
}

static void
test_gradients (void)
{
  for (const Case *self = cases; self->shape.n_frames > 0; self++)
    {
      g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, self, self->shape, 3), ==, 0);
      g_assert_cmpuint (oto_test_graph_check_gradients (build_pending, self, self->shape, 3),
                        ==, 3);
      g_assert_cmpuint (oto_test_graph_check_gradients (build_shared, self, self->shape, 3), ==, 3);
    }
}

static void
test_too_small (void)
{
  const Case small = { OTO_POOL_MAX, 2, 8, { 8, 6, 3 } };
  g_autoptr (OtoGraph) graph = oto_graph_new ();
  g_autoptr (GError) error = NULL;

  build_alone (graph, oto_graph_add_input (graph, small.shape), &small);
  g_assert_false (oto_graph_check (graph, &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
  g_assert_nonnull (strstr (error->message, "mel bins"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/pool-layer/values", test_values);
  g_test_add_func ("/layers/pool-layer/gradients", test_gradients);
  g_test_add_func ("/layers/pool-layer/too-small-is-told", test_too_small);

  return g_test_run ();
}
