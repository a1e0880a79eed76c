/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-tuner.h"

#include "base/oto-error.h"
#include "datasets/oto-dataset.h"
#include "detection/oto-class-map.h"
#include "detection/oto-median-filter.h"
#include "evaluation/oto-tune-table.h"
#include "io/oto-json.h"
#include "metrics/oto-calibration.h"
#include "metrics/oto-psds.h"
#include "models/oto-model-snapshot.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Probabilities of 0 and 1 have no logit. */
#define MIN_PROB 1e-7
/* Steps of the search, for its progress. */
#define N_STEPS 10

/* What is tried; lengths in seconds, of the frames of 32 ms that most systems have. */
static const double highs[] = { 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6,
                                0.75, 0.9 };
static const double box_highs[] = { 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.45, 0.6 };
static const double fine_highs[] = { 0.01, 0.015, 0.02, 0.03, 0.04, 0.055, 0.075, 0.1, 0.125, 0.15,
                                     0.175, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 };
static const double low_shares[] = { 1.0, 0.5, 0.25 };
static const double fine_low_shares[] = { 1.0, 0.7, 0.5, 0.35, 0.2, 0.1 };
static const double gates[] = { 0.05, 0.2, 0.4 };
static const double fine_gates[] = { 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7 };
static const double medians_s[] = { 0.0, 0.16, 0.35, 0.67 };
static const double fine_medians_s[] = { 0.0, 0.1, 0.16, 0.22, 0.35, 0.48, 0.67, 0.93, 1.3 };
static const double boxes_s[] = { 0.32, 0.64, 1.28 };
static const double box_merges[][2] = { { NAN, NAN }, { 0.2, NAN }, { NAN, 2.0 } };
static const double gaps_s[] = { 0.0, 0.1, 0.16, 0.32, 0.64 };
static const double mins_s[] = { 0.0, 0.1, 0.2, 0.32, 0.5 };
static const double priors[] = { INFINITY, 200.0, 100.0, 50.0, 25.0, 12.0, 6.0, 3.0 };

#define START_GAP_S 0.16
#define START_MIN_S 0.1
#define START_GATE 0.2

static const char *const goal_names[] = {
  [OTO_TUNER_EVENT_F1] = "event-f1",
  [OTO_TUNER_SEGMENT_F1] = "segment-f1",
  [OTO_TUNER_PSDS] = "psds",
};

/* A search on its way. */
typedef struct
{
  const OtoTunerConfig *config;
  OtoTuneScores        *scores;
  OtoTuneTable         *table;
  OtoTuning            *tuning;
  int                  *data_classes;    /* (K) */
  int                  *model_classes;   /* (K) */
  guint                 n_classes;
  guint                 n_steps;
  guint                 first_fine;      /* settings from here on differ in thresholds alone */
  OtoTunerFunc          progress;
  gpointer              progress_data;
  GCancellable         *cancellable;
} Run;

/**
 * oto_tuner_goal_get_name:
 * @goal: a goal
 *
 * Returns: (transfer none): what commands and model files call it
 */
const char *
oto_tuner_goal_get_name (OtoTunerGoal goal)
{
  return goal_names[goal];
}

/**
 * oto_tuner_goal_find:
 * @name: what commands and model files call a goal
 * @ret_goal: (out): that goal
 *
 * Returns: whether there is one of that name
 */
