/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

static void
test_overlap_of_touching_is_zero (void)
{
  const OtoInterval a = { 1.0, 2.0, 0 }, b = { 2.0, 3.0, 0 }, c = { 1.5, 4.0, 1 };

  g_assert_cmpfloat (oto_interval_get_overlap_s (&a, &b), ==, 0.0);
  g_assert_cmpfloat (oto_interval_get_overlap_s (&a, &c), ==, 0.5);
  g_assert_cmpfloat (oto_interval_get_overlap_s (&c, &b), ==, 1.0);
}

static void
test_merges_what_overlaps_or_touches (void)
{
  const OtoInterval intervals[] = {
    { 5.0, 6.0, 1 }, { 1.0, 2.0, 1 }, { 2.0, 3.0, 1 }, { 0.0, 9.0, 0 }, { 5.2, 5.5, 1 },
    { 3.5, 4.0, 1 },
  };
  const OtoInterval expected[] = { { 1.0, 3.0, 1 }, { 3.5, 4.0, 1 }, { 5.0, 6.0, 1 } };
  g_autoptr (GArray) merged = oto_intervals_merge (intervals, G_N_ELEMENTS (intervals), 1);
  g_autoptr (GArray) none = oto_intervals_merge (intervals, G_N_ELEMENTS (intervals), 2);

  g_assert_cmpuint (merged->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < merged->len; i++)
    {
      const OtoInterval *interval = &g_array_index (merged, OtoInterval, i);

      g_assert_cmpfloat (interval->onset_s, ==, expected[i].onset_s);
      g_assert_cmpfloat (interval->offset_s, ==, expected[i].offset_s);
      g_assert_cmpint (interval->class_index, ==, 1);
    }
  g_assert_cmpuint (none->len, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/interval/overlap-of-touching-is-zero",
                   test_overlap_of_touching_is_zero);
  g_test_add_func ("/metrics/interval/merges-what-overlaps-or-touches",
                   test_merges_what_overlaps_or_touches);
  return g_test_run ();
}
