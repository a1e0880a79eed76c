/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-affine.h"
#include "oto-test.h"

#include <math.h>
#include <string.h>

/* Rows and channels: one, odd, few channels joined, many cut, whole blocks and a rest. */
static const struct
{
  int n_rows, n_channels;
} sizes[] = {
  { 1, 1 }, { 2, 1 }, { 129, 1 }, { 7, 3 }, { 515, 5 }, { 1000, 8 }, { 67, 41 }, { 130, 64 },
  { 5, 65 }, { 70, 129 }, { 3, 300 },
};

typedef struct
{
  int n_rows, n_channels;
  size_t len;
  float *x, *d_y, *d_x, *scale, *shift;
  double *d_shift;
} Layer;

static void
layer_init (Layer *self,
            int    n_rows,
            int    n_channels)
{
  self->n_rows = n_rows;
  self->n_channels = n_channels;
  self->len = (size_t) n_rows * n_channels;
  self->x = g_new (float, self->len);
  self->d_y = g_new (float, self->len);
  self->d_x = g_new (float, self->len);
  self->scale = g_new (float, n_channels);
  self->shift = g_new (float, n_channels);
  self->d_shift = g_new (double, n_channels);
  oto_test_fill (self->x, self->len, 31);
  oto_test_fill (self->d_y, self->len, 32);
  oto_test_fill (self->scale, n_channels, 33);
  oto_test_fill (self->shift, n_channels, 34);
  for (int c = 0; c < n_channels; c++)
    self->d_shift[c] = c + 0.5;
}

static void
layer_clear (Layer *self)
{
  g_free (self->x);
  g_free (self->d_y);
  g_free (self->d_x);
  g_free (self->scale);
  g_free (self->shift);
  g_free (self->d_shift);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layer, layer_clear)

static void
layer_backward (Layer *self,
                bool   is_linear,
                float *ret_d_x)
{
  oto_affine_relu_backward (is_linear ? NULL : self->x, self->d_y, self->n_rows, self->n_channels,
                            self->scale, self->shift, is_linear, self->d_shift, ret_d_x);
}

/* d_shift is added to what it holds. */
static void
check_naive (int  n_rows,
             int  n_channels,
             bool is_linear)
{
  g_auto (Layer) layer = { 0 };

  layer_init (&layer, n_rows, n_channels);
  layer_backward (&layer, is_linear, layer.d_x);
  for (int c = 0; c < n_channels; c++)
    {
      double sum = c + 0.5;

      for (int r = 0; r < n_rows; r++)
        {
          const size_t i = (size_t) r * n_channels + c;
          const double value = (double) layer.scale[c] * layer.x[i] + layer.shift[c];
          const double g = is_linear || value > 0.0 ? layer.d_y[i] : 0.0;

          sum += g;
          g_assert_cmpfloat_with_epsilon (layer.d_x[i], layer.scale[c] * g, 1e-7);
        }
      g_assert_cmpfloat_with_epsilon (layer.d_shift[c], sum, 1e-6 * sqrt (n_rows));
    }
}

static void
test_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int is_linear = 0; is_linear < 2; is_linear++)
      check_naive (sizes[i].n_rows, sizes[i].n_channels, is_linear);
}

/* Sum of d_y max (0, scale x + shift), or without the maximum. */
static double
compute_loss (const Layer *layer,
              bool         is_linear)
{
  double loss = 0.0;

  for (size_t i = 0; i < layer->len; i++)
    {
      const int c = (int) (i % layer->n_channels);
      const double value = (double) layer->scale[c] * layer->x[i] + layer->shift[c];

      loss += layer->d_y[i] * (is_linear ? value : MAX (0.0, value));
    }
  return loss;
}

static double
differentiate (const Layer *layer,
               bool         is_linear,
               float       *variable)
{
  const float value = *variable, above = value + 1e-3f, below = value - 1e-3f;
  double difference;

  *variable = above;
  difference = compute_loss (layer, is_linear);
  *variable = below;
  difference -= compute_loss (layer, is_linear);
  *variable = value;
  return difference / ((double) above - (double) below);
}

