/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io/oto-audio-bytes.h"

G_BEGIN_DECLS

/* OtoDecoder: gives the samples of an audio file, by one of several libraries. Safe from one
 * thread at a time. */

typedef struct _OtoDecoder OtoDecoder;

/**
 * OtoDecoderFuncs:
 * @read: the next samples; fewer than were asked for at the end or where the file is damaged
 * @seek: makes a sample the next one; %FALSE if that cannot be
 * @free: gives back what is behind the #OtoDecoder
 *
 * What a library can do.
 */
typedef struct
{
  gint64   (*read) (OtoDecoder *self,
                    float      *ret_samples,
                    gint64      n_samples);
  gboolean (*seek) (OtoDecoder *self,
                    gint64      sample);
  void     (*free) (OtoDecoder *self);
} OtoDecoderFuncs;

/**
 * OtoDecoder:
 * @funcs: its library
 * @rate_hz: samples a second
 * @n_channels: channels
 * @n_samples: samples per channel, perhaps a guess; -1 if only decoding can tell
 * @n_announced: as many samples the file says that it has; 0 if it says nothing
 * @format: container and coding, for people
 * @note: (nullable): what must be known of the samples, as a sentence
 */
struct _OtoDecoder
{
  const OtoDecoderFuncs *funcs;
  int                    rate_hz;
  int                    n_channels;
  gint64                 n_samples;
  gint64                 n_announced;
  char                  *format;
  char                  *note;
};

OtoDecoder *oto_decoder_open      (const char    *path,
                                   GCancellable  *cancellable,
                                   GError       **error) G_GNUC_WARN_UNUSED_RESULT;
gint64      oto_decoder_read      (OtoDecoder    *self,
                                   float         *ret_samples,
                                   gint64         n_samples);
gboolean    oto_decoder_seek      (OtoDecoder    *self,
                                   gint64         sample);
void        oto_decoder_free      (OtoDecoder    *self);
gboolean    oto_decoder_has_last  (OtoDecoder    *self);
gint64      oto_decoder_count     (OtoDecoder    *self,
                                   GCancellable  *cancellable);

/* The libraries. */
OtoDecoder *oto_decoder_new_sndfile   (OtoAudioBytes  *bytes,
                                       const char     *name,
                                       GCancellable   *cancellable,
                                       GError        **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean    oto_decoder_is_mpeg       (OtoAudioBytes  *bytes,
                                       gint64         *ret_begin);
OtoDecoder *oto_decoder_new_mpeg      (OtoAudioBytes  *bytes,
                                       const char     *name,
                                       GError        **error) G_GNUC_WARN_UNUSED_RESULT;
const char *oto_decoder_get_container (OtoAudioBytes  *bytes);
OtoDecoder *oto_decoder_new_gstreamer (const char     *path,
                                       const char     *container,
                                       GCancellable   *cancellable,
                                       GError        **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoDecoder, oto_decoder_free)

G_END_DECLS
