/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

typedef enum
{
  OTO_AUDIO_FORMAT_WAV_FLOAT,   /* without the PEAK chunk, which holds a time stamp */
  OTO_AUDIO_FORMAT_WAV_PCM16,
  OTO_AUDIO_FORMAT_WAV_PCM24,
  OTO_AUDIO_FORMAT_FLAC_PCM16,
} OtoAudioFormat;

/* OtoAudioWriter: an audio file that has its name only when it is whole. */
typedef struct _OtoAudioWriter OtoAudioWriter;

OtoAudioWriter *oto_audio_writer_new   (const char      *path,
                                        OtoAudioFormat   format,
                                        int              rate_hz,
                                        int              n_channels,
                                        GError         **error) G_GNUC_WARN_UNUSED_RESULT;
void            oto_audio_writer_set_comment (OtoAudioWriter *self,
                                        const char      *comment);
gboolean        oto_audio_writer_write (OtoAudioWriter  *self,
                                        const float     *samples,
                                        gint64           n_samples,
                                        GError         **error);
gboolean        oto_audio_writer_close (OtoAudioWriter  *self,
                                        GError         **error);
void            oto_audio_writer_free  (OtoAudioWriter  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoAudioWriter, oto_audio_writer_free)

OTO_END_DECLS
