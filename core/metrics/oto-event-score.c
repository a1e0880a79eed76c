/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-event-score.h"

#include <math.h>

#define NONE G_MAXUINT

const OtoEventCriteria oto_event_criteria_default = {
  .onset_collar_s = 0.2,
  .offset_collar_s = 0.2,
  .offset_share = 0.5,
  .matching = OTO_EVENT_MATCHING_OPTIMAL,
};

/* The events of one clip and who is paired with whom. */
typedef struct
{
  const OtoEventCriteria *criteria;
  const OtoInterval      *refs;
  const OtoInterval      *ests;
  guint                   n_refs;
  guint                   n_ests;
  guint                  *order;         /* (n_ests): estimates by onset */
  guint                  *est_of_ref;    /* (n_refs): or NONE */
  guint                  *ref_of_est;    /* (n_ests): or NONE */
  guint                  *parents;       /* (n_ests): from which reference a search came; or NONE */
  guint                  *queue;         /* (n_refs): of a search */
} Matcher;

static int
compare_onsets (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  const OtoInterval *ests = user_data;
  guint i = *(const guint *) a, j = *(const guint *) b;

  if (ests[i].onset_s != ests[j].onset_s)
    return ests[i].onset_s < ests[j].onset_s ? -1 : 1;
  return (i > j) - (i < j);
}

static void
matcher_init (Matcher                *self,
              const OtoEventCriteria *criteria,
              const OtoInterval      *refs,
              guint                   n_refs,
              const OtoInterval      *ests,
              guint                   n_ests)
{
  *self = (Matcher) {
    .criteria = criteria,
    .refs = refs,
    .ests = ests,
    .n_refs = n_refs,
    .n_ests = n_ests,
    .order = g_new (guint, n_ests),
    .est_of_ref = g_new (guint, n_refs),
    .ref_of_est = g_new (guint, n_ests),
    .parents = g_new (guint, n_ests),
    .queue = g_new (guint, n_refs),
  };
  for (guint j = 0; j < n_refs; j++)
    self->est_of_ref[j] = NONE;
  for (guint i = 0; i < n_ests; i++)
    {
      self->order[i] = i;
      self->ref_of_est[i] = NONE;
      self->parents[i] = NONE;
    }
  if (n_ests > 1)
    g_qsort_with_data (self->order, n_ests, sizeof (guint), compare_onsets, (gpointer) ests);
}

static void
matcher_clear (Matcher *self)
{
  g_free (self->order);
  g_free (self->est_of_ref);
  g_free (self->ref_of_est);
  g_free (self->parents);
  g_free (self->queue);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Matcher, matcher_clear)

/* The first place in the order from which estimates do not begin too early. */
static guint
find_first_near (const Matcher *self,
                 guint          ref)
{
  guint low = 0, high = self->n_ests;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      double onset_s = self->ests[self->order[middle]].onset_s;

      if (self->refs[ref].onset_s - onset_s <= self->criteria->onset_collar_s)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

/* Whether the estimate at this place, or one behind it, may begin near enough. */
static gboolean
is_in_reach (const Matcher *self,
             guint          ref,
             guint          place)
{
  return place < self->n_ests
         && self->ests[self->order[place]].onset_s - self->refs[ref].onset_s
            <= self->criteria->onset_collar_s;
}

static gboolean
ends_near (const Matcher *self,
           guint          ref,
           guint          est)
{
  const OtoInterval *event = &self->refs[ref];
  double reach_s = self->criteria->offset_share * (event->offset_s - event->onset_s);

  return isnan (self->criteria->offset_collar_s)
         || fabs (event->offset_s - self->ests[est].offset_s)
            <= fmax (self->criteria->offset_collar_s, reach_s);
}

static gboolean
is_same_class (const Matcher *self,
               guint          ref,
               guint          est)
{
  return self->refs[ref].class_index == self->ests[est].class_index;
}

/* The first estimate, as they are listed, that is not taken and near enough. */
static guint
find_first_free (const Matcher *self,
                 guint          ref,
                 gboolean       of_class)
{
  guint first = NONE;

  for (guint place = find_first_near (self, ref); is_in_reach (self, ref, place); place++)
    {
      guint est = self->order[place];

      if (est < first && self->ref_of_est[est] == NONE
          && (!of_class || is_same_class (self, ref, est)) && ends_near (self, ref, est))
        first = est;
    }
  return first;
}

static void
pair (Matcher *self,
      guint    ref,
      guint    est)
{
  self->est_of_ref[ref] = est;
  self->ref_of_est[est] = ref;
}

/* Passes estimates on along the way by which the search came to a free one. */
static void
augment (Matcher *self,
         guint    est)
{
  while (est != NONE)
    {
      guint ref = self->parents[est];
      guint next = self->est_of_ref[ref];

      pair (self, ref, est);
      est = next;
    }
}

/* Looks for a free estimate by breadth; what a vain search has seen leads nowhere later either, and
 * stays marked. */
static void
search (Matcher *self,
        guint    first_ref,
        GArray  *seen)
{
  guint n_queued = 0;

  g_array_set_size (seen, 0);
  self->queue[n_queued++] = first_ref;
  for (guint q = 0; q < n_queued; q++)
    {
      guint ref = self->queue[q];

      for (guint place = find_first_near (self, ref); is_in_reach (self, ref, place); place++)
        {
          guint est = self->order[place];

          if (self->parents[est] != NONE || !is_same_class (self, ref, est)
              || !ends_near (self, ref, est))
            continue;
          self->parents[est] = ref;
          g_array_append_val (seen, est);
          if (self->ref_of_est[est] != NONE)
            {
              self->queue[n_queued++] = self->ref_of_est[est];
              continue;
            }
          augment (self, est);
          for (guint i = 0; i < seen->len; i++)
            self->parents[g_array_index (seen, guint, i)] = NONE;
          return;
        }
    }
}

static void
match (Matcher *self)
{
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint ref = 0; ref < self->n_refs; ref++)
    if (self->criteria->matching == OTO_EVENT_MATCHING_OPTIMAL)
      search (self, ref, seen);
    else
      {
        guint est = find_first_free (self, ref, TRUE);

        if (est != NONE)
          pair (self, ref, est);
      }
}

