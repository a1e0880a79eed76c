/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <stdio.h>

static void
print_class (const char *file,
             const char *name,
             float       prob)
{
  oto_cli_print_field (file);
  putchar ('\t');
  oto_cli_print_field (name);
  printf ("\t%.6f\n", prob);
}

static void
add_class (JsonBuilder *json,
           const char  *name,
           float        prob)
{
  json_builder_begin_object (json);
  oto_cli_json_add_string (json, "name", name);
  oto_cli_json_add_number (json, "prob", prob);
  json_builder_end_object (json);
}

static void
write_classes (const char  *file,
               OtoAnalysis *analysis,
               JsonBuilder *json)
{
  g_autofree char *display_name = g_filename_display_name (file);

  if (json != NULL)
    {
      json_builder_set_member_name (json, "classes");
      json_builder_begin_array (json);
    }
  for (int rank = 0; rank < oto_analysis_get_n_classes (analysis); rank++)
    {
      int k = oto_analysis_get_ranking (analysis)[rank];
      const char *name = oto_model_snapshot_get_class_names (oto_analysis_get_model (analysis))[k];
      float prob = oto_analysis_get_clip_prob (analysis)[k];

      if (json != NULL)
        add_class (json, name, prob);
      else
        print_class (display_name, name, prob);
    }
  if (json != NULL)
    json_builder_end_array (json);
}

/* @user_data is the JSON tree, or NULL for text. */
static gboolean
write_clip (const char    *file,
            OtoAnalysis   *analysis,
            const GError  *error,
            gpointer       user_data,
            GError       **ret_error)
{
  JsonBuilder *json = user_data;

  if (json != NULL)
    oto_cli_json_begin_clip (json, file, error);
  if (analysis != NULL)
    write_classes (file, analysis, json);
  if (json != NULL)
    json_builder_end_object (json);
  return TRUE;
}

/* oto probs: clip probabilities, panel 8. */
int
oto_cmd_probs (int    argc,
               char **argv)
{
  g_autofree char *channel = NULL, *range = NULL;
  g_autofree char *model = NULL;
  g_auto (GStrv) files = NULL;
  g_autoptr (OtoModelSnapshot) snapshot = NULL;
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_published = FALSE;
  g_autoptr (JsonBuilder) json = NULL;
  OtoCliOptions options;
  int code, n_threads = 0;
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model, "Model: a path or a name", "M" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "Threads; 0: as many as cores", "N" },
    OTO_CLI_PUBLISHED_ENTRY (&is_published),
    OTO_CLI_RANGE_ENTRY (&range),
    OTO_CLI_CHANNEL_ENTRY (&channel),
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "CLIP…",
                      "Prints how probable each class is in each clip, the likeliest first.",
                      "Columns: file, class, prob. With --json: {\"clips\": [{\"file\",\n"
                      "\"classes\": [{\"name\", \"prob\"}]}]}; a clip that failed has\n"
                      "\"error\".\n\n"
                      "Examples:\n"
                      "  oto probs dog.wav\n"
                      "  oto probs --json --model 2apae *.flac | jq '.clips[].classes[0]'",
                      &options, &files)
      || !oto_cli_take_channel (channel, &options)
      || !oto_cli_take_clip_range (range, &options)
      || !oto_cli_need_files (files, "clip"))
    return OTO_CLI_USAGE;

  snapshot = oto_cli_find_model (model, is_published, &error);
  if (snapshot == NULL)
    {
      oto_cli_gerror (error);
      return OTO_CLI_FAILED;
    }
  analyzer = oto_cli_need_analyzer_of (snapshot, 0, 0, n_threads);
  if (analyzer == NULL)
    return OTO_CLI_FAILED;
  if (options.json)
    json = oto_cli_json_begin_clips ();
  else
    puts ("file\tclass\tprob");
  code = oto_cli_for_each_clip (&options, analyzer, files, write_clip, json);
  if (json != NULL)
    oto_cli_json_end_clips (json);
  return code;
}
