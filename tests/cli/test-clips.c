/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

/* Every clip that people meet gives a result, or an error that names it. */
static void
test_bad_clips (Cli           *self,
                gconstpointer  user_data)
{
  static const char noise[] = "This is a letter and no sound at all. ";
  static const float not_numbers[] = { NAN, INFINITY, -INFINITY, NAN };
  static const char * const good[] = {
    "nan.wav", "one.wav", "silent.wav", "bits8.wav", "bits24.wav", "channels6.wav", "rate8.wav",
    "rate192.wav", "cut.wav", "new\nline\342\200\256.wav",
  };
  static const char * const bad[] = {
    "missing.wav", "empty.wav", "header.wav", "letter.wav", ".", "pipe",
  };
  g_autofree char *fifo = g_build_filename (self->dir, "pipe", NULL);
  g_autofree char *nan_path = g_build_filename (self->dir, "nan.wav", NULL);

  oto_audio_file_save (nan_path, OTO_AUDIO_FORMAT_WAV_FLOAT, not_numbers, 4, 1, 32000, NULL);
  cli_save_clip (self, "one.wav", 1.0 / 32000.0 + 1e-9, 32000, 1);
  cli_save_pcm (self, "silent.wav", 16, 1, 64000, 64000, 0);
  cli_save_pcm (self, "bits8.wav", 8, 1, 32000, 32000, 0x90);
  cli_save_pcm (self, "bits24.wav", 24, 1, 96000, 96000, 0x11);
  cli_save_clip (self, "channels6.wav", 0.5, 48000, 6);
  cli_save_clip (self, "rate8.wav", 0.5, 8000, 1);
  cli_save_clip (self, "rate192.wav", 0.5, 192000, 1);
  cli_save_pcm (self, "cut.wav", 16, 1, 20000, 64000, 3);
  cli_save_clip (self, "new\nline\342\200\256.wav", 0.5, 32000, 1);
  cli_save_bytes (self, "empty.wav", "", 0);
  cli_save_pcm (self, "header.wav", 16, 1, 0, 64000, 0);
  cli_save_bytes (self, "letter.wav", noise, sizeof noise - 1);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("probs -m m.safetensors %s", good[i]);

      g_test_message ("%s", good[i]);
      g_assert_cmpint (cli_run (self, arguments), ==, 0);
      g_assert_null (strstr (self->out, "\tnan"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("probs -m m.safetensors %s", bad[i]);

      g_test_message ("%s", bad[i]);
      g_assert_cmpint (cli_run (self, arguments), ==, 1);
      g_assert_true (g_str_has_prefix (self->err, "oto: "));
    }

  /* What was not heard is said. */
  g_assert_cmpint (cli_run (self, "events -m m.safetensors --quiet nan.wav one.wav"), ==, 0);
  g_assert_cmpstr (self->err, ==, "oto: “nan.wav” holds 4 values that are no sound (not a number, "
                   "infinite or far beyond full scale); read as silence.\n");

  /* Stems of the odd ones, too. */
  g_assert_cmpint (cli_run (self, "stems -m m.safetensors --class all -b -o s nan.wav one.wav "
                                  "silent.wav bits8.wav channels6.wav rate192.wav"), ==, 0);
}

/* What is missing of a file is said, and does not stop the command. */
static void
test_cut_clips (Cli           *self,
                gconstpointer  user_data)
{
  cli_save_pcm (self, "cut.wav", 16, 1, 32000, 64000, 3);
  cli_save_pcm (self, "stopped.wav", 16, 1, 32000, 0, 3);
  g_assert_cmpint (cli_run (self, "probs -m m.safetensors --quiet cut.wav"), ==, 0);
  g_assert_cmpstr (self->err, ==, "oto: “cut.wav” is cut off: of the 1.00 s that it announces "
                   "0.50 s are there. Fetch it again if you need the rest.\n");
  g_assert_cmpint (cli_run (self, "info cut.wav stopped.wav"), ==, 0);
  g_assert_nonnull (strstr (self->out, "announced_s: 1\n"));
  g_assert_nonnull (strstr (self->out, "problem: “cut.wav” is cut off"));
  g_assert_nonnull (strstr (self->out, "header never finished\n"));
  g_assert_nonnull (strstr (self->out, "samples: 16000\n"));
  g_assert_null (strstr (self->err, "stopped.wav"));
}

static void
save_crossed (Cli        *self,
              const char *name,
              float       second)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  g_autofree float *samples = g_new (float, 64000);

  for (int t = 0; t < 32000; t++)
    {
      samples[2 * t] = 0.5f * sinf (0.05f * (float) t);
      samples[2 * t + 1] = second * samples[2 * t];
    }
  g_assert_true (oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, 32000, 2, 32000,
                                      NULL));
}

/* Crossed wires are told, and a channel can be chosen everywhere. */
static void
test_channels (Cli           *self,
               gconstpointer  user_data)
{
  static const char * const commands[] = {
    "probs -m m.safetensors", "events -m m.safetensors", "panel mel -m m.safetensors",
    "stems -m m.safetensors --class all -o s", "analyse -m m.safetensors -o a",
    "figure -m m.safetensors -o f.svg", "info",
  };
  g_autofree char *one = NULL;

  save_crossed (self, "crossed.wav", -1.f);
  save_crossed (self, "alike.wav", 1.f);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *mean = g_strdup_printf ("%s --quiet crossed.wav", commands[i]);
      g_autofree char *left = g_strdup_printf ("%s --quiet --channel left crossed.wav",
                                               commands[i]);
      g_autofree char *third = g_strdup_printf ("%s --quiet --channel 3 crossed.wav", commands[i]);
      g_autofree char *none = g_strdup_printf ("%s --channel middle crossed.wav", commands[i]);

      g_test_message ("%s", commands[i]);
      g_assert_cmpint (cli_run (self, mean), ==, 0);
      g_assert_nonnull (strstr (self->err, "“crossed.wav” cancel each other"));
      g_assert_cmpint (cli_run (self, left), ==, 0);
      g_assert_cmpstr (self->err, ==, "");
      g_assert_cmpint (cli_run (self, third), ==, 1);
      g_assert_nonnull (strstr (self->err, "has 2 channels and therefore no channel “3”"));
      g_assert_cmpint (cli_run (self, none), ==, 2);
    }

  /* The left channel is the mean of two that are alike; half a difference is the whole of it. */
  g_assert_cmpint (cli_run (self, "panel mel -m m.safetensors alike.wav"), ==, 0);
  g_assert_cmpstr (self->err, ==, "");
  one = g_strdup (self->out);
  g_assert_cmpint (cli_run (self, "panel mel -m m.safetensors --channel side crossed.wav"), ==, 0);
  g_assert_cmpstr (self->out, ==, one);
  g_assert_cmpint (cli_run (self, "panel mel -m m.safetensors --channel 1 crossed.wav"), ==, 0);
  g_assert_cmpstr (self->out, ==, one);
  g_assert_cmpint (cli_run (self, "info --channel right crossed.wav"), ==, 0);
  g_assert_nonnull (strstr (self->out, "channels: 2\nchannel: right\nchannels_cancel: true\n"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/clips/good-and-bad", test_bad_clips);
  cli_add ("/cli/clips/cut-off", test_cut_clips);
  cli_add ("/cli/clips/channels", test_channels);
  return g_test_run ();
}
