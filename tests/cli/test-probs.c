/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <string.h>
#include <sys/resource.h>

static void
test_probs (Cli           *self,
            gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *clips, *classes;

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  cli_save_clip (self, "b.wav", 1.0, 44100, 2);
  g_assert_cmpint (cli_run (self, "probs --json -m m.safetensors a.wav missing.wav b.wav"), ==, 3);
  clips = json_object_get_array_member (cli_parse_output (self, &parser), "clips");
  g_assert_cmpuint (json_array_get_length (clips), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      JsonObject *clip = json_array_get_object_element (clips, i);

      /* An error stands in place of the results. */
      g_assert_cmpint (json_object_has_member (clip, "error"), ==, i == 1);
      g_assert_cmpint (json_object_has_member (clip, "classes"), ==, i != 1);
      if (i == 1)
        continue;
      classes = json_object_get_array_member (clip, "classes");
      g_assert_cmpuint (json_array_get_length (classes), ==, CLI_N_CLASSES);
      for (guint j = 1; j < json_array_get_length (classes); j++)
        {
          JsonObject *before = json_array_get_object_element (classes, j - 1);
          JsonObject *after = json_array_get_object_element (classes, j);

          g_assert_cmpfloat (json_object_get_double_member (before, "prob"), >=,
                             json_object_get_double_member (after, "prob"));
        }
    }
  g_assert_cmpint (cli_run (self, "probs -m m.safetensors missing.wav"), ==, 1);
  g_assert_nonnull (strstr (self->err, "missing.wav"));
  g_assert_cmpint (cli_run (self, "probs -m missing.safetensors a.wav"), ==, 1);
  g_assert_cmpint (cli_run (self, "probs -m m.safetensors a.wav"), ==, 0);
  g_assert_true (g_str_has_prefix (self->out, "file\tclass\tprob\na.wav\t"));
}

/* An hour needs little more memory than ten seconds. */
static void
test_hour (Cli           *self,
           gconstpointer  user_data)
{
  struct rusage usage;

  if (g_getenv ("OTO_TEST_SLOW") == NULL)
    {
      g_test_skip ("slow");
      return;
    }

  cli_save_pcm (self, "hour.wav", 8, 1, 3600 * 32000, 3600 * 32000, 0x90);
  g_assert_cmpint (cli_run (self, "probs -m m.safetensors hour.wav"), ==, 0);
  g_assert_cmpint (cli_run (self, "stems --class Bark -b -m m.safetensors -o s hour.wav"), ==, 0);
  g_assert_cmpint (getrusage (RUSAGE_CHILDREN, &usage), ==, 0);
  g_assert_cmpint (usage.ru_maxrss, <, 512 << 10);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/probs/ranked-and-partial", test_probs);
  cli_add ("/cli/probs/an-hour", test_hour);
  return g_test_run ();
}
