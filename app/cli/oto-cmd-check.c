/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <stdio.h>

static const char description[] =
  "Asks the model three times about a class: about the clip, about the class's stem alone\n"
  "(masked in), and about the clip without that stem (masked out). Where the mask holds\n"
  "what the model hears, the second stays high and the third falls.\n"
  "\n"
  "Columns: file, class, mix, masked_in, masked_out: clip probabilities. With --json:\n"
  "{\"clips\": [{\"file\", \"checks\": [{\"name\", \"mix\", \"masked_in\", \"masked_out\"}]}]};\n"
  "a clip that failed has \"error\".\n"
  "\n"
  "Examples:\n"
  "  oto check --class Bark street.wav\n"
  "  oto check --model gwrp --class Bark,Siren *.wav";

typedef struct
{
  const OtoCliOptions *options;
  OtoAnalyzer         *analyzer;
  GArray              *classes;  /* of int */
  JsonBuilder         *json;     /* (nullable): instead of text */
} Output;

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  oto_cli_progress (user_data, "Checking", fraction);
}

static void
write_check (Output             *output,
             const char         *file,
             const char         *name,
             const OtoMaskCheck *check)
{
  g_autofree char *display_name = g_filename_display_name (file);

  if (output->json == NULL)
    {
      oto_cli_print_field (display_name);
      putchar ('\t');
      oto_cli_print_field (name);
      printf ("\t%.6f\t%.6f\t%.6f\n", check->mix_prob, check->masked_in_prob,
              check->masked_out_prob);
      return;
    }
  json_builder_begin_object (output->json);
  oto_cli_json_add_string (output->json, "name", name);
  oto_cli_json_add_number (output->json, "mix", check->mix_prob);
  oto_cli_json_add_number (output->json, "masked_in", check->masked_in_prob);
  oto_cli_json_add_number (output->json, "masked_out", check->masked_out_prob);
  json_builder_end_object (output->json);
}

static gboolean
run_checks (Output        *output,
            OtoAnalysis   *analysis,
            OtoMaskCheck  *ret_checks,
            GError       **error)
{
  for (guint i = 0; i < output->classes->len; i++)
    if (!oto_mask_check_run (output->analyzer, analysis, g_array_index (output->classes, int, i),
                             &ret_checks[i], progress_cb, (gpointer) output->options,
                             oto_cli_watch_interrupt (), error))
      return FALSE;
  return TRUE;
}

static gboolean
write_clip (const char    *file,
            OtoAnalysis   *analysis,
            const GError  *analysis_error,
            gpointer       user_data,
            GError       **ret_error)
{
  Output *output = user_data;
  const char * const *names =
    oto_model_snapshot_get_class_names (oto_analyzer_get_model (output->analyzer));
  g_autofree OtoMaskCheck *checks = g_new0 (OtoMaskCheck, output->classes->len);
  g_autoptr (GError) error = NULL;
  const gboolean is_done = analysis != NULL && run_checks (output, analysis, checks, &error);

  if (output->json != NULL)
    {
      oto_cli_json_begin_clip (output->json, file, error != NULL ? error : analysis_error);
      json_builder_set_member_name (output->json, "checks");
      json_builder_begin_array (output->json);
    }
  for (guint i = 0; i < output->classes->len && is_done; i++)
    write_check (output, file, names[g_array_index (output->classes, int, i)], &checks[i]);
  if (output->json != NULL)
    {
      json_builder_end_array (output->json);
      json_builder_end_object (output->json);
    }
  if (error != NULL)
    g_propagate_error (ret_error, g_steal_pointer (&error));
  return is_done;
}

/* oto check: whether masks hold what the model hears. */
int
oto_cmd_check (int    argc,
               char **argv)
{
  g_autofree char *channel = NULL;
  g_autofree char *model = NULL, *class_names = NULL;
  g_auto (GStrv) files = NULL;
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  g_autoptr (GArray) classes = NULL;
  g_autoptr (JsonBuilder) json = NULL;
  g_autoptr (GError) error = NULL;
  OtoCliOptions options;
  int code, n_threads = 0;
  const GOptionEntry entries[] = {
    OTO_CLI_MODEL_ENTRY (&model),
    { "class", 'c', 0, G_OPTION_ARG_STRING, &class_names, "Classes: names, or all", "A,B" },
    OTO_CLI_THREADS_ENTRY (&n_threads),
    OTO_CLI_CHANNEL_ENTRY (&channel),
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "CLIP…",
                      "Checks whether the mask of a class holds what the model hears.",
                      description, &options, &files)
      || !oto_cli_take_channel (channel, &options)
      || !oto_cli_need_files (files, "clip"))
    return OTO_CLI_USAGE;
  if (class_names == NULL)
    {
      oto_cli_error ("Say which class: --class Bark.");
      return OTO_CLI_USAGE;
    }

  analyzer = oto_cli_need_mask_analyzer (model, OTO_MASK_LISTENING, n_threads);
  if (analyzer == NULL)
    return OTO_CLI_FAILED;
  classes = oto_cli_parse_classes (oto_analyzer_get_model (analyzer), class_names, &error);
  if (classes == NULL)
    {
      oto_cli_gerror (error);
      return OTO_CLI_USAGE;
    }
  if (options.json)
    json = oto_cli_json_begin_clips ();
  else
    puts ("file\tclass\tmix\tmasked_in\tmasked_out");
  Output output = { &options, analyzer, classes, json };
  code = oto_cli_for_each_clip (&options, analyzer, files, write_clip, &output);
  if (json != NULL)
    oto_cli_json_end_clips (json);
  return code;
}
