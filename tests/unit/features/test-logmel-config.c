/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include <math.h>
#include <string.h>

/* Models are told apart by a hash of this text: it must never change. */
#define DEFAULT_JSON \
  "{\"sample_rate_hz\":32000,\"window_len\":2048,\"hop_len\":1024,\"n_mels\":64," \
  "\"min_hz\":50,\"max_hz\":16000,\"floor\":1e-08,\"window\":\"hamming\"}"

static void
assert_refused (OtoLogmelConfig config)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (oto_logmel_new (&config, &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
}

static void
test_validate (void)
{
  OtoLogmelConfig config;

#define ASSERT_REFUSED(field, value) \
  G_STMT_START { \
    config = oto_logmel_config_default; \
    config.field = (value); \
    assert_refused (config); \
  } G_STMT_END

  ASSERT_REFUSED (sample_rate_hz, 0);
  ASSERT_REFUSED (sample_rate_hz, G_MAXINT);
  ASSERT_REFUSED (window_len, -2048);
  ASSERT_REFUSED (window_len, 1 << 30);
  ASSERT_REFUSED (hop_len, 0);
  ASSERT_REFUSED (hop_len, 2049);
  ASSERT_REFUSED (n_mels, 0);
  ASSERT_REFUSED (n_mels, 513);
  ASSERT_REFUSED (min_hz, -1.0);
  ASSERT_REFUSED (min_hz, 16000.0);
  ASSERT_REFUSED (max_hz, 16001.0);
  ASSERT_REFUSED (max_hz, (double) NAN);
  ASSERT_REFUSED (window, (OtoWindowKind) 7);
  ASSERT_REFUSED (framing, (OtoFramingKind) 3);
  ASSERT_REFUSED (framing, (OtoFramingKind) -1);
  ASSERT_REFUSED (spectrum, (OtoSpectrumKind) 2);
  ASSERT_REFUSED (compression, (OtoCompressionKind) 3);
  ASSERT_REFUSED (floor, 0.0);
  ASSERT_REFUSED (floor, (double) INFINITY);
#undef ASSERT_REFUSED

  /* An odd window has no middle sample to centre. */
  config = oto_logmel_config_default;
  config.window_len = 2047;
  g_assert_true (oto_logmel_config_validate (&config, NULL));
  config.framing = OTO_FRAMING_CENTRED;
  assert_refused (config);

  g_assert_true (oto_logmel_config_validate (&oto_logmel_config_default, NULL));
}

static void
test_frame_centre (void)
{
  OtoLogmelConfig config = oto_logmel_config_default;

  g_assert_cmpfloat (oto_logmel_config_get_frame_centre_s (&config, 0), ==, 1024.0 / 32000.0);
  g_assert_cmpfloat (oto_logmel_config_get_frame_centre_s (&config, 310), ==,
                     (310.0 * 1024.0 + 1024.0) / 32000.0);
  config.window_len = 2047;
  g_assert_cmpfloat (oto_logmel_config_get_frame_centre_s (&config, 1), ==,
                     (1024.0 + 1023.5) / 32000.0);
  config.window_len = 2048;
  config.framing = OTO_FRAMING_CENTRED;
  g_assert_cmpfloat (oto_logmel_config_get_frame_centre_s (&config, 0), ==, 0.0);
  g_assert_cmpfloat (oto_logmel_config_get_frame_centre_s (&config, 7), ==, 7.0 * 1024.0 / 32000.0);
}

/* Frames lie side by side, each around the centre of its window. */
static void
test_frame_begin (void)
{
  OtoLogmelConfig config = oto_logmel_config_default;

  g_assert_cmpfloat_with_epsilon (oto_logmel_config_get_frame_begin_s (&config, 0), 0.016, 1e-12);
  g_assert_cmpfloat_with_epsilon (oto_logmel_config_get_frame_begin_s (&config, 10), 0.336, 1e-12);
  config.framing = OTO_FRAMING_CENTRED;
  g_assert_cmpfloat_with_epsilon (oto_logmel_config_get_frame_begin_s (&config, 0), -0.016, 1e-12);
}

static void
test_equal (void)
{
  const OtoLogmelConfig *config = &oto_logmel_config_default;
  OtoLogmelConfig other = *config;

  g_assert_true (oto_logmel_config_is_equal (config, &other));
#define ASSERT_DIFFERENT(field, value) \
  G_STMT_START { \
    other = *config; \
    other.field = (value); \
    g_assert_false (oto_logmel_config_is_equal (config, &other)); \
  } G_STMT_END

  ASSERT_DIFFERENT (sample_rate_hz, 32001);
  ASSERT_DIFFERENT (window_len, 2046);
  ASSERT_DIFFERENT (hop_len, 1023);
  ASSERT_DIFFERENT (n_mels, 63);
  ASSERT_DIFFERENT (min_hz, 50.5);
  ASSERT_DIFFERENT (max_hz, 15999.0);
  ASSERT_DIFFERENT (window, OTO_WINDOW_HANN);
  ASSERT_DIFFERENT (floor, 1e-9);
  ASSERT_DIFFERENT (framing, OTO_FRAMING_CENTRED);
  ASSERT_DIFFERENT (spectrum, OTO_SPECTRUM_POWER);
  ASSERT_DIFFERENT (compression, OTO_COMPRESSION_DECIBELS);
#undef ASSERT_DIFFERENT
}

static void
test_dup_json (void)
{
  OtoLogmelConfig config = oto_logmel_config_default;
  g_autofree char *plain = oto_logmel_config_dup_json (&config);
  g_autofree char *full = NULL;

  g_assert_cmpstr (plain, ==, DEFAULT_JSON);
  config.window = OTO_WINDOW_HANN;
  config.min_hz = 27.5;
  config.framing = OTO_FRAMING_CENTRED_HOPS;
  config.spectrum = OTO_SPECTRUM_POWER;
  config.compression = OTO_COMPRESSION_LN_1_PLUS;
  full = oto_logmel_config_dup_json (&config);
  g_assert_cmpstr (full, ==,
                   "{\"sample_rate_hz\":32000,\"window_len\":2048,\"hop_len\":1024,"
                   "\"n_mels\":64,\"min_hz\":27.5,\"max_hz\":16000,\"floor\":1e-08,"
                   "\"window\":\"hann\",\"framing\":\"centred-hops\","
                   "\"spectrum\":\"power\",\"compression\":\"ln-1-plus\"}");
}

/* Every combination of kinds comes back, and numbers to their last digit. */
static void
test_parse_json (void)
{
  OtoLogmelConfig config = oto_logmel_config_default;

  config.min_hz = 100.0 / 3.0;
  config.floor = 1.0 / 3e7;
  for (int window = 0; window <= OTO_WINDOW_HANN; window++)
    for (int framing = 0; framing <= OTO_FRAMING_CENTRED_HOPS; framing++)
      for (int spectrum = 0; spectrum <= OTO_SPECTRUM_POWER; spectrum++)
        for (int compression = 0; compression <= OTO_COMPRESSION_DECIBELS; compression++)
          {
            g_autoptr (GError) error = NULL;
            g_autofree char *text = NULL;
            OtoLogmelConfig parsed;

            config.window = window;
            config.framing = framing;
            config.spectrum = spectrum;
            config.compression = compression;
            text = oto_logmel_config_dup_json (&config);
            memset (&parsed, 0xff, sizeof parsed);
            g_assert_true (oto_logmel_config_parse_json (text, &parsed, &error));
            g_assert_no_error (error);
            g_assert_true (oto_logmel_config_is_equal (&config, &parsed));
          }
}

/* DEFAULT_JSON with one piece replaced. */
static char *
replace (const char *from,
         const char *to)
{
  g_autoptr (GString) text = g_string_new (DEFAULT_JSON);

  g_assert_cmpuint (g_string_replace (text, from, to, 1), ==, 1);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_not_parsed (const char *text,
                   const char *message)
{
  g_autoptr (GError) error = NULL;
  OtoLogmelConfig config = { .n_mels = 77 };

  g_assert_false (oto_logmel_config_parse_json (text, &config, &error));
  g_assert_error (error, OTO_MODELS_ERROR, OTO_MODELS_ERROR_MISMATCH);
  if (strstr (error->message, message) == NULL)
    g_error ("“%s” is not in “%s”", message, error->message);
  g_assert_cmpint (config.n_mels, ==, 77);
}

static void
test_hostile_json (void)
{
  static const struct { const char *from, *to, *message; } cases[] = {
    { "32000", "\"32000\"", "sample_rate_hz" },
    { "\"hop_len\":1024,", "", "hop_len" },
    { "2048", "1e300", "window_len" },
    { "2048", "[2048]", "window_len" },
    { "1e-08", "null", "floor" },
    { "1e-08", "0", "floor" },
    { ":64", ":513", "mel bins" },
    { "\"hamming\"", "\"kaiser\"", "window" },
    { "\"hamming\"", "0", "window" },
    { ",\"window\":\"hamming\"", "", "window" },
    { "}", ",\"framing\":\"centered\"}", "framing" },
    { "}", ",\"framing\":1}", "framing" },
    { "}", ",\"framing\":null}", "framing" },
    { "}", ",\"spectrum\":\"\"}", "spectrum" },
    { "}", ",\"compression\":{}}", "compression" },
    { "2048", "2047,\"framing\":\"centred\"", "odd" },
    { "}", "", "cannot be read" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = replace (cases[i].from, cases[i].to);

      assert_not_parsed (text, cases[i].message);
    }
  assert_not_parsed (NULL, "missing");
  assert_not_parsed ("", "cannot be read");
  assert_not_parsed ("[1]", "cannot be read");
}

/* Levels of what the compressions make of one value of a mel bin. */
static void
test_level (void)
{
  static const double bins[] = { 1e-3, 0.5, 1.0, 300.0 };

  for (guint i = 0; i < G_N_ELEMENTS (bins); i++)
    for (int spectrum = 0; spectrum < 2; spectrum++)
      {
        const double expected = (spectrum == OTO_SPECTRUM_POWER ? 10.0 : 20.0) * log10 (bins[i]);
        OtoLogmelConfig config = oto_logmel_config_default;

        config.spectrum = spectrum;
        g_assert_cmpfloat_with_epsilon (oto_logmel_config_get_level_db (&config, log (bins[i])),
                                        expected, 1e-9);
        config.compression = OTO_COMPRESSION_DECIBELS;
        g_assert_cmpfloat_with_epsilon (
          oto_logmel_config_get_level_db (&config, 10.0 * log10 (bins[i])), expected, 1e-9);
        config.compression = OTO_COMPRESSION_LN_1_PLUS;
        config.floor = 1e-4;
        g_assert_cmpfloat_with_epsilon (
          oto_logmel_config_get_level_db (&config, log1p (bins[i] / 1e-4)), expected, 1e-9);
      }
}

/* Silence has no level where it is 0, and what is no number has none anywhere. */
static void
test_no_level (void)
{
  OtoLogmelConfig config = oto_front_end_find ("F-M")->config;

  g_assert_true (isinf (oto_logmel_config_get_level_db (&config, 0.0)));
  g_assert_true (isinf (oto_logmel_config_get_level_db (&config, -0.3)));
  g_assert_true (isnan (oto_logmel_config_get_level_db (&config, (double) NAN)));
  g_assert_true (isfinite (oto_logmel_config_get_level_db (&config, 1e-300)));
}

/* The shortest signal with so many frames: a sample less has one less. */
static void
test_window_s (void)
{
  for (guint i = 0; oto_front_end_get (i) != NULL; i++)
    for (gint64 n_frames = 1; n_frames < 900; n_frames += 13)
      {
        const OtoLogmelConfig *config = &oto_front_end_get (i)->config;
        const gint64 n = llround (oto_logmel_config_get_window_s (config, n_frames)
                                  * config->sample_rate_hz);

        g_assert_cmpint (oto_logmel_config_get_n_frames (config, n), ==, n_frames);
        g_assert_cmpint (oto_logmel_config_get_n_frames (config, n - 1), ==, n_frames - 1);
      }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/features/logmel-config/validate/impossible-ones-are-refused", test_validate);
  g_test_add_func ("/features/logmel-config/frame-centre/by-framing", test_frame_centre);
  g_test_add_func ("/features/logmel-config/frame-begin/side-by-side", test_frame_begin);
  g_test_add_func ("/features/logmel-config/equal/every-field-counts", test_equal);
  g_test_add_func ("/features/logmel-config/json/text-stays", test_dup_json);
  g_test_add_func ("/features/logmel-config/json/comes-back", test_parse_json);
  g_test_add_func ("/features/logmel-config/json/impossible-ones-are-refused", test_hostile_json);
  g_test_add_func ("/features/logmel-config/level", test_level);
  g_test_add_func ("/features/logmel-config/no-level", test_no_level);
  g_test_add_func ("/features/logmel-config/window-s", test_window_s);
  return g_test_run ();
}
