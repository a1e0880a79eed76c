/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-activation.h"
#include "oto-test.h"

#include <math.h>

static void
test_sigmoid_error_is_as_stated (void)
{
  const size_t n = 100003;
  g_autofree float *x = g_new (float, n), *y = g_new (float, n);

  for (size_t i = 0; i < n; i++)
    x[i] = (float) (-87.0 + 174.0 * (double) i / (double) (n - 1));
  oto_activation_sigmoid (x, n, y);
  for (size_t i = 0; i < n; i++)
    {
      const double expected = 1.0 / (1.0 + exp (-(double) x[i]));

      g_assert_cmpfloat_with_epsilon (y[i], expected, 4e-7 * expected);
    }
}

static void
test_sigmoid_limits (void)
{
  const float x[7] = { 0.f, 1000.f, -1000.f, INFINITY, -INFINITY, NAN, -0.f };
  float y[7];

  oto_activation_sigmoid (x, 7, y);
  g_assert_cmpfloat (y[0], ==, 0.5f);
  g_assert_cmpfloat (y[1], ==, 1.f);
  g_assert_cmpfloat (y[2], >=, 0.f);
  g_assert_cmpfloat (y[2], <, 1e-37f);
  g_assert_cmpfloat (y[3], ==, 1.f);
  g_assert_cmpfloat (y[4], <, 1e-37f);
  g_assert_true (isnan (y[5]));
  g_assert_cmpfloat (y[6], ==, 0.5f);
}

static void
test_sigmoid_backward_finite_differences (void)
{
  const double h = 1e-6;
  float x[37], y[37], d_y[37], d_x[37];

  oto_test_fill (x, 37, 31);
  oto_test_fill (d_y, 37, 32);
  for (int i = 0; i < 37; i++)
    x[i] *= 6.f;
  oto_activation_sigmoid (x, 37, y);
  oto_activation_sigmoid_backward (y, d_y, 37, d_x);
  for (int i = 0; i < 37; i++)
    {
      const double above = 1.0 / (1.0 + exp (-(x[i] + h)));
      const double below = 1.0 / (1.0 + exp (-(x[i] - h)));

      g_assert_cmpfloat_with_epsilon (d_x[i], d_y[i] * (above - below) / (2.0 * h), 1e-6);
    }

  oto_activation_sigmoid_backward (y, d_y, 37, d_y);
  g_assert_cmpmem (d_y, sizeof d_y, d_x, sizeof d_x);
}

static void
check_softmax (size_t n_rows,
               size_t row_len,
               float  size)
{
  g_autofree float *x = g_new (float, n_rows * row_len), *y = g_new (float, n_rows * row_len);
  g_autofree float *expected = g_new (float, n_rows * row_len);

  oto_test_fill (x, n_rows * row_len, 33);
  for (size_t i = 0; i < n_rows * row_len; i++)
    x[i] *= size;
  for (size_t r = 0; r < n_rows; r++)
    {
      const float *row = x + r * row_len;
      double max = -INFINITY, sum = 0.0;

      for (size_t l = 0; l < row_len; l++)
        max = MAX (max, row[l]);
      for (size_t l = 0; l < row_len; l++)
        sum += exp (row[l] - max);
      for (size_t l = 0; l < row_len; l++)
        expected[r * row_len + l] = (float) (exp (row[l] - max) / sum);
    }

  oto_activation_softmax_rows (x, n_rows, row_len, y);
  oto_assert_abs_below (y, expected, n_rows * row_len, 1e-6);
  for (size_t i = 0; i < n_rows * row_len; i++)
    {
      /* About the distance from the largest logit. What is denormal has no digits to lose. */
      const double distance = -log (MAX (expected[i], 1e-36f));

      if (expected[i] > 1e-36f)
        g_assert_cmpfloat (fabs ((double) y[i] / expected[i] - 1.0), <, 1e-6 + 6e-8 * distance);
    }
  oto_activation_softmax_rows (x, n_rows, row_len, x);
  g_assert_cmpmem (x, n_rows * row_len * sizeof (float), y, n_rows * row_len * sizeof (float));
}

static void
test_softmax_matches_naive (void)
{
  check_softmax (1, 1, 1.f);
  check_softmax (3, 7, 5.f);
  check_softmax (5, 16, 20.f);
  check_softmax (2, 311, 3.f);
}

/* Logits whose exponentials no float can hold. */
static void
test_softmax_large_logits (void)
{
  check_softmax (4, 33, 1e4f);
}

/* Against sum_j y[j] d_y[j] ([i = j] - y[i]), the product with the whole Jacobian. */
static void
test_softmax_backward_matches_naive (void)
{
  enum { N_ROWS = 3, ROW_LEN = 41 };
  float x[N_ROWS * ROW_LEN], y[N_ROWS * ROW_LEN], d_y[N_ROWS * ROW_LEN], d_x[N_ROWS * ROW_LEN];

  oto_test_fill (x, N_ROWS * ROW_LEN, 34);
  oto_test_fill (d_y, N_ROWS * ROW_LEN, 35);
  oto_activation_softmax_rows (x, N_ROWS, ROW_LEN, y);
  oto_activation_softmax_rows_backward (y, d_y, N_ROWS, ROW_LEN, d_x);
  for (int i = 0; i < N_ROWS * ROW_LEN; i++)
    {
      const int begin = i / ROW_LEN * ROW_LEN;
      double expected = 0.0;

      for (int j = begin; j < begin + ROW_LEN; j++)
        expected += (double) y[j] * d_y[j] * ((i == j) - (double) y[i]);
      g_assert_cmpfloat_with_epsilon (d_x[i], expected, 1e-8);
    }

  oto_activation_softmax_rows_backward (y, d_y, N_ROWS, ROW_LEN, d_y);
  g_assert_cmpmem (d_y, sizeof d_y, d_x, sizeof d_x);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/activation/sigmoid/error-is-as-stated", test_sigmoid_error_is_as_stated);
  g_test_add_func ("/nn/activation/sigmoid/limits", test_sigmoid_limits);
  g_test_add_func ("/nn/activation/sigmoid/finite-differences",
                   test_sigmoid_backward_finite_differences);
  g_test_add_func ("/nn/activation/softmax/matches-naive", test_softmax_matches_naive);
  g_test_add_func ("/nn/activation/softmax/large-logits", test_softmax_large_logits);
  g_test_add_func ("/nn/activation/softmax/backward-matches-naive",
                   test_softmax_backward_matches_naive);
  return g_test_run ();
}
