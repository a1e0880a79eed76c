/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "state/oto-strips.h"

#define N_CLASSES  3
#define BACKGROUND (-1)

static void
count_cb (guint *n)
{
  (*n)++;
}

static OtoStrips *
strips_new (void)
{
  OtoStrips *strips = oto_strips_new ();

  oto_strips_reset (strips, N_CLASSES);
  return strips;
}

static void
assert_gains (OtoStrips    *strips,
              const double *expected)
{
  for (int k = BACKGROUND; k < N_CLASSES; k++)
    g_assert_cmpfloat_with_epsilon (oto_strips_get_gain (strips, k), expected[k + 1], 1e-12);
}

#define GAINS(...) ((const double []) { __VA_ARGS__ })

static void
test_solo (void)
{
  OtoStrips *strips = strips_new ();
  guint n = 0;

  g_signal_connect_swapped (strips, "changed", G_CALLBACK (count_cb), &n);
  assert_gains (strips, GAINS (1, 1, 1, 1));
  oto_strips_toggle_solo (strips, 1, FALSE);
  assert_gains (strips, GAINS (0, 0, 1, 0));
  oto_strips_toggle_solo (strips, BACKGROUND, FALSE);
  assert_gains (strips, GAINS (1, 0, 1, 0));

  /* Mute wins over solo. */
  oto_strips_toggle_mute (strips, 1);
  assert_gains (strips, GAINS (1, 0, 0, 0));
  oto_strips_clear (strips);
  assert_gains (strips, GAINS (1, 1, 1, 1));
  g_assert_cmpuint (n, ==, 4);
  g_assert_finalize_object (strips);
}

static void
test_exclusive (void)
{
  OtoStrips *strips = strips_new ();

  oto_strips_toggle_solo (strips, 0, FALSE);
  oto_strips_toggle_solo (strips, 2, FALSE);
  oto_strips_toggle_solo (strips, 1, TRUE);
  assert_gains (strips, GAINS (0, 0, 1, 0));
  oto_strips_toggle_solo (strips, 1, TRUE);
  assert_gains (strips, GAINS (0, 1, 0, 1));

  /* Whoever changes anything meanwhile does not want the former set back. */
  oto_strips_toggle_solo (strips, 1, TRUE);
  oto_strips_toggle_solo (strips, 2, FALSE);
  assert_gains (strips, GAINS (0, 0, 1, 1));
  oto_strips_toggle_solo (strips, 0, TRUE);
  assert_gains (strips, GAINS (0, 1, 0, 0));
  g_assert_finalize_object (strips);
}

static void
test_gains (void)
{
  OtoStrips *strips = strips_new ();
  OtoStrip strip = { .gain_db = -20 };

  oto_strips_set (strips, 0, &strip);
  g_assert_cmpfloat_with_epsilon (oto_strips_get_gain (strips, 0), 0.1, 1e-12);
  strip.gain_db = OTO_STRIP_MIN_DB;
  oto_strips_set (strips, 0, &strip);
  g_assert_cmpfloat (oto_strips_get_gain (strips, 0), ==, 0.0);
  g_assert_cmpfloat (oto_strips_get (strips, 0)->gain_db, ==, OTO_STRIP_MIN_DB);

  /* Another model has other classes. */
  oto_strips_reset (strips, 1);
  g_assert_cmpint (oto_strips_get_n_classes (strips), ==, 1);
  g_assert_cmpfloat (oto_strips_get_gain (strips, 0), ==, 1.0);
  oto_strips_reset (strips, 0);
  g_assert_cmpfloat (oto_strips_get_gain (strips, BACKGROUND), ==, 1.0);
  g_assert_finalize_object (strips);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/state/strips/solo-and-mute", test_solo);
  g_test_add_func ("/state/strips/exclusive-solo-and-back", test_exclusive);
  g_test_add_func ("/state/strips/gains", test_gains);

  return g_test_run ();
}
