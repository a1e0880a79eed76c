/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-graph.h"

#include "layers/oto-conv-layer.h"
#include "layers/oto-sum-layer.h"
#include "nn/oto-batch-norm.h"

#include <math.h>
#include <string.h>

enum { N_BATCH = 3 };

typedef struct
{
  OtoMapShape shape;             /* of what it reads; 0 frames end a list */
  OtoConvSpec spec;
} Case;

#define KERNEL(t, f) .kernel_frames = t, .kernel_mels = f

/* One of each variant, at odd sizes; numbers of channels on either side of those that vectors
 * hold. */
static const Case cases[] =
{
  { { 7, 5, 3 }, { .name = "conv", .n_channels = 4 } },
  { { 7, 5, 3 }, { .name = "conv", .n_channels = 4, .has_bias = TRUE, .bias_bound = 0.5 } },
  { { 9, 6, 2 }, { .name = "conv", .n_channels = 5, KERNEL (3, 3), .has_bias = TRUE } },
  { { 9, 6, 2 }, { .name = "conv", .n_channels = 5, KERNEL (5, 5) } },
  { { 11, 9, 3 }, { .name = "conv", .n_channels = 4, KERNEL (3, 3), .dilation = 2 } },
  { { 9, 6, 2 }, { .name = "conv", .n_channels = 5, KERNEL (3, 3), .is_unpadded = TRUE,
                   .has_bias = TRUE } },
  { { 9, 7, 2 }, { .name = "conv", .n_channels = 3, KERNEL (2, 7), .is_unpadded = TRUE } },
  { { 13, 11, 2 }, { .name = "conv", .n_channels = 3, KERNEL (3, 3), .dilation = 3,
                     .is_unpadded = TRUE, .norm_name = "bn", .activation = OTO_CONV_RELU } },
  { { 7, 9, 5 }, { .name = "conv", .n_channels = 5, KERNEL (3, 3), .is_depthwise = TRUE } },
  { { 7, 9, 5 }, { .name = "conv", .n_channels = 5, KERNEL (3, 3), .is_depthwise = TRUE,
                   .norm_name = "bn", .activation = OTO_CONV_RELU } },
  { { 17, 1, 6 }, { .name = "conv", .n_channels = 7, .kernel_frames = 3, .is_1d = TRUE,
                    .has_bias = TRUE, .activation = OTO_CONV_RELU } },
  { { 17, 1, 6 }, { .name = "conv", .n_channels = 7, .kernel_frames = 5, .dilation = 2,
                    .is_1d = TRUE, .norm_name = "bn" } },
  { { 5, 1, 9 }, { .name = "conv", .n_channels = 4, .is_dense = TRUE, .has_bias = TRUE,
                   .activation = OTO_CONV_SIGMOID } },
  { { 1, 1, 9 }, { .name = "conv", .n_channels = 4, .is_dense = TRUE, .has_bias = TRUE } },
  { { 7, 5, 3 }, { .name = "conv", .n_channels = 4, KERNEL (3, 3), .activation = OTO_CONV_RELU } },
  { { 7, 5, 3 }, { .name = "conv", .n_channels = 4, KERNEL (3, 3), .has_bias = TRUE,
                   .activation = OTO_CONV_SIGMOID } },
  { { 7, 5, 3 }, { .name = "conv", .n_channels = 4, KERNEL (3, 3), .norm_name = "bn" } },
  { { 7, 5, 3 }, { .name = "conv", .n_channels = 4, KERNEL (3, 3), .norm_name = "bn",
                   .activation = OTO_CONV_RELU, .norm_eps = 1e-3, .norm_momentum = 0.01 } },
  { { 7, 5, 3 }, { .name = "conv", .n_channels = 4, KERNEL (3, 3), .norm_name = "bn",
                   .has_bias = TRUE, .bias_bound = 0.5, .activation = OTO_CONV_RELU } },
  { { 7, 5, 3 }, { .name = "conv", .n_channels = 4, KERNEL (3, 3), .norm_name = "bn",
                   .has_pool = TRUE } },
  { { 7, 5, 3 }, { .name = "conv", .n_channels = 4, KERNEL (3, 3), .norm_name = "bn",
                   .activation = OTO_CONV_RELU, .has_pool = TRUE } },
  { { 7, 5, 3 }, { .name = "conv", .n_channels = 4, .layout = OTO_LAYOUT_PLANES,
                   .has_bias = TRUE } },
  { { 7, 5, 3 }, { .name = "conv", .n_channels = 4, KERNEL (3, 3), .layout = OTO_LAYOUT_PLANES,
                   .has_bias = TRUE, .activation = OTO_CONV_SIGMOID } },
  /* So large that Winograd's transform is chosen. */
  { { 21, 18, 8 }, { .name = "conv", .n_channels = 16, KERNEL (3, 3), .norm_name = "bn",
                     .activation = OTO_CONV_RELU } },
  { .shape = { 0 } },
};

