/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "audio/oto-mixer.h"

#include <math.h>
#include <string.h>

#define RATE_HZ    8000
#define N_CHANNELS 2
#define N_SAMPLES  4000
#define N_VALUES   (N_SAMPLES * N_CHANNELS)
#define RAMP_LEN   160           /* 20 ms */

typedef struct
{
  float     mix[N_VALUES];
  float     stems[2][N_VALUES];
  OtoMixer *mixer;
} Fixture;

static gboolean
read_mix (gint64    first_sample,
          gint64    n_samples,
          float    *ret_samples,
          gpointer  user_data)
{
  memcpy (ret_samples, (float *) user_data + first_sample * N_CHANNELS,
          n_samples * N_CHANNELS * sizeof (float));

  return TRUE;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  oto_test_fill (fixture->mix, N_VALUES, 1);
  oto_test_fill (fixture->stems[0], N_VALUES, 2);
  oto_test_fill (fixture->stems[1], N_VALUES, 3);
  fixture->mixer = oto_mixer_new (N_CHANNELS, RATE_HZ, N_SAMPLES, read_mix, fixture->mix, NULL);
  for (int k = 0; k < 2; k++)
    {
      g_autoptr (GBytes) stem = g_bytes_new (fixture->stems[k], sizeof fixture->stems[k]);

      oto_mixer_set_stem (fixture->mixer, k, stem);
    }
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  oto_mixer_free (fixture->mixer);
}

/* In odd pieces, as a sink might ask. */
static gint64
fill_all (Fixture *fixture,
          float   *ret_values)
{
  gint64 n = 0, got;

  while ((got = oto_mixer_fill (fixture->mixer, 37, ret_values + n * N_CHANNELS, NULL)) > 0)
    n += got;

  return n;
}

static void
test_null (Fixture       *fixture,
           gconstpointer  data)
{
  float values[N_VALUES];
  const int strips[] = { 0, 1 };
  const double gains[] = { 1, 1 };

  oto_mixer_set_gains (fixture->mixer, 1, strips, gains, 2);
  g_assert_cmpint (fill_all (fixture, values), ==, N_SAMPLES);
  g_assert_cmpmem (values, sizeof values, fixture->mix, sizeof fixture->mix);
}

static void
test_solo (Fixture       *fixture,
           gconstpointer  data)
{
  float values[N_VALUES];
  const int strips[] = { 1 };
  const double gains[] = { 1 };
  const int settled = RAMP_LEN * N_CHANNELS;

  oto_mixer_set_gains (fixture->mixer, 0, strips, gains, 1);
  g_assert_cmpint (fill_all (fixture, values), ==, N_SAMPLES);
  oto_assert_abs_below (values + settled, fixture->stems[1] + settled, N_VALUES - settled, 1e-6);
}

static void
test_formula (Fixture       *fixture,
              gconstpointer  data)
{
  float values[N_VALUES], expected[N_VALUES];
  const int strips[] = { 0, 1 };
  const double gains[] = { 0.25, 2 };
  const int settled = RAMP_LEN * N_CHANNELS;

  for (int i = 0; i < N_VALUES; i++)
    expected[i] = 0.5f * (0.5f * fixture->mix[i] + (0.25f - 0.5f) * fixture->stems[0][i]
                          + (2.f - 0.5f) * fixture->stems[1][i]);

  oto_mixer_set_volume (fixture->mixer, 0.5);
  oto_mixer_set_gains (fixture->mixer, 0.5, strips, gains, 2);
  fill_all (fixture, values);
  oto_assert_abs_below (values + settled, expected + settled, N_VALUES - settled, 1e-6);
}

/* A mix of ones shows the gain itself. */
static void
test_ramp (Fixture       *fixture,
           gconstpointer  data)
{
  float values[N_VALUES];

  for (int i = 0; i < N_VALUES; i++)
    fixture->mix[i] = 1;

  oto_mixer_fill (fixture->mixer, 100, values, NULL);
  oto_mixer_set_gains (fixture->mixer, 0, NULL, NULL, 0);
  oto_mixer_fill (fixture->mixer, 400, values, NULL);

  for (int i = 0; i < 400; i++)
    g_assert_cmpfloat_with_epsilon (values[i * N_CHANNELS],
                                    i < RAMP_LEN ? 1 - (double) i / RAMP_LEN : 0, 1e-5);
}

