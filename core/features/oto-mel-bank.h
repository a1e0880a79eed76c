/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

double oto_mel_from_hz      (double hz);      /* Slaney scale */
double oto_mel_to_hz        (double mel);
void   oto_mel_bank_fill    (int rate_hz, int window_len, int n_mels, double min_hz, double max_hz,
                             double *ret_weights);                                 /* (F, bins), area-normalised */
double oto_mel_bank_get_center_hz (int n_mels, double min_hz, double max_hz, int mel);  /* peak of filter @mel */
void   oto_mel_bank_fill_inverse  (const double *weights, int n_mels, int n_bins,
                                   float *ret_inverse);                            /* (F, bins): W / (column sum of W + 1e-8) */

G_END_DECLS
