/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <stdio.h>

static const char description[] =
  "Scores models on the clips of one fold of a data set: average precision over\n"
  "all clip and class pairs (micro_ap), its mean over classes (macro_ap), the\n"
  "mean area under the ROC curve (auc), and the average precision of every class.\n"
  "MODEL is a file, the folder of a run (its best model), or the name of a model;\n"
  "without one, the bundled default is scored. Class names are the same without\n"
  "regard to case, spaces, underscores and hyphens; --aliases joins others: two\n"
  "names a line with a tab between. What is left is joined by words of published\n"
  "data sets for one kind of sound (dog and Bark), which is told. Classes that a\n"
  "model does not know, or that do not occur in the fold, have no score and are\n"
  "left out of every mean.\n"
  "\n"
  "Examples:\n"
  "  oto evaluate --data data --fold 4 run\n"
  "  oto evaluate --data data --fold 4 --json run-1 run-2 model.safetensors\n";

typedef struct
{
  const OtoCliOptions *options;
  GCancellable        *interrupt;
  OtoDataset          *dataset;
  GArray              *clips;    /* of dataset, to score on */
  GHashTable          *aliases;  /* nullable */
  int                  n_threads;
} Session;

static void
progress_cb (OtoEvaluationStage stage,
             double             fraction,
             gpointer           user_data)
{
  oto_cli_progress (((Session *) user_data)->options,
                    stage == OTO_EVALUATION_FEATURES ? "Preparing features" : "Scoring", fraction);
}

static void
add_names (JsonBuilder        *builder,
           const char         *member,
           const char * const *names)
{
  json_builder_set_member_name (builder, member);
  json_builder_begin_array (builder);
  for (guint i = 0; names[i] != NULL; i++)
    json_builder_add_string_value (builder, names[i]);
  json_builder_end_array (builder);
}

static void
add_class (JsonBuilder         *builder,
           OtoDataset          *dataset,
           OtoModelSnapshot    *model,
           const OtoEvaluation *evaluation,
           guint                class_index)
{
  int other = oto_class_map_get_other (oto_evaluation_get_class_map (evaluation), class_index);

  json_builder_begin_object (builder);
  oto_cli_json_add_string (builder, "name", oto_dataset_get_class_names (dataset)[class_index]);
  json_builder_set_member_name (builder, "model_name");
  if (other >= 0)
    json_builder_add_string_value (builder, oto_model_snapshot_get_class_names (model)[other]);
  else
    json_builder_add_null_value (builder);
  oto_cli_json_add_number (builder, "ap", oto_evaluation_get_class_ap (evaluation, class_index));
  json_builder_end_object (builder);
}

