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

static void
check_rate (const OtoScheduleConfig *config,
            guint                    epoch,
            guint64                  update,
            double                   expected)
{
  OtoSchedule schedule;

  oto_schedule_init (&schedule, 1.0);
  oto_schedule_begin_update (&schedule, config, 1.0, epoch, update);
  g_assert_cmpfloat_with_epsilon (schedule.lr, expected, 1e-15);
  /* These never look at what an epoch reached. */
  g_assert_false (oto_schedule_end_epoch (&schedule, config, 0.0));
}

static void
test_updates (void)
{
  const OtoScheduleConfig config = { .kind = OTO_SCHEDULE_UPDATES, .factor = 0.5, .every = 10 };

  check_rate (&config, 1, 1, 1.0);
  check_rate (&config, 1, 10, 1.0);
  check_rate (&config, 7, 11, 0.5);
  check_rate (&config, 1, 31, 0.125);
}

/* The rate falls in the epoch that is a multiple, not in the one after it. */
static void
test_epochs (void)
{
  const OtoScheduleConfig config = { .kind = OTO_SCHEDULE_EPOCHS, .factor = 0.5, .every = 3 };

  check_rate (&config, 1, 1, 1.0);
  check_rate (&config, 2, 900, 1.0);
  check_rate (&config, 3, 901, 0.5);
  check_rate (&config, 5, 1, 0.5);
  check_rate (&config, 6, 1, 0.25);
}

static void
test_constant (void)
{
  const OtoScheduleConfig config = { .kind = OTO_SCHEDULE_CONSTANT };

  check_rate (&config, 1, 1, 1.0);
  check_rate (&config, 1000, 1000000, 1.0);
}

/* A run of epochs with a loss, the rate after each. */
static void
check_plateau (const OtoScheduleConfig *config,
               const double            *values,
               const double            *rates,
               guint                    n)
{
  OtoSchedule schedule;

  oto_schedule_init (&schedule, 1.0);
  for (guint i = 0; i < n; i++)
    {
      const double before = schedule.lr;

      oto_schedule_begin_update (&schedule, config, 1.0, i + 1, i + 1);
      g_assert_cmpfloat (schedule.lr, ==, before);
      g_assert_cmpint (oto_schedule_end_epoch (&schedule, config, values[i]), ==,
                       rates[i] < before);
      g_assert_cmpfloat_with_epsilon (schedule.lr, rates[i], 1e-15);
    }
}

static void
test_loss_is_better_when_less (void)
{
  const OtoScheduleConfig config = {
    .kind = OTO_SCHEDULE_PLATEAU, .factor = 0.5, .watch = OTO_WATCH_LOSS, .patience = 1,
    .threshold = 1e-2,
  };
  /* The third is better by less than a hundredth; NaN is never better. */
  static const double values[] = { 2.0, 1.0, 0.995, 0.5, 0.6, NAN, 0.4, 0.4, 0.4 };
  static const double rates[] = { 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25 };

  check_plateau (&config, values, rates, G_N_ELEMENTS (values));
}

static void
test_cooldown_and_least_rate (void)
{
  const OtoScheduleConfig config = {
    .kind = OTO_SCHEDULE_PLATEAU, .factor = 0.5, .watch = OTO_WATCH_MACRO_AP, .patience = 1,
    .cooldown = 2, .threshold = 1e-4, .min_lr = 0.4,
  };
  static const double values[] = { 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5 };
  /* Two bad epochs, two that do not count, two bad ones: to 0.4, not to 0.25. */
  static const double rates[] = { 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.4, 0.4 };

  check_plateau (&config, values, rates, G_N_ELEMENTS (values));
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
  g_test_add_func ("/training/schedule/updates", test_updates);
  g_test_add_func ("/training/schedule/epochs", test_epochs);
  g_test_add_func ("/training/schedule/constant", test_constant);
  g_test_add_func ("/training/schedule/loss-is-better-when-less", test_loss_is_better_when_less);
  g_test_add_func ("/training/schedule/cooldown-and-least-rate", test_cooldown_and_least_rate);
  return g_test_run ();
}