static void
test_ramp_turns (Fixture       *fixture,
                 gconstpointer  data)
{
  float values[N_VALUES];

  for (int i = 0; i < N_VALUES; i++)
    fixture->mix[i] = 1;

  /* A change in the middle of a ramp goes on from where it was. */
  oto_mixer_set_gains (fixture->mixer, 0, NULL, NULL, 0);
  oto_mixer_fill (fixture->mixer, RAMP_LEN / 2, values, NULL);
  oto_mixer_set_gains (fixture->mixer, 1, NULL, NULL, 0);
  oto_mixer_fill (fixture->mixer, 400, values + RAMP_LEN / 2 * N_CHANNELS, NULL);

  for (int i = 1; i < 400; i++)
    g_assert_cmpfloat (fabs (values[i * N_CHANNELS] - values[(i - 1) * N_CHANNELS]), <=,
                       1.0 / RAMP_LEN + 1e-5);
  g_assert_cmpfloat (values[399 * N_CHANNELS], ==, 1.f);
}

static void
test_missing_stem (Fixture       *fixture,
                   gconstpointer  data)
{
  float values[N_VALUES];
  const int strips[] = { 7 };
  const double gains[] = { 0 };

  g_assert_true (oto_mixer_has_stem (fixture->mixer, 0));
  g_assert_false (oto_mixer_has_stem (fixture->mixer, 7));
  oto_mixer_set_gains (fixture->mixer, 1, strips, gains, 1);
  fill_all (fixture, values);
  g_assert_cmpmem (values, sizeof values, fixture->mix, sizeof fixture->mix);
}

static void
test_loop (Fixture       *fixture,
           gconstpointer  data)
{
  float values[N_VALUES];
  gint64 first, n;

  oto_mixer_set_loop (fixture->mixer, 1000, 1300);
  oto_mixer_seek (fixture->mixer, 1200);

  n = oto_mixer_fill (fixture->mixer, 512, values, &first);
  g_assert_cmpint (first, ==, 1200);
  g_assert_cmpint (n, ==, 100);
  n = oto_mixer_fill (fixture->mixer, 512, values, &first);
  g_assert_cmpint (first, ==, 1000);
  g_assert_cmpint (n, ==, 300);
  g_assert_cmpmem (values, 300 * N_CHANNELS * sizeof (float),
                   fixture->mix + 1000 * N_CHANNELS, 300 * N_CHANNELS * sizeof (float));

  /* Without the loop it runs on to the end. */
  oto_mixer_set_loop (fixture->mixer, 0, 0);
  oto_mixer_seek (fixture->mixer, N_SAMPLES - 10);
  g_assert_cmpint (oto_mixer_fill (fixture->mixer, 512, values, NULL), ==, 10);
  g_assert_cmpint (oto_mixer_fill (fixture->mixer, 512, values, NULL), ==, 0);
  g_assert_cmpint (oto_mixer_get_pos (fixture->mixer), ==, N_SAMPLES);
}

/* What was chosen while nothing played is heard from the first sample. */
static void
test_seek (Fixture       *fixture,
           gconstpointer  data)
{
  float values[N_VALUES];
  const int strips[] = { 1 };
  const double gains[] = { 1 };

  oto_mixer_set_gains (fixture->mixer, 0, strips, gains, 1);
  oto_mixer_seek (fixture->mixer, 0);
  fill_all (fixture, values);
  oto_assert_abs_below (values, fixture->stems[1], N_VALUES, 1e-6);
}

static gboolean
read_nothing (gint64    first_sample,
              gint64    n_samples,
              float    *ret_samples,
              gpointer  user_data)
{
  return FALSE;
}

static void
test_unreadable (void)
{
  OtoMixer *mixer = oto_mixer_new (1, RATE_HZ, 100, read_nothing, NULL, NULL);
  float values[100];

  for (int i = 0; i < 100; i++)
    values[i] = 3;
  g_assert_cmpint (oto_mixer_fill (mixer, 100, values, NULL), ==, 100);
  for (int i = 0; i < 100; i++)
    g_assert_cmpfloat (values[i], ==, 0.f);
  oto_mixer_free (mixer);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/audio/mixer/equal-gains-are-the-mix", test_null);
  ADD ("/audio/mixer/solo-is-the-stem", test_solo);
  ADD ("/audio/mixer/gains-follow-the-formula", test_formula);
  ADD ("/audio/mixer/ramp-is-linear", test_ramp);
  ADD ("/audio/mixer/ramp-turns-without-a-jump", test_ramp_turns);
  ADD ("/audio/mixer/missing-stem-follows-background", test_missing_stem);
  ADD ("/audio/mixer/loop-is-gapless", test_loop);
  ADD ("/audio/mixer/seek-ends-the-ramp", test_seek);
  g_test_add_func ("/audio/mixer/unreadable-is-silent", test_unreadable);

  return g_test_run ();
}
