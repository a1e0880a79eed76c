/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <math.h>
#include <string.h>

/* The commands that do what a gesture of the window does: at, mix, band, check, render; and ranges
 * of a clip. */

static GBytes *
read_file (Cli        *self,
           const char *name)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  char *bytes;
  size_t n_bytes;

  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  return g_bytes_new_take (bytes, n_bytes);
}

/* Runs a command that writes @name twice: the same bytes, with a line that says how. */
static void
check_twice (Cli        *self,
             const char *arguments,
             const char *name,
             const char *command)
{
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;

  g_assert_cmpint (cli_run (self, arguments), ==, 0);
  first = read_file (self, name);
  g_assert_cmpint (cli_run (self, arguments), ==, 0);
  second = read_file (self, name);
  g_assert_true (g_bytes_equal (first, second));
  g_assert_nonnull (memmem (g_bytes_get_data (first, NULL), g_bytes_get_size (first), command,
                            strlen (command)));
  g_assert_null (memmem (g_bytes_get_data (first, NULL), g_bytes_get_size (first), self->dir,
                         strlen (self->dir)));
}

static float *
read_samples (Cli        *self,
              const char *name,
              gint64      n)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  g_autoptr (OtoClip) clip = oto_audio_file_open (path, NULL);
  float *samples;

  g_assert_nonnull (clip);
  g_assert_cmpint (oto_clip_get_n_samples (clip), ==, n);
  samples = g_new (float, n * oto_clip_get_n_channels (clip));
  g_assert_true (oto_clip_read (clip, 0, n, samples, NULL));
  return samples;
}

static void
test_at (Cli           *self,
         gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *clip;
  JsonArray *classes;
  g_auto (GStrv) lines = NULL;
  double sum;

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  g_assert_cmpint (cli_run (self, "at --json --time 0.5 --freq 2050 -m m.safetensors a.wav"), ==,
                   0);
  clip = json_array_get_object_element (
    json_object_get_array_member (cli_parse_output (self, &parser), "clips"), 0);
  classes = json_object_get_array_member (clip, "classes");
  g_assert_cmpuint (json_array_get_length (classes), ==, CLI_N_CLASSES);
  /* The frame whose centre, in hops of 32 ms from 32 ms on, is nearest. */
  g_assert_cmpint (json_object_get_int_member (clip, "frame"), ==, 15);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (clip, "time_s"), 0.512, 1e-9);
  g_assert_cmpfloat (json_object_get_double_member (clip, "level_db"), <=, 0.0);
  sum = json_object_get_double_member (clip, "background_share");
  for (guint i = 0; i < CLI_N_CLASSES; i++)
    {
      JsonObject *values = json_array_get_object_element (classes, i);
      const double share = json_object_get_double_member (values, "share");

      sum += share;
      if (i > 0)
        g_assert_cmpfloat (share, <=, json_object_get_double_member (
                             json_array_get_object_element (classes, i - 1), "share"));
    }
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-5);

  g_assert_cmpint (cli_run (self, "at --time 0.5 --freq 2050 -m m.safetensors a.wav"), ==, 0);
  lines = g_strsplit (self->out, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + CLI_N_CLASSES + 1 + 1);
  g_assert_nonnull (strstr (lines[CLI_N_CLASSES + 1], "\tBackground\t\t\t\t\t\t"));
  for (guint i = 0; lines[i + 1] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], "\t", -1);

      g_assert_cmpuint (g_strv_length (fields), ==, 11);
    }
}

