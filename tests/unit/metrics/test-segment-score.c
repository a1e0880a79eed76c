/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>

#define N_EVENTS   9
#define N_CLASSES  3
#define N_SEGMENTS 40

/* The definition: a roll of segments. */
static void
fill_roll (const OtoInterval *events,
           double             segment_s,
           int                n_segments,
           gboolean           roll[N_CLASSES][N_SEGMENTS])
{
  for (int k = 0; k < N_CLASSES; k++)
    for (int s = 0; s < N_SEGMENTS; s++)
      roll[k][s] = FALSE;
  for (int i = 0; i < N_EVENTS; i++)
    for (int s = (int) floor (events[i].onset_s / segment_s);
         s < (int) ceil (events[i].offset_s / segment_s) && s < n_segments; s++)
      roll[events[i].class_index][s] = TRUE;
}

static void
count_overall (gboolean            refs[N_CLASSES][N_SEGMENTS],
               gboolean            ests[N_CLASSES][N_SEGMENTS],
               OtoDetectionCounts *counts)
{
  *counts = (OtoDetectionCounts) { 0 };
  for (int s = 0; s < N_SEGMENTS; s++)
    {
      int n_ref = 0, n_sys = 0, n_hits = 0;

      for (int k = 0; k < N_CLASSES; k++)
        {
          n_ref += refs[k][s];
          n_sys += ests[k][s];
          n_hits += refs[k][s] && ests[k][s];
        }
      counts->n_ref += n_ref;
      counts->n_sys += n_sys;
      counts->n_hits += n_hits;
      counts->n_subs += MIN (n_ref, n_sys) - n_hits;
      counts->n_dels += MAX (0, n_ref - n_sys);
      counts->n_ins += MAX (0, n_sys - n_ref);
    }
}

static void
fill_events (OtoInterval *events,
             OtoRng      *rng)
{
  for (int i = 0; i < N_EVENTS; i++)
    {
      events[i].onset_s = (double) oto_rng_below (rng, 90) / 10.0;
      events[i].offset_s = events[i].onset_s + (double) oto_rng_below (rng, 30) / 10.0;
      events[i].class_index = (int) oto_rng_below (rng, N_CLASSES);
    }
}

static void
test_counts_segments (void)
{
  OtoRng rng;

  oto_rng_init (&rng, 11);
  for (int round = 0; round < 100; round++)
    {
      const double segment_s = round % 2 == 0 ? 0.3 : 1.0, length_s = 9.5;
      const int n_segments = (int) ceil (length_s / segment_s);
      gboolean ref_roll[N_CLASSES][N_SEGMENTS], est_roll[N_CLASSES][N_SEGMENTS];
      OtoInterval refs[N_EVENTS], ests[N_EVENTS];
      g_auto (OtoDetectionScore) score = { 0 };
      OtoDetectionCounts expected;

      fill_events (refs, &rng);
      fill_events (ests, &rng);
      fill_roll (refs, segment_s, n_segments, ref_roll);
      fill_roll (ests, segment_s, n_segments, est_roll);
      count_overall (ref_roll, est_roll, &expected);
      oto_detection_score_init (&score, N_CLASSES);
      oto_segment_score_add_clip (&score, segment_s, length_s, refs, N_EVENTS, ests, N_EVENTS);
      g_assert_cmpmem (&score.overall, sizeof expected, &expected, sizeof expected);
      g_assert_cmpuint (score.n_segments, ==, n_segments);
      for (int k = 0; k < N_CLASSES; k++)
        {
          guint n_ref = 0, n_sys = 0, n_hits = 0;

          for (int s = 0; s < N_SEGMENTS; s++)
            {
              n_ref += ref_roll[k][s];
              n_sys += est_roll[k][s];
              n_hits += ref_roll[k][s] && est_roll[k][s];
            }
          g_assert_cmpuint (score.classes[k].n_ref, ==, n_ref);
          g_assert_cmpuint (score.classes[k].n_sys, ==, n_sys);
          g_assert_cmpuint (score.classes[k].n_hits, ==, n_hits);
          g_assert_cmpuint (score.classes[k].n_dels, ==, n_ref - n_hits);
          g_assert_cmpuint (score.classes[k].n_ins, ==, n_sys - n_hits);
        }
    }
}

static void
test_divides_in_double (void)
{
  /* 0.3 / 0.1 is a little less than 3: the event begins a segment earlier. */
  const OtoInterval event = { 0.3, 0.5, 0 };
  g_auto (OtoDetectionScore) score = { 0 };

  oto_detection_score_init (&score, 1);
  oto_segment_score_add_clip (&score, 0.1, 1.0, &event, 1, NULL, 0);
  g_assert_cmpuint (score.overall.n_ref, ==, 3);
}

static void
test_endless_events_take_no_time (void)
{
  const OtoInterval events[] = { { 0.0, 1e300, 0 }, { 1e299, 1e300, 0 } };
  g_auto (OtoDetectionScore) score = { 0 };

  oto_detection_score_init (&score, 1);
  oto_segment_score_add_clip (&score, 0.1, oto_segment_score_find_length_s (events, 2, NULL, 0),
                              events, 2, events + 1, 1);
  g_assert_cmpuint (score.overall.n_ref, ==, score.n_segments);
  g_assert_cmpuint (score.overall.n_sys, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/segment-score/counts-segments", test_counts_segments);
  g_test_add_func ("/metrics/segment-score/divides-in-double", test_divides_in_double);
  g_test_add_func ("/metrics/segment-score/endless-events-take-no-time",
                   test_endless_events_take_no_time);
  return g_test_run ();
}
