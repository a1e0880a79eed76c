/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "geometry/oto-selection.h"

#include <math.h>

static void
assert_equal (const OtoSelection *selection,
              double              start_s,
              double              end_s,
              double              low,
              double              high)
{
  g_assert_cmpfloat_with_epsilon (selection->start_s, start_s, 1e-12);
  g_assert_cmpfloat_with_epsilon (selection->end_s, end_s, 1e-12);
  g_assert_cmpfloat_with_epsilon (selection->low, low, 1e-12);
  g_assert_cmpfloat_with_epsilon (selection->high, high, 1e-12);
}

static void
test_grips (void)
{
  const OtoRect place = { 100.0, 50.0, 60.0, 40.0 };
  const OtoRect narrow = { 100.0, 50.0, 4.0, 40.0 };

  g_assert_cmpint (oto_selection_find_grip (&place, TRUE, 102.0, 70.0), ==, OTO_GRIP_START);
  g_assert_cmpint (oto_selection_find_grip (&place, TRUE, 157.0, 70.0), ==, OTO_GRIP_END);
  g_assert_cmpint (oto_selection_find_grip (&place, TRUE, 130.0, 51.0), ==, OTO_GRIP_HIGH);
  g_assert_cmpint (oto_selection_find_grip (&place, TRUE, 130.0, 92.0), ==, OTO_GRIP_LOW);
  g_assert_cmpint (oto_selection_find_grip (&place, TRUE, 98.0, 48.0), ==,
                   OTO_GRIP_START | OTO_GRIP_HIGH);
  g_assert_cmpint (oto_selection_find_grip (&place, TRUE, 130.0, 70.0), ==, OTO_GRIP_INSIDE);
  g_assert_cmpint (oto_selection_find_grip (&place, TRUE, 130.0, 120.0), ==, OTO_GRIP_NONE);
  g_assert_cmpint (oto_selection_find_grip (&place, TRUE, 80.0, 70.0), ==, OTO_GRIP_NONE);
  /* Where there are no frequencies, height does not matter. */
  g_assert_cmpint (oto_selection_find_grip (&place, FALSE, 130.0, 51.0), ==, OTO_GRIP_INSIDE);
  g_assert_cmpint (oto_selection_find_grip (&place, FALSE, 157.0, 300.0), ==, OTO_GRIP_END);
  g_assert_cmpint (oto_selection_find_grip (&narrow, FALSE, 103.5, 70.0), ==, OTO_GRIP_END);
  g_assert_cmpint (oto_selection_find_grip (&narrow, FALSE, 100.5, 70.0), ==, OTO_GRIP_START);
}

static void
test_drags (void)
{
  const OtoSelection from = { 2.0, 4.0, 0.25, 0.5 };
  OtoSelection to;

  oto_selection_drag (&from, OTO_GRIP_END, 1.0, 0.4, 10.0, &to);
  assert_equal (&to, 2.0, 5.0, 0.25, 0.5);
  oto_selection_drag (&from, OTO_GRIP_START | OTO_GRIP_HIGH, -0.5, 0.25, 10.0, &to);
  assert_equal (&to, 1.5, 4.0, 0.25, 0.75);
  /* An edge goes past the other, and stays inside the clip. */
  oto_selection_drag (&from, OTO_GRIP_START, 3.0, 0.0, 10.0, &to);
  assert_equal (&to, 4.0, 5.0, 0.25, 0.5);
  oto_selection_drag (&from, OTO_GRIP_LOW, 0.0, -3.0, 10.0, &to);
  assert_equal (&to, 2.0, 4.0, 0.0, 0.5);
  /* As a whole it keeps its size. */
  oto_selection_drag (&from, OTO_GRIP_INSIDE, 100.0, -100.0, 10.0, &to);
  assert_equal (&to, 8.0, 10.0, 0.0, 0.25);
}

static void
test_extends (void)
{
  OtoSelection box = { 2.0, 4.0, 0.25, 0.5 };
  OtoSelection range = { 2.0, 4.0, 0.0, 1.0 };

  oto_selection_extend (&box, 6.0, 0.9);
  assert_equal (&box, 2.0, 6.0, 0.25, 0.9);
  oto_selection_extend (&box, 1.0, NAN);
  assert_equal (&box, 1.0, 6.0, 0.25, 0.9);
  oto_selection_extend (&range, 1.0, 0.3);
  assert_equal (&range, 1.0, 4.0, 0.0, 1.0);
  g_assert_false (oto_selection_is_box (&range));
  g_assert_true (oto_selection_is_box (&box));
}

static void
test_normalizes (void)
{
  OtoSelection selection = { 12.0, -1.0, 1.5, 0.25 };

  oto_selection_normalize (&selection, 10.0);
  assert_equal (&selection, 0.0, 10.0, 0.25, 1.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/geometry/selection/grips", test_grips);
  g_test_add_func ("/geometry/selection/drags", test_drags);
  g_test_add_func ("/geometry/selection/extends", test_extends);
  g_test_add_func ("/geometry/selection/normalizes", test_normalizes);

  return g_test_run ();
}
