/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-auto-pool.h"
#include "oto-test.h"

#include <math.h>

static const struct
{
  size_t n_rows, n_columns;
} sizes[] = { { 1, 1 }, { 1, 5 }, { 7, 1 }, { 5, 3 }, { 9, 64 }, { 11, 41 }, { 3, 131 } };

typedef struct
{
  size_t n_rows, n_columns, len;
  float *x, *alpha, *y, *peak, *inv_sum, *d_y, *d_x, *d_alpha;
} Pool;

/* Values in (0, 1) under alphas from -8 to 8. */
static void
pool_init (Pool  *self,
           size_t n_rows,
           size_t n_columns)
{
  *self = (Pool) { .n_rows = n_rows, .n_columns = n_columns, .len = n_rows * n_columns };
  self->x = g_new (float, self->len);
  self->alpha = g_new (float, n_columns);
  self->y = g_new (float, n_columns);
  self->peak = g_new (float, n_columns);
  self->inv_sum = g_new (float, n_columns);
  self->d_y = g_new (float, n_columns);
  self->d_x = g_new (float, self->len);
  self->d_alpha = g_new0 (float, n_columns);
  oto_test_fill (self->x, self->len, 71);
  oto_test_fill (self->alpha, n_columns, 72);
  oto_test_fill (self->d_y, n_columns, 73);
  oto_test_fill (self->d_x, self->len, 74);
  for (size_t i = 0; i < self->len; i++)
    self->x[i] = 0.5f + 0.49f * self->x[i];
  for (size_t c = 0; c < n_columns; c++)
    self->alpha[c] *= 8.f;
}

static void
pool_clear (Pool *self)
{
  g_free (self->x);
  g_free (self->alpha);
  g_free (self->y);
  g_free (self->peak);
  g_free (self->inv_sum);
  g_free (self->d_y);
  g_free (self->d_x);
  g_free (self->d_alpha);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pool, pool_clear)

static void
pool_forward (Pool *self)
{
  oto_auto_pool_forward (self->x, self->n_rows, self->n_columns, self->alpha, self->y, self->peak,
                         self->inv_sum);
}

static void
pool_backward (Pool     *self,
               gboolean  is_added,
               float    *d_x,
               float    *d_alpha)
{
  oto_auto_pool_backward (self->x, self->n_rows, self->n_columns, self->alpha, self->y, self->peak,
                          self->inv_sum, self->d_y, is_added, d_x, d_alpha);
}

/* Column @c, with steps added to its alpha and to row @moved. */
static double
pool_naive (const Pool *self,
            size_t      c,
            double      alpha_step,
            size_t      moved,
            double      x_step)
{
  const double alpha = self->alpha[c] + alpha_step;
  double max = -INFINITY, sum = 0.0, weight_sum = 0.0;

  for (size_t r = 0; r < self->n_rows; r++)
    max = MAX (max, alpha * self->x[r * self->n_columns + c]);
  for (size_t r = 0; r < self->n_rows; r++)
    {
      const double x = self->x[r * self->n_columns + c] + (r == moved ? x_step : 0.0);
      const double weight = exp (alpha * x - max);

      sum += weight * x;
      weight_sum += weight;
    }
  return sum / weight_sum;
}

static void
test_forward_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Pool) pool = { 0 };

      pool_init (&pool, sizes[i].n_rows, sizes[i].n_columns);
      pool_forward (&pool);
      for (size_t c = 0; c < pool.n_columns; c++)
        g_assert_cmpfloat_with_epsilon (pool.y[c], pool_naive (&pool, c, 0.0, 0, 0.0), 1e-6);
    }
}

