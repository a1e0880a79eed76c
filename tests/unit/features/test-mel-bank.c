/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#define N_MELS 64
#define WINDOW_LEN 2048
#define N_BINS (WINDOW_LEN / 2 + 1)
#define RATE_HZ 32000

static double *
make_bank (void)
{
  double *weights = g_new (double, N_MELS * N_BINS);

  oto_mel_bank_fill (RATE_HZ, WINDOW_LEN, N_MELS, 50.0, 16000.0, weights);
  return weights;
}

static void
test_scale (void)
{
  g_assert_cmpfloat_with_epsilon (oto_mel_from_hz (0.0), 0.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (oto_mel_from_hz (1000.0), 15.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (oto_mel_from_hz (6400.0), 42.0, 1e-12);
  for (double hz = 0.0; hz < 22050.0; hz += 333.0)
    g_assert_cmpfloat_with_epsilon (oto_mel_to_hz (oto_mel_from_hz (hz)), hz, 1e-8);
}

/* The area of a filter over frequency is 1; bins sample the narrow ones coarsely. */
static void
test_area (void)
{
  g_autofree double *weights = make_bank ();

  for (int f = 20; f < N_MELS; f++)
    {
      double area = 0.0;

      for (int b = 0; b < N_BINS; b++)
        area += weights[f * N_BINS + b] * RATE_HZ / WINDOW_LEN;
      g_assert_cmpfloat_with_epsilon (area, 1.0, 0.05);
    }
}

static void
test_edges (void)
{
  g_autofree double *weights = make_bank ();

  for (int f = 0; f < N_MELS; f++)
    {
      for (int b = 0; b < 4; b++)
        g_assert_cmpfloat (weights[f * N_BINS + b], ==, 0.0);
      g_assert_cmpfloat (weights[f * N_BINS + N_BINS - 1], ==, 0.0);
    }
}

static void
test_center (void)
{
  g_autofree double *weights = make_bank ();

  for (int f = 0; f < N_MELS; f++)
    {
      double center_hz = oto_mel_bank_get_center_hz (N_MELS, 50.0, 16000.0, f);
      int peak = 0;

      for (int b = 1; b < N_BINS; b++)
        if (weights[f * N_BINS + b] > weights[f * N_BINS + peak])
          peak = b;
      g_assert_cmpfloat_with_epsilon (peak * (double) RATE_HZ / WINDOW_LEN, center_hz,
                                      (double) RATE_HZ / WINDOW_LEN);
    }
}

/* A mask of ones stays one wherever a filter covers the frequency, but for the floor, and is 0
 * elsewhere. */
static void
test_inverse (void)
{
  g_autofree double *weights = make_bank ();
  g_autofree float *inverse = g_new (float, N_MELS * N_BINS);

  oto_mel_bank_fill_inverse (weights, N_MELS, N_BINS, inverse);
  for (int b = 0; b < N_BINS; b++)
    {
      double sum = 0.0, column = 0.0;

      for (int f = 0; f < N_MELS; f++)
        {
          sum += inverse[f * N_BINS + b];
          column += weights[f * N_BINS + b];
        }
      g_assert_cmpfloat_with_epsilon (sum, column / (column + 1e-8), 1e-6);
      if (b < 4 || b == N_BINS - 1)
        g_assert_cmpfloat (sum, ==, 0.0);
      else
        g_assert_cmpfloat (sum, >, 0.999);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/features/mel-bank/scale/corner-and-inverse", test_scale);
  g_test_add_func ("/features/mel-bank/fill/area-is-one", test_area);
  g_test_add_func ("/features/mel-bank/fill/zero-outside-of-the-band", test_edges);
  g_test_add_func ("/features/mel-bank/center/is-the-peak", test_center);
  g_test_add_func ("/features/mel-bank/inverse/sums-to-one", test_inverse);
  return g_test_run ();
}
