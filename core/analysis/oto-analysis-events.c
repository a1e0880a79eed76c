/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "analysis/oto-analysis-private.h"
#include "audio/oto-clip.h"
#include "detection/oto-event-list.h"

#include <math.h>
#include <string.h>

/**
 * oto_analysis_has_event_score:
 * @self: an analysis
 * @score: a score
 *
 * Returns: whether the model gives it, and the analyzer was to compute what it is made of
 */
gboolean
oto_analysis_has_event_score (OtoAnalysis   *self,
                              OtoEventScore  score)
{
  g_return_val_if_fail (OTO_IS_ANALYSIS (self), FALSE);

  return oto_analysis_has_step1 (self)
         && (score == OTO_EVENT_SCORE_PUBLISHED || self->time_att != NULL);
}

/**
 * oto_analysis_fill_event_score:
 * @self: an analysis that has @score
 * @class_index: a class
 * @score: which
 * @ret_scores: (out caller-allocates): (T), in [0, 1]
 *
 * Computes what the events of a class are found in. Attention and probability are those of the
 * window whose attention is shown, and T is its length: even attention is 1.
 */
void
oto_analysis_fill_event_score (OtoAnalysis   *self,
                               int            class_index,
                               OtoEventScore  score,
                               float         *ret_scores)
{
  const size_t begin = (size_t) class_index * self->n_frames;

  g_return_if_fail (OTO_IS_ANALYSIS (self));
  g_return_if_fail (class_index >= 0 && class_index < self->n_classes);
  g_return_if_fail (oto_analysis_has_event_score (self, score));

  if (self->step_rows != NULL)
    oto_step_rows_fill (self->step_rows, class_index, ret_scores);
  else
    memcpy (ret_scores, self->step1 + begin, self->n_frames * sizeof (float));
  if (score == OTO_EVENT_SCORE_PUBLISHED)
    return;
  for (guint w = 0; w < self->plan.n_windows; w++)
    {
      const float prob = self->window_prob[(size_t) w * self->n_classes + class_index];
      const gint64 end = oto_window_plan_get_seam (&self->plan, w + 1);

      for (gint64 t = oto_window_plan_get_seam (&self->plan, w); t < end; t++)
        ret_scores[t] *= fminf (1.f, self->time_att[begin + t] * self->n_window_frames) * prob;
    }
}

/**
 * oto_analysis_find_times:
 * @self: an analysis
 * @class_index: a class
 * @binarizer: thresholds
 *
 * Finds the events of a class whose clip probability is above the binarizer's. Without the frame
 * scores nothing has a time, so that there are none.
 *
 * Returns: (transfer full) (element-type OtoEventTimes): the events in order
 */
GArray *
oto_analysis_find_times (OtoAnalysis        *self,
                         int                 class_index,
                         const OtoBinarizer *binarizer)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (OtoEventTimes));
  g_autoptr (GArray) ranges = NULL;
  g_autofree float *scores = NULL;
  double duration_s, first_s;
  gint64 known_begin;

  g_return_val_if_fail (OTO_IS_ANALYSIS (self), times);
  g_return_val_if_fail (binarizer != NULL, times);

  if (!oto_analysis_has_event_score (self, binarizer->score)
      || !(self->clip_prob[class_index] > (float) binarizer->clip_threshold))
    return times;
  scores = g_new (float, self->n_frames);
  oto_analysis_fill_event_score (self, class_index, binarizer->score, scores);
  known_begin = oto_analysis_get_known_begin (self);
  ranges = oto_binarizer_find_ranges (binarizer, scores + known_begin,
                                      oto_analysis_get_known_end (self) - known_begin);
  duration_s = oto_clip_get_duration_s (self->clip);
  first_s = binarizer->is_centred ? oto_analysis_get_frame_begin_s (self, known_begin)
                                  : known_begin * self->hop_s;
  for (guint i = 0; i < ranges->len; i++)
    {
      const OtoFrameRange *range = &g_array_index (ranges, OtoFrameRange, i);
      OtoEventTimes event = {
        CLAMP (first_s + range->begin * self->hop_s, 0.0, duration_s),
        CLAMP (first_s + range->end * self->hop_s, 0.0, duration_s),
      };

      g_array_append_val (times, event);
    }
  return times;
}

static void
add_events (OtoAnalysis        *self,
            int                 class_index,
            const OtoBinarizer *binarizer,
            OtoEventList       *list)
{
  const char *label = oto_model_snapshot_get_class_names (self->model)[class_index];
  g_autoptr (GArray) times = oto_analysis_find_times (self, class_index, binarizer);

  for (guint i = 0; i < times->len; i++)
    {
      const OtoEventTimes *event = &g_array_index (times, OtoEventTimes, i);

      oto_event_list_add (list, oto_event_new (oto_clip_get_name (self->clip), label,
                                               event->onset_s, event->offset_s,
                                               self->clip_prob[class_index]));
    }
}

/**
 * oto_analysis_find_events:
 * @self: an analysis
 * @binarizer: thresholds, the same for all classes
 *
 * Finds events of every class, see oto_analysis_find_times().
 *
 * Returns: (transfer full): events with the clip's name, sorted
 */
OtoEventList *
oto_analysis_find_events (OtoAnalysis        *self,
                          const OtoBinarizer *binarizer)
{
  OtoEventList *list = oto_event_list_new ();

  g_return_val_if_fail (OTO_IS_ANALYSIS (self), list);
  g_return_val_if_fail (binarizer != NULL, list);

  for (int k = 0; k < self->n_classes; k++)
    add_events (self, k, binarizer, list);
  oto_event_list_sort (list);
  return list;
}

/**
 * oto_analysis_find_class_events:
 * @self: an analysis
 * @binarizers: (K): thresholds of each class
 *
 * As oto_analysis_find_events() where each class has thresholds of its own.
 *
 * Returns: (transfer full): events with the clip's name, sorted
 */
OtoEventList *
oto_analysis_find_class_events (OtoAnalysis        *self,
                                const OtoBinarizer *binarizers)
{
  OtoEventList *list = oto_event_list_new ();

  g_return_val_if_fail (OTO_IS_ANALYSIS (self), list);
  g_return_val_if_fail (binarizers != NULL, list);

  for (int k = 0; k < self->n_classes; k++)
    add_events (self, k, &binarizers[k], list);
  oto_event_list_sort (list);
  return list;
}
