/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* OtoScaler: standardisation per mel bin, (x - mean) / deviation, with the population deviation of
 * the training frames. */

#define OTO_SCALER_MAX_MELS 512

/* Which of the training frames count. */
typedef enum
{
  OTO_SCALER_RULE_ALL_FRAMES,
  OTO_SCALER_RULE_NON_ZERO_FRAMES,          /* those with a bin that is not 0 */
  OTO_SCALER_RULE_NONE,                     /* nothing is changed: the network does it itself */
} OtoScalerRule;

struct _OtoScaler
{
  int     n_mels;
  double  n_frames;                         /* seen while fitting */
  double  mean[OTO_SCALER_MAX_MELS];
  double  m2[OTO_SCALER_MAX_MELS];          /* sum of squared distances from the mean */
  float   mean_f[OTO_SCALER_MAX_MELS];      /* what apply and invert use, set by finish */
  float   std_f[OTO_SCALER_MAX_MELS];       /* at least 1e-6 */
};

void oto_scaler_init        (OtoScaler       *self,
                             int              n_mels);
void oto_scaler_add         (OtoScaler       *self,
                             const float     *logmel,
                             gint64           n_frames);
void oto_scaler_add_by_rule (OtoScaler       *self,
                             OtoScalerRule    rule,
                             const float     *logmel,
                             gint64           n_frames);
void oto_scaler_finish      (OtoScaler       *self);
void oto_scaler_set         (OtoScaler       *self,
                             int              n_mels,
                             const float     *mean,
                             const float     *std);
void oto_scaler_apply       (const OtoScaler *self,
                             const float     *logmel,
                             gint64           n_frames,
                             float           *ret_x);
void oto_scaler_invert      (const OtoScaler *self,
                             const float     *x,
                             gint64           n_frames,
                             float           *ret_logmel);

OTO_END_DECLS
