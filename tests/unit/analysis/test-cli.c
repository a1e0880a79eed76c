/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define N_CLASSES 3
/* -90 dBFS. */
#define NULL_TEST_LIMIT 3.1623e-5

/* A folder with a small model, "m.safetensors", and the last run of oto in it. */
typedef struct
{
  char *oto;
  char *dir;
  char *out;
  char *err;
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  user_data)
{
  g_autoptr (OtoModelSnapshot) snapshot = oto_test_make_snapshot ("2apae-local", N_CLASSES, 24);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  self->oto = g_build_filename (g_getenv ("OTO_TEST_BUILDDIR"), "app", "cli", "oto", NULL);
  self->dir = oto_test_make_dir ();
  path = g_build_filename (self->dir, "m.safetensors", NULL);
  oto_model_snapshot_save (snapshot, path, FALSE, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *self,
           gconstpointer  user_data)
{
  oto_test_remove_dir (self->dir);
  g_free (self->oto);
  g_free (self->out);
  g_free (self->err);
}

static char *
dup_text (GBytes *bytes)
{
  GString *text = g_string_new (NULL);

  g_string_append_len (text, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return g_string_free (text, FALSE);
}

/* Starts oto with arguments that stand between single spaces; "~" in them is a space. */
static GSubprocess *
spawn (Fixture    *self,
       const char *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_strsplit (arguments, " ", -1);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  GSubprocess *process;

  g_ptr_array_add (argv, self->oto);
  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdelimit (words[i], "~", ' '));
  g_ptr_array_add (argv, NULL);

  g_subprocess_launcher_set_cwd (launcher, self->dir);
  g_subprocess_launcher_setenv (launcher, "XDG_CACHE_HOME", self->dir, TRUE);
  process = g_subprocess_launcher_spawnv (launcher, (const char * const *) argv->pdata, &error);
  g_assert_no_error (error);
  return process;
}

/* Returns the exit code. */
static int
run (Fixture    *self,
     const char *arguments)
{
  g_autoptr (GSubprocess) process = spawn (self, arguments);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GBytes) err = NULL;

  g_subprocess_communicate (process, NULL, NULL, &out, &err, &error);
  g_assert_no_error (error);

  g_free (self->out);
  g_free (self->err);
  self->out = dup_text (out);
  self->err = dup_text (err);
  if (!g_subprocess_get_if_exited (process))
    g_error ("“oto %s” died of signal %d: %s", arguments, g_subprocess_get_term_sig (process),
             self->err);
  return g_subprocess_get_exit_status (process);
}

static JsonObject *
parse_output (Fixture     *self,
              JsonParser **ret_parser)
{
  g_autoptr (GError) error = NULL;

  *ret_parser = json_parser_new ();
  json_parser_load_from_data (*ret_parser, self->out, -1, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (*ret_parser));
}

static void
save_bytes (Fixture       *self,
            const char    *name,
            gconstpointer  bytes,
            gsize          n_bytes)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, bytes, n_bytes, NULL));
}

static void
save_clip (Fixture    *self,
           const char *name,
           double      duration_s,
           int         rate_hz,
           int         n_channels)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  g_autoptr (OtoClip) clip = oto_test_make_clip (duration_s, rate_hz, n_channels);
  gint64 n_samples = oto_clip_get_n_samples (clip);
  g_autofree float *samples = g_new (float, n_samples * n_channels);
  g_autoptr (GError) error = NULL;

  g_assert_true (oto_clip_read (clip, 0, n_samples, samples, NULL));
  oto_audio_file_save (path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, n_samples, n_channels, rate_hz,
                       &error);
  g_assert_no_error (error);
}

/* A PCM WAV file by hand, so that every width can be had. */
static void
save_pcm (Fixture    *self,
          const char *name,
          int         n_bits,
          int         format,
          guint32     data_bytes,
          guint32     claimed_bytes,
          guint8      value)
{
  guint16 block = n_bits / 8;
  guint32 rate = 32000, byte_rate = rate * block, chunk = 16, riff = claimed_bytes + 36;
  guint16 codes[] = { format, 1 }, bits = n_bits;
  g_autoptr (GByteArray) out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) "RIFF", 4);
  g_byte_array_append (out, (const guint8 *) &riff, 4);
  g_byte_array_append (out, (const guint8 *) "WAVEfmt ", 8);
  g_byte_array_append (out, (const guint8 *) &chunk, 4);
  g_byte_array_append (out, (const guint8 *) codes, 4);
  g_byte_array_append (out, (const guint8 *) &rate, 4);
  g_byte_array_append (out, (const guint8 *) &byte_rate, 4);
  g_byte_array_append (out, (const guint8 *) &block, 2);
  g_byte_array_append (out, (const guint8 *) &bits, 2);
  g_byte_array_append (out, (const guint8 *) "data", 4);
  g_byte_array_append (out, (const guint8 *) &claimed_bytes, 4);
  for (guint32 i = 0; i < data_bytes; i++)
    g_byte_array_append (out, &value, 1);
  save_bytes (self, name, out->data, out->len);
}