/* The numbers are those of the panels. */
static void
test_at_is_panel (Cli           *self,
                  gconstpointer  user_data)
{
  static const struct { const char *panel, *member; } maps[] = {
    { "step1", "frame_score" }, { "time-att", "time_att" }, { "freq-att", "freq_att" },
    { "contribution", "contribution" }, { "mask", "share" },
  };

  cli_save_clip (self, "a.wav", 1.0, 32000, 1);
  for (guint i = 0; i < G_N_ELEMENTS (maps); i++)
    {
      g_autoptr (JsonParser) at_parser = NULL;
      g_autoptr (JsonParser) panel_parser = NULL;
      g_autofree char *arguments = g_strdup_printf ("panel %s --json --class Bark -m m.safetensors "
                                                    "a.wav", maps[i].panel);
      JsonObject *clip, *bark = NULL;
      JsonArray *classes, *row;
      gint64 frame, bin;

      g_assert_cmpint (cli_run (self, "at --json --time 0.5 --freq 2050 -m m.safetensors a.wav"),
                       ==, 0);
      clip = json_array_get_object_element (
        json_object_get_array_member (cli_parse_output (self, &at_parser), "clips"), 0);
      frame = json_object_get_int_member (clip, "frame");
      bin = json_object_get_int_member (clip, "bin");
      classes = json_object_get_array_member (clip, "classes");
      for (guint k = 0; k < CLI_N_CLASSES; k++)
        if (strcmp (json_object_get_string_member (json_array_get_object_element (classes, k),
                                                   "name"), "Bark") == 0)
          bark = json_array_get_object_element (classes, k);
      g_assert_nonnull (bark);

      g_assert_cmpint (cli_run (self, arguments), ==, 0);
      row = json_array_get_array_element (
        json_object_get_array_member (cli_parse_output (self, &panel_parser), "values"),
        (guint) frame);
      /* Bark is the model's first class. */
      g_assert_cmpfloat_with_epsilon (
        json_array_get_double_element (row, i < 2 ? 0 : (guint) bin),
        json_object_get_double_member (bark, maps[i].member), 1e-7);
    }
}

static void
test_at_usage (Cli           *self,
               gconstpointer  user_data)
{
  cli_save_clip (self, "a.wav", 0.3, 32000, 1);
  g_assert_cmpint (cli_run (self, "at --time 0.1 -m m.safetensors a.wav"), ==, 2);
  g_assert_cmpint (cli_run (self, "at --freq 100 -m m.safetensors a.wav"), ==, 2);
  g_assert_cmpint (cli_run (self, "at --time -1 --freq 100 -m m.safetensors a.wav"), ==, 2);
  g_assert_cmpint (cli_run (self, "at --time 0.1 --freq 40 -m m.safetensors a.wav"), ==, 2);
  g_assert_nonnull (strstr (self->err, "50"));
  g_assert_cmpint (cli_run (self, "at --time 5 --freq 100 -m m.safetensors a.wav"), ==, 1);
  g_assert_nonnull (strstr (self->err, "0.300 s"));
}

static void
test_mix (Cli           *self,
          gconstpointer  user_data)
{
  enum { N = 44100 };
  g_autofree float *original = NULL;
  g_autofree float *same = NULL;
  g_autofree float *without = NULL;
  g_autofree float *stem = NULL;
  g_autofree float *difference = g_new (float, 2 * N);

  cli_save_clip (self, "a.wav", 1.0, 44100, 2);
  original = read_samples (self, "a.wav", N);
  g_assert_cmpint (cli_run (self, "mix -m m.safetensors a.wav -o same.wav"), ==, 0);
  same = read_samples (self, "same.wav", N);
  g_assert_cmpmem (same, 2 * N * sizeof (float), original, 2 * N * sizeof (float));

  /* A muted class is what its stem held. */
  check_twice (self, "mix --mute church~bell --gain Church_bell=6 -m m.safetensors a.wav -o x.wav",
               "x.wav", "command: oto mix --model m.safetensors --gain Church_bell=6 --mute "
               "'church bell' a.wav -o x.wav\n");
  g_assert_cmpint (cli_run (self, "stems --class Church_bell -m m.safetensors -o s a.wav"), ==, 0);
  without = read_samples (self, "x.wav", N);
  stem = read_samples (self, "s/a_Church_bell.wav", N);
  for (int i = 0; i < 2 * N; i++)
    difference[i] = original[i] - without[i];
  oto_assert_abs_below (difference, stem, 2 * N, 1e-6);

  g_assert_cmpint (cli_run (self, "mix --mute Bark --mute Church_bell --mute Meow --mute "
                            "background -m m.safetensors a.wav -o none.flac"), ==, 0);
  g_free (g_steal_pointer (&without));
  without = read_samples (self, "none.flac", N);
  for (int i = 0; i < 2 * N; i++)
    g_assert_cmpfloat (fabsf (without[i]), <, 1e-4);
}

