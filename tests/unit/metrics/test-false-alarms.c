/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

static void
test_counts_what_meets_no_event (void)
{
  const OtoInterval ref = { 1.0, 2.0, 0 };
  const OtoInterval ests[] = { { 2.0, 3.0, 0 }, { 1.5, 1.6, 1 }, { 1.9, 4.0, 0 } };
  OtoFalseAlarms alarms = { 0 };

  g_assert_true (isnan (oto_false_alarms_get_per_hour (&alarms, FALSE)));
  oto_false_alarms_add_clip (&alarms, 1800.0, &ref, 1, ests, 3);
  g_assert_cmpfloat (oto_false_alarms_get_per_hour (&alarms, FALSE), ==, 4.0);
  g_assert_true (isnan (oto_false_alarms_get_per_hour (&alarms, TRUE)));

  oto_false_alarms_add_clip (&alarms, 1800.0, NULL, 0, ests, 3);
  g_assert_cmpfloat (oto_false_alarms_get_per_hour (&alarms, TRUE), ==, 6.0);
  g_assert_cmpfloat (oto_false_alarms_get_per_hour (&alarms, FALSE), ==, 5.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/false-alarms/counts-what-meets-no-event",
                   test_counts_what_meets_no_event);
  return g_test_run ();
}
