/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <stdio.h>
#include <string.h>

static const char description[] =
  "import makes a training folder of SOURCE: links to its audio (--copy: copies),\n"
  "labels.tsv, and folds.tsv with the folds as published. What is missing or cannot\n"
  "be read is counted, listed, left out, and written into left-out.tsv. SOURCE is\n"
  "recognised, or said by --layout to be\n"
  "  esc50, urbansound8k, fsd50k, fsdkaggle2018, fsdkaggle2019, desed,\n"
  "  dcase2017-task4, audioset, audioset-strong\n"
  "               a data set, unpacked as it is published\n"
  "  folders      a folder per class; above it train, validation, test or fold1 …\n"
  "  list         a list of labels, or a folder with one; any format of “oto labels”\n"
  "--columns says what columns of a list hold that are called otherwise: filename,\n"
  "onset, offset, duration, label, labels (several in a cell), low_freq, high_freq,\n"
  "score, fold; the other side is a heading, or a number where there is none.\n"
  "\n"
  "check reads all of a training folder and tells classes, folds, durations, rates,\n"
  "files that are missing, damaged, silent, clipped, very short or hold NaN, labels\n"
  "behind the end, and sounds that are in several folds. It fails when something\n"
  "makes results wrong; what should only be known does not.\n"
  "\n"
  "With --json both print {\"dir\", \"n_clips\", \"n_unlabelled\", \"classes\": [{\"name\",\n"
  "\"n_clips\", \"n_events\"}], \"folds\": [{\"name\", \"n_clips\"}], \"duration_s\": {\"total\",\n"
  "\"min\", \"median\", \"max\"}, \"sample_rates\", \"channels\", \"n_errors\", \"problems\":\n"
  "[{\"kind\", \"is_error\", \"file\", \"text\"}]}; import also \"layout\" and\n"
  "\"published_folds\", the names of folds from 1.\n"
  "\n"
  "Examples:\n"
  "  oto dataset import ESC-50-master -o esc50\n"
  "  oto dataset import birds.csv --audio recordings -o birds \\\n"
  "      --columns filename=Datei,onset=von,offset=bis,label=Art\n"
  "  oto dataset check esc50\n";

/* Names that a text lists of many. */
#define MAX_LISTED 20

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  oto_cli_progress (user_data, "Reading", fraction);
}

static void
write_progress_cb (double   fraction,
                   gpointer user_data)
{
  oto_cli_progress (user_data, "Writing", fraction);
}

/* --- what a data set holds ----------------------------------------------------------------- */