static void
test_mix_usage (Cli           *self,
                gconstpointer  user_data)
{
  static const char * const wrong[] = {
    "mix a.wav", "mix a.wav -o x.mp3", "mix a.wav a.wav -o x.wav", "mix --gain Bark a.wav -o x.wav",
    "mix --gain Bark=13 a.wav -o x.wav", "mix --gain Bark=loud a.wav -o x.wav",
    "mix --mute Barking a.wav -o x.wav", "mix --format mp3 a.wav -o x.wav", "mix a.wav -o -",
  };

  cli_save_clip (self, "a.wav", 0.3, 32000, 1);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *arguments = g_strconcat (wrong[i], " -m m.safetensors", NULL);

      g_test_message ("%s", arguments);
      g_assert_cmpint (cli_run (self, arguments), ==, 2);
    }
}

/* Clipping is told, where the format clips. */
static void
test_mix_peak (Cli           *self,
               gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;

  cli_save_clip (self, "a.wav", 0.3, 32000, 1);
  g_assert_cmpint (cli_run (self, "mix --json --gain Background=12 --gain Bark=12 --gain "
                            "Church_bell=12 --gain Meow=12 -m m.safetensors a.wav -o x.flac"), ==,
                   0);
  g_assert_nonnull (strstr (self->err, "is clipped"));
  g_assert_cmpfloat (json_object_get_double_member (cli_parse_output (self, &parser), "peak_dbfs"),
                     >, 0.0);
  g_assert_cmpint (cli_run (self, "mix --gain Background=12 -m m.safetensors a.wav -o x.wav"), ==,
                   0);
  g_assert_null (strstr (self->err, "is clipped"));
}

static void
test_band (Cli           *self,
           gconstpointer  user_data)
{
  enum { N = 32000 };
  g_autofree float *whole = NULL;
  g_autofree float *box = NULL;

  cli_save_clip (self, "a.wav", 1.0, N, 1);
  check_twice (self, "band --time 0.25:0.5 --freq 300:600 -m m.safetensors a.wav -o x.wav",
               "x.wav", "command: oto band --time 0.25:0.5 --freq 300:600 --model m.safetensors "
               "a.wav -o x.wav\n");
  whole = read_samples (self, "x.wav", N);
  g_assert_cmpint (cli_run (self, "band --crop --time 0.25:0.5 --freq 300:600 -m m.safetensors "
                            "a.wav -o y.wav"), ==, 0);
  box = read_samples (self, "y.wav", N / 4);
  g_assert_cmpmem (box, N / 4 * sizeof (float), whole + N / 4, N / 4 * sizeof (float));
  for (int i = 0; i < N; i++)
    if (i < N / 4 || i >= N / 2)
      g_assert_cmpfloat (whole[i], ==, 0.f);

  g_assert_cmpint (cli_run (self, "band --time 1:2 --freq 300:600 -m m.safetensors a.wav -o z.wav"),
                   ==, 1);
  g_assert_nonnull (strstr (self->err, "1.000 s long"));
  g_assert_cmpint (cli_run (self, "band --time 1:0 --freq 300:600 a.wav -o z.wav"), ==, 2);
  g_assert_cmpint (cli_run (self, "band --time 0:1 --freq 600:300 a.wav -o z.wav"), ==, 2);
  g_assert_cmpint (cli_run (self, "band --time 0:1 a.wav -o z.wav"), ==, 2);
}

static void
test_check (Cli           *self,
            gconstpointer  user_data)
{
  g_auto (GStrv) lines = NULL;
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *clip, *check;

  cli_save_clip (self, "a.wav", 0.5, 32000, 1);
  g_assert_cmpint (cli_run (self, "check --class all -m m.safetensors a.wav"), ==, 0);
  lines = g_strsplit (self->out, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + CLI_N_CLASSES + 1);
  g_assert_cmpstr (lines[0], ==, "file\tclass\tmix\tmasked_in\tmasked_out");

  g_assert_cmpint (cli_run (self, "check --json --class Bark -m m.safetensors a.wav none.wav"), ==,
                   3);
  clip = json_array_get_object_element (
    json_object_get_array_member (cli_parse_output (self, &parser), "clips"), 0);
  check = json_array_get_object_element (json_object_get_array_member (clip, "checks"), 0);
  g_assert_cmpstr (json_object_get_string_member (check, "name"), ==, "Bark");
  g_assert_cmpfloat (json_object_get_double_member (check, "masked_in"), >=, 0.0);
  g_assert_cmpfloat (json_object_get_double_member (check, "masked_out"), <=, 1.0);
  g_assert_cmpint (cli_run (self, "check -m m.safetensors a.wav"), ==, 2);
  g_assert_cmpint (cli_run (self, "check --class Barking -m m.safetensors a.wav"), ==, 2);
}

