/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <string.h>

/* One clip has no one to be ranked against; its folder holds clips and labels side by side. */
static void
test_evaluate_undefined (Cli           *self,
                         gconstpointer  user_data)
{
  static const char labels[] = "filename\tevent_labels\na.wav\tBark\n";

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  cli_save_bytes (self, "labels.tsv", labels, sizeof labels - 1);
  g_assert_cmpint (cli_run (self, "evaluate --data . --quiet m.safetensors"), ==, 0);
  g_assert_nonnull (strstr (self->out, ", auc -\n"));
  g_assert_null (strstr (self->out, "nan"));
}

/* Another spelling of a class scores as the class itself; what the model lacks has no score. */
static void
test_evaluate_classes (Cli           *self,
                       gconstpointer  user_data)
{
  static const char * const labels[] = {
    "filename\tevent_labels\na.wav\tBark\nb.wav\tMeow\n",
    "filename\tevent_labels\na.wav\tbark,Cello\nb.wav\tcat~cry,Cello\n",
    "filename\tevent_labels\na.wav\tCello\nb.wav\tGong\n",
  };
  double macro_ap[2], micro_ap[2];

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  cli_save_clip (self, "b.wav", 0.5, 32000, 1);
  cli_save_bytes (self, "aliases.tsv", "Cat_cry\tmeow\n", 13);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (JsonParser) parser = NULL;
      g_autofree char *text = g_strdelimit (g_strdup (labels[i]), "~", ' ');
      JsonObject *model, *klass;

      cli_save_bytes (self, "labels.tsv", text, strlen (text));
      g_assert_cmpint (cli_run (self, "evaluate --data . --quiet --json --aliases aliases.tsv "
                                      "m.safetensors"), ==, 0);
      model = json_array_get_object_element (
        json_object_get_array_member (cli_parse_output (self, &parser), "models"), 0);
      macro_ap[i] = json_object_get_double_member (model, "macro_ap");
      micro_ap[i] = json_object_get_double_member (model, "micro_ap");
      g_assert_cmpint (json_object_get_int_member (model, "n_classes_scored"), ==, 2);
      klass = json_array_get_object_element (json_object_get_array_member (model, "classes"), 0);
      if (i == 0)
        continue;
      g_assert_cmpstr (json_object_get_string_member (klass, "name"), ==, "Cello");
      g_assert_true (json_object_get_null_member (klass, "ap"));
      g_assert_true (json_object_get_null_member (klass, "model_name"));
      g_assert_cmpstr (json_array_get_string_element (
        json_object_get_array_member (model, "classes_not_in_model"), 0), ==, "Cello");
    }
  g_assert_cmpfloat (macro_ap[0], ==, macro_ap[1]);
  g_assert_cmpfloat (micro_ap[0], ==, micro_ap[1]);
  g_assert_cmpint (cli_run (self, "evaluate --data . --quiet m.safetensors"), ==, 0);
  g_assert_nonnull (strstr (self->out, "the model lacks them: Cello, cat cry\n"));

  cli_save_bytes (self, "labels.tsv", labels[2], strlen (labels[2]));
  g_assert_cmpint (cli_run (self, "evaluate --data . --quiet m.safetensors"), ==, 1);
  g_assert_cmpstr (self->out, ==, "");
  g_assert_nonnull (strstr (self->err, "knows none of the data set's classes"));
}

/* Classes that differ in spelling alone are told; words for one sound are joined, and told too. */
static void
test_evaluate_alike (Cli           *self,
                     gconstpointer  user_data)
{
  static const char labels[] = "filename\tevent_labels\na.wav\tDog,cello\nb.wav\tCello\n";

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  cli_save_clip (self, "b.wav", 0.5, 32000, 1);
  cli_save_bytes (self, "labels.tsv", labels, sizeof labels - 1);
  g_assert_cmpint (cli_run (self, "evaluate --data . --quiet m.safetensors"), ==, 0);
  g_assert_nonnull (strstr (self->err, "Cello, cello"));
  g_assert_nonnull (strstr (self->out, "Scored under another name: Dog as Bark\n"));
}

static void
save_strong (Cli *self)
{
  static const char labels[] = "filename\tonset\toffset\tevent_label\na.wav\t0.1\t0.6\tBark\n"
                               "b.wav\t0.0\t0.3\tMeow\n";

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  cli_save_clip (self, "b.wav", 0.5, 32000, 1);
  cli_save_clip (self, "c.wav", 1.0, 32000, 1);
  cli_save_bytes (self, "labels.tsv", labels, sizeof labels - 1);
}

