/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

typedef enum
{
  OTO_WINDOW_HAMMING,            /* symmetric: 0.54 - 0.46 cos (2 pi n / (N - 1)) */
  OTO_WINDOW_HANN,               /* periodic: 0.5 - 0.5 cos (2 pi n / N) */
} OtoWindowKind;

/* OtoStft: frame k covers samples [k hop, k hop + window); only what lies inside, no padding.
 * Unscaled. One per thread; plans are shared under one lock. */
typedef struct _OtoStft OtoStft;

void oto_window_fill (OtoWindowKind  kind,
                      int            window_len,
                      double        *ret_window);

OtoStft      *oto_stft_new          (OtoWindowKind  kind,
                                     int            window_len,
                                     int            hop_len,
                                     GError       **error) G_GNUC_WARN_UNUSED_RESULT;
void          oto_stft_free         (OtoStft       *self);
gint64        oto_stft_get_n_frames (gint64         n_samples,
                                     int            window_len,
                                     int            hop_len);
gint64        oto_stft_reflect      (gint64         pos,
                                     gint64         n_samples);
int           oto_stft_get_n_bins   (OtoStft       *self);
const double *oto_stft_get_window   (OtoStft       *self);
void          oto_stft_forward      (OtoStft       *self,
                                     const float   *samples,
                                     float         *ret_spectrum);
void          oto_stft_inverse      (OtoStft       *self,
                                     const float   *spectrum,
                                     float         *ret_samples);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoStft, oto_stft_free)

OTO_END_DECLS
