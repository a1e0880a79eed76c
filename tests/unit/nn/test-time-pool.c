/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-time-pool.h"
#include "oto-test.h"

#include <math.h>

static const struct
{
  int n_frames, n_channels;
} sizes[] = {
  { 1, 1 }, { 1, 5 }, { 7, 1 }, { 5, 3 }, { 9, 64 }, { 33, 41 }, { 3, 131 }, { 311, 2 },
};

typedef enum
{
  MEAN,
  MAX_POOL,
  LINEAR,
  LINEAR_CLAMPED,
  N_KINDS
} Kind;

typedef struct
{
  int n_frames, n_channels;
  size_t len;
  Kind kind;
  float *x, *y, *d_y, *d_x;
  guint32 *index;
} Pool;

static void
pool_init (Pool *self,
           int   n_frames,
           int   n_channels,
           Kind  kind)
{
  *self = (Pool) { .n_frames = n_frames, .n_channels = n_channels, .kind = kind };
  self->len = (size_t) n_frames * n_channels;
  self->x = g_new (float, self->len);
  self->y = g_new (float, n_channels);
  self->d_y = g_new (float, n_channels);
  self->d_x = g_new (float, self->len);
  self->index = g_new (guint32, n_channels);
  oto_test_fill (self->x, self->len, 51);
  oto_test_fill (self->d_y, n_channels, 52);
  oto_test_fill (self->d_x, self->len, 53);

  /* Probabilities of which some lie outside the clamp. */
  if (kind == LINEAR || kind == LINEAR_CLAMPED)
    for (size_t i = 0; i < self->len; i++)
      self->x[i] = CLAMP (0.5f + 0.7f * self->x[i], 0.f, 1.f);
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
  switch (self->kind)
    {
    case MEAN:
      oto_time_pool_mean_forward (self->x, self->n_frames, self->n_channels, self->y);
      break;
    case MAX_POOL:
      oto_time_pool_max_forward (self->x, self->n_frames, self->n_channels, self->y, self->index);
      break;
    case LINEAR:
    case LINEAR_CLAMPED:
    case N_KINDS:
      oto_time_pool_linear_forward (self->x, self->n_frames, self->n_channels,
                                    self->kind == LINEAR_CLAMPED, self->y);
    }
}

static void
pool_backward (Pool     *self,
               gboolean  is_added,
               float    *d_x)
{
  switch (self->kind)
    {
    case MEAN:
      oto_time_pool_mean_backward (self->d_y, self->n_frames, self->n_channels, is_added, d_x);
      break;
    case MAX_POOL:
      oto_time_pool_max_backward (self->d_y, self->index, self->n_frames, self->n_channels,
                                  is_added, d_x);
      break;
    case LINEAR:
    case LINEAR_CLAMPED:
    case N_KINDS:
      oto_time_pool_linear_backward (self->x, self->d_y, self->n_frames, self->n_channels,
                                     self->kind == LINEAR_CLAMPED, is_added, d_x);
    }
}

/* Channel @c, with @step added to frame @moved. */
static double
pool_naive (const Pool *self,
            int         c,
            int         moved,
            double      step)
{
  double sum = 0.0, square_sum = 0.0, max = -INFINITY;

  for (int t = 0; t < self->n_frames; t++)
    {
      double x = self->x[(size_t) t * self->n_channels + c] + (t == moved ? step : 0.0);

      if (self->kind == LINEAR_CLAMPED)
        x = CLAMP (x, 1e-7, 1.0 - 1e-7);
      sum += x;
      square_sum += x * x;
      max = MAX (max, x);
    }

  if (self->kind == MAX_POOL)
    return max;
  if (self->kind == MEAN)
    return sum / self->n_frames;
  return sum == 0.0 ? 0.0 : square_sum / sum;
}

static void
test_forward_matches_naive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int kind = 0; kind < N_KINDS; kind++)
      {
        g_auto (Pool) pool = { 0 };

        pool_init (&pool, sizes[i].n_frames, sizes[i].n_channels, kind);
        pool_forward (&pool);
        for (int c = 0; c < pool.n_channels; c++)
          g_assert_cmpfloat_with_epsilon (pool.y[c], pool_naive (&pool, c, -1, 0.0), 3e-7);
      }
}

static void
test_backward_matches_differences (void)
{
  const double step = 1e-7;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int kind = 0; kind < N_KINDS; kind++)
      {
        g_auto (Pool) pool = { 0 };

        pool_init (&pool, sizes[i].n_frames, sizes[i].n_channels, kind);
        pool_forward (&pool);
        pool_backward (&pool, FALSE, pool.d_x);
        for (size_t pos = 0; pos < pool.len; pos++)
          {
            const int t = (int) (pos / pool.n_channels), c = (int) (pos % pool.n_channels);
            const double above = pool_naive (&pool, c, t, step);
            const double below = pool_naive (&pool, c, t, -step);

            /* A value at a bound of the clamp has a slope on one side only. */
            if (kind == LINEAR_CLAMPED && (pool.x[pos] == 0.f || pool.x[pos] == 1.f))
              g_assert_cmpfloat (pool.d_x[pos], ==, 0.0);
            else
              g_assert_cmpfloat_with_epsilon (pool.d_x[pos],
                                              pool.d_y[c] * (above - below) / (2.0 * step),
                                              3e-6);
          }
      }
}