static void
test_help (Fixture       *self,
           gconstpointer  user_data)
{
  static const char * const commands[] = {
    "info", "probs", "panel", "analyse", "events", "stems", "systems", "demo",
  };

  g_assert_cmpint (run (self, "--help"), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("%s --help", commands[i]);

      g_assert_nonnull (strstr (self->out, commands[i]));
      g_free (self->out);
      self->out = NULL;
      g_assert_cmpint (run (self, arguments), ==, 0);
      g_assert_nonnull (strstr (self->out, "Example"));
      g_assert_nonnull (strstr (self->out, "--json"));
      g_assert_cmpint (run (self, "--help"), ==, 0);
    }
  g_assert_cmpint (run (self, "--version"), ==, 0);
  g_assert_nonnull (strstr (self->out, OTO_VERSION));
}

static void
test_usage (Fixture       *self,
            gconstpointer  user_data)
{
  static const char * const wrong[] = {
    "evnets", "probs", "probs --no-such-option x.wav", "events --format xml x.wav",
    "events --threshold high x.wav", "events --low x x.wav", "events --min-frames -1 x.wav",
    "events --format audacity a.wav b.wav", "panel x.wav", "panel mel", "panel mask x.wav",
    "panel mel --format xml x.wav", "stems x.wav", "stems --class all x.wav", "analyse x.wav",
    "analyse --jobs 0 -o out x.wav", "demo", "systems x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_test_message ("%s", wrong[i]);
      g_assert_cmpint (run (self, wrong[i]), ==, 2);
      g_assert_cmpstr (self->out, ==, "");
      g_assert_true (g_str_has_prefix (self->err, "oto: "));
    }
  run (self, "evnets");
  g_assert_nonnull (strstr (self->err, "“events”"));
}

static void
test_probs (Fixture       *self,
            gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *clips, *classes;

  save_clip (self, "a.wav", 1.0, 32000, 1);
  save_clip (self, "b.wav", 1.0, 44100, 2);
  g_assert_cmpint (run (self, "probs --json -m m.safetensors a.wav missing.wav b.wav"), ==, 3);
  clips = json_object_get_array_member (parse_output (self, &parser), "clips");
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
      g_assert_cmpuint (json_array_get_length (classes), ==, N_CLASSES);
      for (guint j = 1; j < json_array_get_length (classes); j++)
        {
          JsonObject *before = json_array_get_object_element (classes, j - 1);
          JsonObject *after = json_array_get_object_element (classes, j);

          g_assert_cmpfloat (json_object_get_double_member (before, "prob"), >=,
                             json_object_get_double_member (after, "prob"));
        }
    }
  g_assert_cmpint (run (self, "probs -m m.safetensors missing.wav"), ==, 1);
  g_assert_nonnull (strstr (self->err, "missing.wav"));
  g_assert_cmpint (run (self, "probs -m missing.safetensors a.wav"), ==, 1);
  g_assert_cmpint (run (self, "probs -m m.safetensors a.wav"), ==, 0);
  g_assert_true (g_str_has_prefix (self->out, "file\tclass\tprob\na.wav\t"));
}