static void
add_counts (JsonBuilder  *json,
            const char   *member,
            const GArray *counts,
            gboolean      has_events)
{
  json_builder_set_member_name (json, member);
  json_builder_begin_array (json);
  for (guint i = 0; i < counts->len; i++)
    {
      const OtoDatasetCount *count = &g_array_index (counts, OtoDatasetCount, i);

      json_builder_begin_object (json);
      oto_cli_json_add_string (json, "name", count->name);
      oto_cli_json_add_int (json, "n_clips", count->n_clips);
      if (has_events)
        oto_cli_json_add_int (json, "n_events", count->n_events);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

static void
add_problems (JsonBuilder             *json,
              const OtoDatasetSummary *summary)
{
  const GArray *problems = oto_dataset_summary_get_problems (summary);

  oto_cli_json_add_int (json, "n_errors", oto_dataset_summary_count_errors (summary));
  json_builder_set_member_name (json, "problems");
  json_builder_begin_array (json);
  for (guint i = 0; i < problems->len; i++)
    {
      const OtoDatasetProblem *problem = &g_array_index (problems, OtoDatasetProblem, i);

      json_builder_begin_object (json);
      oto_cli_json_add_string (json, "kind", oto_dataset_problem_kind_get_name (problem->kind));
      json_builder_set_member_name (json, "is_error");
      json_builder_add_boolean_value (json, oto_dataset_problem_kind_is_error (problem->kind));
      oto_cli_json_add_string (json, "file", problem->name != NULL ? problem->name : "");
      oto_cli_json_add_string (json, "text", problem->text != NULL ? problem->text : "");
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

static void
print_json (const char              *dir,
            const OtoDatasetSummary *summary,
            const OtoDatasetImport  *import)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "dir", dir != NULL ? dir : "");
  if (import != NULL)
    {
      const char * const *folds = oto_dataset_import_get_fold_names (import);

      oto_cli_json_add_string (json, "layout", oto_dataset_import_get_title (import));
      json_builder_set_member_name (json, "published_folds");
      json_builder_begin_array (json);
      for (; *folds != NULL; folds++)
        json_builder_add_string_value (json, *folds);
      json_builder_end_array (json);
    }
  oto_cli_json_add_int (json, "n_clips", oto_dataset_summary_get_n_clips (summary));
  oto_cli_json_add_int (json, "n_unlabelled", oto_dataset_summary_get_n_empty (summary));
  add_counts (json, "classes", oto_dataset_summary_get_classes (summary), TRUE);
  add_counts (json, "folds", oto_dataset_summary_get_folds (summary), FALSE);
  json_builder_set_member_name (json, "duration_s");
  json_builder_begin_object (json);
  oto_cli_json_add_number (json, "total", oto_dataset_summary_get_total_s (summary));
  oto_cli_json_add_number (json, "min", oto_dataset_summary_get_quantile_s (summary, 0.0));
  oto_cli_json_add_number (json, "median", oto_dataset_summary_get_quantile_s (summary, 0.5));
  oto_cli_json_add_number (json, "max", oto_dataset_summary_get_quantile_s (summary, 1.0));
  json_builder_end_object (json);
  add_counts (json, "sample_rates", oto_dataset_summary_get_rates (summary), FALSE);
  add_counts (json, "channels", oto_dataset_summary_get_channels (summary), FALSE);
  add_problems (json, summary);
  json_builder_end_object (json);
  oto_cli_print_json (json);
}

static void
print_counts (const char   *what,
              const GArray *counts)
{
  if (counts->len == 0)
    return;
  printf ("%s:", what);
  for (guint i = 0; i < counts->len; i++)
    {
      const OtoDatasetCount *count = &g_array_index (counts, OtoDatasetCount, i);

      printf ("%s %s (%u)", i > 0 ? "," : "", count->name, count->n_clips);
    }
  puts ("");
}

static void
print_problems (const OtoDatasetSummary *summary)
{
  const GArray *problems = oto_dataset_summary_get_problems (summary);
  guint n_of_kind = 0;

  for (guint i = 0; i < problems->len; i++)
    {
      const OtoDatasetProblem *problem = &g_array_index (problems, OtoDatasetProblem, i);
      const gboolean is_first =
        i == 0 || problem->kind != g_array_index (problems, OtoDatasetProblem, i - 1).kind;

      if (is_first)
        {
          printf ("%s: %u\n", oto_dataset_problem_kind_get_title (problem->kind),
                  oto_dataset_summary_count (summary, problem->kind));
          n_of_kind = 0;
        }
      if (n_of_kind++ < MAX_LISTED)
        printf ("  %s%s%s\n", problem->name != NULL ? problem->name : "",
                problem->name != NULL && problem->text != NULL ? ": " : "",
                problem->text != NULL ? problem->text : "");
      else if (n_of_kind == MAX_LISTED + 1)
        puts ("  …");
    }
}

static void
print_summary (const char              *name,
               const OtoDatasetSummary *summary)
{
  const GArray *classes = oto_dataset_summary_get_classes (summary);

  puts ("class\tclips\tevents");
  for (guint i = 0; i < classes->len; i++)
    {
      const OtoDatasetCount *count = &g_array_index (classes, OtoDatasetCount, i);

      oto_cli_print_field (count->name);
      printf ("\t%u\t%u\n", count->n_clips, count->n_events);
    }
  print_counts ("Folds", oto_dataset_summary_get_folds (summary));
  print_counts ("Sample rates in Hz", oto_dataset_summary_get_rates (summary));
  print_counts ("Channels", oto_dataset_summary_get_channels (summary));
  printf ("Durations in s: %.3f to %.3f, median %.3f, in all %.1f\n",
          oto_dataset_summary_get_quantile_s (summary, 0.0),
          oto_dataset_summary_get_quantile_s (summary, 1.0),
          oto_dataset_summary_get_quantile_s (summary, 0.5),
          oto_dataset_summary_get_total_s (summary));
  print_problems (summary);
  printf ("%s: %u clips, %u without labels, %u classes, %u problems\n", name,
          oto_dataset_summary_get_n_clips (summary), oto_dataset_summary_get_n_empty (summary),
          classes->len, oto_dataset_summary_count_errors (summary));
}

/* --- import -------------------------------------------------------------------------------- */

static void
print_folds (const OtoDatasetImport *import)
{
  const char * const *folds = oto_dataset_import_get_fold_names (import);

  for (guint i = 0; folds[i] != NULL; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i + 1);

      if (folds[i][0] != '\0' && strcmp (folds[i], number) != 0)
        printf ("Fold %u is “%s”\n", i + 1, folds[i]);
    }
}

/* What is not in the folder, so that it is only done in part. */
static gboolean
has_left_out (const OtoDatasetSummary *summary)
{
  return oto_dataset_summary_count (summary, OTO_DATASET_MISSING) > 0
         || oto_dataset_summary_count (summary, OTO_DATASET_AMBIGUOUS) > 0
         || oto_dataset_summary_count (summary, OTO_DATASET_UNREADABLE) > 0
         || oto_dataset_summary_count (summary, OTO_DATASET_BAD_LINE) > 0;
}

static int
import_dataset (const OtoCliOptions           *options,
                const OtoDatasetImportOptions *source,
                const char                    *dir,
                gboolean                       copies)
{
  g_autoptr (GError) error = NULL;
  GCancellable *cancellable = oto_cli_watch_interrupt ();
  g_autoptr (OtoDatasetImport) import =
    oto_dataset_import_new (source, progress_cb, (gpointer) options, cancellable, &error);
  gboolean done = import != NULL;

  oto_cli_progress_end (options);
  if (done && dir != NULL)
    {
      done = oto_dataset_import_write (import, dir, copies, write_progress_cb, (gpointer) options,
                                       cancellable, &error);
      oto_cli_progress_end (options);
    }
  if (!done)
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  if (options->json)
    print_json (dir, oto_dataset_import_get_summary (import), import);
  else
    {
      print_summary (dir != NULL ? dir : source->source, oto_dataset_import_get_summary (import));
      print_folds (import);
      printf ("Read as %s\n", oto_dataset_import_get_title (import));
    }
  return has_left_out (oto_dataset_import_get_summary (import)) ? OTO_CLI_PARTLY : OTO_CLI_DONE;
}

/* --- check --------------------------------------------------------------------------------- */

static int
check_dataset (const OtoCliOptions *options,
               const char          *dir,
               double               short_s)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoDatasetSummary) summary =
    oto_dataset_check (dir, short_s, progress_cb, (gpointer) options, oto_cli_watch_interrupt (),
                       &error);

  oto_cli_progress_end (options);
  if (summary == NULL)
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  if (options->json)
    print_json (dir, summary, NULL);
  else
    print_summary (dir, summary);
  return oto_dataset_summary_count_errors (summary) > 0 ? OTO_CLI_FAILED : OTO_CLI_DONE;
}

