/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-gwrp.h"
#include "oto-test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t row_lens[] = { 1, 2, 15, 16, 17, 999, 5001 };
static const double decays[] = { 0.0, 0.25, 0.9, 0.9998, 1.0 };

/* K maps under one decay. */
typedef struct
{
  int n_classes;
  size_t row_len;
  double decay;
  float *map, *y;
  guint32 *order;
  void *scratch;
} Pool;

static void
pool_init (Pool  *self,
           int    n_classes,
           size_t row_len,
           double decay)
{
  *self = (Pool) { .n_classes = n_classes, .row_len = row_len, .decay = decay };
  self->map = g_new (float, n_classes * row_len);
  self->y = g_new (float, n_classes);
  self->order = g_new0 (guint32, n_classes * row_len);
  self->scratch = g_malloc (oto_gwrp_get_scratch_bytes (row_len));
  oto_test_fill (self->map, n_classes * row_len, 61);
}

static void
pool_clear (Pool *self)
{
  g_free (self->map);
  g_free (self->y);
  g_free (self->order);
  g_free (self->scratch);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pool, pool_clear)

static void
pool_run (Pool *self)
{
  oto_gwrp_forward (self->map, self->n_classes, self->row_len, self->decay, self->y, self->order,
                    self->scratch);
}

static int
compare_descending (const void *a,
                    const void *b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return x < y ? 1 : x > y ? -1 : 0;
}

static double
pool_naive (const double *row,
            size_t        row_len,
            double        decay)
{
  g_autofree double *sorted = g_memdup2 (row, row_len * sizeof *row);
  double sum = 0.0, weight_sum = 0.0;

  qsort (sorted, row_len, sizeof *sorted, compare_descending);
  for (size_t j = 0; j < row_len; j++)
    {
      sum += pow (decay, (double) j) * sorted[j];
      weight_sum += pow (decay, (double) j);
    }
  return sum / weight_sum;
}

static double *
dup_row (const Pool *self,
         int         k)
{
  double *row = g_new (double, self->row_len);

  for (size_t i = 0; i < self->row_len; i++)
    row[i] = self->map[k * self->row_len + i];
  return row;
}

static void
test_forward_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (row_lens); i++)
    for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
      {
        g_auto (Pool) pool = { 0 };

        pool_init (&pool, 3, row_lens[i], decays[d]);
        pool_run (&pool);
        for (int k = 0; k < 3; k++)
          {
            g_autofree double *row = dup_row (&pool, k);

            g_assert_cmpfloat_with_epsilon (pool.y[k], pool_naive (row, pool.row_len, pool.decay),
                                            2e-7);
          }
      }
}

static void
test_forward_limits (void)
{
  g_auto (Pool) pool = { 0 };
  float max = -INFINITY;
  double mean = 0.0;

  pool_init (&pool, 1, 777, 0.0);
  for (size_t i = 0; i < 777; i++)
    {
      max = MAX (max, pool.map[i]);
      mean += pool.map[i] / 777.0;
    }

  pool_run (&pool);
  g_assert_cmpfloat (pool.y[0], ==, max);
  pool.decay = 1e-30;
  pool_run (&pool);
  g_assert_cmpfloat (pool.y[0], ==, max);

  pool.decay = 1.0;
  pool_run (&pool);
  g_assert_cmpfloat_with_epsilon (pool.y[0], mean, 1e-7);
  pool.decay = 1.0 - 1e-12;
  pool_run (&pool);
  g_assert_cmpfloat_with_epsilon (pool.y[0], mean, 1e-7);
}

static void
test_order_is_stable (void)
{
  const float values[9] = { 0.25f, 0.5f, -0.f, 0.5f, 0.25f, 0.f, -1.f, 0.5f, -2.f };
  const guint32 expected[9] = { 1, 3, 7, 0, 4, 2, 5, 6, 8 };
  g_auto (Pool) pool = { 0 };

  pool_init (&pool, 1, 9, 0.5);
  memcpy (pool.map, values, sizeof values);
  pool_run (&pool);
  g_assert_cmpmem (pool.order, sizeof expected, expected, sizeof expected);

  /* The maximum is the first of its equals. */
  pool.decay = 0.0;
  pool_run (&pool);
  g_assert_cmpuint (pool.order[0], ==, 1);
}

static void
test_order_sorts (void)
{
  g_auto (Pool) pool = { 0 };

  pool_init (&pool, 2, 19904, 0.9998);
  for (size_t i = 0; i < 2 * pool.row_len; i++)
    pool.map[i] *= powf (10.f, (float) (i % 20) - 10.f);
  pool_run (&pool);
  for (int k = 0; k < 2; k++)
    {
      const float *row = pool.map + k * pool.row_len;
      const guint32 *order = pool.order + k * pool.row_len;
      g_autofree gboolean *is_seen = g_new0 (gboolean, pool.row_len);

      for (size_t j = 0; j < pool.row_len; j++)
        {
          g_assert_cmpuint (order[j], <, pool.row_len);
          g_assert_false (is_seen[order[j]]);
          is_seen[order[j]] = TRUE;
          if (j > 0)
            g_assert_cmpfloat (row[order[j - 1]], >=, row[order[j]]);
        }
    }
}

