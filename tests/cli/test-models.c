/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-cli-test.h"

#include <string.h>

/* Writes a model file with another header, or cut off. */
static void
save_model (Cli        *self,
            const char *from,
            const char *to,
            size_t      keep_bytes)
{
  g_autofree char *path = g_build_filename (self->dir, "m.safetensors", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint64 header_len;
  size_t n_bytes;
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
  cli_save_bytes (self, "bad.safetensors", out->data, out->len);
}

static void
test_hostile_models (Cli           *self,
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
  size_t keep[] = { 0, 4, 8, 100, 3000 };

  cli_save_clip (self, "a.wav", 0.2, 32000, 1);
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
        cli_save_bytes (self, "bad.safetensors", huge_header, sizeof huge_header);

      g_assert_cmpint (cli_run (self, "probs -m bad.safetensors a.wav"), ==, 1);
      g_assert_nonnull (strstr (self->err, "bad.safetensors"));
      g_assert_cmpint (cli_run (self, "info bad.safetensors"), ==, 1);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_add ("/cli/models/hostile", test_hostile_models);
  return g_test_run ();
}
