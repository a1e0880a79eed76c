/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

#define N_MELS 5
#define N_FRAMES 97

static void
fill_frames (float *ret_frames)
{
  oto_test_fill (ret_frames, N_FRAMES * N_MELS, 1);

  /* Far from 0, where a difference of squares would lose everything; the last bin is constant. */
  for (int t = 0; t < N_FRAMES; t++)
    for (int f = 0; f < N_MELS; f++)
      ret_frames[t * N_MELS + f] = f == N_MELS - 1 ? -3.f
                                                   : ret_frames[t * N_MELS + f] + 1000.f * f;
}

/* Population statistics by their definition, and the same whatever the cut. */
static void
test_fit (void)
{
  float frames[N_FRAMES * N_MELS];

  fill_frames (frames);
  for (int part = 1; part <= N_FRAMES; part += 24)
    {
      OtoScaler scaler;

      oto_scaler_init (&scaler, N_MELS);
      for (int t = 0; t < N_FRAMES; t += part)
        oto_scaler_add (&scaler, frames + t * N_MELS, MIN (part, N_FRAMES - t));
      oto_scaler_add (&scaler, NULL, 0);
      oto_scaler_finish (&scaler);

      for (int f = 0; f < N_MELS; f++)
        {
          double mean = 0.0, variance = 0.0;

          for (int t = 0; t < N_FRAMES; t++)
            mean += frames[t * N_MELS + f] / (double) N_FRAMES;
          for (int t = 0; t < N_FRAMES; t++)
            variance += pow (frames[t * N_MELS + f] - mean, 2.0) / N_FRAMES;
          g_assert_cmpfloat_with_epsilon (scaler.mean_f[f], mean, 1e-6 * (1.0 + fabs (mean)));
          g_assert_cmpfloat_with_epsilon (scaler.std_f[f], MAX (sqrt (variance), 1e-6), 1e-6);
        }
    }
}

static void
test_apply (void)
{
  float frames[N_FRAMES * N_MELS], x[N_FRAMES * N_MELS];
  OtoScaler scaler;

  fill_frames (frames);
  oto_scaler_init (&scaler, N_MELS);
  oto_scaler_add (&scaler, frames, N_FRAMES);
  oto_scaler_finish (&scaler);
  oto_scaler_apply (&scaler, frames, N_FRAMES, x);

  for (int f = 0; f < N_MELS; f++)
    {
      double mean = 0.0, squares = 0.0;

      for (int t = 0; t < N_FRAMES; t++)
        {
          mean += x[t * N_MELS + f] / (double) N_FRAMES;
          squares += pow (x[t * N_MELS + f], 2.0) / N_FRAMES;
        }
      g_assert_cmpfloat_with_epsilon (mean, 0.0, 1e-3);
      g_assert_cmpfloat_with_epsilon (squares, f == N_MELS - 1 ? 0.0 : 1.0, 1e-3);
    }

  oto_scaler_invert (&scaler, x, N_FRAMES, x);
  oto_assert_rel_below (x, frames, N_FRAMES * N_MELS, 1e-6);
}

static void
test_set (void)
{
  const float mean[] = { 1.f, 2.f }, std[] = { 2.f, 0.f };
  float x[] = { 3.f, 2.f };
  OtoScaler scaler;

  oto_scaler_set (&scaler, 2, mean, std);
  oto_scaler_apply (&scaler, x, 1, x);
  g_assert_cmpfloat (x[0], ==, 1.f);
  g_assert_cmpfloat (x[1], ==, 0.f);
}

static void
test_unfitted (void)
{
  float x[] = { 3.f, -2.f };
  OtoScaler scaler;

  oto_scaler_init (&scaler, 2);
  oto_scaler_finish (&scaler);
  oto_scaler_apply (&scaler, x, 1, x);
  g_assert_cmpfloat (x[0], ==, 3.f);
  g_assert_cmpfloat (x[1], ==, -2.f);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/features/scaler/fit/as-by-definition", test_fit);
  g_test_add_func ("/features/scaler/apply/mean-0-deviation-1", test_apply);
  g_test_add_func ("/features/scaler/set/no-division-by-zero", test_set);
  g_test_add_func ("/features/scaler/init/changes-nothing", test_unfitted);
  return g_test_run ();
}
