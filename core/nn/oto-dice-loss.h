/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* The segment loss: masks of classes that sound in one clip should not overlap. Of one clip, in
 * the order of the layer before, channels-last (M, K); the parts of a batch add up. Sums are
 * double. */

/* In the denominator, so that two empty masks do not overlap. */
#define OTO_DICE_LOSS_EPS 1e-8

/**
 * OtoDiceForm:
 * @OTO_DICE_SUM: the sum over pairs of classes
 * @OTO_DICE_MEAN: the mean over them, so that more classes do not weigh more
 *
 * How a clip's pairs make its loss.
 */
typedef enum
{
  OTO_DICE_SUM,
  OTO_DICE_MEAN,
} OtoDiceForm;

size_t oto_dice_loss_get_n_scratch (int          n_selected);
double oto_dice_loss_compute       (OtoDiceForm  form,
                                    const float *masks,
                                    size_t       n_rows,
                                    int          n_classes,
                                    const int   *selected,
                                    int          n_selected,
                                    double       n_total,
                                    double       weight,
                                    float       *d_masks,    /* (nullable) */
                                    double      *scratch);

G_END_DECLS
