/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "audio/oto-synth.h"

#include <math.h>
#include <string.h>

static void
test_same_seed_same_samples (void)
{
  const char * const *names = oto_synth_get_class_names ();

  for (int i = 0; names[i] != NULL; i++)
    {
      gint64 n1, n2, n3;
      g_autofree float *first = oto_synth_event (names[i], 7, 32000, &n1);
      g_autofree float *again = oto_synth_event (names[i], 7, 32000, &n2);
      g_autofree float *other = oto_synth_event (names[i], 8, 32000, &n3);

      g_assert_cmpmem (first, n1 * sizeof (float), again, n2 * sizeof (float));
      g_assert_true (n1 != n3 || memcmp (first, other, n1 * sizeof (float)) != 0);
    }
}

static void
test_level_and_length (void)
{
  static const int rates_hz[] = { 8000, 32000, 48000 };
  const char * const *names = oto_synth_get_class_names ();

  for (int i = 0; names[i] != NULL; i++)
    for (guint r = 0; r < G_N_ELEMENTS (rates_hz); r++)
      for (guint64 seed = 0; seed < 5; seed++)
        {
          gint64 n;
          g_autofree float *samples = oto_synth_event (names[i], seed, rates_hz[r], &n);
          float peak = 0.f;

          g_assert_cmpint (n, >, rates_hz[r] / 5);
          g_assert_cmpfloat ((double) n / rates_hz[r], <=, 2.2);
          for (gint64 s = 0; s < n; s++)
            {
              g_assert_true (isfinite (samples[s]));
              peak = fmaxf (peak, fabsf (samples[s]));
            }
          g_assert_cmpfloat (peak, >, 0.5);
          g_assert_cmpfloat (peak, <=, 0.9001);
          g_assert_cmpfloat (fabsf (samples[0]), <, 0.05);
          g_assert_cmpfloat (fabsf (samples[n - 1]), <, 0.05);
        }
}

static void
test_class_names (void)
{
  const char * const *names = oto_synth_get_class_names ();
  guint n;

  for (n = 0; names[n] != NULL; n++)
    {
      g_assert_true (oto_synth_has_class (names[n]));
      if (n > 0)
        g_assert_cmpstr (names[n - 1], <, names[n]);
    }
  g_assert_cmpuint (n, >=, 12);
  g_assert_cmpuint (n, <=, 16);
  g_assert_false (oto_synth_has_class ("Gong"));
}

static void
test_background_rms (void)
{
  g_autofree float *samples = g_new (float, 64000);

  for (int kind = 0; kind < OTO_SYNTH_N_BACKGROUNDS; kind++)
    {
      double energy = 0.0;

      oto_synth_background (kind, 3, 32000, 64000, samples);
      for (int i = 0; i < 64000; i++)
        energy += (double) samples[i] * samples[i];
      g_assert_cmpfloat_with_epsilon (sqrt (energy / 64000.0), 0.1, 1e-4);
      g_assert_nonnull (oto_synth_get_background_name (kind));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/audio/synth/same-seed-same-samples", test_same_seed_same_samples);
  g_test_add_func ("/audio/synth/level-and-length", test_level_and_length);
  g_test_add_func ("/audio/synth/class-names", test_class_names);
  g_test_add_func ("/audio/synth/background-rms", test_background_rms);
  return g_test_run ();
}
