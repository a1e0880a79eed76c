/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-batch-norm.h"
#include "oto-test.h"

#include <math.h>
#include <string.h>

/* Rows and channels: one, odd, few channels joined, many cut, whole blocks and a rest. */
static const struct
{
  int n_rows, n_channels;
} sizes[] = {
  { 2, 1 }, { 129, 1 }, { 7, 3 }, { 515, 5 }, { 1000, 8 }, { 67, 41 }, { 130, 64 },
  { 5, 65 }, { 70, 129 }, { 3, 300 },
};

/* One layer: what the caller of the kernels keeps. */
typedef struct
{
  int n_rows, n_channels;
  gboolean is_linear;            /* without a ReLU */
  size_t len;
  float *x, *d_y, *gamma, *beta, *scale, *shift;
  double *mean, *m2, *var, *inv_std, *d_gamma, *d_beta;
} Layer;

static void
layer_init (Layer   *self,
            int      n_rows,
            int      n_channels,
            gboolean is_linear)
{
  OtoBatchStats stats;

  self->n_rows = n_rows;
  self->n_channels = n_channels;
  self->is_linear = is_linear;
  self->len = (size_t) n_rows * n_channels;
  self->x = g_new (float, self->len);
  self->d_y = g_new (float, self->len);
  self->gamma = g_new (float, n_channels);
  self->beta = g_new (float, n_channels);
  self->scale = g_new (float, n_channels);
  self->shift = g_new (float, n_channels);
  self->mean = g_new0 (double, n_channels);
  self->m2 = g_new0 (double, n_channels);
  self->var = g_new0 (double, n_channels);
  self->inv_std = g_new0 (double, n_channels);
  self->d_gamma = g_new0 (double, n_channels);
  self->d_beta = g_new0 (double, n_channels);
  oto_test_fill (self->x, self->len, 11);
  oto_test_fill (self->d_y, self->len, 12);
  oto_test_fill (self->gamma, n_channels, 13);
  oto_test_fill (self->beta, n_channels, 14);

  stats = (OtoBatchStats) { 0.0, self->mean, self->m2 };
  oto_batch_norm_add_stats (self->x, n_rows, n_channels, &stats);
  for (int c = 0; c < n_channels; c++)
    {
      self->var[c] = self->m2[c] / stats.n;
      self->inv_std[c] = 1.0 / sqrt (self->var[c] + OTO_BATCH_NORM_EPS);
    }
  oto_batch_norm_make_affine (self->mean, self->var, self->gamma, self->beta, n_channels,
                              OTO_BATCH_NORM_EPS, self->scale, self->shift);
}

static void
layer_clear (Layer *self)
{
  g_free (self->x);
  g_free (self->d_y);
  g_free (self->gamma);
  g_free (self->beta);
  g_free (self->scale);
  g_free (self->shift);
  g_free (self->mean);
  g_free (self->m2);
  g_free (self->var);
  g_free (self->inv_std);
  g_free (self->d_gamma);
  g_free (self->d_beta);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layer, layer_clear)

static void
layer_forward (const Layer *self,
               float       *ret_y)
{
  if (self->is_linear)
    oto_batch_norm_forward (self->x, self->n_rows, self->n_channels, self->scale, self->shift,
                            ret_y);
  else
    oto_batch_norm_relu_forward (self->x, self->n_rows, self->n_channels, self->scale,
                                 self->shift, ret_y);
}

/* Adds the sums over rows @begin to @end. */
static void
layer_add_sums (const Layer *self,
                int          begin,
                int          end,
                double      *d_gamma,
                double      *d_beta)
{
  const size_t pos = (size_t) begin * self->n_channels;

  if (self->is_linear)
    oto_batch_norm_backward_sums (self->x + pos, self->d_y + pos, end - begin, self->n_channels,
                                  self->scale, self->shift, self->mean, self->inv_std,
                                  d_gamma, d_beta);
  else
    oto_batch_norm_relu_backward_sums (self->x + pos, self->d_y + pos, end - begin,
                                       self->n_channels, self->scale, self->shift, self->mean,
                                       self->inv_std, d_gamma, d_beta);
}

static void
layer_backward (const Layer *self,
                float       *ret_d_x)
{
  if (self->is_linear)
    oto_batch_norm_backward (self->x, self->d_y, self->n_rows, self->n_channels, self->scale,
                             self->shift, self->mean, self->inv_std, self->d_gamma,
                             self->d_beta, self->n_rows, ret_d_x);
  else
    oto_batch_norm_relu_backward (self->x, self->d_y, self->n_rows, self->n_channels,
                                  self->scale, self->shift, self->mean, self->inv_std,
                                  self->d_gamma, self->d_beta, self->n_rows, ret_d_x);
}