/* --- in double precision, as it is written in a book ----------------------------------------- */

typedef struct
{
  OtoMapShape shape;
  double     *values;            /* (N, T, F, C) */
} Map;

static Map
map_new (OtoMapShape  shape,
         const float *values)
{
  const size_t len = N_BATCH * oto_map_shape_get_len (&shape);
  Map map = { shape, g_new0 (double, len) };

  for (size_t i = 0; i < len && values != NULL; i++)
    map.values[i] = values[i];
  return map;
}

static double *
at (const Map *self,
    int        n,
    int        t,
    int        f,
    int        c)
{
  const OtoMapShape *shape = &self->shape;

  return self->values + (((size_t) n * shape->n_frames + t) * shape->n_mels + f) *
                        shape->n_channels + c;
}

/* Zero around the map. */
static double
get (const Map *self,
     int        n,
     int        t,
     int        f,
     int        c)
{
  if (t < 0 || t >= self->shape.n_frames || f < 0 || f >= self->shape.n_mels)
    return 0.0;
  return *at (self, n, t, f, c);
}

#define FOR_MAP(map) \
  for (int n = 0; n < N_BATCH; n++) \
    for (int t = 0; t < (map)->shape.n_frames; t++) \
      for (int f = 0; f < (map)->shape.n_mels; f++) \
        for (int c = 0; c < (map)->shape.n_channels; c++)

static double
convolve (const Map         *x,
          const OtoConvSpec *spec,
          const float       *weight,
          int                n,
          int                t,
          int                f,
          int                c)
{
  const int kernel_frames = MAX (spec->kernel_frames, 1), kernel_mels = MAX (spec->kernel_mels, 1);
  const int dilation = MAX (spec->dilation, 1);
  const int n_read = spec->is_depthwise ? 1 : x->shape.n_channels;
  const int first_t = spec->is_unpadded ? 0 : dilation * (kernel_frames - 1) / 2;
  const int first_f = spec->is_unpadded ? 0 : dilation * (kernel_mels - 1) / 2;
  double sum = 0.0;

  for (int i = 0; i < n_read; i++)
    for (int kt = 0; kt < kernel_frames; kt++)
      for (int kf = 0; kf < kernel_mels; kf++)
        sum += (double) weight[((c * n_read + i) * kernel_frames + kt) * kernel_mels + kf] *
               get (x, n, t + dilation * kt - first_t, f + dilation * kf - first_f,
                    spec->is_depthwise ? c : i);
  return sum;
}

/* Statistics of a channel: of the batch in training, the running ones otherwise; the running ones
 * move. */
static void
take_stats (const Map         *y,
            const OtoConvSpec *spec,
            OtoTestGraph      *graph,
            int                channel,
            gboolean           is_training,
            double            *ret_mean,
            double            *ret_var)
{
  g_autofree char *mean_name = g_strconcat (spec->norm_name, ".running_mean", NULL);
  g_autofree char *var_name = g_strconcat (spec->norm_name, ".running_var", NULL);
  const size_t mean_pos = oto_test_graph_get_pos (graph, mean_name) + channel;
  const size_t var_pos = oto_test_graph_get_pos (graph, var_name) + channel;
  const double momentum = spec->norm_momentum > 0.0 ? spec->norm_momentum : 0.1;
  double n_values = 0.0, mean = 0.0, var = 0.0;

  FOR_MAP (y)
    if (c == channel)
      {
        mean += *at (y, n, t, f, c);
        n_values += 1.0;
      }
  mean /= n_values;
  FOR_MAP (y)
    if (c == channel)
      var += pow (*at (y, n, t, f, c) - mean, 2.0) / n_values;

  *ret_mean = is_training ? mean : graph->first_buffers[mean_pos];
  *ret_var = is_training ? var : graph->first_buffers[var_pos];
  if (!is_training)
    return;
  mean = (1.0 - momentum) * graph->first_buffers[mean_pos] + momentum * mean;
  var = (1.0 - momentum) * graph->first_buffers[var_pos] +
        momentum * var * n_values / (n_values - 1.0);
  g_assert_cmpfloat (fabs (graph->buffers[mean_pos] - mean), <, 1e-5 * (1.0 + fabs (mean)));
  g_assert_cmpfloat (fabs (graph->buffers[var_pos] - var), <, 1e-5 * (1.0 + var));
}

