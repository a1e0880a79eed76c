/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-json.h"

#include <math.h>
#include <string.h>

/* README, table of tolerances: decibels up to 60, beyond, and shares of energy. */
#define DB_LIMIT     1e-6
#define FAR_DB_LIMIT 1e-3
#define SHARE_LIMIT  1e-6

static void
check_db (JsonObject *item,
          const char *name,
          double      value)
{
  double expected = oto_golden_json_number (item, name);

  oto_golden_check_abs_value (name, value, expected,
                              fabs (expected) > 60.0 ? FAR_DB_LIMIT : DB_LIMIT);
}

static void
check_pair (JsonObject     *item,
            OtoSafetensors *file)
{
  const char *estimate = json_object_get_string_member (item, "estimate");
  const char *reference = json_object_get_string_member (item, "reference");
  const size_t n = (size_t) oto_golden_find (file, estimate)->len;
  g_autofree float *x = oto_golden_dup_float (file, estimate);
  g_autofree float *s = oto_golden_dup_float (file, reference);

  g_test_message ("%s, %s", estimate, reference);
  check_db (item, "si_sdr", oto_separation_score_si_sdr_db (x, s, n));
  check_db (item, "level_difference", oto_separation_score_level_db (x, s, n));
}

static void
check_interval (JsonObject     *item,
                OtoSafetensors *file)
{
  const char *name = json_object_get_string_member (item, "signal");
  g_autofree float *samples = oto_golden_dup_float (file, name);
  double share = oto_separation_score_inside (
    samples, (size_t) oto_golden_find (file, name)->len,
    json_object_get_int_member (item, "begin"), json_object_get_int_member (item, "end"));

  oto_golden_check_abs_value (name, share, oto_golden_json_number (item, "share"), SHARE_LIMIT);
}

static void
check_sample (JsonObject *root,
              JsonObject *item)
{
  g_assert_cmpint (oto_separation_score_to_sample (oto_golden_json_number (item, "seconds"),
                                                   oto_golden_json_number (item, "rate")), ==,
                   json_object_get_int_member (item, "sample"));
}

/* Measures stand in JSON, signals beside it. */
static void
test_stems (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);
  g_autofree char *stem = g_strndup (path, strlen (path) - strlen (".json"));
  g_autofree char *file_path = g_strconcat (stem, ".safetensors", NULL);
  g_autoptr (OtoSafetensors) file = oto_golden_load (file_path);
  JsonArray *pairs = json_object_get_array_member (json_node_get_object (root), "pairs");
  JsonArray *intervals = json_object_get_array_member (json_node_get_object (root), "intervals");

  g_assert_cmpuint (json_array_get_length (pairs), >, 0);
  for (guint i = 0; i < json_array_get_length (pairs); i++)
    check_pair (json_array_get_object_element (pairs, i), file);
  for (guint i = 0; i < json_array_get_length (intervals); i++)
    check_interval (json_array_get_object_element (intervals, i), file);
  oto_golden_for_each_case (root, "seconds_to_samples", check_sample);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/stems", "separation_measures*.json", test_stems);
  return g_test_run ();
}
