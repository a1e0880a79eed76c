/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "features/oto-logmel.h"

G_BEGIN_DECLS

/* OtoSeparator: a mel mask on the STFT of one channel, and back (systems.md 7.1 no. 9). A stream: push samples and
 * mask frames, take samples. */
typedef struct _OtoSeparator OtoSeparator;

/* Fills (n_frames, F) mask values in [0, 1] for frames [first_frame, first_frame + n_frames). */
typedef gboolean (*OtoMaskFunc) (gint64 first_frame, int n_frames, float *ret_mask, gpointer user_data, GError **error);

OtoSeparator *oto_separator_new      (const OtoLogmelConfig *front_end, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void          oto_separator_free     (OtoSeparator *self);
void          oto_separator_expand   (OtoSeparator *self, const float *mask_mel, int n_frames, float *ret_mask);  /* (T, F) to (T, bins) with the inverse mel matrix */
/* The published form: frames inside the signal and one zero-padded, division by the mean window sum; the first and last hop fade. */
void          oto_separator_apply_published (OtoSeparator *self, const float *samples, gint64 n_samples, const float *mask_mel /* (T, F) or NULL */, int n_frames, float *ret_samples /* window + (T - 1) hop */);
/* For listening: every sample of the signal exact (frames also before the start and past the end, division by the window sum at each sample). */
gboolean      oto_separator_apply    (OtoSeparator *self, const float *samples, gint64 n_samples, OtoMaskFunc mask, gpointer user_data, float *ret_samples /* (n_samples) */, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtoSeparator, oto_separator_free)

G_END_DECLS
