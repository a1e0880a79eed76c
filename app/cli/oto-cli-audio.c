/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>
#include <string.h>

static const struct
{
  const char     *name;
  const char     *ending;
  OtoAudioFormat  format;
} formats[] = {
  { "wav-float", ".wav", OTO_AUDIO_FORMAT_WAV_FLOAT },
  { "wav-16", NULL, OTO_AUDIO_FORMAT_WAV_PCM16 },
  { "wav-24", NULL, OTO_AUDIO_FORMAT_WAV_PCM24 },
  { "flac", ".flac", OTO_AUDIO_FORMAT_FLAC_PCM16 },
};

/**
 * oto_cli_take_audio_format:
 * @name: (nullable): what the user gave to --format
 * @path: (nullable): what the user gave to -o, whose ending says the format without @name
 * @ret_format: (out): the format
 *
 * Returns: %FALSE after printing what could be given; return %OTO_CLI_USAGE then
 */
gboolean
oto_cli_take_audio_format (const char     *name,
                           const char     *path,
                           OtoAudioFormat *ret_format)
{
  const char *dot = path != NULL ? strrchr (path, '.') : NULL;

  if (path == NULL || strcmp (path, "-") == 0)
    {
      oto_cli_error ("Say which file the sound goes to: -o FILE.wav or FILE.flac.");
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (name != NULL ? strcmp (name, formats[i].name) == 0
                     : dot != NULL && formats[i].ending != NULL
                       && g_ascii_strcasecmp (dot, formats[i].ending) == 0)
      {
        *ret_format = formats[i].format;
        return TRUE;
      }
  if (name != NULL)
    oto_cli_error ("There is no format “%s”. Choose wav-float, wav-16, wav-24 or flac.", name);
  else
    oto_cli_error ("“%s” does not say which kind of sound file it is. Give it a name that ends in "
                   ".wav or .flac, or add --format.", path);
  return FALSE;
}

/**
 * oto_cli_report_peak:
 * @path: a sound file that was written
 * @format: its format
 * @peak: largest value
 *
 * Says on standard error what of it was clipped.
 */
void
oto_cli_report_peak (const char     *path,
                     OtoAudioFormat  format,
                     double          peak)
{
  g_autofree char *name = g_filename_display_basename (path);

  if (peak > 1.0 && format != OTO_AUDIO_FORMAT_WAV_FLOAT)
    oto_cli_error ("“%s” is clipped: its peak is %.1f dBFS. Turn it down, or write WAV of floats, "
                   "which holds it.", name, 20.0 * log10 (peak));
}
