/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

static void
test_rows (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  const OtoFrontEnd *row;

  for (guint i = 0; (row = oto_front_end_get (i)) != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OtoLogmel) logmel = oto_logmel_new (&row->config, &error);

      g_assert_no_error (error);
      g_assert_true (g_hash_table_add (names, (gpointer) row->name));
      g_assert_cmpstr (row->title, !=, "");
      g_assert_cmpstr (row->source, !=, "");
      g_assert_cmpint (oto_logmel_get_n_frames (logmel, 10 * row->config.sample_rate_hz), ==,
                       row->n_frames);
      g_assert_true (oto_front_end_find (row->name) == row);
      g_assert_true (oto_front_end_find_by_config (&row->config) == row);
    }
  g_assert_cmpuint (g_hash_table_size (names), ==, 8);
  g_assert_null (oto_front_end_find ("F-Q"));
}

/* Frames of 10 s and mel bins as published. */
static void
test_shapes (void)
{
  static const struct { const char *name; int n_frames, n_mels; OtoScalerRule rule; } shapes[] = {
    { "F-K", 311, 64, OTO_SCALER_RULE_ALL_FRAMES },
    { "F-L", 311, 64, OTO_SCALER_RULE_ALL_FRAMES },
    { "F-L-16k", 311, 64, OTO_SCALER_RULE_ALL_FRAMES },
    { "F-M", 896, 128, OTO_SCALER_RULE_NON_ZERO_FRAMES },
    { "F-X", 240, 64, OTO_SCALER_RULE_ALL_FRAMES },
    { "F-T", 400, 64, OTO_SCALER_RULE_ALL_FRAMES },
    { "PANNs", 1001, 64, OTO_SCALER_RULE_NONE },
  };
  g_autofree char *names = oto_front_end_dup_names ();

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      const OtoFrontEnd *row = oto_front_end_find (shapes[i].name);

      g_assert_nonnull (row);
      g_assert_cmpint (row->n_frames, ==, shapes[i].n_frames);
      g_assert_cmpint (row->config.n_mels, ==, shapes[i].n_mels);
      g_assert_cmpint (row->scaler_rule, ==, shapes[i].rule);
    }
  g_assert_cmpstr (names, ==, "F-K, F-L, F-L-16k, F-M, F-M-512, F-X, F-T, PANNs");
}

static void
test_by_config (void)
{
  OtoLogmelConfig config = oto_logmel_config_default;

  g_assert_cmpstr (oto_front_end_find_by_config (&config)->name, ==, "F-K");
  config.window = OTO_WINDOW_HANN;
  g_assert_cmpstr (oto_front_end_find_by_config (&config)->name, ==, "F-L");
  config.hop_len = 1000;
  g_assert_null (oto_front_end_find_by_config (&config));
}

/* What a model file says of a row leads back to it. */
static void
test_json (void)
{
  const OtoFrontEnd *row;

  for (guint i = 0; (row = oto_front_end_get (i)) != NULL; i++)
    {
      g_autofree char *text = oto_logmel_config_dup_json (&row->config);
      OtoLogmelConfig config;

      g_assert_true (oto_logmel_config_parse_json (text, &config, NULL));
      g_assert_true (oto_front_end_find_by_config (&config) == row);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/features/front-end/rows/work-and-are-found", test_rows);
  g_test_add_func ("/features/front-end/rows/shapes-are-the-published", test_shapes);
  g_test_add_func ("/features/front-end/find-by-config/exact-ones-only", test_by_config);
  g_test_add_func ("/features/front-end/json/leads-back", test_json);
  return g_test_run ();
}
