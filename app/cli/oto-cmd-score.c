/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <stdio.h>

static const char description[] =
  "Compares two files of labels, in any format that “oto labels” reads:\n"
  "\n"
  "  events        by their edges (--onset-collar, --offset-collar, --offset-share),\n"
  "                with the largest matching; greedy with that of older programs\n"
  "  segments      by segments (--segment) up to the last event of the clip, or to\n"
  "                its end where --clips or --duration tell it\n"
  "  intersection  without collars: F1 by intersections of half the length\n"
  "  psds          PSDS 1 and 2, where events have scores and clips lengths; times\n"
  "                are rounded to the millisecond\n"
  "\n"
  "F, precision and recall, substitutions (S), deletions (D), insertions (I) and error\n"
  "rate (ER) are as in sed_eval; what is not defined is shown as - or null. Clips are\n"
  "joined by their names, with or without folder and ending. Clips that the reference\n"
  "does not name are left out and listed; --all-clips takes them as clips without\n"
  "events. Class names are matched as in “oto evaluate”, also by --aliases; events of\n"
  "classes that the reference does not have are wrong, and the classes are listed.\n"
  "\n"
  "Examples:\n"
  "  oto score --reference labels.tsv --estimate events.tsv\n"
  "  oto score --reference truth.txt --estimate found.jams --classes\n"
  "  oto score --reference labels.tsv --estimate scored.csv --clips audio --json\n";

#define MIN_SEGMENT_S 0.001
#define MAX_LISTED 10

/* --- JSON ---------------------------------------------------------------------------------- */

/* What stands on both sides of a rate; without reference error rates mean nothing. */
static void
add_counts (JsonBuilder              *builder,
            const OtoDetectionCounts *counts)
{
  const gboolean has_ref = counts->n_ref > 0;
  OtoDetectionRates rates;

  oto_detection_counts_get_rates (counts, &rates);
  oto_cli_json_add_number (builder, "f1", rates.f);
  oto_cli_json_add_number (builder, "precision", rates.precision);
  oto_cli_json_add_number (builder, "recall", rates.recall);
  oto_cli_json_add_number (builder, "error_rate", has_ref ? rates.error_rate : NAN);
  oto_cli_json_add_number (builder, "substitution_rate", has_ref ? rates.substitution_rate : NAN);
  oto_cli_json_add_number (builder, "deletion_rate", has_ref ? rates.deletion_rate : NAN);
  oto_cli_json_add_number (builder, "insertion_rate", has_ref ? rates.insertion_rate : NAN);
  oto_cli_json_add_int (builder, "n_ref", (gint64) counts->n_ref);
  oto_cli_json_add_int (builder, "n_sys", (gint64) counts->n_sys);
  oto_cli_json_add_int (builder, "n_hits", (gint64) counts->n_hits);
  oto_cli_json_add_int (builder, "n_subs", (gint64) counts->n_subs);
  oto_cli_json_add_int (builder, "n_dels", (gint64) counts->n_dels);
  oto_cli_json_add_int (builder, "n_ins", (gint64) counts->n_ins);
}

