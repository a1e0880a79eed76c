/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "detection/oto-median-filter.h"

#include <string.h>

/* The first place of a sorted list whose value is not below @value. */
static size_t
find_place (const double *sorted,
            size_t        n,
            double        value)
{
  size_t low = 0;

  while (low < n)
    {
      size_t middle = low + (n - low) / 2;

      if (sorted[middle] < value)
        low = middle + 1;
      else
        n = middle;
    }
  return low;
}

static void
replace (double *sorted,
         size_t  n,
         double  old,
         double  value)
{
  size_t from = find_place (sorted, n, old);
  size_t to = find_place (sorted, n, value);

  if (to > from)
    memmove (sorted + from, sorted + from + 1, (--to - from) * sizeof (double));
  else
    memmove (sorted + to + 1, sorted + to, (from - to) * sizeof (double));
  sorted[to] = value;
}

/* Beyond the ends a list goes on as its own mirror image: c b a | a b c | c b a. */
static double
get_mirrored (const double *values,
              size_t        n,
              gint64        i)
{
  const gint64 period = 2 * (gint64) n;

  i %= period;
  if (i < 0)
    i += period;
  return values[i < (gint64) n ? i : period - 1 - i];
}

static int
compare (gconstpointer a,
         gconstpointer b,
         gpointer      user_data)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/**
 * oto_median_filter_apply:
 * @values: (array length=n): numbers, none of them NaN
 * @n: how many
 * @filter_len: length of the window; an even one is taken as the next odd one
 * @ret_values: (out caller-allocates): (n), the median of the window around each value; not in
 *   place
 *
 * Takes running medians; beyond its ends the list is mirrored, as in scipy.ndimage.
 */
void
oto_median_filter_apply (const double *values,
                         size_t        n,
                         size_t        filter_len,
                         double       *ret_values)
{
  const size_t half = filter_len / 2, len = 2 * half + 1;
  g_autofree double *sorted = NULL;

  if (n == 0)
    return;
  sorted = g_new (double, len);
  for (size_t i = 0; i < len; i++)
    sorted[i] = get_mirrored (values, n, (gint64) i - (gint64) half);
  g_qsort_with_data (sorted, (int) len, sizeof (double), compare, NULL);
  for (size_t t = 0; t < n; t++)
    {
      ret_values[t] = sorted[half];
      replace (sorted, len, get_mirrored (values, n, (gint64) t - (gint64) half),
               get_mirrored (values, n, (gint64) (t + half + 1)));
    }
}
