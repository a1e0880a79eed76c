/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "detection/oto-median-filter.h"

#include <math.h>

#define MAX_N 23

static double
get_mirrored (const double *values,
              int           n,
              int           i)
{
  while (i < 0 || i >= n)
    i = i < 0 ? -1 - i : 2 * n - 1 - i;
  return values[i];
}

/* The definition: of all values in the window, the one with as many below as above. */
static double
find_median (const double *values,
             int           n,
             int           t,
             int           half)
{
  for (int i = t - half; i <= t + half; i++)
    {
      double value = get_mirrored (values, n, i);
      int n_below = 0, n_same = 0;

      for (int j = t - half; j <= t + half; j++)
        {
          n_below += get_mirrored (values, n, j) < value;
          n_same += get_mirrored (values, n, j) == value;
        }
      if (n_below <= half && n_below + n_same > half)
        return value;
    }
  return NAN;
}

static void
test_takes_medians (void)
{
  float random[MAX_N];
  double values[MAX_N], filtered[MAX_N];

  oto_test_fill (random, MAX_N, 5);
  for (int i = 0; i < MAX_N; i++)
    values[i] = round (random[i] * 5.0);
  for (int n = 0; n <= MAX_N; n++)
    for (int len = 0; len < 60; len++)
      {
        oto_median_filter_apply (values, n, len, filtered);
        for (int t = 0; t < n; t++)
          g_assert_cmpfloat (filtered[t], ==, find_median (values, n, t, len / 2));
      }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/detection/median-filter/takes-medians", test_takes_medians);
  return g_test_run ();
}
