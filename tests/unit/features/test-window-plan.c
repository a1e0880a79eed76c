/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

static void
test_first_frames (void)
{
  static const struct { gint64 n_frames; int n_window; guint n_windows; gint64 first[5]; } cases[] =
  {
    { 311, 311, 1, { 0 } },
    { 310, 311, 1, { 0 } },
    { 1, 311, 1, { 0 } },
    { 0, 311, 1, { 0 } },
    { 312, 311, 2, { 0, 1 } },
    { 467, 311, 2, { 0, 156 } },
    { 468, 311, 3, { 0, 156, 157 } },
    { 622, 311, 3, { 0, 156, 311 } },
    { 61, 24, 5, { 0, 12, 24, 36, 37 } },
    { 3, 1, 3, { 0, 1, 2 } },
    { 5, 2, 4, { 0, 1, 2, 3 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      OtoWindowPlan plan;

      oto_window_plan_init (&plan, cases[i].n_frames, cases[i].n_window);
      g_assert_cmpuint (plan.n_windows, ==, cases[i].n_windows);
      for (guint w = 0; w < plan.n_windows; w++)
        g_assert_cmpint (oto_window_plan_get_first_frame (&plan, w), ==, cases[i].first[w]);
      g_assert_cmpint (oto_window_plan_get_n_padded_frames (&plan), ==,
                       MAX (cases[i].n_frames, cases[i].n_window));
    }
}

/* A window's tent over the sum of all windows' tents. */
static double
get_fade_naively (const OtoWindowPlan *plan,
                  guint                window,
                  gint64               frame)
{
  double own = 0.0, sum = 0.0;

  for (guint w = 0; w < plan->n_windows; w++)
    {
      gint64 i = frame - oto_window_plan_get_first_frame (plan, w);
      gint64 tent = MAX (0, MIN (i + 1, plan->n_window_frames - i));

      sum += tent;
      if (w == window)
        own = tent;
    }
  return own / sum;
}

static void
check_plan (const OtoWindowPlan *plan)
{
  gint64 covered = 0;

  for (guint w = 0; w < plan->n_windows; w++)
    {
      gint64 begin = oto_window_plan_get_first_frame (plan, w);
      gint64 end = begin + plan->n_window_frames;

      g_assert_cmpint (begin, <=, covered);
      g_assert_cmpint (end, >, covered);
      covered = end;
      g_assert_cmpint (oto_window_plan_get_seam (plan, w), >=, begin);
      g_assert_cmpint (oto_window_plan_get_seam (plan, w + 1), <=, end);
      g_assert_cmpint (oto_window_plan_get_seam (plan, w + 1), >,
                       oto_window_plan_get_seam (plan, w));
    }
  g_assert_cmpint (covered, ==, oto_window_plan_get_n_padded_frames (plan));
  g_assert_cmpint (oto_window_plan_get_seam (plan, 0), ==, 0);
  g_assert_cmpint (oto_window_plan_get_seam (plan, plan->n_windows), ==, plan->n_frames);

  for (gint64 t = 0; t < plan->n_frames; t++)
    {
      double sum = 0.0;

      for (guint w = 0; w < plan->n_windows; w++)
        {
          float fade = oto_window_plan_get_fade (plan, w, t);

          g_assert_cmpfloat_with_epsilon (fade, get_fade_naively (plan, w, t), 1e-6);
          sum += fade;
        }
      g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-6);
    }
}

/* Windows cover all frames without a gap, each has frames of its own, weights add up to one. */
static void
test_all_lengths (void)
{
  for (int n_window = 1; n_window <= 13; n_window++)
    for (gint64 n_frames = 1; n_frames <= 60; n_frames++)
      {
        OtoWindowPlan plan;

        oto_window_plan_init (&plan, n_frames, n_window);
        check_plan (&plan);
      }
}

/* Where two windows overlap by half a window, one falls as the other rises. */
static void
test_fade (void)
{
  OtoWindowPlan plan;

  oto_window_plan_init (&plan, 36, 24);
  for (int i = 0; i < 12; i++)
    {
      g_assert_cmpfloat_with_epsilon (oto_window_plan_get_fade (&plan, 1, 12 + i), (i + 1) / 13.0,
                                      1e-6);
      g_assert_cmpfloat (oto_window_plan_get_fade (&plan, 0, i), ==, 1.f);
      g_assert_cmpfloat (oto_window_plan_get_fade (&plan, 0, 24 + i), ==, 0.f);
    }
}

/* A day of audio: nothing is listed, so nothing grows. */
static void
test_long (void)
{
  OtoWindowPlan plan;

  oto_window_plan_init (&plan, 86400 * G_GINT64_CONSTANT (100), 1001);
  g_assert_cmpuint (plan.n_windows, ==, 17245);
  g_assert_cmpint (oto_window_plan_get_first_frame (&plan, 17244), ==, 8640000 - 1001);
  g_assert_cmpfloat_with_epsilon (oto_window_plan_get_fade (&plan, 17242, 8638100)
                                  + oto_window_plan_get_fade (&plan, 17241, 8638100)
                                  + oto_window_plan_get_fade (&plan, 17240, 8638100), 1.0, 1e-6);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/features/window-plan/first-frame/last-ends-with-the-clip", test_first_frames);
  g_test_add_func ("/features/window-plan/every-length/covered-and-weighed", test_all_lengths);
  g_test_add_func ("/features/window-plan/fade/is-a-tent", test_fade);
  g_test_add_func ("/features/window-plan/first-frame/of-a-day", test_long);
  return g_test_run ();
}