static void
compute_naive (const float *x,
               int          n_rows,
               int          n_channels,
               int          c,
               double      *ret_mean,
               double      *ret_m2)
{
  double mean = 0.0, m2 = 0.0;

  for (int r = 0; r < n_rows; r++)
    mean += x[(size_t) r * n_channels + c] / (double) n_rows;
  for (int r = 0; r < n_rows; r++)
    m2 += pow (x[(size_t) r * n_channels + c] - mean, 2.0);
  *ret_mean = mean;
  *ret_m2 = m2;
}

static void
check_stats (const OtoBatchStats *stats,
             const float         *x,
             int                  n_rows,
             int                  n_channels)
{
  g_assert_cmpfloat (stats->n, ==, n_rows);
  for (int c = 0; c < n_channels; c++)
    {
      double mean, m2;

      compute_naive (x, n_rows, n_channels, c, &mean, &m2);
      g_assert_cmpfloat_with_epsilon (stats->mean[c], mean, 1e-6 * (fabs (mean) + 1.0));
      g_assert_cmpfloat_with_epsilon (stats->m2[c], m2, 2e-6 * m2);
    }
}

static void
test_stats_match_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Layer) layer = { 0 };
      OtoBatchStats stats;

      layer_init (&layer, sizes[i].n_rows, sizes[i].n_channels, FALSE);
      stats = (OtoBatchStats) { layer.n_rows, layer.mean, layer.m2 };
      check_stats (&stats, layer.x, layer.n_rows, layer.n_channels);
    }
}

static void
test_stats_add_and_merge (void)
{
  const int n_rows = 777, n_channels = 6, first = 130, second = 131;
  g_autofree float *x = g_new (float, (size_t) n_rows * n_channels);
  double mean[2][6] = { 0 }, m2[2][6] = { 0 };
  OtoBatchStats stats = { 0.0, mean[0], m2[0] }, other = { 0.0, mean[1], m2[1] };
  const OtoBatchStats none = { 0.0, mean[1], m2[1] };

  oto_test_fill (x, (size_t) n_rows * n_channels, 5);

  oto_batch_norm_merge_stats (&stats, &none, n_channels);
  g_assert_cmpfloat (stats.n, ==, 0.0);

  oto_batch_norm_add_stats (x, first, n_channels, &stats);
  oto_batch_norm_add_stats (x + first * n_channels, second, n_channels, &stats);
  oto_batch_norm_add_stats (x + (first + second) * n_channels, n_rows - first - second, n_channels,
                            &other);
  oto_batch_norm_merge_stats (&stats, &other, n_channels);
  check_stats (&stats, x, n_rows, n_channels);
}

/* Summing squares would lose every digit of the variance here. */
static void
test_stats_survive_large_mean (void)
{
  const int n_rows = 4096, n_channels = 3;
  g_autofree float *x = g_new (float, (size_t) n_rows * n_channels);
  double mean[3] = { 0 }, m2[3] = { 0 };
  OtoBatchStats stats = { 0.0, mean, m2 };

  oto_test_fill (x, (size_t) n_rows * n_channels, 6);
  for (int i = 0; i < n_rows * n_channels; i++)
    x[i] += 3000.f;
  oto_batch_norm_add_stats (x, n_rows, n_channels, &stats);
  for (int c = 0; c < n_channels; c++)
    {
      double naive_mean, naive_m2;

      compute_naive (x, n_rows, n_channels, c, &naive_mean, &naive_m2);
      g_assert_cmpfloat_with_epsilon (mean[c], naive_mean, 1e-3);
      g_assert_cmpfloat_with_epsilon (m2[c], naive_m2, 1e-4 * naive_m2);
    }
}

