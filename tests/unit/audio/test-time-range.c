/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"

#include <math.h>

static void
test_parse (void)
{
  static const char * const wrong[] = {
    "", ":", "2", "2:1", "2:2", "-1:3", "2:3:4", "2:x", "x:3", "nan:3", "2:inf", "2,5:3", "2 :y",
  };
  OtoTimeRange range = { 7.0, 8.0 };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_test_message ("%s", wrong[i]);
      g_assert_false (oto_time_range_parse (wrong[i], &range));
      g_assert_cmpfloat (range.start_s, ==, 7.0);
    }
  g_assert_true (oto_time_range_parse ("2:5.5", &range));
  g_assert_cmpfloat (range.start_s, ==, 2.0);
  g_assert_cmpfloat (range.end_s, ==, 5.5);
  g_assert_true (oto_time_range_parse (":5.5", &range));
  g_assert_cmpfloat (range.start_s, ==, 0.0);
  g_assert_true (oto_time_range_parse ("2:", &range));
  g_assert_true (isinf (range.end_s));
}

static void
test_fit (void)
{
  g_autoptr (OtoClip) clip = oto_test_make_clip (2.0, 8000, 1);
  g_autoptr (GError) error = NULL;
  OtoTimeRange range = { 0.5, INFINITY }, behind = { 2.0, 3.0 };
  gint64 n_samples;

  g_assert_true (oto_time_range_fit (&range, clip, &error));
  g_assert_cmpfloat (range.end_s, ==, 2.0);
  g_assert_cmpint (oto_time_range_get_samples (&range, clip, &n_samples), ==, 4000);
  g_assert_cmpint (n_samples, ==, 12000);

  g_assert_false (oto_time_range_fit (&behind, clip, &error));
  g_assert_error (error, OTO_ANALYSIS_ERROR, OTO_ANALYSIS_ERROR_CLIP);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audio/time-range/parse", test_parse);
  g_test_add_func ("/audio/time-range/fit", test_fit);
  return g_test_run ();
}
