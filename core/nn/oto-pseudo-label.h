/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/oto-types.h"

G_BEGIN_DECLS

/* Labels of segments, extrapolated from a clip's labels by where its class activation map is
 * high. They are constants: no gradient passes. */

/* Scaled activation above which a segment takes the label. */
#define OTO_PSEUDO_LABEL_THRESHOLD 0.5

/**
 * OtoPseudoLabelForm:
 * @OTO_PSEUDO_LABEL_HARD: the label where the activation is high, 0 elsewhere
 * @OTO_PSEUDO_LABEL_SOFT: the label times the activation
 *
 * What a segment's label is.
 */
typedef enum
{
  OTO_PSEUDO_LABEL_HARD,
  OTO_PSEUDO_LABEL_SOFT,
} OtoPseudoLabelForm;

void oto_pseudo_label_compute (OtoPseudoLabelForm  form,
                               const float        *cam,
                               const float        *y,
                               int                 n_segments,
                               int                 n_classes,
                               float              *ret_scaled,
                               float              *ret_y);

G_END_DECLS
