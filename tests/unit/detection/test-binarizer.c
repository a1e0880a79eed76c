/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

static void
assert_ranges (const OtoBinarizer  *binarizer,
               const float         *scores,
               gint64               n_frames,
               const OtoFrameRange *expected,
               guint                n_expected)
{
  g_autoptr (GArray) ranges = oto_binarizer_find_ranges (binarizer, scores, n_frames);

  g_assert_cmpuint (ranges->len, ==, n_expected);
  for (guint i = 0; i < n_expected; i++)
    {
      g_assert_cmpint (g_array_index (ranges, OtoFrameRange, i).begin, ==, expected[i].begin);
      g_assert_cmpint (g_array_index (ranges, OtoFrameRange, i).end, ==, expected[i].end);
    }
}

static void
test_grows_to_low (void)
{
  const OtoBinarizer binarizer = { .high = 0.5, .low = 0.2 };
  const float scores[] = { 0.1f, 0.2f, 0.3f, 0.6f, 0.3f, 0.1f };
  const OtoFrameRange expected[] = { { 1, 5 } };

  assert_ranges (&binarizer, scores, G_N_ELEMENTS (scores), expected, 1);
}

static void
test_high_is_strict (void)
{
  const OtoBinarizer binarizer = { .high = 0.2, .low = 0.1 };
  const float scores[] = { 0.2f, 0.2f, 0.2f };

  assert_ranges (&binarizer, scores, G_N_ELEMENTS (scores), NULL, 0);
}

static void
test_closed_without_low (void)
{
  const OtoBinarizer binarizer = { .high = 0.5, .low = NAN };
  const float scores[] = { 0.6f, 0.1f, 0.6f, 0.7f, 0.8f };
  const OtoFrameRange expected[] = { { 2, 4 } };

  assert_ranges (&binarizer, scores, G_N_ELEMENTS (scores), expected, 1);
}

static void
test_joins_before_it_drops (void)
{
  const OtoBinarizer binarizer = { .high = 0.5, .low = 0.5, .gap_frames = 2, .min_frames = 3 };
  const float scores[] = { 0.6f, 0.6f, 0.f, 0.f, 0.6f, 0.f, 0.f, 0.f, 0.6f };
  const OtoFrameRange expected[] = { { 0, 5 } };

  assert_ranges (&binarizer, scores, G_N_ELEMENTS (scores), expected, 1);
}

static void
test_nan_is_inactive (void)
{
  const OtoBinarizer binarizer = { .high = 0.5, .low = 0.2 };
  const float scores[] = { 0.6f, NAN, 0.6f, 0.6f };
  const OtoFrameRange expected[] = { { 0, 4 } };

  assert_ranges (&oto_binarizer_default, scores, 0, NULL, 0);
  /* The two runs are one frame apart, so that growing joins them. */
  assert_ranges (&binarizer, scores, G_N_ELEMENTS (scores), expected, 1);
}

static void
test_median_drops_what_is_short (void)
{
  OtoBinarizer binarizer = { .high = 0.5, .low = 0.5, .median_frames = 3 };
  const float scores[] = { 0.f, 0.9f, 0.f, 0.f, 0.9f, 0.f, 0.9f, 0.9f, NAN, 0.9f };
  const OtoFrameRange expected[] = { { 5, 10 } };

  assert_ranges (&binarizer, scores, G_N_ELEMENTS (scores), expected, 1);
  assert_ranges (&binarizer, scores, 0, NULL, 0);
  binarizer.median_frames = 99;
  assert_ranges (&binarizer, scores, 3, NULL, 0);
}

static void
test_boxes_keep_their_extent (void)
{
  OtoBinarizer binarizer = {
    .low = NAN, .box_frames = 4, .box_merge_abs = 0.1, .box_merge_rel = NAN,
  };
  const float scores[] = { 0.f, 0.f, 0.f, 0.6f, 0.8f, 0.7f, 0.6f, 0.f, 0.f, 0.f, 0.f, NAN };
  const OtoFrameRange expected[] = { { 3, 7 } };

  for (int i = 0; i < 6; i++)
    {
      binarizer.high = 0.1 + 0.1 * i;
      assert_ranges (&binarizer, scores, G_N_ELEMENTS (scores), expected, 1);
    }
  binarizer.high = 0.7;
  assert_ranges (&binarizer, scores, G_N_ELEMENTS (scores), NULL, 0);
  assert_ranges (&binarizer, scores, 0, NULL, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/detection/binarizer/grows-to-low", test_grows_to_low);
  g_test_add_func ("/detection/binarizer/high-is-strict", test_high_is_strict);
  g_test_add_func ("/detection/binarizer/closed-without-low", test_closed_without_low);
  g_test_add_func ("/detection/binarizer/joins-before-it-drops", test_joins_before_it_drops);
  g_test_add_func ("/detection/binarizer/nan-is-inactive", test_nan_is_inactive);
  g_test_add_func ("/detection/binarizer/median-drops-what-is-short",
                   test_median_drops_what_is_short);
  g_test_add_func ("/detection/binarizer/boxes-keep-their-extent", test_boxes_keep_their_extent);

  return g_test_run ();
}
