/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char description[] =
  "Scores models on the clips of one fold of a data set. In the first line: average\n"
  "precision over all clip and class pairs (micro_ap), its mean over classes\n"
  "(macro_ap), and the mean area under the ROC curve (auc). Then groups of measures:\n"
  "\n"
  "  clips         the same, and F1 at the clip threshold\n"
  "  frames        frame scores against frames of events: F1, AUC, AP, class means\n"
  "  bins          masks against ideal binary masks, where “oto remix” made the data:\n"
  "                F1 at 0.1, AUC, AP, class means\n"
  "  events        events with their edges (--onset-collar, --offset-collar,\n"
  "                --offset-share): F1, error rate and what it is made of; f1_greedy\n"
  "                with the greedy matching of older programs\n"
  "  segments      the same of segments (--segment)\n"
  "  psds          PSDS 1 and 2 of the scores, F1 by intersections of half the length\n"
  "  localisation  whether the largest time attention falls into an event (pointing),\n"
  "                and by chance; attention in events, also times uniform; first-step\n"
  "                output inside over outside\n"
  "  false_alarms  events found in an hour of clips that have none, and those\n"
  "                that meet no event of their class in an hour of all clips\n"
  "  calibration   how far clip probabilities are shares: ece, mce, brier, and of each\n"
  "                tenth the share of positives, the mean probability, the number\n"
  "  separation    of remixes, whose channels are events and scene: SI-SDR of the\n"
  "                stems and of the clip against each event, level of the stem\n"
  "                against the event, share of its energy inside events of its class\n"
  "\n"
  "Then the average precision of every class; with --classes more of each.\n"
  "--bootstrap N gives 95 % intervals over N resamples of the clips, and with several\n"
  "models the differences to the first one on the same resamples.\n"
  "\n"
  "MODEL is a file, the folder of a run (its best model), or the name of a model;\n"
  "without one, the bundled default is scored. Class names are the same without\n"
  "regard to case, spaces, underscores and hyphens; --aliases joins others: two\n"
  "names a line with a tab between. What is left is joined by words of published\n"
  "data sets for one kind of sound (dog and Bark), which is told. Classes that a\n"
  "model does not know, or that do not occur in the fold, have no score and are\n"
  "left out of every mean. What is not defined is shown as - or null.\n"
  "\n"
  "Examples:\n"
  "  oto evaluate --data data --fold 4 run\n"
  "  oto evaluate --data data --fold 4 --measures events,localisation run\n"
  "  oto evaluate --data data --fold 4 --bootstrap 1000 run-1 run-2\n"
  "  oto evaluate --data data --fold 4 --json run-1 run-2 model.safetensors\n";

/* The same intervals at each call. */
#define SEED 1
#define MAX_RESAMPLES 100000
#define MIN_SEGMENT_S 0.001
#define MAX_SEGMENT_S 86400.0

/* Columns of a line of text. */
#define MAX_COLUMN 96
#define GROUP_WIDTH 16

/* What --classes shows of each. */
static const struct
{
  const char *group;
  const char *measure;
  const char *heading;
} columns[] = {
  { "clips", "macro_ap", "ap" },
  { "clips", "f1", "clip f1" },
  { "frames", "ap", "frame ap" },
  { "events", "f1", "event f1" },
  { "segments", "f1", "segm. f1" },
  { "localisation", "pointing", "pointing" },
  { "false_alarms", "without_overlap_per_hour", "false/h" },
  { "separation", "si_sdr_db", "SI-SDR" },
};

typedef struct
{
  const OtoCliOptions   *options;
  const OtoCliBinarizer *binarizer;
  GCancellable          *interrupt;
  OtoDataset            *dataset;
  GArray                *clips;          /* of dataset, to score on */
  OtoEvaluationConfig    config;
  gboolean               shows_classes;
  GPtrArray             *names;          /* of models that were scored */
  GPtrArray             *evaluations;    /* of OtoEvaluation, of these */
} Session;

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  oto_cli_progress (((Session *) user_data)->options, "Scoring", fraction);
}