gboolean
oto_tuner_goal_find (const char   *name,
                     OtoTunerGoal *ret_goal)
{
  for (guint i = 0; i < G_N_ELEMENTS (goal_names); i++)
    if (strcmp (goal_names[i], name) == 0)
      {
        *ret_goal = (OtoTunerGoal) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * oto_tuner_config_init:
 * @self: (out caller-allocates): set to F1 of events by the published criteria
 */
void
oto_tuner_config_init (OtoTunerConfig *self)
{
  *self = (OtoTunerConfig) {
    .goal = OTO_TUNER_EVENT_F1,
    .criteria = oto_event_criteria_default,
    .segment_s = 1.0,
  };
}

static void
scoring_cb (double   fraction,
            gpointer user_data)
{
  Run *run = user_data;

  if (run->progress != NULL)
    run->progress (OTO_TUNER_SCORING, fraction, run->progress_data);
}

/* --- probabilities ------------------------------------------------------------------------- */

/* Reliability of clip probabilities as they are now. */
static double
get_ece (const OtoTuneScores *scores)
{
  OtoReliability reliability;

  oto_calibration_get_reliability (scores->probs, scores->targets,
                                   (size_t) scores->n_clips * scores->n_classes, &reliability);
  return reliability.ece;
}

static void
find_temperature (Run            *run,
                  OtoTunerResult *result)
{
  OtoTuneScores *scores = run->scores;
  const size_t n = (size_t) scores->n_clips * scores->n_classes;
  g_autofree float *logits = g_new (float, n + 1);
  double temperature;

  for (size_t i = 0; i < n; i++)
    {
      const double p = CLAMP ((double) scores->probs[i], MIN_PROB, 1.0 - MIN_PROB);

      logits[i] = (float) log (p / (1.0 - p));
    }
  temperature = oto_calibration_find_temperature (logits, scores->targets, n,
                                                  &result->temperature_at_bound);
  result->ece = get_ece (scores);
  if (!result->temperature_at_bound)
    {
      run->tuning->temperature = temperature;
      oto_tune_scores_calibrate (scores, run->tuning);
    }
  result->calibrated_ece = get_ece (scores);
}

/* --- settings ------------------------------------------------------------------------------ */

static int
get_frames (const Run *run,
            double     seconds)
{
  return (int) CLAMP (round (seconds / run->scores->hop_s), 0.0, OTO_TUNING_MAX_FRAMES);
}

/* Odd, or none. */
static int
get_median_frames (const Run *run,
                   double     seconds)
{
  const int frames = get_frames (run, seconds) / 2 * 2;

  return frames > 0 ? frames + 1 : 0;
}

static OtoBinarizer
make_start (const Run     *run,
            OtoEventScore  score,
            int            median_frames)
{
  return (OtoBinarizer) {
    .high = 0.2, .low = 0.1, .clip_threshold = START_GATE,
    .gap_frames = get_frames (run, START_GAP_S), .min_frames = get_frames (run, START_MIN_S),
    .median_frames = median_frames, .box_merge_abs = NAN, .box_merge_rel = NAN, .score = score,
  };
}

static gboolean
try_settings (Run     *run,
              GArray  *binarizers,
              GError **error)
{
  if (!oto_tune_table_try (run->table, binarizers, run->cancellable, error))
    return FALSE;
  g_array_set_size (binarizers, 0);
  run->n_steps++;
  if (run->progress != NULL)
    run->progress (OTO_TUNER_SEARCHING, fmin (1.0, (double) run->n_steps / N_STEPS),
                   run->progress_data);
  return TRUE;
}

/* Thresholds, in each other. */
static void
add_thresholds (GArray             *binarizers,
                const OtoBinarizer *start,
                const double       *some_highs,
                guint               n_highs,
                const double       *some_shares,
                guint               n_shares,
                const double       *some_gates,
                guint               n_gates)
{
  for (guint h = 0; h < n_highs; h++)
    for (guint l = 0; l < n_shares; l++)
      for (guint g = 0; g < n_gates; g++)
        {
          OtoBinarizer binarizer = *start;

          binarizer.high = some_highs[h];
          binarizer.low = binarizer.box_frames > 0 ? NAN : some_highs[h] * some_shares[l];
          binarizer.clip_threshold = some_gates[g];
          g_array_append_val (binarizers, binarizer);
        }
}

static gboolean
try_boxes (Run            *run,
           OtoEventScore   score,
           GError        **error)
{
  g_autoptr (GArray) binarizers = g_array_new (FALSE, FALSE, sizeof (OtoBinarizer));

  for (guint b = 0; b < G_N_ELEMENTS (boxes_s); b++)
    for (guint m = 0; m < G_N_ELEMENTS (box_merges); m++)
      {
        OtoBinarizer start = make_start (run, score, 0);

        start.box_frames = MAX (2, get_frames (run, boxes_s[b]) / 2 * 2);
        start.box_merge_abs = box_merges[m][0];
        start.box_merge_rel = box_merges[m][1];
        start.gap_frames = 0;
        add_thresholds (binarizers, &start, box_highs, G_N_ELEMENTS (box_highs), low_shares, 1,
                        &gates[1], 1);
      }
  return try_settings (run, binarizers, error);
}

/* A score and a median filter with coarse thresholds. */
static gboolean
try_coarse (Run            *run,
            OtoEventScore   score,
            int             median_frames,
            GError        **error)
{
  g_autoptr (GArray) binarizers = g_array_new (FALSE, FALSE, sizeof (OtoBinarizer));
  OtoBinarizer start = make_start (run, score, median_frames);

  add_thresholds (binarizers, &start, highs, G_N_ELEMENTS (highs), low_shares,
                  G_N_ELEMENTS (low_shares), gates, G_N_ELEMENTS (gates));
  return oto_tune_table_try (run->table, binarizers, run->cancellable, error);
}

/* The best setting so far, the same for all classes. */
static OtoBinarizer
get_best (Run *run)
{
  return *oto_tune_table_get (run->table, oto_tune_table_find_best (run->table, ~0u));
}

/* Around the best: gaps and lengths, then the median, then thresholds that classes choose among. */
static gboolean
refine (Run      *run,
        gboolean  keeps_median,
        GError  **error)
{
  g_autoptr (GArray) binarizers = g_array_new (FALSE, FALSE, sizeof (OtoBinarizer));
  OtoBinarizer best = get_best (run), other = best;

  for (guint g = 0; g < G_N_ELEMENTS (gaps_s); g++)
    for (guint m = 0; m < G_N_ELEMENTS (mins_s); m++)
      {
        other.gap_frames = get_frames (run, gaps_s[g]);
        other.min_frames = get_frames (run, mins_s[m]);
        g_array_append_val (binarizers, other);
      }
  if (!try_settings (run, binarizers, error))
    return FALSE;

  other = best = get_best (run);
  for (guint m = 0; m < G_N_ELEMENTS (fine_medians_s) && best.box_frames == 0 && !keeps_median;
       m++)
    {
      other.median_frames = get_median_frames (run, fine_medians_s[m]);
      g_array_append_val (binarizers, other);
    }
  if (!try_settings (run, binarizers, error))
    return FALSE;

  best = get_best (run);
  run->first_fine = oto_tune_table_get_n (run->table);
  add_thresholds (binarizers, &best, fine_highs, G_N_ELEMENTS (fine_highs), fine_low_shares,
                  best.box_frames > 0 ? 1 : G_N_ELEMENTS (fine_low_shares), fine_gates,
                  G_N_ELEMENTS (fine_gates));
  return try_settings (run, binarizers, error);
}

/* --- goals --------------------------------------------------------------------------------- */

/* PSDS 1 of a score behind a median filter. */
static double
compute_psds (Run           *run,
              OtoEventScore  score,
              int            median_frames)
{
  const OtoTuneScores *scores = run->scores;
  g_autoptr (OtoPsds) psds = oto_psds_new (&oto_psds_scenario_1, run->n_classes);
  g_autoptr (GArray) refs = g_array_new (FALSE, FALSE, sizeof (OtoInterval));
  g_auto (OtoPsdsResult) result = { 0 };

  for (guint n = 0; n < scores->n_clips; n++)
    {
      const size_t n_frames = (size_t) scores->n_frames[n];
      g_autofree double *values = g_new0 (double, n_frames * run->n_classes + 1);
      g_autofree double *row = g_new (double, n_frames);

      g_array_set_size (refs, 0);
      for (guint k = 0; k < run->n_classes; k++)
        {
          const OtoTunePair *pair = &scores->pairs[(size_t) n * run->n_classes + k];

          for (guint i = 0; i < pair->n_refs; i++)
            {
              OtoInterval ref = { pair->refs[i].onset_s, pair->refs[i].offset_s, (int) k };

              g_array_append_val (refs, ref);
            }
          if (pair->scores == NULL)
            continue;
          for (size_t t = 0; t < n_frames; t++)
            row[t] = pair->scores[score * n_frames + t];
          oto_median_filter_apply (row, n_frames, (size_t) MAX (1, median_frames),
                                   values + k * n_frames);
        }
      oto_psds_add_clip (psds, scores->durations_s[n], (const OtoInterval *) refs->data, refs->len,
                         values, n_frames, scores->hop_s);
    }
  oto_psds_compute (psds, NULL, 0, &result);
  return result.psds;
}

static gboolean
search_psds (Run     *run,
             GError **error)
{
  OtoEventScore best_score = OTO_EVENT_SCORE_PUBLISHED;
  double best = -1.0;
  int best_frames = 0;

  for (int s = 0; s < (run->scores->has_attention ? 2 : 1); s++)
    for (guint m = 0; m < G_N_ELEMENTS (fine_medians_s); m++)
      {
        const int frames = get_median_frames (run, fine_medians_s[m]);
        const double psds = compute_psds (run, (OtoEventScore) s, frames);

        if (g_cancellable_set_error_if_cancelled (run->cancellable, error))
          return FALSE;
        if (psds > best)
          {
            best = psds;
            best_score = (OtoEventScore) s;
            best_frames = frames;
          }
      }
  return try_coarse (run, best_score, best_frames, error) && refine (run, TRUE, error);
}

static gboolean
search_f1 (Run     *run,
           GError **error)
{
  for (int s = 0; s < (run->scores->has_attention ? 2 : 1); s++)
    {
      for (guint m = 0; m < G_N_ELEMENTS (medians_s); m++)
        if (!try_coarse (run, (OtoEventScore) s, get_median_frames (run, medians_s[m]), error))
          return FALSE;
      if (!try_boxes (run, (OtoEventScore) s, error))
        return FALSE;
    }
  return refine (run, FALSE, error);
}

/* --- the whole ----------------------------------------------------------------------------- */

/* The prior, and among which settings classes choose, that do best where they were not chosen; of
 * equals the stronger, and fewer. */
static void
find_prior (Run            *run,
            guint          *ret_first,
            OtoTunerResult *result)
{
  const guint firsts[] = { run->first_fine, 0 };

  result->cross_validated = NAN;
  result->prior = priors[0];
  *ret_first = firsts[0];
  for (guint i = 0; i < G_N_ELEMENTS (priors); i++)
    for (guint f = 0; f < G_N_ELEMENTS (firsts); f++)
      {
        const double f1 = oto_tune_table_cross_validate (run->table, priors[i], firsts[f]);

        if (f1 > result->cross_validated || (isnan (result->cross_validated) && !isnan (f1)))
          {
            result->cross_validated = f1;
            result->prior = priors[i];
            *ret_first = firsts[f];
          }
      }
}

static void
choose (Run            *run,
        OtoTunerResult *result)
{
  g_autofree guint *choice = g_new0 (guint, run->n_classes + 1);
  guint first = 0;

  find_prior (run, &first, result);
  oto_tune_table_choose (run->table, ~0u, result->prior, first, choice);
  result->tuned = oto_tune_table_get_f1 (run->table, ~0u, choice);

  run->tuning->common = get_best (run);
  for (guint k = 0; k < run->tuning->n_classes; k++)
    run->tuning->classes[k] = run->tuning->common;
  for (guint k = 0; k < run->n_classes; k++)
    run->tuning->classes[run->model_classes[k]] = *oto_tune_table_get (run->table, choice[k]);
}

static void
add_number (JsonBuilder *builder,
            const char  *name,
            double       value)
{
  json_builder_set_member_name (builder, name);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
write_record (Run                  *run,
              const OtoTunerResult *result)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "goal");
  json_builder_add_string_value (builder, goal_names[run->config->goal]);
  json_builder_set_member_name (builder, "clips");
  json_builder_add_int_value (builder, result->n_clips);
  json_builder_set_member_name (builder, "classes");
  json_builder_add_int_value (builder, result->n_classes);
  add_number (builder, "published", result->published);
  add_number (builder, "tuned", result->tuned);
  add_number (builder, "cross_validated", result->cross_validated);
  add_number (builder, "prior", result->prior);
  add_number (builder, "ece", result->ece);
  add_number (builder, "calibrated_ece", result->calibrated_ece);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  run->tuning->record_json = oto_json_to_text (root, FALSE);
}

/* The goal with the published settings, before probabilities change. */
static double
measure_published (Run        *run,
                   OtoWorkers *workers)
{
  g_autoptr (OtoTuneTable) table = oto_tune_table_new (run->scores, run->config, workers);
  g_autoptr (GArray) published = g_array_new (FALSE, FALSE, sizeof (OtoBinarizer));
  g_autofree guint *choice = g_new0 (guint, run->n_classes + 1);

  g_array_append_val (published, oto_binarizer_default);
  return oto_tune_table_try (table, published, NULL, NULL)
           ? oto_tune_table_get_f1 (table, ~0u, choice) : NAN;
}

static gboolean
search (Run             *run,
        OtoTunerResult  *result,
        GError         **error)
{
  g_autoptr (OtoWorkers) workers = oto_workers_new (run->config->n_threads, FALSE);
  g_autoptr (OtoTuneTable) table = NULL;
  g_autoptr (GArray) first = g_array_new (FALSE, FALSE, sizeof (OtoBinarizer));

  result->published = measure_published (run, workers);
  find_temperature (run, result);
  run->table = table = oto_tune_table_new (run->scores, run->config, workers);
  g_array_append_val (first, oto_binarizer_default);
  if (!oto_tune_table_try (table, first, run->cancellable, error)
      || !(run->config->goal == OTO_TUNER_PSDS ? search_psds (run, error)
                                               : search_f1 (run, error)))
    return FALSE;
  choose (run, result);
  write_record (run, result);
  return TRUE;
}

/* Classes that both have; %FALSE when there is nothing to tune by. */
static gboolean
match_classes (Run               *run,
               OtoModelSnapshot  *model,
               OtoDataset        *dataset,
               GError           **error)
{
  g_autoptr (OtoClassMap) map = oto_class_map_new (oto_dataset_get_class_names (dataset),
                                                   oto_model_snapshot_get_class_names (model),
                                                   run->config->aliases);
  const guint n = oto_dataset_get_n_classes (dataset);

  run->data_classes = g_new (int, n + 1);
  run->model_classes = g_new (int, n + 1);
  for (guint k = 0; k < n; k++)
    if (oto_class_map_get_other (map, k) >= 0)
      {
        run->data_classes[run->n_classes] = (int) k;
        run->model_classes[run->n_classes++] = oto_class_map_get_other (map, k);
      }
  if (run->n_classes == 0)
    g_set_error (error, OTO_EVALUATION_ERROR, OTO_EVALUATION_ERROR_CLASSES,
                 _("The model “%s” knows none of the data set's classes. Take a data set of its "
                   "classes, or write a table of aliases."), oto_model_snapshot_get_name (model));
  else if (oto_dataset_get_events (dataset) == NULL)
    g_set_error (error, OTO_EVALUATION_ERROR, OTO_EVALUATION_ERROR_LABELS,
                 _("The labels of the data set have no times. Tuning needs onset and offset of "
                   "every event."));
  else if (!(oto_model_config_get_maps (oto_model_snapshot_get_config (model)) & OTO_MAP_STEP1))
    g_set_error (error, OTO_EVALUATION_ERROR, OTO_EVALUATION_ERROR_MODEL,
                 _("The model “%s” has no frame scores, so that it finds no events."),
                 oto_model_snapshot_get_name (model));
  else
    return TRUE;
  return FALSE;
}

/**
 * oto_tuner_run:
 * @model: a model; a tuning that it has does not matter
 * @dataset: a data set with strong labels
 * @clips: (element-type guint32): validation clips of @dataset
 * @config: the goal
 * @progress: (nullable): told how far the work is
 * @user_data: for @progress
 * @cancellable: (nullable): to stop it
 * @ret_result: (out): what came out
 * @error: return location for a #GError
 *
 * Finds a temperature, and what makes events of each class. The network runs once; settings are
 * tried on what it said. Classes with few events keep near to what is best for all of them, by as
 * much as cross-validation says. The same clips give the same tuning.
 *
 * Returns: (transfer full) (nullable): a tuning
 */
OtoTuning *
oto_tuner_run (OtoModelSnapshot      *model,
               OtoDataset            *dataset,
               GArray                *clips,
               const OtoTunerConfig  *config,
               OtoTunerFunc           progress,
               gpointer               user_data,
               GCancellable          *cancellable,
               OtoTunerResult        *ret_result,
               GError               **error)
{
  g_autoptr (OtoModelSnapshot) plain = NULL;
  g_autoptr (OtoTuning) tuning = NULL;
  OtoTunerResult result = { .n_clips = clips->len };
  Run run = {
    .config = config, .progress = progress, .progress_data = user_data, .cancellable = cancellable,
  };
  gboolean is_done = FALSE;

  g_return_val_if_fail (model != NULL, NULL);
  g_return_val_if_fail (OTO_IS_DATASET (dataset), NULL);
  g_return_val_if_fail (ret_result != NULL, NULL);

  plain = oto_model_snapshot_with_tuning (model, NULL);
  tuning = oto_tuning_new ((guint) oto_model_snapshot_get_config (model)->n_classes);
  run.tuning = tuning;
  if (match_classes (&run, model, dataset, error))
    run.scores = oto_tune_scores_new (plain, dataset, clips, run.data_classes, run.model_classes,
                                      run.n_classes, config->n_threads, scoring_cb, &run,
                                      cancellable, error);
  if (run.scores != NULL)
    {
      result.n_classes = run.n_classes;
      is_done = search (&run, &result, error);
    }
  g_clear_pointer (&run.scores, oto_tune_scores_free);
  g_free (run.data_classes);
  g_free (run.model_classes);
  if (!is_done)
    return NULL;
  *ret_result = result;
  return g_steal_pointer (&tuning);
}