static void
check_gradients (int  n_rows,
                 int  n_channels,
                 bool is_linear)
{
  g_auto (Layer) layer = { 0 };
  int n_compared = 0;

  layer_init (&layer, n_rows, n_channels);
  memset (layer.d_shift, 0, n_channels * sizeof (double));

  /* No value crosses the kink of the ReLU. */
  for (size_t i = 0; i < layer.len; i++)
    {
      const int c = (int) (i % n_channels);

      if (fabsf (layer.scale[c] * layer.x[i] + layer.shift[c]) < 2e-3f)
        layer.x[i] += 0.1f;
    }
  layer_backward (&layer, is_linear, layer.d_x);
  for (int c = 0; c < n_channels; c++)
    g_assert_cmpfloat_with_epsilon (layer.d_shift[c],
                                    differentiate (&layer, is_linear, layer.shift + c), 1e-5);
  for (size_t i = 0; i < layer.len; i++)
    {
      g_assert_cmpfloat_with_epsilon (layer.d_x[i],
                                      differentiate (&layer, is_linear, layer.x + i), 1e-5);
      n_compared += layer.d_x[i] != 0.f;
    }
  g_assert_cmpint (n_compared, >, (int) layer.len / 5);
}

static void
test_finite_differences (void)
{
  for (int is_linear = 0; is_linear < 2; is_linear++)
    {
      check_gradients (23, 3, is_linear);
      check_gradients (9, 5, is_linear);
      check_gradients (5, 70, is_linear);
    }
}

/* In place, or without d_x, the same bits come out. */
static void
check_in_place (int  n_rows,
                int  n_channels,
                bool is_linear)
{
  g_auto (Layer) layer = { 0 }, other = { 0 };
  const size_t n_bytes = (size_t) n_rows * n_channels * sizeof (float);
  const size_t sums_bytes = n_channels * sizeof (double);

  layer_init (&layer, n_rows, n_channels);
  layer_backward (&layer, is_linear, layer.d_x);

  layer_init (&other, n_rows, n_channels);
  layer_backward (&other, is_linear, NULL);
  g_assert_cmpmem (other.d_shift, sums_bytes, layer.d_shift, sums_bytes);
  layer_backward (&other, is_linear, other.x);
  g_assert_cmpmem (other.x, n_bytes, layer.d_x, n_bytes);

  memcpy (other.x, layer.x, n_bytes);
  layer_backward (&other, is_linear, other.d_y);
  g_assert_cmpmem (other.d_y, n_bytes, layer.d_x, n_bytes);
}

static void
test_in_place (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int is_linear = 0; is_linear < 2; is_linear++)
      check_in_place (sizes[i].n_rows, sizes[i].n_channels, is_linear);
}

/* A bias of a linear layer: what comes back goes on as it is. */
static void
test_linear_bias_passes (void)
{
  g_auto (Layer) layer = { 0 };

  layer_init (&layer, 70, 17);
  for (int c = 0; c < 17; c++)
    layer.scale[c] = 1.f;
  layer_backward (&layer, true, layer.d_x);
  g_assert_cmpmem (layer.d_x, layer.len * sizeof (float), layer.d_y, layer.len * sizeof (float));
}

/* At exactly 0 a ReLU has no gradient, and no rows leave everything alone. */
static void
test_limits (void)
{
  const float x[2] = { 0.f, 1e-30f }, d_y[2] = { 3.f, 5.f }, scale = 1.f, shift = 0.f;
  float d_x[2] = { 7.f, 7.f };
  double d_shift = 0.0;

  oto_affine_relu_backward (x, d_y, 0, 1, &scale, &shift, false, &d_shift, d_x);
  g_assert_cmpfloat (d_x[0], ==, 7.f);
  g_assert_cmpfloat (d_shift, ==, 0.0);
  oto_affine_relu_backward (x, d_y, 2, 1, &scale, &shift, false, &d_shift, d_x);
  g_assert_cmpfloat (d_x[0], ==, 0.f);
  g_assert_cmpfloat (d_x[1], ==, 5.f);
  g_assert_cmpfloat (d_shift, ==, 5.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/affine/backward/matches-naive", test_matches_naive);
  g_test_add_func ("/nn/affine/backward/finite-differences", test_finite_differences);
  g_test_add_func ("/nn/affine/backward/in-place", test_in_place);
  g_test_add_func ("/nn/affine/backward/linear-bias-passes", test_linear_bias_passes);
  g_test_add_func ("/nn/affine/backward/limits", test_limits);
  return g_test_run ();
}