static void
test_order_may_be_left_out (void)
{
  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      g_auto (Pool) pool = { 0 };
      float y[2];

      pool_init (&pool, 2, 333, decays[d]);
      pool_run (&pool);
      oto_gwrp_forward (pool.map, 2, pool.row_len, pool.decay, y, NULL, pool.scratch);
      g_assert_cmpmem (y, sizeof y, pool.y, sizeof y);
    }
}

static void
test_equal_values (void)
{
  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      g_auto (Pool) pool = { 0 };

      pool_init (&pool, 1, 500, decays[d]);
      for (size_t i = 0; i < 500; i++)
        pool.map[i] = 0.375f;
      pool_run (&pool);
      g_assert_cmpfloat_with_epsilon (pool.y[0], 0.375, 1e-7);
    }
}

static void
test_nan_stays_nan (void)
{
  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      g_auto (Pool) pool = { 0 };

      pool_init (&pool, 1, 40, decays[d]);
      for (size_t i = 0; i < 40; i++)
        pool.map[i] = NAN;
      pool_run (&pool);
      g_assert_true (isnan (pool.y[0]));
    }
}

static void
test_backward_finite_differences (void)
{
  const double h = 1e-7;
  const float d_y[2] = { 0.75f, -1.5f };

  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      g_auto (Pool) pool = { 0 };
      float d_map[2 * 61];

      pool_init (&pool, 2, 61, decays[d]);
      pool_run (&pool);

      /* The gradient is added to what is there. */
      for (int i = 0; i < 2 * 61; i++)
        d_map[i] = 2.f;
      oto_gwrp_backward (d_y, pool.order, 2, 61, pool.decay, d_map, pool.scratch);

      for (int k = 0; k < 2; k++)
        {
          g_autofree double *row = dup_row (&pool, k);

          for (int i = 0; i < 61; i++)
            {
              const double value = row[i];
              double above, below;

              row[i] = value + h;
              above = pool_naive (row, 61, pool.decay);
              row[i] = value - h;
              below = pool_naive (row, 61, pool.decay);
              row[i] = value;
              g_assert_cmpfloat_with_epsilon (d_map[k * 61 + i] - 2.f,
                                              d_y[k] * (above - below) / (2.0 * h), 1e-6);
            }
        }
    }
}

static void
test_implied_weights_match_naive (void)
{
  const int n_frames = 13, n_mels = 7;

  for (guint d = 0; d < G_N_ELEMENTS (decays); d++)
    {
      g_auto (Pool) pool = { 0 };
      float weights[2 * 13], d_map[2 * 13 * 7] = { 0.f };
      const float ones[2] = { 1.f, 1.f };

      pool_init (&pool, 2, n_frames * n_mels, decays[d]);
      pool_run (&pool);
      oto_gwrp_fill_implied_weights (pool.order, 2, n_frames, n_mels, pool.decay, weights,
                                     pool.scratch);

      /* A bin's weight is the derivative of the pooled value, which the test above checks. */
      oto_gwrp_backward (ones, pool.order, 2, pool.row_len, pool.decay, d_map, pool.scratch);
      for (int k = 0; k < 2; k++)
        {
          double sum = 0.0;

          for (int t = 0; t < n_frames; t++)
            {
              double expected = 0.0;

              for (int f = 0; f < n_mels; f++)
                expected += d_map[(k * n_frames + t) * n_mels + f];
              g_assert_cmpfloat_with_epsilon (weights[k * n_frames + t], expected, 1e-6);
              sum += weights[k * n_frames + t];
            }
          g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-6);
        }
    }
}

static void
test_implied_weights_limits (void)
{
  g_auto (Pool) pool = { 0 };
  float weights[5];

  pool_init (&pool, 1, 5 * 4, 0.0);
  pool.map[13] = 2.f;
  pool_run (&pool);
  oto_gwrp_fill_implied_weights (pool.order, 1, 5, 4, 0.0, weights, pool.scratch);
  for (int t = 0; t < 5; t++)
    g_assert_cmpfloat (weights[t], ==, t == 13 / 4 ? 1.f : 0.f);

  oto_gwrp_fill_implied_weights (NULL, 1, 5, 4, 1.0, weights, pool.scratch);
  for (int t = 0; t < 5; t++)
    g_assert_cmpfloat (weights[t], ==, 0.2f);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/gwrp/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/gwrp/forward/zero-is-max-one-is-mean", test_forward_limits);
  g_test_add_func ("/nn/gwrp/forward/equal-values", test_equal_values);
  g_test_add_func ("/nn/gwrp/forward/nan-stays-nan", test_nan_stays_nan);
  g_test_add_func ("/nn/gwrp/order/is-stable", test_order_is_stable);
  g_test_add_func ("/nn/gwrp/order/sorts", test_order_sorts);
  g_test_add_func ("/nn/gwrp/order/may-be-left-out", test_order_may_be_left_out);
  g_test_add_func ("/nn/gwrp/backward/finite-differences", test_backward_finite_differences);
  g_test_add_func ("/nn/gwrp/implied-weights/match-naive", test_implied_weights_match_naive);
  g_test_add_func ("/nn/gwrp/implied-weights/limits", test_implied_weights_limits);
  return g_test_run ();
}