static void
add_json (JsonBuilder         *builder,
          const char          *name,
          OtoDataset          *dataset,
          OtoModelSnapshot    *model,
          const OtoEvaluation *evaluation)
{
  const OtoTaggingScore *score = oto_evaluation_get_score (evaluation);
  const OtoClassMap *map = oto_evaluation_get_class_map (evaluation);

  json_builder_begin_object (builder);
  oto_cli_json_add_string (builder, "model", name);
  oto_cli_json_add_number (builder, "micro_ap", score->micro_ap);
  oto_cli_json_add_number (builder, "macro_ap", score->macro_ap);
  oto_cli_json_add_number (builder, "auc", score->auc);
  oto_cli_json_add_int (builder, "n_clips", oto_evaluation_get_n_clips (evaluation));
  oto_cli_json_add_int (builder, "n_classes_scored", score->n_classes);
  json_builder_set_member_name (builder, "classes");
  json_builder_begin_array (builder);
  for (guint k = 0; k < oto_dataset_get_n_classes (dataset); k++)
    add_class (builder, dataset, model, evaluation, k);
  json_builder_end_array (builder);
  add_names (builder, "classes_not_in_model", oto_class_map_get_unmatched (map));
  add_names (builder, "classes_not_in_data", oto_class_map_get_unmatched_others (map));
  add_names (builder, "ambiguous_classes", oto_class_map_get_ambiguous (map));
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
print_names (const char         *what,
             const char * const *names)
{
  g_autofree char *list = NULL;

  if (names[0] == NULL)
    return;
  list = g_strjoinv (", ", (char **) names);
  printf ("  %s: %s\n", what, list);
}

static void
print_synonyms (OtoDataset          *dataset,
                const char * const  *model_names,
                const OtoClassMap   *map)
{
  const char * const *names = oto_dataset_get_class_names (dataset);
  guint n = 0;

  for (guint k = 0; names[k] != NULL; k++)
    if (oto_class_map_is_synonym (map, k))
      printf ("%s%s as %s", n++ > 0 ? ", " : "  Scored under another name: ", names[k],
              model_names[oto_class_map_get_other (map, k)]);
  if (n > 0)
    putchar ('\n');
}

static void
print_text (const char          *model,
            OtoDataset          *dataset,
            const char * const  *model_names,
            const OtoEvaluation *evaluation)
{
  const char * const *names = oto_dataset_get_class_names (dataset);
  const OtoTaggingScore *score = oto_evaluation_get_score (evaluation);
  const OtoClassMap *map = oto_evaluation_get_class_map (evaluation);

  printf ("%s: %u clips", model, oto_evaluation_get_n_clips (evaluation));
  print_score ("micro_ap", score->micro_ap);
  print_score ("macro_ap", score->macro_ap);
  print_score ("auc", score->auc);
  putchar ('\n');
  for (guint k = 0; names[k] != NULL; k++)
    {
      double ap = oto_evaluation_get_class_ap (evaluation, k);

      if (isnan (ap))
        printf ("  %-28s -\n", names[k]);
      else
        printf ("  %-28s %.4f\n", names[k], ap);
    }
  print_synonyms (dataset, model_names, map);
  print_names ("Not scored, as the model lacks them", oto_class_map_get_unmatched (map));
  print_names ("Not scored, as several names differ in case or hyphens alone",
               oto_class_map_get_ambiguous (map));
  print_names ("Not in the data set", oto_class_map_get_unmatched_others (map));
}

static gboolean
evaluate_model (Session      *session,
                const char   *file,
                JsonBuilder  *builder,
                GError      **error)
{
  g_autoptr (OtoModelSnapshot) snapshot = oto_model_snapshot_find (file, error);
  g_autoptr (OtoEvaluation) evaluation = NULL;
  const char * const *notices;
  const char *name = file;

  if (snapshot == NULL)
    return FALSE;
  evaluation = oto_evaluation_new (snapshot, session->dataset, session->clips, session->aliases,
                                   session->n_threads, progress_cb, session, session->interrupt,
                                   error);
  if (evaluation == NULL)
    return FALSE;
  if (name == NULL)
    name = oto_model_snapshot_get_name (snapshot);
  oto_cli_progress_end (session->options);
  notices = oto_evaluation_get_notices (evaluation);
  for (guint i = 0; notices[i] != NULL; i++)
    oto_cli_error ("%s", notices[i]);
  if (session->options->json)
    add_json (builder, name, session->dataset, snapshot, evaluation);
  else
    print_text (name, session->dataset, oto_model_snapshot_get_class_names (snapshot), evaluation);
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
  g_autofree char *data = NULL, *aliases_path = NULL;
  g_autoptr (GHashTable) aliases = NULL;
  g_autoptr (OtoDataset) dataset = NULL;
  g_autoptr (GArray) clips = NULL;
  g_autoptr (GError) error = NULL;
  OtoCliOptions options;
  int fold = 0, n_threads = 0;
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, "Data set", "DIR" },
    { "fold", 0, 0, G_OPTION_ARG_INT, &fold, "Fold to score on (0: all clips)", "N" },
    { "aliases", 0, 0, G_OPTION_ARG_FILENAME, &aliases_path, "Class names that stand for others",
      "FILE" },
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
  if (dataset != NULL && oto_dataset_get_note (dataset) != NULL)
    oto_cli_error ("%s", oto_dataset_get_note (dataset));
  if (dataset != NULL)
    clips = oto_dataset_list_clips (dataset, fold, fold > 0, &error);
  if (clips != NULL && aliases_path != NULL)
    aliases = oto_class_map_load_aliases (aliases_path, &error);
  if (error != NULL)
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }

  oto_cli_report_alike (dataset);
  Session session = { &options, oto_cli_watch_interrupt (), dataset, clips, aliases, n_threads };
  return evaluate_models (&session, files);
}
