/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <string.h>

static void
save_data (Cli *self)
{
  static const char labels[] = "filename\tonset\toffset\tevent_label\na.wav\t0.1\t0.6\tBark\n"
                               "b.wav\t0.0\t0.3\tMeow\n";

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  cli_save_clip (self, "b.wav", 0.5, 32000, 1);
  cli_save_bytes (self, "labels.tsv", labels, sizeof labels - 1);
}

static char *
load (Cli        *self,
      const char *name)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  g_autofree char *bytes = NULL;
  size_t len;

  g_assert_true (g_file_get_contents (path, &bytes, &len, NULL));
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, len);
}

/* A copy or the file itself is tuned, to the same bytes; commands begin with what was found. */
static void
test_tune (Cli           *self,
           gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (JsonParser) info_parser = NULL;
  g_autofree char *before = NULL, *untouched = NULL, *copy = NULL, *in_place = NULL;
  g_autofree char *events = NULL, *published = NULL;
  JsonObject *tuning;

  save_data (self);
  before = load (self, "m.safetensors");
  g_assert_cmpint (cli_run (self, "events -q -m m.safetensors a.wav b.wav"), ==, 0);
  published = g_strdup (self->out);
  g_assert_cmpint (cli_run (self, "tune -q --data . --fold 0 --goal segment-f1 --json "
                                  "-o t.safetensors m.safetensors"), ==, 0);
  g_assert_cmpstr (json_object_get_string_member (cli_parse_output (self, &parser), "goal"), ==,
                   "segment-f1");
  untouched = load (self, "m.safetensors");
  g_assert_cmpstr (untouched, ==, before);

  g_assert_cmpint (cli_run (self, "events -q -m t.safetensors a.wav b.wav"), ==, 0);
  events = g_strdup (self->out);
  g_assert_cmpstr (events, !=, published);
  g_assert_cmpint (cli_run (self, "events -q --published -m t.safetensors a.wav b.wav"), ==, 0);
  g_assert_cmpstr (self->out, ==, published);
  g_assert_cmpint (cli_run (self, "info --json t.safetensors"), ==, 0);
  tuning = json_object_get_object_member (
    json_array_get_object_element (json_object_get_array_member (
      cli_parse_output (self, &info_parser), "files"), 0), "tuning");
  g_assert_cmpstr (json_object_get_string_member (
                     json_object_get_object_member (tuning, "record"), "goal"), ==, "segment-f1");

  g_assert_cmpint (cli_run (self, "tune -q --data . --goal segment-f1 m.safetensors"), ==, 0);
  copy = load (self, "t.safetensors");
  in_place = load (self, "m.safetensors");
  g_assert_cmpstr (in_place, ==, copy);
}

static void
test_usage (Cli           *self,
            gconstpointer  user_data)
{
  static const char weak[] = "filename\tevent_labels\na.wav\tBark\n";

  save_data (self);
  g_assert_cmpint (cli_run (self, "tune m.safetensors"), ==, 2);
  g_assert_cmpint (cli_run (self, "tune --data ."), ==, 2);
  g_assert_cmpint (cli_run (self, "tune --data . --goal best m.safetensors"), ==, 2);
  g_assert_cmpint (cli_run (self, "tune --data . m.safetensors m.safetensors"), ==, 2);
  g_assert_cmpint (cli_run (self, "tune --data . --fold 9 m.safetensors"), ==, 1);
  cli_save_bytes (self, "labels.tsv", weak, sizeof weak - 1);
  g_assert_cmpint (cli_run (self, "tune --data . m.safetensors"), ==, 1);
  g_assert_nonnull (strstr (self->err, "have no times"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/tune/tunes", test_tune);
  cli_add ("/cli/tune/usage", test_usage);
  return g_test_run ();
}
