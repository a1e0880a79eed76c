/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

#define N_EVENTS 7
#define N_CLASSES 2

static gboolean
can_pair (const OtoEventCriteria *criteria,
          const OtoInterval      *ref,
          const OtoInterval      *est)
{
  double reach_s = fmax (criteria->offset_collar_s,
                         criteria->offset_share * (ref->offset_s - ref->onset_s));

  return ref->class_index == est->class_index
         && fabs (ref->onset_s - est->onset_s) <= criteria->onset_collar_s
         && (isnan (criteria->offset_collar_s) || fabs (ref->offset_s - est->offset_s) <= reach_s);
}

/* The definition: the most pairs of all ways to pair. */
static guint
count_most_pairs (const OtoEventCriteria *criteria,
                  const OtoInterval      *refs,
                  guint                   n_refs,
                  const OtoInterval      *ests,
                  guint                   taken)
{
  guint most;

  if (n_refs == 0)
    return 0;
  most = count_most_pairs (criteria, refs + 1, n_refs - 1, ests, taken);
  for (guint i = 0; i < N_EVENTS; i++)
    if (!(taken & (1u << i)) && can_pair (criteria, refs, &ests[i]))
      most = MAX (most, 1 + count_most_pairs (criteria, refs + 1, n_refs - 1, ests,
                                              taken | (1u << i)));
  return most;
}

static guint
count_greedy_pairs (const OtoEventCriteria *criteria,
                    const OtoInterval      *refs,
                    const OtoInterval      *ests)
{
  guint taken = 0, n = 0;

  for (guint j = 0; j < N_EVENTS; j++)
    for (guint i = 0; i < N_EVENTS; i++)
      if (!(taken & (1u << i)) && can_pair (criteria, &refs[j], &ests[i]))
        {
          taken |= 1u << i;
          n++;
          break;
        }
  return n;
}

/* Times on a grid, so that collars are met exactly. */
static void
fill_events (OtoInterval *events,
             OtoRng      *rng)
{
  for (guint i = 0; i < N_EVENTS; i++)
    {
      events[i].onset_s = (double) oto_rng_below (rng, 12) * 0.125;
      events[i].offset_s = events[i].onset_s + (double) oto_rng_below (rng, 8) * 0.125;
      events[i].class_index = (int) oto_rng_below (rng, N_CLASSES);
    }
}

static void
test_finds_most_pairs (void)
{
  OtoEventCriteria criteria = { 0.25, 0.25, 0.5, OTO_EVENT_MATCHING_OPTIMAL };
  guint n_differ = 0;
  OtoRng rng;

  oto_rng_init (&rng, 7);
  for (int round = 0; round < 400; round++)
    {
      OtoInterval refs[N_EVENTS], ests[N_EVENTS];
      guint n[2];

      fill_events (refs, &rng);
      fill_events (ests, &rng);
      criteria.offset_collar_s = round % 3 == 0 ? NAN : 0.25;
      for (int matching = 0; matching < 2; matching++)
        {
          g_auto (OtoDetectionScore) score = { 0 };

          criteria.matching = matching;
          oto_detection_score_init (&score, N_CLASSES);
          oto_event_score_add_clip (&score, &criteria, refs, N_EVENTS, ests, N_EVENTS);
          n[matching] = (guint) score.overall.n_hits;
          g_assert_cmpuint (score.classes[0].n_hits + score.classes[1].n_hits, ==, n[matching]);
          g_assert_cmpuint (score.overall.n_hits + score.overall.n_subs + score.overall.n_dels, ==,
                            N_EVENTS);
          g_assert_cmpuint (score.overall.n_dels, ==, score.overall.n_ins);
        }
      g_assert_cmpuint (n[0], ==, count_most_pairs (&criteria, refs, N_EVENTS, ests, 0));
      g_assert_cmpuint (n[1], ==, count_greedy_pairs (&criteria, refs, ests));
      n_differ += n[0] != n[1];
    }
  g_assert_cmpuint (n_differ, >, 0);
}

static void
test_wrong_class_is_a_substitution (void)
{
  const OtoInterval refs[] = { { 1.0, 2.0, 0 }, { 5.0, 6.0, 0 } };
  const OtoInterval ests[] = { { 1.1, 2.0, 1 }, { 8.0, 9.0, 1 } };
  g_auto (OtoDetectionScore) score = { 0 };
  OtoDetectionRates rates;

  oto_detection_score_init (&score, 2);
  oto_event_score_add_clip (&score, &oto_event_criteria_default, refs, 2, ests, 2);
  g_assert_cmpuint (score.overall.n_subs, ==, 1);
  g_assert_cmpuint (score.overall.n_dels, ==, 1);
  g_assert_cmpuint (score.overall.n_ins, ==, 1);
  g_assert_cmpuint (score.classes[0].n_dels, ==, 2);
  g_assert_cmpuint (score.classes[1].n_ins, ==, 2);
  oto_detection_counts_get_rates (&score.overall, &rates);
  g_assert_cmpfloat_with_epsilon (rates.error_rate, 1.5, 1e-12);
  g_assert_cmpfloat (rates.f, ==, 0.0);
}

static void
test_undefined_is_nan (void)
{
  const OtoInterval est = { 1.0, 2.0, 0 };
  g_auto (OtoDetectionScore) score = { 0 };
  OtoDetectionRates rates;

  oto_detection_score_init (&score, 2);
  oto_event_score_add_clip (&score, &oto_event_criteria_default, NULL, 0, NULL, 0);
  oto_detection_counts_get_rates (&score.overall, &rates);
  g_assert_true (isnan (rates.f) && isnan (rates.precision) && isnan (rates.recall));

  oto_event_score_add_clip (&score, &oto_event_criteria_default, NULL, 0, &est, 1);
  oto_detection_counts_get_rates (&score.overall, &rates);
  g_assert_cmpfloat (rates.precision, ==, 0.0);
  g_assert_true (isnan (rates.f));
  oto_detection_score_get_class_mean (&score, FALSE, &rates);
  g_assert_cmpfloat (rates.insertion_rate, >, 1e15);
  oto_detection_score_get_class_mean (&score, TRUE, &rates);
  g_assert_true (isnan (rates.insertion_rate) && isnan (rates.error_rate));
}

static void
test_many_alike (void)
{
  const guint n = 3000;
  g_autofree OtoInterval *events = g_new (OtoInterval, n);
  g_auto (OtoDetectionScore) score = { 0 };

  for (guint i = 0; i < n; i++)
    events[i] = (OtoInterval) { 1.0, 2.0, 0 };
  oto_detection_score_init (&score, 1);
  oto_event_score_add_clip (&score, &oto_event_criteria_default, events, n, events, n / 2);
  g_assert_cmpuint (score.overall.n_hits, ==, n / 2);
  g_assert_cmpuint (score.overall.n_dels, ==, n / 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/event-score/finds-most-pairs", test_finds_most_pairs);
  g_test_add_func ("/metrics/event-score/wrong-class-is-a-substitution",
                   test_wrong_class_is_a_substitution);
  g_test_add_func ("/metrics/event-score/undefined-is-nan", test_undefined_is_nan);
  g_test_add_func ("/metrics/event-score/many-alike", test_many_alike);
  return g_test_run ();
}
