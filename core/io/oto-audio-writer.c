/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-audio-writer.h"

#include "base/oto-error.h"
#include "io/oto-draft.h"
#include "io/oto-file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

/* RIFF counts bytes in 32 bits; some room is left for the header. */
#define MAX_WAV_BYTES (G_MAXUINT32 - 65536ll)

struct _OtoAudioWriter
{
  SNDFILE *file;
  OtoDraft *draft;
  char    *name;          /* for messages */
  int      write_errno;   /* of the first write that failed, also one within sf_close() */
  int      n_channels;
  gint64   n_written;     /* samples per channel */
  gint64   n_bytes_left;  /* that the format can still hold */
  int      sample_bytes;
};

static const struct
{
  int    format;
  int    sample_bytes;
  gint64 max_bytes;
} writer_formats[] = {
  [OTO_AUDIO_FORMAT_WAV_FLOAT] = { SF_FORMAT_WAV | SF_FORMAT_FLOAT, 4, MAX_WAV_BYTES },
  [OTO_AUDIO_FORMAT_WAV_PCM16] = { SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2, MAX_WAV_BYTES },
  [OTO_AUDIO_FORMAT_WAV_PCM24] = { SF_FORMAT_WAV | SF_FORMAT_PCM_24, 3, MAX_WAV_BYTES },
  [OTO_AUDIO_FORMAT_FLAC_PCM16] = { SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 2, G_MAXINT64 },
};

/* --- the file beneath libsndfile ----------------------------------------------------------- */

/* It tells nobody of a write that fails within sf_close(). */

static sf_count_t
get_length (void *user_data)
{
  OtoAudioWriter *self = user_data;
  const int fd = oto_draft_get_fd (self->draft);
  const off_t pos = lseek (fd, 0, SEEK_CUR), end = lseek (fd, 0, SEEK_END);

  lseek (fd, pos, SEEK_SET);
  return end;
}

static sf_count_t
seek (sf_count_t  pos,
      int         whence,
      void       *user_data)
{
  OtoAudioWriter *self = user_data;

  return lseek (oto_draft_get_fd (self->draft), pos, whence);
}

static sf_count_t
tell (void *user_data)
{
  return seek (0, SEEK_CUR, user_data);
}

static sf_count_t
read_bytes (void       *bytes,
            sf_count_t  n_bytes,
            void       *user_data)
{
  OtoAudioWriter *self = user_data;

  return read (oto_draft_get_fd (self->draft), bytes, (size_t) n_bytes);
}

static sf_count_t
write_bytes (const void *bytes,
             sf_count_t  n_bytes,
             void       *user_data)
{
  OtoAudioWriter *self = user_data;
  sf_count_t n_done = 0;

  while (n_done < n_bytes)
    {
      const ssize_t n = write (oto_draft_get_fd (self->draft), (const char *) bytes + n_done,
                               (size_t) (n_bytes - n_done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          if (self->write_errno == 0)
            self->write_errno = n < 0 ? errno : ENOSPC;
          return n_done;
        }
      n_done += n;
    }
  return n_done;
}

static SF_VIRTUAL_IO file_funcs = { get_length, seek, read_bytes, write_bytes, tell };

/* --- the writer ---------------------------------------------------------------------------- */

static gboolean
fail_write (OtoAudioWriter  *self,
            const char      *cause,
            GError         **error)
{
  const char *own_words;
  size_t len;

  if (self->write_errno != 0)
    cause = g_strerror (self->write_errno);
  /* libsndfile says “System error : No space left on device.” */
  own_words = g_str_has_prefix (cause, "System error : ") ? strchr (cause, ':') + 2 : cause;
  len = strlen (own_words);
  if (g_str_has_suffix (own_words, "."))
    len--;
  g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
               _("“%s” cannot be written: %.*s. Check the folder and the room on the disk."),
               self->name, (int) len, own_words);
  return FALSE;
}

/**
 * oto_audio_writer_new:
 * @path: where to
 * @format: container and coding
 * @rate_hz: sample rate
 * @n_channels: number of channels
 * @error: return location for a #GError
 *
 * Begins an audio file, as a draft: see #OtoDraft.
 *
 * Returns: (transfer full) (nullable): a writer, or %NULL with %OTO_IO_ERROR_WRITE
 */
