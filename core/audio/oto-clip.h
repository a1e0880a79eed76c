/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

#define OTO_TYPE_CLIP (oto_clip_get_type ())
G_DECLARE_DERIVABLE_TYPE (OtoClip, oto_clip, OTO, CLIP, GObject)

/* An audio clip: facts, and samples on request. A clip from a file reads them when asked, so that
 * an hour costs no memory; every method is safe from any thread. Samples are float in [-1, 1],
 * interleaved; NaN and infinities read as 0 and are counted. A position counts samples per
 * channel. */
struct _OtoClipClass
{
  GObjectClass parent_class;

  gboolean (*read) (OtoClip  *self,
                    gint64    first_sample,
                    gint64    n_samples,
                    float    *ret_samples,
                    GError  **error);
};

OtoClip *oto_clip_new_from_samples (const char  *name,
                                    const float *samples,
                                    gint64       n_samples,
                                    int          n_channels,
                                    int          rate_hz) G_GNUC_WARN_UNUSED_RESULT;

const char *oto_clip_get_name        (OtoClip       *self);
const char *oto_clip_get_path        (OtoClip       *self);
const char *oto_clip_get_format      (OtoClip       *self);
int         oto_clip_get_rate_hz     (OtoClip       *self);
int         oto_clip_get_n_channels  (OtoClip       *self);
gint64      oto_clip_get_n_samples   (OtoClip       *self);
gint64      oto_clip_get_n_announced (OtoClip       *self);
double      oto_clip_get_duration_s  (OtoClip       *self);
char       *oto_clip_dup_problem     (OtoClip       *self) G_GNUC_WARN_UNUSED_RESULT;
guint64     oto_clip_get_n_invalid   (OtoClip       *self);
char       *oto_clip_format_invalid  (const char    *name,
                                      guint64        n_invalid) G_GNUC_WARN_UNUSED_RESULT;
gboolean    oto_clip_is_cancelling   (OtoClip       *self);
char       *oto_clip_dup_hash        (OtoClip       *self,
                                      GCancellable  *cancellable,
                                      GError       **error);

gboolean oto_clip_read      (OtoClip  *self,
                             gint64    first_sample,
                             gint64    n_samples,
                             float    *ret_samples,
                             GError  **error);
gboolean oto_clip_read_mono (OtoClip  *self,
                             gint64    first_sample,
                             gint64    n_samples,
                             float    *ret_samples,
                             GError  **error);

OTO_END_DECLS
