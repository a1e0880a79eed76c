/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "io/oto-audio-bytes.h"

#include "base/oto-error.h"
#include "io/oto-file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct _OtoAudioBytes
{
  int           fd;
  GCancellable *cancellable;
  gint64        n_file_bytes;
  gint64        begin;        /* in the file */
  gint64        end;
  GByteArray   *header;       /* in place of the first n_replaced bytes; or NULL */
  gint64        n_replaced;
  gint64        pos;          /* of read and seek */
};

/**
 * oto_audio_bytes_open:
 * @path: a regular file
 * @cancellable: (nullable): once cancelled, nothing is read any more
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): all bytes of a file, or %NULL with %OTO_IO_ERROR_MISSING,
 *   %OTO_IO_ERROR_FORMAT or %OTO_IO_ERROR_EMPTY
 */
OtoAudioBytes *
oto_audio_bytes_open (const char    *path,
                      GCancellable  *cancellable,
                      GError       **error)
{
  OtoAudioBytes *self;
  gint64 n_bytes = 0;
  int fd = oto_file_open (path, &n_bytes, error);

  if (fd < 0)
    return NULL;
  if (n_bytes == 0)
    {
      g_autofree char *name = oto_file_dup_display_name (path);

      g_set_error (error, OTO_IO_ERROR, OTO_IO_ERROR_EMPTY,
                   _("“%s” is empty. Choose a file with sound."), name);
      close (fd);
      return NULL;
    }

  self = g_new0 (OtoAudioBytes, 1);
  self->fd = fd;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->n_file_bytes = n_bytes;
  self->end = n_bytes;
  return self;
}

/**
 * oto_audio_bytes_free:
 * @self: (transfer full) (nullable): bytes
 */
void
oto_audio_bytes_free (OtoAudioBytes *self)
{
  if (self == NULL)
    return;
  close (self->fd);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->header, g_byte_array_unref);
  g_free (self);
}

/**
 * oto_audio_bytes_get_len:
 * @self: bytes
 *
 * Returns: how many there are
 */
gint64
oto_audio_bytes_get_len (OtoAudioBytes *self)
{
  return (self->header != NULL ? self->header->len - self->n_replaced : 0)
         + self->end - self->begin;
}

static size_t
get_from_file (OtoAudioBytes *self,
               gint64         pos,
               guint8        *ret_bytes,
               size_t         n_bytes)
{
  size_t n_done = 0;

  n_bytes = MIN ((gint64) n_bytes, MAX (self->end - pos, 0));
  while (n_done < n_bytes && !g_cancellable_is_cancelled (self->cancellable))
    {
      ssize_t n = pread (self->fd, ret_bytes + n_done, n_bytes - n_done, pos + (gint64) n_done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      n_done += (size_t) n;
    }
  return n_done;
}

/**
 * oto_audio_bytes_get:
 * @self: bytes
 * @pos: first of them
 * @ret_bytes: (out caller-allocates) (array length=n_bytes): copies
 * @n_bytes: how many
 *
 * Returns: how many there were before the end, or before the reading was cancelled
 */
size_t
oto_audio_bytes_get (OtoAudioBytes *self,
                     gint64         pos,
                     gpointer       ret_bytes,
                     size_t         n_bytes)
{
  const gint64 n_header = self->header != NULL ? self->header->len : 0;
  size_t n_done = 0;

  if (pos < 0)
    return 0;
  if (pos < n_header)
    {
      n_done = MIN (n_bytes, (size_t) (n_header - pos));
      memcpy (ret_bytes, self->header->data + pos, n_done);
    }
  if (n_done == n_bytes)
    return n_done;
  return n_done + get_from_file (self, self->begin + pos + (gint64) n_done
                                       + self->n_replaced - n_header,
                                 (guint8 *) ret_bytes + n_done, n_bytes - n_done);
}

/**
 * oto_audio_bytes_set_range:
 * @self: bytes
 * @begin: a position in the file
 * @end: one behind the last byte
 *
 * Shows a part of the file, as it is on the disk.
 */
void
oto_audio_bytes_set_range (OtoAudioBytes *self,
                           gint64         begin,
                           gint64         end)
{
  g_assert (begin >= 0 && begin <= end);

  g_clear_pointer (&self->header, g_byte_array_unref);
  self->n_replaced = 0;
  self->begin = MIN (begin, self->n_file_bytes);
  self->end = MIN (end, self->n_file_bytes);
  self->pos = 0;
}

/**
 * oto_audio_bytes_set_header:
 * @self: bytes
 * @header: (transfer full): at most %OTO_AUDIO_BYTES_MAX_HEADER
 * @n_replaced: how many bytes of the file it replaces
 *
 * Gives the file another beginning.
 */
void
oto_audio_bytes_set_header (OtoAudioBytes *self,
                            GByteArray    *header,
                            gint64         n_replaced)
{
  g_assert (n_replaced <= self->end - self->begin);

  g_clear_pointer (&self->header, g_byte_array_unref);
  self->header = header;
  self->n_replaced = n_replaced;
  self->pos = 0;
}

/**
 * oto_audio_bytes_read:
 * @self: bytes
 * @ret_bytes: (out caller-allocates) (array length=n_bytes): the next ones
 * @n_bytes: how many are wanted
 *
 * Returns: how many there were
 */
gint64
oto_audio_bytes_read (OtoAudioBytes *self,
                      gpointer       ret_bytes,
                      gint64         n_bytes)
{
  gint64 n = n_bytes > 0 ? (gint64) oto_audio_bytes_get (self, self->pos, ret_bytes, n_bytes) : 0;

  self->pos += n;
  return n;
}

/**
 * oto_audio_bytes_seek:
 * @self: bytes
 * @offset: where to
 * @whence: SEEK_SET, SEEK_CUR or SEEK_END
 *
 * Returns: the position, or -1 if there is none such
 */
gint64
oto_audio_bytes_seek (OtoAudioBytes *self,
                      gint64         offset,
                      int            whence)
{
  gint64 base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? self->pos
                                                            : oto_audio_bytes_get_len (self);

  if (offset < -base || offset > G_MAXINT64 / 4)
    return -1;
  self->pos = base + offset;
  return self->pos;
}

/**
 * oto_audio_bytes_tell:
 * @self: bytes
 *
 * Returns: the position of the next byte that is read
 */
gint64
oto_audio_bytes_tell (OtoAudioBytes *self)
{
  return self->pos;
}