/* Every clip that people meet gives a result, or an error that names it. */
static void
test_bad_clips (Fixture       *self,
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
  save_clip (self, "one.wav", 1.0 / 32000.0 + 1e-9, 32000, 1);
  save_pcm (self, "silent.wav", 16, 1, 64000, 64000, 0);
  save_pcm (self, "bits8.wav", 8, 1, 32000, 32000, 0x90);
  save_pcm (self, "bits24.wav", 24, 1, 96000, 96000, 0x11);
  save_clip (self, "channels6.wav", 0.5, 48000, 6);
  save_clip (self, "rate8.wav", 0.5, 8000, 1);
  save_clip (self, "rate192.wav", 0.5, 192000, 1);
  save_pcm (self, "cut.wav", 16, 1, 20000, 64000, 3);
  save_clip (self, "new\nline\342\200\256.wav", 0.5, 32000, 1);
  save_bytes (self, "empty.wav", "", 0);
  save_pcm (self, "header.wav", 16, 1, 0, 64000, 0);
  save_bytes (self, "letter.wav", noise, sizeof noise - 1);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("probs -m m.safetensors %s", good[i]);

      g_test_message ("%s", good[i]);
      g_assert_cmpint (run (self, arguments), ==, 0);
      g_assert_null (strstr (self->out, "\tnan"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("probs -m m.safetensors %s", bad[i]);

      g_test_message ("%s", bad[i]);
      g_assert_cmpint (run (self, arguments), ==, 1);
      g_assert_true (g_str_has_prefix (self->err, "oto: "));
    }

  /* What was not heard is said. */
  g_assert_cmpint (run (self, "events -m m.safetensors --quiet nan.wav one.wav"), ==, 0);
  g_assert_cmpstr (self->err, ==, "oto: “nan.wav” holds 4 values that are no sound (not a number, "
                   "infinite or far beyond full scale); read as silence.\n");

  /* Stems of the odd ones, too. */
  g_assert_cmpint (run (self, "stems -m m.safetensors --class all -b -o s nan.wav one.wav "
                              "silent.wav bits8.wav channels6.wav rate192.wav"), ==, 0);
}

/* Writes a model file with another header, or cut off. */
static void
save_model (Fixture    *self,
            const char *from,
            const char *to,
            gsize       keep_bytes)
{
  g_autofree char *path = g_build_filename (self->dir, "m.safetensors", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint64 header_len;
  gsize n_bytes;
  char *found;

  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  memcpy (&header_len, bytes, 8);
  if (from != NULL)
    {
      guint64 new_len = header_len + strlen (to) - strlen (from);

      found = g_strstr_len (bytes + 8, header_len, from);
      g_assert_nonnull (found);
      g_byte_array_append (out, (const guint8 *) &new_len, 8);
      g_byte_array_append (out, (const guint8 *) bytes + 8, found - bytes - 8);
      g_byte_array_append (out, (const guint8 *) to, strlen (to));
      found += strlen (from);
      g_byte_array_append (out, (const guint8 *) found, bytes + n_bytes - found);
    }
  else
    g_byte_array_append (out, (const guint8 *) bytes, MIN (keep_bytes, n_bytes));
  save_bytes (self, "bad.safetensors", out->data, out->len);
}

static void
test_hostile_models (Fixture       *self,
                     gconstpointer  user_data)
{
  static const struct
  {
    const char *from;
    const char *to;
  } changes[] = {
    { "\"shape\":[2,1,3,3]", "\"shape\":[-2,-1,3,3]" },
    { "\"shape\":[2,1,3,3]", "\"shape\":[2,1,9,1]" },
    { "\"shape\":[2,1,3,3]", "\"shape\":[4611686018427387904,4,3,3]" },
    { "\"data_offsets\":[72,", "\"data_offsets\":[0," },
    { "\"data_offsets\":[72,", "\"data_offsets\":[99999999999," },
    { "\"dtype\":\"F32\"", "\"dtype\":\"X99\"" },
    { "\"n_frames\":\"24\"", "\"n_frames\":\"1000000000\"" },
    { "\"n_frames\":\"24\"", "\"n_frames\":\"-1\"" },
    { "\"system\":\"2apae-local\"", "\"system\":\"skynet\"" },
    { "Bark", "Ba\\u0000rk" },
    { "{\"__metadata__\"", "{{\"__metadata__\"" },
  };
  static const guint8 huge_header[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, '{', '}' };
  gsize keep[] = { 0, 4, 8, 100, 3000 };

  save_clip (self, "a.wav", 0.2, 32000, 1);
  for (guint i = 0; i < G_N_ELEMENTS (changes) + G_N_ELEMENTS (keep) + 1; i++)
    {
      guint j = i - G_N_ELEMENTS (changes);

      if (i < G_N_ELEMENTS (changes))
        {
          g_test_message ("%s", changes[i].to);
          save_model (self, changes[i].from, changes[i].to, 0);
        }
      else if (j < G_N_ELEMENTS (keep))
        save_model (self, NULL, NULL, keep[j]);
      else
        save_bytes (self, "bad.safetensors", huge_header, sizeof huge_header);

      g_assert_cmpint (run (self, "probs -m bad.safetensors a.wav"), ==, 1);
      g_assert_nonnull (strstr (self->err, "bad.safetensors"));
      g_assert_cmpint (run (self, "info bad.safetensors"), ==, 1);
    }
}

static void
test_events (Fixture       *self,
             gconstpointer  user_data)
{
  const char *loose = "--threshold 0 --low 0 --clip-threshold 0 -m m.safetensors";
  g_autofree char *tsv = g_strdup_printf ("events %s a.wav b.wav", loose);
  g_autofree char *csv = g_strdup_printf ("events %s --format csv a.wav", loose);
  g_autofree char *audacity = g_strdup_printf ("events %s --format audacity a.wav", loose);
  g_autofree char *json = g_strdup_printf ("events %s --format json a.wav missing.wav", loose);
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *clips;

  save_clip (self, "a.wav", 1.0, 32000, 1);
  save_clip (self, "b.wav", 1.0, 32000, 1);
  g_assert_cmpint (run (self, tsv), ==, 0);
  g_assert_true (g_str_has_prefix (self->out, "filename\tonset\toffset\tevent_label\n"
                                              "a.wav\t0.000\t0.960\tBark\n"));
  g_assert_nonnull (strstr (self->out, "b.wav\t0.000\t0.960\tMeow\n"));
  g_assert_cmpint (run (self, csv), ==, 0);
  g_assert_true (g_str_has_prefix (self->out, "filename,onset,offset,event_label\na.wav,0.000,"));
  g_assert_cmpint (run (self, audacity), ==, 0);
  g_assert_true (g_str_has_prefix (self->out, "0.000\t0.960\tBark\n"));
  g_assert_cmpint (run (self, json), ==, 3);
  clips = json_object_get_array_member (parse_output (self, &parser), "clips");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                      json_array_get_object_element (clips, 0), "events")), ==, N_CLASSES);
  g_assert_true (json_object_has_member (json_array_get_object_element (clips, 1), "error"));
  g_assert_false (json_object_has_member (json_array_get_object_element (clips, 1), "events"));

  /* A threshold that nothing exceeds. */
  g_assert_cmpint (run (self, "events --threshold 1 --low off -m m.safetensors a.wav"), ==, 0);
  g_assert_cmpstr (self->out, ==, "filename\tonset\toffset\tevent_label\n");
}

