/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io/oto-audio-writer.h"

OTO_BEGIN_DECLS

gboolean oto_audio_file_has_name  (const char      *name);
GPtrArray *
         oto_audio_file_list      (const char      *dir) G_GNUC_WARN_UNUSED_RESULT;
OtoClip *oto_audio_file_open      (const char      *path,
                                   GError         **error) G_GNUC_WARN_UNUSED_RESULT;
OtoClip *oto_audio_file_open_full (const char      *path,
                                   GCancellable    *cancellable,
                                   GError         **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean oto_audio_file_save      (const char      *path,
                                   OtoAudioFormat   format,
                                   const float     *samples,
                                   gint64           n_samples,
                                   int              n_channels,
                                   int              rate_hz,
                                   GError         **error);

OTO_END_DECLS
