/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "metrics/oto-segment-score.h"

#include <math.h>

/* No clip has more segments: those of a tenth of a second last three thousand years. */
#define MAX_SEGMENTS ((gint64) 1 << 40)

/* Which side of a class becomes active or silent, and where. */
typedef struct
{
  gint64 segment;
  int    class_index;
  int    d_refs;
  int    d_ests;
} Edge;

/* A class between two edges. */
typedef struct
{
  int    n_refs;
  int    n_ests;
  gint64 since;
} State;

static int
compare_edges (gconstpointer a,
               gconstpointer b)
{
  gint64 x = ((const Edge *) a)->segment, y = ((const Edge *) b)->segment;

  return (x > y) - (x < y);
}

static gint64
clamp_segment (double segment,
               gint64 n_segments)
{
  return segment >= (double) n_segments ? n_segments : (gint64) fmax (segment, 0.0);
}

/* Segments from floor (onset / res) to ceil (offset / res), cut at the clip's end. */
static void
add_edges (GArray            *edges,
           const OtoInterval *intervals,
           guint              n_intervals,
           double             segment_s,
           gint64             n_segments,
           gboolean           is_ref)
{
  for (guint i = 0; i < n_intervals; i++)
    {
      const OtoInterval *event = &intervals[i];
      Edge edge = { clamp_segment (floor (event->onset_s / segment_s), n_segments),
                    event->class_index, is_ref, !is_ref };
      Edge end = { clamp_segment (ceil (event->offset_s / segment_s), n_segments),
                   event->class_index, -is_ref, -!is_ref };

      if (edge.segment >= end.segment)
        continue;
      g_array_append_val (edges, edge);
      g_array_append_val (edges, end);
    }
}

static void
add_class (OtoDetectionCounts *counts,
           const State        *state,
           guint64             n_segments)
{
  const gboolean ref = state->n_refs > 0, est = state->n_ests > 0;

  counts->n_ref += ref ? n_segments : 0;
  counts->n_sys += est ? n_segments : 0;
  counts->n_hits += ref && est ? n_segments : 0;
  counts->n_dels += ref && !est ? n_segments : 0;
  counts->n_ins += est && !ref ? n_segments : 0;
}

/* Within a segment, false and missed classes are substitutions as far as they pair up. */
static void
add_overall (OtoDetectionCounts *counts,
             guint64             n_refs,
             guint64             n_ests,
             guint64             n_hits,
             guint64             n_segments)
{
  counts->n_ref += n_segments * n_refs;
  counts->n_sys += n_segments * n_ests;
  counts->n_hits += n_segments * n_hits;
  counts->n_subs += n_segments * (MIN (n_refs, n_ests) - n_hits);
  counts->n_dels += n_refs > n_ests ? n_segments * (n_refs - n_ests) : 0;
  counts->n_ins += n_ests > n_refs ? n_segments * (n_ests - n_refs) : 0;
}

/* Nothing changes between edges, so that time does not count, only events do. */
static void
sweep (OtoDetectionScore *score,
       GArray            *edges)
{
  g_autofree State *states = g_new0 (State, score->n_classes);
  guint64 n_refs = 0, n_ests = 0, n_hits = 0;
  gint64 last = 0;

  for (guint i = 0; i < edges->len; i++)
    {
      const Edge *edge = &g_array_index (edges, Edge, i);
      State *state = &states[edge->class_index];

      add_overall (&score->overall, n_refs, n_ests, n_hits, edge->segment - last);
      add_class (&score->classes[edge->class_index], state, edge->segment - state->since);
      last = state->since = edge->segment;

      n_refs -= state->n_refs > 0;
      n_ests -= state->n_ests > 0;
      n_hits -= state->n_refs > 0 && state->n_ests > 0;
      state->n_refs += edge->d_refs;
      state->n_ests += edge->d_ests;
      n_refs += state->n_refs > 0;
      n_ests += state->n_ests > 0;
      n_hits += state->n_refs > 0 && state->n_ests > 0;
    }
}

/**
 * oto_segment_score_add_clip:
 * @score: (inout): counts
 * @segment_s: length of a segment
 * @length_s: length of the clip; what lies behind it is ignored
 * @refs: (array length=n_refs): the clip's reference, classes below those of @score
 * @n_refs: how many
 * @ests: (array length=n_ests): the clip's estimate
 * @n_ests: how many
 *
 * Adds one clip. An event is active in the segments floor (onset / @segment_s) to
 * ceil (offset / @segment_s), the last one left out; divisions are in double. (systems.md 7.5;
 * Mesaros, Heittola, Virtanen: Metrics for polyphonic sound event detection, 2016.)
 */
void
oto_segment_score_add_clip (OtoDetectionScore *score,
                            double             segment_s,
                            double             length_s,
                            const OtoInterval *refs,
                            guint              n_refs,
                            const OtoInterval *ests,
                            guint              n_ests)
{
  g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (Edge));
  gint64 n_segments;

  g_return_if_fail (score != NULL);
  g_return_if_fail (segment_s > 0.0);

  n_segments = clamp_segment (ceil (length_s / segment_s), MAX_SEGMENTS);
  add_edges (edges, refs, n_refs, segment_s, n_segments, TRUE);
  add_edges (edges, ests, n_ests, segment_s, n_segments, FALSE);
  g_array_sort (edges, compare_edges);
  sweep (score, edges);
  score->n_segments += n_segments;
}

/**
 * oto_segment_score_find_length_s:
 * @refs: (array length=n_refs): a clip's reference
 * @n_refs: how many
 * @ests: (array length=n_ests): its estimate
 * @n_ests: how many
 *
 * Returns: the end of the last event: as long a clip is taken to be, of which no more is known
 */
double
oto_segment_score_find_length_s (const OtoInterval *refs,
                                 guint              n_refs,
                                 const OtoInterval *ests,
                                 guint              n_ests)
{
  double length_s = 0.0;

  for (guint i = 0; i < n_refs; i++)
    length_s = fmax (length_s, refs[i].offset_s);
  for (guint i = 0; i < n_ests; i++)
    length_s = fmax (length_s, ests[i].offset_s);
  return length_s;
}
