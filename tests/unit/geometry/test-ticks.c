/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-ticks.h"
#include "oto-test.h"

#include <math.h>
#include <string.h>

/* All labels of an axis, with a blank between. */
static char *
join_labels (GArray *ticks)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < ticks->len; i++)
    {
      const OtoTick *tick = &g_array_index (ticks, OtoTick, i);

      if (*tick->label != '\0')
        g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", tick->label);
    }
  return g_string_free (text, FALSE);
}

static void
assert_time (double      start_s,
             double      end_s,
             double      width_px,
             const char *expected)
{
  g_autoptr (GArray) ticks = oto_ticks_new_time (start_s, end_s, width_px, OTO_TICKS_TIME_PX);
  g_autofree char *labels = join_labels (ticks);

  g_assert_cmpstr (labels, ==, expected);
}

static void
test_time_labels (void)
{
  assert_time (0.0, 10.0, 736.0, "0 1 2 3 4 5 6 7 8 9 10");
  assert_time (0.0, 10.0, 400.0, "0 2 4 6 8 10");
  assert_time (3.0, 3.5, 400.0, "3.0 3.1 3.2 3.3 3.4 3.5");
  assert_time (3.26, 3.3, 300.0, "3.26 3.27 3.28 3.29 3.30");
  assert_time (0.0, 100.0, 400.0, "0:00 0:20 0:40 1:00 1:20 1:40");
  assert_time (59.0, 61.0, 300.0, "0:59.0 0:59.5 1:00.0 1:00.5 1:01.0");
  assert_time (0.0, 300.0, 400.0, "0:00 1:00 2:00 3:00 4:00 5:00");
  assert_time (0.0, 3600.0, 500.0, "0:00:00 0:10:00 0:20:00 0:30:00 0:40:00 0:50:00 1:00:00");
  assert_time (0.0, 36000.0, 400.0, "0:00:00 2:00:00 4:00:00 6:00:00 8:00:00 10:00:00");
  assert_time (5.0, 5.0, 400.0, "");
}

/* Labels never stand closer than asked, and say what their place is. */
static void
test_time_distances (void)
{
  for (double span_s = 0.01; span_s < 40000.0; span_s *= 1.37)
    for (double width_px = 80.0; width_px < 3000.0; width_px *= 1.9)
      {
        double start_s = span_s * 0.37, last_px = -INFINITY;
        g_autoptr (GArray) ticks =
          oto_ticks_new_time (start_s, start_s + span_s, width_px, OTO_TICKS_TIME_PX);

        for (guint i = 0; i < ticks->len; i++)
          {
            const OtoTick *tick = &g_array_index (ticks, OtoTick, i);

            g_assert_cmpfloat_with_epsilon (tick->pos_px,
                                            (tick->value - start_s) / span_s * width_px, 1e-6);
            g_assert_cmpint (*tick->label != '\0', ==, tick->is_major);
            if (!tick->is_major)
              continue;
            g_assert_cmpfloat (tick->pos_px - last_px, >=, OTO_TICKS_TIME_PX - 1e-6);
            last_px = tick->pos_px;
          }
      }
}

static void
test_time_minor (void)
{
  g_autoptr (GArray) ticks = oto_ticks_new_time (0.0, 10.0, 736.0, OTO_TICKS_TIME_PX);

  g_assert_cmpuint (ticks->len, ==, 51);
  for (guint i = 0; i < ticks->len; i++)
    g_assert_cmpint (g_array_index (ticks, OtoTick, i).is_major, ==, i % 5 == 0);
}

/* A tone at the centre of a filter lies in the middle of that filter's row. */
static void
test_mel_positions (void)
{
  const int n_mels = 64;
  const double height_px = 128.0;
  g_autoptr (GArray) ticks = oto_ticks_new_mel (50.0, 16000.0, n_mels, height_px, 1.0);

  for (guint i = 0; i < ticks->len; i++)
    {
      const OtoTick *tick = &g_array_index (ticks, OtoTick, i);
      int row = (int) (tick->pos_px / height_px * n_mels);

      if (row < 1 || row > n_mels - 2)
        continue;
      g_assert_cmpfloat (tick->value, >,
                         oto_mel_bank_get_center_hz (n_mels, 50.0, 16000.0, row - 1));
      g_assert_cmpfloat (tick->value, <,
                         oto_mel_bank_get_center_hz (n_mels, 50.0, 16000.0, row + 1));
    }
}

static void
test_mel_labels (void)
{
  g_autoptr (GArray) tall = oto_ticks_new_mel (50.0, 16000.0, 64, 700.0, OTO_TICKS_MEL_PX);
  g_autoptr (GArray) low = oto_ticks_new_mel (50.0, 16000.0, 64, 55.0, OTO_TICKS_MEL_PX);
  g_autofree char *tall_labels = join_labels (tall), *low_labels = join_labels (low);

  g_assert_cmpstr (tall_labels, ==, "100 200 500 1k 2k 5k 10k");
  g_assert_cmpstr (low_labels, ==, "1k 10k");
  /* Labels go first: the ticks of 2 and 5 kHz are still there. */
  g_assert_cmpuint (low->len, >=, 4);
  for (guint i = 1; i < low->len; i++)
    g_assert_cmpfloat (g_array_index (low, OtoTick, i).value, >,
                       g_array_index (low, OtoTick, i - 1).value);
}

static void
assert_values (double      low,
               double      high,
               double      length_px,
               const char *expected)
{
  g_autoptr (GArray) ticks = oto_ticks_new_value (low, high, length_px, 18.0);
  g_autofree char *labels = join_labels (ticks);

  g_assert_cmpstr (labels, ==, expected);
}

static void
test_value_labels (void)
{
  assert_values (-80.0, 0.0, 104.0, "\u221280 \u221260 \u221240 \u221220 0");
  assert_values (-80.0, 0.0, 55.0, "\u221280 \u221240 0");
  assert_values (0.0, 6.0, 55.0, "0 2 4 6");
  assert_values (0.0, 3.0, 110.0, "0.0 0.5 1.0 1.5 2.0 2.5 3.0");
  assert_values (0.0, 1.0, 30.0, "0 1");
  assert_values (0.0, 0.002, 60.0, "0.000 0.001 0.002");
  assert_values (2.0, 2.0, 60.0, "");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geometry/ticks/time/labels", test_time_labels);
  g_test_add_func ("/geometry/ticks/time/distances", test_time_distances);
  g_test_add_func ("/geometry/ticks/time/minor-at-fifths", test_time_minor);
  g_test_add_func ("/geometry/ticks/mel/positions", test_mel_positions);
  g_test_add_func ("/geometry/ticks/mel/labels", test_mel_labels);
  g_test_add_func ("/geometry/ticks/value/labels", test_value_labels);
  return g_test_run ();
}
