/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-json.h"

#include <math.h>

/* README, table of tolerances. */
#define LIMIT 1e-9

static const char *
get_class (JsonArray *classes,
           guint      k)
{
  return json_array_get_string_element (classes, k);
}

static OtoIntersectionCriteria
read_criteria (JsonObject *object)
{
  return (OtoIntersectionCriteria) {
    oto_golden_json_number (object, "dtc"), oto_golden_json_number (object, "gtc"),
    oto_golden_json_number (object, "cttc"),
  };
}

/* (K, T) */
static double *
dup_scores (JsonObject *clip,
            JsonArray  *classes,
            size_t     *ret_n_frames)
{
  JsonObject *scores = json_object_get_object_member (clip, "scores");
  const guint n_classes = json_array_get_length (classes);
  const guint n_frames = json_array_get_length (
    json_object_get_array_member (scores, get_class (classes, 0)));
  double *values = g_new (double, (size_t) n_classes * n_frames + 1);

  for (guint k = 0; k < n_classes; k++)
    {
      JsonArray *row = json_object_get_array_member (scores, get_class (classes, k));

      g_assert_cmpuint (json_array_get_length (row), ==, n_frames);
      for (guint t = 0; t < n_frames; t++)
        values[(size_t) k * n_frames + t] = json_array_get_double_element (row, t);
    }
  *ret_n_frames = n_frames;
  return values;
}

static OtoPsds *
make_psds (JsonObject          *item,
           const OtoPsdsConfig *config)
{
  JsonArray *classes = json_object_get_array_member (item, "classes");
  JsonArray *clips = json_object_get_array_member (item, "clips");
  OtoPsds *psds = oto_psds_new (config, json_array_get_length (classes));

  for (guint n = 0; n < json_array_get_length (clips); n++)
    {
      JsonObject *clip = json_array_get_object_element (clips, n);
      g_autoptr (GArray) refs = oto_golden_dup_intervals (
        json_object_get_array_member (clip, "ground_truth"), classes);
      size_t n_frames;
      g_autofree double *scores = dup_scores (clip, classes, &n_frames);

      oto_psds_add_clip (psds, oto_golden_json_number (clip, "duration"),
                         (OtoInterval *) refs->data, refs->len, scores, n_frames,
                         oto_golden_json_number (item, "hop"));
    }
  return psds;
}

static void
check_curve (JsonObject *expected,
             const char *found_name,
             GArray     *curve)
{
  JsonArray *rates = json_object_get_array_member (expected, "efpr");
  JsonArray *found = json_object_get_array_member (expected, found_name);

  g_assert_cmpuint (curve->len, ==, json_array_get_length (rates));
  for (guint i = 0; i < curve->len; i++)
    {
      const OtoPsdsPoint *point = &g_array_index (curve, OtoPsdsPoint, i);

      oto_golden_check_abs_value ("rate", point->rate, json_array_get_double_element (rates, i),
                                  LIMIT);
      oto_golden_check_abs_value ("found", point->found, json_array_get_double_element (found, i),
                                  LIMIT);
    }
}

static void
check_result (JsonObject *expected,
              JsonArray  *classes,
              OtoPsds    *psds,
              JsonArray  *thresholds)
{
  JsonObject *per_class = json_object_get_object_member (expected, "per_class");
  const guint n = thresholds != NULL ? json_array_get_length (thresholds) : 0;
  g_autofree double *values = thresholds != NULL ? g_new (double, n) : NULL;
  g_auto (OtoPsdsResult) result = { 0 };

  for (guint i = 0; i < n; i++)
    values[i] = json_array_get_double_element (thresholds, i);
  oto_psds_compute (psds, values, n, &result);
  oto_golden_check_abs_value ("PSDS", result.psds, oto_golden_json_number (expected, "psds"),
                              LIMIT);
  /* Small cases come without curves. */
  if (json_object_has_member (expected, "psd_roc"))
    check_curve (json_object_get_object_member (expected, "psd_roc"), "etpr", result.curve);
  for (guint k = 0; k < result.n_classes; k++)
    {
      oto_golden_check_abs_value ("PSDS of a class", result.class_psds[k],
                                  oto_golden_json_number (per_class, get_class (classes, k)),
                                  LIMIT);
      g_assert_cmpint (result.class_curves[k]->len > 0, ==, !isnan (result.class_psds[k]));
      if (json_object_has_member (expected, "class_roc") && result.class_curves[k]->len > 0)
        check_curve (json_object_get_object_member (
                       json_object_get_object_member (expected, "class_roc"),
                       get_class (classes, k)), "tpr", result.class_curves[k]);
    }
}