static JsonObject *
get_model (Cli         *self,
           JsonParser **ret_parser,
           guint        i)
{
  return json_array_get_object_element (
    json_object_get_array_member (cli_parse_output (self, ret_parser), "models"), i);
}

/* Labels with times bring measures of events; thresholds are options. */
static void
test_evaluate_events (Cli           *self,
                      gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (JsonParser) strict_parser = NULL;
  JsonObject *events, *alarms;

  save_strong (self);
  g_assert_cmpint (cli_run (self, "evaluate --data . --quiet --json --threshold 0 --low 0 "
                                  "--clip-threshold 0 --classes m.safetensors"), ==, 0);
  events = json_object_get_object_member (get_model (self, &parser, 0), "events");
  g_assert_cmpint (json_object_get_int_member (events, "n_ref"), ==, 2);
  g_assert_cmpint (json_object_get_int_member (events, "n_sys"), >, 2);
  alarms = json_object_get_object_member (get_model (self, &parser, 0), "false_alarms");
  g_assert_cmpint (json_object_get_int_member (alarms, "n_free_clips"), ==, 1);
  g_assert_cmpfloat (json_object_get_double_member (alarms, "per_hour"), >=, 3600.0);

  g_assert_cmpint (cli_run (self, "evaluate --data . --quiet --json --threshold 1 --low off "
                                  "--score attention --measures events m.safetensors"), ==, 0);
  events = json_object_get_object_member (get_model (self, &strict_parser, 0), "events");
  g_assert_cmpint (json_object_get_int_member (events, "n_sys"), ==, 0);
  g_assert_cmpfloat (json_object_get_double_member (events, "f1"), ==, 0.0);
  g_assert_true (json_object_get_null_member (events, "precision"));
  g_assert_false (json_object_has_member (get_model (self, &strict_parser, 0), "segments"));
}

static void
test_evaluate_intervals (Cli           *self,
                         gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *comparison;

  save_strong (self);
  g_assert_cmpint (cli_run (self, "evaluate --data . --quiet --json --bootstrap 20 m.safetensors "
                                  "m.safetensors"), ==, 0);
  g_assert_true (json_object_has_member (
    json_object_get_object_member (get_model (self, &parser, 0), "segments"), "intervals"));
  comparison = json_array_get_object_element (
    json_object_get_array_member (cli_parse_output (self, &parser), "comparisons"), 0);
  g_assert_cmpstr (json_object_get_string_member (comparison, "other"), ==, "m.safetensors");
  g_assert_cmpint (cli_run (self, "evaluate --data . --quiet --classes --bootstrap 20 "
                                  "m.safetensors m.safetensors"), ==, 0);
  g_assert_nonnull (strstr (self->out, "m.safetensors against m.safetensors:\n"));
  g_assert_nonnull (strstr (self->out, "segm. f1"));
}

/* What cannot be meant is told, and weak labels give no times. */
static void
test_evaluate_usage (Cli           *self,
                     gconstpointer  user_data)
{
  static const char *const bad[] = {
    "--measures events,evnts", "--score loud", "--segment 0", "--onset-collar -1", "--bootstrap -1",
    "--median -3", "--threshold inf", "--low high", "--fold -1",
  };
  static const char labels[] = "filename\tevent_labels\na.wav\tBark\n";

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  cli_save_bytes (self, "labels.tsv", labels, sizeof labels - 1);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("evaluate --data . %s m.safetensors", bad[i]);

      g_assert_cmpint (cli_run (self, arguments), ==, 2);
      g_assert_cmpstr (self->out, ==, "");
    }
  g_assert_cmpint (cli_run (self, "evaluate --data . --quiet m.safetensors"), ==, 0);
  g_assert_nonnull (strstr (self->out, "events        - (The labels of the data set have no "
                                       "times.)\n"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/evaluate/undefined-is-told", test_evaluate_undefined);
  cli_add ("/cli/evaluate/classes-are-matched", test_evaluate_classes);
  cli_add ("/cli/evaluate/alike-classes-are-told", test_evaluate_alike);
  cli_add ("/cli/evaluate/events", test_evaluate_events);
  cli_add ("/cli/evaluate/intervals", test_evaluate_intervals);
  cli_add ("/cli/evaluate/usage", test_evaluate_usage);
  return g_test_run ();
}