static void
normalise (Map               *y,
           const OtoConvSpec *spec,
           OtoTestGraph      *graph,
           gboolean           is_training)
{
  g_autofree char *weight_name = g_strconcat (spec->norm_name, ".weight", NULL);
  g_autofree char *bias_name = g_strconcat (spec->norm_name, ".bias", NULL);
  const float *gamma = graph->params + oto_test_graph_get_pos (graph, weight_name);
  const float *beta = graph->params + oto_test_graph_get_pos (graph, bias_name);
  const double eps = spec->norm_eps > 0.0 ? spec->norm_eps : 1e-5;
  g_autofree double *means = g_new (double, y->shape.n_channels);
  g_autofree double *vars = g_new (double, y->shape.n_channels);

  for (int i = 0; i < y->shape.n_channels; i++)
    take_stats (y, spec, graph, i, is_training, &means[i], &vars[i]);
  FOR_MAP (y)
    *at (y, n, t, f, c) = (*at (y, n, t, f, c) - means[c]) / sqrt (vars[c] + eps) * gamma[c] +
                          beta[c];
}

static void
activate (Map               *y,
          OtoConvActivation  activation)
{
  FOR_MAP (y)
    {
      double *value = at (y, n, t, f, c);

      if (activation == OTO_CONV_RELU)
        *value = fmax (*value, 0.0);
      else if (activation == OTO_CONV_SIGMOID)
        *value = 1.0 / (1.0 + exp (-*value));
    }
}

/* What is around the map counts as zeros. */
static void
pool (Map *y)
{
  Map pooled = map_new (y->shape, NULL);

  FOR_MAP (y)
    for (int i = -1; i <= 1; i++)
      for (int j = -1; j <= 1; j++)
        *at (&pooled, n, t, f, c) += get (y, n, t + i, f + j, c) / 9.0;
  g_free (y->values);
  y->values = pooled.values;
}

/* (N, T, F, C), whatever the layout. */
static Map
compute (const Map         *x,
         const OtoConvSpec *spec,
         OtoTestGraph      *graph,
         gboolean           is_training)
{
  const int reach = MAX (spec->dilation, 1);
  const OtoMapShape shape = {
    x->shape.n_frames - (spec->is_unpadded ? reach * (MAX (spec->kernel_frames, 1) - 1) : 0),
    x->shape.n_mels - (spec->is_unpadded ? reach * (MAX (spec->kernel_mels, 1) - 1) : 0),
    spec->n_channels,
  };
  g_autofree char *weight_name = g_strconcat (spec->name, ".weight", NULL);
  g_autofree char *bias_name = g_strconcat (spec->name, ".bias", NULL);
  const float *weight = graph->params + oto_test_graph_get_pos (graph, weight_name);
  Map y = map_new (shape, NULL);

  FOR_MAP (&y)
    *at (&y, n, t, f, c) = convolve (x, spec, weight, n, t, f, c);
  if (spec->has_bias)
    FOR_MAP (&y)
      *at (&y, n, t, f, c) += graph->params[oto_test_graph_get_pos (graph, bias_name) + c];
  if (spec->norm_name != NULL)
    normalise (&y, spec, graph, is_training);
  activate (&y, spec->activation);
  if (spec->has_pool)
    pool (&y);
  return y;
}

static void
assert_is (const float *values,
           const Map   *expected,
           OtoLayout    layout)
{
  const OtoMapShape *shape = &expected->shape;
  const int n_bins = shape->n_frames * shape->n_mels;
  double largest = 0.0, worst = 0.0;

  FOR_MAP (expected)
    {
      const double value = *at (expected, n, t, f, c);
      const size_t i = layout == OTO_LAYOUT_PLANES
                       ? ((size_t) n * shape->n_channels + c) * n_bins + t * shape->n_mels + f
                       : (size_t) (at (expected, n, t, f, c) - expected->values);

      largest = fmax (largest, fabs (value));
      worst = fmax (worst, fabs (values[i] - value));
      g_assert_false (isnan (values[i]));
    }
  g_assert_cmpfloat (worst, <, 1e-5 * largest);
}

