/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <stdio.h>
#include <string.h>

static const char description[] =
  "Columns: filename, onset (s), offset (s), event_label. With --json:\n"
  "{\"clips\": [{\"file\", \"events\": [{\"onset\", \"offset\",\n"
  "\"event_label\", \"clip_prob\"}]}]}; a clip that failed has \"error\".\n"
  "\n"
  "Examples:\n"
  "  oto events *.wav > events.tsv\n"
  "  oto events --threshold 0.4 --low off --format audacity dog.wav > dog.txt";

typedef struct
{
  const OtoCliOptions *options;
  OtoBinarizer        *binarizers;       /* (K) */
  OtoEventList        *all;              /* of every clip, for text */
  JsonBuilder         *json;             /* (nullable): instead of text */
} Output;

static void
add_events (JsonBuilder  *json,
            OtoEventList *events)
{
  json_builder_set_member_name (json, "events");
  json_builder_begin_array (json);
  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    {
      const OtoEvent *event = oto_event_list_get (events, i);

      json_builder_begin_object (json);
      oto_cli_json_add_number (json, "onset", event->onset_s);
      oto_cli_json_add_number (json, "offset", event->offset_s);
      oto_cli_json_add_string (json, "event_label", event->label);
      oto_cli_json_add_number (json, "clip_prob", (float) event->score);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

/* Events of the clip; of a range those that reach into it, in full where the windows heard them. */
static OtoEventList *
find_events (const Output *output,
             OtoAnalysis  *analysis)
{
  const OtoTimeRange *range = &output->options->range;
  g_autoptr (OtoEventList) all = oto_analysis_find_class_events (analysis, output->binarizers);
  OtoEventList *events = oto_event_list_new ();

  for (guint i = 0; i < oto_event_list_get_n (all); i++)
    {
      const OtoEvent *event = oto_event_list_get (all, i);

      if (!output->options->has_range
          || (event->onset_s < range->end_s && event->offset_s > range->start_s))
        oto_event_list_add (events, oto_event_copy (event));
    }
  return events;
}

static gboolean
write_clip (const char    *file,
            OtoAnalysis   *analysis,
            const GError  *error,
            gpointer       user_data,
            GError       **ret_error)
{
  Output *output = user_data;
  g_autoptr (OtoEventList) events = analysis != NULL ? find_events (output, analysis)
                                                     : oto_event_list_new ();

  if (output->json != NULL)
    {
      oto_cli_json_begin_clip (output->json, file, error);
      if (analysis != NULL)
        add_events (output->json, events);
      json_builder_end_object (output->json);
    }
  for (guint i = 0; i < oto_event_list_get_n (events); i++)
    oto_event_list_add (output->all, oto_event_copy (oto_event_list_get (events, i)));
  return TRUE;
}

static gboolean
parse_format (const char            *text,
              guint                  n_files,
              OtoCliOptions         *options,
              const OtoLabelFormat **ret_format)
{
  const OtoLabelFormat *format;

  if (g_strcmp0 (text, "json") == 0)
    {
      options->json = TRUE;
      text = NULL;
    }
  format = oto_label_format_find (text != NULL ? text : "tsv", NULL);
  if (format == NULL || !oto_label_format_can_write (format))
    {
      oto_cli_error ("There is no format “%s”. Choose tsv, csv, audacity, raven or json.", text);
      return FALSE;
    }
  if (oto_label_format_is_of_clip (format) && n_files > 1)
    {
      oto_cli_error ("Labels as %s do not name their clip. Give one clip at a time.", text);
      return FALSE;
    }
  *ret_format = format;
  return TRUE;
}

static gboolean
print_events (OtoEventList          *events,
              const OtoLabelFormat  *format,
              GError               **error)
{
  const gboolean is_raven = strcmp (oto_label_format_get_name (format), "raven") == 0;
  g_autoptr (OtoLabelFile) labels = oto_label_file_new (events, is_raven);
  g_autofree char *text = oto_label_file_to_text (labels, format, error);

  if (text == NULL)
    return FALSE;
  fputs (text, stdout);
  return TRUE;
}

/* Opens the analyzer that the options ask for. */
static OtoAnalyzer *
need_analyzer (const OtoCliBinarizer  *options,
               const char             *model,
               int                     n_threads,
               OtoBinarizer          **ret_binarizers)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtoModelSnapshot) snapshot = oto_cli_find_model (model, options->is_published,
                                                              &error);
  guint maps;

  if (snapshot != NULL)
    *ret_binarizers = oto_cli_binarizer_make (options, snapshot, &error);
  if (error != NULL)
    {
      oto_cli_gerror (error);
      return NULL;
    }
  maps = oto_cli_binarizer_get_maps (*ret_binarizers, snapshot);
  return oto_cli_need_analyzer_of (snapshot, maps, OTO_MAP_STEP1, n_threads);
}

/* oto events: intervals of every class that a clip holds. */
int
oto_cmd_events (int    argc,
                char **argv)
{
  g_autofree char *channel = NULL, *range = NULL;
  g_autofree char *model = NULL, *format_name = NULL;
  g_auto (GStrv) files = NULL;
  g_auto (OtoCliBinarizer) binarizer_options = { 0 };
  g_autofree OtoBinarizer *binarizers = NULL;
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  g_autoptr (OtoEventList) all = oto_event_list_new ();
  g_autoptr (JsonBuilder) json = NULL;
  g_autoptr (GError) error = NULL;
  const OtoLabelFormat *format = NULL;
  OtoCliOptions options;
  Output output = { &options, NULL, all, NULL };
  int code, n_threads = 0;
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model, "Model: a path or a name", "M" },
    OTO_CLI_BINARIZER_ENTRIES (&binarizer_options),
    { "format", 'f', 0, G_OPTION_ARG_STRING, &format_name, "tsv, csv, audacity, raven or json",
      "F" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "Threads; 0: as many as cores", "N" },
    OTO_CLI_RANGE_ENTRY (&range),
    OTO_CLI_CHANNEL_ENTRY (&channel),
    G_OPTION_ENTRY_NULL
  };

  oto_cli_binarizer_init (&binarizer_options);
  if (!oto_cli_parse (&argc, &argv, entries, "CLIP…",
                      "Prints the events that the model finds in each clip.",
                      description, &options, &files)
      || !oto_cli_take_channel (channel, &options)
      || !oto_cli_take_clip_range (range, &options)
      || !oto_cli_need_files (files, "clip")
      || !parse_format (format_name, g_strv_length (files), &options, &format)
      || !oto_cli_binarizer_check (&binarizer_options))
    return OTO_CLI_USAGE;

  analyzer = need_analyzer (&binarizer_options, model, n_threads, &binarizers);
  if (analyzer == NULL)
    return OTO_CLI_FAILED;
  output.binarizers = binarizers;
  if (options.json)
    output.json = json = oto_cli_json_begin_clips ();
  code = oto_cli_for_each_clip (&options, analyzer, files, write_clip, &output);
  if (json != NULL)
    oto_cli_json_end_clips (json);
  else if (!print_events (all, format, &error))
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  return code;
}
