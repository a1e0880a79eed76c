/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

void
cli_set_up (Cli           *self,
            gconstpointer  user_data)
{
  g_autoptr (OtoModelSnapshot) snapshot = oto_test_make_snapshot ("2apae-local", CLI_N_CLASSES, 24);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  self->oto = g_build_filename (g_getenv ("OTO_TEST_BUILDDIR"), "app", "cli", "oto", NULL);
  self->dir = oto_test_make_dir ();
  path = g_build_filename (self->dir, "m.safetensors", NULL);
  oto_model_snapshot_save (snapshot, path, FALSE, &error);
  g_assert_no_error (error);
}

void
cli_tear_down (Cli           *self,
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

GSubprocess *
cli_spawn (Cli        *self,
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

int
cli_run (Cli        *self,
         const char *arguments)
{
  g_autoptr (GSubprocess) process = cli_spawn (self, arguments);
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

JsonObject *
cli_parse_output (Cli         *self,
                  JsonParser **ret_parser)
{
  g_autoptr (GError) error = NULL;

  *ret_parser = json_parser_new ();
  json_parser_load_from_data (*ret_parser, self->out, -1, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (*ret_parser));
}

void
cli_save_bytes (Cli           *self,
                const char    *name,
                gconstpointer  bytes,
                size_t         n_bytes)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, bytes, n_bytes, NULL));
}

void
cli_save_clip (Cli        *self,
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
void
cli_save_pcm (Cli        *self,
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
  cli_save_bytes (self, name, out->data, out->len);
}