/* --- one layer ------------------------------------------------------------------------------- */

static OtoEdge *
build_alone (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  return oto_conv_layer_add (graph, x, user_data);
}

static void
test_values (void)
{
  for (const Case *self = cases; self->shape.n_frames > 0; self++)
    for (int is_training = 0; is_training < 2; is_training++)
      {
        g_autoptr (OtoTestGraph) graph =
          oto_test_graph_new (build_alone, &self->spec, self->shape, N_BATCH, 2, is_training);
        const float *values = oto_test_graph_forward (graph, is_training);
        Map x = map_new (self->shape, graph->x);
        Map y = compute (&x, &self->spec, graph, is_training);

        g_assert_cmpmem (&graph->out->shape, sizeof y.shape, &y.shape, sizeof y.shape);
        g_assert_cmpint (graph->out->layout, ==, self->spec.layout);
        assert_is (values, &y, self->spec.layout);
        g_free (x.values);
        g_free (y.values);
      }
}

/* Tensors of a layer that have a gradient: a norm removes the bias before it. */
static guint
count_gradients (const OtoConvSpec *spec)
{
  return 1 + (spec->norm_name != NULL ? 2 : spec->has_bias);
}

static void
test_gradients (void)
{
  for (const Case *self = cases; self->shape.n_frames > 0; self++)
    g_assert_cmpuint (oto_test_graph_check_gradients (build_alone, &self->spec, self->shape,
                                                      N_BATCH), ==,
                      count_gradients (&self->spec));
}

static void
test_macs (void)
{
  const struct { Case base; guint64 n_macs; } rows[] =
  {
    { { { 7, 5, 3 }, { .name = "a", .n_channels = 4, KERNEL (3, 3) } }, 7 * 5 * 3 * 4 * 9 },
    { { { 7, 5, 4 }, { .name = "a", .n_channels = 4, KERNEL (3, 3), .is_depthwise = TRUE } },
      7 * 5 * 4 * 9 },
    { { { 7, 5, 3 }, { .name = "a", .n_channels = 4, KERNEL (3, 3), .is_unpadded = TRUE } },
      5 * 3 * 3 * 4 * 9 },
    { { { 1, 1, 9 }, { .name = "a", .n_channels = 4, .is_dense = TRUE } }, 9 * 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OtoGraph) graph = oto_graph_new ();

      build_alone (graph, oto_graph_add_input (graph, rows[i].base.shape), &rows[i].base.spec);
      g_assert_cmpuint (oto_graph_count_macs (graph), ==, rows[i].n_macs);
    }
}

