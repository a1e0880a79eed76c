/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <glib/gstdio.h>
#include <string.h>

/* -90 dBFS. */
#define NULL_TEST_LIMIT 3.1623e-5

static void
test_stems (Cli           *self,
            gconstpointer  user_data)
{
  static const char * const names[] = { "Bark", "Church_bell", "Meow", "Background" };
  enum { LEN = 2 * 44100 };
  g_autofree char *path = g_build_filename (self->dir, "a.wav", NULL);
  g_autoptr (OtoClip) clip = NULL;
  g_autofree float *original = g_new (float, LEN);
  g_autofree float *sum = g_new0 (float, LEN);
  g_autoptr (JsonParser) parser = NULL;
  g_autofree char *other = NULL;
  JsonArray *clips;

  cli_save_clip (self, "a.wav", 1.0, 44100, 2);
  cli_save_bytes (self, "in-the-way", "x", 1);
  g_assert_cmpint (cli_run (self, "stems --class all --background -m m.safetensors -o s a.wav"), ==,
                   0);
  clip = oto_audio_file_open (path, NULL);
  g_assert_true (oto_clip_read (clip, 0, 44100, original, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strdup_printf ("a_%s.wav", names[i]);
      g_autofree char *stem_path = g_build_filename (self->dir, "s", name, NULL);
      g_autoptr (OtoClip) stem = oto_audio_file_open (stem_path, NULL);
      g_autofree float *samples = g_new (float, LEN);

      g_assert_nonnull (stem);
      g_assert_cmpint (oto_clip_get_n_samples (stem), ==, 44100);
      g_assert_cmpint (oto_clip_get_n_channels (stem), ==, 2);
      g_assert_true (oto_clip_read (stem, 0, 44100, samples, NULL));
      for (guint j = 0; j < LEN; j++)
        sum[j] += samples[j];
    }
  oto_assert_abs_below (sum, original, LEN, NULL_TEST_LIMIT);

  g_assert_cmpint (cli_run (self, "stems --class Gong -m m.safetensors -o s a.wav"), ==, 2);
  g_assert_cmpint (cli_run (self, "stems --class all -m m.safetensors -o in-the-way a.wav"), ==, 1);
  /* Two clips of one name, and one clip twice. */
  other = g_build_filename (self->dir, "other", NULL);
  g_assert_cmpint (g_mkdir (other, 0777), ==, 0);
  cli_save_clip (self, "other/a.wav", 0.5, 8000, 1);
  g_assert_cmpint (cli_run (self, "stems --class Bark -m m.safetensors -o v a.wav other/a.wav"), ==,
                   0);
  g_assert_nonnull (strstr (self->out, "other_a_Bark.wav"));
  g_assert_cmpint (cli_run (self, "stems --class Bark -m m.safetensors -o t a.wav ./a.wav"), ==, 3);
  g_assert_cmpint (cli_run (self, "stems --json --class Bark -m m.safetensors -o u a.wav "
                                  "./a.wav"), ==, 3);
  clips = json_object_get_array_member (cli_parse_output (self, &parser), "clips");
  for (guint i = 0; i < 2; i++)
    {
      JsonObject *found = json_array_get_object_element (clips, i);

      g_assert_cmpint (json_object_has_member (found, "error"), ==, i == 1);
      g_assert_cmpint (json_object_has_member (found, "stems"), ==, i == 0);
    }
}

/* Which mask, and that it is told; what is heard is another. */
static void
test_masks (Cli           *self,
            gconstpointer  user_data)
{
  enum { LEN = 32000 };
  g_autofree float *published = g_new (float, LEN);
  g_autofree float *listening = g_new (float, LEN);
  float *stems[] = { published, listening };

  cli_save_clip (self, "a.wav", 1.0, LEN, 1);
  for (OtoMaskKind kind = OTO_MASK_PUBLISHED; kind <= OTO_MASK_LISTENING; kind++)
    {
      const char *name = oto_mask_kind_get_name (kind);
      g_autofree char *arguments =
        g_strdup_printf ("stems --json --mask %s --class Bark -m m.safetensors -o %s a.wav", name,
                         name);
      g_autofree char *panel =
        g_strdup_printf ("panel mask --json --mask %s --class Bark -m m.safetensors a.wav", name);
      g_autofree char *path = g_build_filename (self->dir, name, "a_Bark.wav", NULL);
      g_autoptr (OtoClip) clip = NULL;
      g_autoptr (JsonParser) parser = NULL;
      g_autoptr (JsonParser) panel_parser = NULL;
      JsonArray *clips;

      g_assert_cmpint (cli_run (self, arguments), ==, 0);
      clips = json_object_get_array_member (cli_parse_output (self, &parser), "clips");
      g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (clips, 0),
                                                      "mask"), ==, name);
      g_assert_cmpint (cli_run (self, panel), ==, 0);
      g_assert_cmpstr (json_object_get_string_member (cli_parse_output (self, &panel_parser),
                                                      "mask"), ==, name);
      clip = oto_audio_file_open (path, NULL);
      g_assert_nonnull (clip);
      g_assert_true (oto_clip_read (clip, 0, LEN, stems[kind], NULL));
    }
  g_assert_cmpint (memcmp (published, listening, LEN * sizeof (float)), !=, 0);

  g_assert_cmpint (cli_run (self, "stems --mask best --class Bark -m m.safetensors -o s a.wav"), ==,
                   2);
  g_assert_nonnull (strstr (self->err, "There is no mask “best”"));
  g_assert_cmpint (cli_run (self, "panel mel --mask listening -m m.safetensors a.wav"), ==, 2);
  g_assert_nonnull (strstr (self->err, "the panel “mel” is none"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/stems/files", test_stems);
  cli_add ("/cli/stems/masks", test_masks);
  return g_test_run ();
}
