/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-tune-table.h"

#include "detection/oto-median-filter.h"
#include "metrics/oto-intersection.h"
#include "metrics/oto-psds.h"
#include "metrics/oto-segment-score.h"

#include <math.h>
#include <string.h>

/* The ratio of two sums settles in a few rounds. */
#define MAX_ROUNDS 20

/* What a setting finds of a class: F1 is 2 hits / (found + reference). */
typedef struct
{
  guint32 n_hits;
  guint32 n_found;
} Counts;

struct _OtoTuneTable
{
  const OtoTuneScores  *scores;
  const OtoTunerConfig *config;
  OtoWorkers           *workers;
  GArray               *binarizers;      /* of OtoBinarizer */
  GArray               *counts;          /* of Counts: (settings, parts, K) */
  guint64              *n_refs;          /* (parts, K) */
};

/* Settings that share a score and a median filter, on their way. */
typedef struct
{
  OtoTuneTable       *table;
  const OtoBinarizer *binarizers;
  Counts             *counts;            /* (settings, parts, K) */
  float             **filtered;          /* (nullable) (N, K): scores behind the median filter */
  GCancellable       *cancellable;
} Batch;

static guint
get_part (guint clip)
{
  return clip % OTO_TUNE_N_PARTS;
}

/* --- counting ------------------------------------------------------------------------------ */

/* Hits and events, or segments, of one class in one clip. */
static void
count_events (OtoTuneTable       *self,
              guint               clip,
              const OtoTunePair  *pair,
              const OtoInterval  *ests,
              guint               n_ests,
              OtoDetectionCounts *ret_counts)
{
  OtoDetectionCounts counts = { 0 };
  OtoDetectionScore score = { .n_classes = 1, .classes = &counts };
  OtoIntersectionCounts found = { 0 };

  switch (self->config->goal)
    {
    case OTO_TUNER_EVENT_F1:
      oto_event_score_add_clip (&score, &self->config->criteria, pair->refs, pair->n_refs, ests,
                                n_ests);
      break;
    case OTO_TUNER_SEGMENT_F1:
      oto_segment_score_add_clip (&score, self->config->segment_s, self->scores->durations_s[clip],
                                  pair->refs, pair->n_refs, ests, n_ests);
      break;
    case OTO_TUNER_PSDS:
      oto_intersection_add_clip (&oto_psds_scenario_1.criteria, 1, pair->refs, pair->n_refs, ests,
                                 n_ests, &found, NULL);
      counts.n_hits = found.n_found;
      counts.n_ref = found.n_ref;
      counts.n_sys = found.n_found + found.n_false;
      break;
    }
  *ret_counts = counts;
}

static void
count_pair (OtoTuneTable       *self,
            guint               clip,
            const OtoTunePair  *pair,
            const float        *scores,
            const OtoBinarizer *binarizer,
            Counts             *counts)
{
  g_autoptr (GArray) ranges = oto_binarizer_find_ranges (binarizer, scores,
                                                         self->scores->n_frames[clip]);
  g_autofree OtoInterval *ests = g_new (OtoInterval, ranges->len + 1);
  const double duration_s = self->scores->durations_s[clip];
  OtoDetectionCounts found;

  if (ranges->len == 0)
    return;
  for (guint i = 0; i < ranges->len; i++)
    {
      const OtoFrameRange *range = &g_array_index (ranges, OtoFrameRange, i);

      ests[i] = (OtoInterval) {
        CLAMP (range->begin * self->scores->hop_s, 0.0, duration_s),
        CLAMP (range->end * self->scores->hop_s, 0.0, duration_s), 0,
      };
    }
  count_events (self, clip, pair, ests, ranges->len, &found);
  counts->n_hits += (guint32) found.n_hits;
  counts->n_found += (guint32) found.n_sys;
}

