/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-json.h"

#include <math.h>

/* README, table of tolerances. */
#define TIME_LIMIT_S 1e-6
#define SCORE_LIMIT  1e-9

typedef struct
{
  double *scores;
  guint   n_frames;
  double  hop_s;
  double  duration_s;
} Score;

static void
check_merged (const Score *score,
              double       filter_len_s,
              JsonObject  *merged)
{
  const OtoScoreBoxConfig config = {
    .filter_len_s = filter_len_s,
    .merge_abs = oto_golden_json_number (merged, "merge_threshold_abs"),
    .merge_rel = oto_golden_json_number (merged, "merge_threshold_rel"),
  };
  JsonArray *expected = json_object_get_array_member (merged, "boxes");
  JsonArray *detected = json_object_get_array_member (merged, "detected_at_0_5");
  g_autoptr (GArray) boxes = oto_score_box_find (&config, score->scores, score->n_frames,
                                                 score->hop_s, score->duration_s);
  guint n_detected = 0;

  g_assert_cmpuint (boxes->len, ==, json_array_get_length (expected));
  for (guint i = 0; i < boxes->len; i++)
    {
      const OtoScoreBox *box = &g_array_index (boxes, OtoScoreBox, i);
      JsonObject *object = json_array_get_object_element (expected, i);

      oto_golden_check_abs_value ("onset", box->onset_s, oto_golden_json_number (object, "onset"),
                                  TIME_LIMIT_S);
      oto_golden_check_abs_value ("offset", box->offset_s,
                                  oto_golden_json_number (object, "offset"), TIME_LIMIT_S);
      oto_golden_check_abs_value ("confidence", box->confidence,
                                  oto_golden_json_number (object, "confidence"), SCORE_LIMIT);
      if (box->confidence > 0.5)
        g_assert_cmpint (json_array_get_int_element (detected, n_detected++), ==, i);
    }
  g_assert_cmpuint (n_detected, ==, json_array_get_length (detected));
}

static void
check_case (JsonObject *root,
            JsonObject *item)
{
  JsonArray *values = json_object_get_array_member (item, "scores");
  JsonArray *runs = json_object_get_array_member (item, "runs");
  const guint n_frames = json_array_get_length (values);
  g_autofree double *scores = g_new (double, n_frames + 1);
  const Score score = {
    scores, n_frames, oto_golden_json_number (item, "hop"),
    oto_golden_json_number (item, "duration"),
  };

  for (guint t = 0; t < n_frames; t++)
    scores[t] = json_array_get_double_element (values, t);
  g_assert_cmpuint (json_array_get_length (runs), >, 0);
  for (guint i = 0; i < json_array_get_length (runs); i++)
    {
      JsonObject *run = json_array_get_object_element (runs, i);
      JsonArray *merged = json_object_get_array_member (run, "merged");

      g_assert_cmpuint (json_array_get_length (merged), >, 0);
      for (guint j = 0; j < json_array_get_length (merged); j++)
        check_merged (&score, oto_golden_json_number (run, "step_filter_length"),
                      json_array_get_object_element (merged, j));
    }
}

static void
test_boxes (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);

  oto_golden_for_each_case (root, "cases", check_case);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/boxes", "sebb*.json", test_boxes);
  return g_test_run ();
}
