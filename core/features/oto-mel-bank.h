/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* The Slaney mel scale, and triangular filters on it that each cover the same area. */

double oto_mel_from_hz            (double        hz);
double oto_mel_to_hz              (double        mel);
void   oto_mel_bank_fill          (int           rate_hz,
                                   int           window_len,
                                   int           n_mels,
                                   double        min_hz,
                                   double        max_hz,
                                   double       *ret_weights);
double oto_mel_bank_get_center_hz (int           n_mels,
                                   double        min_hz,
                                   double        max_hz,
                                   int           mel);
int    oto_mel_bank_get_mel_at    (int           n_mels,
                                   double        min_hz,
                                   double        max_hz,
                                   double        frequency_hz);
void   oto_mel_bank_fill_inverse  (const double *weights,
                                   int           n_mels,
                                   int           n_bins,
                                   float        *ret_inverse);

OTO_END_DECLS