static void
add_score (JsonBuilder             *builder,
           const char              *name,
           const OtoDetectionScore *score)
{
  OtoDetectionRates mean;

  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  add_counts (builder, &score->overall);
  oto_detection_score_get_class_mean (score, TRUE, &mean);
  json_builder_set_member_name (builder, "class_mean");
  json_builder_begin_object (builder);
  oto_cli_json_add_number (builder, "f1", mean.f);
  oto_cli_json_add_number (builder, "precision", mean.precision);
  oto_cli_json_add_number (builder, "recall", mean.recall);
  oto_cli_json_add_number (builder, "error_rate", mean.error_rate);
  oto_cli_json_add_number (builder, "deletion_rate", mean.deletion_rate);
  oto_cli_json_add_number (builder, "insertion_rate", mean.insertion_rate);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_names (JsonBuilder         *builder,
           const char          *member,
           const char * const  *names,
           guint                n)
{
  json_builder_set_member_name (builder, member);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    json_builder_add_string_value (builder, names[i]);
  json_builder_end_array (builder);
}

static void
add_classes (JsonBuilder         *builder,
             const OtoLabelScore *score)
{
  json_builder_set_member_name (builder, "classes");
  json_builder_begin_array (builder);
  for (guint k = 0; k < score->n_classes; k++)
    {
      json_builder_begin_object (builder);
      oto_cli_json_add_string (builder, "name", score->class_names[k]);
      oto_cli_json_add_string (builder, "estimate_name", score->est_names[k]);
      json_builder_set_member_name (builder, "events");
      json_builder_begin_object (builder);
      add_counts (builder, &score->events.classes[k]);
      json_builder_end_object (builder);
      json_builder_set_member_name (builder, "segments");
      json_builder_begin_object (builder);
      add_counts (builder, &score->segments.classes[k]);
      json_builder_end_object (builder);
      oto_cli_json_add_number (builder, "intersection_f1",
                               oto_intersection_get_f1 (&score->intersections[k]));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
print_json (const OtoLabelScore *score,
            const char          *reference,
            const char          *estimate)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char * const *not_in_estimate = oto_class_map_get_unmatched (score->class_map);
  const char * const *ambiguous = oto_class_map_get_ambiguous (score->class_map);
  OtoIntersectionCounts all;
  double macro = oto_intersection_get_macro_f1 (score->intersections, score->n_classes, &all);

  json_builder_begin_object (builder);
  oto_cli_json_add_string (builder, "reference", reference);
  oto_cli_json_add_string (builder, "estimate", estimate);
  oto_cli_json_add_int (builder, "n_clips", score->n_clips);
  oto_cli_json_add_int (builder, "n_without_times", score->n_untimed);
  add_score (builder, "events", &score->events);
  add_score (builder, "greedy_events", &score->greedy_events);
  add_score (builder, "segments", &score->segments);
  json_builder_set_member_name (builder, "intersection");
  json_builder_begin_object (builder);
  oto_cli_json_add_number (builder, "macro_f1", macro);
  oto_cli_json_add_number (builder, "micro_f1", oto_intersection_get_f1 (&all));
  json_builder_end_object (builder);
  oto_cli_json_add_number (builder, "psds_1", score->psds[0]);
  oto_cli_json_add_number (builder, "psds_2", score->psds[1]);
  add_classes (builder, score);
  add_names (builder, "classes_not_in_estimate", not_in_estimate,
             g_strv_length ((char **) not_in_estimate));
  add_names (builder, "classes_not_in_reference",
             (const char * const *) score->class_names + score->n_ref_classes,
             score->n_classes - score->n_ref_classes);
  add_names (builder, "ambiguous_classes", ambiguous, g_strv_length ((char **) ambiguous));
  add_names (builder, "clips_not_in_estimate",
             (const char * const *) score->clips_not_in_estimate->pdata,
             score->clips_not_in_estimate->len);
  add_names (builder, "clips_not_in_reference",
             (const char * const *) score->clips_not_in_reference->pdata,
             score->clips_not_in_reference->len);
  json_builder_end_object (builder);
  oto_cli_print_json (builder);
}

/* --- text ---------------------------------------------------------------------------------- */

static char *
format (double value)
{
  return isnan (value) ? g_strdup ("-") : g_strdup_printf ("%.4f", value);
}

static void
print_counts (const char               *name,
              const OtoDetectionCounts *counts,
              const OtoDetectionScore  *score)
{
  g_autofree char *f = NULL, *precision = NULL, *recall = NULL, *error_rate = NULL, *macro = NULL;
  OtoDetectionRates rates, mean;

  oto_detection_counts_get_rates (counts, &rates);
  f = format (rates.f);
  precision = format (rates.precision);
  recall = format (rates.recall);
  error_rate = format (counts->n_ref > 0 ? rates.error_rate : NAN);
  printf ("  %-28s f1 %s, precision %s, recall %s, ER %s", name, f, precision, recall, error_rate);
  if (score != NULL)
    {
      oto_detection_score_get_class_mean (score, TRUE, &mean);
      macro = format (mean.f);
      printf (", class mean f1 %s", macro);
    }
  printf ("\n  %-28s reference %" G_GUINT64_FORMAT ", estimate %" G_GUINT64_FORMAT ", hits %"
          G_GUINT64_FORMAT ", S %" G_GUINT64_FORMAT ", D %" G_GUINT64_FORMAT ", I %"
          G_GUINT64_FORMAT "\n", "", counts->n_ref, counts->n_sys, counts->n_hits, counts->n_subs,
          counts->n_dels, counts->n_ins);
}

static void
print_names (const char         *what,
             const char * const *names,
             guint               n)
{
  if (n == 0)
    return;
  printf ("%s: ", what);
  for (guint i = 0; i < MIN (n, MAX_LISTED); i++)
    printf ("%s%s", i > 0 ? ", " : "", names[i]);
  if (n > MAX_LISTED)
    printf (" and %u more", n - MAX_LISTED);
  putchar ('\n');
}

static void
print_unmatched (const OtoLabelScore *score,
                 gboolean             counts_all_clips)
{
  const char * const *not_in_estimate = oto_class_map_get_unmatched (score->class_map);

  print_names ("Classes that the estimate does not have", not_in_estimate,
               g_strv_length ((char **) not_in_estimate));
  print_names ("Classes that the reference does not have",
               (const char * const *) score->class_names + score->n_ref_classes,
               score->n_classes - score->n_ref_classes);
  print_names ("Clips without any estimate",
               (const char * const *) score->clips_not_in_estimate->pdata,
               score->clips_not_in_estimate->len);
  print_names (counts_all_clips ? "Clips that the reference does not name, taken as without events"
                                : "Clips that the reference does not name, left out",
               (const char * const *) score->clips_not_in_reference->pdata,
               score->clips_not_in_reference->len);
  for (guint k = 0; k < score->n_ref_classes; k++)
    if (oto_class_map_is_synonym (score->class_map, k))
      printf ("Scored under another name: %s as %s\n", score->class_names[k],
              score->est_names[k]);
  if (score->n_untimed > 0)
    printf ("Labels without times, left out: %u\n", score->n_untimed);
}

static void
print_text (const OtoLabelScore *score,
            gboolean             shows_classes,
            gboolean             counts_all_clips)
{
  OtoIntersectionCounts all;
  const double macro_f1 = oto_intersection_get_macro_f1 (score->intersections, score->n_classes,
                                                         &all);
  g_autofree char *macro = format (macro_f1);
  g_autofree char *micro = format (oto_intersection_get_f1 (&all));
  g_autofree char *psds_1 = format (score->psds[0]);
  g_autofree char *psds_2 = format (score->psds[1]);

  printf ("%u clips, %u classes\n", score->n_clips, score->n_classes);
  print_counts ("events", &score->events.overall, &score->events);
  print_counts ("events, greedy", &score->greedy_events.overall, &score->greedy_events);
  print_counts ("segments", &score->segments.overall, &score->segments);
  printf ("  %-28s f1 %s, class mean f1 %s\n", "intersection", micro, macro);
  if (score->psds_lack != NULL)
    printf ("  %-28s - (%s)\n", "psds", score->psds_lack);
  else
    printf ("  %-28s psds_1 %s, psds_2 %s\n", "psds", psds_1, psds_2);
  for (guint k = 0; k < score->n_classes && shows_classes; k++)
    {
      g_autofree char *name = g_strdup_printf ("%s, events", score->class_names[k]);
      g_autofree char *segments = g_strdup_printf ("%s, segments", score->class_names[k]);

      print_counts (name, &score->events.classes[k], NULL);
      print_counts (segments, &score->segments.classes[k], NULL);
    }
  print_unmatched (score, counts_all_clips);
}

/* Lines that were not understood are told; good ones count. */
static OtoLabelFile *
load_labels (const char *path,
             const char *format_name)
{
  g_autoptr (GError) error = NULL;
  const OtoLabelFormat *label_format =
    format_name != NULL ? oto_label_format_find (format_name, &error) : NULL;
  OtoLabelFile *labels = error == NULL ? oto_label_file_load (path, label_format, &error) : NULL;
  g_autofree char *problems = NULL;

  if (labels == NULL)
    {
      oto_cli_gerror (error);
      return NULL;
    }
  if (oto_label_file_get_n_problems (labels) > 0)
    {
      problems = oto_label_file_describe_problems (labels, MAX_LISTED);
      oto_cli_error ("“%s”: %s", path, problems);
    }
  return labels;
}

static gboolean
check_usage (const OtoLabelScoreConfig *config,
             const char                *reference,
             const char                *estimate,
             gboolean                   has_duration,
             char                     **files)
{
  const OtoEventCriteria *criteria = &config->criteria;

  if (reference == NULL || estimate == NULL || files[0] != NULL)
    oto_cli_error ("Give the reference and the estimate (--reference FILE --estimate FILE). “oto "
                   "score --help” shows examples.");
  else if (!(criteria->onset_collar_s >= 0.0 && criteria->offset_collar_s >= 0.0
             && criteria->offset_share >= 0.0) || !isfinite (criteria->onset_collar_s)
           || !isfinite (criteria->offset_collar_s) || !isfinite (criteria->offset_share)
           || !(config->segment_s >= MIN_SEGMENT_S && isfinite (config->segment_s)))
    oto_cli_error ("Collars must be at least 0, and segments at least %g s long.", MIN_SEGMENT_S);
  else if (has_duration && !(config->duration_s > 0.0 && isfinite (config->duration_s)))
    oto_cli_error ("--duration must be more than 0.");
  else
    return TRUE;
  return FALSE;
}

/* oto score: labels against labels. */
int
oto_cmd_score (int    argc,
               char **argv)
{
  g_auto (GStrv) files = NULL;
  g_autofree char *reference_path = NULL, *estimate_path = NULL, *clips = NULL;
  g_autofree char *reference_format = NULL, *estimate_format = NULL, *aliases_path = NULL;
  g_autoptr (OtoLabelFile) reference = NULL, estimate = NULL;
  g_autoptr (GHashTable) aliases = NULL;
  g_autoptr (OtoLabelScore) score = NULL;
  g_autoptr (GError) error = NULL;
  OtoCliOptions options;
  OtoLabelScoreConfig config;
  gboolean shows_classes = FALSE;
  const GOptionEntry entries[] = {
    { "reference", 'r', 0, G_OPTION_ARG_FILENAME, &reference_path, "What is true", "FILE" },
    { "estimate", 'e', 0, G_OPTION_ARG_FILENAME, &estimate_path, "What was found", "FILE" },
    { "reference-format", 0, 0, G_OPTION_ARG_STRING, &reference_format,
      "What the reference is, where it cannot be seen", "F" },
    { "estimate-format", 0, 0, G_OPTION_ARG_STRING, &estimate_format, "The same of the estimate",
      "F" },
    { "onset-collar", 0, 0, G_OPTION_ARG_DOUBLE, &config.criteria.onset_collar_s,
      "Onsets of events are at most so far apart (0.2 s)", "S" },
    { "offset-collar", 0, 0, G_OPTION_ARG_DOUBLE, &config.criteria.offset_collar_s,
      "and offsets (0.2 s)", "S" },
    { "offset-share", 0, 0, G_OPTION_ARG_DOUBLE, &config.criteria.offset_share,
      "or so large a share of the event's length (0.5)", "X" },
    { "segment", 0, 0, G_OPTION_ARG_DOUBLE, &config.segment_s, "Length of segments (1 s)", "S" },
    { "clips", 0, 0, G_OPTION_ARG_FILENAME, &clips, "Folder of the clips, for their lengths",
      "DIR" },
    { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &config.duration_s, "Length of every clip", "S" },
    { "all-clips", 0, 0, G_OPTION_ARG_NONE, &config.counts_all_clips,
      "Clips that the reference does not name have no events", NULL },
    { "classes", 0, 0, G_OPTION_ARG_NONE, &shows_classes, "Each class, too", NULL },
    { "aliases", 0, 0, G_OPTION_ARG_FILENAME, &aliases_path, "Class names that stand for others",
      "FILE" },
    G_OPTION_ENTRY_NULL
  };

  oto_label_score_config_init (&config);
  if (!oto_cli_parse (&argc, &argv, entries, NULL, "Scores labels against a reference.",
                      description, &options, &files)
      || !check_usage (&config, reference_path, estimate_path, !isnan (config.duration_s), files))
    return OTO_CLI_USAGE;
  config.clips_dir = clips;
  if ((reference = load_labels (reference_path, reference_format)) == NULL
      || (estimate = load_labels (estimate_path, estimate_format)) == NULL)
    return OTO_CLI_FAILED;
  if (aliases_path != NULL)
    config.aliases = aliases = oto_class_map_load_aliases (aliases_path, &error);
  if (error == NULL)
    score = oto_label_score_new (reference, estimate, &config, &error);
  if (score == NULL)
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  if (options.json)
    print_json (score, reference_path, estimate_path);
  else
    print_text (score, shows_classes, config.counts_all_clips);
  return OTO_CLI_DONE;
}
