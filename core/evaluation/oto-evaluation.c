/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evaluation/oto-evaluation.h"

#include "base/oto-error.h"
#include "datasets/oto-batcher.h"
#include "datasets/oto-dataset.h"
#include "evaluation/oto-tagger.h"
#include "models/oto-model-snapshot.h"
#include "models/oto-model.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Windows of a forward pass. */
#define BATCH 8
/* Class names that a message lists. */
#define MAX_NAMED 8

struct _OtoEvaluation
{
  OtoClassMap     *classes;      /* those of the data set, then those of the model */
  OtoTaggingScore  score;        /* of the classes that both have */
  double          *class_ap;     /* (K of the data set) */
  char           **notices;
  guint            n_classes;
  guint            n_clips;
};

/* What is told to whom. */
typedef struct
{
  OtoEvaluationFunc  func;
  gpointer           user_data;
  GCancellable      *cancellable;
} Report;

static void
features_cb (double   fraction,
             gpointer user_data)
{
  Report *report = user_data;

  if (report->func != NULL)
    report->func (OTO_EVALUATION_FEATURES, fraction, report->user_data);
}

static gboolean
tagger_cb (double   fraction,
           gpointer user_data)
{
  Report *report = user_data;

  if (report->func != NULL)
    report->func (OTO_EVALUATION_SCORING, fraction, report->user_data);
  return !g_cancellable_is_cancelled (report->cancellable);
}

