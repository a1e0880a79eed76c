/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-measure-group.h"
#include "metrics/oto-localisation.h"
#include "models/oto-model-snapshot.h"

#include <math.h>

/* Where attention falls, over pairs of a clip and a class with an event in it. */

enum
{
  POINTING,
  CHANCE,
  MASS,
  MASS_TIMES_UNIFORM,
  FIRST_RATIO,
  N_PAIRS,
};

static const OtoMeasureInfo rows[] = {
  [POINTING] = { "pointing", OTO_MEASURE_RATIO },
  [CHANCE] = { "chance", OTO_MEASURE_RATIO },
  [MASS] = { "mass", OTO_MEASURE_RATIO },
  [MASS_TIMES_UNIFORM] = { "mass_times_uniform", OTO_MEASURE_RATIO },
  [FIRST_RATIO] = { "first_ratio", OTO_MEASURE_RATIO },
  [N_PAIRS] = { "n_pairs", OTO_MEASURE_COUNT },
};

/* Whether attention points anywhere: that of a mean over frames is the same in all of them. */
static gboolean
points (const float *time_att,
        size_t       n_frames)
{
  for (size_t t = 1; t < n_frames; t++)
    if (time_att[t] != time_att[0])
      return TRUE;
  return FALSE;
}

static void
add_pair (OtoMeasures           *measures,
          guint                  clip,
          int                    class_index,
          gboolean               does_point,
          const OtoLocalisation *pair)
{
  const gboolean has_mass = !isnan (pair->mass);

  oto_measures_add (measures, POINTING, clip, class_index, does_point && pair->hit, does_point);
  oto_measures_add (measures, CHANCE, clip, class_index,
                    (double) pair->n_inside / (double) pair->n_frames, 1.0);
  oto_measures_add (measures, MASS, clip, class_index, has_mass ? pair->mass : 0.0, has_mass);
  oto_measures_add (measures, MASS_TIMES_UNIFORM, clip, class_index,
                    has_mass ? pair->mass_times_uniform : 0.0, has_mass);
  oto_measures_add (measures, FIRST_RATIO, clip, class_index, pair->first_inside,
                    pair->first_outside);
  oto_measures_add (measures, N_PAIRS, clip, class_index, 1.0, 0.0);
}

static gboolean
add_clip (gpointer                  state,
          const OtoMeasureContext  *context,
          const OtoMeasureClip     *clip,
          OtoMeasures              *measures,
          GCancellable             *cancellable,
          GError                  **error)
{
  const OtoLogmelConfig *front_end = oto_model_snapshot_get_front_end (context->model);
  const double rate_hz = front_end->sample_rate_hz;
  const double window_len = 2.0 * oto_logmel_config_get_frame_centre_s (front_end, 0) * rate_hz;
  const size_t n_frames = (size_t) oto_analysis_get_n_frames (clip->analysis);
  const float *time_att = oto_analysis_get_time_att (clip->analysis);
  const float *step1 = oto_analysis_get_step1 (clip->analysis);

  if (step1 == NULL)
    return oto_analysis_check_map (clip->analysis, OTO_MAP_STEP1, error);
  for (guint k = 0; k < context->n_classes; k++)
    {
      const size_t begin = (size_t) clip->model_classes[k] * n_frames;
      OtoLocalisation pair;
      gboolean does_point;

      if (!(clip->targets[k] > 0.5f))
        continue;
      oto_localisation_compute (time_att + begin, step1 + begin, n_frames, front_end->hop_len,
                                window_len, rate_hz, clip->refs, clip->n_refs, (int) k, &pair);
      if (!pair.counts)
        continue;
      does_point = points (time_att + begin, n_frames);
      add_pair (measures, clip->index, OTO_MEASURE_ALL, does_point, &pair);
      add_pair (measures, clip->index, (int) k, does_point, &pair);
    }
  return TRUE;
}

const OtoMeasureGroup oto_measure_localisation = {
  .name = "localisation",
  OTO_MEASURE_ROWS (rows),
  .maps = OTO_MAP_STEP1 | OTO_MAP_TIME_ATT,
  .needs = OTO_MEASURE_NEEDS_TIMES,
  .add_clip = add_clip,
};
