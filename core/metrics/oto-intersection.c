/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-intersection.h"

#include <math.h>

const OtoIntersectionCriteria oto_intersection_criteria_f1 = {
  .detected_share = 0.5,
  .found_share = 0.5,
  .crossed_share = NAN,
};

/**
 * oto_intersection_holds:
 * @overlap_s: how long two things intersect
 * @share: the share that they must
 * @length_s: of what length
 *
 * Returns: whether they do, to the microsecond; never when they do not intersect at all
 */
gboolean
oto_intersection_holds (double overlap_s,
                        double share,
                        double length_s)
{
  return overlap_s > 0.0 && rint (1e6 * overlap_s) >= rint (1e6 * share * length_s);
}

/* Begins after all events that end before @onset_s; both lists are sorted and do not overlap. */
static guint
find_first (const OtoInterval *intervals,
            guint              n,
            double             onset_s)
{
  guint low = 0;

  while (low < n)
    {
      guint middle = low + (n - low) / 2;

      if (intervals[middle].offset_s <= onset_s)
        low = middle + 1;
      else
        n = middle;
    }
  return low;
}

static double
sum_overlap_s (GArray            *intervals,
               const OtoInterval *interval)
{
  const OtoInterval *list = (const OtoInterval *) intervals->data;
  double sum_s = 0.0;

  for (guint i = find_first (list, intervals->len, interval->onset_s);
       i < intervals->len && list[i].onset_s < interval->offset_s; i++)
    sum_s += oto_interval_get_overlap_s (&list[i], interval);
  return sum_s;
}

/* Right detections stay in the list, the others are counted. */
static void
drop_false (const OtoIntersectionCriteria  *criteria,
            GArray                        **refs,
            guint                           n_classes,
            guint                           class_index,
            GArray                         *ests,
            OtoIntersectionCounts          *counts,
            guint64                        *cross_counts)
{
  guint n = 0;

  for (guint i = 0; i < ests->len; i++)
    {
      const OtoInterval est = g_array_index (ests, OtoInterval, i);
      const double length_s = est.offset_s - est.onset_s;

      if (oto_intersection_holds (sum_overlap_s (refs[class_index], &est),
                                  criteria->detected_share, length_s))
        {
          g_array_index (ests, OtoInterval, n++) = est;
          continue;
        }
      counts->n_false++;
      for (guint k = 0; k < n_classes && cross_counts != NULL && !isnan (criteria->crossed_share);
           k++)
        if (k != class_index && refs[k]->len > 0
            && oto_intersection_holds (sum_overlap_s (refs[k], &est), criteria->crossed_share,
                                       length_s))
          cross_counts[k]++;
    }
  g_array_set_size (ests, n);
}

/**
 * oto_intersection_add_clip:
 * @criteria: when detections count
 * @n_classes: K
 * @refs: (array length=n_refs): the clip's reference
 * @n_refs: how many
 * @ests: (array length=n_ests): its detections
 * @n_ests: how many
 * @counts: (inout) (array length=n_classes): added to
 * @cross_counts: (inout) (nullable): (K, K), false detections of a class in others; added to
 *
 * Adds one clip. In reference and detections alike, those of one class that overlap or touch are
 * one. A class without events in the clip has no cross triggers in it.
 */
void
oto_intersection_add_clip (const OtoIntersectionCriteria *criteria,
                           guint                          n_classes,
                           const OtoInterval             *refs,
                           guint                          n_refs,
                           const OtoInterval             *ests,
                           guint                          n_ests,
                           OtoIntersectionCounts         *counts,
                           guint64                       *cross_counts)
{
  g_autofree GArray **merged = g_new (GArray *, n_classes + 1);

  for (guint k = 0; k < n_classes; k++)
    merged[k] = oto_intervals_merge (refs, n_refs, (int) k);
  for (guint k = 0; k < n_classes; k++)
    {
      g_autoptr (GArray) right = oto_intervals_merge (ests, n_ests, (int) k);

      drop_false (criteria, merged, n_classes, k, right, &counts[k],
                  cross_counts != NULL ? cross_counts + (size_t) k * n_classes : NULL);
      counts[k].n_ref += merged[k]->len;
      for (guint i = 0; i < merged[k]->len; i++)
        {
          const OtoInterval *event = &g_array_index (merged[k], OtoInterval, i);

          counts[k].n_found += oto_intersection_holds (sum_overlap_s (right, event),
                                                       criteria->found_share,
                                                       event->offset_s - event->onset_s);
        }
    }
  for (guint k = 0; k < n_classes; k++)
    g_array_unref (merged[k]);
}

/**
 * oto_intersection_get_f1:
 * @self: counts
 *
 * Returns: 2 TP / (2 TP + FP + FN), 0 when nothing was found, NaN without reference
 */
double
oto_intersection_get_f1 (const OtoIntersectionCounts *self)
{
  if (self->n_ref == 0)
    return NAN;
  return 2.0 * (double) self->n_found
         / (double) (self->n_found + self->n_false + self->n_ref);
}

/**
 * oto_intersection_get_macro_f1:
 * @classes: (array length=n_classes): counts of classes
 * @n_classes: K
 * @ret_sum: (out) (optional): counts of all classes that have a reference, whose F1 is the micro
 *   average
 *
 * Returns: the mean F1 of the classes that have a reference; NaN without any
 */
double
oto_intersection_get_macro_f1 (const OtoIntersectionCounts *classes,
                               guint                        n_classes,
                               OtoIntersectionCounts       *ret_sum)
{
  OtoIntersectionCounts all = { 0 };
  double sum = 0.0;
  guint n = 0;

  for (guint k = 0; k < n_classes; k++)
    if (classes[k].n_ref > 0)
      {
        sum += oto_intersection_get_f1 (&classes[k]);
        n++;
        all.n_ref += classes[k].n_ref;
        all.n_found += classes[k].n_found;
        all.n_false += classes[k].n_false;
      }
  if (ret_sum != NULL)
    *ret_sum = all;
  return n > 0 ? sum / n : NAN;
}
