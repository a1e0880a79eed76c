/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <string.h>

static void
test_events (Cli           *self,
             gconstpointer  user_data)
{
  const char *loose = "--threshold 0 --low 0 --clip-threshold 0 -m m.safetensors";
  g_autofree char *tsv = g_strdup_printf ("events %s a.wav b.wav", loose);
  g_autofree char *centred = g_strdup_printf ("events %s --centred a.wav", loose);
  g_autofree char *csv = g_strdup_printf ("events %s --format csv a.wav", loose);
  g_autofree char *audacity = g_strdup_printf ("events %s --format audacity a.wav", loose);
  g_autofree char *json = g_strdup_printf ("events %s --format json a.wav missing.wav", loose);
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *clips;

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  cli_save_clip (self, "b.wav", 1.0, 32000, 1);
  g_assert_cmpint (cli_run (self, tsv), ==, 0);
  g_assert_true (g_str_has_prefix (self->out, "filename\tonset\toffset\tevent_label\n"
                                              "a.wav\t0.000\t0.960\tBark\n"));
  g_assert_nonnull (strstr (self->out, "b.wav\t0.000\t0.960\tMeow\n"));
  g_assert_cmpint (cli_run (self, centred), ==, 0);
  g_assert_nonnull (strstr (self->out, "\na.wav\t0.016\t0.976\tBark\n"));
  g_assert_cmpint (cli_run (self, csv), ==, 0);
  g_assert_true (g_str_has_prefix (self->out, "filename,onset,offset,event_label\na.wav,0.000,"));
  g_assert_cmpint (cli_run (self, audacity), ==, 0);
  g_assert_true (g_str_has_prefix (self->out, "0.000\t0.960\tBark\n"));
  g_assert_cmpint (cli_run (self, json), ==, 3);
  clips = json_object_get_array_member (cli_parse_output (self, &parser), "clips");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                      json_array_get_object_element (clips, 0), "events")), ==, CLI_N_CLASSES);
  g_assert_true (json_object_has_member (json_array_get_object_element (clips, 1), "error"));
  g_assert_false (json_object_has_member (json_array_get_object_element (clips, 1), "events"));

  /* A threshold that nothing exceeds. */
  g_assert_cmpint (cli_run (self, "events --threshold 1 --low off -m m.safetensors a.wav"), ==, 0);
  g_assert_cmpstr (self->out, ==, "filename\tonset\toffset\tevent_label\n");
}

/* Attention and the window's probability take away what an untrained network has. */
static void
test_options (Cli           *self,
              gconstpointer  user_data)
{
  static const char none[] = "filename\tonset\toffset\tevent_label\n";

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  g_assert_cmpint (cli_run (self, "events --threshold 0 --low off --clip-threshold 0 "
                                  "--min-frames 0 --median 3 -m m.safetensors a.wav"), ==, 0);
  g_assert_cmpstr (self->out, !=, none);
  g_assert_cmpint (cli_run (self, "events --threshold 0.5 --low off --clip-threshold 0 "
                                  "--min-frames 0 --score attention -m m.safetensors a.wav"), ==,
                   0);
  g_assert_cmpstr (self->out, ==, none);
  g_assert_cmpint (cli_run (self, "events --threshold 0 --clip-threshold 0 --min-frames 0 "
                                  "--boxes 8 --box-merge-abs 2 -m m.safetensors a.wav"), ==, 0);
  g_assert_cmpstr (self->out, !=, none);
  g_assert_cmpint (cli_run (self, "events --score loud -m m.safetensors a.wav"), ==, 2);
  g_assert_nonnull (strstr (self->err, "“published” or “attention”"));
  g_assert_cmpint (cli_run (self, "events --boxes -1 -m m.safetensors a.wav"), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/events/formats", test_events);
  cli_add ("/cli/events/options", test_options);
  return g_test_run ();
}
