/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nn/oto-class-selection.h"
#include "oto-test.h"

#include <math.h>

#define K 6

static void
assert_selected (const int *selected,
                 int        n,
                 const int *expected,
                 int        n_expected)
{
  g_assert_cmpint (n, ==, n_expected);
  g_assert_cmpmem (selected, n * sizeof *selected, expected, n_expected * sizeof *expected);
}

static void
test_labels (void)
{
  const float y[K] = { 0.f, 1.f, 0.f, 0.5f, 0.f, 1.f }, none[K] = { 0.f };
  int selected[K];

  assert_selected (selected, oto_class_selection_of_labels (y, K, selected),
                   (const int[]) { 1, 3, 5 }, 3);
  g_assert_cmpint (oto_class_selection_of_labels (none, K, selected), ==, 0);
}

static void
test_top (void)
{
  const float prob[K] = { 0.2f, 0.9f, 0.1f, 0.4f, 0.9f, 0.3f };
  int selected[K];

  g_assert_cmpint (oto_class_selection_of_top (prob, K, 0, selected), ==, 0);
  assert_selected (selected, oto_class_selection_of_top (prob, K, 2, selected),
                   (const int[]) { 1, 4 }, 2);
  assert_selected (selected, oto_class_selection_of_top (prob, K, 4, selected),
                   (const int[]) { 1, 3, 4, 5 }, 4);
  assert_selected (selected, oto_class_selection_of_top (prob, K, 9, selected),
                   (const int[]) { 0, 1, 2, 3, 4, 5 }, 6);
}

static void
test_top_of_equal_ones_is_the_first (void)
{
  const float prob[K] = { 0.1f, 0.5f, 0.5f, 0.1f, 0.5f, 0.1f };
  int selected[K];

  assert_selected (selected, oto_class_selection_of_top (prob, K, 2, selected),
                   (const int[]) { 1, 2 }, 2);
  assert_selected (selected, oto_class_selection_of_top (prob, K, 4, selected),
                   (const int[]) { 0, 1, 2, 4 }, 4);
}

static void
test_top_has_nan_last (void)
{
  const float prob[K] = { NAN, 0.f, NAN, 0.2f, 0.1f, NAN };
  int selected[K];

  assert_selected (selected, oto_class_selection_of_top (prob, K, 3, selected),
                   (const int[]) { 1, 3, 4 }, 3);
  assert_selected (selected, oto_class_selection_of_top (prob, K, 4, selected),
                   (const int[]) { 0, 1, 3, 4 }, 4);
}

static void
test_invert (void)
{
  int others[K];

  assert_selected (others, oto_class_selection_invert ((const int[]) { 0, 3, 5 }, 3, K, others),
                   (const int[]) { 1, 2, 4 }, 3);
  assert_selected (others, oto_class_selection_invert (NULL, 0, 2, others),
                   (const int[]) { 0, 1 }, 2);
  g_assert_cmpint (oto_class_selection_invert ((const int[]) { 0, 1 }, 2, 2, others), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/class-selection/labels", test_labels);
  g_test_add_func ("/nn/class-selection/top", test_top);
  g_test_add_func ("/nn/class-selection/top-of-equal-ones-is-the-first",
                   test_top_of_equal_ones_is_the_first);
  g_test_add_func ("/nn/class-selection/top-has-nan-last", test_top_has_nan_last);
  g_test_add_func ("/nn/class-selection/invert", test_invert);
  return g_test_run ();
}
