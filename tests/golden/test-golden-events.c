/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-golden-json.h"

#include <math.h>
#include <string.h>

/* README: relative, as a rate may be n 2^52. */
#define RATE_LIMIT 1e-12

/* What a clip holds, of a case or of one of its clips. */
typedef struct
{
  GArray *refs;
  GArray *ests;
  double  length_s;
} Clip;

static void
clip_init (Clip       *self,
           JsonObject *object,
           JsonArray  *labels)
{
  self->refs = oto_golden_dup_intervals (json_object_get_array_member (object, "reference"),
                                         labels);
  self->ests = oto_golden_dup_intervals (json_object_get_array_member (object, "estimated"),
                                         labels);
  self->length_s = oto_golden_json_number (object, "evaluated_length");
  if (isnan (self->length_s))
    self->length_s = oto_segment_score_find_length_s (
      (OtoInterval *) self->refs->data, self->refs->len, (OtoInterval *) self->ests->data,
      self->ests->len);
}

static void
clip_clear (Clip *self)
{
  g_array_unref (self->refs);
  g_array_unref (self->ests);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Clip, clip_clear)

static void
check_count (JsonObject *expected,
             const char *name,
             guint64     value)
{
  g_assert_true (json_object_has_member (expected, name));
  g_assert_cmpuint (value, ==, json_object_get_int_member (expected, name));
}

static void
check_rates (JsonObject              *expected,
             const OtoDetectionRates *rates)
{
  const struct { const char *group, *name; double value; } pairs[] = {
    { "f_measure", "f_measure", rates->f },
    { "f_measure", "precision", rates->precision },
    { "f_measure", "recall", rates->recall },
    { "error_rate", "error_rate", rates->error_rate },
    { "error_rate", "deletion_rate", rates->deletion_rate },
    { "error_rate", "insertion_rate", rates->insertion_rate },
    { "error_rate", "substitution_rate", rates->substitution_rate },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      JsonObject *group = json_object_get_object_member (expected, pairs[i].group);

      if (!json_object_has_member (group, pairs[i].name))
        {
          /* Classes know no substitutions. */
          g_assert_cmpstr (pairs[i].name, ==, "substitution_rate");
          g_assert_cmpfloat (pairs[i].value, ==, 0.0);
          continue;
        }
      oto_golden_check_rel_value (pairs[i].name, pairs[i].value,
                                  oto_golden_json_number (group, pairs[i].name), RATE_LIMIT);
    }
}

static void
check_counts (JsonObject               *expected,
              const OtoDetectionCounts *counts)
{
  JsonObject *object = json_object_get_object_member (expected, "counts");
  const gboolean has_subs = json_object_has_member (object, "Nsubs");
  OtoDetectionRates rates;

  check_count (object, "Nref", counts->n_ref);
  check_count (object, "Nsys", counts->n_sys);
  check_count (object, "Ntp", counts->n_hits);
  /* For events, what is substituted is neither false nor missed. */
  check_count (object, "Nfp", counts->n_sys - counts->n_hits - (has_subs ? counts->n_subs : 0));
  check_count (object, "Nfn", counts->n_ref - counts->n_hits - (has_subs ? counts->n_subs : 0));
  if (has_subs)
    check_count (object, "Nsubs", counts->n_subs);
  if (json_object_has_member (object, "S"))
    {
      check_count (object, "S", counts->n_subs);
      check_count (object, "D", counts->n_dels);
      check_count (object, "I", counts->n_ins);
    }
  oto_detection_counts_get_rates (counts, &rates);
  check_rates (expected, &rates);
}

static void
check_score (JsonObject              *expected,
             JsonArray               *labels,
             const OtoDetectionScore *score)
{
  JsonObject *classes = json_object_get_object_member (expected, "class_wise");
  OtoDetectionRates mean;

  check_counts (expected, &score->overall);
  g_assert_cmpuint (json_object_get_size (classes), ==, score->n_classes);
  for (guint k = 0; k < score->n_classes; k++)
    check_counts (json_object_get_object_member (classes,
                                                 json_array_get_string_element (labels, k)),
                  &score->classes[k]);
  oto_detection_score_get_class_mean (score, FALSE, &mean);
  check_rates (json_object_get_object_member (expected, "class_wise_average"), &mean);
}

