/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* OtoAudioBytes: the bytes of a file as a decoder is to see them: a part of the file, perhaps with
 * another beginning than the one on the disk. Safe from one thread at a time. */
typedef struct _OtoAudioBytes OtoAudioBytes;

/* As many bytes of a file's beginning can be replaced. */
#define OTO_AUDIO_BYTES_MAX_HEADER (1024 * 1024)

OtoAudioBytes *oto_audio_bytes_open       (const char     *path,
                                           GCancellable   *cancellable,
                                           GError        **error) G_GNUC_WARN_UNUSED_RESULT;
void           oto_audio_bytes_free       (OtoAudioBytes  *self);
gint64         oto_audio_bytes_get_len    (OtoAudioBytes  *self);
size_t         oto_audio_bytes_get        (OtoAudioBytes  *self,
                                           gint64          pos,
                                           gpointer        ret_bytes,
                                           size_t          n_bytes);
void           oto_audio_bytes_set_range  (OtoAudioBytes  *self,
                                           gint64          begin,
                                           gint64          end);
void           oto_audio_bytes_set_header (OtoAudioBytes  *self,
                                           GByteArray     *header,
                                           gint64          n_replaced);

/* As read() and lseek() know them. */
gint64         oto_audio_bytes_read       (OtoAudioBytes  *self,
                                           gpointer        ret_bytes,
                                           gint64          n_bytes);
gint64         oto_audio_bytes_seek       (OtoAudioBytes  *self,
                                           gint64          offset,
                                           int             whence);
gint64         oto_audio_bytes_tell       (OtoAudioBytes  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoAudioBytes, oto_audio_bytes_free)

G_END_DECLS