static void
try_one (Batch              *batch,
         const OtoBinarizer *binarizer,
         Counts             *counts)
{
  OtoTuneTable *self = batch->table;
  const guint n_classes = self->scores->n_classes;
  const float high = (float) binarizer->high, gate = (float) binarizer->clip_threshold;
  OtoBinarizer plain = *binarizer;

  plain.median_frames = 0;
  for (guint n = 0; n < self->scores->n_clips; n++)
    for (guint k = 0; k < n_classes; k++)
      {
        const size_t i = (size_t) n * n_classes + k;
        const OtoTunePair *pair = &self->scores->pairs[i];

        /* Neither a median nor a mean is above the largest score. */
        if (pair->scores == NULL || !(pair->prob > gate) || !(pair->max[binarizer->score] > high))
          continue;
        count_pair (self, n, pair,
                    batch->filtered != NULL
                      ? batch->filtered[i]
                      : pair->scores + binarizer->score * self->scores->n_frames[n],
                    &plain, counts + get_part (n) * n_classes + k);
      }
}

static void
try_worker (int      thread,
            size_t   begin,
            size_t   end,
            gpointer user_data)
{
  Batch *batch = user_data;
  const size_t row_len = (size_t) OTO_TUNE_N_PARTS * batch->table->scores->n_classes;

  for (size_t i = begin; i < end && !g_cancellable_is_cancelled (batch->cancellable); i++)
    try_one (batch, &batch->binarizers[i], batch->counts + i * row_len);
}

static void
filter_worker (int      thread,
               size_t   begin,
               size_t   end,
               gpointer user_data)
{
  Batch *batch = user_data;
  const OtoTuneScores *scores = batch->table->scores;

  for (size_t i = begin; i < end; i++)
    {
      const OtoTunePair *pair = &scores->pairs[i];
      const gint64 n = scores->n_frames[i / scores->n_classes];
      g_autofree double *values = NULL, *filtered = NULL;

      if (pair->scores == NULL)
        continue;
      values = g_new (double, n);
      filtered = g_new (double, n);
      batch->filtered[i] = g_new (float, n);
      for (gint64 t = 0; t < n; t++)
        values[t] = pair->scores[batch->binarizers[0].score * n + t];
      oto_median_filter_apply (values, (size_t) n, (size_t) batch->binarizers[0].median_frames,
                               filtered);
      for (gint64 t = 0; t < n; t++)
        batch->filtered[i][t] = (float) filtered[t];
    }
}

/* Settings of one score and median. */
static void
try_batch (OtoTuneTable       *self,
           const OtoBinarizer *binarizers,
           guint               n,
           Counts             *counts,
           GCancellable       *cancellable)
{
  const size_t n_pairs = (size_t) self->scores->n_clips * self->scores->n_classes;
  Batch batch = { self, binarizers, counts, NULL, cancellable };

  if (binarizers[0].median_frames > 1)
    {
      batch.filtered = g_new0 (float *, n_pairs + 1);
      oto_workers_run (self->workers, n_pairs, filter_worker, &batch);
    }
  oto_workers_run (self->workers, n, try_worker, &batch);
  for (size_t i = 0; i < n_pairs && batch.filtered != NULL; i++)
    g_free (batch.filtered[i]);
  g_free (batch.filtered);
}

/**
 * oto_tune_table_try:
 * @self: a table
 * @binarizers: (element-type OtoBinarizer): settings, those that share score and median side by
 *   side
 * @cancellable: (nullable): to stop it
 * @error: return location for a #GError
 *
 * Tries settings and adds them to the table.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED when stopped
 */
