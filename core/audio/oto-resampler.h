/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoResampler: soxr at SOXR_HQ, as a stream. Equal rates pass through untouched. */

typedef struct _OtoResampler OtoResampler;

gint64 oto_resampler_get_output_len (gint64 n_samples,
                                     int    from_hz,
                                     int    to_hz);

OtoResampler *oto_resampler_new  (int            from_hz,
                                  int            to_hz,
                                  int            n_channels,
                                  GError       **error) G_GNUC_WARN_UNUSED_RESULT;
void          oto_resampler_free (OtoResampler  *self);
void          oto_resampler_push (OtoResampler  *self,
                                  const float   *samples,
                                  gint64         n_samples,
                                  GArray        *ret_output);
float        *oto_resample       (const float   *samples,
                                  gint64         n_samples,
                                  int            n_channels,
                                  int            from_hz,
                                  int            to_hz,
                                  gint64        *ret_n_samples,
                                  GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoResampler, oto_resampler_free)

OTO_END_DECLS
