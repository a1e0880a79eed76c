/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-time-scale.h"
#include "oto-test.h"

#include <math.h>

static void
count_cb (gpointer object,
          gpointer user_data)
{
  ++*(int *) user_data;
}

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    user_data)
{
  ++*(int *) user_data;
}

static OtoTimeScale *
new_scale (double duration_s,
           double hop_s)
{
  OtoTimeScale *scale = oto_time_scale_new ();

  oto_time_scale_set_clip (scale, duration_s, hop_s);
  return scale;
}

static void
test_no_clip (void)
{
  g_autoptr (OtoTimeScale) scale = oto_time_scale_new ();

  oto_time_scale_zoom_at (scale, 1.0, 2.0);
  oto_time_scale_pan (scale, 5.0);
  oto_time_scale_set_range (scale, 1.0, 2.0);
  g_assert_cmpfloat (oto_time_scale_get_span_s (scale), ==, 0.0);
  g_assert_cmpfloat (oto_time_scale_x_from_s (scale, 3.0, 100.0), ==, 0.0);
  g_assert_cmpfloat (oto_time_scale_s_from_x (scale, 50.0, 100.0), ==, 0.0);
}

static void
test_zoom_keeps_place (void)
{
  g_autoptr (OtoTimeScale) scale = new_scale (10.0, 0.032);
  double before;

  oto_time_scale_set_range (scale, 2.0, 6.0);
  before = oto_time_scale_x_from_s (scale, 3.264, 736.0);
  oto_time_scale_zoom_at (scale, 3.264, 1.25);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_span_s (scale), 3.2, 1e-12);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_x_from_s (scale, 3.264, 736.0), before, 1e-9);
}

static void
test_range_stays_inside (void)
{
  g_autoptr (OtoTimeScale) scale = new_scale (10.0, 0.032);

  oto_time_scale_set_range (scale, 2.0, 6.0);
  oto_time_scale_pan (scale, 100.0);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_start_s (scale), 6.0, 1e-12);
  g_assert_cmpfloat (oto_time_scale_get_end_s (scale), ==, 10.0);
  oto_time_scale_pan (scale, -100.0);
  g_assert_cmpfloat (oto_time_scale_get_start_s (scale), ==, 0.0);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_end_s (scale), 4.0, 1e-12);
  oto_time_scale_zoom_at (scale, 2.0, 1e-9);
  g_assert_true (oto_time_scale_is_fit (scale));
  oto_time_scale_set_range (scale, NAN, 3.0);
  g_assert_true (oto_time_scale_is_fit (scale));
}

static void
test_least_span (void)
{
  g_autoptr (OtoTimeScale) scale = new_scale (10.0, 0.032);
  g_autoptr (OtoTimeScale) tiny = new_scale (0.01, 0.032);

  oto_time_scale_zoom_at (scale, 5.0, 1e12);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_span_s (scale),
                                  OTO_TIME_SCALE_MIN_FRAMES * 0.032, 1e-12);
  /* A clip shorter than the least span is shown whole. */
  oto_time_scale_zoom_at (tiny, 0.005, 4.0);
  g_assert_true (oto_time_scale_is_fit (tiny));
}

static void
test_pixels_round_trip (void)
{
  g_autoptr (OtoTimeScale) scale = new_scale (3600.0, 0.032);

  oto_time_scale_set_range (scale, 1234.5, 1300.25);
  for (double x = 0.0; x <= 1200.0; x += 17.0)
    g_assert_cmpfloat_with_epsilon (
      oto_time_scale_x_from_s (scale, oto_time_scale_s_from_x (scale, x, 1200.0), 1200.0), x, 1e-6);
  g_assert_cmpfloat (oto_time_scale_s_from_x (scale, -1e9, 1200.0), ==, 0.0);
  g_assert_cmpfloat (oto_time_scale_s_from_x (scale, 1e9, 1200.0), ==, 3600.0);
}

static void
test_reveal (void)
{
  g_autoptr (OtoTimeScale) scale = new_scale (100.0, 0.032);

  oto_time_scale_set_range (scale, 10.0, 20.0);
  oto_time_scale_reveal (scale, 15.0);
  g_assert_cmpfloat (oto_time_scale_get_start_s (scale), ==, 10.0);
  oto_time_scale_reveal (scale, 25.0);
  g_assert_cmpfloat_with_epsilon (oto_time_scale_get_end_s (scale), 26.0, 1e-9);
  oto_time_scale_reveal (scale, 0.0);
  g_assert_cmpfloat (oto_time_scale_get_start_s (scale), ==, 0.0);
}

static void
test_changed_once (void)
{
  g_autoptr (OtoTimeScale) scale = new_scale (10.0, 0.032);
  int n_changed = 0, n_starts = 0, n_ends = 0;

  g_signal_connect (scale, "changed", G_CALLBACK (count_cb), &n_changed);
  g_signal_connect (scale, "notify::start-s", G_CALLBACK (count_notify_cb), &n_starts);
  g_signal_connect (scale, "notify::end-s", G_CALLBACK (count_notify_cb), &n_ends);
  oto_time_scale_set_range (scale, 2.0, 6.0);
  g_assert_cmpint (n_changed, ==, 1);
  g_assert_cmpint (n_starts, ==, 1);
  g_assert_cmpint (n_ends, ==, 1);
  /* The same range again is no change; a new end alone is one. */
  oto_time_scale_set_range (scale, 2.0, 6.0);
  g_assert_cmpint (n_changed, ==, 1);
  oto_time_scale_set_range (scale, 2.0, 7.0);
  g_assert_cmpint (n_changed, ==, 2);
  g_assert_cmpint (n_starts, ==, 1);
  g_assert_cmpint (n_ends, ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geometry/time-scale/without-clip", test_no_clip);
  g_test_add_func ("/geometry/time-scale/zoom-keeps-place", test_zoom_keeps_place);
  g_test_add_func ("/geometry/time-scale/range-stays-inside", test_range_stays_inside);
  g_test_add_func ("/geometry/time-scale/least-span", test_least_span);
  g_test_add_func ("/geometry/time-scale/pixels-round-trip", test_pixels_round_trip);
  g_test_add_func ("/geometry/time-scale/reveal", test_reveal);
  g_test_add_func ("/geometry/time-scale/changed-once", test_changed_once);
  return g_test_run ();
}
