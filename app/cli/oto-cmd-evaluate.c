/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Windows of a forward pass. */
#define BATCH 8

static const char description[] =
  "Scores models on the clips of one fold of a data set: average precision over\n"
  "all clip and class pairs (micro_ap), its mean over classes (macro_ap), the\n"
  "mean area under the ROC curve (auc), and the average precision of every class.\n"
  "MODEL is a file, the folder of a run (its best model), or the name of a model;\n"
  "without one, the bundled default is scored. Classes of the data set that a\n"
  "model does not know count as never heard; classes that do not occur in the\n"
  "fold have no score and are left out of the means.\n"
  "\n"
  "Examples:\n"
  "  oto evaluate --data data --fold 4 run\n"
  "  oto evaluate --data data --fold 4 --json run-1 run-2 model.safetensors\n";

typedef struct
{
  OtoTaggingScore  score;
  guint            n_clips;
  double          *class_ap;     /* (K of the data set) */
} Result;

typedef struct
{
  const OtoCliOptions *options;
  GCancellable        *interrupt;
  OtoDataset          *dataset;
  GArray              *clips;    /* of dataset, to score on */
  int                  n_threads;
} Session;

static gboolean
tagger_cb (double   fraction,
           gpointer user_data)
{
  Session *session = user_data;

  oto_cli_progress (session->options, "Scoring", fraction);
  return !g_cancellable_is_cancelled (session->interrupt);
}

static void
features_cb (double   fraction,
             gpointer user_data)
{
  oto_cli_progress (((Session *) user_data)->options, "Preparing features", fraction);
}

/* Probabilities of the data set's classes from those of the model's. */
static void
map_classes (OtoDataset       *dataset,
             OtoModelSnapshot *model,
             const float      *model_prob,
             guint             n_clips,
             float            *ret_prob)
{
  const char * const *names = oto_dataset_get_class_names (dataset);
  const char * const *model_names = oto_model_snapshot_get_class_names (model);
  const guint n_classes = oto_dataset_get_n_classes (dataset);
  const guint n_model_classes = g_strv_length ((char **) model_names);

  for (guint k = 0; k < n_classes; k++)
    {
      guint m = 0;

      while (m < n_model_classes && strcmp (model_names[m], names[k]) != 0)
        m++;
      for (guint n = 0; n < n_clips; n++)
        ret_prob[n * n_classes + k] =
          m < n_model_classes ? model_prob[n * n_model_classes + m] : 0.f;
    }
}

static gboolean
evaluate (Session           *session,
          OtoModelSnapshot  *snapshot,
          Result            *ret_result,
          GError           **error)
{
  OtoDataset *dataset = session->dataset;
  GArray *clips = session->clips;
  const OtoModelConfig *config = oto_model_snapshot_get_config (snapshot);
  const guint n_classes = oto_dataset_get_n_classes (dataset);
  g_autoptr (OtoModel) model = NULL;
  g_autoptr (OtoBatcher) batcher = NULL;
  g_autofree float *model_prob = NULL, *prob = NULL, *targets = NULL;

  batcher = oto_batcher_new (dataset, clips, oto_model_snapshot_get_front_end (snapshot),
                             config->n_frames, OTO_BATCHER_BUDGET_BYTES, session->n_threads,
                             FALSE, features_cb, session, session->interrupt, error);
  if (batcher == NULL)
    return FALSE;
  model = oto_model_new_from_snapshot (snapshot, session->n_threads, FALSE, error);
  if (model == NULL || !oto_model_reserve (model, BATCH, OTO_MODEL_EVAL, error))
    return FALSE;

  model_prob = g_new (float, (size_t) clips->len * config->n_classes);
  if (!oto_tagger_run (model, batcher, oto_model_snapshot_get_scaler (snapshot), BATCH, tagger_cb,
                       session, model_prob, error))
    return FALSE;
  prob = g_new (float, (size_t) clips->len * n_classes);
  targets = g_new (float, (size_t) clips->len * n_classes);
  map_classes (dataset, snapshot, model_prob, clips->len, prob);
  for (guint i = 0; i < clips->len; i++)
    oto_batcher_fill_targets (batcher, i, targets + (size_t) i * n_classes);
  ret_result->n_clips = clips->len;
  ret_result->class_ap = g_new (double, n_classes);
  oto_tagging_score_compute (prob, targets, clips->len, n_classes, &ret_result->score,
                             ret_result->class_ap);
  return TRUE;
}

