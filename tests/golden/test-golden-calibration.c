/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-json.h"

#include <string.h>

/* README, table of tolerances. */
#define LIMIT             1e-9
#define TEMPERATURE_LIMIT 1e-5   /* relative */

static void
check_number (JsonObject *expected,
              const char *name,
              double      value)
{
  oto_golden_check_abs_value (name, value, oto_golden_json_number (expected, name), LIMIT);
}

static void
check_reliability (JsonObject *expected,
                   JsonArray  *probs,
                   JsonArray  *labels)
{
  JsonArray *bins = json_object_get_array_member (expected, "bins");
  guint n, n_classes;
  g_autofree float *p = oto_golden_dup_rows (probs, &n, &n_classes);
  g_autofree float *y = oto_golden_dup_rows (labels, &n, &n_classes);
  OtoReliability reliability;

  oto_calibration_get_reliability (p, y, (size_t) n * n_classes, &reliability);
  check_number (expected, "ece", reliability.ece);
  check_number (expected, "mce", reliability.mce);
  check_number (expected, "brier", reliability.brier);
  g_assert_cmpuint (json_array_get_length (bins), ==, OTO_CALIBRATION_N_BINS);
  for (guint b = 0; b < OTO_CALIBRATION_N_BINS; b++)
    {
      JsonObject *bin = json_array_get_object_element (bins, b);

      g_assert_cmpuint (reliability.bins[b].n, ==, json_object_get_int_member (bin, "count"));
      check_number (bin, "mean_probability", reliability.bins[b].mean_prob);
      check_number (bin, "share_positive", reliability.bins[b].positive_share);
    }
}

static void
check_temperature (JsonObject *root,
                   JsonObject *item)
{
  JsonArray *labels = json_object_get_array_member (item, "labels");
  guint n, n_classes;
  g_autofree float *z =
    oto_golden_dup_rows (json_object_get_array_member (item, "logits"), &n, &n_classes);
  g_autofree float *y = oto_golden_dup_rows (labels, &n, &n_classes);
  const size_t n_cells = (size_t) n * n_classes;
  gboolean at_bound;
  double temperature = oto_calibration_find_temperature (z, y, n_cells, &at_bound);

  oto_golden_check_rel_value ("temperature", temperature,
                              oto_golden_json_number (item, "temperature"), TEMPERATURE_LIMIT);
  g_assert_cmpint (at_bound, ==, json_object_get_boolean_member (item, "at_bound"));
  check_number (item, "bce_before", oto_calibration_get_bce (z, y, n_cells, 1.0));
  check_number (item, "bce_after", oto_calibration_get_bce (z, y, n_cells, temperature));
  check_reliability (json_object_get_object_member (item, "before"),
                     json_object_get_array_member (item, "probabilities_before"), labels);
  check_reliability (json_object_get_object_member (item, "after"),
                     json_object_get_array_member (item, "probabilities_after"), labels);
}

static void
check_bins (JsonObject *root,
            JsonObject *item)
{
  check_reliability (json_object_get_object_member (item, "expected"),
                     json_object_get_array_member (item, "probabilities"),
                     json_object_get_array_member (item, "labels"));
}

static void
test_calibration (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);

  oto_golden_for_each_case (root, "cases", check_temperature);
  oto_golden_for_each_case (root, "reliability", check_bins);
}

/* --- bootstrap ----------------------------------------------------------------------------- */

static void
check_interval (JsonObject                 *expected,
                const OtoBootstrapInterval *interval)
{
  check_number (expected, "low", interval->low);
  check_number (expected, "high", interval->high);
  check_number (expected, "mean", interval->mean);
  check_number (expected, "standard_error", interval->standard_error);
  g_assert_cmpuint (interval->n_undefined, ==,
                    json_object_get_int_member (expected, "undefined_resamples"));
}

static void
check_measure (JsonObject     *expected,
               OtoSafetensors *file,
               const char     *prefix,
               double * const  values[2],
               guint           n,
               double          level)
{
  JsonObject *difference = json_object_get_object_member (expected, "a_minus_b");
  OtoBootstrapDifference result;

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.values_%c", prefix, 'a' + i);
      g_autofree double *stored = oto_golden_dup_double (file, name);
      OtoBootstrapInterval interval;

      for (guint r = 0; r < n; r++)
        oto_golden_check_abs_value (name, values[i][r], stored[r], LIMIT);
      oto_bootstrap_get_interval (values[i], n, level, &interval);
      check_interval (json_object_get_object_member (expected, i == 0 ? "model_a" : "model_b"),
                      &interval);
    }
  oto_bootstrap_compare (values[0], values[1], n, level, &result);
  check_interval (difference, &result.interval);
  check_number (difference, "share_below_0", result.below);
  check_number (difference, "share_equal_0", result.equal);
  check_number (difference, "two_sided", result.two_sided);
}

static void
check_bootstrap (JsonObject     *item,
                 OtoSafetensors *file,
                 double          level)
{
  const char *name = json_object_get_string_member (item, "name");
  JsonObject *expected = json_object_get_object_member (item, "expected");
  g_autofree char *indices_name = g_strdup_printf ("%s.indices", name);
  g_autofree double *stored = oto_golden_dup_double (file, indices_name);
  const size_t n_indices = (size_t) oto_golden_find (file, indices_name)->len;
  const guint n_resamples = (guint) oto_golden_dim (file, indices_name, 0);
  g_autofree guint32 *indices = g_new (guint32, n_indices);
  double *micro[2], *macro[2];

  for (size_t i = 0; i < n_indices; i++)
    indices[i] = (guint32) stored[i];
  for (int i = 0; i < 2; i++)
    {
      guint n, n_classes;
      g_autofree float *y =
        oto_golden_dup_rows (json_object_get_array_member (item, "labels"), &n, &n_classes);
      g_autofree float *p = oto_golden_dup_rows (
        json_object_get_array_member (item, i == 0 ? "score_a" : "score_b"), &n, &n_classes);

      g_assert_cmpuint (n, ==, oto_golden_dim (file, indices_name, 1));
      micro[i] = g_new (double, n_resamples);
      macro[i] = g_new (double, n_resamples);
      oto_bootstrap_get_ap (p, y, n, n_classes, indices, n_resamples, micro[i], macro[i]);
    }
  for (int m = 0; m < 2; m++)
    {
      const char *measure = m == 0 ? "micro_ap" : "macro_ap";
      g_autofree char *prefix = g_strdup_printf ("%s.%s", name, measure);

      check_measure (json_object_get_object_member (expected, measure), file, prefix,
                     m == 0 ? micro : macro, n_resamples, level);
    }
  for (int i = 0; i < 2; i++)
    {
      g_free (micro[i]);
      g_free (macro[i]);
    }
}

/* Labels and scores stand in JSON, the draws beside it. */
static void
test_bootstrap (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);
  g_autofree char *stem = g_strndup (path, strlen (path) - strlen (".json"));
  g_autofree char *file_path = g_strconcat (stem, ".safetensors", NULL);
  g_autoptr (OtoSafetensors) file = oto_golden_load (file_path);
  JsonObject *object = json_node_get_object (root);
  JsonArray *cases = json_object_get_array_member (object, "cases");

  g_assert_cmpuint (json_array_get_length (cases), >, 0);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    check_bootstrap (json_array_get_object_element (cases, i), file,
                     oto_golden_json_number (object, "level"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/calibration", "calibration*.json", test_calibration);
  oto_golden_add ("/golden/bootstrap", "bootstrap*.json", test_bootstrap);
  return g_test_run ();
}
