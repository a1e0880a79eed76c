/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-decoder.h"

#include "base/oto-error.h"
#include "io/oto-audio-header.h"
#include "io/oto-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Floats that are decoded at once where a file is passed through. */
#define BLOCK_FLOATS 65536
/* Outside of these limits a "rate" is damage, and resampling from it would fill the memory. */
#define MIN_RATE_HZ 1000
#define MAX_RATE_HZ 1000000
/* Codings that a WAV file may have and that are MPEG audio. */
#define WAV_MPEG 0x50
#define WAV_MP3 0x55

static OtoDecoder *
open_any (const char    *path,
          const char    *name,
          GCancellable  *cancellable,
          GError       **error)
{
  g_autoptr (OtoAudioBytes) bytes = oto_audio_bytes_open (path, cancellable, error);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GError) gst_error = NULL;
  OtoAudioHeader header;
  const char *container;
  OtoDecoder *decoder;
  gint64 begin = 0;

  if (bytes == NULL)
    return NULL;
  if (oto_decoder_is_mpeg (bytes, &begin))
    {
      oto_audio_bytes_set_range (bytes, begin, oto_audio_bytes_get_len (bytes));
      return oto_decoder_new_mpeg (g_steal_pointer (&bytes), name, error);
    }
  oto_audio_header_look (bytes, &header);
  if (header.wav_tag == WAV_MPEG || header.wav_tag == WAV_MP3)
    {
      oto_audio_bytes_set_range (bytes, header.data_pos, header.data_pos + header.n_data_bytes);
      return oto_decoder_new_mpeg (g_steal_pointer (&bytes), name, error);
    }

  container = oto_decoder_get_container (bytes);
  decoder = oto_decoder_new_sndfile (g_steal_pointer (&bytes), name, cancellable, &local_error);
  if (decoder != NULL)
    return decoder;
  if (container != NULL && !g_cancellable_is_cancelled (cancellable))
    {
      decoder = oto_decoder_new_gstreamer (path, container, cancellable, &gst_error);
      if (decoder != NULL)
        return decoder;
    }
  /* Who knows the container best says what is wrong. Of Ogg's codings libsndfile takes some for
   * damage. */
  if (gst_error != NULL && (!g_error_matches (local_error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT)
                            || strcmp (container, "Ogg") == 0))
    g_propagate_error (error, g_steal_pointer (&gst_error));
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/**
 * oto_decoder_open:
 * @path: an audio file
 * @cancellable: (nullable): to stop what takes long
 * @error: return location for a #GError
 *
 * Opens a file with the library that can read it: MPEG audio with libmpg123, most with libsndfile,
 * and what that does not know with GStreamer.
 *
 * Returns: (transfer full) (nullable): a decoder at the first sample, or %NULL with an error of
 *   %OTO_IO_ERROR or %G_IO_ERROR_CANCELLED
 */
OtoDecoder *
oto_decoder_open (const char    *path,
                          GCancellable  *cancellable,
                  GError       **error)
{
  g_autofree char *name = oto_file_dup_display_name (path);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (OtoDecoder) self = open_any (path, name, cancellable, &local_error);

  /* What was cut off by a cancellation is not damaged. */
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (self == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (self->rate_hz < MIN_RATE_HZ || self->rate_hz > MAX_RATE_HZ)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_CORRUPT,
                   _("“%s” claims %d samples a second, which is outside of %d to %d. Convert it to "
                     "a common rate."), name, self->rate_hz, MIN_RATE_HZ, MAX_RATE_HZ);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * oto_decoder_read:
 * @self: a decoder
 * @ret_samples: (out caller-allocates): (n_samples, n_channels)
 * @n_samples: how many are wanted, per channel
 *
 * Returns: how many there were before the end or a damage; a decoder that gave too few stays lost
 */
gint64
oto_decoder_read (OtoDecoder *self,
                  float      *ret_samples,
                  gint64      n_samples)
{
  gint64 n_done = 0;

  while (n_done < n_samples)
    {
      gint64 n = self->funcs->read (self, ret_samples + n_done * self->n_channels,
                                    n_samples - n_done);

      if (n <= 0)
        break;
      n_done += n;
    }
  return n_done;
}

/**
 * oto_decoder_seek:
 * @self: a decoder
 * @sample: which is to be the next; at most the end
 *
 * Returns: whether it is
 */
gboolean
oto_decoder_seek (OtoDecoder *self,
                  gint64      sample)
{
  return self->funcs->seek (self, sample);
}

/**
 * oto_decoder_free:
 * @self: (transfer full) (nullable): a decoder
 */
void
oto_decoder_free (OtoDecoder *self)
{
  if (self == NULL)
    return;
  g_free (self->format);
  g_free (self->note);
  self->funcs->free (self);
}

/**
 * oto_decoder_has_last:
 * @self: a decoder
 *
 * Headers promise more than a cut-off file holds, and the lengths of some files are guesses.
 *
 * Returns: whether the last sample that it tells of can be read
 */
gboolean
oto_decoder_has_last (OtoDecoder *self)
{
  g_autofree float *last = g_new (float, (size_t) self->n_channels);

  return self->n_samples > 0 && self->funcs->seek (self, self->n_samples - 1)
         && self->funcs->read (self, last, 1) == 1;
}

/**
 * oto_decoder_count:
 * @self: a decoder at its first sample
 * @cancellable: (nullable): to stop it
 *
 * Returns: how many samples can be read in all
 */
gint64
oto_decoder_count (OtoDecoder   *self,
                   GCancellable *cancellable)
{
  const gint64 block_samples = MAX (BLOCK_FLOATS / self->n_channels, 1);
  g_autofree float *block = g_new (float, (size_t) (block_samples * self->n_channels));
  gint64 n, n_samples = 0;

  while (!g_cancellable_is_cancelled (cancellable)
         && (n = self->funcs->read (self, block, block_samples)) > 0)
    n_samples += n;
  return n_samples;
}