static void
check_events (JsonObject             *expected,
              JsonArray              *labels,
              const OtoEventCriteria *criteria,
              const Clip             *clip)
{
  g_auto (OtoDetectionScore) score = { 0 };

  oto_detection_score_init (&score, json_array_get_length (labels));
  oto_event_score_add_clip (&score, criteria, (OtoInterval *) clip->refs->data, clip->refs->len,
                            (OtoInterval *) clip->ests->data, clip->ests->len);
  check_score (expected, labels, &score);
}

/* "segment_based_0_1s": 0.1. */
static double
read_segment_s (const char *name)
{
  g_autofree char *text = g_strdup (name + strlen ("segment_based_"));

  g_strdelimit (text, "_", '.');
  text[strlen (text) - 1] = '\0';
  return g_ascii_strtod (text, NULL);
}

/* The results of a case by segments, whatever their lengths. */
static void
check_segments (JsonObject *item,
                JsonArray  *labels,
                const Clip *clips,
                guint       n_clips)
{
  g_autoptr (GList) members = json_object_get_members (item);
  guint n_checked = 0;

  for (GList *i = members; i != NULL; i = i->next)
    if (g_str_has_prefix (i->data, "segment_based_"))
      {
        JsonObject *expected = json_object_get_object_member (item, i->data);
        JsonObject *counts = json_object_get_object_member (expected, "counts");
        g_auto (OtoDetectionScore) score = { 0 };
        const OtoDetectionCounts *overall = &score.overall;

        oto_detection_score_init (&score, json_array_get_length (labels));
        for (guint n = 0; n < n_clips; n++)
          oto_segment_score_add_clip (&score, read_segment_s (i->data), clips[n].length_s,
                                      (OtoInterval *) clips[n].refs->data, clips[n].refs->len,
                                      (OtoInterval *) clips[n].ests->data, clips[n].ests->len);
        check_score (expected, labels, &score);
        check_count (expected, "segments", score.n_segments);
        check_count (counts, "Ntn", score.n_segments * score.n_classes - overall->n_ref
                                    - overall->n_sys + overall->n_hits);
        n_checked++;
      }
  g_assert_cmpuint (n_checked, >, 0);
}

static void
check_case (JsonObject *root,
            JsonObject *item)
{
  JsonObject *parameters = json_object_get_object_member (root, "parameters");
  JsonArray *labels = json_object_get_array_member (item, "labels");
  OtoEventCriteria criteria = {
    .onset_collar_s = oto_golden_json_number (parameters, "onset_collar"),
    .offset_collar_s = oto_golden_json_number (parameters, "offset_collar"),
    .offset_share = oto_golden_json_number (parameters, "offset_percentage"),
    .matching = OTO_EVENT_MATCHING_OPTIMAL,
  };
  g_auto (Clip) clip = { 0 };

  clip_init (&clip, item, labels);
  check_events (json_object_get_object_member (item, "event_based"), labels, &criteria, &clip);
  criteria.offset_collar_s = NAN;
  check_events (json_object_get_object_member (item, "event_based_onset_only"), labels, &criteria,
                &clip);
  check_segments (item, labels, &clip, 1);
}

static void
test_events (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);

  oto_golden_for_each_case (root, "cases", check_case);
}

static void
check_segments_case (JsonObject *root,
                     JsonObject *item)
{
  JsonArray *labels = json_object_get_array_member (item, "labels");
  JsonArray *clips = json_object_get_array_member (item, "clips");
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (Clip));

  g_array_set_clear_func (list, (GDestroyNotify) clip_clear);
  for (guint n = 0; n < json_array_get_length (clips); n++)
    {
      Clip clip;

      clip_init (&clip, json_array_get_object_element (clips, n), labels);
      g_array_append_val (list, clip);
    }
  check_segments (item, labels, (Clip *) list->data, list->len);
}

static void
test_segments (const char *path)
{
  g_autoptr (JsonNode) root = oto_golden_load_json (path);

  oto_golden_for_each_case (root, "cases", check_segments_case);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  oto_golden_add ("/golden/events", "events*.json", test_events);
  oto_golden_add ("/golden/events", "segments*.json", test_segments);
  return g_test_run ();
}