static void
test_panel (Fixture       *self,
            gconstpointer  user_data)
{
  static const char * const panels[] = { "mel", "recon", "freq-att", "step1", "time-att", "mask" };
  g_autofree char *npy_path = g_build_filename (self->dir, "x.npy", NULL);
  g_autofree char *npy = NULL;
  gsize n_bytes;

  save_clip (self, "a.wav", 1.0, 32000, 1);
  g_assert_cmpint (run (self, "panel mell -m m.safetensors a.wav"), ==, 2);
  g_assert_nonnull (strstr (self->err, "no panel “mell”"));
  for (guint i = 0; i < G_N_ELEMENTS (panels); i++)
    {
      gboolean is_of_class = i == 2 || i == 5, is_over_bins = i != 3 && i != 4;
      g_autofree char *arguments =
        g_strdup_printf ("panel %s %s -m m.safetensors a.wav", panels[i],
                         is_of_class ? "--class church~bell" : "--quiet");
      g_auto (GStrv) lines = NULL;
      g_auto (GStrv) head = NULL;
      g_auto (GStrv) row = NULL;

      g_test_message ("%s", panels[i]);
      g_assert_cmpint (run (self, arguments), ==, 0);
      lines = g_strsplit (self->out, "\n", -1);
      head = g_strsplit (lines[0], ",", -1);
      row = g_strsplit (lines[2], ",", -1);
      /* 30 frames, a heading, and what follows the last line end. */
      g_assert_cmpuint (g_strv_length (lines), ==, 32);
      g_assert_cmpuint (g_strv_length (head), ==, 1 + (is_over_bins ? 64 : N_CLASSES));
      g_assert_cmpuint (g_strv_length (row), ==, g_strv_length (head));
      g_assert_cmpstr (head[0], ==, "time (s)");
      g_assert_cmpstr (row[0], ==, "0.032000");
      if (is_over_bins)
        g_assert_true (g_str_has_suffix (head[1], " Hz"));
      else
        g_assert_cmpstr (head[1], ==, "Bark");
    }

  g_assert_cmpint (run (self, "panel step1 -m m.safetensors --format npy -o x.npy a.wav"), ==, 0);
  g_assert_cmpstr (self->out, ==, "");
  g_assert_true (g_file_get_contents (npy_path, &npy, &n_bytes, NULL));
  g_assert_cmpuint (n_bytes, >, 30 * 3 * sizeof (float) + 10);
  g_assert_nonnull (strstr (npy + 10, "(30, 3)"));

  g_assert_cmpint (run (self, "panel mask --class Barks -m m.safetensors a.wav"), ==, 2);
  g_assert_nonnull (strstr (self->err, "“Bark”"));
  g_assert_nonnull (strstr (self->err, "Church_bell"));
}

static void
test_stems (Fixture       *self,
            gconstpointer  user_data)
{
  static const char * const names[] = { "Bark", "Church_bell", "Meow", "Background" };
  enum { LEN = 2 * 44100 };
  g_autofree char *path = g_build_filename (self->dir, "a.wav", NULL);
  g_autoptr (OtoClip) clip = NULL;
  g_autofree float *original = g_new (float, LEN);
  g_autofree float *sum = g_new0 (float, LEN);
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *clips;

  save_clip (self, "a.wav", 1.0, 44100, 2);
  save_bytes (self, "in-the-way", "x", 1);
  g_assert_cmpint (run (self, "stems --class all --background -m m.safetensors -o s a.wav"), ==, 0);
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

  g_assert_cmpint (run (self, "stems --class Gong -m m.safetensors -o s a.wav"), ==, 2);
  g_assert_cmpint (run (self, "stems --class all -m m.safetensors -o in-the-way a.wav"), ==, 1);
  /* Two clips of one name. */
  g_assert_cmpint (run (self, "stems --class Bark -m m.safetensors -o t a.wav ./a.wav"), ==, 3);
  g_assert_cmpint (run (self, "stems --json --class Bark -m m.safetensors -o u a.wav ./a.wav"), ==,
                   3);
  clips = json_object_get_array_member (parse_output (self, &parser), "clips");
  for (guint i = 0; i < 2; i++)
    {
      JsonObject *found = json_array_get_object_element (clips, i);

      g_assert_cmpint (json_object_has_member (found, "error"), ==, i == 1);
      g_assert_cmpint (json_object_has_member (found, "stems"), ==, i == 0);
    }
}

static void
test_analyse (Fixture       *self,
              gconstpointer  user_data)
{
  const char *arguments = "analyse --json --jobs 2 -m m.safetensors -o out a.wav b.wav";
  g_autofree char *arrays_path = g_build_filename (self->dir, "out", "a.safetensors", NULL);
  g_autofree char *events_path = g_build_filename (self->dir, "out", "b.events.tsv", NULL);
  g_autoptr (OtoSafetensors) arrays = NULL;

  save_clip (self, "a.wav", 1.0, 32000, 1);
  save_clip (self, "b.wav", 0.5, 32000, 1);
  save_bytes (self, "c.wav", "no sound", 8);
  g_assert_cmpint (run (self, arguments), ==, 0);
  g_assert_null (strstr (self->out, "kept"));
  arrays = oto_safetensors_load (arrays_path, NULL);
  g_assert_nonnull (arrays);
  g_assert_cmpint (oto_safetensors_find (arrays, "step1")->shape[1], ==, 30);
  g_assert_true (g_file_test (events_path, G_FILE_TEST_IS_REGULAR));

  g_assert_cmpint (run (self, arguments), ==, 0);
  g_assert_null (strstr (self->out, "done"));
  g_unlink (events_path);
  g_assert_cmpint (run (self, arguments), ==, 0);
  g_assert_nonnull (strstr (self->out, "done"));
  g_assert_nonnull (strstr (self->out, "kept"));

  g_assert_cmpint (run (self, "analyse -m m.safetensors -o out a.wav c.wav"), ==, 3);
  g_assert_cmpint (run (self, "analyse -m m.safetensors -o out a.wav ./a.wav"), ==, 3);
}

