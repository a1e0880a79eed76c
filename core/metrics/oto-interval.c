/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-interval.h"

#include <math.h>

static int
compare_onsets (gconstpointer a,
                gconstpointer b)
{
  double x = ((const OtoInterval *) a)->onset_s;
  double y = ((const OtoInterval *) b)->onset_s;

  return (x > y) - (x < y);
}

/**
 * oto_interval_get_overlap_s:
 * @a: an interval
 * @b: another, of any class
 *
 * Returns: how long both last, in seconds; 0 when they only touch
 */
double
oto_interval_get_overlap_s (const OtoInterval *a,
                            const OtoInterval *b)
{
  return fmax (fmin (a->offset_s, b->offset_s) - fmax (a->onset_s, b->onset_s), 0.0);
}

/**
 * oto_intervals_merge:
 * @intervals: (array length=n_intervals): intervals of one clip, in any order
 * @n_intervals: how many
 * @class_index: the class to take
 *
 * Takes the intervals of one class; those that overlap or touch become one.
 *
 * Returns: (transfer full) (element-type OtoInterval): the merged ones by onset
 */
GArray *
oto_intervals_merge (const OtoInterval *intervals,
                     guint              n_intervals,
                     int                class_index)
{
  GArray *merged = g_array_new (FALSE, FALSE, sizeof (OtoInterval));
  guint n = 0;

  for (guint i = 0; i < n_intervals; i++)
    if (intervals[i].class_index == class_index)
      g_array_append_val (merged, intervals[i]);
  g_array_sort (merged, compare_onsets);

  for (guint i = 0; i < merged->len; i++)
    {
      OtoInterval next = g_array_index (merged, OtoInterval, i);
      OtoInterval *last = n > 0 ? &g_array_index (merged, OtoInterval, n - 1) : NULL;

      if (last != NULL && next.onset_s <= last->offset_s)
        last->offset_s = fmax (last->offset_s, next.offset_s);
      else
        g_array_index (merged, OtoInterval, n++) = next;
    }
  g_array_set_size (merged, n);
  return merged;
}
