/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
load_file (Cli        *self,
           const char *name)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
save_text (Cli        *self,
           const char *name,
           const char *text)
{
  cli_save_bytes (self, name, text, strlen (text));
}

/* There and back again: times, frequencies, unknown columns. */
static void
test_convert (Cli           *self,
              gconstpointer  user_data)
{
  static const char tsv[] = "filename\tonset\toffset\tevent_label\tlow_freq\thigh_freq\tnote\n"
                            "a.wav\t0.123457\t1.250\tBark\t100.25\t4000.0\tx\n";
  static const char * const ways[] = { "b.csv", "c.selections.txt", "d.jams" };

  save_text (self, "a.tsv", tsv);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *there = g_strdup_printf ("labels convert a.tsv %s", ways[i]);
      g_autofree char *back = g_strdup_printf ("labels convert %s back.tsv", ways[i]);
      g_autofree char *text = NULL;

      g_assert_cmpint (cli_run (self, there), ==, 0);
      g_assert_cmpint (cli_run (self, back), ==, 0);
      g_assert_cmpstr (self->err, ==, "");
      text = load_file (self, "back.tsv");
      if (i == 1)
        g_assert_nonnull (strstr (text, "a.wav\t0.123457\t1.250\tBark\t100.25\t4000.0\t"));
      else
        g_assert_cmpstr (text, ==, tsv);
    }

  g_assert_cmpint (cli_run (self, "labels convert a.tsv e.txt"), ==, 0);
  g_assert_nonnull (strstr (self->err, "Further columns are left out."));
  g_assert_cmpint (cli_run (self, "labels convert e.txt - --to csv --clip x/a.wav"), ==, 0);
  g_assert_cmpstr (self->out, ==, "filename,onset,offset,event_label,low_freq,high_freq\n"
                                  "a.wav,0.123457,1.250,Bark,100.25,4000.0\n");
}

static void
test_convert_partly (Cli           *self,
                     gconstpointer  user_data)
{
  save_text (self, "a.tsv", "filename\tonset\toffset\tevent_label\na.wav\t0\t1\tBark\n"
                            "a.wav\tsoon\t1\tBark\n");
  g_assert_cmpint (cli_run (self, "labels convert a.tsv -t csv -"), ==, 3);
  g_assert_cmpstr (self->out, ==, "filename,onset,offset,event_label\na.wav,0.000,1.000,Bark\n");
  g_assert_nonnull (strstr (self->err, "line 3: "));
  g_assert_cmpint (cli_run (self, "labels convert a.tsv a.xyz"), ==, 2);
  g_assert_cmpint (cli_run (self, "labels convert a.tsv"), ==, 2);
  g_assert_cmpint (cli_run (self, "labels convert a.tsv a.csv --format word"), ==, 2);
  g_assert_cmpint (cli_run (self, "labels convert a.tsv a.csv --to elan"), ==, 2);
  g_assert_cmpint (cli_run (self, "labels convert missing.tsv a.csv"), ==, 1);
  g_assert_cmpint (cli_run (self, "labels"), ==, 2);
}

static void
test_check (Cli           *self,
            gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autofree char *audio = g_build_filename (self->dir, "audio", NULL);
  JsonObject *object;

  g_assert_cmpint (g_mkdir (audio, 0700), ==, 0);
  cli_save_clip (self, "audio/a.wav", 1.0, 32000, 1);
  cli_save_clip (self, "audio/b.wav", 1.0, 32000, 1);
  cli_save_clip (self, "audio/c.wav", 1.0, 32000, 1);
  save_text (self, "good.tsv", "filename\tonset\toffset\tevent_label\na.wav\t0\t1\tBark\n");
  save_text (self, "bad.tsv", "filename\tonset\toffset\tevent_label\na.wav\t0\t1.5\tBark\n"
                              "a.wav\t1\t0\tbark\nb.wav\t100\t300\tbark\nz.wav\t0\t1\tMeow\n");

  g_assert_cmpint (cli_run (self, "labels check good.tsv --clips audio"), ==, 0);
  g_assert_nonnull (strstr (self->out, "tsv, 1 good, 0 bad; events: 1,"));
  g_assert_nonnull (strstr (self->out, "audio/b.wav"));
  g_assert_cmpint (cli_run (self, "labels check bad.tsv"), ==, 1);
  g_assert_nonnull (strstr (self->out, "bad.tsv:3: "));
  g_assert_nonnull (strstr (self->out, "Bark, bark"));
  g_assert_cmpint (cli_run (self, "labels check bad.tsv --clips audio"), ==, 1);
  g_assert_nonnull (strstr (self->out, "bad.tsv:2: “Bark” ends at 1.500 s"));

  g_assert_cmpint (cli_run (self, "labels check bad.tsv --json --clips audio"), ==, 1);
  object = cli_parse_output (self, &parser);
  g_assert_cmpint (json_object_get_int_member (object, "n_good"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (object, "n_bad"), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (json_object_get_array_member (object, "missing"),
                                                  0), ==, "z.wav");
  g_assert_cmpstr (json_array_get_string_element (json_object_get_array_member (object, "behind"),
                                                  0), ==, "audio/b.wav");
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (object, "past_end")), ==,
                   2);
  g_assert_cmpint (cli_run (self, "labels check good.tsv --clips nowhere"), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/labels/convert", test_convert);
  cli_add ("/cli/labels/convert/partly", test_convert_partly);
  cli_add ("/cli/labels/check", test_check);
  return g_test_run ();
}
