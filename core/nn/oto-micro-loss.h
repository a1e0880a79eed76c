/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/oto-weighted-bce.h"

G_BEGIN_DECLS

/* The loss of segments against the label of their clip, weighted by an attention that all classes
 * share. Of one clip; the parts of a batch add up. Forward accumulates in double; backward adds. */

/**
 * OtoMicroForm:
 * @OTO_MICRO_RELEASED: the released program: attention, a constant, weighs positives; mean over
 *   clips, classes and segments
 * @OTO_MICRO_MUSIC: the released music trainer: attention, a constant, weighs all terms; the same
 *   mean
 * @OTO_MICRO_PAPER: the equations: attention weighs all terms and gets a gradient; sum over
 *   segments with attention divided by its sum, mean over clips and classes
 *
 * The published forms. Weights of classes are the caller's: OtoBceWeights.negative is for
 * @OTO_MICRO_MUSIC.
 */
typedef enum
{
  OTO_MICRO_RELEASED,
  OTO_MICRO_MUSIC,
  OTO_MICRO_PAPER,
} OtoMicroForm;

double oto_micro_loss_get_n_total (OtoMicroForm         form,
                                   int                  n_clips,
                                   int                  n_classes,
                                   int                  n_segments,
                                   int                  n_channels);
double oto_micro_loss_forward     (OtoMicroForm         form,
                                   const OtoBceWeights *weights,
                                   const float         *logits,
                                   const float         *y,
                                   const float         *att,
                                   int                  n_segments,
                                   int                  n_classes,
                                   double               n_total);
void   oto_micro_loss_backward    (OtoMicroForm         form,
                                   const OtoBceWeights *weights,
                                   const float         *logits,
                                   const float         *y,
                                   const float         *att,
                                   int                  n_segments,
                                   int                  n_classes,
                                   double               n_total,
                                   double               weight,
                                   float               *d_logits,
                                   float               *d_att);

G_END_DECLS
