/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

/* PyTorch reduces when the number of epochs without a better one exceeds the patience. */
static void
test_reduces_after_four_bad_epochs (void)
{
  /* 0.50004 is better than 0.5 by less than a ten-thousandth of it, so the count goes on. */
  static const double values[] = { 0.5, 0.4, 0.3, 0.50004, 0.5, 0.4, 0.4, 0.4, 0.4 };
  static const double rates[] = { 1e-3, 1e-3, 1e-3, 1e-3, 1e-4, 1e-4, 1e-4, 1e-4, 1e-5 };
  OtoSchedule schedule;

  oto_schedule_init (&schedule, 1e-3);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      double before = schedule.lr;
      gboolean reduced = oto_schedule_step (&schedule, values[i]);

      g_assert_cmpfloat_with_epsilon (schedule.lr, rates[i], 1e-12);
      g_assert_cmpint (reduced, ==, schedule.lr < before);
    }
  g_assert_cmpfloat (schedule.best, ==, 0.5);
}

static void
test_better_epoch_starts_the_count_anew (void)
{
  static const double values[] = { 0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.3 };
  OtoSchedule schedule;

  oto_schedule_init (&schedule, 1e-3);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_assert_false (oto_schedule_step (&schedule, values[i]));
  g_assert_cmpfloat (schedule.lr, ==, 1e-3);
}

static void
test_nan_is_never_better (void)
{
  OtoSchedule schedule;

  oto_schedule_init (&schedule, 1e-3);
  for (int i = 0; i < 3; i++)
    g_assert_false (oto_schedule_step (&schedule, NAN));
  g_assert_true (oto_schedule_step (&schedule, NAN));
  g_assert_true (isinf (schedule.best));
}

static void
test_tiny_change_is_not_made (void)
{
  OtoSchedule schedule;

  oto_schedule_init (&schedule, 1e-8);
  oto_schedule_step (&schedule, 1.0);
  for (int i = 0; i < 10; i++)
    g_assert_false (oto_schedule_step (&schedule, 0.5));
  g_assert_cmpfloat (schedule.lr, ==, 1e-8);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training/schedule/reduces-after-four-bad-epochs",
                   test_reduces_after_four_bad_epochs);
  g_test_add_func ("/training/schedule/better-epoch-starts-the-count-anew",
                   test_better_epoch_starts_the_count_anew);
  g_test_add_func ("/training/schedule/nan-is-never-better", test_nan_is_never_better);
  g_test_add_func ("/training/schedule/tiny-change-is-not-made", test_tiny_change_is_not_made);
  return g_test_run ();
}