/* Sizes are those of the workspace, which the engine takes at once. */
static void
check_model_memory (Fixture    *self,
                    JsonObject *model)
{
  g_autofree char *path = g_build_filename (self->dir, "m.safetensors", NULL);
  g_autoptr (OtoModelSnapshot) snapshot = oto_model_snapshot_load (path, NULL);
  const OtoModelConfig *config = oto_model_snapshot_get_config (snapshot);
  gint64 bytes = json_object_get_int_member (model, "activation_bytes_train");
  gint64 clip_bytes = json_object_get_int_member (model, "activation_bytes_train_per_clip");
  gint64 expected = oto_model_config_get_workspace_bytes (config, 16, 0, OTO_MODEL_TRAIN);

  g_assert_cmpint (json_object_get_int_member (model, "parameter_bytes"), ==,
                   4 * json_object_get_int_member (model, "parameters"));
  g_assert_cmpint (json_object_get_int_member (model, "activation_bytes_infer"), ==,
                   oto_model_config_get_workspace_bytes (config, 1, 0, OTO_MODEL_EVAL));
  g_assert_cmpint (bytes, ==, oto_model_config_get_workspace_bytes (config, 8, 0, OTO_MODEL_TRAIN));
  /* Memory grows by as much with every clip, but for what rounds pieces up. */
  g_assert_cmpint (ABS (bytes + 8 * clip_bytes - expected), <=, 65536);
}

static void
test_info (Fixture       *self,
           gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *files;
  JsonObject *clip, *model;

  save_clip (self, "a.wav", 1.5, 44100, 2);
  g_assert_cmpint (run (self, "info --json a.wav m.safetensors missing.wav"), ==, 3);
  files = json_object_get_array_member (parse_output (self, &parser), "files");
  clip = json_array_get_object_element (files, 0);
  model = json_array_get_object_element (files, 1);
  g_assert_cmpint (json_object_get_int_member (clip, "rate_hz"), ==, 44100);
  g_assert_cmpint (json_object_get_int_member (clip, "channels"), ==, 2);
  g_assert_cmpfloat (json_object_get_double_member (clip, "duration_s"), ==, 1.5);
  g_assert_cmpstr (json_object_get_string_member (model, "system"), ==, "2apae-local");
  g_assert_cmpint (json_object_get_int_member (model, "frames"), ==, 24);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (model, "classes")), ==,
                    N_CLASSES);
  check_model_memory (self, model);
  g_assert_true (json_object_has_member (json_array_get_object_element (files, 2), "error"));
  g_assert_cmpint (run (self, "info a.wav m.safetensors"), ==, 0);
  g_assert_nonnull (strstr (self->out, "\nsystem: 2apae-local\n"));
  g_assert_nonnull (strstr (self->out, "\nactivation_bytes_train: "));
  g_assert_nonnull (strstr (self->out, " MiB)\n"));
}

static void
test_systems (Fixture       *self,
              gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *systems;
  guint n_checked = 0;

  /* Sizes of the published rows, systems.md 1.2. */
  g_assert_cmpint (run (self, "systems --json"), ==, 0);
  systems = json_object_get_array_member (parse_output (self, &parser), "systems");
  for (guint i = 0; i < json_array_get_length (systems); i++)
    {
      JsonObject *system = json_array_get_object_element (systems, i);
      const char *name = json_object_get_string_member (system, "name");
      gint64 n_params = json_object_get_int_member (system, "parameters");

      if (strcmp (name, "gap") == 0 || strcmp (name, "gmp") == 0 || strcmp (name, "gwrp") == 0)
        g_assert_cmpint (n_params, ==, 587593);
      else if (strcmp (name, "2apae") == 0)
        g_assert_cmpint (n_params, ==, 1967366);
      else
        continue;
      n_checked++;
    }
  g_assert_cmpuint (n_checked, ==, 4);
}

static void
test_demo (Fixture       *self,
           gconstpointer  user_data)
{
  g_autofree char *labels_path = g_build_filename (self->dir, "demo", "labels.tsv", NULL);
  g_autoptr (OtoEventList) labels = NULL;

  g_assert_cmpint (run (self, "demo -o demo"), ==, 0);
  labels = oto_event_list_load (labels_path, NULL, NULL);
  g_assert_nonnull (labels);
  g_assert_cmpuint (oto_event_list_get_n (labels), >=, 24);
  for (guint i = 0; i < oto_event_list_get_n (labels); i++)
    {
      g_autofree char *path = g_build_filename (self->dir, "demo",
                                                oto_event_list_get (labels, i)->filename, NULL);

      g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
    }
}

/* One clip has no one to be ranked against; its folder holds clips and labels side by side. */
static void
test_evaluate_undefined (Fixture       *self,
                         gconstpointer  user_data)
{
  static const char labels[] = "filename\tevent_labels\na.wav\tBark\n";

  save_clip (self, "a.wav", 1.0, 32000, 1);
  save_bytes (self, "labels.tsv", labels, sizeof labels - 1);
  g_assert_cmpint (run (self, "evaluate --data . --quiet m.safetensors"), ==, 0);
  g_assert_nonnull (strstr (self->out, ", auc -\n"));
  g_assert_null (strstr (self->out, "nan"));
}