static gboolean
find_format (const char            *name,
             const OtoLabelFormat **ret_format)
{
  g_autoptr (GError) error = NULL;

  if (name != NULL)
    *ret_format = oto_label_format_find (name, &error);
  if (error != NULL)
    oto_cli_gerror (error);
  return error == NULL;
}

/**
 * oto_cmd_dataset:
 * @argc: number of arguments
 * @argv: the command and its arguments
 *
 * `oto dataset`: makes training folders of data sets, and checks them.
 *
 * Returns: an exit code
 */
int
oto_cmd_dataset (int    argc,
                 char **argv)
{
  g_autofree char *layout = NULL, *audio = NULL, *columns = NULL, *format = NULL, *dir = NULL;
  g_auto (GStrv) files = NULL;
  gboolean copies = FALSE, is_dry = FALSE;
  double short_s = OTO_DATASET_CHECK_SHORT_S;
  OtoCliOptions options;
  OtoDatasetImportOptions source = { NULL };
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &dir, "import: folder to make", "DIR" },
    { "layout", 'l', 0, G_OPTION_ARG_STRING, &layout, "import: what SOURCE is (what it looks like)",
      "LAYOUT" },
    { "audio", 'a', 0, G_OPTION_ARG_FILENAME, &audio, "import: where the audio is (in SOURCE)",
      "DIR" },
    { "columns", 'c', 0, G_OPTION_ARG_STRING, &columns, "import: what columns hold",
      "WHAT=HEADING,…" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &format, "import: what the list is", "FORMAT" },
    { "copy", 0, 0, G_OPTION_ARG_NONE, &copies, "import: copy the audio", NULL },
    { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &is_dry, "import: look only, write nothing", NULL },
    { "shortest", 0, 0, G_OPTION_ARG_DOUBLE, &short_s,
      "check: tell clips that are shorter (0.1 s)", "S" },
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "import SOURCE -o DIR | check DIR",
                      "Makes a training folder of a data set, or checks one.", description,
                      &options, &files)
      || !find_format (format, &source.format))
    return OTO_CLI_USAGE;
  source.layout = layout;
  source.audio_dir = audio;
  source.columns = columns;
  if (g_strcmp0 (files[0], "import") == 0 && g_strv_length (files) == 2 && is_dry == (dir == NULL))
    {
      source.source = files[1];
      return import_dataset (&options, &source, dir, copies);
    }
  if (g_strcmp0 (files[0], "check") == 0 && g_strv_length (files) == 2 && dir == NULL)
    return check_dataset (&options, files[1], short_s);
  oto_cli_error ("Say what to do: oto dataset import SOURCE -o DIR (or --dry-run), or oto dataset "
                 "check DIR.");
  return OTO_CLI_USAGE;
}
