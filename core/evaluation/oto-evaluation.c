/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-evaluation.h"

#include "analysis/oto-analyzer.h"
#include "audio/oto-clip.h"
#include "base/oto-error.h"
#include "base/oto-rng.h"
#include "datasets/oto-dataset.h"
#include "detection/oto-event-list.h"
#include "evaluation/oto-analysis-feed.h"
#include "evaluation/oto-measure-group.h"
#include "models/oto-model-snapshot.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Class names, or clips, that messages list. */
#define MAX_NAMED 8
#define DEFAULT_LEVEL 0.95
#define DEFAULT_SEGMENT_S 1.0

struct _OtoEvaluation
{
  OtoClassMap  *classes;         /* those of the data set, then those of the model */
  int          *matched;         /* (K of the data set): which of the shared ones; -1: none */
  GPtrArray    *groups;          /* of OtoMeasures */
  GStrvBuilder *notice_builder;
  char        **notices;
  guint         n_invalid_clips;
  guint         n_classes;       /* of the data set */
  guint         n_clips;
  guint         n_resamples;
  double        level;
};

/* An evaluation on its way. */
typedef struct
{
  OtoEvaluation       *self;
  OtoDataset          *dataset;
  GArray              *clips;
  OtoMeasureContext    context;
  int                 *model_classes;    /* (K shared) */
  int                 *data_classes;     /* (K shared) */
  OtoBinarizer        *binarizers;       /* (K shared) */
  GHashTable          *class_indices;    /* names of the data set -> shared index + 1 */
  float               *probs;            /* (K shared) */
  float               *targets;          /* (K shared) */
  float               *data_targets;     /* (K of the data set) */
  GArray              *refs;             /* of OtoInterval */
  GArray              *ests;             /* of OtoInterval */
  OtoProgressFunc      progress;
  gpointer             progress_data;
  GCancellable        *cancellable;
} Run;

/**
 * oto_evaluation_config_init:
 * @self: (out caller-allocates): set to all measures with the published constants, no intervals
 */
void
oto_evaluation_config_init (OtoEvaluationConfig *self)
{
  *self = (OtoEvaluationConfig) {
    .criteria = oto_event_criteria_default,
    .segment_s = DEFAULT_SEGMENT_S,
    .level = DEFAULT_LEVEL,
  };
}

/**
 * oto_evaluation_list_groups:
 *
 * Returns: (transfer full) (array zero-terminated=1): names of all groups of measures
 */
char **
oto_evaluation_list_groups (void)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; oto_measure_group_get (i) != NULL; i++)
    g_strv_builder_add (names, oto_measure_group_get (i)->name);
  return g_strv_builder_end (names);
}

