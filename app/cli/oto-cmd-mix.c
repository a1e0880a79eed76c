/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MIN_GAIN_DB (-60.0)
#define MAX_GAIN_DB 12.0
#define BACKGROUND  "Background"

static const char description[] =
  "Every class is a strip, and Background, all that no class claims, is one more. A strip\n"
  "that is not named stays as it is, so that without options the clip itself comes out.\n"
  "The file is as long as the clip, at its rate and with its channels, and says how it was\n"
  "made.\n"
  "\n"
  "Examples:\n"
  "  oto mix --gain Cough=-6 --mute Bark street.wav -o street-quiet.wav\n"
  "  oto mix --mute Background street.wav -o classes.flac";

typedef struct
{
  char           *model;
  char          **gains;
  char          **mutes;
  char           *format_name;
  char           *output;
  int             n_threads;
  OtoAudioFormat  format;
} Options;

static void
clear_options (Options *options)
{
  g_free (options->model);
  g_strfreev (options->gains);
  g_strfreev (options->mutes);
  g_free (options->format_name);
  g_free (options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, clear_options)

/* The strips, in decibels; %-INFINITY is mute. */
typedef struct
{
  double *gains_db;              /* (K + 1), Background last */
  int     n_classes;
} Strips;

/* The strip of a name: K for Background, -1 after printing that there is none. */
static int
find_strip (OtoModelSnapshot *model,
            const char       *name)
{
  g_autoptr (GError) error = NULL;
  int strip;

  if (oto_analysis_find_model_class (model, name) < 0
      && g_ascii_strcasecmp (name, BACKGROUND) == 0)
    return oto_model_snapshot_get_config (model)->n_classes;
  strip = oto_cli_find_class (model, name, &error);
  if (strip < 0)
    oto_cli_gerror (error);
  return strip;
}

/* "Cough=-6" */
static gboolean
take_gain (Strips           *strips,
           OtoModelSnapshot *model,
           const char       *text)
{
  const char *mark = strrchr (text, '=');
  g_autofree char *name = mark != NULL ? g_strndup (text, mark - text) : NULL;
  double gain_db;
  char *end;
  int strip;

  gain_db = mark != NULL ? g_ascii_strtod (mark + 1, &end) : NAN;
  if (mark == NULL || end == mark + 1 || *end != '\0'
      || !(gain_db >= MIN_GAIN_DB && gain_db <= MAX_GAIN_DB))
    {
      oto_cli_error ("“--gain %s” is none. Give a class and decibels from -60 to 12, as Cough=-6.",
                     text);
      return FALSE;
    }
  strip = find_strip (model, name);
  if (strip >= 0)
    strips->gains_db[strip] = gain_db;
  return strip >= 0;
}

/* Mutes win over gains. */
static gboolean
take_strips (Strips           *strips,
             OtoModelSnapshot *model,
             const Options    *options)
{
  for (guint i = 0; options->gains != NULL && options->gains[i] != NULL; i++)
    if (!take_gain (strips, model, options->gains[i]))
      return FALSE;
  for (guint i = 0; options->mutes != NULL && options->mutes[i] != NULL; i++)
    {
      const int strip = find_strip (model, options->mutes[i]);

      if (strip < 0)
        return FALSE;
      strips->gains_db[strip] = -INFINITY;
    }
  return TRUE;
}

static double
get_factor (double gain_db)
{
  return isfinite (gain_db) ? pow (10.0, gain_db / 20.0) : 0.0;
}

static char *
dup_command (const Options       *options,
             const OtoCliOptions *cli,
             const char          *file)
{
  g_autoptr (GString) command = g_string_new ("oto mix");

  oto_cli_command_add_path (command, "--model", options->model);
  for (guint i = 0; options->gains != NULL && options->gains[i] != NULL; i++)
    oto_cli_command_add (command, "--gain", options->gains[i]);
  for (guint i = 0; options->mutes != NULL && options->mutes[i] != NULL; i++)
    oto_cli_command_add (command, "--mute", options->mutes[i]);
  oto_cli_command_add (command, "--format", options->format_name);
  oto_cli_command_add (command, "--channel", cli->channel_text);
  oto_cli_command_add_path (command, "", file);
  oto_cli_command_add_path (command, "-o", options->output);
  return g_strdup (command->str);
}

typedef struct
{
  const OtoCliOptions *cli;
  const Options       *options;
  const Strips        *strips;
} Output;

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  oto_cli_progress (user_data, "Mixing", fraction);
}

