/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

OTO_BEGIN_DECLS

/* What beta is in the published runs. */
#define OTO_CLASS_WEIGHT_BETA 0.3

/**
 * OtoClassWeightForm:
 * @OTO_CLASS_WEIGHT_NONE: 1 for every class
 * @OTO_CLASS_WEIGHT_RELEASED: the released program: shares of all labels
 * @OTO_CLASS_WEIGHT_PRINTED: the printed formula, whose second factor is inverted: shares of all
 *   labels
 * @OTO_CLASS_WEIGHT_PRINTED_CLIPS: the printed formula with shares of all clips, as the text says
 *
 * How much a positive example of a class counts.
 */
typedef enum
{
  OTO_CLASS_WEIGHT_NONE,
  OTO_CLASS_WEIGHT_RELEASED,
  OTO_CLASS_WEIGHT_PRINTED,
  OTO_CLASS_WEIGHT_PRINTED_CLIPS,
} OtoClassWeightForm;

void oto_class_weight_compute          (OtoClassWeightForm  form,
                                        double              beta,
                                        const guint        *counts,
                                        guint               n_classes,
                                        guint               n_clips,
                                        float              *ret_weights);
void oto_class_weight_compute_negative (const float        *weights,
                                        guint               n_classes,
                                        float              *ret_weights);

OTO_END_DECLS
