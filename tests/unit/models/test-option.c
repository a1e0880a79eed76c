/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <string.h>

static const char *const choices[] = { "released", "equations", "both", NULL };

static const OtoOption number = { "decay", OTO_OPTION_NUMBER, 0.5, -1.0, 1e6, NULL, "a number" };
static const OtoOption integer = { "layers", OTO_OPTION_INTEGER, 3.0, 1.0, 9.0, NULL, "whole" };
static const OtoOption flag = { "shared", OTO_OPTION_SWITCH, 1.0, 0.0, 0.0, NULL, "a switch" };
static const OtoOption choice = { "form", OTO_OPTION_CHOICE, 1.0, 0.0, 0.0, choices, "a choice" };

static const OtoOption *const all[] = { &number, &integer, &flag, &choice };

static void
test_parse (void)
{
  const struct { const OtoOption *option; const char *text; double value; } rows[] =
  {
    { &number, "0.25", 0.25 }, { &number, "-1", -1.0 }, { &number, "1e6", 1e6 },
    { &number, "-0", 0.0 }, { &number, "9.998e-1", 0.9998 },
    { &integer, "1", 1.0 }, { &integer, "9", 9.0 }, { &integer, "3.0", 3.0 },
    { &flag, "on", 1.0 }, { &flag, "off", 0.0 }, { &flag, "true", 1.0 }, { &flag, "false", 0.0 },
    { &flag, "yes", 1.0 }, { &flag, "no", 0.0 }, { &flag, "1", 1.0 }, { &flag, "0", 0.0 },
    { &choice, "released", 0.0 }, { &choice, "equations", 1.0 }, { &choice, "both", 2.0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      double value = -7.0;

      g_assert_true (oto_option_parse (rows[i].option, rows[i].text, &value, &error));
      g_assert_no_error (error);
      g_assert_cmpfloat (value, ==, rows[i].value);
    }
}

/* What cannot be is told with the option's name, what was written, and what there is; the value
 * stays. */
static void
test_parse_fails (void)
{
  const struct { const OtoOption *option; const char *text; } rows[] =
  {
    { &number, "" }, { &number, "much" }, { &number, "1.5x" }, { &number, "-1.01" },
    { &number, "1000001" }, { &number, "nan" }, { &number, "inf" }, { &number, "1e999" },
    { &number, "0,5" }, { &number, "0.5 " },
    { &integer, "0" }, { &integer, "10" }, { &integer, "2.5" }, { &integer, "two" },
    { &flag, "" }, { &flag, "2" }, { &flag, "ON" }, { &flag, "maybe" },
    { &choice, "" }, { &choice, "1" }, { &choice, "Released" }, { &choice, "equation" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *range = oto_option_dup_range (rows[i].option);
      double value = -7.0;

      g_assert_false (oto_option_parse (rows[i].option, rows[i].text, &value, &error));
      g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_OPTION);
      g_assert_cmpfloat (value, ==, -7.0);
      g_assert_nonnull (strstr (error->message, rows[i].option->name));
      g_assert_nonnull (strstr (error->message, range));
    }
}

static void
test_range (void)
{
  const char *const words[][2] =
  {
    { "-1", "1e+06" }, { "1", "9" }, { "on", "off" }, { "released, equations", "both" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *range = oto_option_dup_range (all[i]);

      g_assert_nonnull (strstr (range, words[i][0]));
      g_assert_nonnull (strstr (range, words[i][1]));
    }
}

static void
test_check (void)
{
  const struct { const OtoOption *option; double value; gboolean is_right; } rows[] =
  {
    { &number, -1.0, TRUE }, { &number, 1e6, TRUE }, { &number, 0.123, TRUE },
    { &number, -1.0000001, FALSE }, { &number, 1e6 + 1.0, FALSE },
    { &number, NAN, FALSE }, { &number, INFINITY, FALSE },
    { &integer, 1.0, TRUE }, { &integer, 9.0, TRUE },
    { &integer, 0.0, FALSE }, { &integer, 1.5, FALSE }, { &integer, NAN, FALSE },
    { &flag, 0.0, TRUE }, { &flag, 1.0, TRUE }, { &flag, 0.5, FALSE }, { &flag, 2.0, FALSE },
    { &flag, -1.0, FALSE }, { &flag, NAN, FALSE },
    { &choice, 0.0, TRUE }, { &choice, 2.0, TRUE }, { &choice, 3.0, FALSE },
    { &choice, -1.0, FALSE }, { &choice, 0.5, FALSE }, { &choice, INFINITY, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (oto_option_check (rows[i].option, rows[i].value, &error), ==,
                       rows[i].is_right);
      if (!rows[i].is_right)
        g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_OPTION);
      else
        g_assert_no_error (error);
    }
}

/* What is written is read again to the last bit. */
static void
test_round_trip (void)
{
  const double numbers[] = { 0.1, 1.0 / 3.0, 0.9998, 1e-300, 123456.789, -0.7, 0.0 };
  double value = -7.0;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *text = oto_option_format (&number, numbers[i]);

      g_assert_true (oto_option_parse (&number, text, &value, NULL));
      g_assert_cmpfloat (value, ==, numbers[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    for (int j = 0; j <= 9; j++)
      {
        g_autofree char *text = NULL;

        if (!oto_option_check (all[i], j, NULL))
          continue;
        text = oto_option_format (all[i], j);
        g_assert_true (oto_option_parse (all[i], text, &value, NULL));
        g_assert_cmpfloat (value, ==, j);
      }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/models/option/parse", test_parse);
  g_test_add_func ("/models/option/parse-tells-what-can-be", test_parse_fails);
  g_test_add_func ("/models/option/range-in-words", test_range);
  g_test_add_func ("/models/option/check", test_check);
  g_test_add_func ("/models/option/round-trip", test_round_trip);

  return g_test_run ();
}
