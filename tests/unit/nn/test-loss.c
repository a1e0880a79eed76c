/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-loss.h"
#include "oto-test.h"

#include <math.h>

#define N 53

static void
fill_probs (float *p,
            float *y)
{
  oto_test_fill (p, N, 41);
  oto_test_fill (y, N, 42);
  for (int i = 0; i < N; i++)
    {
      p[i] = 0.5f + 0.49f * p[i];
      y[i] = y[i] > 0.f;
    }
}

static double
compute_bce (double p,
             double y)
{
  return -(y * log (p) + (1.0 - y) * log (1.0 - p));
}

static void
test_bce_matches_naive (void)
{
  float p[N], y[N];
  double expected = 0.0;

  fill_probs (p, y);
  for (int i = 0; i < N; i++)
    expected += compute_bce (p[i], y[i]) / N;
  g_assert_cmpfloat_with_epsilon (oto_loss_bce_forward (p, y, N, N), expected, 1e-12);
}

static void
test_bce_parts_add_up (void)
{
  float p[N], y[N], whole[N], parts[N];
  double sum;

  fill_probs (p, y);
  sum = oto_loss_bce_forward (p, y, 1, N) + oto_loss_bce_forward (p + 1, y + 1, N - 1, N);
  g_assert_cmpfloat_with_epsilon (sum, oto_loss_bce_forward (p, y, N, N), 1e-14);

  oto_loss_bce_backward (p, y, N, N, whole);
  oto_loss_bce_backward (p, y, 1, N, parts);
  oto_loss_bce_backward (p + 1, y + 1, N - 1, N, parts + 1);
  g_assert_cmpmem (parts, sizeof parts, whole, sizeof whole);
}

static void
test_bce_finite_differences (void)
{
  const double h = 1e-6;
  float p[N], y[N], d_p[N];

  fill_probs (p, y);
  oto_loss_bce_backward (p, y, N, N, d_p);
  for (int i = 0; i < N; i++)
    {
      const double rise = compute_bce (p[i] + h, y[i]) - compute_bce (p[i] - h, y[i]);
      const double d = rise / (2.0 * h) / N;

      g_assert_cmpfloat_with_epsilon (d_p[i], d, 1e-6 * (fabs (d) + 1.0));
    }
}

/* A wrong certainty costs 100 and has a steep but finite gradient; a right one costs nothing. */
static void
test_bce_certainty (void)
{
  const float p[4] = { 0.f, 1.f, 0.f, 1.f }, y[4] = { 1.f, 0.f, 0.f, 1.f };
  float d_p[4];

  oto_loss_bce_backward (p, y, 4, 1.0, d_p);
  for (int i = 0; i < 2; i++)
    g_assert_cmpfloat (oto_loss_bce_forward (p + i, y + i, 1, 1.0), ==, 100.0);
  for (int i = 2; i < 4; i++)
    g_assert_cmpfloat (oto_loss_bce_forward (p + i, y + i, 1, 1.0), ==, 0.0);
  g_assert_cmpfloat_with_epsilon (d_p[0], -1e12, 1e6);
  g_assert_cmpfloat_with_epsilon (d_p[1], 1e12, 1e6);
  g_assert_cmpfloat (d_p[2], ==, 0.f);
  g_assert_cmpfloat (d_p[3], ==, 0.f);
}

/* A diverged network must not look like one that is certain. */
static void
test_bce_keeps_nan (void)
{
  const float p = NAN, y = 1.f;

  g_assert_true (isnan (oto_loss_bce_forward (&p, &y, 1, 1.0)));
}

static void
test_mse_matches_naive (void)
{
  float x[N], target[N], d_x[N];
  double expected = 0.0;

  oto_test_fill (x, N, 43);
  oto_test_fill (target, N, 44);
  for (int i = 0; i < N; i++)
    expected += pow ((double) x[i] - target[i], 2.0) / N;
  g_assert_cmpfloat_with_epsilon (oto_loss_mse_forward (x, target, N, N), expected, 1e-7);
  g_assert_cmpfloat_with_epsilon (oto_loss_mse_forward (x, target, 17, N)
                                  + oto_loss_mse_forward (x + 17, target + 17, N - 17, N),
                                  expected, 1e-7);
  g_assert_cmpfloat (oto_loss_mse_forward (x, x, N, N), ==, 0.0);

  oto_loss_mse_backward (x, target, N, N, 0.001, d_x);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (d_x[i], 0.001 * 2.0 * ((double) x[i] - target[i]) / N, 1e-11);

  oto_loss_mse_backward (x, target, N, N, 0.001, x);
  g_assert_cmpmem (x, sizeof x, d_x, sizeof d_x);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/loss/bce/matches-naive", test_bce_matches_naive);
  g_test_add_func ("/nn/loss/bce/parts-add-up", test_bce_parts_add_up);
  g_test_add_func ("/nn/loss/bce/finite-differences", test_bce_finite_differences);
  g_test_add_func ("/nn/loss/bce/certainty", test_bce_certainty);
  g_test_add_func ("/nn/loss/bce/keeps-nan", test_bce_keeps_nan);
  g_test_add_func ("/nn/loss/mse/matches-naive", test_mse_matches_naive);
  return g_test_run ();
}
