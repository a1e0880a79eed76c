/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "geometry/oto-reading.h"
#include "oto-test.h"

#include <locale.h>
#include <math.h>

#define S "\u202f"

static void
assert_reading (char       *text,
                const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_time (void)
{
  assert_reading (oto_reading_format_time (3.2639), "3.264" S "s");
  assert_reading (oto_reading_format_time (-0.0001), "0.000" S "s");
  assert_reading (oto_reading_format_time (NAN), "\u2013");
  assert_reading (oto_reading_format_clock (3.264), "0:03.264");
  assert_reading (oto_reading_format_clock (59.9996), "1:00.000");
  assert_reading (oto_reading_format_clock (3603.264), "1:00:03.264");
}

static void
test_frequency (void)
{
  assert_reading (oto_reading_format_frequency (820.4), "820" S "Hz");
  assert_reading (oto_reading_format_frequency (2050.0), "2.05" S "kHz");
  assert_reading (oto_reading_format_frequency (51.23), "51.2" S "Hz");
  assert_reading (oto_reading_format_frequency (999.6), "1.00" S "kHz");
  assert_reading (oto_reading_format_frequency (9999.0), "10.0" S "kHz");
  assert_reading (oto_reading_format_frequency (16000.0), "16.0" S "kHz");
}

static void
test_level (void)
{
  assert_reading (oto_reading_format_level (-41.83), "\u221241.8" S "dB");
  assert_reading (oto_reading_format_level (-0.04), "0.0" S "dB");
  assert_reading (oto_reading_format_level (-INFINITY), "\u2013");
}

static void
test_weights (void)
{
  assert_reading (oto_reading_format_prob (0.9119), "0.912");
  assert_reading (oto_reading_format_times (2.87), "\u00d72.9");
  assert_reading (oto_reading_format_times (0.123), "\u00d70.12");
  assert_reading (oto_reading_format_times (0.999), "\u00d71.0");
  assert_reading (oto_reading_format_weight (0.045312), "0.0453");
  assert_reading (oto_reading_format_weight (0.99996), "1.00");
  assert_reading (oto_reading_format_weight (4.531e-5), "4.53" S "\u00d7" S "10\u207b\u2075");
  assert_reading (oto_reading_format_weight (9.999e-13),
                  "1.00" S "\u00d7" S "10\u207b\u00b9\u00b2");
  assert_reading (oto_reading_format_weight (0.0), "0");
  assert_reading (oto_reading_format_share (0.714), "71" S "%");
}

static void
test_class (void)
{
  assert_reading (oto_reading_format_class ("Church_bell"), "Church bell");
  assert_reading (oto_reading_format_class ("a\nb\xff"), "a b\uFFFD");
}

static void
test_locale (void)
{
  g_autofree char *before = g_strdup (setlocale (LC_NUMERIC, NULL));
  static const char * const locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8" };
  gboolean is_there = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (locales) && !is_there; i++)
    is_there = setlocale (LC_NUMERIC, locales[i]) != NULL;
  if (is_there)
    {
      /* Readings never follow the locale by themselves. */
      assert_reading (oto_reading_format_level (-41.83), "\u221241.8" S "dB");
      assert_reading (oto_reading_localize (oto_reading_format_level (-41.83)),
                      "\u221241,8" S "dB");
    }
  else
    g_test_skip ("No locale with a decimal comma is installed");
  setlocale (LC_NUMERIC, before);
  assert_reading (oto_reading_localize (g_strdup ("0.5")), "0.5");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geometry/reading/time", test_time);
  g_test_add_func ("/geometry/reading/frequency", test_frequency);
  g_test_add_func ("/geometry/reading/level", test_level);
  g_test_add_func ("/geometry/reading/weights", test_weights);
  g_test_add_func ("/geometry/reading/class", test_class);
  g_test_add_func ("/geometry/reading/locale", test_locale);
  return g_test_run ();
}
