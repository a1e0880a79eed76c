/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-ticks.h"

#include "otoscope.h"

#include <math.h>
#include <string.h>

/* Ticks without a label need so much room. */
#define MIN_MINOR_PX 4.0

/* No axis has more; a guard against nonsense, such as a range below the resolution of a double. */
#define MAX_TICKS 2000

/* A generous width of a character of a label. */
#define CHAR_PX 7.0

static void
add_tick (GArray     *ticks,
          double      value,
          double      pos_px,
          gboolean    is_major,
          const char *label)
{
  OtoTick tick = { .value = value, .pos_px = pos_px, .is_major = is_major };

  g_strlcpy (tick.label, label, sizeof tick.label);
  g_array_append_val (ticks, tick);
}

static int
compare_ticks (gconstpointer a,
               gconstpointer b)
{
  const OtoTick *x = a, *y = b;

  return (x->pos_px > y->pos_px) - (x->pos_px < y->pos_px);
}

static int
count_step_decimals (double step)
{
  return step >= 1.0 ? 0 : MIN ((int) ceil (-log10 (step) - 1e-9), 9);
}

/* The least of 1, 2, 5 times a power of ten that is @min_step_s or more. From 20 s on it counts
 * minutes in the same manner and from 20 min on hours, because the labels do. */
static double
choose_time_step (double min_step_s)
{
  static const double factors[] = { 1.0, 2.0, 5.0 };
  static const double clock[] = { 10.0, 20.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0 };
  double power = 1.0, scale = 1.0;

  if (min_step_s > clock[G_N_ELEMENTS (clock) - 1])
    scale = 3600.0;
  else if (min_step_s > 5.0)
    {
      for (guint i = 0; i < G_N_ELEMENTS (clock); i++)
        if (clock[i] >= min_step_s)
          return clock[i];
    }
  power = pow (10.0, floor (log10 (min_step_s / scale)));
  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    if (factors[i] * power * scale >= min_step_s * (1.0 - 1e-9))
      return factors[i] * power * scale;
  return 10.0 * power * scale;
}

/* Seconds below a minute, m:ss below an hour, then h:mm:ss; the largest time of the axis decides
 * for all. */
static void
format_time (double  time_s,
             double  largest_s,
             int     n_decimals,
             char   *ret_label,
             size_t  len)
{
  char seconds[32];
  /* Rounded first, so that 59.9996 never reads as 0:60.000. */
  double unit = pow (10.0, n_decimals), rounded_s = round (time_s * unit) / unit;
  gint64 minutes = largest_s >= 60.0 ? (gint64) floor (rounded_s / 60.0 + 1e-12) : 0;
  char format[8];

  rounded_s -= 60.0 * (double) minutes;
  g_snprintf (format, sizeof format, "%%.%df", n_decimals);
  g_ascii_formatd (seconds, sizeof seconds, format, fabs (rounded_s));
  if (largest_s < 60.0)
    g_strlcpy (ret_label, seconds, len);
  else if (largest_s < 3600.0)
    g_snprintf (ret_label, len, "%d:%s%s", (int) minutes, rounded_s < 9.9999999995 ? "0" : "",
                seconds);
  else
    g_snprintf (ret_label, len, "%d:%02d:%s%s", (int) (minutes / 60), (int) (minutes % 60),
                rounded_s < 9.9999999995 ? "0" : "", seconds);
}

/**
 * oto_ticks_new_time:
 * @start_s: left end, not below 0
 * @end_s: right end
 * @width_px: between the two
 * @min_label_px: labels are at least so far apart, %OTO_TICKS_TIME_PX
 *
 * Ticks at steps of 1, 2 or 5 times a power of ten with labels, and at fifths of a step without
 * (interface.md A1).
 *
 * Returns: (transfer full) (element-type OtoTick): none where the range is empty
 */
GArray *
oto_ticks_new_time (double start_s,
                    double end_s,
                    double width_px,
                    double min_label_px)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (OtoTick));
  double px_per_s = width_px / (end_s - start_s), step_s;
  char label[32];
  gint64 first, last;
  int n_decimals, n_minor;

  if (!(end_s > start_s) || !(width_px > 0.0) || !isfinite (px_per_s) || start_s < 0.0)
    return ticks;

  step_s = choose_time_step (min_label_px / px_per_s);
  n_decimals = count_step_decimals (step_s);
  format_time (end_s, end_s, n_decimals, label, sizeof label);
  /* Long labels need more room than the least. */
  if (strlen (label) * CHAR_PX + 10.0 > step_s * px_per_s)
    {
      step_s = choose_time_step ((strlen (label) * CHAR_PX + 10.0) / px_per_s);
      n_decimals = count_step_decimals (step_s);
    }

  n_minor = step_s / 5.0 * px_per_s >= MIN_MINOR_PX ? 5 : 1;
  first = (gint64) ceil (start_s / step_s * n_minor - 1e-6);
  last = (gint64) floor (end_s / step_s * n_minor + 1e-6);
  for (gint64 i = first; i <= last && i - first < MAX_TICKS; i++)
    {
      double time_s = step_s * ((double) i / n_minor);
      gboolean is_major = i % n_minor == 0;

      label[0] = '\0';
      if (is_major)
        format_time (time_s, end_s, n_decimals, label, sizeof label);
      add_tick (ticks, time_s, (time_s - start_s) * px_per_s, is_major, label);
    }
  return ticks;
}

