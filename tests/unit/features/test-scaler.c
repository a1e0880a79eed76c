/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <string.h>

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

static gboolean
is_zeroed (int t)
{
  return t < 3 || t == 20 || (t >= 40 && t < 45) || t == N_FRAMES - 1;
}

/* Zeros at both ends, side by side and alone, and frames that are zero but for one bin. */
static void
test_rule (void)
{
  float frames[N_FRAMES * N_MELS], kept[N_FRAMES * N_MELS];
  OtoScaler all, plain, some, expected, none;
  int n_kept = 0;

  fill_frames (frames);
  for (int t = 0; t < N_FRAMES; t++)
    {
      if (is_zeroed (t))
        memset (frames + t * N_MELS, 0, N_MELS * sizeof (float));
      else if (t % 7 == 0)
        memset (frames + t * N_MELS, 0, (N_MELS - 1) * sizeof (float));
      if (!is_zeroed (t))
        memcpy (kept + n_kept++ * N_MELS, frames + t * N_MELS, N_MELS * sizeof (float));
    }

  oto_scaler_init (&all, N_MELS);
  oto_scaler_add_by_rule (&all, OTO_SCALER_RULE_ALL_FRAMES, frames, N_FRAMES);
  oto_scaler_finish (&all);
  oto_scaler_init (&plain, N_MELS);
  oto_scaler_add (&plain, frames, N_FRAMES);
  oto_scaler_finish (&plain);
  g_assert_cmpmem (all.mean_f, sizeof all.mean_f, plain.mean_f, sizeof plain.mean_f);
  g_assert_cmpmem (all.std_f, sizeof all.std_f, plain.std_f, sizeof plain.std_f);

  oto_scaler_init (&some, N_MELS);
  oto_scaler_add_by_rule (&some, OTO_SCALER_RULE_NON_ZERO_FRAMES, frames, 50);
  oto_scaler_add_by_rule (&some, OTO_SCALER_RULE_NON_ZERO_FRAMES, frames + 50 * N_MELS,
                          N_FRAMES - 50);
  oto_scaler_finish (&some);
  oto_scaler_init (&expected, N_MELS);
  oto_scaler_add (&expected, kept, n_kept);
  oto_scaler_finish (&expected);
  g_assert_cmpfloat (some.n_frames, ==, N_FRAMES - 10);
  oto_assert_rel_below (some.mean_f, expected.mean_f, N_MELS, 1e-6);
  oto_assert_rel_below (some.std_f, expected.std_f, N_MELS, 1e-6);

  oto_scaler_init (&none, N_MELS);
  oto_scaler_add_by_rule (&none, OTO_SCALER_RULE_NONE, frames, N_FRAMES);
  oto_scaler_finish (&none);
  oto_scaler_apply (&none, frames, N_FRAMES, kept);
  g_assert_cmpmem (kept, sizeof kept, frames, sizeof frames);
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
  g_test_add_func ("/features/scaler/add-by-rule/zeros-are-left-out", test_rule);
  g_test_add_func ("/features/scaler/set/no-division-by-zero", test_set);
  g_test_add_func ("/features/scaler/init/changes-nothing", test_unfitted);
  return g_test_run ();
}