/* The first names of a list, for a message. */
static char *
list_names (const char * const *names)
{
  const guint n = g_strv_length ((char **) names);
  GString *list = g_string_new ("");

  for (guint i = 0; i < MIN (n, MAX_NAMED); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", names[i]);
  if (n > MAX_NAMED)
    g_string_append (list, ", …");
  return g_string_free (list, FALSE);
}

static gboolean
check_classes (OtoEvaluation     *self,
               OtoModelSnapshot  *model,
               OtoDataset        *dataset,
               GError           **error)
{
  g_autofree char *names = NULL, *model_names = NULL;

  if (oto_class_map_get_n_matched (self->classes) > 0)
    return TRUE;

  names = list_names (oto_dataset_get_class_names (dataset));
  model_names = list_names (oto_model_snapshot_get_class_names (model));
  g_set_error (error, OTO_EVALUATION_ERROR, OTO_EVALUATION_ERROR_CLASSES,
               _("The model “%s” knows none of the data set's classes. It knows: %s. The data set "
                 "has: %s. Take a model that was trained on these classes, or write a table of "
                 "aliases."), oto_model_snapshot_get_name (model), model_names, names);
  return FALSE;
}

/* --- what is measured ---------------------------------------------------------------------- */

/* Why a group has no values; NULL: it has. */
static char *
find_lack (Run                   *run,
           const OtoMeasureGroup *group)
{
  const guint maps = oto_model_config_get_maps (oto_model_snapshot_get_config (run->context.model));
  const guint missing = group->maps & ~maps;

  for (guint i = 0; oto_map_info_get (i) != NULL; i++)
    if (missing & oto_map_info_get (i)->map)
      /* Translators: the name of a model, then “mask” or another thing that a model shows. */
      return g_strdup_printf (_("The model “%s” has no %s."),
                              oto_model_snapshot_get_name (run->context.model),
                              _(oto_map_info_get (i)->noun));
  if ((group->needs & OTO_MEASURE_NEEDS_TIMES) && oto_dataset_get_events (run->dataset) == NULL)
    return g_strdup (_("The labels of the data set have no times."));
  if ((group->needs & OTO_MEASURE_NEEDS_PARTS) && !oto_dataset_has_parts (run->dataset))
    return g_strdup (_("The data set was not mixed with “oto remix”, so that events and scene "
                       "cannot be told apart."));
  return NULL;
}

static gboolean
is_wanted (const OtoEvaluationConfig *config,
           const OtoMeasureGroup     *group)
{
  return config->groups == NULL || group == &oto_measure_clips
         || g_strv_contains (config->groups, group->name);
}

/* Returns which maps the model has to show. */
static guint
add_groups (Run *run)
{
  guint maps = 0;

  for (guint i = 0; oto_measure_group_get (i) != NULL; i++)
    {
      const OtoMeasureGroup *group = oto_measure_group_get (i);
      g_autofree char *lack = NULL;

      if (!is_wanted (run->context.config, group))
        continue;
      lack = find_lack (run, group);
      g_ptr_array_add (run->self->groups, oto_measures_new (group, &run->context, lack));
      if (lack == NULL)
        maps |= group->maps | group->optional_maps;
    }
  for (guint k = 0; k < run->context.n_classes && maps != 0; k++)
    if (run->binarizers[k].score == OTO_EVENT_SCORE_ATTENTION)
      maps |= OTO_MAP_TIME_ATT;
  return maps;
}

/* Classes that both have, in the order of the data set. */
static void
match_classes (Run                 *run,
               const OtoBinarizer  *model_binarizers)
{
  OtoEvaluation *self = run->self;
  const char * const *names = oto_dataset_get_class_names (run->dataset);
  const guint n = oto_class_map_get_n_matched (self->classes);
  guint i = 0;

  run->model_classes = g_new (int, n + 1);
  run->data_classes = g_new (int, n + 1);
  run->binarizers = g_new (OtoBinarizer, n + 1);
  for (guint k = 0; k < self->n_classes; k++)
    {
      const int other = oto_class_map_get_other (self->classes, k);

      self->matched[k] = other >= 0 ? (int) i : -1;
      if (other < 0)
        continue;
      run->model_classes[i] = other;
      run->data_classes[i] = (int) k;
      run->binarizers[i] = model_binarizers[other];
      g_hash_table_insert (run->class_indices, (gpointer) names[k], GUINT_TO_POINTER (++i));
    }
  run->context.n_classes = n;
  run->context.binarizers = run->binarizers;
  run->probs = g_new (float, n + 1);
  run->targets = g_new (float, n + 1);
  run->data_targets = g_new (float, self->n_classes + 1);
}

/* --- a clip -------------------------------------------------------------------------------- */

/* Returns whether all labels of the clip have times. */
static gboolean
list_refs (Run      *run,
           guint32   clip,
           gboolean *ret_has_others)
{
  OtoEventList *events = oto_dataset_get_events (run->dataset);
  const guint32 *indices;
  guint n;

  g_array_set_size (run->refs, 0);
  *ret_has_others = FALSE;
  if (events == NULL)
    return FALSE;
  indices = oto_dataset_get_clip_events (run->dataset, clip, &n);
  for (guint i = 0; i < n; i++)
    {
      const OtoEvent *event = oto_event_list_get (events, indices[i]);
      const guint k = GPOINTER_TO_UINT (g_hash_table_lookup (run->class_indices, event->label));
      OtoInterval ref = { event->onset_s, event->offset_s, (int) k - 1 };

      if (!(event->offset_s >= event->onset_s))
        return FALSE;
      *ret_has_others = *ret_has_others || k == 0;
      if (k > 0)
        g_array_append_val (run->refs, ref);
    }
  return TRUE;
}

static void
list_estimates (Run         *run,
                OtoAnalysis *analysis)
{
  g_array_set_size (run->ests, 0);
  for (guint k = 0; k < run->context.n_classes; k++)
    {
      g_autoptr (GArray) times = oto_analysis_find_times (analysis, run->model_classes[k],
                                                          &run->binarizers[k]);

      for (guint i = 0; i < times->len; i++)
        {
          const OtoEventTimes *event = &g_array_index (times, OtoEventTimes, i);
          OtoInterval est = { event->onset_s, event->offset_s, (int) k };

          g_array_append_val (run->ests, est);
        }
    }
}

static void
add_notices (Run     *run,
             OtoClip *clip,
             guint32  index)
{
  OtoEvaluation *self = run->self;
  const guint64 n_invalid = oto_clip_get_n_invalid (clip);
  g_autofree char *notice = NULL;

  if (n_invalid == 0 || ++self->n_invalid_clips > MAX_NAMED)
    return;
  notice = oto_clip_format_invalid (oto_dataset_get_filename (run->dataset, index), n_invalid);
  g_strv_builder_add (self->notice_builder, notice);
}

static gboolean
measure_clip (Run          *run,
              guint         n,
              OtoAnalysis  *analysis,
              GError      **error)
{
  const guint32 index = g_array_index (run->clips, guint32, n);
  const float *probs = oto_analysis_get_clip_prob (analysis);
  gboolean has_times, has_other_events, has_parts;
  OtoMeasureClip clip;

  has_times = list_refs (run, index, &has_other_events);
  has_parts = oto_clip_get_n_channels (oto_analysis_get_clip (analysis)) == 2;
  list_estimates (run, analysis);
  oto_dataset_fill_targets (run->dataset, index, run->data_targets);
  for (guint k = 0; k < run->context.n_classes; k++)
    {
      run->probs[k] = probs[run->model_classes[k]];
      run->targets[k] = run->data_targets[run->data_classes[k]];
    }
  clip = (OtoMeasureClip) {
    .index = n, .analysis = analysis, .duration_s = oto_analysis_get_duration_s (analysis),
    .model_classes = run->model_classes, .probs = run->probs, .targets = run->targets,
    .refs = (const OtoInterval *) run->refs->data, .n_refs = run->refs->len,
    .ests = (const OtoInterval *) run->ests->data, .n_ests = run->ests->len,
    .has_other_events = has_other_events,
  };
  for (guint i = 0, j = 0; oto_measure_group_get (i) != NULL; i++)
    {
      const OtoMeasureGroup *group = oto_measure_group_get (i);

      if (!is_wanted (run->context.config, group))
        continue;

      OtoMeasures *measures = g_ptr_array_index (run->self->groups, j++);

      if ((!(group->needs & OTO_MEASURE_NEEDS_TIMES) || has_times)
          && (!(group->needs & OTO_MEASURE_NEEDS_PARTS) || has_parts)
          && !oto_measures_add_clip (measures, &run->context, &clip, run->cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/* --- all clips ----------------------------------------------------------------------------- */

static gboolean
measure_clips (Run     *run,
               guint    maps,
               GError **error)
{
  g_autoptr (OtoEngine) engine = oto_engine_new (run->context.config->n_threads, FALSE);
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  g_autoptr (OtoAnalysisFeed) feed = NULL;

  analyzer = oto_analyzer_new_for_maps (run->context.model, maps, engine, error);
  if (analyzer == NULL)
    return FALSE;
  oto_analyzer_set_priority (analyzer, OTO_PRIORITY_BATCH);
  feed = oto_analysis_feed_new (analyzer, run->dataset, run->clips, run->context.config->n_threads,
                                run->cancellable);
  for (guint n = 0; n < run->clips->len; n++)
    {
      g_autoptr (OtoAnalysis) analysis = oto_analysis_feed_pull (feed, error);

      if (analysis == NULL || !measure_clip (run, n, analysis, error))
        return FALSE;
      add_notices (run, oto_analysis_get_clip (analysis), g_array_index (run->clips, guint32, n));
      if (run->progress != NULL)
        run->progress ((n + 1.0) / run->clips->len, run->progress_data);
      if (g_cancellable_set_error_if_cancelled (run->cancellable, error))
        return FALSE;
    }
  return TRUE;
}

static void
bootstrap (Run *run)
{
  const OtoEvaluationConfig *config = run->context.config;
  const guint n_clips = run->clips->len;
  g_autofree guint32 *indices = NULL;
  OtoRng rng;

  if (config->n_resamples == 0 || n_clips == 0)
    return;
  indices = g_new (guint32, (size_t) config->n_resamples * n_clips);
  oto_rng_init (&rng, config->seed);
  oto_bootstrap_draw (&rng, config->n_resamples, n_clips, indices);
  for (guint i = 0; i < run->self->groups->len; i++)
    oto_measures_bootstrap (g_ptr_array_index (run->self->groups, i), indices,
                            config->n_resamples, config->level);
  run->self->n_resamples = config->n_resamples;
  run->self->level = config->level;
}

static void
end_notices (OtoEvaluation *self)
{
  const guint n_more = self->n_invalid_clips - MIN (self->n_invalid_clips, MAX_NAMED);
  g_autofree char *notice = NULL;

  if (n_more > 0)
    {
      notice = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                             "%u more clip holds values that are no sound.",
                                             "%u more clips hold values that are no sound.",
                                             n_more), n_more);
      g_strv_builder_add (self->notice_builder, notice);
    }
  self->notices = g_strv_builder_end (self->notice_builder);
}

static gboolean
evaluate (Run     *run,
          GError **error)
{
  if (!measure_clips (run, add_groups (run), error))
    return FALSE;
  for (guint i = 0; i < run->self->groups->len; i++)
    oto_measures_end (g_ptr_array_index (run->self->groups, i), &run->context);
  bootstrap (run);
  end_notices (run->self);
  return TRUE;
}

static void
run_clear (Run *self)
{
  g_free (self->model_classes);
  g_free (self->data_classes);
  g_free (self->binarizers);
  g_free (self->probs);
  g_free (self->targets);
  g_free (self->data_targets);
  g_hash_table_unref (self->class_indices);
  g_array_unref (self->refs);
  g_array_unref (self->ests);
}

/**
 * oto_evaluation_new:
 * @model: a model
 * @dataset: a data set
 * @clips: (element-type guint32): clips of @dataset to score on
 * @config: what is measured
 * @progress: (nullable): told on this thread how far the work is
 * @user_data: for @progress
 * @cancellable: (nullable): to stop it
 * @error: return location for a #GError
 *
 * Runs @model over the clips and measures what it says, clip by clip: only few are in memory at a
 * time.
 *
 * Returns: (transfer full) (nullable): the measures; %NULL with %OTO_EVALUATION_ERROR_CLASSES when
 *   the model knows no class of the data set
 */
OtoEvaluation *
oto_evaluation_new (OtoModelSnapshot           *model,
                    OtoDataset                 *dataset,
                    GArray                     *clips,
                    const OtoEvaluationConfig  *config,
                    OtoProgressFunc             progress,
                    gpointer                    user_data,
                    GCancellable               *cancellable,
                    GError                    **error)
{
  g_autoptr (OtoEvaluation) self = NULL;
  g_autofree OtoBinarizer *model_binarizers = NULL;
  gboolean is_done;

  g_return_val_if_fail (model != NULL, NULL);
  g_return_val_if_fail (OTO_IS_DATASET (dataset), NULL);
  g_return_val_if_fail (clips != NULL, NULL);
  g_return_val_if_fail (config != NULL && config->segment_s > 0.0, NULL);

  self = g_new0 (OtoEvaluation, 1);
  self->classes = oto_class_map_new (oto_dataset_get_class_names (dataset),
                                     oto_model_snapshot_get_class_names (model), config->aliases);
  self->n_classes = oto_dataset_get_n_classes (dataset);
  self->n_clips = clips->len;
  self->matched = g_new (int, self->n_classes);
  self->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_measures_free);
  self->notice_builder = g_strv_builder_new ();
  if (!check_classes (self, model, dataset, error))
    return NULL;

  Run run = {
    .self = self, .dataset = dataset, .clips = clips,
    .context = { .model = model, .config = config, .n_clips = clips->len },
    .class_indices = g_hash_table_new (g_str_hash, g_str_equal),
    .refs = g_array_new (FALSE, FALSE, sizeof (OtoInterval)),
    .ests = g_array_new (FALSE, FALSE, sizeof (OtoInterval)),
    .progress = progress, .progress_data = user_data, .cancellable = cancellable,
  };

  model_binarizers = oto_model_snapshot_dup_binarizers (model);
  match_classes (&run, config->binarizers != NULL ? config->binarizers : model_binarizers);
  is_done = evaluate (&run, error);
  run_clear (&run);
  return is_done ? g_steal_pointer (&self) : NULL;
}

/**
 * oto_evaluation_free:
 * @self: (nullable): an evaluation
 *
 * Frees it.
 */
void
oto_evaluation_free (OtoEvaluation *self)
{
  if (self == NULL)
    return;
  oto_class_map_free (self->classes);
  g_free (self->matched);
  g_ptr_array_unref (self->groups);
  g_strv_builder_unref (self->notice_builder);
  g_strfreev (self->notices);
  g_free (self);
}

/**
 * oto_evaluation_get_n_clips:
 * @self: an evaluation
 *
 * Returns: how many clips were scored
 */
guint
oto_evaluation_get_n_clips (const OtoEvaluation *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_clips;
}

/**
 * oto_evaluation_get_class_map:
 * @self: an evaluation
 *
 * Returns: (transfer none): which classes of the data set are which of the model
 */
const OtoClassMap *
oto_evaluation_get_class_map (const OtoEvaluation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->classes;
}

/**
 * oto_evaluation_get_n_groups:
 * @self: an evaluation
 *
 * Returns: how many groups of measures it has
 */
guint
oto_evaluation_get_n_groups (const OtoEvaluation *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->groups->len;
}

/**
 * oto_evaluation_get_group:
 * @self: an evaluation
 * @i: which group
 *
 * Returns: (transfer none): its measures
 */
const OtoMeasures *
oto_evaluation_get_group (const OtoEvaluation *self,
                          guint                i)
{
  g_return_val_if_fail (self != NULL && i < self->groups->len, NULL);

  return g_ptr_array_index (self->groups, i);
}

static const OtoMeasures *
find (const OtoEvaluation *self,
      const char          *group,
      const char          *measure,
      guint               *ret_i)
{
  for (guint g = 0; g < self->groups->len; g++)
    {
      const OtoMeasures *measures = g_ptr_array_index (self->groups, g);

      if (strcmp (oto_measures_get_name (measures), group) == 0)
        for (guint i = 0; i < oto_measures_get_n (measures); i++)
          if (strcmp (oto_measures_get_info (measures, i)->name, measure) == 0)
            {
              *ret_i = i;
              return measures;
            }
    }
  return NULL;
}

/**
 * oto_evaluation_get:
 * @self: an evaluation
 * @group: name of a group
 * @measure: name of one of its measures
 *
 * Returns: its value; NaN: undefined, or not measured
 */
double
oto_evaluation_get (const OtoEvaluation *self,
                    const char          *group,
                    const char          *measure)
{
  const OtoMeasures *measures;
  guint i;

  g_return_val_if_fail (self != NULL, NAN);

  measures = find (self, group, measure, &i);
  return measures != NULL ? oto_measures_get_value (measures, i) : NAN;
}

/**
 * oto_evaluation_get_of_class:
 * @self: an evaluation
 * @group: name of a group
 * @measure: name of one of its measures
 * @class_index: a class of the data set
 *
 * Returns: its value of that class; NaN: undefined, not measured, or the model lacks the class
 */
double
oto_evaluation_get_of_class (const OtoEvaluation *self,
                             const char          *group,
                             const char          *measure,
                             guint                class_index)
{
  const OtoMeasures *measures;
  guint i;

  g_return_val_if_fail (self != NULL, NAN);
  g_return_val_if_fail (class_index < self->n_classes, NAN);

  measures = find (self, group, measure, &i);
  if (measures == NULL || self->matched[class_index] < 0)
    return NAN;
  return oto_measures_get_class_value (measures, i, self->matched[class_index]);
}

/**
 * oto_evaluation_get_notices:
 * @self: an evaluation
 *
 * Returns: (transfer none) (array zero-terminated=1): sentences about clips that were mended
 */
const char * const *
oto_evaluation_get_notices (const OtoEvaluation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->notices;
}

/**
 * oto_evaluation_compare:
 * @self: an evaluation with intervals
 * @other: that of another model on the same clips, with the same seed
 *
 * Compares two models on the same resamples.
 *
 * Returns: (transfer full) (element-type OtoEvaluationDifference): of the measures that both have
 *   intervals of
 */
GArray *
oto_evaluation_compare (const OtoEvaluation *self,
                        const OtoEvaluation *other)
{
  GArray *differences = g_array_new (FALSE, FALSE, sizeof (OtoEvaluationDifference));

  g_return_val_if_fail (self != NULL && other != NULL, differences);
  g_return_val_if_fail (self->n_clips == other->n_clips, differences);
  g_return_val_if_fail (self->n_resamples == other->n_resamples, differences);

  for (guint g = 0; g < self->groups->len; g++)
    {
      const OtoMeasures *ours = g_ptr_array_index (self->groups, g);

      for (guint i = 0; i < oto_measures_get_n (ours); i++)
        {
          OtoEvaluationDifference row = {
            .group = oto_measures_get_name (ours), .measure = oto_measures_get_info (ours, i)->name,
          };
          guint j;
          const OtoMeasures *theirs = find (other, row.group, row.measure, &j);
          const double *a = oto_measures_get_resamples (ours, i);
          const double *b = theirs != NULL ? oto_measures_get_resamples (theirs, j) : NULL;

          if (a == NULL || b == NULL || isnan (oto_measures_get_interval (ours, i)->low)
              || isnan (oto_measures_get_interval (theirs, j)->low))
            continue;
          row.value = oto_measures_get_value (ours, i) - oto_measures_get_value (theirs, j);
          oto_bootstrap_compare (a, b, self->n_resamples, self->level, &row.difference);
          g_array_append_val (differences, row);
        }
    }
  return differences;
}
