/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <string.h>

enum { N = 3, T = 40, F = 16, K = 4 };

static OtoAugment
parse (const char *first,
       const char *second,
       gboolean    remix)
{
  char *settings[] = { (char *) first, (char *) second, NULL };
  g_autoptr (GError) error = NULL;
  OtoAugment augment;

  oto_augment_init (&augment);
  oto_augment_parse (&augment, settings, remix, &error);
  g_assert_no_error (error);
  return augment;
}

static void
apply (const OtoAugment *augment,
       guint64           seed,
       float            *x,
       float            *y)
{
  float scratch[T * F + K];
  OtoRng rng;

  oto_test_fill (x, N * T * F, 1);
  for (int i = 0; i < N * T * F; i++)
    x[i] += 3.f;
  for (int i = 0; i < N * K; i++)
    y[i] = i % K == i / K ? 1.f : 0.f;
  oto_rng_init (&rng, seed);
  oto_augment_apply (augment, &rng, N, T, F, K, x, y, scratch);
}

/* Off, nothing changes and nothing is drawn. */
static void
test_off (void)
{
  OtoAugment augment;
  float x[N * T * F], y[N * K], before[N * T * F];
  OtoRng rng;

  oto_augment_init (&augment);
  apply (&augment, 1, x, y);
  oto_test_fill (before, N * T * F, 1);
  for (int i = 0; i < N * T * F; i++)
    g_assert_cmpfloat (x[i], ==, before[i] + 3.f);
  oto_rng_init (&rng, 5);
  oto_augment_apply (&augment, &rng, N, T, F, K, x, y, NULL);
  g_assert_cmpuint (rng.state, ==, 5);
}

/* Whole frames, whole bins; two masks of at most half each; labels stay. */
static void
test_masks (void)
{
  const OtoAugment augment = parse ("time-mask=0.2", "mel-mask=0.25", FALSE);
  float x[N * T * F], y[N * K];
  int n_hidden = 0;

  for (guint64 seed = 0; seed < 200; seed++)
    {
      apply (&augment, seed, x, y);
      for (int i = 0; i < N; i++)
        {
          int n_frames = 0, n_mels = 0;

          for (int t = 0; t < T; t++)
            {
              int n = 0;

              for (int f = 0; f < F; f++)
                n += x[(i * T + t) * F + f] == 0.f;
              n_frames += n == F;
            }
          for (int f = 0; f < F; f++)
            {
              int n = 0;

              for (int t = 0; t < T; t++)
                n += x[(i * T + t) * F + f] == 0.f;
              n_mels += n == T;
            }
          g_assert_cmpint (n_frames, <=, 2 * T / 5);
          g_assert_cmpint (n_mels, <=, F / 2);
          n_hidden += n_frames + n_mels;
          for (int t = 0; t < T; t++)
            for (int f = 0; f < F; f++)
              if (x[(i * T + t) * F + f] == 0.f)
                n_hidden++;
          for (int k = 0; k < K; k++)
            g_assert_cmpfloat (y[i * K + k], ==, i == k ? 1.f : 0.f);
        }
    }
  g_assert_cmpint (n_hidden, >, 0);
}

/* Features and labels are mixed by one weight, at least a half, with the clip behind as it was. */
static void
test_mixup (void)
{
  const OtoAugment augment = parse ("mixup=0.3", NULL, FALSE);
  float x[N * T * F], y[N * K], before[N * T * F];
  double smallest = 1.0;

  oto_test_fill (before, N * T * F, 1);
  for (guint64 seed = 0; seed < 100; seed++)
    {
      apply (&augment, seed, x, y);
      for (int i = 0; i < N; i++)
        {
          const int other = (i + 1) % N;
          const float w = y[i * K + i];

          g_assert_cmpfloat (w, >=, 0.5f);
          g_assert_cmpfloat (w, <=, 1.f);
          g_assert_cmpfloat_with_epsilon (y[i * K + other], 1.f - w, 1e-6);
          for (int j = 0; j < T * F; j++)
            g_assert_cmpfloat_with_epsilon (x[i * T * F + j],
                                            w * (before[i * T * F + j] + 3.f)
                                              + (1.f - w) * (before[other * T * F + j] + 3.f),
                                            1e-5);
          smallest = MIN (smallest, w);
        }
    }
  g_assert_cmpfloat (smallest, <, 0.6);
}

static void
assert_refused (const char *setting,
                gboolean    remix,
                const char *says)
{
  char *settings[] = { (char *) setting, NULL };
  g_autoptr (GError) error = NULL;
  OtoAugment augment;

  oto_augment_init (&augment);
  g_assert_false (oto_augment_parse (&augment, settings, remix, &error));
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_settings (void)
{
  const OtoAugment augment = parse ("snr-min=-5", "speed=0.1", TRUE);

  g_assert_cmpfloat (augment.values[OTO_AUGMENT_SNR_MIN], ==, -5.0);
  g_assert_cmpfloat (augment.values[OTO_AUGMENT_SPEED], ==, 0.1);
  assert_refused ("speed=0.1", FALSE, "--remix");
  assert_refused ("speed", TRUE, "time-mask, mel-mask, mixup");
  assert_refused ("speeds=0.1", TRUE, "speed");
  assert_refused ("spee=0.1", TRUE, "no augmentation");
  assert_refused ("speed=2", TRUE, "from 0 to 0.5");
  assert_refused ("mixup=nan", TRUE, "from 0 to 1");
  assert_refused ("snr-min=30", TRUE, "snr-max");
  assert_refused ("events-min=9", TRUE, "events-max");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/datasets/augment/off", test_off);
  g_test_add_func ("/datasets/augment/masks", test_masks);
  g_test_add_func ("/datasets/augment/mixup", test_mixup);
  g_test_add_func ("/datasets/augment/settings", test_settings);

  return g_test_run ();
}