/* Another spelling of a class scores as the class itself; what the model lacks has no score. */
static void
test_evaluate_classes (Fixture       *self,
                       gconstpointer  user_data)
{
  static const char * const labels[] = {
    "filename\tevent_labels\na.wav\tBark\nb.wav\tMeow\n",
    "filename\tevent_labels\na.wav\tbark,Cello\nb.wav\tcat~cry,Cello\n",
    "filename\tevent_labels\na.wav\tCello\nb.wav\tGong\n",
  };
  double macro_ap[2], micro_ap[2];

  save_clip (self, "a.wav", 1.0, 32000, 1);
  save_clip (self, "b.wav", 0.5, 32000, 1);
  save_bytes (self, "aliases.tsv", "Cat_cry\tmeow\n", 13);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (JsonParser) parser = NULL;
      g_autofree char *text = g_strdelimit (g_strdup (labels[i]), "~", ' ');
      JsonObject *model, *klass;

      save_bytes (self, "labels.tsv", text, strlen (text));
      g_assert_cmpint (run (self, "evaluate --data . --quiet --json --aliases aliases.tsv "
                                  "m.safetensors"), ==, 0);
      model = json_array_get_object_element (
        json_object_get_array_member (parse_output (self, &parser), "models"), 0);
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
  g_assert_cmpint (run (self, "evaluate --data . --quiet m.safetensors"), ==, 0);
  g_assert_nonnull (strstr (self->out, "the model lacks them: Cello, cat cry\n"));

  save_bytes (self, "labels.tsv", labels[2], strlen (labels[2]));
  g_assert_cmpint (run (self, "evaluate --data . --quiet m.safetensors"), ==, 1);
  g_assert_cmpstr (self->out, ==, "");
  g_assert_nonnull (strstr (self->err, "knows none of the data set's classes"));
}

/* A data set of short clips, the first two of them in fold 1. */
static void
save_data (Fixture *self,
           int      n_clips)
{
  g_autoptr (GString) labels = g_string_new ("filename\tevent_labels\n");
  g_autoptr (GString) folds = g_string_new ("filename\tfold\n");
  g_autofree char *audio = g_build_filename (self->dir, "data", "audio", NULL);

  g_assert_cmpint (g_mkdir_with_parents (audio, 0777), ==, 0);
  for (int i = 0; i < n_clips; i++)
    {
      g_autofree char *name = g_strdup_printf ("data/audio/%d.wav", i);

      save_clip (self, name, 0.5 + 0.25 * i, 32000, 1);
      g_string_append_printf (labels, "%d.wav\t%s\n", i, i % 2 == 0 ? "Bark" : "Meow");
      g_string_append_printf (folds, "%d.wav\t%d\n", i, i < 2 ? 1 : 2);
    }
  save_bytes (self, "data/labels.tsv", labels->str, labels->len);
  save_bytes (self, "data/folds.tsv", folds->str, folds->len);
}

/* Epochs that are in the table of a run. */
static int
count_epochs (Fixture    *self,
              const char *run)
{
  g_autofree char *path = g_build_filename (self->dir, run, "metrics.csv", NULL);
  g_autofree char *text = NULL;
  int n_lines = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  for (const char *s = strchr (text, '\n'); s != NULL; s = strchr (s + 1, '\n'))
    n_lines++;
  return MAX (n_lines - 1, 0);
}

