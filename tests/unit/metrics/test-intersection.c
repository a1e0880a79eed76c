/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

static void
test_counts_by_intersection (void)
{
  const OtoIntersectionCriteria criteria = { 0.5, 0.5, 0.3 };
  const OtoInterval refs[] = { { 1.0, 3.0, 0 }, { 6.0, 8.0, 0 }, { 6.0, 9.0, 1 } };
  const OtoInterval ests[] = {
    { 1.0, 2.0, 0 },                     /* half of the first event, and right */
    { 6.5, 12.0, 0 },                    /* three elevenths right, five elevenths the other's */
    { 20.0, 21.0, 1 },
  };
  OtoIntersectionCounts counts[2] = { { 0 } }, sum;
  guint64 cross[4] = { 0 };

  oto_intersection_add_clip (&criteria, 2, refs, 3, ests, 3, counts, cross);
  g_assert_cmpuint (counts[0].n_ref, ==, 2);
  g_assert_cmpuint (counts[0].n_found, ==, 1);
  g_assert_cmpuint (counts[0].n_false, ==, 1);
  g_assert_cmpuint (cross[1], ==, 1);
  g_assert_cmpuint (cross[0] + cross[2] + cross[3], ==, 0);
  g_assert_cmpuint (counts[1].n_false, ==, 1);
  g_assert_cmpfloat (oto_intersection_get_f1 (&counts[0]), ==, 0.5);
  g_assert_cmpfloat (oto_intersection_get_f1 (&counts[1]), ==, 0.0);
  g_assert_cmpfloat (oto_intersection_get_macro_f1 (counts, 2, &sum), ==, 0.25);
  g_assert_cmpuint (sum.n_ref, ==, 3);
}

static void
test_pieces_add_up (void)
{
  const OtoInterval ref = { 0.0, 10.0, 0 };
  const OtoInterval ests[] = { { 0.0, 2.0, 0 }, { 3.0, 5.0, 0 }, { 9.0, 10.0, 0 } };
  OtoIntersectionCounts counts = { 0 };

  oto_intersection_add_clip (&oto_intersection_criteria_f1, 1, &ref, 1, ests, 2, &counts, NULL);
  g_assert_cmpuint (counts.n_found, ==, 0);
  oto_intersection_add_clip (&oto_intersection_criteria_f1, 1, &ref, 1, ests, 3, &counts, NULL);
  g_assert_cmpuint (counts.n_found, ==, 1);
  g_assert_cmpuint (counts.n_false, ==, 0);
}

static void
test_without_reference_is_undefined (void)
{
  const OtoInterval est = { 0.0, 1.0, 0 };
  OtoIntersectionCounts counts = { 0 };

  oto_intersection_add_clip (&oto_intersection_criteria_f1, 1, NULL, 0, &est, 1, &counts, NULL);
  g_assert_cmpuint (counts.n_false, ==, 1);
  g_assert_true (isnan (oto_intersection_get_f1 (&counts)));
  g_assert_true (isnan (oto_intersection_get_macro_f1 (&counts, 1, NULL)));
}

static void
test_what_has_no_length_is_never_found (void)
{
  const OtoInterval ref = { 1.0, 1.0, 0 }, est = { 2.0, 2.0, 0 };
  OtoIntersectionCounts counts = { 0 };

  oto_intersection_add_clip (&oto_intersection_criteria_f1, 1, &ref, 1, &est, 1, &counts, NULL);
  g_assert_cmpuint (counts.n_found, ==, 0);
  g_assert_cmpuint (counts.n_false, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/intersection/counts-by-intersection", test_counts_by_intersection);
  g_test_add_func ("/metrics/intersection/pieces-add-up", test_pieces_add_up);
  g_test_add_func ("/metrics/intersection/without-reference-is-undefined",
                   test_without_reference_is_undefined);
  g_test_add_func ("/metrics/intersection/what-has-no-length-is-never-found",
                   test_what_has_no_length_is_never_found);
  return g_test_run ();
}
