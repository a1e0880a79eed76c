/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-dropout.h"
#include "oto-test.h"

#include <math.h>

#define N 10007

/* What a dropout makes of ones: 0 or 1 / (1 - p). */
static float *
make_pattern (double  prob,
              guint64 seed,
              guint64 layer,
              guint64 step)
{
  float *values = g_new (float, N);
  OtoDropout dropout;

  for (int i = 0; i < N; i++)
    values[i] = 1.f;
  oto_dropout_init (&dropout, prob, seed, layer, step);
  oto_dropout_apply (&dropout, 0, values, N, FALSE, values);
  return values;
}

static double
count_kept (const float *pattern)
{
  double n_kept = 0.0;

  for (int i = 0; i < N; i++)
    n_kept += pattern[i] != 0.f;
  return n_kept;
}

/* Five standard deviations of a binomial count. */
static void
test_share_is_kept (void)
{
  const double probs[] = { 0.0, 0.1, 0.2, 0.5, 0.9 };

  for (guint p = 0; p < G_N_ELEMENTS (probs); p++)
    {
      g_autofree float *pattern = make_pattern (probs[p], 7, 3, 1);
      const double deviation = sqrt (N * probs[p] * (1.0 - probs[p]));

      g_assert_cmpfloat (fabs (count_kept (pattern) - N * (1.0 - probs[p])), <=, 5.0 * deviation);
      for (int i = 0; i < N; i++)
        if (pattern[i] != 0.f)
          g_assert_cmpfloat_with_epsilon (pattern[i], 1.0 / (1.0 - probs[p]), 1e-6);
    }
}

/* Two patterns of a half each that are independent agree in half of the places. */
static void
assert_unrelated (const float *a,
                  const float *b,
                  int          n)
{
  int n_equal = 0;

  for (int i = 0; i < n; i++)
    n_equal += a[i] == b[i];
  g_assert_cmpfloat (fabs (n_equal - 0.5 * n), <=, 5.0 * 0.5 * sqrt (n));
}

static void
test_keys_are_unrelated (void)
{
  const guint64 keys[][3] = {
    { 0, 0, 0 }, { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, 2, 0 }, { 2, 1, 0 }, { 0, 2, 1 },
    { 0, 1, 2 }, { 1, 1, 1 }, { G_MAXUINT64, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree float *pattern = make_pattern (0.5, keys[i][0], keys[i][1], keys[i][2]);

      for (guint j = 0; j < i; j++)
        {
          g_autofree float *other = make_pattern (0.5, keys[j][0], keys[j][1], keys[j][2]);

          assert_unrelated (pattern, other, N);
        }
      for (int lag = 1; lag < 20; lag++)
        assert_unrelated (pattern, pattern + lag, N - lag);
    }
}

/* However an array is split, the same elements are dropped, in either direction. */
static void
test_parts_agree (void)
{
  const int sizes[] = { 1, 7, 16, 129, 4000 };
  g_autofree float *x = g_new (float, N), *whole = g_new (float, N), *parts = g_new (float, N);
  OtoDropout dropout;

  oto_test_fill (x, N, 101);
  oto_dropout_init (&dropout, 0.3, 1, 2, 3);
  oto_dropout_apply (&dropout, 1000, x, N, FALSE, whole);
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      for (int begin = 0; begin < N; begin += sizes[s])
        oto_dropout_apply (&dropout, 1000 + begin, x + begin, MIN (sizes[s], N - begin), FALSE,
                           parts + begin);
      g_assert_cmpmem (parts, N * sizeof (float), whole, N * sizeof (float));
    }
}

/* The generator's own draws decide: element by element, in plain C. */
static void
test_matches_naive (void)
{
  g_autofree float *x = g_new (float, N), *y = g_new (float, N);
  OtoDropout dropout;
  OtoRng rng;

  oto_test_fill (x, N, 102);
  oto_dropout_init (&dropout, 0.1, 4, 5, 6);
  oto_dropout_apply (&dropout, 0, x, N, FALSE, y);
  oto_rng_init (&rng, dropout.key);
  for (int i = 0; i < N; i++)
    {
      const gboolean is_kept = (double) (oto_rng_next (&rng) >> 32) * 0x1p-32 >= 0.1;

      g_assert_cmpfloat_with_epsilon (y[i], is_kept ? x[i] / 0.9 : 0.0, 2e-7);
    }
}

static void
test_adds (void)
{
  g_autofree float *x = g_new (float, N), *y = g_new (float, N), *sum = g_new (float, N);
  g_autofree float *keep = g_new (float, N), *masked = g_new (float, N);
  OtoDropout dropout;

  oto_test_fill (x, N, 103);
  oto_test_fill (sum, N, 104);
  oto_dropout_init (&dropout, 0.5, 4, 5, 6);
  oto_dropout_apply (&dropout, 0, x, N, FALSE, y);
  for (int i = 0; i < N; i++)
    {
      keep[i] = y[i] != 0.f;
      masked[i] = sum[i];
    }

  /* The same mask from outside gives the same. */
  oto_dropout_apply_mask (&dropout, keep, x, N, TRUE, masked);
  oto_dropout_apply (&dropout, 0, x, N, TRUE, sum);
  oto_assert_abs_below (masked, sum, N, 1e-7);
  oto_dropout_apply_mask (&dropout, keep, x, N, FALSE, masked);
  oto_assert_abs_below (masked, y, N, 0.0);

  oto_test_fill (masked, N, 104);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (sum[i], (double) masked[i] + y[i], 2e-7);
}

static void
test_nan_is_kept (void)
{
  float x[64], y[64];
  OtoDropout dropout;

  for (int i = 0; i < 64; i++)
    x[i] = NAN;
  oto_dropout_init (&dropout, 0.9, 1, 1, 1);
  oto_dropout_apply (&dropout, 0, x, 64, FALSE, y);
  for (int i = 0; i < 64; i++)
    g_assert_true (isnan (y[i]));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/dropout/share-is-kept", test_share_is_kept);
  g_test_add_func ("/nn/dropout/keys-are-unrelated", test_keys_are_unrelated);
  g_test_add_func ("/nn/dropout/parts-agree", test_parts_agree);
  g_test_add_func ("/nn/dropout/matches-naive", test_matches_naive);
  g_test_add_func ("/nn/dropout/adds", test_adds);
  g_test_add_func ("/nn/dropout/nan-is-kept", test_nan_is_kept);
  return g_test_run ();
}