/* Lets oto train until its run has more than @n_epochs, then sends a signal. */
static void
break_off (Fixture    *self,
           const char *arguments,
           const char *run,
           int         n_epochs,
           int         signal)
{
  g_autoptr (GSubprocess) process = spawn (self, arguments);

  while (count_epochs (self, run) <= n_epochs && g_subprocess_get_identifier (process) != NULL)
    g_usleep (5000);
  g_subprocess_send_signal (process, signal);
  g_assert_true (g_subprocess_communicate (process, NULL, NULL, NULL, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_if_exited (process), ==, signal == SIGINT);
  if (signal == SIGINT)
    g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
}

/* All columns but the times. */
static void
assert_same_metrics (Fixture *self)
{
  g_autofree char *path = g_build_filename (self->dir, "broken", "run", "metrics.csv", NULL);
  g_autofree char *expected_path = g_build_filename (self->dir, "whole", "run", "metrics.csv",
                                                     NULL);
  g_autoptr (OtoCsv) csv = oto_csv_load (path, ',', TRUE, NULL);
  g_autoptr (OtoCsv) expected = oto_csv_load (expected_path, ',', TRUE, NULL);

  g_assert_cmpuint (oto_csv_get_n_rows (csv), ==, oto_csv_get_n_rows (expected));
  for (guint row = 0; row < oto_csv_get_n_rows (csv); row++)
    for (int column = 0; column < oto_csv_find (csv, "seconds"); column++)
      g_assert_cmpstr (oto_csv_get (csv, row, column), ==, oto_csv_get (expected, row, column));
}

static void
assert_same_file (Fixture    *self,
                  const char *name)
{
  g_autofree char *path = g_build_filename (self->dir, "broken", "run", name, NULL);
  g_autofree char *expected_path = g_build_filename (self->dir, "whole", "run", name, NULL);
  g_autofree char *bytes = NULL, *expected = NULL;
  gsize n_bytes, n_expected;

  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  g_assert_true (g_file_get_contents (expected_path, &expected, &n_expected, NULL));
  g_assert_cmpmem (bytes, n_bytes, expected, n_expected);
}

/* A run that was killed, then interrupted, ends as if nothing had happened. */
static void
test_train_resume (Fixture       *self,
                   gconstpointer  user_data)
{
  const char *settings = "--data data --fold 1 --width 0.03 --batch 2 --threads 2";
  g_autofree char *begin = g_strdup_printf ("train %s --epochs 1000 -o broken/run", settings);
  g_autofree char *end = NULL, *whole = NULL;
  int n_epochs;

  save_data (self, 6);
  break_off (self, begin, "broken/run", 0, SIGKILL);
  n_epochs = count_epochs (self, "broken/run");
  break_off (self, "train --resume broken/run", "broken/run", n_epochs, SIGINT);
  n_epochs = count_epochs (self, "broken/run") + 1;
  g_assert_cmpint (n_epochs, >=, 3);

  end = g_strdup_printf ("train --resume broken/run --epochs %d", n_epochs);
  g_assert_cmpint (run (self, end), ==, 0);
  whole = g_strdup_printf ("train %s --epochs %d -o whole/run", settings, n_epochs);
  g_assert_cmpint (run (self, whole), ==, 0);
  assert_same_metrics (self);
  assert_same_file (self, "best.safetensors");
  assert_same_file (self, "checkpoint.safetensors");
}

/* A cap on memory that is too small says what would fit, before anything is written. */
static void
test_train_memory (Fixture       *self,
                   gconstpointer  user_data)
{
  static const char * const bad[] = { "2X", "G", "-1", "0", "1.5GiBs", "nan", "1e300", "2~G" };
  g_autofree char *run_dir = g_build_filename (self->dir, "run", NULL);
  g_autofree char *config_path = g_build_filename (run_dir, "config.json", NULL);
  g_autofree char *again = NULL, *config = NULL, *config_after = NULL;
  const char *named;
  int batch;

  save_data (self, 6);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("train --data data -o run --memory %s", bad[i]);

      g_assert_cmpint (run (self, arguments), ==, 2);
      g_assert_nonnull (strstr (self->err, "is no size"));
    }

  /* These clips are in two folds, of which none is the one that is held out by default. */
  g_assert_cmpint (run (self, "train --data data -o run"), ==, 1);
  g_assert_nonnull (strstr (self->err, "fold 4"));

  g_assert_cmpint (run (self, "train --data data --fold 1 --json --memory 1.5GiB --threads 1 "
                              "--batch 4000 --epochs 1 -o run"), ==, 1);
  g_assert_nonnull (strstr (self->err, "may take only 1.50 GiB."));
  g_assert_cmpstr (self->out, ==, "");
  g_assert_false (g_file_test (run_dir, G_FILE_TEST_EXISTS));
  named = strstr (self->err, "The largest batch that fits is ");
  g_assert_nonnull (named);
  batch = atoi (named + strlen ("The largest batch that fits is "));
  g_assert_cmpint (batch, >, 0);

  again = g_strdup_printf ("train --data data --fold 1 --memory 1610612736 --threads 1 --batch %d "
                           "--epochs 1 -o run", batch + 1);
  g_assert_cmpint (run (self, again), ==, 1);
  g_assert_cmpint (run (self, "train --data data --fold 1 --memory 1M -o run"), ==, 1);
  g_assert_nonnull (strstr (self->err, "No batch fits at width 1"));
  g_assert_cmpint (run (self, "train --data data --fold 1 --memory 64m --threads 1 --width 0.03 "
                              "--batch 1 --epochs 1 -o run"), ==, 0);
  g_assert_true (g_file_get_contents (config_path, &config, NULL, NULL));
  g_assert_cmpint (run (self, "train --resume run --epochs 2 --memory 1MB"), ==, 1);
  g_assert_nonnull (strstr (self->err, "may take only 1.0 MiB"));
  g_assert_true (g_file_get_contents (config_path, &config_after, NULL, NULL));
  g_assert_cmpstr (config_after, ==, config);
  g_assert_cmpint (run (self, "train --resume run --batch 2"), ==, 2);
  g_assert_cmpint (run (self, "train --resume run --epochs 2"), ==, 0);
}