/* --- JSON ---------------------------------------------------------------------------------- */

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
add_value (JsonBuilder          *builder,
           const OtoMeasureInfo *info,
           double                value)
{
  if (info->kind == OTO_MEASURE_COUNT && !isnan (value))
    oto_cli_json_add_int (builder, info->name, (gint64) value);
  else
    oto_cli_json_add_number (builder, info->name, value);
}

static void
add_intervals (JsonBuilder       *builder,
               const OtoMeasures *measures)
{
  json_builder_set_member_name (builder, "intervals");
  json_builder_begin_object (builder);
  for (guint i = 0; i < oto_measures_get_n (measures); i++)
    {
      const OtoBootstrapInterval *interval = oto_measures_get_interval (measures, i);

      if (isnan (interval->low))
        continue;
      json_builder_set_member_name (builder, oto_measures_get_info (measures, i)->name);
      json_builder_begin_array (builder);
      oto_cli_json_number (builder, interval->low);
      oto_cli_json_number (builder, interval->high);
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
}

/* A group of measures, or null. */
static void
add_group (JsonBuilder       *builder,
           const OtoMeasures *measures)
{
  json_builder_set_member_name (builder, oto_measures_get_name (measures));
  if (oto_measures_get_lack (measures) != NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  for (guint i = 0; i < oto_measures_get_n (measures); i++)
    add_value (builder, oto_measures_get_info (measures, i),
               oto_measures_get_value (measures, i));
  if (oto_measures_get_n (measures) > 0 && oto_measures_get_interval (measures, 0) != NULL)
    add_intervals (builder, measures);
  json_builder_end_object (builder);
}

/* What the groups say of a class. */
static void
add_class_groups (JsonBuilder         *builder,
                  const OtoEvaluation *evaluation,
                  guint                class_index)
{
  for (guint g = 0; g < oto_evaluation_get_n_groups (evaluation); g++)
    {
      const OtoMeasures *measures = oto_evaluation_get_group (evaluation, g);
      const char *group = oto_measures_get_name (measures);

      if (oto_measures_get_lack (measures) != NULL)
        continue;
      json_builder_set_member_name (builder, group);
      json_builder_begin_object (builder);
      for (guint i = 0; i < oto_measures_get_n (measures); i++)
        {
          const OtoMeasureInfo *info = oto_measures_get_info (measures, i);
          const double value = oto_evaluation_get_of_class (evaluation, group, info->name,
                                                            class_index);

          if (!isnan (value))
            add_value (builder, info, value);
        }
      json_builder_end_object (builder);
    }
}

static void
add_class (JsonBuilder         *builder,
           Session             *session,
           OtoModelSnapshot    *model,
           const OtoEvaluation *evaluation,
           guint                class_index)
{
  const char * const *names = oto_dataset_get_class_names (session->dataset);
  int other = oto_class_map_get_other (oto_evaluation_get_class_map (evaluation), class_index);

  json_builder_begin_object (builder);
  oto_cli_json_add_string (builder, "name", names[class_index]);
  json_builder_set_member_name (builder, "model_name");
  if (other >= 0)
    json_builder_add_string_value (builder, oto_model_snapshot_get_class_names (model)[other]);
  else
    json_builder_add_null_value (builder);
  oto_cli_json_add_number (builder, "ap", oto_evaluation_get_of_class (evaluation, "clips",
                                                                       "macro_ap", class_index));
  if (session->shows_classes && other >= 0)
    add_class_groups (builder, evaluation, class_index);
  json_builder_end_object (builder);
}

/* How many classes have an average precision. */
static guint
count_scored (Session             *session,
              const OtoEvaluation *evaluation)
{
  guint n = 0;

  for (guint k = 0; k < oto_dataset_get_n_classes (session->dataset); k++)
    n += !isnan (oto_evaluation_get_of_class (evaluation, "clips", "macro_ap", k));
  return n;
}

static void
add_json (JsonBuilder         *builder,
          const char          *name,
          Session             *session,
          OtoModelSnapshot    *model,
          const OtoEvaluation *evaluation)
{
  static const char *const first[] = { "micro_ap", "macro_ap", "auc" };
  const OtoClassMap *map = oto_evaluation_get_class_map (evaluation);

  json_builder_begin_object (builder);
  oto_cli_json_add_string (builder, "model", name);
  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    oto_cli_json_add_number (builder, first[i], oto_evaluation_get (evaluation, "clips", first[i]));
  oto_cli_json_add_int (builder, "n_clips", oto_evaluation_get_n_clips (evaluation));
  oto_cli_json_add_int (builder, "n_classes_scored", count_scored (session, evaluation));
  for (guint g = 0; g < oto_evaluation_get_n_groups (evaluation); g++)
    add_group (builder, oto_evaluation_get_group (evaluation, g));
  json_builder_set_member_name (builder, "classes");
  json_builder_begin_array (builder);
  for (guint k = 0; k < oto_dataset_get_n_classes (session->dataset); k++)
    add_class (builder, session, model, evaluation, k);
  json_builder_end_array (builder);
  add_names (builder, "classes_not_in_model", oto_class_map_get_unmatched (map));
  add_names (builder, "classes_not_in_data", oto_class_map_get_unmatched_others (map));
  add_names (builder, "ambiguous_classes", oto_class_map_get_ambiguous (map));
  json_builder_end_object (builder);
}

static void
add_comparison (JsonBuilder *builder,
                const char  *name,
                const char  *other_name,
                GArray      *differences)
{
  json_builder_begin_object (builder);
  oto_cli_json_add_string (builder, "model", name);
  oto_cli_json_add_string (builder, "other", other_name);
  json_builder_set_member_name (builder, "differences");
  json_builder_begin_array (builder);
  for (guint i = 0; i < differences->len; i++)
    {
      const OtoEvaluationDifference *row = &g_array_index (differences, OtoEvaluationDifference,
                                                           i);

      json_builder_begin_object (builder);
      oto_cli_json_add_string (builder, "group", row->group);
      oto_cli_json_add_string (builder, "measure", row->measure);
      oto_cli_json_add_number (builder, "difference", row->value);
      oto_cli_json_add_number (builder, "low", row->difference.interval.low);
      oto_cli_json_add_number (builder, "high", row->difference.interval.high);
      oto_cli_json_add_number (builder, "two_sided", row->difference.two_sided);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* --- text ---------------------------------------------------------------------------------- */

static char *
format_value (OtoMeasureKind kind,
              double         value)
{
  if (isnan (value))
    return g_strdup ("-");
  if (kind == OTO_MEASURE_COUNT)
    return g_strdup_printf ("%.0f", value);
  return g_strdup_printf ("%.4f", value);
}

static void
print_score (const char *name,
             double      value)
{
  g_autofree char *text = format_value (OTO_MEASURE_VALUE, value);

  printf (", %s %s", name, text);
}

/* "name value", with its interval. */
static char *
format_measure (const OtoMeasures *measures,
                guint              i)
{
  const OtoMeasureInfo *info = oto_measures_get_info (measures, i);
  const OtoBootstrapInterval *interval = oto_measures_get_interval (measures, i);
  g_autofree char *value = format_value (info->kind, oto_measures_get_value (measures, i));
  const char *comma = i + 1 < oto_measures_get_n (measures) ? "," : "";

  if (interval == NULL || isnan (interval->low))
    return g_strdup_printf (" %s %s%s", info->name, value, comma);
  return g_strdup_printf (" %s %s [%.4f, %.4f]%s", info->name, value, interval->low,
                          interval->high, comma);
}

/* As many measures on a line as fit. */
static void
print_group (const OtoMeasures *measures)
{
  int column = printf ("  %-*s", GROUP_WIDTH - 3, oto_measures_get_name (measures));

  if (oto_measures_get_lack (measures) != NULL)
    {
      printf (" - (%s)\n", oto_measures_get_lack (measures));
      return;
    }
  for (guint i = 0; i < oto_measures_get_n (measures); i++)
    {
      g_autofree char *text = format_measure (measures, i);

      if (i > 0 && column + (int) strlen (text) > MAX_COLUMN)
        column = printf ("\n%*s", GROUP_WIDTH - 1, "") - 1;
      column += printf ("%s", text);
    }
  putchar ('\n');
}

static gboolean
has_group (const OtoEvaluation *evaluation,
           const char          *name)
{
  for (guint g = 0; g < oto_evaluation_get_n_groups (evaluation); g++)
    {
      const OtoMeasures *measures = oto_evaluation_get_group (evaluation, g);

      if (strcmp (oto_measures_get_name (measures), name) == 0)
        return oto_measures_get_lack (measures) == NULL;
    }
  return FALSE;
}

/* A line of a class; without @name the headings. */
static void
print_class (const OtoEvaluation *evaluation,
             const char          *name,
             guint                class_index)
{
  printf ("  %-28s", name != NULL ? name : "");
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autofree char *value = NULL;

      if (!has_group (evaluation, columns[i].group))
        continue;
      if (name != NULL)
        value = format_value (OTO_MEASURE_RATIO,
                              oto_evaluation_get_of_class (evaluation, columns[i].group,
                                                           columns[i].measure, class_index));
      printf (" %8s", value != NULL ? value : columns[i].heading);
    }
  putchar ('\n');
}

static void
print_classes (Session             *session,
               const OtoEvaluation *evaluation)
{
  const char * const *names = oto_dataset_get_class_names (session->dataset);

  if (session->shows_classes)
    print_class (evaluation, NULL, 0);
  for (guint k = 0; names[k] != NULL; k++)
    {
      g_autofree char *ap = NULL;

      if (session->shows_classes)
        {
          print_class (evaluation, names[k], k);
          continue;
        }
      ap = format_value (OTO_MEASURE_VALUE,
                         oto_evaluation_get_of_class (evaluation, "clips", "macro_ap", k));
      printf ("  %-28s %s\n", names[k], ap);
    }
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
            Session             *session,
            const char * const  *model_names,
            const OtoEvaluation *evaluation)
{
  const OtoClassMap *map = oto_evaluation_get_class_map (evaluation);

  printf ("%s: %u clips", model, oto_evaluation_get_n_clips (evaluation));
  print_score ("micro_ap", oto_evaluation_get (evaluation, "clips", "micro_ap"));
  print_score ("macro_ap", oto_evaluation_get (evaluation, "clips", "macro_ap"));
  print_score ("auc", oto_evaluation_get (evaluation, "clips", "auc"));
  putchar ('\n');
  for (guint g = 0; g < oto_evaluation_get_n_groups (evaluation); g++)
    print_group (oto_evaluation_get_group (evaluation, g));
  print_classes (session, evaluation);
  print_synonyms (session->dataset, model_names, map);
  print_names ("Not scored, as the model lacks them", oto_class_map_get_unmatched (map));
  print_names ("Not scored, as several names differ in case or hyphens alone",
               oto_class_map_get_ambiguous (map));
  print_names ("Not in the data set", oto_class_map_get_unmatched_others (map));
}

static void
print_comparison (const char *name,
                  const char *other_name,
                  GArray     *differences)
{
  printf ("%s against %s:\n", name, other_name);
  for (guint i = 0; i < differences->len; i++)
    {
      const OtoEvaluationDifference *row = &g_array_index (differences, OtoEvaluationDifference,
                                                           i);

      printf ("  %-12s  %-24s %+.4f [%+.4f, %+.4f]  p %.3f\n", row->group, row->measure,
              row->value, row->difference.interval.low, row->difference.interval.high,
              row->difference.two_sided);
    }
}

/* --- models -------------------------------------------------------------------------------- */

static OtoEvaluation *
run_model (Session           *session,
           OtoModelSnapshot  *model,
           GError           **error)
{
  OtoEvaluationConfig config = session->config;
  g_autofree OtoBinarizer *binarizers = oto_cli_binarizer_make (session->binarizer, model, error);

  if (binarizers == NULL)
    return NULL;
  config.binarizers = binarizers;
  return oto_evaluation_new (model, session->dataset, session->clips, &config, progress_cb, session,
                             session->interrupt, error);
}

static gboolean
evaluate_model (Session      *session,
                const char   *file,
                JsonBuilder  *builder,
                GError      **error)
{
  const gboolean is_published = session->binarizer->is_published;
  g_autoptr (OtoModelSnapshot) snapshot = oto_cli_find_model (file, is_published, error);
  OtoEvaluation *evaluation;
  const char * const *notices;
  const char *name = file;

  if (snapshot == NULL)
    return FALSE;
  evaluation = run_model (session, snapshot, error);
  if (evaluation == NULL)
    return FALSE;
  if (name == NULL)
    name = oto_model_snapshot_get_name (snapshot);
  g_ptr_array_add (session->names, g_strdup (name));
  g_ptr_array_add (session->evaluations, evaluation);
  oto_cli_progress_end (session->options);
  notices = oto_evaluation_get_notices (evaluation);
  for (guint i = 0; notices[i] != NULL; i++)
    oto_cli_error ("%s", notices[i]);
  if (session->options->json)
    add_json (builder, name, session, snapshot, evaluation);
  else
    print_text (name, session, oto_model_snapshot_get_class_names (snapshot), evaluation);
  return TRUE;
}

/* The first model against each other one, on the same resamples. */
static void
compare_models (Session     *session,
                JsonBuilder *builder)
{
  for (guint i = 1; i < session->evaluations->len && session->config.n_resamples > 0; i++)
    {
      const char *name = g_ptr_array_index (session->names, 0);
      const char *other_name = g_ptr_array_index (session->names, i);
      g_autoptr (GArray) differences =
        oto_evaluation_compare (g_ptr_array_index (session->evaluations, 0),
                                g_ptr_array_index (session->evaluations, i));

      if (session->options->json)
        add_comparison (builder, name, other_name, differences);
      else
        print_comparison (name, other_name, differences);
    }
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
  json_builder_set_member_name (builder, "comparisons");
  json_builder_begin_array (builder);
  compare_models (session, builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  if (session->options->json)
    oto_cli_print_json (builder);
  if (g_cancellable_is_cancelled (session->interrupt))
    return OTO_CLI_FAILED;
  return oto_cli_get_exit_code (n_models - n_failed, n_failed);
}

/* Splits --measures; %NULL after printing what there is. */
static char **
parse_groups (const char *text)
{
  g_auto (GStrv) groups = g_strsplit (text, ",", -1);
  g_auto (GStrv) known = oto_evaluation_list_groups ();

  for (guint i = 0; groups[i] != NULL; i++)
    if (!g_strv_contains ((const char * const *) known, g_strstrip (groups[i])))
      {
        g_autofree char *list = g_strjoinv (", ", known);

        oto_cli_error ("There are no measures “%s”. Choose of: %s.", groups[i], list);
        return NULL;
      }
  return g_steal_pointer (&groups);
}

static gboolean
check_numbers (const OtoEvaluationConfig *config,
               int                        fold,
               int                        n_resamples)
{
  const OtoEventCriteria *criteria = &config->criteria;

  if (fold < 0 || config->n_threads < 0)
    {
      oto_cli_error ("Give a data set (--data DIR) and one of its folds (--fold N). “oto evaluate "
                     "--help” shows examples.");
      return FALSE;
    }
  if (!(criteria->onset_collar_s >= 0.0) || !(criteria->offset_collar_s >= 0.0)
      || !(criteria->offset_share >= 0.0) || !isfinite (criteria->onset_collar_s)
      || !isfinite (criteria->offset_collar_s) || !isfinite (criteria->offset_share)
      || !(config->segment_s >= MIN_SEGMENT_S && config->segment_s <= MAX_SEGMENT_S))
    {
      oto_cli_error ("Collars must be at least 0, and segments from %g s to %g s long.",
                     MIN_SEGMENT_S, MAX_SEGMENT_S);
      return FALSE;
    }
  if (n_resamples < 0 || n_resamples > MAX_RESAMPLES)
    {
      oto_cli_error ("--bootstrap must be from 0 to %d.", MAX_RESAMPLES);
      return FALSE;
    }
  return TRUE;
}

/* Reads what the options name; %FALSE after printing what is wrong. */
static gboolean
load_data (Session    *session,
           const char *data,
           int         fold,
           const char *aliases_path)
{
  g_autoptr (GError) error = NULL;

  session->dataset = oto_dataset_load (data, &error);
  if (session->dataset != NULL && oto_dataset_get_note (session->dataset) != NULL)
    oto_cli_error ("%s", oto_dataset_get_note (session->dataset));
  if (session->dataset != NULL)
    session->clips = oto_dataset_list_clips (session->dataset, fold, fold > 0, &error);
  if (session->clips != NULL && aliases_path != NULL)
    session->config.aliases = oto_class_map_load_aliases (aliases_path, &error);
  if (error == NULL)
    {
      oto_cli_report_alike (session->dataset);
      return TRUE;
    }
  oto_cli_gerror (error);
  return FALSE;
}

static void
session_clear (Session *self)
{
  g_clear_object (&self->dataset);
  g_clear_pointer (&self->clips, g_array_unref);
  g_clear_pointer (&self->config.aliases, g_hash_table_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->evaluations, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

int
oto_cmd_evaluate (int    argc,
                  char **argv)
{
  g_auto (GStrv) files = NULL;
  g_auto (GStrv) groups = NULL;
  g_auto (OtoCliBinarizer) binarizer = { 0 };
  g_auto (Session) session = { 0 };
  g_autofree char *data = NULL, *aliases_path = NULL, *measures = NULL;
  OtoCliOptions options;
  OtoEvaluationConfig *config = &session.config;
  int fold = 0, n_resamples = 0;
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, "Data set", "DIR" },
    { "fold", 0, 0, G_OPTION_ARG_INT, &fold, "Fold to score on (0: all clips)", "N" },
    { "aliases", 0, 0, G_OPTION_ARG_FILENAME, &aliases_path, "Class names that stand for others",
      "FILE" },
    { "measures", 0, 0, G_OPTION_ARG_STRING, &measures, "Groups of measures (all)", "A,B" },
    { "classes", 0, 0, G_OPTION_ARG_NONE, &session.shows_classes, "More of each class", NULL },
    { "bootstrap", 0, 0, G_OPTION_ARG_INT, &n_resamples,
      "95 % intervals over so many resamples of the clips (0: none)", "N" },
    OTO_CLI_BINARIZER_ENTRIES (&binarizer),
    { "onset-collar", 0, 0, G_OPTION_ARG_DOUBLE, &config->criteria.onset_collar_s,
      "Onsets of events are at most so far apart (0.2 s)", "S" },
    { "offset-collar", 0, 0, G_OPTION_ARG_DOUBLE, &config->criteria.offset_collar_s,
      "and offsets (0.2 s)", "S" },
    { "offset-share", 0, 0, G_OPTION_ARG_DOUBLE, &config->criteria.offset_share,
      "or so large a share of the event's length (0.5)", "X" },
    { "segment", 0, 0, G_OPTION_ARG_DOUBLE, &config->segment_s, "Length of segments (1 s)", "S" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &config->n_threads, "Number of threads (all cores)", "N" },
    G_OPTION_ENTRY_NULL
  };

  oto_evaluation_config_init (config);
  oto_cli_binarizer_init (&binarizer);
  if (!oto_cli_parse (&argc, &argv, entries, "[MODEL…]", "Scores models on a data set.",
                      description, &options, &files)
      || !oto_cli_binarizer_check (&binarizer)
      || !check_numbers (config, data != NULL ? fold : -1, n_resamples)
      || (measures != NULL && (groups = parse_groups (measures)) == NULL))
    return OTO_CLI_USAGE;
  config->groups = (const char * const *) groups;
  config->n_resamples = (guint) n_resamples;
  config->seed = SEED;
  session.options = &options;
  session.binarizer = &binarizer;
  session.names = g_ptr_array_new_with_free_func (g_free);
  session.evaluations = g_ptr_array_new_with_free_func ((GDestroyNotify) oto_evaluation_free);
  if (!load_data (&session, data, fold, aliases_path))
    return OTO_CLI_FAILED;
  session.interrupt = oto_cli_watch_interrupt ();
  return evaluate_models (&session, files);
}
