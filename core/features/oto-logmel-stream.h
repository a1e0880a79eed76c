/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "features/oto-logmel.h"

OTO_BEGIN_DECLS

/* OtoLogmelStream: the one way from a clip to log-mel frames, in pieces. Samples of one channel at
 * any rate go in, frames come out as soon as they can be told; both may be cut anywhere, the frames
 * are those of oto_logmel_compute() of the whole resampled clip to the bit. It keeps no more than
 * what waits for its frame.
 *
 * What stands behind a clip, where a network takes more frames than the clip has, is silence. With
 * %OTO_FRAMING_INSIDE it follows the clip's last sample, so that frames across the end hold the
 * rest of the clip; centred frames have the mirrored end, and behind them are of silence alone. */
typedef struct _OtoLogmelStream OtoLogmelStream;

OtoLogmelStream *oto_logmel_stream_new          (OtoLogmel        *extractor,
                                                 int               rate_hz,
                                                 GError          **error) G_GNUC_WARN_UNUSED_RESULT;
void             oto_logmel_stream_free         (OtoLogmelStream  *self);
void             oto_logmel_stream_push         (OtoLogmelStream  *self,
                                                 const float      *samples,
                                                 gint64            n_samples);
gint64           oto_logmel_stream_pull         (OtoLogmelStream  *self,
                                                 gint64            max_frames,
                                                 float            *ret_logmel);
void             oto_logmel_stream_pull_padding (OtoLogmelStream  *self,
                                                 gint64            n_frames,
                                                 float            *ret_logmel);

/* A whole clip. */
gint64   oto_logmel_stream_get_n_clip_frames (const OtoLogmelConfig  *config,
                                              OtoClip                *clip);
gboolean oto_logmel_stream_read_frames       (OtoLogmel              *extractor,
                                              OtoClip                *clip,
                                              gint64                  first_frame,
                                              gint64                  n_frames,
                                              float                  *ret_logmel,
                                              gboolean               *ret_is_silent,
                                              OtoProgressFunc         progress,
                                              gpointer                user_data,
                                              GCancellable           *cancellable,
                                              GError                **error);
gboolean oto_logmel_stream_read_clip         (OtoLogmel              *extractor,
                                              OtoClip                *clip,
                                              gint64                  n_frames,
                                              float                  *ret_logmel,
                                              gboolean               *ret_is_silent,
                                              OtoProgressFunc         progress,
                                              gpointer                user_data,
                                              GCancellable           *cancellable,
                                              GError                **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoLogmelStream, oto_logmel_stream_free)

OTO_END_DECLS