static void
count_classes (const Matcher     *self,
               OtoDetectionScore *score)
{
  for (guint ref = 0; ref < self->n_refs; ref++)
    {
      OtoDetectionCounts *counts = &score->classes[self->refs[ref].class_index];

      counts->n_ref++;
      if (self->est_of_ref[ref] != NONE)
        counts->n_hits++;
      else
        counts->n_dels++;
    }
  for (guint est = 0; est < self->n_ests; est++)
    {
      OtoDetectionCounts *counts = &score->classes[self->ests[est].class_index];

      counts->n_sys++;
      counts->n_ins += self->ref_of_est[est] == NONE;
    }
}

/* Those left over are paired without regard to class. */
static void
count_overall (Matcher            *self,
               OtoDetectionCounts *counts)
{
  guint n_hits = 0, n_subs = 0;

  for (guint ref = 0; ref < self->n_refs; ref++)
    n_hits += self->est_of_ref[ref] != NONE;
  for (guint ref = 0; ref < self->n_refs; ref++)
    {
      guint est = self->est_of_ref[ref] == NONE ? find_first_free (self, ref, FALSE) : NONE;

      if (est != NONE)
        {
          pair (self, ref, est);
          n_subs++;
        }
    }
  counts->n_ref += self->n_refs;
  counts->n_sys += self->n_ests;
  counts->n_hits += n_hits;
  counts->n_subs += n_subs;
  counts->n_dels += self->n_refs - n_hits - n_subs;
  counts->n_ins += self->n_ests - n_hits - n_subs;
}

/**
 * oto_event_score_add_clip:
 * @score: (inout): counts
 * @criteria: when an event is found
 * @refs: (array length=n_refs): the clip's reference, classes below those of @score
 * @n_refs: how many
 * @ests: (array length=n_ests): the clip's estimate
 * @n_ests: how many
 *
 * Adds one clip. A pair has the same class, onsets at most @criteria's collar apart, and offsets at
 * most the larger of collar and share of the reference event's length; comparisons are in double
 * and hold on the limit. For each event of the reference without a partner, in their order, the
 * first estimate left that meets the conditions of time is a substitution. (systems.md 7.5 e;
 * Mesaros, Heittola, Virtanen: Metrics for polyphonic sound event detection, 2016.)
 */
void
oto_event_score_add_clip (OtoDetectionScore      *score,
                          const OtoEventCriteria *criteria,
                          const OtoInterval      *refs,
                          guint                   n_refs,
                          const OtoInterval      *ests,
                          guint                   n_ests)
{
  g_auto (Matcher) matcher = { 0 };

  g_return_if_fail (score != NULL);
  g_return_if_fail (criteria != NULL);

  matcher_init (&matcher, criteria, refs, n_refs, ests, n_ests);
  match (&matcher);
  count_classes (&matcher, score);
  count_overall (&matcher, &score->overall);
}
