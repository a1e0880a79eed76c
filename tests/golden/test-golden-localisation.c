/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-json.h"

#include <math.h>

/* README, table of tolerances; arg max and hits are exact. */
#define LIMIT 1e-9

static void
check_number (JsonObject *expected,
              const char *name,
              double      value)
{
  oto_golden_check_abs_value (name, value, oto_golden_json_number (expected, name), LIMIT);
}

static void
check_pair (JsonObject            *expected,
            const OtoLocalisation *pair)
{
  g_assert_cmpint (pair->n_frames, ==, json_object_get_int_member (expected, "frames"));
  g_assert_cmpint (pair->n_inside, ==, json_object_get_int_member (expected, "frames_inside"));
  g_assert_cmpint (pair->counts, ==, json_object_get_boolean_member (expected, "counted"));
  if (!pair->counts)
    return;
  g_assert_cmpint (pair->arg_max, ==, json_object_get_int_member (expected, "argmax"));
  g_assert_cmpint (pair->hit, ==, json_object_get_boolean_member (expected, "hit"));
  check_number (expected, "mass", pair->mass);
  check_number (expected, "mass_times_uniform", pair->mass_times_uniform);
  check_number (expected, "first_inside", pair->first_inside);
  check_number (expected, "first_outside", pair->first_outside);
}

static void
check_clip (JsonObject *item,
            JsonObject *clip,
            GArray     *pairs)
{
  JsonArray *classes = json_object_get_array_member (item, "classes");
  JsonArray *expected = json_object_get_array_member (clip, "expected");
  g_autoptr (GArray) refs = oto_golden_dup_intervals (
    json_object_get_array_member (clip, "events"), classes);
  guint n_rows, n_frames;
  g_autofree float *att = oto_golden_dup_rows (
    json_object_get_array_member (clip, "time_attention"), &n_rows, &n_frames);
  g_autofree float *first = oto_golden_dup_rows (
    json_object_get_array_member (clip, "first_step"), &n_rows, &n_frames);

  for (guint i = 0; i < json_array_get_length (expected); i++)
    {
      JsonObject *object = json_array_get_object_element (expected, i);
      int k = oto_golden_find_label (classes, json_object_get_string_member (object, "label"));
      OtoLocalisation pair;

      oto_localisation_compute (att + (size_t) k * n_frames, first + (size_t) k * n_frames,
                                n_frames, oto_golden_json_number (item, "hop"),
                                oto_golden_json_number (item, "window"),
                                oto_golden_json_number (item, "rate"),
                                (OtoInterval *) refs->data, refs->len, k, &pair);
      check_pair (object, &pair);
      g_array_append_val (pairs, pair);
    }
}

static void
check_case (JsonObject *root,
            JsonObject *item)
{
  JsonObject *expected = json_object_get_object_member (item, "expected");
  JsonArray *clips = json_object_get_array_member (item, "clips");
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (OtoLocalisation));
  OtoLocalisationMean mean;

  for (guint n = 0; n < json_array_get_length (clips); n++)
    check_clip (item, json_array_get_object_element (clips, n), pairs);
  oto_localisation_get_mean ((OtoLocalisation *) pairs->data, pairs->len, &mean);
  g_assert_cmpint (mean.n_pairs, ==, json_object_get_int_member (expected, "pairs"));
  check_number (expected, "pointing_game", mean.pointing);
  check_number (expected, "chance", mean.chance);
  check_number (expected, "mass", mean.mass);
  check_number (expected, "mass_times_uniform", mean.mass_times_uniform);
  check_number (expected, "first_step_ratio_of_means", mean.first_ratio);
}

static JsonArray *
list_labels (JsonArray *clips)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  JsonArray *labels = json_array_new ();

  for (guint n = 0; n < json_array_get_length (clips); n++)
    for (int side = 0; side < 2; side++)
      {
        JsonArray *events = json_object_get_array_member (
          json_array_get_object_element (clips, n), side == 0 ? "reference" : "detected");

        for (guint i = 0; i < json_array_get_length (events); i++)
          {
            const char *label = json_array_get_string_element (
              json_array_get_array_element (events, i), 2);

            if (g_hash_table_add (seen, (gpointer) label))
              json_array_add_string_element (labels, label);
          }
      }
  return labels;
}

static void
check_false_alarms (JsonObject *root,
                    JsonObject *item)
{
  JsonObject *expected = json_object_get_object_member (item, "expected");
  JsonArray *clips = json_object_get_array_member (item, "clips");
  g_autoptr (JsonArray) labels = list_labels (clips);
  OtoFalseAlarms alarms = { 0 };

  for (guint n = 0; n < json_array_get_length (clips); n++)
    {
      JsonObject *clip = json_array_get_object_element (clips, n);
      g_autoptr (GArray) refs = oto_golden_dup_intervals (
        json_object_get_array_member (clip, "reference"), labels);
      g_autoptr (GArray) ests = oto_golden_dup_intervals (
        json_object_get_array_member (clip, "detected"), labels);

      oto_false_alarms_add_clip (&alarms, oto_golden_json_number (clip, "duration"),
                                 (OtoInterval *) refs->data, refs->len,
                                 (OtoInterval *) ests->data, ests->len);
    }
  g_assert_cmpint (alarms.n_free_clips, ==,
                   json_object_get_int_member (expected, "event_free_clips"));
  g_assert_cmpint (alarms.n_free_detections, ==,
                   json_object_get_int_member (expected, "event_free_detections"));
  g_assert_cmpint (alarms.n_without_overlap, ==,
                   json_object_get_int_member (expected, "detections_without_overlap"));
  check_number (expected, "event_free_hours", alarms.free_hours);
  check_number (expected, "per_hour", oto_false_alarms_get_per_hour (&alarms, TRUE));
  check_number (expected, "without_overlap_per_hour",
                oto_false_alarms_get_per_hour (&alarms, FALSE));
}

static void
test_localisation (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);

  oto_golden_for_each_case (root, "cases", check_case);
  oto_golden_for_each_case (root, "false_alarms", check_false_alarms);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/localisation", "localisation*.json", test_localisation);
  return g_test_run ();
}
