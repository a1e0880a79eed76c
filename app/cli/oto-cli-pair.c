/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/oto-cli.h"

#include <math.h>

/**
 * oto_cli_parse_pair:
 * @text: what the user gave
 * @mark: what stands between the numbers: ':' or 'x'
 * @ret_first: (out): the first
 * @ret_second: (out): the second
 *
 * Returns: whether it is two finite numbers
 */
gboolean
oto_cli_parse_pair (const char *text,
                    char        mark,
                    double     *ret_first,
                    double     *ret_second)
{
  char *end;
  double first, second;

  first = g_ascii_strtod (text, &end);
  if (end == text || *end != mark)
    return FALSE;
  text = end + 1;
  second = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (first) || !isfinite (second))
    return FALSE;
  *ret_first = first;
  *ret_second = second;
  return TRUE;
}

/**
 * oto_cli_take_range:
 * @option: "--range", for the message
 * @text: (nullable): what the user gave to it
 * @ret_range: (out): the range; untouched without @text
 *
 * Returns: %FALSE after printing that it is none; return %OTO_CLI_USAGE then
 */
gboolean
oto_cli_take_range (const char   *option,
                    const char   *text,
                    OtoTimeRange *ret_range)
{
  if (text == NULL || oto_time_range_parse (text, ret_range))
    return TRUE;

  oto_cli_error ("“%s %s” is no time range. Give two times in seconds, as 2:5.5.", option, text);
  return FALSE;
}

/**
 * oto_cli_take_clip_range:
 * @text: (nullable): what the user gave to --range
 * @options: takes it
 *
 * Returns: %FALSE after printing that it is none; return %OTO_CLI_USAGE then
 */
gboolean
oto_cli_take_clip_range (const char    *text,
                         OtoCliOptions *options)
{
  options->has_range = text != NULL;
  return oto_cli_take_range ("--range", text, &options->range);
}