static void
test_running_is_unbiased (void)
{
  double mean[1] = { 4.0 }, m2[1] = { 12.0 };
  const OtoBatchStats stats = { 5.0, mean, m2 };
  float running_mean[1] = { 1.f }, running_var[1] = { 2.f };

  oto_batch_norm_update_running (&stats, 1, OTO_BATCH_NORM_MOMENTUM, running_mean, running_var);
  g_assert_cmpfloat_with_epsilon (running_mean[0], 0.9 * 1.0 + 0.1 * 4.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (running_var[0], 0.9 * 2.0 + 0.1 * 12.0 / 4.0, 1e-6);
}

/* Keras's share of a new batch. */
static void
test_running_takes_momentum (void)
{
  double mean[1] = { 4.0 }, m2[1] = { 12.0 };
  const OtoBatchStats stats = { 5.0, mean, m2 };
  float running_mean[1] = { 1.f }, running_var[1] = { 2.f };

  oto_batch_norm_update_running (&stats, 1, 0.01, running_mean, running_var);
  g_assert_cmpfloat_with_epsilon (running_mean[0], 0.99 * 1.0 + 0.01 * 4.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (running_var[0], 0.99 * 2.0 + 0.01 * 12.0 / 4.0, 1e-6);
}

/* Keras's epsilon, where it counts: a variance as small. */
static void
test_affine_takes_eps (void)
{
  const double mean[2] = { 0.5, -2.0 }, var[2] = { 1e-3, 0.0 };
  const float gamma[2] = { 2.f, -1.f }, beta[2] = { 0.25f, 3.f };
  float scale[2], shift[2];

  oto_batch_norm_make_affine (mean, var, gamma, beta, 2, 1e-3, scale, shift);
  for (int c = 0; c < 2; c++)
    {
      const double expected = gamma[c] / sqrt (var[c] + 1e-3);

      g_assert_cmpfloat_with_epsilon (scale[c], expected, 1e-5);
      g_assert_cmpfloat_with_epsilon (shift[c], beta[c] - mean[c] * expected, 1e-5);
    }
}

static double
rectify (const Layer *layer,
         double       value)
{
  return layer->is_linear ? value : MAX (0.0, value);
}

/* The layer in double, with its own statistics: sum of d_y times max (0, gamma xhat + beta), or
 * gamma xhat + beta. */
static double
compute_loss (const Layer  *layer,
              const double *x,
              const double *gamma,
              const double *beta)
{
  const int n_channels = layer->n_channels;
  double loss = 0.0;

  for (int c = 0; c < n_channels; c++)
    {
      double mean = 0.0, var = 0.0;

      for (int r = 0; r < layer->n_rows; r++)
        mean += x[r * n_channels + c] / layer->n_rows;
      for (int r = 0; r < layer->n_rows; r++)
        var += pow (x[r * n_channels + c] - mean, 2.0) / layer->n_rows;
      for (int r = 0; r < layer->n_rows; r++)
        {
          const double xhat = (x[r * n_channels + c] - mean) / sqrt (var + OTO_BATCH_NORM_EPS);

          loss += layer->d_y[r * n_channels + c] * rectify (layer, gamma[c] * xhat + beta[c]);
        }
    }
  return loss;
}

static void
check_forward (int      n_rows,
               int      n_channels,
               gboolean is_linear)
{
  g_auto (Layer) layer = { 0 };
  g_autofree float *y = NULL, *expected = NULL;

  layer_init (&layer, n_rows, n_channels, is_linear);
  y = g_new (float, layer.len);
  expected = g_new (float, layer.len);
  for (size_t i = 0; i < layer.len; i++)
    {
      const int c = (int) (i % n_channels);
      const double xhat = (layer.x[i] - layer.mean[c]) * layer.inv_std[c];

      expected[i] = (float) rectify (&layer, layer.gamma[c] * xhat + layer.beta[c]);
    }
  layer_forward (&layer, y);
  oto_assert_rel_below (y, expected, layer.len, 1e-6);

  /* In place: the same, bit for bit. */
  layer_forward (&layer, layer.x);
  g_assert_cmpmem (layer.x, layer.len * sizeof (float), y, layer.len * sizeof (float));
}

static void
test_forward_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int is_linear = 0; is_linear < 2; is_linear++)
      check_forward (sizes[i].n_rows, sizes[i].n_channels, is_linear);
}

static void
test_forward_keeps_nan (void)
{
  const float scale = 1.f, shift = 0.f;
  float x[3] = { NAN, -1.f, 2.f };

  oto_batch_norm_forward (x, 3, 1, &scale, &shift, x);
  g_assert_true (isnan (x[0]));
  g_assert_cmpfloat (x[1], ==, -1.f);
  g_assert_cmpfloat (x[2], ==, 2.f);
  oto_batch_norm_relu_forward (x, 3, 1, &scale, &shift, x);
  g_assert_true (isnan (x[0]));
  g_assert_cmpfloat (x[1], ==, 0.f);
  g_assert_cmpfloat (x[2], ==, 2.f);
}

static double
differentiate (const Layer *layer,
               double      *x,
               double      *gamma,
               double      *beta,
               double      *variable)
{
  const double h = 1e-6, value = *variable;
  double above, below;

  *variable = value + h;
  above = compute_loss (layer, x, gamma, beta);
  *variable = value - h;
  below = compute_loss (layer, x, gamma, beta);
  *variable = value;
  return (above - below) / (2.0 * h);
}

