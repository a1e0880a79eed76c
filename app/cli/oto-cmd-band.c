/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>

static const char description[] =
  "Only what lies between the two frequencies, whose edges are one mel bin of the model\n"
  "wide, and between the two times, with fades of 10 ms: what the window plays of a box.\n"
  "The file is as long as the clip, at its rate and with its channels, so that it can be\n"
  "laid beside it; with --crop it holds the box alone. It says how it was made.\n"
  "\n"
  "Examples:\n"
  "  oto band --time 2:3 --freq 500:4000 street.wav -o box.wav\n"
  "  oto band --time 2: --freq 500:4000 --crop street.wav -o box.flac";

typedef struct
{
  char           *time;
  char           *freq;
  char           *model;
  char           *format_name;
  char           *output;
  gboolean        crop;
  OtoAudioFormat  format;
  OtoTimeRange    range;
  double          low_hz;
  double          high_hz;
} Options;

static void
clear_options (Options *options)
{
  g_free (options->time);
  g_free (options->freq);
  g_free (options->model);
  g_free (options->format_name);
  g_free (options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, clear_options)

static gboolean
check_options (Options  *options,
               char    **files)
{
  if (g_strv_length (files) != 1)
    oto_cli_error ("Give one clip. “oto band --help” shows examples.");
  else if (options->time == NULL || options->freq == NULL)
    oto_cli_error ("Say which box: --time 2:3 --freq 500:4000.");
  else if (!oto_cli_parse_pair (options->freq, ':', &options->low_hz, &options->high_hz)
           || options->low_hz < 0.0 || options->high_hz <= options->low_hz)
    oto_cli_error ("“--freq %s” is no range of frequencies. Give two in hertz, as 500:4000.",
                   options->freq);
  else
    return oto_cli_take_range ("--time", options->time, &options->range)
           && oto_cli_take_audio_format (options->format_name, options->output, &options->format);
  return FALSE;
}

static char *
dup_command (const Options       *options,
             const OtoCliOptions *cli,
             const char          *file)
{
  g_autoptr (GString) command = g_string_new ("oto band");

  oto_cli_command_add (command, "--time", options->time);
  oto_cli_command_add (command, "--freq", options->freq);
  oto_cli_command_add_path (command, "--model", options->model);
  oto_cli_command_add (command, "--format", options->format_name);
  if (options->crop)
    g_string_append (command, " --crop");
  oto_cli_command_add (command, "--channel", cli->channel_text);
  oto_cli_command_add_path (command, "", file);
  oto_cli_command_add_path (command, "-o", options->output);
  return g_strdup (command->str);
}

static gboolean
write_silence (OtoAudioWriter  *writer,
               int              n_channels,
               gint64           n_samples,
               GError         **error)
{
  enum { LEN = 65536 };
  g_autofree float *zeros = g_new0 (float, (size_t) LEN * n_channels);
  gboolean is_done = TRUE;

  for (gint64 pos = 0; pos < n_samples && is_done; pos += LEN)
    is_done = oto_audio_writer_write (writer, zeros, MIN (LEN, n_samples - pos), error);
  return is_done;
}

static gboolean
write_box (const Options  *options,
           OtoClip        *clip,
           const char     *comment,
           const float    *samples,
           gint64          first_sample,
           gint64          n_samples,
           GError        **error)
{
  const int n_channels = oto_clip_get_n_channels (clip);
  const gint64 n_behind = oto_clip_get_n_samples (clip) - first_sample - n_samples;
  g_autoptr (OtoAudioWriter) writer = oto_audio_writer_new (options->output, options->format,
                                                            oto_clip_get_rate_hz (clip),
                                                            n_channels, error);

  if (writer == NULL)
    return FALSE;
  oto_audio_writer_set_comment (writer, comment);
  return (options->crop || write_silence (writer, n_channels, first_sample, error))
         && oto_audio_writer_write (writer, samples, n_samples, error)
         && (options->crop || write_silence (writer, n_channels, n_behind, error))
         && oto_audio_writer_close (g_steal_pointer (&writer), error);
}

static void
print_json (const Options *options,
            const char    *file,
            OtoClip       *clip,
            gint64         first_sample,
            gint64         n_samples,
            double         peak)
{
  const double rate_hz = oto_clip_get_rate_hz (clip);
  g_autoptr (JsonBuilder) json = json_builder_new ();

  oto_cli_json_begin_clip (json, file, NULL);
  oto_cli_json_add_string (json, "output", options->output);
  oto_cli_json_add_number (json, "begin_s", first_sample / rate_hz);
  oto_cli_json_add_number (json, "end_s", (first_sample + n_samples) / rate_hz);
  oto_cli_json_add_number (json, "low_hz", options->low_hz);
  oto_cli_json_add_number (json, "high_hz", options->high_hz);
  oto_cli_json_add_number (json, "peak_dbfs", 20.0 * log10 (peak));
  json_builder_end_object (json);
  oto_cli_print_json (json);
}

static double
get_peak (const float *samples,
          gint64       n)
{
  double peak = 0.0;

  for (gint64 i = 0; i < n; i++)
    peak = fmax (peak, fabs (samples[i]));
  return peak;
}

static gboolean
make_band (Options              *options,
           const char           *file,
           const OtoCliOptions  *cli,
           GError              **error)
{
  g_autoptr (OtoModelSnapshot) model = oto_model_snapshot_find (options->model, error);
  g_autoptr (OtoClip) clip = model != NULL ? oto_cli_open_clip (cli, file, error) : NULL;
  g_autofree char *command = dup_command (options, cli, file);
  g_autofree char *comment = NULL;
  gint64 first_sample = 0, n_samples = 0;
  gboolean is_done;
  OtoBand band;
  double peak;
  float *samples;

  if (clip == NULL || !oto_time_range_fit (&options->range, clip, error))
    return FALSE;
  comment = oto_cli_dup_provenance (clip, model, command, error);
  if (comment == NULL)
    return FALSE;
  oto_band_init (&band, options->low_hz, options->high_hz,
                 oto_model_snapshot_get_front_end (model));
  samples = oto_band_render (&band, clip, &options->range, &first_sample, &n_samples,
                             oto_cli_watch_interrupt (), error);
  if (samples == NULL)
    return FALSE;

  peak = get_peak (samples, n_samples * oto_clip_get_n_channels (clip));
  is_done = write_box (options, clip, comment, samples, first_sample, n_samples, error);
  oto_free (samples);
  if (!is_done)
    return FALSE;
  oto_cli_report_peak (options->output, options->format, peak);
  if (cli->json)
    print_json (options, file, clip, first_sample, n_samples, peak);
  return TRUE;
}

/* oto band: a box of time and frequency, as it is heard alone. */
int
oto_cmd_band (int    argc,
              char **argv)
{
  g_autofree char *channel = NULL;
  g_auto (Options) options = { NULL };
  g_auto (GStrv) files = NULL;
  g_autoptr (GError) error = NULL;
  OtoCliOptions cli;
  const GOptionEntry entries[] = {
    { "time", 't', 0, G_OPTION_ARG_STRING, &options.time, "From A to B seconds", "A:B" },
    { "freq", 0, 0, G_OPTION_ARG_STRING, &options.freq, "From LOW to HIGH hertz", "LOW:HIGH" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, "Where it goes", "FILE" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options.format_name,
      "wav-float, wav-16, wav-24 or flac (by the ending of FILE)", "F" },
    { "crop", 0, 0, G_OPTION_ARG_NONE, &options.crop, "Write the box alone", NULL },
    OTO_CLI_MODEL_ENTRY (&options.model),
    OTO_CLI_CHANNEL_ENTRY (&channel),
    G_OPTION_ENTRY_NULL
  };

  if (!oto_cli_parse (&argc, &argv, entries, "CLIP",
                      "Writes a box of time and frequency as sound.", description, &cli, &files)
      || !oto_cli_take_channel (channel, &cli)
      || !check_options (&options, files))
    return OTO_CLI_USAGE;
  if (make_band (&options, files[0], &cli, &error))
    return OTO_CLI_DONE;
  oto_cli_gerror (error);
  return OTO_CLI_FAILED;
}
