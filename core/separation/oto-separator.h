/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "features/oto-logmel.h"

OTO_BEGIN_DECLS

/* OtoSeparator: a mel mask on the STFT of one channel, and back (systems.md 7.1 no. 9). One per
 * thread.
 *
 * A signal passes frame by frame: oto_separator_forward() takes a frame apart,
 * oto_separator_inverse_add() puts what the mask leaves into an overlap buffer of one window, and
 * once every frame that covers a hop was added, oto_separator_normalize() finishes it. With frames
 * also before the start and past the end of the signal every sample comes out exact. */
typedef struct _OtoSeparator OtoSeparator;

OtoSeparator *oto_separator_new         (const OtoLogmelConfig *front_end,
                                         GError               **error)
                                         G_GNUC_WARN_UNUSED_RESULT;
void          oto_separator_free        (OtoSeparator          *self);
int           oto_separator_get_n_bins  (OtoSeparator          *self);
void          oto_separator_expand      (OtoSeparator          *self,
                                         const float           *mask_mel,
                                         int                    n_frames,
                                         float                 *ret_mask);
void          oto_separator_forward     (OtoSeparator          *self,
                                         const float           *samples,
                                         float                 *ret_spectrum);
void          oto_separator_inverse_add (OtoSeparator          *self,
                                         const float           *spectrum,
                                         const float           *mask_mel,
                                         float                 *overlap);
void          oto_separator_normalize   (OtoSeparator          *self,
                                         const float           *overlap,
                                         float                 *ret_samples);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoSeparator, oto_separator_free)

OTO_END_DECLS