/* The first names of a list, for a message. */
static char *
list_names (const char * const *names)
{
  const guint n = g_strv_length ((char **) names);
  GString *list = g_string_new (NULL);

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

/* (N, K of the model): what the network says. */
static float *
compute_model_prob (OtoModelSnapshot  *snapshot,
                    OtoBatcher        *batcher,
                    int                n_threads,
                    Report            *report,
                    GError           **error)
{
  const size_t n_clips = oto_batcher_get_n_items (batcher);
  const int n_classes = oto_model_snapshot_get_config (snapshot)->n_classes;
  g_autoptr (OtoEngine) engine = oto_engine_new (n_threads, FALSE);
  g_autoptr (OtoModel) model = NULL;
  g_autofree float *prob = NULL;

  model = oto_model_new_from_snapshot (snapshot, engine, OTO_PRIORITY_BATCH, error);
  if (model == NULL || !oto_model_reserve (model, BATCH, OTO_MODEL_EVAL, error))
    return NULL;
  prob = g_new (float, n_clips * n_classes);
  if (!oto_tagger_run (model, batcher, oto_model_snapshot_get_scaler (snapshot), BATCH, tagger_cb,
                       report, prob, error))
    return NULL;
  return g_steal_pointer (&prob);
}

/* Scores the classes that both have, in the order of the data set. */
static void
compute_score (OtoEvaluation *self,
               OtoBatcher    *batcher,
               const float   *model_prob,
               guint          n_model_classes)
{
  const size_t n_clips = self->n_clips;
  const guint n_matched = oto_class_map_get_n_matched (self->classes);
  g_autofree float *prob = g_new (float, n_clips * n_matched);
  g_autofree float *targets = g_new (float, n_clips * n_matched);
  g_autofree float *clip_targets = g_new (float, self->n_classes);
  g_autofree double *ap = g_new (double, n_matched);

  for (size_t n = 0; n < n_clips; n++)
    {
      size_t i = n * n_matched;

      oto_batcher_fill_targets (batcher, n, clip_targets);
      for (guint k = 0; k < self->n_classes; k++)
        {
          int other = oto_class_map_get_other (self->classes, k);

          if (other < 0)
            continue;
          prob[i] = model_prob[n * n_model_classes + other];
          targets[i++] = clip_targets[k];
        }
    }
  oto_tagging_score_compute (prob, targets, n_clips, n_matched, &self->score, ap);

  for (guint k = 0, i = 0; k < self->n_classes; k++)
    self->class_ap[k] = oto_class_map_get_other (self->classes, k) >= 0 ? ap[i++] : NAN;
}

static gboolean
evaluate (OtoEvaluation     *self,
          OtoModelSnapshot  *model,
          OtoDataset        *dataset,
          GArray            *clips,
          int                n_threads,
          Report            *report,
          GError           **error)
{
  const OtoModelConfig *config = oto_model_snapshot_get_config (model);
  g_autoptr (OtoBatcher) batcher = NULL;
  g_autofree float *model_prob = NULL;

  if (!check_classes (self, model, dataset, error))
    return FALSE;
  batcher = oto_batcher_new (dataset, clips, oto_model_snapshot_get_front_end (model),
                             config->n_frames, OTO_BATCHER_BUDGET_BYTES, n_threads, FALSE,
                             features_cb, report, report->cancellable, error);
  if (batcher == NULL)
    return FALSE;
  model_prob = compute_model_prob (model, batcher, n_threads, report, error);
  if (model_prob == NULL)
    return FALSE;
  compute_score (self, batcher, model_prob, config->n_classes);
  self->notices = oto_batcher_take_notices (batcher);
  return TRUE;
}

/**
 * oto_evaluation_new:
 * @model: a model
 * @dataset: a data set
 * @clips: (element-type guint32): clips of @dataset to score on
 * @aliases: (nullable): names that stand for others, see oto_class_map_load_aliases()
 * @n_threads: number of threads; 0: one a core
 * @progress: (nullable): told how far the work is
 * @user_data: for @progress
 * @cancellable: (nullable): to stop it
 * @error: return location for a #GError
 *
 * Runs @model over the clips and scores what it says, on the caller's thread and workers.
 *
 * Returns: (transfer full) (nullable): the scores; %NULL with %OTO_EVALUATION_ERROR_CLASSES when
 *   the model knows no class of the data set
 */
OtoEvaluation *
oto_evaluation_new (OtoModelSnapshot   *model,
                    OtoDataset         *dataset,
                    GArray             *clips,
                    GHashTable         *aliases,
                    int                 n_threads,
                    OtoEvaluationFunc   progress,
                    gpointer            user_data,
                    GCancellable       *cancellable,
                    GError            **error)
{
  Report report = { progress, user_data, cancellable };
  g_autoptr (OtoEvaluation) self = NULL;

  g_return_val_if_fail (model != NULL, NULL);
  g_return_val_if_fail (OTO_IS_DATASET (dataset), NULL);
  g_return_val_if_fail (clips != NULL, NULL);

  self = g_new0 (OtoEvaluation, 1);
  self->classes = oto_class_map_new (oto_dataset_get_class_names (dataset),
                                     oto_model_snapshot_get_class_names (model), aliases);
  self->n_classes = oto_dataset_get_n_classes (dataset);
  self->n_clips = clips->len;
  self->class_ap = g_new (double, self->n_classes);
  if (!evaluate (self, model, dataset, clips, n_threads, &report, error))
    return NULL;
  return g_steal_pointer (&self);
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
  g_free (self->class_ap);
  g_strfreev (self->notices);
  g_free (self);
}

/**
 * oto_evaluation_get_score:
 * @self: an evaluation
 *
 * Returns: (transfer none): the scores over the classes that the model knows
 */
const OtoTaggingScore *
oto_evaluation_get_score (const OtoEvaluation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->score;
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
 * oto_evaluation_get_class_ap:
 * @self: an evaluation
 * @class_index: a class of the data set
 *
 * Returns: its average precision; NaN when it does not occur, or when the model lacks it
 */
double
oto_evaluation_get_class_ap (const OtoEvaluation *self,
                             guint                class_index)
{
  g_return_val_if_fail (self != NULL, NAN);
  g_return_val_if_fail (class_index < self->n_classes, NAN);

  return self->class_ap[class_index];
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
