/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io/oto-audio-bytes.h"

G_BEGIN_DECLS

/**
 * OtoAudioHeader:
 * @is_known: whether it is of a kind whose numbers are looked at: WAV, RF64, Wave64, CAF, AIFF, AU
 * @is_unfinished: whether it does not tell how long the sound is, as whoever wrote it could not go
 *   back or was stopped
 * @data_pos: where the sound begins
 * @n_data_bytes: bytes of sound that are there
 * @n_announced_bytes: bytes of sound of which it tells; as @n_data_bytes if it tells of none
 * @wav_tag: the coding of a WAV file; 0 for others
 *
 * What the numbers at the beginning of a file say of its length.
 */
typedef struct
{
  gboolean is_known;
  gboolean is_unfinished;
  gint64   data_pos;
  gint64   n_data_bytes;
  gint64   n_announced_bytes;
  int      wav_tag;
} OtoAudioHeader;

void oto_audio_header_look (OtoAudioBytes  *bytes,
                            OtoAudioHeader *ret_header);
void oto_audio_header_mend (OtoAudioBytes  *bytes,
                            OtoAudioHeader *ret_header);

G_END_DECLS
