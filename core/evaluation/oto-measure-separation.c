/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-stems.h"
#include "audio/oto-clip.h"
#include "base/oto-arena.h"
#include "evaluation/oto-measure-group.h"
#include "separation/oto-separation-score.h"

#include <math.h>

/* How well stems, made with the mask for listening, give events: each event of the labels against
 * the events' channel of the clip, and the clip itself against it. */

enum
{
  SI_SDR,
  MIX_SI_SDR,
  LEVEL,
  INSIDE,
  N_EVENTS,
  N_SILENT,
};

static const OtoMeasureInfo rows[] = {
  [SI_SDR] = { "si_sdr_db", OTO_MEASURE_RATIO },
  [MIX_SI_SDR] = { "mix_si_sdr_db", OTO_MEASURE_RATIO },
  [LEVEL] = { "level_db", OTO_MEASURE_RATIO },
  [INSIDE] = { "inside", OTO_MEASURE_RATIO },
  [N_EVENTS] = { "n_events", OTO_MEASURE_COUNT },
  [N_SILENT] = { "n_silent", OTO_MEASURE_COUNT },
};

/* The signals of a clip as a model hears them: means of two channels. */
typedef struct
{
  gint64  n;
  double  rate_hz;
  float  *events;
  float  *mix;
} Signals;

static void
signals_clear (Signals *self)
{
  oto_free (self->events);
  oto_free (self->mix);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Signals, signals_clear)

static gboolean
signals_init (Signals  *self,
              OtoClip  *clip,
              GError  **error)
{
  const gint64 n = oto_clip_get_n_samples (clip);
  float *both = oto_try_alloc (n, 2 * sizeof (float), error);

  *self = (Signals) { .n = n, .rate_hz = oto_clip_get_rate_hz (clip) };
  if (both == NULL)
    return FALSE;
  self->mix = both;
  if (!oto_clip_read (clip, 0, n, both, error)
      || (self->events = oto_try_alloc (n, sizeof (float), error)) == NULL)
    return FALSE;
  for (gint64 i = 0; i < n; i++)
    {
      self->events[i] = 0.5f * both[2 * i];
      both[i] = 0.5f * (both[2 * i] + both[2 * i + 1]);
    }
  return TRUE;
}

/* Means of finite values; an event that no sound is left of counts apart. */
static void
add_value (OtoMeasures *measures,
           guint        i,
           guint        clip,
           int          class_index,
           double       value)
{
  if (isfinite (value))
    {
      oto_measures_add (measures, i, clip, OTO_MEASURE_ALL, value, 1.0);
      oto_measures_add (measures, i, clip, class_index, value, 1.0);
    }
}

static void
add_count (OtoMeasures *measures,
           guint        i,
           guint        clip,
           int          class_index)
{
  oto_measures_add (measures, i, clip, OTO_MEASURE_ALL, 1.0, 0.0);
  oto_measures_add (measures, i, clip, class_index, 1.0, 0.0);
}

static void
get_range (const Signals     *signals,
           const OtoInterval *event,
           gint64            *ret_begin,
           gint64            *ret_end)
{
  *ret_begin = CLAMP (oto_separation_score_to_sample (event->onset_s, signals->rate_hz), 0,
                      signals->n);
  *ret_end = CLAMP (oto_separation_score_to_sample (event->offset_s, signals->rate_hz), *ret_begin,
                    signals->n);
}

static void
add_event (OtoMeasures       *measures,
           guint              clip,
           const Signals     *signals,
           const float       *stem,
           const OtoInterval *event)
{
  const int k = event->class_index;
  gint64 begin, end;
  double si_sdr_db;
  size_t n;

  get_range (signals, event, &begin, &end);
  n = (size_t) (end - begin);
  si_sdr_db = oto_separation_score_si_sdr_db (stem + begin, signals->events + begin, n);
  /* Its channel is silent there: there is nothing to compare with. */
  if (isnan (si_sdr_db))
    return;

  add_count (measures, N_EVENTS, clip, k);
  if (si_sdr_db == -INFINITY)
    add_count (measures, N_SILENT, clip, k);
  add_value (measures, SI_SDR, clip, k, si_sdr_db);
  add_value (measures, MIX_SI_SDR, clip, k,
             oto_separation_score_si_sdr_db (signals->mix + begin, signals->events + begin, n));
  add_value (measures, LEVEL, clip, k,
             oto_separation_score_level_db (stem + begin, signals->events + begin, n));
}

/* The share of a stem's energy inside any event of its class. */
static double
get_inside (const OtoMeasureClip *clip,
            const Signals        *signals,
            const float          *stem,
            int                   class_index)
{
  g_autofree guint8 *is_inside = g_new0 (guint8, signals->n);
  double inside = 0.0, all = 0.0;

  for (guint i = 0; i < clip->n_refs; i++)
    {
      gint64 begin, end;

      if (clip->refs[i].class_index != class_index)
        continue;
      get_range (signals, &clip->refs[i], &begin, &end);
      for (gint64 j = begin; j < end; j++)
        is_inside[j] = TRUE;
    }
  for (gint64 j = 0; j < signals->n; j++)
    {
      const double energy = (double) stem[j] * stem[j];

      all += energy;
      inside += is_inside[j] ? energy : 0.0;
    }
  return all > 0.0 ? inside / all : NAN;
}

static gboolean
has_event (const OtoMeasureClip *clip,
           int                   class_index)
{
  for (guint i = 0; i < clip->n_refs; i++)
    if (clip->refs[i].class_index == class_index)
      return TRUE;
  return FALSE;
}

static gboolean
add_clip (gpointer                  state,
          const OtoMeasureContext  *context,
          const OtoMeasureClip     *clip,
          OtoMeasures              *measures,
          GCancellable             *cancellable,
          GError                  **error)
{
  g_auto (Signals) signals = { 0 };

  if (!signals_init (&signals, oto_analysis_get_clip (clip->analysis), error))
    return FALSE;
  for (int k = 0; k < (int) context->n_classes; k++)
    {
      float *stem;

      if (!has_event (clip, k))
        continue;
      stem = oto_stems_render (clip->analysis, OTO_MASK_LISTENING, clip->model_classes[k], NULL,
                               NULL, cancellable, error);
      if (stem == NULL)
        return FALSE;
      for (gint64 i = 0; i < signals.n; i++)
        stem[i] = 0.5f * (stem[2 * i] + stem[2 * i + 1]);
      for (guint i = 0; i < clip->n_refs; i++)
        if (clip->refs[i].class_index == k)
          add_event (measures, clip->index, &signals, stem, &clip->refs[i]);
      add_value (measures, INSIDE, clip->index, k, get_inside (clip, &signals, stem, k));
      oto_free (stem);
    }
  return TRUE;
}

const OtoMeasureGroup oto_measure_separation = {
  .name = "separation",
  OTO_MEASURE_ROWS (rows),
  .optional_maps = OTO_MAP_STEP1 | OTO_MAP_TIME_ATT,
  .needs = OTO_MEASURE_NEEDS_TIMES | OTO_MEASURE_NEEDS_PARTS,
  .add_clip = add_clip,
};
