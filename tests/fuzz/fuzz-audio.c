/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "oto-fuzz.h"

#include <unistd.h>

#define BLOCK_SAMPLES 4096
#define MAX_SAMPLES   (1 << 20)      /* a small file may announce, and hold, hours of silence */

/* Headers, the pages of Ogg, and all decoders. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autofree char *path = NULL;
  int fd = oto_fuzz_open_file (bytes, n_bytes, &path);
  g_autoptr (OtoClip) clip = oto_audio_file_open (path, NULL);
  g_autofree float *block = NULL;
  gint64 n_samples, n = 0;

  if (clip != NULL)
    {
      n_samples = MIN (oto_clip_get_n_samples (clip), MAX_SAMPLES);
      block = g_new (float, (size_t) BLOCK_SAMPLES * oto_clip_get_n_channels (clip));
      for (gint64 first = 0; first < n_samples; first += n)
        {
          n = MIN (BLOCK_SAMPLES, n_samples - first);
          if (!oto_clip_read (clip, first, n, block, NULL))
            break;
        }
      g_free (oto_clip_dup_problem (clip));
    }
  close (fd);
  return 0;
}
