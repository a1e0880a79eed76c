/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

#define N 64

static void
test_scale_does_not_matter (void)
{
  float s[N], x[N], scaled[N];

  oto_test_fill (s, N, 1);
  oto_test_fill (x, N, 2);
  for (int i = 0; i < N; i++)
    {
      scaled[i] = -4.f * s[i];
      x[i] = s[i] + 0.25f * x[i];
    }
  g_assert_true (isinf (oto_separation_score_si_sdr_db (scaled, s, N)));
  g_assert_cmpfloat_with_epsilon (oto_separation_score_level_db (scaled, s, N),
                                  20.0 * log10 (4.0), 1e-6);
  for (int i = 0; i < N; i++)
    scaled[i] = 4.f * x[i];
  g_assert_cmpfloat_with_epsilon (oto_separation_score_si_sdr_db (scaled, s, N),
                                  oto_separation_score_si_sdr_db (x, s, N), 1e-9);
}

static void
test_silence (void)
{
  const float zeros[4] = { 0.f }, s[4] = { 1.f, 0.f, 0.f, 1.f }, x[4] = { 1.f, 0.f, 0.f, -1.f };

  g_assert_true (isnan (oto_separation_score_si_sdr_db (s, zeros, 4)));
  g_assert_true (isnan (oto_separation_score_level_db (s, zeros, 4)));
  g_assert_true (isnan (oto_separation_score_inside (zeros, 4, 0, 4)));
  g_assert_cmpfloat (oto_separation_score_si_sdr_db (zeros, s, 4), ==, -INFINITY);
  g_assert_cmpfloat (oto_separation_score_level_db (zeros, s, 4), ==, -INFINITY);
  g_assert_cmpfloat (oto_separation_score_si_sdr_db (x, s, 4), ==, -INFINITY);
}

static void
test_energy_inside (void)
{
  const float samples[4] = { 1.f, 2.f, 0.f, 1.f };

  g_assert_cmpfloat (oto_separation_score_inside (samples, 4, 1, 3), ==, 4.0 / 6.0);
  g_assert_cmpfloat (oto_separation_score_inside (samples, 4, -9, 99), ==, 1.0);
  g_assert_cmpfloat (oto_separation_score_inside (samples, 4, 3, 1), ==, 0.0);
  g_assert_cmpint (oto_separation_score_to_sample (0.5, 5.0), ==, 3);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/separation/separation-score/scale-does-not-matter",
                   test_scale_does_not_matter);
  g_test_add_func ("/separation/separation-score/silence",
                   test_silence);
  g_test_add_func ("/separation/separation-score/energy-inside",
                   test_energy_inside);
  return g_test_run ();
}
