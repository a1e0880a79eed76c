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

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/evaluate/undefined-is-told", test_evaluate_undefined);
  cli_add ("/cli/evaluate/classes-are-matched", test_evaluate_classes);
  cli_add ("/cli/evaluate/alike-classes-are-told", test_evaluate_alike);
  return g_test_run ();
}