static void
check_gradients (int      n_rows,
                 int      n_channels,
                 gboolean is_linear)
{
  g_auto (Layer) layer = { 0 };
  g_autofree double *x = NULL, *gamma = NULL, *beta = NULL;
  g_autofree float *d_x = NULL;

  layer_init (&layer, n_rows, n_channels, is_linear);
  x = g_new (double, layer.len);
  gamma = g_new (double, n_channels);
  beta = g_new (double, n_channels);
  d_x = g_new (float, layer.len);
  for (size_t i = 0; i < layer.len; i++)
    x[i] = layer.x[i];
  for (int c = 0; c < n_channels; c++)
    {
      gamma[c] = layer.gamma[c];
      beta[c] = layer.beta[c];
    }

  layer_add_sums (&layer, 0, n_rows, layer.d_gamma, layer.d_beta);
  layer_backward (&layer, d_x);
  for (int c = 0; c < n_channels; c++)
    {
      g_assert_cmpfloat_with_epsilon (layer.d_gamma[c],
                                      differentiate (&layer, x, gamma, beta, gamma + c), 1e-5);
      g_assert_cmpfloat_with_epsilon (layer.d_beta[c],
                                      differentiate (&layer, x, gamma, beta, beta + c), 1e-5);
    }
  for (size_t i = 0; i < layer.len; i++)
    g_assert_cmpfloat_with_epsilon (d_x[i], differentiate (&layer, x, gamma, beta, x + i), 1e-5);
}

static void
test_backward_finite_differences (void)
{
  for (int is_linear = 0; is_linear < 2; is_linear++)
    {
      check_gradients (7, 1, is_linear);
      check_gradients (9, 5, is_linear);
      check_gradients (5, 70, is_linear);
    }
}

/* Sums over parts of the rows add up, and both in-place forms give the same bits. */
static void
check_parts_and_in_place (int      n_rows,
                          int      n_channels,
                          gboolean is_linear)
{
  g_auto (Layer) layer = { 0 };
  g_autofree double *d_gamma = g_new0 (double, n_channels), *d_beta = g_new0 (double, n_channels);
  g_autofree float *d_x = NULL, *x = NULL;
  const double limit = 1e-6 * sqrt (n_rows);

  layer_init (&layer, n_rows, n_channels, is_linear);
  layer_add_sums (&layer, 0, n_rows, layer.d_gamma, layer.d_beta);
  layer_add_sums (&layer, 0, n_rows / 3, d_gamma, d_beta);
  layer_add_sums (&layer, n_rows / 3, n_rows, d_gamma, d_beta);
  for (int c = 0; c < n_channels; c++)
    {
      g_assert_cmpfloat_with_epsilon (d_gamma[c], layer.d_gamma[c], limit);
      g_assert_cmpfloat_with_epsilon (d_beta[c], layer.d_beta[c], limit);
    }

  d_x = g_new (float, layer.len);
  x = g_memdup2 (layer.x, layer.len * sizeof (float));
  layer_backward (&layer, d_x);
  layer_backward (&layer, layer.x);
  g_assert_cmpmem (layer.x, layer.len * sizeof (float), d_x, layer.len * sizeof (float));
  memcpy (layer.x, x, layer.len * sizeof (float));
  layer_backward (&layer, layer.d_y);
  g_assert_cmpmem (layer.d_y, layer.len * sizeof (float), d_x, layer.len * sizeof (float));
}

static void
test_backward_parts_and_in_place (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int is_linear = 0; is_linear < 2; is_linear++)
      check_parts_and_in_place (sizes[i].n_rows, sizes[i].n_channels, is_linear);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/batch-norm/stats/match-naive", test_stats_match_naive);
  g_test_add_func ("/nn/batch-norm/stats/add-and-merge", test_stats_add_and_merge);
  g_test_add_func ("/nn/batch-norm/stats/survive-large-mean", test_stats_survive_large_mean);
  g_test_add_func ("/nn/batch-norm/running/is-unbiased", test_running_is_unbiased);
  g_test_add_func ("/nn/batch-norm/running/takes-momentum", test_running_takes_momentum);
  g_test_add_func ("/nn/batch-norm/affine/takes-eps", test_affine_takes_eps);
  g_test_add_func ("/nn/batch-norm/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/batch-norm/forward/keeps-nan", test_forward_keeps_nan);
  g_test_add_func ("/nn/batch-norm/backward/finite-differences", test_backward_finite_differences);
  g_test_add_func ("/nn/batch-norm/backward/parts-and-in-place", test_backward_parts_and_in_place);
  return g_test_run ();
}