/**
 * oto_ticks_new_mel:
 * @min_hz: lower edge of the first mel filter
 * @max_hz: upper edge of the last
 * @n_mels: number of rows
 * @height_px: of all rows
 * @min_label_px: labels are at least so far apart, %OTO_TICKS_MEL_PX
 *
 * Ticks at 1, 2, 5 times powers of ten hertz, at their place on the mel scale; rows are drawn about
 * the centres of their filters (interface.md A2). Where there is no room labels go first, those of
 * round numbers last.
 *
 * Returns: (transfer full) (element-type OtoTick): positions count upwards from the lower edge
 */
GArray *
oto_ticks_new_mel (double min_hz,
                   double max_hz,
                   int    n_mels,
                   double height_px,
                   double min_label_px)
{
  static const double by_rank_hz[] = {
    1000, 10000, 100, 5000, 2000, 500, 200, 20000, 50, 20, 10, 50000, 100000,
  };
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (OtoTick));
  double min_mel = oto_mel_from_hz (min_hz), max_mel = oto_mel_from_hz (max_hz);

  g_return_val_if_fail (n_mels > 0, ticks);

  if (!(max_mel > min_mel) || !(height_px > 0.0))
    return ticks;
  for (guint i = 0; i < G_N_ELEMENTS (by_rank_hz); i++)
    {
      double hz = by_rank_hz[i];
      /* Filter m has its centre at (m + 1) of n + 1 equal steps, its row at (m + 0.5) of n. */
      double place = (oto_mel_from_hz (hz) - min_mel) / (max_mel - min_mel) * (n_mels + 1) - 0.5;
      double pos_px = CLAMP (place / n_mels, 0.0, 1.0) * height_px, nearest_px = INFINITY;
      char label[24] = "";

      if (hz < min_hz || hz > max_hz)
        continue;
      for (guint k = 0; k < ticks->len; k++)
        {
          const OtoTick *other = &g_array_index (ticks, OtoTick, k);

          if (other->is_major)
            nearest_px = MIN (nearest_px, fabs (pos_px - other->pos_px));
        }
      if (nearest_px >= min_label_px)
        g_snprintf (label, sizeof label, hz >= 1000.0 ? "%dk" : "%d",
                    (int) (hz >= 1000.0 ? hz / 1000.0 : hz));
      if (nearest_px >= MIN_MINOR_PX)
        add_tick (ticks, hz, pos_px, *label != '\0', label);
    }
  g_array_sort (ticks, compare_ticks);
  return ticks;
}

/* The least round step that fills the range a whole number of times and keeps labels apart; at
 * worst the range. */
static double
choose_value_step (double range,
                   double min_step)
{
  static const double factors[] = { 1.0, 2.0, 2.5, 3.0, 4.0, 5.0 };
  int exponent = (int) floor (log10 (min_step));

  for (; pow (10.0, exponent) < range; exponent++)
    for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
      {
        double step = factors[i] * pow (10.0, exponent), n = range / step;

        if (step >= min_step && step < range && fabs (n - round (n)) < 1e-6)
          return step;
      }
  return range;
}

/**
 * oto_ticks_new_value:
 * @low: value at the lower end
 * @high: value at the upper end
 * @length_px: between the two
 * @min_label_px: labels are at least so far apart
 *
 * Ticks of a colour bar: both ends, and between them round values at equal steps.
 *
 * Returns: (transfer full) (element-type OtoTick): none where the range is empty
 */
GArray *
oto_ticks_new_value (double low,
                     double high,
                     double length_px,
                     double min_label_px)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (OtoTick));
  double range = high - low, step;
  int n_steps, n_decimals = 0;

  if (!(range > 0.0) || !isfinite (range) || !(length_px > 0.0))
    return ticks;

  step = choose_value_step (range, range * MIN (min_label_px / length_px, 1.0));
  n_steps = (int) lround (range / step);
  while (n_decimals < 6 && fabs (step * pow (10.0, n_decimals)
                                 - round (step * pow (10.0, n_decimals))) > 1e-6)
    n_decimals++;
  for (int i = 0; i <= n_steps; i++)
    {
      double value = low + step * i;
      char format[8], number[24], label[32];

      g_snprintf (format, sizeof format, "%%.%df", n_decimals);
      g_ascii_formatd (number, sizeof number, format, fabs (value));
      g_snprintf (label, sizeof label, "%s%s",
                  value < 0.0 && strspn (number, "0.") < strlen (number) ? "\u2212" : "", number);
      add_tick (ticks, value, length_px * i / n_steps, TRUE, label);
    }
  return ticks;
}
