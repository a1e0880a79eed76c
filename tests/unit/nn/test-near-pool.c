/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-near-pool.h"
#include "oto-test.h"

#include <math.h>

static const struct
{
  int n_frames, n_channels;
} sizes[] = {
  { 1, 1 }, { 1, 5 }, { 2, 3 }, { 7, 1 }, { 9, 64 }, { 33, 41 }, { 3, 131 },
};

typedef struct
{
  int     n_frames, n_channels;
  size_t  len;
  float  *x, *y, *d_y, *d_x;
  guint8 *index;
} Pool;

static void
pool_init (Pool *self,
           int   n_frames,
           int   n_channels)
{
  *self = (Pool) { .n_frames = n_frames, .n_channels = n_channels };
  self->len = (size_t) n_frames * n_channels;
  self->x = g_new (float, self->len);
  self->y = g_new (float, self->len);
  self->d_y = g_new (float, self->len);
  self->d_x = g_new (float, self->len);
  self->index = g_new (guint8, self->len);
  oto_test_fill (self->x, self->len, 61);
  oto_test_fill (self->d_y, self->len, 62);
  oto_test_fill (self->d_x, self->len, 63);
}

static void
pool_clear (Pool *self)
{
  g_free (self->x);
  g_free (self->y);
  g_free (self->d_y);
  g_free (self->d_x);
  g_free (self->index);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pool, pool_clear)

static void
pool_forward (Pool *self)
{
  oto_near_pool_forward (self->x, self->n_frames, self->n_channels, 0, self->n_frames, self->y,
                         self->index);
}

/* The frame of the first maximum around frame @t. */
static int
find_max (const Pool *self,
          int         t,
          int         c)
{
  int at = MAX (t - 1, 0);

  for (int i = at + 1; i <= MIN (t + 1, self->n_frames - 1); i++)
    if (self->x[i * self->n_channels + c] > self->x[at * self->n_channels + c])
      at = i;
  return at;
}

static void
test_forward_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Pool) pool = { 0 };

      pool_init (&pool, sizes[i].n_frames, sizes[i].n_channels);
      pool_forward (&pool);
      for (int t = 0; t < pool.n_frames; t++)
        for (int c = 0; c < pool.n_channels; c++)
          {
            const int at = find_max (&pool, t, c);
            double sum = 0.0;

            for (int s = MAX (t - 1, 0); s <= MIN (t + 1, pool.n_frames - 1); s++)
              sum += pool.x[s * pool.n_channels + c];
            g_assert_cmpfloat_with_epsilon (pool.y[t * pool.n_channels + c],
                                            pool.x[at * pool.n_channels + c] + sum / 3.0, 3e-7);
            g_assert_cmpint (pool.index[t * pool.n_channels + c], ==, at - t + 1);
          }
    }
}

static void
test_ranges_and_index_change_nothing (void)
{
  g_auto (Pool) pool = { 0 };
  g_autofree float *y = NULL, *d_x = NULL;

  pool_init (&pool, 11, 67);
  y = g_new0 (float, pool.len);
  d_x = g_new0 (float, pool.len);
  pool_forward (&pool);
  oto_near_pool_forward (pool.x, pool.n_frames, pool.n_channels, 4, 11, y, NULL);
  oto_near_pool_forward (pool.x, pool.n_frames, pool.n_channels, 0, 4, y, NULL);
  g_assert_cmpmem (y, pool.len * sizeof (float), pool.y, pool.len * sizeof (float));

  oto_near_pool_backward (pool.d_y, pool.index, pool.n_frames, pool.n_channels, 0, 11, FALSE,
                          pool.d_x);
  oto_near_pool_backward (pool.d_y, pool.index, pool.n_frames, pool.n_channels, 6, 11, FALSE,
                          d_x);
  oto_near_pool_backward (pool.d_y, pool.index, pool.n_frames, pool.n_channels, 0, 6, FALSE, d_x);
  g_assert_cmpmem (d_x, pool.len * sizeof (float), pool.d_x, pool.len * sizeof (float));
}

/* Of equals the first, and what is not a number is not hidden. */
static void
test_equals_and_nan (void)
{
  float x[5] = { 1.f, 1.f, -2.f, NAN, 3.f }, y[5];
  guint8 index[5];

  oto_near_pool_forward (x, 5, 1, 0, 5, y, index);
  g_assert_cmpint (index[0], ==, 1);
  g_assert_cmpint (index[1], ==, 0);
  g_assert_cmpfloat (y[0], ==, 1.f + 2.f / 3.f);
  g_assert_true (isnan (y[2]) && isnan (y[3]) && isnan (y[4]));
  g_assert_cmpint (index[2], ==, 2);
  g_assert_cmpint (index[3], ==, 1);
  g_assert_cmpint (index[4], ==, 0);
}

static void
test_backward_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (Pool) pool = { 0 };
      g_autofree double *expected = NULL;
      g_autofree float *before = NULL;

      pool_init (&pool, sizes[i].n_frames, sizes[i].n_channels);
      expected = g_new0 (double, pool.len);
      before = g_memdup2 (pool.d_x, pool.len * sizeof (float));
      pool_forward (&pool);
      for (int t = 0; t < pool.n_frames; t++)
        for (int c = 0; c < pool.n_channels; c++)
          {
            const double d = pool.d_y[t * pool.n_channels + c];

            expected[find_max (&pool, t, c) * pool.n_channels + c] += d;
            for (int s = MAX (t - 1, 0); s <= MIN (t + 1, pool.n_frames - 1); s++)
              expected[s * pool.n_channels + c] += d / 3.0;
          }

      oto_near_pool_backward (pool.d_y, pool.index, pool.n_frames, pool.n_channels, 0,
                              pool.n_frames, TRUE, pool.d_x);
      for (size_t pos = 0; pos < pool.len; pos++)
        g_assert_cmpfloat_with_epsilon (pool.d_x[pos], before[pos] + expected[pos], 1e-6);
      oto_near_pool_backward (pool.d_y, pool.index, pool.n_frames, pool.n_channels, 0,
                              pool.n_frames, FALSE, pool.d_x);
      for (size_t pos = 0; pos < pool.len; pos++)
        g_assert_cmpfloat_with_epsilon (pool.d_x[pos], expected[pos], 1e-6);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/nn/near-pool/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/near-pool/ranges-and-index-change-nothing",
                   test_ranges_and_index_change_nothing);
  g_test_add_func ("/nn/near-pool/forward/equals-and-nan", test_equals_and_nan);
  g_test_add_func ("/nn/near-pool/backward/matches-naive", test_backward_matches_naive);

  return g_test_run ();
}