static void
check_counts (JsonObject *expected,
              JsonArray  *classes,
              OtoPsds    *psds)
{
  JsonObject *per_class = json_object_get_object_member (expected, "per_class");
  const guint n_classes = json_array_get_length (classes);
  g_autofree guint64 *cross = g_new (guint64, n_classes);

  for (guint k = 0; k < n_classes; k++)
    {
      JsonObject *counts, *crossed;
      OtoIntersectionCounts value;

      if (!json_object_has_member (per_class, get_class (classes, k)))
        continue;
      counts = json_object_get_object_member (per_class, get_class (classes, k));
      crossed = json_object_get_object_member (counts, "ct");
      oto_psds_get_counts (psds, k, oto_golden_json_number (expected, "threshold"), &value, cross);
      g_assert_cmpuint (value.n_found, ==, json_object_get_int_member (counts, "tp"));
      g_assert_cmpuint (value.n_false, ==, json_object_get_int_member (counts, "fp"));
      for (guint other = 0; other < n_classes; other++)
        if (json_object_has_member (crossed, get_class (classes, other)))
          g_assert_cmpuint (cross[other], ==,
                            json_object_get_int_member (crossed, get_class (classes, other)));
    }
}

static void
check_scenario (JsonObject *root,
                JsonObject *item,
                const char *name)
{
  JsonObject *scenario = json_object_get_object_member (
    json_object_get_object_member (root, "scenarios"), name);
  JsonObject *expected = json_object_get_object_member (
    json_object_get_object_member (item, "expected"), name);
  JsonArray *classes = json_object_get_array_member (item, "classes");
  JsonArray *counts = json_object_get_array_member (expected, "counts_at_threshold");
  const OtoPsdsConfig config = {
    .criteria = read_criteria (scenario),
    .cross_weight = oto_golden_json_number (scenario, "alpha_ct"),
    .spread_weight = oto_golden_json_number (scenario, "alpha_st"),
    .max_rate = oto_golden_json_number (scenario, "e_max"),
  };
  g_autoptr (OtoPsds) psds = make_psds (item, &config);

  check_result (json_object_get_object_member (expected, "exact"), classes, psds, NULL);
  check_result (json_object_get_object_member (expected, "thresholds_50"), classes, psds,
                json_object_get_array_member (root, "thresholds_50"));
  for (guint i = 0; i < json_array_get_length (counts); i++)
    check_counts (json_array_get_object_element (counts, i), classes, psds);
}

static void
check_f1 (JsonObject *expected,
          JsonArray  *classes,
          OtoPsds    *psds)
{
  JsonObject *per_class = json_object_get_object_member (expected, "per_class");
  const guint n_classes = json_array_get_length (classes);
  g_autofree OtoIntersectionCounts *counts = g_new (OtoIntersectionCounts, n_classes);
  OtoIntersectionCounts sum;

  for (guint k = 0; k < n_classes; k++)
    {
      JsonObject *object = json_object_get_object_member (per_class, get_class (classes, k));

      oto_psds_get_counts (psds, k, oto_golden_json_number (expected, "threshold"), &counts[k],
                           NULL);
      g_assert_cmpuint (counts[k].n_ref, ==, json_object_get_int_member (object, "n_ref"));
      g_assert_cmpuint (counts[k].n_found, ==, json_object_get_int_member (object, "tp"));
      g_assert_cmpuint (counts[k].n_false, ==, json_object_get_int_member (object, "fp"));
      oto_golden_check_abs_value ("F1", oto_intersection_get_f1 (&counts[k]),
                                  oto_golden_json_number (object, "f1"), LIMIT);
    }
  oto_golden_check_abs_value ("macro F1", oto_intersection_get_macro_f1 (counts, n_classes, &sum),
                              oto_golden_json_number (expected, "macro"), LIMIT);
  oto_golden_check_abs_value ("micro F1", oto_intersection_get_f1 (&sum),
                              oto_golden_json_number (expected, "micro"), LIMIT);
}

static void
check_case (JsonObject *root,
            JsonObject *item)
{
  JsonObject *expected = json_object_get_object_member (item, "expected");
  JsonArray *classes = json_object_get_array_member (item, "classes");
  JsonArray *f1 = json_object_get_array_member (expected, "f1_intersection");
  OtoPsdsConfig config = oto_psds_scenario_1;
  g_autoptr (OtoPsds) psds = NULL;

  config.criteria = read_criteria (json_object_get_object_member (root, "f1"));
  psds = make_psds (item, &config);
  check_scenario (root, item, "psds1");
  check_scenario (root, item, "psds2");
  g_assert_cmpuint (json_array_get_length (f1), >, 0);
  for (guint i = 0; i < json_array_get_length (f1); i++)
    check_f1 (json_array_get_object_element (f1, i), classes, psds);
}

static void
test_psds (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);

  oto_golden_for_each_case (root, "cases", check_case);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/psds", "psds*.json", test_psds);
  return g_test_run ();
}