OtoAudioWriter *
oto_audio_writer_new (const char      *path,
                      OtoAudioFormat   format,
                      int              rate_hz,
                      int              n_channels,
                      GError         **error)
{
  g_autoptr (OtoAudioWriter) self = NULL;
  SF_INFO info = { 0 };

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (format < G_N_ELEMENTS (writer_formats), NULL);

  self = g_new0 (OtoAudioWriter, 1);
  self->name = oto_file_dup_display_name (path);
  self->n_channels = n_channels;
  self->n_bytes_left = writer_formats[format].max_bytes;
  self->sample_bytes = writer_formats[format].sample_bytes;
  info.format = writer_formats[format].format;
  info.samplerate = rate_hz;
  info.channels = n_channels;
  if (!sf_format_check (&info))
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
                   _("“%s” cannot be written: its format does not hold %d channels at %d Hz. "
                     "Choose WAV."), self->name, n_channels, rate_hz);
      return NULL;
    }

  self->draft = oto_draft_new (path, error);
  if (self->draft == NULL)
    return NULL;
  self->file = sf_open_virtual (&file_funcs, SFM_WRITE, &info, self);
  if (self->file == NULL)
    {
      fail_write (self, sf_strerror (NULL), error);
      return NULL;
    }
  sf_command (self->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  sf_command (self->file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  return g_steal_pointer (&self);
}

/**
 * oto_audio_writer_set_comment:
 * @self: a writer that has written nothing yet
 * @comment: how the file was made; no times, no user, no paths
 *
 * Says so inside of the file.
 */
void
oto_audio_writer_set_comment (OtoAudioWriter *self,
                              const char     *comment)
{
  g_return_if_fail (self != NULL && self->n_written == 0);
  g_return_if_fail (comment != NULL);

  sf_set_string (self->file, SF_STR_COMMENT, comment);
}

/**
 * oto_audio_writer_write:
 * @self: a writer
 * @samples: (array): (n_samples, n_channels); integer formats clip at [-1, 1]
 * @n_samples: samples per channel
 * @error: return location for a #GError
 *
 * Writes the next samples.
 *
 * Returns: %TRUE, or %FALSE with %OTO_IO_ERROR_WRITE
 */
gboolean
oto_audio_writer_write (OtoAudioWriter  *self,
                        const float     *samples,
                        gint64           n_samples,
                        GError         **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (samples != NULL || n_samples == 0, FALSE);

  if (n_samples > self->n_bytes_left / self->sample_bytes / self->n_channels)
    {
      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_WRITE,
                   _("“%s” cannot be written: a WAV file holds at most 4 GB. Cut the clip into "
                     "parts."), self->name);
      return FALSE;
    }
  self->n_bytes_left -= n_samples * self->n_channels * self->sample_bytes;

  if (n_samples > 0 && sf_writef_float (self->file, samples, n_samples) != n_samples)
    return fail_write (self, sf_strerror (self->file), error);
  self->n_written += n_samples;
  return TRUE;
}

/* Whether a reader finds as many samples as were written. */
static gboolean
is_whole (OtoAudioWriter *self)
{
  SF_INFO info = { 0 };
  SNDFILE *file;

  seek (0, SEEK_SET, self);
  file = sf_open_virtual (&file_funcs, SFM_READ, &info, self);
  if (file == NULL)
    return FALSE;
  sf_close (file);
  return info.frames == self->n_written;
}

/**
 * oto_audio_writer_close:
 * @self: (transfer full): a writer, freed in any case
 * @error: return location for a #GError
 *
 * Completes the file and gives it its name.
 *
 * Returns: %TRUE, or %FALSE with %OTO_IO_ERROR_WRITE; then nothing is left of it
 */
gboolean
oto_audio_writer_close (OtoAudioWriter  *self,
                        GError         **error)
{
  g_autoptr (OtoAudioWriter) owned = self;
  SNDFILE *file;
  int failure;

  g_return_val_if_fail (self != NULL, FALSE);

  file = g_steal_pointer (&self->file);
  failure = sf_close (file);
  if (failure != 0 || self->write_errno != 0)
    return fail_write (self, sf_error_number (failure), error);
  if (!is_whole (self))
    return fail_write (self, _("the file does not hold what was written to it"), error);
  return oto_draft_publish (g_steal_pointer (&self->draft), error);
}

/**
 * oto_audio_writer_free:
 * @self: (transfer full) (nullable): a writer
 *
 * Gives a file up: what was written is removed.
 */
void
oto_audio_writer_free (OtoAudioWriter *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->file, sf_close);
  oto_draft_free (self->draft);
  g_free (self->name);
  g_free (self);
}
