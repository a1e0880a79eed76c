/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

/* Published first draws of SplitMix64 from the seed 1234567. */
static void
test_known_draws (void)
{
  const guint64 expected[] = {
    G_GUINT64_CONSTANT (6457827717110365317), G_GUINT64_CONSTANT (3203168211198807973),
    G_GUINT64_CONSTANT (9817491932198370423), G_GUINT64_CONSTANT (4593380528125082431),
    G_GUINT64_CONSTANT (16408922859458223821),
  };
  OtoRng rng;

  oto_rng_init (&rng, 1234567);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (oto_rng_next (&rng), ==, expected[i]);
}

/* A draw by its place is the one that the generator makes at that place. */
static void
test_draws_by_place (void)
{
  OtoRng rng;

  oto_rng_init (&rng, 1234567);
  for (guint64 pos = 0; pos < 100; pos++)
    g_assert_cmpuint (oto_rng_draw_at (1234567, pos), ==, oto_rng_next (&rng));
}

static void
test_uniform (void)
{
  double sum = 0.0;
  OtoRng rng;

  oto_rng_init (&rng, 1);
  for (int i = 0; i < 100000; i++)
    {
      double value = oto_rng_range (&rng, -2.0, 4.0);

      g_assert_true (value >= -2.0 && value < 4.0);
      sum += value;
    }
  g_assert_cmpfloat (fabs (sum / 100000 - 1.0), <, 0.03);
}

static void
test_below (void)
{
  int counts[7] = { 0 };
  OtoRng rng;

  oto_rng_init (&rng, 2);
  for (int i = 0; i < 70000; i++)
    counts[oto_rng_below (&rng, 7)]++;
  for (int i = 0; i < 7; i++)
    g_assert_cmpint (abs (counts[i] - 10000), <, 500);

  g_assert_cmpuint (oto_rng_below (&rng, 1), ==, 0);
  /* Two thirds of the draws are too large here for an unbiased result. */
  for (int i = 0; i < 100; i++)
    g_assert_cmpuint (oto_rng_below (&rng, G_MAXUINT64 / 2 + 2), <=, G_MAXUINT64 / 2 + 1);
}

static void
test_normal (void)
{
  double sum = 0.0, squares = 0.0;
  OtoRng rng;

  oto_rng_init (&rng, 3);
  for (int i = 0; i < 100000; i++)
    {
      double value = oto_rng_normal (&rng);

      g_assert_true (isfinite (value));
      sum += value;
      squares += value * value;
    }
  g_assert_cmpfloat (fabs (sum / 100000), <, 0.02);
  g_assert_cmpfloat (fabs (squares / 100000 - 1.0), <, 0.02);
}

static void
test_shuffle (void)
{
  int counts[6] = { 0 };
  OtoRng rng;

  oto_rng_init (&rng, 4);
  for (int i = 0; i < 60000; i++)
    {
      guint32 items[] = { 0, 1, 2 };

      oto_rng_shuffle (&rng, items, 3);
      g_assert_cmpuint ((1u << items[0]) | (1u << items[1]) | (1u << items[2]), ==, 7);
      counts[items[0] * 2 + (items[1] > items[2])]++;
    }
  for (int i = 0; i < 6; i++)
    g_assert_cmpint (abs (counts[i] - 10000), <, 500);
  oto_rng_shuffle (&rng, NULL, 0);
}

/* numpy.random.RandomState (1234).bytes (4000), as 32-bit numbers. */
static void
test_mersenne_draws (void)
{
  const guint32 expected[] = { 822569775, 2137449171, 2671936806, 3512589365, 1880026316 };
  OtoMersenne rng;

  oto_mersenne_init (&rng, 1234);
  for (int i = 0; i < 1000; i++)
    {
      guint32 draw = oto_mersenne_next (&rng);

      if (i < (int) G_N_ELEMENTS (expected))
        g_assert_cmpuint (draw, ==, expected[i]);
      /* On both sides of the first refill, and the last. */
      if (i == 623)
        g_assert_cmpuint (draw, ==, 1664263489);
      if (i == 624)
        g_assert_cmpuint (draw, ==, 303637765);
      if (i == 999)
        g_assert_cmpuint (draw, ==, 2266375770);
    }
}

static void
shuffle_range (guint32  seed,
               guint32  n_items,
               guint32 *ret_items)
{
  OtoMersenne rng;

  for (guint32 i = 0; i < n_items; i++)
    ret_items[i] = i;
  oto_mersenne_init (&rng, seed);
  oto_mersenne_shuffle (&rng, ret_items, n_items);
}

/* numpy.random.RandomState (seed).shuffle () of arange (n). */
static void
test_mersenne_shuffle (void)
{
  const guint32 ten[] = { 7, 2, 9, 1, 0, 8, 4, 5, 6, 3 };
  const guint32 dozen[] = { 11, 8, 5, 9, 1, 10, 6, 0, 4, 7, 2, 3 };
  const guint32 first[] = { 341, 532, 684, 83, 428, 410 };
  const guint32 last[] = { 655, 664, 372, 204, 53, 294 };
  guint32 items[700];

  shuffle_range (1234, 10, items);
  g_assert_cmpmem (items, sizeof ten, ten, sizeof ten);
  shuffle_range (G_MAXUINT32, 12, items);
  g_assert_cmpmem (items, sizeof dozen, dozen, sizeof dozen);
  shuffle_range (1234, 700, items);
  g_assert_cmpmem (items, sizeof first, first, sizeof first);
  g_assert_cmpmem (items + 694, sizeof last, last, sizeof last);
  shuffle_range (1234, 1, items);
  g_assert_cmpuint (items[0], ==, 0);
  shuffle_range (1234, 0, items);
}

/* A second shuffle goes on where the first stopped. */
static void
test_mersenne_goes_on (void)
{
  const guint32 expected[] = { 5, 2, 3, 4, 9, 0, 11, 7, 6, 1, 10, 8 };
  guint32 items[12];
  OtoMersenne rng;

  oto_mersenne_init (&rng, 0);
  for (int run = 0; run < 2; run++)
    {
      for (guint32 i = 0; i < 12; i++)
        items[i] = i;
      oto_mersenne_shuffle (&rng, items, 12);
    }
  g_assert_cmpmem (items, sizeof items, expected, sizeof expected);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/rng/next/known-draws", test_known_draws);
  g_test_add_func ("/base/rng/draw-at/as-the-generator", test_draws_by_place);
  g_test_add_func ("/base/rng/range/mean-and-limits", test_uniform);
  g_test_add_func ("/base/rng/below/equally-likely", test_below);
  g_test_add_func ("/base/rng/normal/mean-and-deviation", test_normal);
  g_test_add_func ("/base/rng/shuffle/orders-equally-likely", test_shuffle);
  g_test_add_func ("/base/rng/mersenne/draws-as-numpy", test_mersenne_draws);
  g_test_add_func ("/base/rng/mersenne/shuffles-as-numpy", test_mersenne_shuffle);
  g_test_add_func ("/base/rng/mersenne/second-shuffle-goes-on", test_mersenne_goes_on);
  return g_test_run ();
}
