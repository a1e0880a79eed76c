/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test.h"

#include "detection/oto-tuning.h"

#include <math.h>
#include <string.h>

static const char *const names[] = { "Bark", "Gong & \"bell\"", "Meow", NULL };

static void
assert_same (const OtoBinarizer *a,
             const OtoBinarizer *b)
{
  g_assert_cmpint (a->score, ==, b->score);
  g_assert_cmpfloat (a->high, ==, b->high);
  g_assert_true (a->low == b->low || (isnan (a->low) && isnan (b->low)));
  g_assert_cmpint (a->gap_frames, ==, b->gap_frames);
  g_assert_cmpint (a->min_frames, ==, b->min_frames);
  g_assert_cmpfloat (a->clip_threshold, ==, b->clip_threshold);
  g_assert_cmpint (a->median_frames, ==, b->median_frames);
  g_assert_cmpint (a->box_frames, ==, b->box_frames);
  g_assert_true (a->box_merge_abs == b->box_merge_abs
                 || (isnan (a->box_merge_abs) && isnan (b->box_merge_abs)));
  g_assert_true (a->box_merge_rel == b->box_merge_rel
                 || (isnan (a->box_merge_rel) && isnan (b->box_merge_rel)));
}

static void
test_round_trip (void)
{
  g_autoptr (OtoTuning) tuning = oto_tuning_new (3);
  g_autoptr (OtoTuning) read = NULL;
  g_autofree char *text = NULL, *again = NULL;
  g_autoptr (GError) error = NULL;

  tuning->temperature = 1.0 / 3.0 + 1.0;
  tuning->common = (OtoBinarizer) {
    .high = 0.1, .low = NAN, .gap_frames = 3, .min_frames = 4, .clip_threshold = 0.3,
    .median_frames = 7, .box_frames = 20, .box_merge_abs = 0.2, .box_merge_rel = NAN,
    .score = OTO_EVENT_SCORE_ATTENTION,
  };
  tuning->classes[0] = tuning->common;
  tuning->classes[1].low = 0.05;
  tuning->classes[2] = tuning->common;
  tuning->classes[2].box_merge_rel = 2.0;
  tuning->record_json = g_strdup ("{\"goal\":\"event-f1\"}");
  text = oto_tuning_dup_json (tuning, names);
  read = oto_tuning_parse_json (text, names, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (read->temperature, ==, tuning->temperature);
  assert_same (&read->common, &tuning->common);
  for (int k = 0; k < 3; k++)
    assert_same (&read->classes[k], &tuning->classes[k]);
  again = oto_tuning_dup_json (read, names);
  g_assert_cmpstr (again, ==, text);
  g_assert_nonnull (strstr (text, "\"record\":{\"goal\":\"event-f1\"}"));
}

/* What is not said is as published. */
static void
test_nothing_said (void)
{
  g_autoptr (OtoTuning) tuning = oto_tuning_parse_json ("{}", names, NULL);

  g_assert_cmpuint (tuning->n_classes, ==, 3);
  g_assert_cmpfloat (tuning->temperature, ==, 1.0);
  assert_same (&tuning->classes[2], &oto_binarizer_default);
  g_assert_null (tuning->record_json);
}

static void
test_refused (void)
{
  static const char *const bad[] = {
    "", "[]", "{", "3", "null", "{\"temperature\": 0}", "{\"temperature\": \"1\"}",
    "{\"temperature\": 1e9}", "{\"all\": []}", "{\"all\": {\"high\": 2}}",
    "{\"all\": {\"high\": null}}", "{\"all\": {\"low\": -0.1}}", "{\"all\": {\"score\": \"loud\"}}",
    "{\"all\": {\"score\": 1}}", "{\"all\": {\"gap_frames\": 0.5}}",
    "{\"all\": {\"median_frames\": 100000000}}", "{\"all\": {\"box_frames\": -2}}",
    "{\"all\": {\"box_merge_rel\": 1e300}}", "{\"classes\": {\"Cello\": {}}}",
    "{\"classes\": {\"Bark\": 0.5}}", "{\"classes\": {\"Bark\": {\"high\": \"x\"}}}",
    "{\"record\": 1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (oto_tuning_parse_json (bad[i], names, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, "oto tune"));
    }
}

static void
test_calibrates (void)
{
  g_autoptr (OtoTuning) tuning = oto_tuning_new (1);

  g_assert_cmpfloat (oto_tuning_calibrate (NULL, 0.3f), ==, 0.3f);
  g_assert_cmpfloat (oto_tuning_calibrate (tuning, 0.3f), ==, 0.3f);
  tuning->temperature = 2.0;
  g_assert_cmpfloat (oto_tuning_calibrate (tuning, 0.f), ==, 0.f);
  g_assert_cmpfloat (oto_tuning_calibrate (tuning, 1.f), ==, 1.f);
  g_assert_cmpfloat (oto_tuning_calibrate (tuning, 0.5f), ==, 0.5f);
  /* logit (0.9) = 2 ln 3 and half of it is logit (0.75). */
  g_assert_cmpfloat_with_epsilon (oto_tuning_calibrate (tuning, 0.9f), 0.75f, 1e-6f);
  g_assert_cmpfloat_with_epsilon (oto_tuning_calibrate (tuning, 0.1f), 0.25f, 1e-6f);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/detection/tuning/round-trip", test_round_trip);
  g_test_add_func ("/detection/tuning/nothing-said-is-published", test_nothing_said);
  g_test_add_func ("/detection/tuning/refuses", test_refused);
  g_test_add_func ("/detection/tuning/calibrates", test_calibrates);
  return g_test_run ();
}