static void
test_full_disk (Fixture       *self,
                gconstpointer  user_data)
{
  save_clip (self, "a.wav", 0.2, 32000, 1);
  g_assert_cmpint (run (self, "panel mel -m m.safetensors -o /dev/full a.wav"), ==, 1);
  g_assert_false (g_file_test ("/dev/full", G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (run (self, "panel mel -m m.safetensors -o none/x.csv a.wav"), ==, 1);
  g_assert_true (g_str_has_prefix (self->err, "oto: "));
}

/* An hour needs little more memory than ten seconds. */
static void
test_hour (Fixture       *self,
           gconstpointer  user_data)
{
  struct rusage usage;

  if (g_getenv ("OTO_TEST_SLOW") == NULL)
    {
      g_test_skip ("slow");
      return;
    }

  save_pcm (self, "hour.wav", 8, 1, 3600 * 32000, 3600 * 32000, 0x90);
  g_assert_cmpint (run (self, "probs -m m.safetensors hour.wav"), ==, 0);
  g_assert_cmpint (run (self, "stems --class Bark -b -m m.safetensors -o s hour.wav"), ==, 0);
  g_assert_cmpint (getrusage (RUSAGE_CHILDREN, &usage), ==, 0);
  g_assert_cmpint (usage.ru_maxrss, <, 512 << 10);
}

#define add(path, func) \
  g_test_add ("/analysis/cli/" path, Fixture, NULL, set_up, func, tear_down)

/* Encoder, classes and decoder: every convolution in three passes but for the first one's input;
 * whole passes and what is left of them. */
static void
check_bench_layers (Fixture *self)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *results;
  JsonObject *root, *machine;
  double peak, copy, shares[2] = { 0.0, 0.0 };
  guint n_layers = 0, n_rest = 0;

  g_assert_cmpint (run (self, "bench --what layers --width 0.05 --threads 1 --json"), ==, 0);
  root = parse_output (self, &parser);
  results = json_object_get_array_member (root, "results");
  machine = json_object_get_object_member (root, "machine");
  peak = json_object_get_double_member (machine, "core_fma_peak_gflops");
  copy = json_object_get_double_member (machine, "core_copy_gbs");
  for (guint i = 0; i < json_array_get_length (results); i++)
    {
      JsonObject *row = json_array_get_object_element (results, i);
      const char *what = json_object_get_string_member (row, "what");
      const char *bound;
      double gflops, roof;

      /* Forward passes are of inference, gradients and the forward pass of training. */
      if (g_str_has_prefix (what, "rest_") || json_object_has_member (row, "layer"))
        {
          const double share = json_object_get_double_member (row, "pass_share");

          if (strcmp (what, "rest_train") == 0 || g_str_has_prefix (what, "grad_"))
            shares[1] += share;
          else
            shares[0] += share;
        }
      if (!json_object_has_member (row, "layer"))
        {
          n_rest++;
          continue;
        }
      n_layers++;
      bound = json_object_get_string_member (row, "bound");
      gflops = json_object_get_double_member (row, "gflops");
      g_assert_cmpfloat (gflops, >, 0.0);
      g_assert_cmpfloat (json_object_get_double_member (row, "pass_share"), >, 0.0);
      g_assert_true (strcmp (bound, "memory") == 0 || strcmp (bound, "compute") == 0);
      roof = copy * json_object_get_double_member (row, "flops_per_byte");
      g_assert_cmpstr (bound, ==, roof < peak ? "memory" : "compute");
      roof = MIN (roof, peak);
      g_assert_cmpfloat_with_epsilon (json_object_get_double_member (row, "roof_gflops"), roof,
                                      1e-6 * roof);
      g_assert_cmpfloat_with_epsilon (json_object_get_double_member (row, "roof_share"),
                                      gflops / roof, 1e-6 * gflops / roof);
    }
  g_assert_cmpuint (n_layers, ==, 3 * 17 - 1);
  g_assert_cmpuint (n_rest, ==, 4);
}

static void
test_bench (Fixture       *self,
            gconstpointer  user_data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *root, *machine, *result;

  g_assert_cmpint (run (self, "bench --what logmel --threads 1 --json"), ==, 0);
  root = parse_output (self, &parser);
  machine = json_object_get_object_member (root, "machine");
  g_assert_cmpfloat (json_object_get_double_member (machine, "fma_peak_gflops"), >, 0.0);
  g_assert_cmpfloat (json_object_get_double_member (machine, "copy_gbs"), >, 0.0);
  g_assert_true (json_object_has_member (machine, "cpu"));
  g_assert_true (json_object_has_member (machine, "kernel_set"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (root, "results")), ==, 1);
  result = json_array_get_object_element (json_object_get_array_member (root, "results"), 0);
  g_assert_cmpstr (json_object_get_string_member (result, "what"), ==, "logmel");
  g_assert_cmpint (json_object_get_int_member (result, "runs"), >=, 3);
  g_assert_cmpfloat (json_object_get_double_member (result, "min_s_per_clip"), >, 0.0);
  g_assert_cmpfloat (json_object_get_double_member (result, "median_s_per_clip"), >=,
                     json_object_get_double_member (result, "min_s_per_clip"));

  check_bench_layers (self);
  g_assert_cmpint (run (self, "bench --what nothing"), ==, 2);
  g_assert_cmpint (run (self, "bench --width 0"), ==, 2);
  g_assert_cmpint (run (self, "bench --system nothing"), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("help", test_help);
  add ("usage", test_usage);
  add ("probs", test_probs);
  add ("bad-clips", test_bad_clips);
  add ("hostile-models", test_hostile_models);
  add ("events", test_events);
  add ("panel", test_panel);
  add ("stems", test_stems);
  add ("analyse", test_analyse);
  add ("info", test_info);
  add ("systems", test_systems);
  add ("bench", test_bench);
  add ("demo", test_demo);
  add ("evaluate-undefined", test_evaluate_undefined);
  add ("evaluate-classes", test_evaluate_classes);
  add ("train-resume", test_train_resume);
  add ("train-memory", test_train_memory);
  add ("full-disk", test_full_disk);
  add ("hour", test_hour);

  return g_test_run ();
}
