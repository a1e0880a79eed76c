/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-test-model.h"

/* write-fixture DIR: a small model and a clip for tests that drive the program from outside. */
int
main (int    argc,
      char **argv)
{
  g_autofree char *model_path = g_build_filename (argv[1], "test.safetensors", NULL);
  g_autofree char *clip_path = g_build_filename (argv[1], "tone.wav", NULL);
  g_autoptr (OtoModelSnapshot) model = oto_test_make_snapshot ("2apae-local", 5, 311);
  g_autoptr (OtoClip) clip = oto_test_make_clip (4, 32000, 1);
  const gint64 n = oto_clip_get_n_samples (clip);
  g_autofree float *samples = g_new (float, n);
  g_autoptr (GError) error = NULL;

  if (!oto_model_snapshot_save (model, model_path, FALSE, &error)
      || !oto_clip_read (clip, 0, n, samples, &error)
      || !oto_audio_file_save (clip_path, OTO_AUDIO_FORMAT_WAV_FLOAT, samples, n, 1, 32000, &error))
    {
      g_printerr ("%s\n", error->message);

      return 1;
    }

  return 0;
}