/* Files know dense layers and 1-D ones by fewer dimensions. */
static void
test_tensors (void)
{
  const struct { OtoConvSpec spec; int n_dims; gint64 shape[4]; } rows[] =
  {
    { { .name = "a", .n_channels = 4, KERNEL (3, 5) }, 4, { 4, 6, 3, 5 } },
    { { .name = "a", .n_channels = 6, KERNEL (3, 3), .is_depthwise = TRUE }, 4, { 6, 1, 3, 3 } },
    { { .name = "a", .n_channels = 4, .kernel_frames = 3, .is_1d = TRUE }, 3, { 4, 6, 3 } },
    { { .name = "a", .n_channels = 4, .is_dense = TRUE }, 2, { 4, 6 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OtoGraph) graph = oto_graph_new ();
      const OtoParam *params;
      guint n;

      build_alone (graph, oto_graph_add_input (graph, (OtoMapShape) { 9, 7, 6 }), &rows[i].spec);
      params = oto_graph_get_params (graph, &n);
      g_assert_cmpuint (n, ==, 1);
      g_assert_cmpstr (params[0].name, ==, "a.weight");
      g_assert_cmpint (params[0].n_dims, ==, rows[i].n_dims);
      g_assert_cmpmem (params[0].shape, rows[i].n_dims * sizeof (gint64), rows[i].shape,
                       rows[i].n_dims * sizeof (gint64));
    }
}

static void
test_too_small (void)
{
  const OtoConvSpec spec = { .name = "wide", .n_channels = 2, KERNEL (3, 3), .dilation = 4,
                             .is_unpadded = TRUE };
  g_autoptr (OtoGraph) graph = oto_graph_new ();
  g_autoptr (GError) error = NULL;

  build_alone (graph, oto_graph_add_input (graph, (OtoMapShape) { 8, 9, 2 }), &spec);
  g_assert_false (oto_graph_check (graph, &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
  g_assert_nonnull (strstr (error->message, "wide"));
}

/* --- behind another one ---------------------------------------------------------------------- */

/* What the layer under test reads is pending: it applies norm, ReLU and pooling as it reads. */
static const OtoConvSpec firsts[] =
{
  { .name = "first", .norm_name = "bn0", .n_channels = 4 },
  { .name = "first", .norm_name = "bn0", .n_channels = 4, .activation = OTO_CONV_RELU },
  { .name = "first", .norm_name = "bn0", .n_channels = 4, KERNEL (3, 3), .has_pool = TRUE },
  { .name = "first", .norm_name = "bn0", .n_channels = 4, KERNEL (3, 3),
    .activation = OTO_CONV_RELU, .has_pool = TRUE },
  { .name = "first", .n_channels = 4, .has_bias = TRUE, .activation = OTO_CONV_RELU },
};

static const OtoConvSpec seconds[] =
{
  { .name = "second", .n_channels = 3 },
  { .name = "second", .n_channels = 3, KERNEL (3, 3), .norm_name = "bn1",
    .activation = OTO_CONV_RELU },
  { .name = "second", .n_channels = 4, KERNEL (3, 3), .is_depthwise = TRUE, .norm_name = "bn1" },
  { .name = "second", .n_channels = 3, .has_bias = TRUE, .layout = OTO_LAYOUT_PLANES },
  { .name = "second", .n_channels = 3, KERNEL (3, 3), .dilation = 2, .is_unpadded = TRUE,
    .has_bias = TRUE },
};

static OtoEdge *
build_chain (OtoGraph      *graph,
             OtoEdge       *x,
             gconstpointer  user_data)
{
  const OtoConvSpec *const *specs = user_data;

  return oto_conv_layer_add (graph, oto_conv_layer_add (graph, x, specs[0]), specs[1]);
}

static void
test_chains (void)
{
  const OtoMapShape shape = { 9, 7, 2 };

  for (guint i = 0; i < G_N_ELEMENTS (firsts); i++)
    for (guint j = 0; j < G_N_ELEMENTS (seconds); j++)
      {
        const OtoConvSpec *specs[2] = { &firsts[i], &seconds[j] };
        const guint n_expected = count_gradients (specs[0]) + count_gradients (specs[1]);

        for (int is_training = 0; is_training < 2; is_training++)
          {
            g_autoptr (OtoTestGraph) graph =
              oto_test_graph_new (build_chain, specs, shape, N_BATCH, 2, is_training);
            const float *values = oto_test_graph_forward (graph, is_training);
            Map x = map_new (shape, graph->x);
            Map middle = compute (&x, specs[0], graph, is_training);
            Map y = compute (&middle, specs[1], graph, is_training);

            assert_is (values, &y, specs[1]->layout);
            g_free (x.values);
            g_free (middle.values);
            g_free (y.values);
          }
        g_assert_cmpuint (oto_test_graph_check_gradients (build_chain, specs, shape, N_BATCH), ==,
                          n_expected);
      }
}

/* Two layers read one edge: the gradient of the one is added to that of the other, from a tile of
 * rows or from a map. */
static OtoEdge *
build_fork (OtoGraph      *graph,
            OtoEdge       *x,
            gconstpointer  user_data)
{
  const OtoConvSpec *const *specs = user_data;
  OtoEdge *first = oto_conv_layer_add (graph, x, specs[0]);
  OtoEdge *a = oto_conv_layer_add (graph, first, specs[1]);

  return oto_sum_layer_add (graph, a, oto_conv_layer_add (graph, first, specs[2]));
}

static void
test_forks (void)
{
  const OtoConvSpec branches[] =
  {
    { .name = "a", .n_channels = 4 },
    { .name = "b", .n_channels = 4, KERNEL (3, 3) },
    { .name = "c", .n_channels = 4, KERNEL (3, 3), .is_depthwise = TRUE, .norm_name = "bnc" },
    { .name = "d", .n_channels = 4, .norm_name = "bnd", .activation = OTO_CONV_RELU },
  };

  for (guint i = 0; i < G_N_ELEMENTS (firsts); i++)
    for (guint j = 0; j < G_N_ELEMENTS (branches); j++)
      {
        const OtoConvSpec *other = &branches[(j + 1) % G_N_ELEMENTS (branches)];
        const OtoConvSpec *specs[3] = { &firsts[i], &branches[j], other };

        g_assert_cmpuint (oto_test_graph_check_gradients (build_fork, specs,
                                                          (OtoMapShape) { 9, 7, 2 }, N_BATCH), ==,
                          count_gradients (specs[0]) + count_gradients (specs[1]) +
                          count_gradients (specs[2]));
      }
}

/* So many channels that a tile holds few rows. */
static void
test_tiles (void)
{
  const OtoConvSpec first = { .name = "first", .norm_name = "bn0", .n_channels = 300,
                              .activation = OTO_CONV_RELU, .has_pool = TRUE };
  const OtoConvSpec a = { .name = "a", .n_channels = 2 }, b = { .name = "b", .n_channels = 2 };
  const OtoConvSpec *specs[3] = { &first, &a, &b };

  g_assert_cmpuint (oto_test_graph_check_gradients (build_fork, specs,
                                                    (OtoMapShape) { 7, 35, 1 }, N_BATCH), ==, 5);
}

/* --- twins ----------------------------------------------------------------------------------- */

typedef struct
{
  OtoConvSpec spec;
  gboolean    has_twin;
} TwinCase;

/* a, or a + its twin, behind another layer. */
static OtoEdge *
build_twin (OtoGraph      *graph,
            OtoEdge       *x,
            gconstpointer  user_data)
{
  const TwinCase *self = user_data;
  OtoConvSpec spec = self->spec;
  OtoEdge *first = oto_conv_layer_add (graph, x, &firsts[1]);
  OtoEdge *a = oto_conv_layer_add (graph, first, &spec);

  if (!self->has_twin)
    return a;
  spec.twin = a;
  return oto_sum_layer_add (graph, a, oto_conv_layer_add (graph, first, &spec));
}

/* A twin has no tensors of its own, and no gradient goes back through it: what comes back is what
 * comes back without it. In inference it computes what the other one does. */
static void
test_twin (void)
{
  const OtoConvSpec specs[] =
  {
    { .name = "a", .n_channels = 3, KERNEL (3, 3), .has_bias = TRUE },
    { .name = "a", .n_channels = 3, KERNEL (3, 3), .norm_name = "bn",
      .activation = OTO_CONV_RELU },
  };

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      const TwinCase with = { specs[i], TRUE }, without = { specs[i], FALSE };
      const OtoMapShape shape = { 9, 7, 2 };
      g_autoptr (OtoTestGraph) pair = oto_test_graph_new (build_twin, &with, shape, 3, 2, TRUE);
      g_autoptr (OtoTestGraph) alone = oto_test_graph_new (build_twin, &without, shape, 3, 2, TRUE);
      const float *values, *alone_values;

      g_assert_cmpuint (pair->params_len, ==, alone->params_len);
      g_assert_cmpuint (pair->buffers_len, ==, alone->buffers_len);
      oto_test_graph_step (pair);
      oto_test_graph_step (alone);
      g_assert_cmpmem (pair->grads, pair->params_len * sizeof (float),
                       alone->grads, alone->params_len * sizeof (float));
      g_assert_cmpmem (pair->d_x, pair->x_len * sizeof (float),
                       alone->d_x, alone->x_len * sizeof (float));
      g_assert_cmpmem (pair->buffers, pair->buffers_len * sizeof (float),
                       alone->buffers, alone->buffers_len * sizeof (float));

      values = oto_test_graph_forward (pair, FALSE);
      alone_values = oto_test_graph_forward (alone, FALSE);
      for (size_t j = 0; j < pair->out_len; j++)
        g_assert_cmpfloat (values[j], ==, 2.f * alone_values[j]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layers/conv-layer/values", test_values);
  g_test_add_func ("/layers/conv-layer/gradients", test_gradients);
  g_test_add_func ("/layers/conv-layer/multiply-adds", test_macs);
  g_test_add_func ("/layers/conv-layer/tensors-as-in-files", test_tensors);
  g_test_add_func ("/layers/conv-layer/too-small-is-told", test_too_small);
  g_test_add_func ("/layers/conv-layer/behind-another", test_chains);
  g_test_add_func ("/layers/conv-layer/two-readers", test_forks);
  g_test_add_func ("/layers/conv-layer/few-rows-in-a-tile", test_tiles);
  g_test_add_func ("/layers/conv-layer/twin-is-frozen", test_twin);

  return g_test_run ();
}