/* What --range prints are the lines of the whole clip. */
static void
test_range (Cli           *self,
            gconstpointer  user_data)
{
  static const char * const panels[] = { "step1", "mask", "contribution" };

  cli_save_clip (self, "a.wav", 4.0, 32000, 1);
  for (guint i = 0; i < G_N_ELEMENTS (panels); i++)
    {
      g_autofree char *all = g_strdup_printf ("panel %s --class Bark -m m.safetensors a.wav",
                                              panels[i]);
      g_autofree char *some = g_strdup_printf ("%s --range 2:2.5", all);
      g_autofree char *whole = NULL;
      g_auto (GStrv) lines = NULL;

      g_assert_cmpint (cli_run (self, all), ==, 0);
      whole = g_strdup (self->out);
      g_assert_cmpint (cli_run (self, some), ==, 0);
      g_assert_nonnull (strstr (whole, strchr (self->out, '\n') + 1));
      /* Frame 62 stands from 2 s on. */
      lines = g_strsplit (self->out, "\n", -1);
      g_assert_true (g_str_has_prefix (lines[1], "2.000000,"));
      g_assert_true (g_str_has_prefix (lines[16], "2.480000,"));
      g_assert_cmpstr (lines[17], ==, "");
    }
  g_assert_cmpint (cli_run (self, "probs --range 1:2 -m m.safetensors a.wav"), ==, 0);
  g_assert_cmpint (cli_run (self, "events --range 1:2 -m m.safetensors a.wav"), ==, 0);
  g_assert_cmpint (cli_run (self, "events --range 2:1 -m m.safetensors a.wav"), ==, 2);
  g_assert_cmpint (cli_run (self, "events --range 4:5 -m m.safetensors a.wav"), ==, 1);
  g_assert_nonnull (strstr (self->err, "4.000 s long"));
}

static void
test_render (Cli           *self,
             gconstpointer  user_data)
{
  static const char * const endings[] = { "png", "svg" };
  g_autoptr (GBytes) svg = NULL;

  cli_save_clip (self, "a.wav", 2.0, 32000, 1);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *name = g_strconcat ("x.", endings[i], NULL);
      g_autofree char *arguments =
        g_strdup_printf ("render --panels 1,3,6 --contribution --range 0.5:1.5 --size 600x400 "
                         "--scale 2 -m m.safetensors a.wav -o %s", name);
      g_autofree char *command =
        g_strdup_printf ("command: oto render --panels 1,3,6 --contribution --model m.safetensors "
                         "--range 0.5:1.5 --size 600x400 --scale 2 a.wav -o %s", name);

      check_twice (self, arguments, name, command);
    }
  svg = read_file (self, "x.svg");
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (svg, NULL), g_bytes_get_size (svg),
                                  "Contribution"));
  g_assert_null (g_strstr_len (g_bytes_get_data (svg, NULL), g_bytes_get_size (svg),
                               "Time attention"));
  g_assert_cmpint (cli_run (self, "render --panels 0 -m m.safetensors a.wav -o x.png"), ==, 2);
  g_assert_cmpint (cli_run (self, "render --panels 1,x -m m.safetensors a.wav -o x.png"), ==, 2);
  g_assert_cmpint (cli_run (self, "render --panels 1, -m m.safetensors a.wav -o x.png"), ==, 2);
  g_assert_cmpint (cli_run (self, "render --range 5:6 -m m.safetensors a.wav -o x.png"), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/at/reads", test_at);
  cli_add ("/cli/at/is-what-panels-say", test_at_is_panel);
  cli_add ("/cli/at/usage", test_at_usage);
  cli_add ("/cli/mix/gains", test_mix);
  cli_add ("/cli/mix/usage", test_mix_usage);
  cli_add ("/cli/mix/peak", test_mix_peak);
  cli_add ("/cli/band/box", test_band);
  cli_add ("/cli/check/probabilities", test_check);
  cli_add ("/cli/range/is-of-the-whole", test_range);
  cli_add ("/cli/render/panels", test_render);
  return g_test_run ();
}
