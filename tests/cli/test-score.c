/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <math.h>
#include <string.h>

static void
save (Cli        *self,
      const char *name,
      const char *text)
{
  cli_save_bytes (self, name, text, strlen (text));
}

static JsonObject *
score (Cli         *self,
       const char  *arguments,
       JsonParser **ret_parser)
{
  g_autofree char *line = g_strdup_printf ("score --json %s", arguments);

  g_clear_object (ret_parser);
  g_assert_cmpint (cli_run (self, line), ==, 0);
  return cli_parse_output (self, ret_parser);
}

static void
assert_counts (JsonObject *root,
               const char *name,
               int         n_hits,
               int         n_subs,
               int         n_dels,
               int         n_ins)
{
  JsonObject *counts = json_object_get_object_member (root, name);

  g_assert_cmpint (json_object_get_int_member (counts, "n_hits"), ==, n_hits);
  g_assert_cmpint (json_object_get_int_member (counts, "n_subs"), ==, n_subs);
  g_assert_cmpint (json_object_get_int_member (counts, "n_dels"), ==, n_dels);
  g_assert_cmpint (json_object_get_int_member (counts, "n_ins"), ==, n_ins);
}

static const char reference[] =
  "filename\tonset\toffset\tevent_label\n"
  "a.wav\t1.0\t2.0\tBark\na.wav\t4.0\t5.0\tChurch_bell\nb.wav\t0.0\t1.0\tBark\n";

/* One hit, one of another class at the right time, one missed, one false; clips and classes
 * are written in other ways, in another format. */
static void
test_counts (Cli           *self,
             gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *root, *events;

  save (self, "ref.tsv", "filename\tonset\toffset\tevent_label\na.wav\t1.0\t2.0\tBark\n"
                         "a.wav\t4.0\t5.0\tChurch_bell\nb.wav\t0.0\t1.0\tBark\n");
  save (self, "est.csv", "filename,onset,offset,event_label\nx/a.wav,1.1,2.1,bark\n"
                         "a.wav,4.1,4.9,bark\na.wav,7.0,8.0,church bell\n");
  root = score (self, "--reference ref.tsv --estimate est.csv", &parser);
  g_assert_cmpint (json_object_get_int_member (root, "n_clips"), ==, 2);
  assert_counts (root, "events", 1, 1, 1, 1);
  assert_counts (root, "greedy_events", 1, 1, 1, 1);
  events = json_object_get_object_member (root, "events");
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (events, "f1"), 1.0 / 3.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (events, "error_rate"), 1.0, 1e-12);

  /* Segments of 1 s: Bark in 1, 2 (1.1 to 2.1) and 4; Church bell in 7; reference 1, 4 and 0. */
  assert_counts (root, "segments", 1, 1, 1, 2);
  g_assert_cmpstr (json_array_get_string_element (
                     json_object_get_array_member (root, "clips_not_in_estimate"), 0), ==, "b.wav");

  /* Narrower collars find nothing. */
  root = score (self, "--reference ref.tsv --estimate est.csv --onset-collar 0.05", &parser);
  assert_counts (root, "events", 0, 0, 3, 3);
  g_assert_cmpint (cli_run (self, "score --reference ref.tsv --estimate est.csv --classes"), ==, 0);
  g_assert_nonnull (strstr (self->out, "Bark, events"));
  g_assert_nonnull (strstr (self->out, "Clips without any estimate: b.wav\n"));
}

/* What only one side has is told. */
static void
test_unmatched (Cli           *self,
                gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *root;

  save (self, "ref.tsv", reference);
  save (self, "est.tsv", "filename\tonset\toffset\tevent_label\na.wav\t1.0\t2.0\tGong\n"
                         "c.wav\t1.0\t2.0\tBark\n");
  root = score (self, "--reference ref.tsv --estimate est.tsv", &parser);
  assert_counts (root, "events", 0, 1, 2, 0);
  g_assert_cmpstr (json_array_get_string_element (
    json_object_get_array_member (root, "classes_not_in_reference"), 0), ==, "Gong");
  g_assert_cmpstr (json_array_get_string_element (
    json_object_get_array_member (root, "classes_not_in_estimate"), 0), ==, "Church_bell");
  g_assert_cmpstr (json_array_get_string_element (
    json_object_get_array_member (root, "clips_not_in_reference"), 0), ==, "c.wav");
  root = score (self, "--reference ref.tsv --estimate est.tsv --all-clips", &parser);
  assert_counts (root, "events", 0, 1, 2, 1);

  /* Nothing found: no precision, all deleted; a model that is silent errs exactly once an event. */
  save (self, "none.tsv", "filename\tonset\toffset\tevent_label\n");
  root = score (self, "--reference ref.tsv --estimate none.tsv", &parser);
  assert_counts (root, "events", 0, 0, 3, 0);
  g_assert_true (json_object_get_null_member (json_object_get_object_member (root, "events"),
                                              "precision"));
  g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (root, "events"),
                                                    "error_rate"), ==, 1.0);

  /* And nothing there: no error rate. */
  root = score (self, "--reference none.tsv --estimate est.tsv --all-clips", &parser);
  g_assert_true (json_object_get_null_member (json_object_get_object_member (root, "events"),
                                              "error_rate"));
}

/* Labels of one clip name none; scores and lengths give PSDS. */
static void
test_of_clip (Cli           *self,
              gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *root;

  save (self, "ref.txt", "1.0\t2.0\tBark\n");
  save (self, "est.tsv", "filename\tonset\toffset\tevent_label\tscore\na.wav\t1.0\t2.0\tBark\t0.9\n"
                         "a.wav\t5.0\t6.0\tBark\t0.4\n");
  root = score (self, "--reference ref.txt --estimate est.tsv", &parser);
  assert_counts (root, "events", 1, 0, 0, 1);
  g_assert_true (json_object_get_null_member (root, "psds_1"));

  /* The event is found before the false one: all of the area. */
  root = score (self, "--reference ref.txt --estimate est.tsv --duration 10", &parser);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (root, "psds_1"), 1.0, 1e-9);

  save (self, "two.tsv", "filename\tonset\toffset\tevent_label\na.wav\t1.0\t2.0\tBark\n"
                         "b.wav\t5.0\t6.0\tBark\n");
  g_assert_cmpint (cli_run (self, "score --reference ref.txt --estimate two.tsv"), ==, 1);
  g_assert_nonnull (strstr (self->err, "several clips"));
}

static void
test_usage (Cli           *self,
            gconstpointer  user_data)
{
  static const char *const bad[] = {
    "", "--reference ref.tsv", "--reference ref.tsv --estimate ref.tsv --segment 0",
    "--reference ref.tsv --estimate ref.tsv --onset-collar -1",
    "--reference ref.tsv --estimate ref.tsv --duration 0",
    "--reference ref.tsv --estimate ref.tsv other.tsv",
  };

  save (self, "ref.tsv", reference);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *line = g_strdup_printf ("score%s%s", *bad[i] != '\0' ? " " : "", bad[i]);

      g_assert_cmpint (cli_run (self, line), ==, 2);
    }
  g_assert_cmpint (cli_run (self, "score --reference ref.tsv --estimate none.tsv"), ==, 1);
  g_assert_cmpint (cli_run (self, "score --reference ref.tsv --estimate ref.tsv --clips ."), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/score/counts", test_counts);
  cli_add ("/cli/score/unmatched-is-told", test_unmatched);
  cli_add ("/cli/score/labels-of-a-clip", test_of_clip);
  cli_add ("/cli/score/usage", test_usage);
  return g_test_run ();
}