gboolean
oto_tune_table_try (OtoTuneTable  *self,
                    GArray        *binarizers,
                    GCancellable  *cancellable,
                    GError       **error)
{
  const guint row_len = OTO_TUNE_N_PARTS * self->scores->n_classes;
  const OtoBinarizer *rows = (const OtoBinarizer *) binarizers->data;
  guint first = self->binarizers->len;

  g_array_append_vals (self->binarizers, rows, binarizers->len);
  g_array_set_size (self->counts, self->binarizers->len * row_len);
  for (guint begin = 0, end = 0; begin < binarizers->len; begin = end)
    {
      while (end < binarizers->len && rows[end].score == rows[begin].score
             && rows[end].median_frames == rows[begin].median_frames)
        end++;
      try_batch (self, rows + begin, end - begin,
                 &g_array_index (self->counts, Counts, (first + begin) * row_len), cancellable);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * oto_tune_table_new:
 * @scores: of validation clips; they outlive the table
 * @config: the goal; it outlives the table
 * @workers: threads
 *
 * Returns: (transfer full): a table of no settings
 */
OtoTuneTable *
oto_tune_table_new (const OtoTuneScores  *scores,
                    const OtoTunerConfig *config,
                    OtoWorkers           *workers)
{
  OtoTuneTable *self = g_new0 (OtoTuneTable, 1);

  self->scores = scores;
  self->config = config;
  self->workers = workers;
  self->binarizers = g_array_new (FALSE, FALSE, sizeof (OtoBinarizer));
  self->counts = g_array_new (FALSE, TRUE, sizeof (Counts));
  self->n_refs = g_new0 (guint64, OTO_TUNE_N_PARTS * scores->n_classes + 1);
  for (guint n = 0; n < scores->n_clips; n++)
    for (guint k = 0; k < scores->n_classes; k++)
      {
        OtoDetectionCounts counts;

        count_events (self, n, &scores->pairs[(size_t) n * scores->n_classes + k], NULL, 0,
                      &counts);
        self->n_refs[get_part (n) * scores->n_classes + k] += counts.n_ref;
      }
  return self;
}

void
oto_tune_table_free (OtoTuneTable *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->binarizers);
  g_array_unref (self->counts);
  g_free (self->n_refs);
  g_free (self);
}

const OtoBinarizer *
oto_tune_table_get (OtoTuneTable *self,
                    guint         i)
{
  return &g_array_index (self->binarizers, OtoBinarizer, i);
}

/* --- choosing ------------------------------------------------------------------------------ */

/* Sums of a setting and class over some parts, a set of bits. */
static void
sum_parts (OtoTuneTable *self,
           guint         parts,
           guint         i,
           guint         k,
           double       *hits,
           double       *found)
{
  const guint n_classes = self->scores->n_classes;

  for (guint p = 0; p < OTO_TUNE_N_PARTS; p++)
    if (parts & (1u << p))
      {
        const Counts *counts = &g_array_index (self->counts, Counts,
                                               (i * OTO_TUNE_N_PARTS + p) * n_classes + k);

        *hits += counts->n_hits;
        *found += counts->n_found;
      }
}

static double
sum_refs (OtoTuneTable *self,
          guint         parts)
{
  double sum = 0.0;

  for (guint p = 0; p < OTO_TUNE_N_PARTS; p++)
    for (guint k = 0; k < self->scores->n_classes && (parts & (1u << p)); k++)
      sum += (double) self->n_refs[p * self->scores->n_classes + k];
  return sum;
}

/* All classes of each setting: (settings). */
static void
sum_classes (OtoTuneTable *self,
             guint         parts,
             double       *ret_hits,
             double       *ret_found)
{
  for (guint i = 0; i < self->binarizers->len; i++)
    {
      ret_hits[i] = ret_found[i] = 0.0;
      for (guint k = 0; k < self->scores->n_classes; k++)
        sum_parts (self, parts, i, k, &ret_hits[i], &ret_found[i]);
    }
}

/**
 * oto_tune_table_find_best:
 * @self: a table of at least one setting
 * @parts: parts of the clips, a set of bits
 *
 * Returns: the setting of highest F1 where all classes have the same; of equals the first
 */
guint
oto_tune_table_find_best (OtoTuneTable *self,
                          guint         parts)
{
  const double n_refs = sum_refs (self, parts);
  g_autofree double *hits = g_new (double, self->binarizers->len);
  g_autofree double *found = g_new (double, self->binarizers->len);
  double best_f1 = -1.0;
  guint best = 0;

  sum_classes (self, parts, hits, found);
  for (guint i = 0; i < self->binarizers->len; i++)
    {
      double f1 = found[i] + n_refs > 0.0 ? 2.0 * hits[i] / (found[i] + n_refs) : 0.0;

      if (f1 > best_f1)
        {
          best_f1 = f1;
          best = i;
        }
    }
  return best;
}

/**
 * oto_tune_table_get_f1:
 * @self: a table
 * @parts: parts of the clips, a set of bits
 * @choice: (array): (K): a setting for each class
 *
 * Returns: F1 over all classes; NaN without events
 */
double
oto_tune_table_get_f1 (OtoTuneTable *self,
                       guint         parts,
                       const guint  *choice)
{
  double hits = 0.0, found = 0.0, n_refs = sum_refs (self, parts);

  for (guint k = 0; k < self->scores->n_classes; k++)
    sum_parts (self, parts, choice[k], k, &hits, &found);
  return found + n_refs > 0.0 ? 2.0 * hits / (found + n_refs) : NAN;
}

/* What a class gains at F1 of @f1 in all: 2 hits - f1 found, of its own and, weighed by the prior,
 * of all classes. */
static guint
choose_class (OtoTuneTable *self,
              guint         parts,
              guint         k,
              guint         first,
              double        f1,
              double        weight,
              const double *all_hits,
              const double *all_found)
{
  double best_gain = -INFINITY;
  guint best = first;

  for (guint i = first; i < self->binarizers->len; i++)
    {
      double hits = weight * all_hits[i], found = weight * all_found[i], gain;

      sum_parts (self, parts, i, k, &hits, &found);
      gain = 2.0 * hits - f1 * found;
      if (gain > best_gain)
        {
          best_gain = gain;
          best = i;
        }
    }
  return best;
}

guint
oto_tune_table_get_n (OtoTuneTable *self)
{
  return self->binarizers->len;
}

/**
 * oto_tune_table_choose:
 * @self: a table of at least one setting
 * @parts: parts of the clips, a set of bits
 * @prior: events of all classes together that a class's own events are joined by, so that few do
 *   not decide; INFINITY: all classes have the same setting
 * @first: classes choose among this setting and those behind it
 * @ret_choice: (out caller-allocates): (K): a setting for each class
 *
 * Chooses the settings that make F1 over all classes highest. F1 is a ratio of sums over classes:
 * at its highest value each class's own gain is highest (Dinkelbach, 1967).
 */
void
oto_tune_table_choose (OtoTuneTable *self,
                       guint         parts,
                       double        prior,
                       guint         first,
                       guint        *ret_choice)
{
  const guint n_classes = self->scores->n_classes, best = oto_tune_table_find_best (self, parts);
  const double n_refs = sum_refs (self, parts);
  g_autofree double *hits = g_new (double, self->binarizers->len);
  g_autofree double *found = g_new (double, self->binarizers->len);
  gboolean changed = TRUE;

  for (guint k = 0; k < n_classes; k++)
    ret_choice[k] = best;
  if (isinf (prior) || n_refs == 0.0)
    return;
  sum_classes (self, parts, hits, found);
  for (int round = 0; round < MAX_ROUNDS && changed; round++)
    {
      const double f1 = oto_tune_table_get_f1 (self, parts, ret_choice);

      changed = FALSE;
      for (guint k = 0; k < n_classes; k++)
        {
          guint choice = choose_class (self, parts, k, first, f1, prior / n_refs, hits, found);

          changed = changed || choice != ret_choice[k];
          ret_choice[k] = choice;
        }
    }
}

/**
 * oto_tune_table_cross_validate:
 * @self: a table of at least one setting
 * @prior: see oto_tune_table_choose()
 * @first: the same
 *
 * Returns: F1 over all parts, each with what is chosen on the others; NaN without events
 */
double
oto_tune_table_cross_validate (OtoTuneTable *self,
                               double        prior,
                               guint         first)
{
  const guint all = (1u << OTO_TUNE_N_PARTS) - 1;
  g_autofree guint *choice = g_new (guint, self->scores->n_classes + 1);
  double hits = 0.0, found = 0.0, n_refs = sum_refs (self, all);

  for (guint p = 0; p < OTO_TUNE_N_PARTS; p++)
    {
      oto_tune_table_choose (self, all & ~(1u << p), prior, first, choice);
      for (guint k = 0; k < self->scores->n_classes; k++)
        sum_parts (self, 1u << p, choice[k], k, &hits, &found);
    }
  return found + n_refs > 0.0 ? 2.0 * hits / (found + n_refs) : NAN;
}