static void
test_backward_matches_differences (void)
{
  const double step = 1e-6;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Pool) pool = { 0 };

      pool_init (&pool, sizes[i].n_rows, sizes[i].n_columns);
      pool_forward (&pool);
      pool_backward (&pool, FALSE, pool.d_x, pool.d_alpha);
      for (size_t pos = 0; pos < pool.len; pos++)
        {
          const size_t r = pos / pool.n_columns, c = pos % pool.n_columns;
          const double slope = (pool_naive (&pool, c, 0.0, r, step)
                                - pool_naive (&pool, c, 0.0, r, -step)) / (2.0 * step);

          g_assert_cmpfloat_with_epsilon (pool.d_x[pos], pool.d_y[c] * slope, 5e-6);
        }
      for (size_t c = 0; c < pool.n_columns; c++)
        {
          const double slope = (pool_naive (&pool, c, step, 0, 0.0)
                                - pool_naive (&pool, c, -step, 0, 0.0)) / (2.0 * step);

          g_assert_cmpfloat_with_epsilon (pool.d_alpha[c], pool.d_y[c] * slope, 1e-6);
        }
    }
}

static void
test_backward_adds (void)
{
  g_auto (Pool) pool = { 0 };
  g_autofree float *before = NULL;

  pool_init (&pool, 9, 67);
  pool_forward (&pool);
  before = g_memdup2 (pool.d_x, pool.len * sizeof (float));
  pool_backward (&pool, TRUE, pool.d_x, pool.d_alpha);
  pool_backward (&pool, FALSE, pool.x, NULL);
  for (size_t pos = 0; pos < pool.len; pos++)
    g_assert_cmpfloat_with_epsilon (pool.d_x[pos], (double) before[pos] + pool.x[pos], 2e-7);
}

static void
test_weights_sum_to_one (void)
{
  g_auto (Pool) pool = { 0 };
  g_autofree float *weights = NULL;

  pool_init (&pool, 33, 41);
  pool_forward (&pool);
  weights = g_new (float, pool.len);
  oto_auto_pool_fill_weights (pool.x, 33, 41, pool.alpha, pool.peak, pool.inv_sum, weights);
  for (size_t c = 0; c < 41; c++)
    {
      double sum = 0.0, y = 0.0;

      for (size_t r = 0; r < 33; r++)
        {
          sum += weights[r * 41 + c];
          y += (double) weights[r * 41 + c] * pool.x[r * 41 + c];
        }
      g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-6);
      g_assert_cmpfloat_with_epsilon (y, pool.y[c], 1e-6);
    }
}

/* An alpha of 0 is the mean; large ones of either sign are the maximum and the minimum. */
static void
test_limits (void)
{
  g_auto (Pool) pool = { 0 };
  double mean = 0.0;
  float max = -INFINITY, min = INFINITY;

  pool_init (&pool, 301, 1);
  for (size_t r = 0; r < 301; r++)
    {
      mean += pool.x[r] / 301.0;
      max = MAX (max, pool.x[r]);
      min = MIN (min, pool.x[r]);
    }

  pool.alpha[0] = 0.f;
  pool_forward (&pool);
  g_assert_cmpfloat_with_epsilon (pool.y[0], mean, 1e-7);
  pool.alpha[0] = 1e8f;
  pool_forward (&pool);
  g_assert_cmpfloat (pool.y[0], ==, max);
  pool.alpha[0] = -1e8f;
  pool_forward (&pool);
  g_assert_cmpfloat (pool.y[0], ==, min);
}

static void
test_nan_is_kept (void)
{
  g_auto (Pool) pool = { 0 };

  pool_init (&pool, 5, 35);
  pool.x[2 * 35 + 20] = NAN;
  pool_forward (&pool);
  for (int c = 0; c < 35; c++)
    g_assert_true (isnan (pool.y[c]) == (c == 20));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/auto-pool/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/auto-pool/backward/matches-differences",
                   test_backward_matches_differences);
  g_test_add_func ("/nn/auto-pool/backward/adds", test_backward_adds);
  g_test_add_func ("/nn/auto-pool/weights/sum-to-one", test_weights_sum_to_one);
  g_test_add_func ("/nn/auto-pool/limits", test_limits);
  g_test_add_func ("/nn/auto-pool/nan/is-kept", test_nan_is_kept);
  return g_test_run ();
}