static void
add_json (JsonBuilder  *builder,
          const char   *model,
          OtoDataset   *dataset,
          const Result *result)
{
  const char * const *names = oto_dataset_get_class_names (dataset);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "model");
  json_builder_add_string_value (builder, model);
  oto_cli_json_add_number (builder, "micro_ap", result->score.micro_ap);
  oto_cli_json_add_number (builder, "macro_ap", result->score.macro_ap);
  oto_cli_json_add_number (builder, "auc", result->score.auc);
  json_builder_set_member_name (builder, "n_clips");
  json_builder_add_int_value (builder, result->n_clips);
  json_builder_set_member_name (builder, "classes");
  json_builder_begin_array (builder);
  for (guint k = 0; names[k] != NULL; k++)
    {
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "name");
      json_builder_add_string_value (builder, names[k]);
      oto_cli_json_add_number (builder, "ap", result->class_ap[k]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
print_score (const char *name,
             double      value)
{
  if (isnan (value))
    printf (", %s -", name);
  else
    printf (", %s %.4f", name, value);
}

static void
print_text (const char   *model,
            OtoDataset   *dataset,
            const Result *result)
{
  const char * const *names = oto_dataset_get_class_names (dataset);

  printf ("%s: %u clips", model, result->n_clips);
  print_score ("micro_ap", result->score.micro_ap);
  print_score ("macro_ap", result->score.macro_ap);
  print_score ("auc", result->score.auc);
  putchar ('\n');
  for (guint k = 0; names[k] != NULL; k++)
    if (isnan (result->class_ap[k]))
      printf ("  %-28s -\n", names[k]);
    else
      printf ("  %-28s %.4f\n", names[k], result->class_ap[k]);
}

static gboolean
evaluate_model (Session      *session,
                const char   *file,
                JsonBuilder  *builder,
                GError      **error)
{
  g_autoptr (OtoModelSnapshot) snapshot = oto_model_snapshot_find (file, error);
  const char *name = file;
  Result result = { 0 };

  if (snapshot == NULL || !evaluate (session, snapshot, &result, error))
    return FALSE;
  if (name == NULL)
    name = oto_model_snapshot_get_name (snapshot);
  oto_cli_progress_end (session->options);
  if (session->options->json)
    add_json (builder, name, session->dataset, &result);
  else
    print_text (name, session->dataset, &result);
  g_free (result.class_ap);
  return TRUE;
}

/* Without @files the bundled default. */
static int
evaluate_models (Session  *session,
                 char    **files)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  guint n_models = MAX (1, g_strv_length (files)), n_failed = 0;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "models");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n_models && !g_cancellable_is_cancelled (session->interrupt); i++)
    {
      g_autoptr (GError) error = NULL;

      if (!evaluate_model (session, files[i], builder, &error))
        {
          oto_cli_gerror (error);
          n_failed++;
        }
    }
  oto_cli_progress_end (session->options);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  if (session->options->json)
    oto_cli_print_json (builder);
  if (g_cancellable_is_cancelled (session->interrupt))
    return OTO_CLI_FAILED;
  return oto_cli_get_exit_code (n_models - n_failed, n_failed);
}

int
oto_cmd_evaluate (int    argc,
                  char **argv)
{
  g_auto (GStrv) files = NULL;
  g_autofree char *data = NULL;
  g_autoptr (OtoDataset) dataset = NULL;
  g_autoptr (GArray) clips = NULL;
  g_autoptr (GError) error = NULL;
  OtoCliOptions options;
  int fold = 0, n_threads = 0;
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, "Data set", "DIR" },
    { "fold", 0, 0, G_OPTION_ARG_INT, &fold, "Fold to score on (0: all clips)", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "Number of threads (all cores)", "N" },
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "[MODEL…]", "Scores models on a data set.",
                      description, &options, &files))
    return OTO_CLI_USAGE;
  if (data == NULL || fold < 0 || n_threads < 0)
    {
      oto_cli_error ("Give a data set (--data DIR) and one of its folds (--fold N). “oto evaluate "
                     "--help” shows examples.");
      return OTO_CLI_USAGE;
    }
  dataset = oto_dataset_load (data, &error);
  if (dataset != NULL)
    clips = oto_dataset_list_clips (dataset, fold, fold > 0, &error);
  if (clips == NULL)
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }

  Session session = { &options, oto_cli_watch_interrupt (), dataset, clips, n_threads };
  return evaluate_models (&session, files);
}