static void
print_json (const Output *output,
            const char   *file,
            OtoAnalysis  *analysis,
            double        peak)
{
  OtoModelSnapshot *model = oto_analysis_get_model (analysis);
  const char * const *names = oto_model_snapshot_get_class_names (model);
  g_autoptr (JsonBuilder) json = json_builder_new ();

  oto_cli_json_begin_clip (json, file, NULL);
  oto_cli_json_add_string (json, "model", oto_model_snapshot_get_name (model));
  oto_cli_json_add_string (json, "output", output->options->output);
  json_builder_set_member_name (json, "strips");
  json_builder_begin_array (json);
  for (int k = 0; k <= output->strips->n_classes; k++)
    {
      json_builder_begin_object (json);
      oto_cli_json_add_string (json, "name", k < output->strips->n_classes ? names[k] : BACKGROUND);
      oto_cli_json_add_number (json, "gain_db", output->strips->gains_db[k]);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  oto_cli_json_add_number (json, "peak_dbfs", 20.0 * log10 (peak));
  json_builder_end_object (json);
  oto_cli_print_json (json);
}

static gboolean
write_clip (const char    *file,
            OtoAnalysis   *analysis,
            const GError  *analysis_error,
            gpointer       user_data,
            GError       **error)
{
  const Output *output = user_data;
  const Strips *strips = output->strips;
  g_autofree OtoStemGain *gains = g_new (OtoStemGain, strips->n_classes);
  g_autofree char *command = dup_command (output->options, output->cli, file);
  g_autofree char *comment = NULL;
  double peak = 0.0;

  if (analysis == NULL)
    return FALSE;
  comment = oto_cli_dup_provenance (oto_analysis_get_clip (analysis),
                                    oto_analysis_get_model (analysis), command, error);
  if (comment == NULL)
    return FALSE;
  for (int k = 0; k < strips->n_classes; k++)
    gains[k] = (OtoStemGain) { k, get_factor (strips->gains_db[k]) };
  if (!oto_stem_mix_save (analysis, get_factor (strips->gains_db[strips->n_classes]), gains,
                          strips->n_classes, output->options->output, output->options->format,
                          comment, &peak, progress_cb, (gpointer) output->cli,
                          oto_cli_watch_interrupt (), error))
    return FALSE;
  oto_cli_report_peak (output->options->output, output->options->format, peak);
  if (output->cli->json)
    print_json (output, file, analysis, peak);
  return TRUE;
}

/* oto mix: the clip with its classes louder, softer or left out. */
int
oto_cmd_mix (int    argc,
             char **argv)
{
  g_autofree char *channel = NULL;
  g_auto (Options) options = { NULL };
  g_auto (GStrv) files = NULL;
  g_autoptr (OtoAnalyzer) analyzer = NULL;
  g_autofree double *gains_db = NULL;
  OtoCliOptions cli;
  const GOptionEntry entries[] = {
    OTO_CLI_MODEL_ENTRY (&options.model),
    { "gain", 'g', 0, G_OPTION_ARG_STRING_ARRAY, &options.gains,
      "How loud a class is, in dB from -60 to 12; can be repeated", "CLASS=DB" },
    { "mute", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.mutes,
      "A class that is left out; can be repeated", "CLASS" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, "Where it goes", "FILE" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options.format_name,
      "wav-float, wav-16, wav-24 or flac (by the ending of FILE)", "F" },
    OTO_CLI_THREADS_ENTRY (&options.n_threads),
    OTO_CLI_CHANNEL_ENTRY (&channel),
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "CLIP",
                      "Writes a clip with its classes louder, softer or left out.", description,
                      &cli, &files)
      || !oto_cli_take_channel (channel, &cli))
    return OTO_CLI_USAGE;
  if (g_strv_length (files) != 1)
    {
      oto_cli_error ("Give one clip. “oto mix --help” shows examples.");
      return OTO_CLI_USAGE;
    }
  if (!oto_cli_take_audio_format (options.format_name, options.output, &options.format))
    return OTO_CLI_USAGE;

  analyzer = oto_cli_need_mask_analyzer (options.model, OTO_MASK_LISTENING, options.n_threads);
  if (analyzer == NULL)
    return OTO_CLI_FAILED;
  Strips strips = {
    .n_classes = oto_model_snapshot_get_config (oto_analyzer_get_model (analyzer))->n_classes,
  };
  strips.gains_db = gains_db = g_new0 (double, strips.n_classes + 1);
  if (!take_strips (&strips, oto_analyzer_get_model (analyzer), &options))
    return OTO_CLI_USAGE;
  Output output = { &cli, &options, &strips };
  return oto_cli_for_each_clip (&cli, analyzer, files, write_clip, &output);
}
