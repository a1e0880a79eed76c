/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "audio/oto-shaper.h"

#include <math.h>
#include <string.h>

#define RATE_HZ 32000
#define LEN     32000

/* Level of a bin of @samples, by Goertzel's sum in double. */
static double
get_level (const float *samples,
           gint64       n_samples,
           double       hz)
{
  double re = 0.0, im = 0.0;

  for (gint64 i = 0; i < n_samples; i++)
    {
      re += samples[i] * cos (2.0 * G_PI * hz * (double) i / RATE_HZ);
      im -= samples[i] * sin (2.0 * G_PI * hz * (double) i / RATE_HZ);
    }
  return sqrt (re * re + im * im);
}

/* The response of the filters in series, whose gains are drawn in the same order, is that of their
 * product at every frequency. */
static void
test_equaliser (void)
{
  static const double hz[] = { 40.0, 62.5, 500.0, 1400.0, 8000.0, 15000.0 };
  g_autofree float *samples = g_new0 (float, LEN);
  OtoRng rng, draws;

  samples[0] = 1.f;
  oto_rng_init (&rng, 7);
  oto_shaper_equalise (&rng, 9.0, RATE_HZ, LEN, samples);
  for (guint i = 0; i < G_N_ELEMENTS (hz); i++)
    {
      const double w = 2.0 * G_PI * hz[i] / RATE_HZ;
      double expected = 1.0;

      oto_rng_init (&draws, 7);
      for (double centre = 62.5; centre < 0.45 * RATE_HZ; centre *= 2.0)
        {
          const double gain = pow (10.0, oto_rng_range (&draws, -9.0, 9.0) / 40.0);
          const double alpha = sin (2.0 * G_PI * centre / RATE_HZ) / 2.0;
          const double c = cos (2.0 * G_PI * centre / RATE_HZ);
          const double num_re = 1.0 + alpha * gain - 2.0 * c * cos (w)
                                + (1.0 - alpha * gain) * cos (2.0 * w);
          const double num_im = 2.0 * c * sin (w) - (1.0 - alpha * gain) * sin (2.0 * w);
          const double den_re = 1.0 + alpha / gain - 2.0 * c * cos (w)
                                + (1.0 - alpha / gain) * cos (2.0 * w);
          const double den_im = 2.0 * c * sin (w) - (1.0 - alpha / gain) * sin (2.0 * w);

          expected *= hypot (num_re, num_im) / hypot (den_re, den_im);
        }
      g_assert_cmpfloat_with_epsilon (get_level (samples, LEN, hz[i]), expected, 1e-3 * expected);
    }
}

/* No gain leaves a sound as it is; the same generator does the same. */
static void
test_equaliser_of_nothing (void)
{
  float samples[100], before[100];
  OtoRng rng;

  oto_test_fill (samples, 100, 1);
  memcpy (before, samples, sizeof samples);
  oto_rng_init (&rng, 1);
  oto_shaper_equalise (&rng, 0.0, RATE_HZ, 100, samples);
  for (int i = 0; i < 100; i++)
    g_assert_cmpfloat_with_epsilon (samples[i], before[i], 1e-6);
}

/* A click comes back as itself, untouched, and pulses that fall and end within the tail. */
static void
test_room (void)
{
  const gint64 len = 1 + oto_shaper_get_tail_len (RATE_HZ);
  g_autofree float *out = g_new (float, len);
  const float click = 1.f;

  for (guint64 seed = 0; seed < 50; seed++)
    {
      double early = 0.0, late = 0.0, all = 0.0;
      OtoRng rng;

      oto_rng_init (&rng, seed);
      oto_shaper_reverberate (&rng, RATE_HZ, &click, 1, out);
      for (gint64 i = 1; i < len; i++)
        {
          all += out[i] * out[i];
          *(i < len / 6 ? &early : &late) += out[i] * out[i];
        }
      g_assert_cmpfloat (fabs (out[0] - 1.f), <, 0.5);
      g_assert_cmpfloat (all, >, 0.01);
      g_assert_cmpfloat (all, <, 2.0);
      g_assert_cmpfloat (early, >, late);
    }
}

/* A sound in a room is the sum of its samples, each in the room. */
static void
test_room_is_linear (void)
{
  const float pair[2] = { 0.5f, -2.f }, first[2] = { 0.5f, 0.f }, second[2] = { 0.f, -2.f };
  const gint64 len = 2 + oto_shaper_get_tail_len (RATE_HZ);
  g_autofree float *a = g_new (float, len), *b = g_new (float, len), *both = g_new (float, len);
  const float *inputs[3] = { first, second, pair };
  float *outputs[3] = { a, b, both };

  for (int i = 0; i < 3; i++)
    {
      OtoRng rng;

      oto_rng_init (&rng, 3);
      oto_shaper_reverberate (&rng, RATE_HZ, inputs[i], 2, outputs[i]);
    }
  for (gint64 i = 0; i < len; i++)
    g_assert_cmpfloat_with_epsilon (both[i], a[i] + b[i], 1e-6);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/audio/shaper/equaliser", test_equaliser);
  g_test_add_func ("/audio/shaper/equaliser-of-nothing", test_equaliser_of_nothing);
  g_test_add_func ("/audio/shaper/room", test_room);
  g_test_add_func ("/audio/shaper/room-is-linear", test_room_is_linear);

  return g_test_run ();
}