static void
test_backward_adds (void)
{
  for (int kind = 0; kind < N_KINDS; kind++)
    {
      g_auto (Pool) pool = { 0 };
      g_autofree float *before = NULL, *written = NULL;

      pool_init (&pool, 9, 67, kind);
      pool_forward (&pool);
      before = g_memdup2 (pool.d_x, pool.len * sizeof (float));
      written = g_memdup2 (pool.d_x, pool.len * sizeof (float));
      pool_backward (&pool, FALSE, written);
      pool_backward (&pool, TRUE, pool.d_x);
      for (size_t pos = 0; pos < pool.len; pos++)
        g_assert_cmpfloat_with_epsilon (pool.d_x[pos], (double) before[pos] + written[pos], 2e-7);
    }
}

static void
test_max_is_the_first (void)
{
  const float x[] = { 1.f, 3.f, 2.f, 5.f, 2.f, 5.f, 0.f, -1.f };   /* (4, 2) */
  guint32 index[2];
  float y[2];

  oto_time_pool_max_forward (x, 4, 2, y, index);
  g_assert_cmpfloat (y[0], ==, 2.0);
  g_assert_cmpfloat (y[1], ==, 5.0);
  g_assert_cmpuint (index[0], ==, 1);
  g_assert_cmpuint (index[1], ==, 1);
  oto_time_pool_max_forward (x, 4, 2, y, NULL);
  g_assert_cmpfloat (y[1], ==, 5.0);
}

/* NaN of one channel is seen in its clip value and in no other. */
static void
test_nan_is_kept (void)
{
  for (int kind = 0; kind < N_KINDS; kind++)
    for (int t = 0; t < 3; t++)
      {
        g_auto (Pool) pool = { 0 };

        pool_init (&pool, 3, 35, kind);
        pool.x[t * 35 + 20] = NAN;
        pool_forward (&pool);
        for (int c = 0; c < 35; c++)
          g_assert_true (isnan (pool.y[c]) == (c == 20));
      }
}

/* Without the clamp a channel may hold nothing but zeros, which leaves 0 / 0. */
static void
test_linear_of_zeros (void)
{
  const float prob[] = { 0.f, 0.5f, 0.f, 0.5f }, d_y[] = { 1.f, 1.f };
  float y[2], d_prob[4];

  oto_time_pool_linear_forward (prob, 2, 2, FALSE, y);
  oto_time_pool_linear_backward (prob, d_y, 2, 2, FALSE, FALSE, d_prob);
  g_assert_cmpfloat (y[0], ==, 0.0);
  g_assert_cmpfloat (y[1], ==, 0.5);
  g_assert_cmpfloat (d_prob[0], ==, 0.0);
  g_assert_cmpfloat_with_epsilon (d_prob[1], 0.5, 1e-7);

  oto_time_pool_linear_forward (prob, 2, 2, TRUE, y);
  g_assert_cmpfloat_with_epsilon (y[0], 1e-7, 1e-13);
}

static void
test_clamp (void)
{
  const float prob[] = { 0.f, 1e-8f, 1e-7f, 0.5f, 1.f, NAN };
  float clamped[6];

  oto_time_pool_clamp (prob, 6, clamped);
  g_assert_cmpfloat (clamped[0], ==, 1e-7f);
  g_assert_cmpfloat (clamped[1], ==, 1e-7f);
  g_assert_cmpfloat (clamped[2], ==, 1e-7f);
  g_assert_cmpfloat (clamped[3], ==, 0.5);
  g_assert_cmpfloat (clamped[4], <, 1.0);
  g_assert_cmpfloat (clamped[4], >, 1.0 - 2e-7);
  g_assert_true (isnan (clamped[5]));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/time-pool/forward/matches-naive", test_forward_matches_naive);
  g_test_add_func ("/nn/time-pool/backward/matches-differences",
                   test_backward_matches_differences);
  g_test_add_func ("/nn/time-pool/backward/adds", test_backward_adds);
  g_test_add_func ("/nn/time-pool/max/is-the-first", test_max_is_the_first);
  g_test_add_func ("/nn/time-pool/nan/is-kept", test_nan_is_kept);
  g_test_add_func ("/nn/time-pool/linear/of-zeros", test_linear_of_zeros);
  g_test_add_func ("/nn/time-pool/clamp", test_clamp);
  return g_test_run ();
}
