/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <stdio.h>

static const char description[] =
  "Finds, on the clips of one fold, what makes the model's events of each class\n"
  "(score, thresholds, median filter, gaps, lengths, boxes), so that the goal is\n"
  "highest over all classes, and the temperature by which its probabilities become\n"
  "shares. Classes with few events keep near to what is best for all of them, by as\n"
  "much as cross-validation says. What is found is written into the model's file,\n"
  "or with -o into a copy, and is what “oto events”, “oto evaluate” and the window\n"
  "then begin with; --published there gives the published settings.\n"
  "\n"
  "The clips must be others than those of training, their labels need times, and\n"
  "scores that are to be believed are those on yet other clips: tuned is the goal on\n"
  "the clips themselves, cross-validated an estimate of it on others.\n"
  "\n"
  "MODEL is a file, the folder of a run (its best model), or the name of a model.\n"
  "\n"
  "Examples:\n"
  "  oto tune --data data --fold 4 run\n"
  "  oto tune --data data --fold 4 --goal segment-f1 gwrp -o gwrp.safetensors\n";

typedef struct
{
  const OtoCliOptions *options;
  OtoDataset          *dataset;
  GArray              *clips;            /* of dataset */
  OtoTunerConfig       config;
} Session;

static void
progress_cb (OtoTunerStage stage,
             double        fraction,
             gpointer      user_data)
{
  oto_cli_progress (((Session *) user_data)->options,
                    stage == OTO_TUNER_SCORING ? "Scoring" : "Searching", fraction);
}

static void
print_number (const char *name,
              double      value)
{
  if (isnan (value))
    printf (", %s -", name);
  else
    printf (", %s %.4f", name, value);
}

static void
print_text (const char           *name,
            const Session        *session,
            const OtoTuning      *tuning,
            const OtoTunerResult *result,
            const char           *path)
{
  printf ("%s: %u clips, %u classes, goal %s", name, result->n_clips, result->n_classes,
          oto_tuner_goal_get_name (session->config.goal));
  print_number ("published", result->published);
  print_number ("tuned", result->tuned);
  print_number ("cross-validated", result->cross_validated);
  printf ("\n  temperature %.4f, ece %.4f -> %.4f\n", tuning->temperature, result->ece,
          result->calibrated_ece);
  if (path != NULL)
    printf ("  written to %s\n", path);
}

static void
print_json (const char           *name,
            const Session        *session,
            OtoModelSnapshot     *tuned,
            const OtoTunerResult *result,
            const char           *path)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const OtoTuning *tuning = oto_model_snapshot_get_tuning (tuned);
  g_autofree char *text = oto_tuning_dup_json (tuning, oto_model_snapshot_get_class_names (tuned));

  json_builder_begin_object (builder);
  oto_cli_json_add_string (builder, "model", name);
  oto_cli_json_add_string (builder, "path", path);
  oto_cli_json_add_string (builder, "goal", oto_tuner_goal_get_name (session->config.goal));
  oto_cli_json_add_int (builder, "n_clips", result->n_clips);
  oto_cli_json_add_int (builder, "n_classes", result->n_classes);
  oto_cli_json_add_number (builder, "published", result->published);
  oto_cli_json_add_number (builder, "tuned", result->tuned);
  oto_cli_json_add_number (builder, "cross_validated", result->cross_validated);
  oto_cli_json_add_number (builder, "ece", result->ece);
  oto_cli_json_add_number (builder, "calibrated_ece", result->calibrated_ece);
  json_builder_set_member_name (builder, "tuning");
  json_builder_add_value (builder, json_from_string (text, NULL));
  json_builder_end_object (builder);
  oto_cli_print_json (builder);
}

static gboolean
tune (Session     *session,
      const char  *file,
      const char  *path,
      GError     **error)
{
  g_autoptr (OtoModelSnapshot) model = oto_model_snapshot_find (file, error);
  g_autoptr (OtoModelSnapshot) tuned = NULL;
  g_autoptr (OtoTuning) tuning = NULL;
  OtoTunerResult result;

  if (model == NULL)
    return FALSE;
  tuning = oto_tuner_run (model, session->dataset, session->clips, &session->config, progress_cb,
                          session, oto_cli_watch_interrupt (), &result, error);
  oto_cli_progress_end (session->options);
  if (tuning == NULL)
    return FALSE;
  tuned = oto_model_snapshot_with_tuning (model, tuning);
  if (!oto_model_snapshot_save_tuning (file, tuned, path, error))
    return FALSE;
  if (result.temperature_at_bound)
    oto_cli_error ("No temperature makes the probabilities shares of these clips; they stay as "
                   "they are.");
  if (session->options->json)
    print_json (oto_model_snapshot_get_name (model), session, tuned, &result, path);
  else
    print_text (oto_model_snapshot_get_name (model), session, tuning, &result, path);
  return TRUE;
}

static gboolean
check_usage (OtoTunerConfig *config,
             const char     *data,
             int             fold,
             const char     *goal,
             char          **files)
{
  if (data == NULL || fold < 0 || config->n_threads < 0)
    oto_cli_error ("Give a data set (--data DIR) and one of its folds (--fold N). “oto tune "
                   "--help” shows examples.");
  else if (goal != NULL && !oto_tuner_goal_find (goal, &config->goal))
    oto_cli_error ("There is no goal “%s”. Choose event-f1, segment-f1 or psds.", goal);
  else if (g_strv_length (files) != 1)
    oto_cli_error ("Name one model. “oto tune --help” shows how.");
  else
    return TRUE;
  return FALSE;
}

int
oto_cmd_tune (int    argc,
              char **argv)
{
  g_auto (GStrv) files = NULL;
  g_autofree char *data = NULL, *goal = NULL, *path = NULL, *aliases_path = NULL;
  g_autoptr (GHashTable) aliases = NULL;
  g_autoptr (OtoDataset) dataset = NULL;
  g_autoptr (GArray) clips = NULL;
  g_autoptr (GError) error = NULL;
  OtoCliOptions options;
  Session session = { .options = &options };
  int fold = 0;
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, "Data set", "DIR" },
    { "fold", 0, 0, G_OPTION_ARG_INT, &fold, "Fold to tune on (0: all clips)", "N" },
    { "goal", 0, 0, G_OPTION_ARG_STRING, &goal, "event-f1, segment-f1 or psds (event-f1)", "G" },
    { "aliases", 0, 0, G_OPTION_ARG_FILENAME, &aliases_path, "Class names that stand for others",
      "FILE" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &path, "File to write (the model's own)", "FILE" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &session.config.n_threads, "Number of threads (all cores)",
      "N" },
    G_OPTION_ENTRY_NULL
  };

  oto_tuner_config_init (&session.config);
  if (!oto_cli_parse (&argc, &argv, entries, "MODEL",
                      "Finds on a data set what makes a model's events.", description, &options,
                      &files)
      || !check_usage (&session.config, data, fold, goal, files))
    return OTO_CLI_USAGE;
  dataset = oto_dataset_load (data, &error);
  if (dataset != NULL)
    clips = oto_dataset_list_clips (dataset, fold, fold > 0, &error);
  if (clips != NULL && aliases_path != NULL)
    aliases = oto_class_map_load_aliases (aliases_path, &error);
  if (error == NULL)
    {
      oto_cli_report_alike (dataset);
      session.dataset = dataset;
      session.clips = clips;
      session.config.aliases = aliases;
      if (tune (&session, files[0], path, &error))
        return OTO_CLI_DONE;
    }
  oto_cli_gerror (error);
  return OTO_CLI_FAILED;
}
