/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-reading.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#define MINUS      "\u2212"
#define THIN_SPACE "\u202f"
#define NOTHING    "\u2013"

/* With a full stop and U+2212, whatever the locale; nothing that rounds to zero has a sign. */
static char *
format_fixed (double value,
              int    n_decimals)
{
  char format[8], buffer[G_ASCII_DTOSTR_BUF_SIZE + 320];
  gboolean is_zero;

  g_snprintf (format, sizeof format, "%%.%df", CLAMP (n_decimals, 0, 9));
  g_ascii_formatd (buffer, sizeof buffer, format, fabs (value));
  is_zero = strspn (buffer, "0.") == strlen (buffer);
  return g_strconcat (value < 0.0 && !is_zero ? MINUS : "", buffer, NULL);
}

/* Decimals that give @value three significant digits; rounding up to the next power of ten
 * counts. */
static int
count_decimals (double value)
{
  double size = fabs (value);
  int exponent;

  if (size == 0.0)
    return 2;
  exponent = (int) floor (log10 (size));
  if (size >= pow (10.0, exponent + 1) - 0.5 * pow (10.0, exponent - 2))
    exponent++;
  return MAX (2 - exponent, 0);
}

static char *
with_unit (char       *number,
           const char *unit)
{
  char *text = g_strconcat (number, THIN_SPACE, unit, NULL);

  g_free (number);
  return text;
}

/**
 * oto_reading_format_time:
 * @time_s: seconds
 *
 * Returns: (transfer full): "3.264 s"
 */
char *
oto_reading_format_time (double time_s)
{
  if (!isfinite (time_s))
    return g_strdup (NOTHING);
  return with_unit (format_fixed (time_s, 3), "s");
}

/**
 * oto_reading_format_clock:
 * @time_s: seconds
 *
 * Returns: (transfer full): "0:03.264", from an hour "1:00:03.264"
 */
char *
oto_reading_format_clock (double time_s)
{
  gint64 ms, seconds;
  const char *sign;

  if (!isfinite (time_s) || fabs (time_s) > 1e12)
    return g_strdup (NOTHING);
  ms = llround (fabs (time_s) * 1000.0);
  seconds = ms / 1000;
  sign = time_s < 0.0 && ms > 0 ? MINUS : "";
  if (seconds >= 3600)
    return g_strdup_printf ("%s%d:%02d:%02d.%03d", sign, (int) (seconds / 3600),
                            (int) (seconds / 60 % 60), (int) (seconds % 60), (int) (ms % 1000));
  return g_strdup_printf ("%s%d:%02d.%03d", sign, (int) (seconds / 60), (int) (seconds % 60),
                          (int) (ms % 1000));
}

/**
 * oto_reading_format_frequency:
 * @frequency_hz: hertz
 *
 * Returns: (transfer full): three significant digits: "820 Hz", "2.05 kHz"
 */
char *
oto_reading_format_frequency (double frequency_hz)
{
  if (!isfinite (frequency_hz))
    return g_strdup (NOTHING);
  /* What rounds to 1000 Hz is a kilohertz. */
  if (fabs (frequency_hz) >= 999.5)
    return with_unit (format_fixed (frequency_hz / 1000.0, count_decimals (frequency_hz / 1000.0)),
                      "kHz");
  return with_unit (format_fixed (frequency_hz, MIN (count_decimals (frequency_hz), 2)), "Hz");
}

/**
 * oto_reading_format_level:
 * @level_db: decibels
 *
 * Returns: (transfer full): "−41.8 dB"
 */
char *
oto_reading_format_level (double level_db)
{
  if (!isfinite (level_db))
    return g_strdup (NOTHING);
  return with_unit (format_fixed (level_db, 1), "dB");
}

/**
 * oto_reading_format_prob:
 * @prob: a probability
 *
 * Returns: (transfer full): "0.912"
 */
char *
oto_reading_format_prob (double prob)
{
  return isfinite (prob) ? format_fixed (prob, 3) : g_strdup (NOTHING);
}

/**
 * oto_reading_format_times:
 * @factor: a weight over the uniform one
 *
 * Returns: (transfer full): "×2.9"; below 1 with two decimals
 */
char *
oto_reading_format_times (double factor)
{
  g_autofree char *number = NULL;

  if (!isfinite (factor))
    return g_strdup (NOTHING);
  number = format_fixed (factor, fabs (factor) < 0.995 ? 2 : fabs (factor) < 99.95 ? 1 : 0);
  return g_strconcat ("\u00d7", number, NULL);
}

/**
 * oto_reading_format_weight:
 * @weight: a raw attention weight
 *
 * Returns: (transfer full): three significant digits: "0.0453"; below 0.0001 "4.53 × 10⁻⁵"
 */
char *
oto_reading_format_weight (double weight)
{
  static const char * const digits[] = {
    "\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
    "\u2075", "\u2076", "\u2077", "\u2078", "\u2079",
  };
  g_autofree char *number = NULL;
  GString *text;
  int exponent;

  if (!isfinite (weight))
    return g_strdup (NOTHING);
  if (weight == 0.0)
    return g_strdup ("0");
  if (fabs (weight) >= 1e-4)
    return format_fixed (weight, count_decimals (weight));

  /* count_decimals() is 2 minus the exponent of the rounded value. */
  exponent = count_decimals (weight) - 2;
  number = format_fixed (weight * pow (10.0, exponent), 2);
  text = g_string_new (number);
  g_string_append (text, THIN_SPACE "\u00d7" THIN_SPACE "10\u207b");
  if (exponent >= 100)
    g_string_append (text, digits[exponent / 100]);
  if (exponent >= 10)
    g_string_append (text, digits[exponent / 10 % 10]);
  g_string_append (text, digits[exponent % 10]);
  return g_string_free (text, FALSE);
}

/**
 * oto_reading_format_share:
 * @share: in [0, 1]
 *
 * Returns: (transfer full): "71 %"
 */
char *
oto_reading_format_share (double share)
{
  if (!isfinite (share))
    return g_strdup (NOTHING);
  return with_unit (format_fixed (share * 100.0, 0), "%");
}

/**
 * oto_reading_format_class:
 * @name: a class as the model calls it
 *
 * Returns: (transfer full): as people read it: "Church bell"
 */
char *
oto_reading_format_class (const char *name)
{
  char *text;

  g_return_val_if_fail (name != NULL, NULL);

  text = g_utf8_make_valid (name, -1);
  return g_strdelimit (text, "_\n\r\t", ' ');
}

/**
 * oto_reading_localize:
 * @text: (transfer full): one reading
 *
 * Returns: (transfer full): the same with the locale's decimal mark
 */
char *
oto_reading_localize (char *text)
{
  const char *mark = localeconv ()->decimal_point;
  char **parts, *localized;

  if (mark == NULL || *mark == '\0' || g_str_equal (mark, ".")
      || !g_utf8_validate (mark, -1, NULL))
    return text;
  parts = g_strsplit (text, ".", -1);
  localized = g_strjoinv (mark, parts);
  g_strfreev (parts);
  g_free (text);
  return localized;
}
